package explain

import (
	"slices"
	"strings"
)

// nearest returns those of Names whose spelling is closest.
func nearest(key string) string {
	names := append(Names(), topicPhrases()...)
	for _, c := range columnTexts() {
		if strings.Contains(c.Heading, " ") {
			names = append(names, c.Heading)
		}
	}
	for _, names := range [][]string{names, memberNames()} {
		if close := Nearest(key, names, ""); close != "" {
			return close
		}
	}
	return " (tcpwatch explain lists them)"
}

// Nearest returns the names of a list whose spelling is closest to a word, each behind
// a prefix, as "; did you mean …?"; "" if none is close. Case is ignored.
func Nearest(word string, names []string, prefix string) string {
	word = strings.ToUpper(word)
	var close []string
	for _, n := range names {
		most := 1 // of a short name, two other letters make another word
		if len(n) >= 6 {
			most += len(n) / 3
		}
		if editDistance(word, strings.ToUpper(n)) <= most || len(word) > 1 && strings.Contains(strings.ToUpper(n), word) {
			if !slices.ContainsFunc(close, func(c string) bool { return strings.EqualFold(c, n) }) {
				close = append(close, n)
			}
		}
	}
	if len(close) == 0 {
		return ""
	}
	slices.SortStableFunc(close, func(a, b string) int {
		return editDistance(word, strings.ToUpper(a)) - editDistance(word, strings.ToUpper(b))
	})
	return "; did you mean " + prefix + strings.Join(close[:min(3, len(close))], ", "+prefix) + "?"
}

// editDistance is the least number of letters to insert, remove or replace, or of
// neighbours to exchange, that makes b of a. Long input is cut: no name is longer.
func editDistance(a, b string) int {
	const longest = 64
	a, b = a[:min(len(a), longest)], b[:min(len(b), longest)]
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, before
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
