package explain

import (
	"bytes"
	"strings"

	"tcpwatch/analyze/event"
	"tcpwatch/report"
	"tcpwatch/report/prose"
)

const eventsTitle = "What happens to a connection (view events, and live)"

// eventList names every kind of event with its definition.
func (x *explainer) eventList(room int) {
	x.heading(eventsTitle)
	for _, s := range event.All {
		x.fact(prose.Gap+s.Name, s.Definition, room)
	}
	x.line("")
}

func (x *explainer) event(key string) bool {
	k, ok := event.Find(strings.ToLower(key))
	if !ok {
		return false
	}
	x.define(eventDefinition(event.All[k], ""))
	return true
}

// eventDefinition defines a kind of event; its fields stand between quotes.
func eventDefinition(s *event.Spec, quote string) *definition {
	return &definition{
		name: s.Name, kind: "event, schema " + eventSchema(), means: s.Definition,
		when: "Told when all of these hold", conditions: s.Conditions,
		facts:   []fact{{"Fields", eventFields(s, quote)}, {"Inferred", s.Inferred}, source(s.Clauses)},
		example: s.Example,
	}
}

// eventFields names the fields of a kind, each between quotes.
func eventFields(s *event.Spec, quote string) string {
	var names []string
	for _, f := range s.Fields {
		names = append(names, quote+event.AllFields[f].Name+quote)
	}
	return strings.Join(names, ", ")
}

// eventDocuments writes the events into LABELS.md.
func eventDocuments(b *bytes.Buffer) {
	b.WriteString("\n## " + eventsTitle + "\n\nAn event is told at the packet that shows it, or by the clock of the capture; a question mark after it, `inferred` for programs, " +
		"marks what missing segments would prove; of `opened` the proof may come yet (`confirmed`). What a later packet shows to be wrong is taken back (`taken-back`). " +
		"The last event about the opening of a connection that was not taken back is the outcome of its opening in the record, and so with its close; " +
		"who refused a connection is judged by what had been captured until then, and the record may know better. " +
		"Connections are forgotten for others before TIME-WAIT is over only with --max-connections; then, and at the end of the capture, `time-wait-over` does not come.\n")
	for _, s := range event.All {
		eventDefinition(s, "`").document(b)
	}
}

// eventSchema is the schema of events in json and ndjson.
func eventSchema() string {
	for _, v := range report.Described() {
		if v.Name == report.ViewEvents {
			return v.Schema
		}
	}
	return ""
}
