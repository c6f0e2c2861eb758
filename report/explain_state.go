package report

import (
	"strings"

	"tcpwatch/analyze/state"
	"tcpwatch/report/grid"
	"tcpwatch/report/prose"
)

// stateText says what a state is and what a capture shows of it.
type stateText struct {
	means string // after RFC 9293 §3.3.2, in our words
	seen  string // what an observer can and cannot see
}

var stateTexts = [state.Count]stateText{
	state.Unknown: {"Nothing can be said about the end. This state is ours, not the RFC's.",
		"An end is unknown until it has sent something that tells its state, as when a capture begins in the middle of a connection, or no SYN was answered by its end; in between, LISTEN? is what a SYN expects."},
	state.Closed: {"There is no connection.",
		"Nothing on the wire shows that an end has no connection; it is concluded from an acceptable RST, from the acknowledgement of its last FIN, or from the end of 2MSL."},
	state.Listen: {"The end waits for a connection request from anybody.",
		"A listening end sends nothing. Only its SYN-ACK shows, afterwards, that it had been listening: until then the state is inferred, and where none came by the end, nothing is known of it (UNKNOWN)."},
	state.SynSent: {"The end has sent a SYN and waits for one in return.",
		"Its SYN proves it. That the SYN arrived is only known when it is answered."},
	state.SynReceived: {"The end has sent and received a SYN and waits for the acknowledgement of its own.",
		"Its SYN-ACK proves it. If the SYN-ACK comes again after an acknowledgement was captured, that acknowledgement was lost after the tap or refused by the end, for example because its accept queue was full."},
	state.Established: {"The connection is open: data can be sent and received. The usual state for transfer.",
		"The client is in it as soon as it acknowledges the SYN-ACK. The server is taken to be in it when that acknowledgement is captured; that it arrived is proved only by what the server sends afterwards."},
	state.FinWait1: {"The end has sent its FIN, and waits for the acknowledgement of it or for the other end's FIN.",
		"Its FIN proves it, unless the other end's FIN had come first."},
	state.FinWait2: {"The end's FIN has been acknowledged, and it waits for the other end's FIN.",
		"The acknowledgement can be seen; that it arrived is assumed, and taken back if the FIN is sent again. Ends may wait here for long while the other goes on sending."},
	state.CloseWait: {"The other end has closed; this end may still send and waits for its own application to close.",
		"The acknowledgement of the FIN proves it. A long time in this state means that the application has not closed its socket."},
	state.Closing: {"Both ends have sent a FIN before the other's arrived, and this one waits for the acknowledgement of its own.",
		"It takes both FINs, and an acknowledgement of one that does not cover the other."},
	state.LastAck: {"The other end had closed before, this end has sent its FIN and waits for the acknowledgement of it.",
		"Its FIN after the other end's FIN proves it."},
	state.TimeWait: {"The end has closed first, or while the other did, and waits for 2MSL, so that the other end surely has the acknowledgement of its FIN and no old segment is left in the network.",
		"The acknowledgement of the second FIN proves that it was entered. How long it lasts is not on the wire: Linux keeps it for 60 s, the RFC says 4 minutes (--msl sets half of it). Only an acknowledgement of a FIN that came again shows that it goes on."},
}

func (x *explainer) state(key string) bool {
	for s := state.Unknown; s < state.Count; s++ {
		if s.String() != key {
			continue
		}
		source := "   state of one end of a connection, RFC 9293 §3.3.2"
		if s == state.Unknown {
			source = "   state of one end of a connection"
		}
		x.heading(s.String() + source)
		x.block(prose.Gap, stateTexts[s].means)
		x.line("")
		x.heading("In a capture")
		x.block(prose.Gap, stateTexts[s].seen)
		x.arrows("Entered", "FROM", s, func(r *state.Row) (state.State, state.State) { return r.To, r.From })
		x.arrows("Left", "TO", s, func(r *state.Row) (state.State, state.State) { return r.From, r.To })
		return true
	}
	return false
}

// arrows lists the rows of the state table that touch s, and those that no
// capture can show. ends returns the state at this end of an arrow and the one
// at its other end.
func (x *explainer) arrows(title, column string, s state.State, ends func(*state.Row) (state.State, state.State)) {
	g := &grid.Grid{Indent: prose.Gap, Columns: []grid.Column{{Header: column}, {Header: "WHEN THE END"}, {Header: "CLAUSE"}, {Header: "WHY", Below: true}}}
	add := func(r *state.Row, event string) {
		if here, there := ends(r); here == s {
			g.Rows = append(g.Rows, []grid.Cell{{Text: there.String()}, {Text: event}, {Text: x.env.Plain(rowClause(r.Clause))}, {Text: x.env.Plain(r.Why)}})
		}
	}
	for i := range state.Table {
		r := &state.Table[i]
		add(r, eventText(r.On))
	}
	for i := range state.Unseen {
		add(&state.Unseen[i], "(cannot be seen)")
	}
	if len(g.Rows) == 0 {
		return
	}
	x.line("")
	x.heading(title)
	x.grid(g)
}

// eventText puts an event's name after "when the end".
func eventText(e state.Event) string {
	verb, rest, _ := strings.Cut(e.String(), " ")
	switch {
	case e == state.TwoMSL:
		return "has waited for 2MSL"
	case verb == "send":
		return "sends " + rest
	case verb == "receive":
		return "receives " + rest
	}
	return e.String()
}

// rowClause writes the clause of a row, of RFC 9293 unless it names another
// RFC.
func rowClause(c string) string {
	if strings.HasPrefix(c, "RFC") {
		return c
	}
	return "RFC 9293 §" + c
}
