package event_test

import (
	"strconv"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/script"
)

// start is second 0 of a script: 2026-01-01T00:00:00Z.
const start = int64(1767225600e9)

func seconds(ns int64) string { return strconv.FormatFloat(float64(ns)/1e9, 'f', -1, 64) }

// feed gives the packets of a script to an Analyzer.
func feed(t testing.TB, a *analyze.Analyzer, text string) {
	t.Helper()
	s, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	s.Feed(a)
}
