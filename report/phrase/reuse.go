package phrase

import (
	"fmt"

	"tcpwatch/analyze"
)

// Reuse says which connection used the addresses and ports next, and which rule
// allows it.
func Reuse(tw *analyze.TimeWait) string {
	text := fmt.Sprintf("used again by connection %d", tw.ReusedBy)
	switch tw.Reuse {
	case analyze.ReuseNone:
		return text
	case analyze.ReuseUnproved:
		return text + " with neither a higher ISN nor a later timestamp"
	case analyze.ReuseEarlier:
		return text + ", whose SYN has a higher ISN but an earlier timestamp"
	}
	return text + ", whose SYN has a " + tw.Reuse.String()
}
