package explain

import (
	"bytes"
	"fmt"

	"tcpwatch/analyze/label"
)

// evidenceDocument writes the words of evidence and the causes into LABELS.md.
func evidenceDocument(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## %s\n\n| cause | meaning |\n|:---|:---|\n", causeTitle)
	for c := label.CauseUnknown; c < label.CauseCount; c++ {
		fmt.Fprintf(b, "| %s | %s |\n", c, label.CauseTexts[c])
	}
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n| words | meaning | doubtful where |\n|:---|:---|:---|\n", evidenceTitle, evidenceOrder)
	for _, r := range label.Reasons[1:] {
		fmt.Fprintf(b, "| %s | %s | %s |\n", r.Text, r.Means, r.Damage)
	}
	fmt.Fprintf(b, "\n## %s\n\n| words | meaning |\n|:---|:---|\n", doubtTitle)
	for _, d := range label.DoubtTexts {
		fmt.Fprintf(b, "| %s | %s |\n", d.Text, d.Means)
	}
}
