package report

import (
	"slices"

	"tcpwatch/report/prose"
)

// viewText is what a view shows, and its columns.
type viewText struct {
	name    View
	about   string
	columns []columnText
}

// viewTexts lists the views that have columns.
func viewTexts() []viewText {
	return []viewText{
		textOf(connectionView), textOf(handshakeView), textOf(closeView), textOf(packetView), textOf(retransmissionView), textOf(timeWaitView),
		textOf(listenerView), textOf(windowView), textOf(eventView), textOf(interfaceView),
	}
}

func textOf[T any](v *rowView[T]) viewText { return viewText{v.name, v.about, columnsOf(v)} }

// view writes what a view shows: for each column that people see, what stands
// below its heading.
func (x *explainer) view(key string) bool {
	if key == topicKey(string(ViewSummary)) {
		x.viewHeading(ViewSummary, "What was read, how connections opened and closed, what was sent again, what deserves a look.")
		x.wordLists([]wordList{summaryHeadings})
		return true
	}
	for _, v := range viewTexts() {
		if topicKey(string(v.name)) != key {
			continue
		}
		x.viewHeading(v.name, v.about)
		for _, c := range v.columns {
			if c.heading != "" {
				x.term(c.heading, c.meaning)
			}
		}
		x.line("")
		x.block("", "A column that says nothing in any row is left out, and in a narrow terminal others are, too; csv, json and ndjson are complete.")
		return true
	}
	return false
}

func (x *explainer) viewHeading(name View, about string) {
	kind := "view"
	if !slices.Contains(Views, name) {
		kind = "command" // --view does not take it
	}
	x.heading(string(name) + "   " + kind)
	x.block(prose.Gap, about)
	x.line("")
}

// viewNames returns the names of all views that Explain knows.
func viewNames() []string {
	names := []string{string(ViewSummary)}
	for _, v := range viewTexts() {
		names = append(names, string(v.name))
	}
	return names
}
