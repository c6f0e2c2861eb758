package lexicon

import (
	"fmt"
	"strings"

	"tcpwatch/analyze/label"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
)

// flagTexts are the spellings of every combination of control bits, made once:
// Flags.String allocates. Each is built from the one without its highest bit,
// which makes the start ten times faster than spelling each by itself.
var flagTexts = func() (t [1 << 9]string) {
	for top := 1; top < len(t); top <<= 1 {
		name := wire.Flags(top).String()
		t[top] = name
		for below := 1; below < top; below++ {
			t[top|below] = t[below] + "," + name
		}
	}
	return t
}()

// Flags writes the control bits that are set, "SYN,ACK".
func Flags(f wire.Flags) string { return flagTexts[f&(1<<9-1)] }

// Label returns the name of a label; it is safe for any ID.
func Label(id label.ID) string {
	if int(id) < len(label.All) {
		return label.All[id].Name
	}
	return "UNKNOWN-LABEL"
}

// Clauses writes "RFC 9293 §3.5, RFC 6298 §5".
func Clauses(list []spec.Clause) string {
	var parts []string
	for _, c := range list {
		parts = append(parts, fmt.Sprintf("RFC%s%d%s§%s", prose.NBSP, c.RFC, prose.NBSP, c.Section))
	}
	return strings.Join(parts, ", ")
}

// Generated stands first in documents that the program writes of itself.
const Generated = "<!-- Generated from the program's own definitions. Do not edit. -->\n\n"
