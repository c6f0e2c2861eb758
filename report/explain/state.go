package explain

import (
	"strings"

	"tcpwatch/analyze/state"
	"tcpwatch/report/grid"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

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
		x.block(prose.Gap, lexicon.States[s].Means)
		x.line("")
		x.heading("In a capture")
		x.block(prose.Gap, lexicon.States[s].Seen)
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
			g.Rows = append(g.Rows, []grid.Cell{{Text: there.String()}, {Text: event}, {Text: x.style.Plain(rowClause(r.Clause))}, {Text: x.style.Plain(r.Why)}})
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
