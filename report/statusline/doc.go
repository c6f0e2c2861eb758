// Package statusline keeps a line with the state of a capture at the bottom of a terminal, below output that scrolls.
package statusline
