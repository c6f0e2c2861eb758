package story

import (
	"fmt"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/arithmetic"
	"tcpwatch/report/grid"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// partSteps divides the steps into those of the handshake and of the close. A
// RST belongs to the handshake if it kept it from completing, or came before
// its completion and changed nothing.
func (t *telling) partSteps() (opening, closing []int) {
	var early bool
	switch t.conn.Opening.Outcome {
	case analyze.OpeningRefused, analyze.OpeningReset, analyze.OpeningHalfOpen, analyze.OpeningUnanswered:
		early = true
	}
	for i := range t.conn.Steps {
		st := &t.conn.Steps[i]
		before := early || record.Ignored(t.conn, st) && st.Packet < t.conn.Opening.AckPacket
		switch {
		case st.Flags.Any(wire.SYN), st.Phase == label.HandshakeAck, before && st.Flags.Any(wire.RST):
			opening = append(opening, i)
		default:
			closing = append(closing, i)
		}
	}
	return opening, closing
}

// The columns of numbers among those of steps.
const (
	columnSeq = 4
	columnAck = 5
)

// steps writes the segments as a table. relative says whether sequence numbers
// count from the ISNs.
func (t *telling) steps(list []int, relative bool) {
	if len(list) == 0 {
		return
	}
	sums := arithmetic.Of(t.conn, relative)
	seq, ack := "SEQ", "ACK"
	if sums.Relative {
		seq, ack = "REL SEQ", "REL ACK"
	}
	g := grid.Grid{Style: t.Style, Indent: prose.Gap, Columns: []grid.Column{
		{Header: "PACKET", Right: true}, {Header: "TIME", Right: true}, {Header: "FROM"}, {Header: "SEGMENT"},
		{Header: seq, Right: true, Drop: 1}, {Header: ack, Right: true, Drop: 2}, {Header: "CHECK", Below: true},
		{Header: "CLIENT IN"}, {Header: "SERVER IN"},
	}}
	next := 0
	for i := range t.conn.Steps {
		st := &t.conn.Steps[i]
		if next < len(list) && list[next] == i {
			next++
			g.Rows = append(g.Rows, t.stepRow(st, sums))
		}
		sums.Saw(st)
	}
	g.Fit(false)
	if err := g.Render(t.out); err != nil {
		t.out.WriteString(err.Error() + "\n")
	}
	t.noSeq, t.noAck = t.noSeq || !g.Shows(columnSeq), t.noAck || !g.Shows(columnAck)
	if text := sums.BaseText(); text != "" {
		t.Style.WriteWrapped(t.out, prose.Quiet, prose.SectionIndent, prose.Gap+text)
	}
	if relative && t.conn.StepsDropped > 0 {
		t.out.WriteString(prose.Gap + prose.Plural(uint64(t.conn.StepsDropped), "more segment") + " of handshake and close not kept\n")
	}
}

func (t *telling) stepRow(st *analyze.Step, sums *arithmetic.Sums) []grid.Cell {
	ack := ""
	if st.Flags.Any(wire.ACK) {
		ack = sums.Ack(st)
	}
	check, tone := sums.Check(st)
	row := []grid.Cell{
		{Text: fmt.Sprint(st.Packet)}, {Text: prose.Span(st.Time - t.conn.Start)}, {Text: prose.Side(st.FromClient)}, {Text: sums.Name(st)},
		{Text: sums.Seq(st)}, {Text: ack}, {Text: check, Tone: tone},
		{Text: st.ClientState.String(), Tone: lexicon.StateTone(st.ClientState)}, {Text: st.ServerState.String(), Tone: lexicon.StateTone(st.ServerState)},
	}
	for i := range row {
		row[i].Text = prose.Unglue(t.Style.Plain(row[i].Text))
	}
	t.inferred.See(st.ClientState.String())
	t.inferred.See(st.ServerState.String())
	if st.Inferred {
		t.inferred.See("again?")
	}
	return row
}
