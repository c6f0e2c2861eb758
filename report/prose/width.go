package prose

import (
	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"tcpwatch/report/escape"
)

// Width is how many columns a terminal needs for s.
func Width(s string) int {
	if escape.IsClean(s) {
		return len(s)
	}
	return twwidth.Width(s)
}
