package explain

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"tcpwatch/analyze/label"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
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
			labelDocument(&b, s)
		}
	}
	topicDocuments(&b)
	verdictDocuments(&b)
	eventDocuments(&b)
	_, err := w.Write(b.Bytes())
	return err
}

func labelDocument(b *bytes.Buffer, s *label.Spec) {
	fmt.Fprintf(b, "\n### %s\n\n%s", s.Name, s.Definition)
	b.WriteString("\n\nSet when all of these hold:\n\n")
	for i, c := range s.Conditions {
		fmt.Fprintf(b, "%d. %s\n", i+1, c.Text)
	}
	b.WriteByte('\n')
	for _, f := range []struct{ name, text string }{{"Looks at", s.Looks}, {"Source", prose.Unglue(lexicon.Clauses(s.Clauses))}, {"Wireshark", s.Wireshark}} {
		if f.text != "" {
			fmt.Fprintf(b, "* %s: %s\n", f.name, f.text)
		}
	}
	if s.Example != "" {
		fmt.Fprintf(b, "\nThe last segment carries it:\n\n```\n%s\n```\n", strings.TrimRight(s.Example, "\n"))
	}
}
