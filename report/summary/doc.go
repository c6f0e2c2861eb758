// Package summary sums a capture up: what was read and what that leaves out, how connections
// opened and closed, what was sent again, who held TIME-WAIT, which connections deserve a look.
package summary
