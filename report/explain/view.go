package explain

import (
	"slices"

	"tcpwatch/report"
	"tcpwatch/report/prose"
)

// view writes what a view shows: for each column that people see, what stands
// below its heading.
func (x *explainer) view(key string) bool {
	if key == topicKey(string(report.ViewSummary)) {
		x.viewHeading(report.ViewSummary, "What was read, how connections opened and closed, what was sent again, what deserves a look.")
		x.wordLists([]wordList{summaryHeadings})
		return true
	}
	for _, v := range report.Described() {
		if topicKey(string(v.Name)) != key {
			continue
		}
		x.viewHeading(v.Name, v.About)
		for _, c := range v.Columns {
			if c.Heading != "" {
				x.term(c.Heading, c.Meaning)
			}
		}
		x.line("")
		x.block("", "A column that says nothing in any row is left out, and in a narrow terminal others are, too; csv, json and ndjson are complete.")
		return true
	}
	return false
}

func (x *explainer) viewHeading(name report.View, about string) {
	kind := "view"
	if !slices.Contains(report.Views, name) {
		kind = "command" // --view does not take it
	}
	x.heading(string(name) + "   " + kind)
	x.block(prose.Gap, about)
	x.line("")
}

// viewNames returns the names of all views that Explain knows.
func viewNames() []string {
	names := []string{string(report.ViewSummary)}
	for _, v := range report.Described() {
		names = append(names, string(v.Name))
	}
	return names
}
