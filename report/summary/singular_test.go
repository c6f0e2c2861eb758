package summary

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestSummaryOfOne pins what stands after 1 in the lines that the summary can have.
func TestSummaryOfOne(t *testing.T) {
	var lines strings.Builder
	for _, s := range sections(singleInput(), singleTally(), true) {
		for _, i := range s.items {
			if i.n == 1 && !i.absent {
				lines.WriteString(s.name + "  1  " + prose.Unglue(i.text) + "\n")
			}
		}
	}
	reporttest.Golden(t, "of-one", lines.String())
	if got := behindCount(2, "segments sent again"); got != "segments sent again" {
		t.Errorf("2  %s", got)
	}
}

// singleInput and singleTally have one of everything.
func singleInput() *Input {
	in := &Input{Packets: 100, BackwardsSteps: 1, UntimedPackets: 1, CutPackets: 1, CutAt: 96, Filtered: 1, Kept: &Kept{Name: "a", Packets: 1, Files: 1},
		Interfaces: []Interface{{Packets: 1, Dropped: 1, DropsKnown: true}}}
	in.Analysis.Segments = 1
	for why := range wire.SkipCount {
		in.Skipped[why] = 1
	}
	return in
}

func singleTally() *tally {
	y := &tally{connections: 1, oneWay: 1, missing: 1, evicted: 1, badAcks: 1, synAgain: 1, synAckAgain: 1, renumbered: 1, halfClose: 1, ignored: 1}
	for i := range y.labels {
		y.labels[i] = 1
	}
	y.labels[label.BadChecksum], y.maybeOffload = 2, 1 // one of each line
	for i := range y.opened {
		y.opened[i] = 1
	}
	for i := range y.closed {
		y.closed[i] = 1
	}
	d := &y.client
	*d = analyze.Direction{Packets: 10, Retransmissions: 1, RetransmittedBytes: 1, OutOfOrder: 1, DuplicatePackets: 1, DuplicateAcks: 1, ZeroWindows: 1,
		KeepAlives: 1, MissingBytes: 1, Inferred: 1, Spurious: 1}
	for c := label.CauseUnknown; c < label.CauseCount; c++ {
		d.Causes[c] = 1
	}
	y.holds.strangers = 1
	return y
}
