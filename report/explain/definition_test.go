package explain

import (
	"strings"
	"testing"

	"tcpwatch/analyze/event"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/verdict"
)

// TestConditionsRead: conditions are read as a list after "all of these", whatever they
// define: each says something else than the others, and none is a sentence.
func TestConditionsRead(t *testing.T) {
	var all []*definition
	for _, s := range label.All {
		all = append(all, labelDefinition(s))
	}
	for _, s := range verdict.All {
		all = append(all, verdictDefinition(s))
	}
	for _, s := range event.All {
		all = append(all, eventDefinition(s, ""))
	}
	for _, d := range all {
		texts := map[string]bool{}
		for _, c := range d.conditions {
			if c.Text == "" || strings.HasSuffix(c.Text, ".") || texts[c.Text] {
				t.Errorf("%s, %s: condition %q", d.name, d.kind, c.Text)
			}
			texts[c.Text] = true
		}
	}
}
