package report

import (
	"bytes"
	"fmt"

	"tcpwatch/analyze/label"
)

const (
	evidenceTitle = "What decided it: the words of evidence"
	doubtTitle    = "What makes evidence doubtful, in brackets behind it"
	causeTitle    = "Why it was sent again: the causes of a RETRANSMISSION"
	evidenceOrder = "Where several pieces decide on the same question the first of these is believed: octets seen before, IP identification, timestamp, time."
)

// topics are the names beside labels, verdicts and states that Explain knows.
var topics = []string{"EVIDENCE", "CAUSE"}

// topic writes what the fixed words of a topic mean.
func (x *explainer) topic(key string) bool {
	switch key {
	case "EVIDENCE":
		x.heading(evidenceTitle)
		for _, r := range label.Reasons[1:] {
			x.term(r.Text, r.Means)
		}
		x.line("")
		x.block("", evidenceOrder)
		x.line("")
		x.heading(doubtTitle)
		for _, d := range label.DoubtTexts {
			x.term(d.Text, d.Means)
		}
	case "CAUSE", "CAUSES":
		x.heading(causeTitle)
		for c := label.CauseUnknown; c < label.CauseCount; c++ {
			x.term(c.String(), label.CauseTexts[c])
		}
	default:
		return false
	}
	return true
}

// term writes a phrase and, indented below it, what it means.
func (x *explainer) term(text, means string) {
	x.line(gap + x.env.paint(Strong, text))
	x.block("      ", means)
}

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
