package report

import (
	"io"
	"strings"

	"tcpwatch/report/number"
)

// writeWrapped writes prose in one tone, broken between words so that no line
// is wider than the terminal. Lines after the first begin with indent.
func writeWrapped(w io.Writer, e *env, t Tone, indent, s string) error {
	var out strings.Builder
	for i, line := range wrapWords(e.plain(s), e.Width, indent) {
		if i > 0 {
			out.WriteString(indent)
		}
		out.WriteString(e.paint(t, unglue(line)))
		out.WriteByte('\n')
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// wrapWords breaks s between words into lines of at most width columns; the
// lines after the first leave room for indent. A word that is wider than a
// line, such as a long file name, is broken at the end of the line. Runs of
// spaces inside a line are kept.
func wrapWords(s string, width int, indent string) []string {
	var lines []string
	for {
		room := width
		if len(lines) > 0 {
			room -= len(indent)
		}
		if displayWidth(s) <= room {
			return append(lines, s)
		}
		cut := lastSpaceWithin(s, room)
		if cut < 0 {
			cut = columnsWithin(s, room)
		}
		lines = append(lines, strings.TrimRight(s[:cut], " "))
		s = strings.TrimLeft(s[cut:], " ")
	}
}

// lastSpaceWithin returns the index of the last space, after some word, that
// leaves at most room columns before it; -1 if there is none.
func lastSpaceWithin(s string, room int) int {
	cut, used, word := -1, 0, false
	for i, r := range s {
		if r == ' ' {
			if word && used <= room {
				cut = i
			}
		} else {
			word = true
		}
		used += displayWidth(string(r))
		if used > room+1 {
			break
		}
	}
	return cut
}

// columnsWithin returns how many octets of s fit into room columns: at least
// one character, and no partial one.
func columnsWithin(s string, room int) int {
	used := 0
	for i, r := range s {
		used += displayWidth(string(r))
		if i > 0 && used > room {
			return i
		}
	}
	return len(s)
}

// nbsp keeps a number and its unit together until lines are broken.
const nbsp = "\u00a0"

// glue makes the spaces of s non-breaking.
func glue(s string) string { return strings.ReplaceAll(s, " ", nbsp) }

// unglue turns non-breaking spaces back into plain ones, once lines have been
// broken.
func unglue(s string) string { return strings.ReplaceAll(s, nbsp, " ") }

// duration, span and octets are for prose: their unit stays with the number.
// A span has four figures, for moments of a story.
func duration(ns int64) string { return glue(string(number.AppendDuration(nil, ns, 3))) }
func span(ns int64) string     { return glue(string(number.AppendDuration(nil, ns, 4))) }
func octets(n uint64) string   { return glue(string(number.AppendOctets(nil, n))) }

// thousands writes a number with separators.
func thousands(n uint64) string { return string(number.AppendThousands(nil, n)) }

// plural writes "1 segment", "2,000 segments".
func plural(n uint64, noun string) string {
	if n == 1 {
		return "1" + nbsp + noun
	}
	return thousands(n) + nbsp + noun + "s"
}

// times writes "once", "twice", "3 times".
func times(n uint64) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return thousands(n) + nbsp + "times"
}

// joinGlued joins headings with commas; none is broken across lines.
func joinGlued(list []string) string {
	parts := make([]string, len(list))
	for i, p := range list {
		parts[i] = glue(p)
	}
	return strings.Join(parts, ", ")
}
