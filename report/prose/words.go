package prose

import (
	"strings"

	"tcpwatch/report/number"
)

// NBSP keeps a number and its unit together until lines are broken.
const NBSP = "\u00a0"

// Gap is the space between two columns of a table, and in front of what is indented.
const Gap = "  "

// Glue makes the spaces of s non-breaking.
func Glue(s string) string { return strings.ReplaceAll(s, " ", NBSP) }

// Unglue turns non-breaking spaces back into plain ones, once lines have been
// broken.
func Unglue(s string) string { return strings.ReplaceAll(s, NBSP, " ") }

// Duration writes nanoseconds with three figures and a unit that stays with them.
func Duration(ns int64) string { return Glue(string(number.AppendDuration(nil, ns, 3))) }

// Span is Duration with four figures, for moments of a story.
func Span(ns int64) string { return Glue(string(number.AppendDuration(nil, ns, 4))) }

// Octets writes a number of octets with a unit that stays with it.
func Octets(n uint64) string { return Glue(string(number.AppendOctets(nil, n))) }

// Side names an end of a connection.
func Side(client bool) string {
	if client {
		return "client"
	}
	return "server"
}

// Thousands writes a number with separators.
func Thousands(n uint64) string { return string(number.AppendThousands(nil, n)) }

// Plural writes "1 segment", "2,000 segments".
func Plural(n uint64, noun string) string {
	if n == 1 {
		return "1" + NBSP + noun
	}
	return Thousands(n) + NBSP + noun + "s"
}

// Times writes "once", "twice", "3 times".
func Times(n uint64) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return Thousands(n) + NBSP + "times"
}

// JoinGlued joins headings with commas; none is broken across lines.
func JoinGlued(list []string) string {
	parts := make([]string, len(list))
	for i, p := range list {
		parts[i] = Glue(p)
	}
	return strings.Join(parts, ", ")
}
