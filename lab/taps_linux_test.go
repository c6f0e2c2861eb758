package lab_test

import (
	"fmt"
	"slices"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// ofSender are labels for what an end does by itself, whatever becomes of its packets
// on the way. Linux does not take back room (tcp_shrink_window is 0).
var ofSender = []label.ID{label.WindowShrunk, label.KeepAlive, label.ZeroWindowProbe, label.ZeroWindow}

// TestTapsAgree: after a path that loses, reorders and copies, nothing is said of an
// end that is not said before it.
func TestTapsAgree(t *testing.T) {
	compared := 0
	for _, base := range kernelBases(t) {
		wrong, n := tapsAgree(t, base)
		compared += n
		for _, w := range wrong {
			t.Error(w)
		}
	}
	t.Logf("%d packets compared", compared)
	if compared < 1000 {
		t.Errorf("only %d packets were captured at both ends", compared)
	}
}

// tapsAgree compares what is said of packets at the tap beside their sender and at the
// other, and returns what only the other says and how many packets it compared: those
// of which each tap has one.
func tapsAgree(t *testing.T, base string) (wrong []string, compared int) {
	t.Helper()
	type seen struct {
		time   int64
		number uint64
		labels label.Set
		count  int
	}
	var taps [2]map[string]*seen
	for i, side := range []string{"snd", "rcv"} {
		d := load(t, base, side)
		taps[i] = map[string]*seen{}
		by := map[uint64]*seen{}
		for j := range d.packets {
			p := &d.packets[j]
			k := onTheWay(p)
			if taps[i][k] == nil {
				taps[i][k] = &seen{time: p.Time, number: p.Number}
			}
			taps[i][k].count++
			by[p.Number] = taps[i][k]
		}
		observe(t, d.packets, func(*wire.Segment) bool { return true }, func(o *analyze.Observation) {
			by[o.Segment.Packet].labels |= o.Labels
		})
	}
	for k, near := range taps[0] {
		far := taps[1][k]
		if far == nil || near.count != 1 || far.count != 1 {
			continue
		}
		compared++
		if far.time < near.time {
			near, far = far, near
		}
		for _, id := range ofSender {
			if far.labels.Has(id) && !near.labels.Has(id) {
				wrong = append(wrong, fmt.Sprintf("%s: packet %d is %s beside the receiver, packet %d beside the sender is not",
					base, far.number, label.All[id].Name, near.number))
			}
		}
	}
	slices.Sort(wrong)
	return wrong, compared
}

// onTheWay returns what of a packet stays the same from one end to the other: all but
// the link's header and the hop limit with its checksum.
func onTheWay(p *capture.Packet) string {
	b := slices.Clone(p.Data)
	if p.Link == wire.LinkEthernet {
		b = b[14:]
	}
	if b[0]>>4 == 4 {
		b[8], b[10], b[11] = 0, 0, 0
	} else {
		b[7] = 0
	}
	return string(b)
}
