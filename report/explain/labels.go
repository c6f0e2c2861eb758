package explain

import (
	"bytes"
	"io"

	"tcpwatch/analyze/label"
	"tcpwatch/report/lexicon"
)

func groupTitle(g label.Group) string {
	switch g {
	case label.Phase:
		return "What the segment does in the connection (exactly one)"
	case label.Sequence:
		return "What became of its octets (at most one, but a copy of a probe is both)"
	case label.Acknowledgement:
		return "What it acknowledges"
	case label.Window:
		return "What it says about the window"
	}
	return "About the connection"
}

// WriteLabels writes the document LABELS.md: every label with its definition,
// conditions, clauses, the difference to Wireshark and an example; likewise the
// verdicts and the events.
func WriteLabels(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString(lexicon.Generated + "# Labels\n\nEvery word that tcpwatch says about a segment, its verdicts on connections, what it tells as it happens, and the other words of views. `tcpwatch explain NAME` prints the same.\n")
	for group := label.Phase; group <= label.Whole; group++ {
		first := true
		for _, s := range label.All {
			if s.Group != group {
				continue
			}
			if first {
				b.WriteString("\n## " + groupTitle(group) + "\n")
				first = false
			}
			labelDefinition(s).document(&b)
		}
	}
	topicDocuments(&b)
	verdictDocuments(&b)
	eventDocuments(&b)
	_, err := w.Write(b.Bytes())
	return err
}

func labelDefinition(s *label.Spec) *definition {
	return &definition{
		name: s.Name, kind: "label, group " + s.Group.String(), means: s.Definition,
		when: "Set when all of these hold", conditions: s.Conditions,
		facts:   []fact{{"Looks at", s.Looks}, source(s.Clauses), {"Wireshark", s.Wireshark}},
		example: s.Example, carries: "the last segment carries it",
	}
}
