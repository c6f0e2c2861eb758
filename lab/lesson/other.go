//go:build !linux

package lesson

import (
	"context"

	"tcpwatch/lab"
)

// Stage is what the programs of a lesson act on; there is none on this system.
type Stage struct{}

func all() []*Lesson { return nil }

// Run always fails on this system.
func Run(ctx context.Context, l *Lesson, opts Options) (*Outcome, error) {
	return nil, lab.Available()
}
