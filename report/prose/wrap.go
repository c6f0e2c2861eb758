package prose

import "strings"

// Wrap breaks s between words into lines of at most width columns; the
// lines after the first leave room for indent. A word that is wider than a
// line, such as a long file name, is broken at the end of the line. Runs of
// spaces inside a line are kept.
func Wrap(s string, width int, indent string) []string {
	var lines []string
	for {
		room := width
		if len(lines) > 0 {
			room -= len(indent)
		}
		if Width(s) <= room {
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
		used += Width(string(r))
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
		used += Width(string(r))
		if i > 0 && used > room {
			return i
		}
	}
	return len(s)
}
