package lab_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// numbering is how far the numbers of one host are moved: sequence numbers, timestamps.
type numbering struct{ seq, stamp uint32 }

// renumber moves the numbers of a segment from one host to another, as if both had begun with
// others. Checksums are left as they are.
func renumber(b []byte, from, to numbering) {
	tcp := tcpOf(b)
	move := func(at []byte, by uint32) { binary.BigEndian.PutUint32(at, binary.BigEndian.Uint32(at)+by) }
	acks := tcp[13]&0x10 != 0
	if move(tcp[4:], from.seq); acks {
		move(tcp[8:], to.seq)
	}
	eachOption(tcp, func(o []byte) {
		switch {
		case o[0] == 5:
			for i := 2; i+4 <= len(o); i += 4 {
				move(o[i:], to.seq)
			}
		case o[0] == 8 && len(o) == 10:
			if move(o[2:], from.stamp); acks {
				move(o[6:], to.stamp)
			}
		}
	})
}

// spoken is what is said of every segment, without its numbers.
func spoken(t *testing.T, packets []capture.Packet) (all []string) {
	observe(t, packets, func(*wire.Segment) bool { return true }, func(o *analyze.Observation) {
		all = append(all, fmt.Sprint(o.Segment.Packet, o.Seq, o.Ack, o.AckValid, o.SeqDelta, o.Stray, o.SeenBefore, o.InFlight, o.Labels, o.Cause, o.Repeat, o.Evidence, o.ClientState, o.ServerState))
	})
	return all
}

// begun is what a host's numbers are counted from: the first it sent, and numbers after that at which
// they may wrap: where what was reported by SACK begins, and what it sends again, or else in the middle.
type begun struct {
	first numbering
	wraps []uint32
}

// beginnings finds them for each host.
func beginnings(packets []capture.Packet) map[netip.Addr]*begun {
	all := map[netip.Addr]*begun{}
	dec := capture.NewDecoder(capture.DecoderOptions{SkipChecksums: true})
	var seg wire.Segment
	for i := range packets {
		if dec.Decode(&packets[i], &seg) != wire.Segmented || seg.Flags.Has(wire.RST) {
			continue
		}
		h := all[seg.Source().Addr()]
		if h == nil {
			h = &begun{first: numbering{uint32(seg.Seq), seg.Options.TSVal}}
			all[seg.Source().Addr()] = h
		}
		if n := uint32(seg.Seq) - h.first.seq; i%(len(packets)/8+1) == 0 && n < 1<<30 {
			h.wraps = append(h.wraps, n)
		}
		if o := all[seg.Destination().Addr()]; o != nil && seg.Options.SACKBlocks > 0 && i%3 == 0 {
			o.wraps = append(o.wraps, uint32(seg.Options.SACK[0].Left)-o.first.seq)
		}
	}
	return all
}

// TestRenumbered: what is said does not depend on the numbers that the ends began with, so that
// sequence numbers and timestamps may wrap anywhere (RFC 9293 §3.4, RFC 7323 §5.2).
func TestRenumbered(t *testing.T) {
	most := 12 // for each capture
	if testing.Short() {
		most = 3
	}
	moved := 0
	for _, base := range kernelBases(t) {
		for _, side := range []string{"snd", "rcv"} {
			d := load(t, base, side)
			hosts := beginnings(d.packets)
			bare := degraded(d.packets, func(b []byte) { zeroID(b); stripTimestamps(b) })
			for n, packets := range [][]capture.Packet{d.packets, bare} {
				want := spoken(t, packets)
				for k := range most {
					by := map[netip.Addr]numbering{}
					for host, h := range hosts {
						at := uint32(1)
						if len(h.wraps) > 0 {
							at = h.wraps[k*len(h.wraps)/most]
						}
						by[host] = numbering{-h.first.seq - at, -h.first.stamp - 40*uint32(k) - 2}
					}
					if line, ok := differs(spoken(t, renumbered(t, packets, by)), want); !ok {
						t.Errorf("%s, %d, renumbered by %v: %s", d.name, n, by, line)
					}
					moved++
				}
			}
		}
	}
	if moved < 42*most {
		t.Errorf("only %d captures were renumbered", moved)
	}
}

// differs finds the first line that differs.
func differs(got, want []string) (line string, same bool) {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("\n%s\nas captured:\n%s", got[i], want[i]), false
		}
	}
	return fmt.Sprintf("%d segments, not %d", len(got), len(want)), len(got) == len(want)
}

// renumbered returns copies of packets between hosts whose numbers are moved.
func renumbered(t *testing.T, packets []capture.Packet, by map[netip.Addr]numbering) []capture.Packet {
	dec := capture.NewDecoder(capture.DecoderOptions{SkipChecksums: true})
	var seg wire.Segment
	i := -1
	return degraded(packets, func(b []byte) {
		if i++; dec.Decode(&packets[i], &seg) != wire.Segmented {
			t.Fatalf("packet %d: no segment", packets[i].Number)
		}
		renumber(b, by[seg.Source().Addr()], by[seg.Destination().Addr()])
	})
}
