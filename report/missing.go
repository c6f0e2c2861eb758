package report

import (
	"slices"
	"strconv"
	"strings"

	"tcpwatch/report/prose"
)

// missingNamed is how many connections Missing names.
const missingNamed = 3

// Missing says which of the requested connections (Options.Only) a capture with
// known connections does not have; "" if it has all of them. all is set if it
// has none of them.
func Missing(only map[uint64]bool, known uint64) (text string, all bool) {
	var list []uint64
	for n := range only {
		if n > known {
			list = append(list, n)
		}
	}
	if len(list) == 0 {
		return "", false
	}
	slices.Sort(list)
	var names []string
	for _, n := range list[:min(len(list), missingNamed)] {
		names = append(names, strconv.FormatUint(n, 10))
	}
	text = "there is no connection " + names[0]
	if len(list) > 1 {
		text = "there are no connections " + strings.Join(names, ", ")
	}
	if len(list) > missingNamed {
		text += ", ..."
	}
	has := prose.Thousands(known)
	if known == 0 {
		has = "none"
	}
	return text + ": the capture has " + has, len(list) == len(only)
}
