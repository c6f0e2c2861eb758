package report

import (
	"fmt"
	"slices"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/grid"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// partSteps divides the steps into those of the handshake and of the close. A
// RST belongs to the handshake if it kept it from completing, or came before
// its completion and changed nothing.
func (t *story) partSteps() (opening, closing []int) {
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

// ignored is the function of that name, as far as the outcome is known.
func (a *arithmetic) ignored(st *analyze.Step) bool {
	return !st.Acceptable || a.conn != nil && record.Ignored(a.conn, st)
}

// steps writes the segments as a table. relative says whether sequence numbers
// count from the ISNs.
func (t *story) steps(list []int, relative bool) {
	if len(list) == 0 {
		return
	}
	sums := t.newArithmetic(relative)
	seq, ack := "SEQ", "ACK"
	if sums.relative {
		seq, ack = "REL SEQ", "REL ACK"
	}
	g := grid.Grid{Style: &t.env.Style, Addresses: &t.env.short, Indent: prose.Gap, Columns: []grid.Column{
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
		sums.saw(st)
	}
	g.Fit(false)
	if err := g.Render(t.out); err != nil {
		t.out.WriteString(err.Error() + "\n")
	}
	t.dropped = append(t.dropped, g.Dropped()...)
	if text := sums.baseText(); text != "" {
		t.env.WriteWrapped(t.out, prose.Quiet, sectionIndent, prose.Gap+text)
	}
	if relative && t.conn.StepsDropped > 0 {
		t.out.WriteString(prose.Gap + prose.Plural(uint64(t.conn.StepsDropped), "more segment") + " of handshake and close not kept\n")
	}
}

func (t *story) stepRow(st *analyze.Step, sums *arithmetic) []grid.Cell {
	ack := ""
	if st.Flags.Any(wire.ACK) {
		ack = sums.ack(st)
	}
	check, tone := sums.check(st)
	row := []grid.Cell{
		{Text: fmt.Sprint(st.Packet)}, {Text: prose.Span(st.Time - t.conn.Start)}, {Text: prose.Side(st.FromClient)}, {Text: segmentText(st, sums)},
		{Text: sums.seq(st)}, {Text: ack}, {Text: check, Tone: tone},
		{Text: st.ClientState.String(), Tone: lexicon.StateTone(st.ClientState)}, {Text: st.ServerState.String(), Tone: lexicon.StateTone(st.ServerState)},
	}
	for i := range row {
		row[i].Text = prose.Unglue(t.env.Plain(row[i].Text))
	}
	t.inferred.See(st.ClientState.String())
	t.inferred.See(st.ServerState.String())
	if st.Inferred {
		t.inferred.See("again?")
	}
	return row
}

// segmentText names the segment: "SYN again", "FIN, 500 B".
func segmentText(st *analyze.Step, sums *arithmetic) string {
	name := lexicon.Label(st.Phase)
	switch st.Phase {
	case label.HandshakeAck:
		name = "ACK"
	case label.AckOfFin:
		name = "ACK of FIN"
	}
	// The first SYN-ACK of a simultaneous open repeats the SYN, not a SYN-ACK.
	if st.Repeated && (st.Phase != label.SynAck || sums.ends[end(st.FromClient)].synAcked) {
		name += " again"
		if st.Inferred {
			name += "?"
		}
	}
	if st.Len > 0 {
		name += ", " + prose.Octets(uint64(st.Len))
	}
	return name
}

// arithmetic checks acknowledgements against the segments before them.
type arithmetic struct {
	conn     *connection // whose record tells what became of RSTs; nil: it is not known yet
	relative bool
	self     bool          // both ends are one
	over     bool          // a RST that ended it was captured
	ends     [2]endNumbers // 0: client
}

// endNumbers is what is known of one end's sequence space.
type endNumbers struct {
	base     analyze.Base
	sent     uint64 // octets, those that were missed included
	far      bool   // more was sent than a difference of two numbers can count
	fin      wire.Seq
	finSeen  bool
	synAcked bool     // a SYN-ACK of this end was captured
	finAcked bool     // an acknowledgement of fin was captured
	syn      wire.Seq // of the last SYN that was captured
	synSeen  bool
	others   []wire.Seq // numbers of SYNs before it that had another one
	synLen   uint32
	synECN   bool // a SYN of this end asked for ECN
}

// end is the index of an end in arrays of two.
func end(fromClient bool) int {
	if fromClient {
		return 0
	}
	return 1
}

// newArithmetic counts from the bases that the view packets counts from. If one
// end sent too much for that, all numbers are those on the wire.
func (t *story) newArithmetic(relative bool) *arithmetic {
	c, a := t.conn, &arithmetic{conn: t.conn, relative: relative, self: t.conn.Self()}
	a.ends[0].base, a.ends[1].base = c.ClientBase, c.ServerBase
	for i, d := range []*analyze.Direction{&c.FromClient, &c.FromServer} {
		e := &a.ends[i]
		most := uint64(1<<32 - 2)
		if !e.base.ISN {
			most = 1<<31 - 2 // there are numbers before the first one captured
		}
		e.sent = d.UniqueOctets + d.MissingBytes
		e.far = e.sent >= most
		a.relative = a.relative && !e.far
	}
	a.relative = a.relative && (a.ends[0].base.Known || a.ends[1].base.Known)
	return a
}

// baseText says where numbers count from if not from an ISN.
func (a *arithmetic) baseText() string {
	if !a.relative {
		return ""
	}
	c, s := &a.ends[0].base, &a.ends[1].base
	from := func(whose string) string {
		return "REL numbers of " + whose + " count from the first that was captured, not from the ISN"
	}
	switch {
	case c.Known && !c.ISN && s.Known && !s.ISN:
		return from("both ends")
	case c.Known && !c.ISN:
		return from("the client")
	case s.Known && !s.ISN:
		return from("the server")
	}
	return ""
}

// saw remembers what later acknowledgements may answer.
func (a *arithmetic) saw(st *analyze.Step) {
	e := &a.ends[end(st.FromClient)]
	if st.Flags.Any(wire.SYN) {
		if !e.synSeen || e.syn != st.Seq || st.Len > e.synLen {
			e.synLen = st.Len
		}
		if e.synSeen && e.syn != st.Seq {
			e.others = append(e.others, e.syn)
		}
		e.syn, e.synSeen = st.Seq, true
		e.synECN = e.synECN || st.Flags.Has(asksECN)
		e.synAcked = e.synAcked || st.Flags.Any(wire.ACK)
	}
	a.over = a.over || st.Flags.Any(wire.RST) && !a.ignored(st)
	if st.Flags.Any(wire.FIN) {
		e.fin, e.finSeen = st.Seq.Add(st.Len), true
	}
	if p := a.peer(st); p.finSeen && st.Flags.Any(wire.ACK) && st.Ack.After(p.fin) {
		p.finAcked = true
	}
}

// number writes a sequence number of an end's space.
func (a *arithmetic) number(of *endNumbers, n wire.Seq) string {
	switch {
	case !a.relative || !of.base.Known:
		return fmt.Sprint(uint32(n))
	case uint64(uint32(n-of.base.Number)) > of.sent+1<<31: // the short way from what was sent leads before the base
		return "-" + prose.Thousands(uint64(uint32(of.base.Number-n)))
	}
	return prose.Thousands(uint64(uint32(n - of.base.Number)))
}

// count writes a number of octets in the style of the other numbers of the sum.
func (a *arithmetic) count(n uint32) string {
	if a.relative {
		return prose.Thousands(uint64(n))
	}
	return fmt.Sprint(n)
}

func (a *arithmetic) seq(st *analyze.Step) string {
	return a.number(&a.ends[end(st.FromClient)], st.Seq)
}

func (a *arithmetic) ack(st *analyze.Step) string {
	return a.number(a.peer(st), st.Ack)
}

// peer is the end that a step was sent to.
func (a *arithmetic) peer(st *analyze.Step) *endNumbers {
	return &a.ends[end(st.FromClient == a.self)]
}

// asksECN are the flags of a SYN that requests ECN (RFC 3168 §6.1.1).
const asksECN = wire.ECE | wire.CWR

// lessThan says what a repeated SYN leaves out: hosts do so because something on the way
// may drop SYNs with it (RFC 3168 §6.1.1.1, RFC 7413 §4.2.2).
func lessThan(e *endNumbers, st *analyze.Step) string {
	switch {
	case e.synECN && !st.Flags.Any(asksECN):
		return ", without ECN"
	case e.synLen > 0 && st.Len == 0:
		return ", without payload"
	}
	return ""
}

// check says how the segment's numbers fit those before it.
func (a *arithmetic) check(st *analyze.Step) (string, prose.Tone) {
	own, peer := &a.ends[end(st.FromClient)], a.peer(st)
	acks := st.Flags.Any(wire.ACK)
	switch {
	case st.Flags.Any(wire.RST):
		return a.checkRST(st, own, peer)
	case st.Flags.Any(wire.SYN) && !acks:
		if own.synSeen && own.syn != st.Seq {
			return "another ISN of the " + prose.Side(st.FromClient), prose.Doubt
		}
		if own.synSeen {
			return "the same ISN" + lessThan(own, st), prose.Plain
		}
		return "ISN of the " + prose.Side(st.FromClient), prose.Plain
	case st.Flags.Any(wire.SYN) && !peer.synSeen:
		return "answers a SYN that was not captured", prose.Doubt
	case st.Flags.Any(wire.FIN):
		return a.checkFIN(st, own, peer)
	case st.Flags.Any(wire.SYN), st.Phase == label.HandshakeAck:
		if !peer.synSeen {
			return "", prose.Plain
		}
		if slices.Contains(peer.others, st.Ack-1) { // several machines may have answered
			return a.sum(st.Ack, peer, st.Ack-1, 0)
		}
		if d := st.Ack.Diff(peer.syn); !st.Flags.Any(wire.SYN) && d > 1 {
			return fmt.Sprintf("ack = %s + 1 + %s ✓ (and what followed)", a.number(peer, peer.syn), a.count(uint32(d-1))), prose.Good
		}
		return a.sum(st.Ack, peer, peer.syn, peer.synLen)
	case st.Phase == label.AckOfFin && peer.finSeen:
		return a.sum(st.Ack, peer, peer.fin, 0)
	}
	return "", prose.Plain
}

// sum compares an acknowledgement with the number it should answer, plus one
// for the SYN or FIN, plus the payload of the SYN if it covers that.
func (a *arithmetic) sum(ack wire.Seq, peer *endNumbers, answered wire.Seq, data uint32) (string, prose.Tone) {
	base := a.number(peer, answered)
	switch d := ack.Diff(answered); {
	case d == 1:
		return "ack = " + base + " + 1 ✓", prose.Good
	case data > 0 && d == int32(data)+1:
		return fmt.Sprintf("ack = %s + 1 + %s ✓ (covers the data)", base, a.count(data)), prose.Good
	default:
		return fmt.Sprintf("ack ≠ %s + 1 ✗ (off by %d)", base, d-1), prose.Bad
	}
}

func (a *arithmetic) checkFIN(st *analyze.Step, own, peer *endNumbers) (string, prose.Tone) {
	var parts []string
	tone := prose.Plain
	if own.base.ISN && !own.far {
		n := uint32(st.Seq.Add(st.Len)-own.base.Number) - 1
		switch {
		case n == 0 || n == 1<<32-1:
			parts = append(parts, "the "+prose.Side(st.FromClient)+" sent no data")
		case uint64(n) > own.sent+1<<31: // as a forged one may; its receiver drops it (RFC 9293 §3.10.7.4)
			return "before the ISN of the " + prose.Side(st.FromClient) + ": changes nothing", prose.Doubt
		default:
			parts = append(parts, "ends the "+prose.Side(st.FromClient)+"'s "+prose.Octets(uint64(n)))
		}
	}
	if peer.finSeen && !peer.finAcked && st.Flags.Any(wire.ACK) && st.Ack.After(peer.fin) {
		text, good := a.sum(st.Ack, peer, peer.fin, 0)
		parts, tone = append(parts, text), good
	}
	return strings.Join(parts, "; "), tone
}

// checkRST says what the RST did. The step says what its number allows, the record
// whether the connection went on nevertheless.
func (a *arithmetic) checkRST(st *analyze.Step, own, peer *endNumbers) (string, prose.Tone) {
	sender, receiver := st.ServerState, st.ClientState
	if st.FromClient {
		sender, receiver = receiver, sender
	}
	switch {
	case a.conn != nil && record.OwnRST(a.conn) == st.Packet:
		return "gives up what nothing answers", prose.Doubt
	case !st.Acceptable:
		return "not acceptable (RFC 5961 §3.2) or damaged: changes nothing", prose.Doubt
	case a.ignored(st) && sender.Base() == state.SynSent: // whoever resets what it opened leaves SYN-SENT
		return "refuses an ack that is not for its SYN (RFC 9293 §3.10.7.3)", prose.Doubt
	case a.ignored(st):
		return "acceptable by its number, but the connection went on", prose.Doubt
	case st.Flags.Any(wire.ACK) && peer.synSeen && !own.synSeen && !a.relative && st.Ack.Diff(peer.syn) == 1:
		return "ack = " + a.number(peer, peer.syn) + " + 1 ✓: answers the SYN", prose.Bad
	case a.over:
		return "the connection had ended already", prose.Plain
	case a.conn != nil && a.conn.Closing.RstAfter == analyze.RstTimeWait:
		if a.conn.TimeWait.Holders == a.conn.Closing.RstBy {
			return "its sender has left TIME-WAIT", prose.Bad
		}
		return "ends TIME-WAIT, where it is taken there (RFC 1337)", prose.Bad
	case receiver == state.Closed|state.Inferred:
		return "acceptable: ends the connection if it is taken", prose.Bad
	}
	return "acceptable: ends the connection", prose.Bad
}
