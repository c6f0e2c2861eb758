package explain

import (
	"bytes"
	"fmt"
	"strings"

	"tcpwatch/analyze/spec"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

// definition is what a label, a verdict and an event have in common, and the facts that
// only one of them has, in the order in which they are shown.
type definition struct {
	name, kind string
	means      string
	when       string // what its conditions decide, before a colon
	conditions []spec.Condition
	facts      []fact
	example    string // "" for none
	carries    string // what of the example carries it; "" if that needs no words
}

// fact is a name and what it says; one that says nothing is left out.
type fact struct{ name, text string }

// source is the fact that cites.
func source(clauses []spec.Clause) fact { return fact{"Source", lexicon.Clauses(clauses)} }

// define writes a definition for a terminal.
func (x *explainer) define(d *definition) {
	x.heading(d.name + "   " + d.kind)
	x.block(prose.Gap, d.means)
	x.line("")
	x.heading(d.when)
	for i, c := range d.conditions {
		x.condition(i+1, c.Text)
	}
	x.line("")
	room := 0
	for _, f := range d.facts {
		room = max(room, len(f.name)+len(prose.Gap))
	}
	for _, f := range d.facts {
		x.fact(f.name, f.text, room)
	}
	if d.example == "" {
		return
	}
	title := "Example"
	if d.carries != "" {
		title += ": " + d.carries
	}
	x.example(title, d.example)
}

// document writes a definition in Markdown, below the heading of its kind.
func (d *definition) document(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n\n%s:\n\n", d.name, d.means, d.when)
	for i, c := range d.conditions {
		parts := cases(c.Text)
		fmt.Fprintf(b, "%d. %s\n", i+1, parts[0])
		for _, p := range parts[1:] {
			fmt.Fprintf(b, "   * %s\n", p)
		}
	}
	b.WriteByte('\n')
	for _, f := range d.facts {
		if f.text != "" {
			fmt.Fprintf(b, "* %s: %s\n", f.name, prose.Unglue(f.text))
		}
	}
	if d.example == "" {
		return
	}
	if d.carries != "" {
		fmt.Fprintf(b, "\n%s:\n", strings.ToUpper(d.carries[:1])+d.carries[1:])
	}
	fmt.Fprintf(b, "\n```\n%s\n```\n", strings.TrimRight(d.example, "\n"))
}
