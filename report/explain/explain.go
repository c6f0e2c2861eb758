package explain

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"tcpwatch/analyze/event"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/escape"
	"tcpwatch/report/grid"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

// Write writes what a label, a verdict, an event, a state, a topic, a column or a member of an
// object in JSON means, one word of a topic, or what a view shows; or, for the empty name, the list of all of them. Names may be written in any case and
// with _ or a space for -. The error for an unknown name lists the nearest ones.
func Write(w io.Writer, name string, style prose.Style) error {
	style.FixWidth()
	x := &explainer{style: style}
	key := topicKey(strings.TrimSuffix(name, "?"))
	if name == "?" {
		key = topicKey("inferred")
	}
	if name == "" {
		x.list()
	} else if !x.all(key, name) {
		return fmt.Errorf("\"%s\" is not a label, verdict, event, state, topic, column, member or view, nor a word of a topic%s", escape.Text(name), nearest(key))
	}
	_, err := w.Write(x.out.Bytes())
	return err
}

// all explains everything named key: an event, a state and the outcome of a close
// may share a name. Members are meant where nothing else is, or name is as they are written.
func (x *explainer) all(key, name string) (found bool) {
	for _, explain := range []func(string) bool{x.label, x.verdict, x.state, x.event, x.topic, x.column, x.view} {
		end := x.out.Len()
		if found {
			x.line("")
		}
		if explain(key) {
			found = true
		} else {
			x.out.Truncate(end)
		}
	}
	found = found || x.columnWithin(key)
	end := x.out.Len()
	if found {
		x.line("")
	}
	if x.member(name, found) {
		return true
	}
	x.out.Truncate(end)
	return found
}

// explainer writes one explanation; its methods that take a key report whether
// they know it.
type explainer struct {
	style prose.Style
	out   bytes.Buffer
}

func (x *explainer) line(s string) { x.out.WriteString(x.style.Plain(s) + "\n") }

func (x *explainer) heading(s string) {
	x.out.WriteString(x.style.Paint(prose.Strong, x.style.Plain(s)) + "\n")
}

// block writes prose, every line indented.
func (x *explainer) block(indent, s string) {
	for _, l := range prose.Wrap(x.style.Plain(s), x.style.Width-len(indent), "") {
		x.out.WriteString(indent + prose.Unglue(l) + "\n")
	}
}

func (x *explainer) grid(g *grid.Grid) {
	g.Style = &x.style
	g.Fit(false)
	if err := g.Render(&x.out); err != nil {
		x.line(err.Error())
	}
}

// list names every label with its definition, group by group, and the verdicts,
// the events and the states.
func (x *explainer) list() {
	room := len("SYN-RECEIVED")
	for _, s := range label.All {
		room = max(room, len(s.Name))
	}
	for _, s := range verdict.All {
		room = max(room, len(s.Name))
	}
	for _, s := range event.All {
		room = max(room, len(s.Name))
	}
	room += 2 * len(prose.Gap)
	for group := label.Phase; group <= label.Whole; group++ {
		first := true
		for _, s := range label.All {
			if s.Group != group {
				continue
			}
			if first {
				x.heading(groupTitle(group))
				first = false
			}
			x.fact(prose.Gap+s.Name, s.Definition, room)
		}
		if !first {
			x.line("")
		}
	}
	x.verdictList(room)
	x.eventList(room)
	x.heading("States of one end of a connection (RFC 9293 §3.3.2)")
	for s := state.Unknown; s < state.Count; s++ {
		x.fact(prose.Gap+s.String(), lexicon.States[s].Means, room)
	}
	x.line("")
	x.topicList(room)
	x.block("", lexicon.InferredNote+". tcpwatch explain NAME says more about each, tcpwatch explain CAUSE what all words of a topic mean, tcpwatch explain tlp what one of them means, tcpwatch explain BACKOFF what stands below the heading of a column, tcpwatch explain closes what a view shows.")
}

func (x *explainer) label(key string) bool {
	id, ok := label.Find(key)
	if !ok {
		return false
	}
	x.define(labelDefinition(label.All[id]))
	return true
}

// condition writes the n-th condition of a definition, each case of it on a line of its own.
func (x *explainer) condition(n int, text string) {
	head := fmt.Sprintf("%3d  ", n)
	for i, c := range cases(text) {
		under := "     "
		if i > 0 {
			under = "         "
		}
		for _, l := range prose.Wrap(x.style.Plain(c), x.style.Width-len(head), under[len(head):]) {
			x.out.WriteString(head + l + "\n")
			head = under
		}
		head = "     "
	}
}

// cases divides a condition into what stands before its cases and these, as "one of these:",
// "(a) …;" and "(b) …". What only mentions one, as "in case (b)", begins none.
func cases(text string) (parts []string) {
	for letter := 'a'; ; letter++ {
		mark := "(" + string(letter) + ") "
		at := max(strings.Index(text, ": "+mark), strings.Index(text, "; "+mark))
		if i := strings.Index(text, "; or "+mark); i >= 0 {
			at = i + len("or ")
		}
		if at < 0 {
			return append(parts, text)
		}
		parts = append(parts, strings.TrimSuffix(text[:at+1], " "))
		text = text[at+2:]
	}
}

// example shows a script under a title. The expectation moves to a line of its
// own if it does not fit beside its segment.
func (x *explainer) example(title, text string) {
	const under = prose.Gap + "      "
	x.line("")
	x.heading(title)
	for l := range strings.Lines(text) {
		l = x.style.Plain(prose.Gap + strings.TrimRight(l, "\n"))
		if segment, expected, ok := strings.Cut(l, " | "); ok && prose.Width(l) > x.style.Width {
			x.line(strings.TrimRight(segment, " "))
			l = under + "| " + expected
		}
		for _, l := range prose.Wrap(l, x.style.Width, under+prose.Gap) {
			x.line(l)
		}
	}
}

// fact writes a name and, room columns from the left, prose; nothing if there
// is none.
func (x *explainer) fact(name, text string, room int) {
	if text == "" {
		return
	}
	for i, l := range prose.Wrap(x.style.Plain(text), x.style.Width-room, "") {
		head := strings.Repeat(" ", room)
		if i == 0 {
			head = x.style.Paint(prose.Strong, name) + strings.Repeat(" ", room-len(name))
		}
		x.out.WriteString(head + prose.Unglue(l) + "\n")
	}
}

// Names returns the names that Explain knows: every label, verdict, state, event,
// topic and view, the words of topics and the headings of columns that are one word
// each; each name once.
func Names() []string {
	var names []string
	for _, s := range label.All {
		names = append(names, s.Name)
	}
	for _, s := range verdict.All {
		names = append(names, s.Name)
	}
	for s := state.Unknown; s < state.Count; s++ {
		names = append(names, s.String())
	}
	for _, s := range event.All {
		names = append(names, s.Name)
	}
	for _, n := range slices.Concat(topicNames(), columnNames(), viewNames()) {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}
