package lab_test

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
	"tcpwatch/lab/scenario"
)

// merging is how the captures of both ends of a link come to be one.
type merging struct {
	name   string
	clock  time.Duration // how far the clock of the server's tap goes ahead
	routed bool          // a router stands between: the hop limit is one less after it
	one    bool          // both are one interface
	lossy  [2]float64    // how much each tap misses
	most   int           // how many false retransmissions there may be, of a thousand copies

	between int // how many of a hundred that only one tap has are said to be lost between both, at least
}

// Copies that a path makes after one tap and before the other are left: hardly any.
// Where nothing tells the taps apart, time decides.
var mergings = []merging{
	{name: "two interfaces", most: 4, between: 50},
	{name: "a router, one interface", routed: true, one: true, most: 4, between: 50},
	{name: "one interface", one: true, most: 30},
	{name: "clocks 30 ms apart", clock: 30 * time.Millisecond, most: 15},
	{name: "clocks a second apart", clock: -time.Second, most: 10},
	{name: "both miss some", lossy: [2]float64{.03, .03}, most: 5},
}

// sighting is one packet of a merged capture.
type sighting struct {
	capture.Packet
	sent int // which of the packets sent it is, from 0
}

// merged is a capture of both ends with its truth.
type merged struct {
	sightings []sighting
	again     []bool // by packet sent: whether its sender had sent it before
}

// merge makes one capture of those of both ends.
func merge(t *testing.T, base string, m *merging) *merged {
	t.Helper()
	var c merged
	var taps [2]*draw
	var links [2][]linkRow
	var sent [2][]int // by the number at the tap of the sender
	for i, side := range []string{"snd", "rcv"} {
		taps[i], links[i] = load(t, base, side), readLink(t, base+"."+side+".link.tsv")
		sent[i] = make([]int, len(links[i]))
		for n := 1; n < len(links[i]); n++ {
			if links[i][n].came == 0 {
				sent[i][n] = len(c.again)
				c.again = append(c.again, taps[i].truth[n].class == "rexmit")
			}
		}
	}
	for i, d := range taps {
		for _, p := range d.packets {
			if missed(p.Number, uint64(i), m.lossy[i]) {
				continue
			}
			s := sighting{Packet: p, sent: sent[i][p.Number]}
			if came := links[i][p.Number].came; came > 0 {
				s.sent = sent[1-i][came]
				if m.routed {
					s.Data = hopLess(p.Data)
				}
			}
			s.Time += int64(i) * int64(m.clock)
			if !m.one {
				s.Interface = i
			}
			c.sightings = append(c.sightings, s)
		}
	}
	slices.SortStableFunc(c.sightings, func(x, y sighting) int { return cmp.Compare(x.Time, y.Time) })
	return &c
}

// missed reports whether the tap missed a packet of that number.
func missed(n, tap uint64, chance float64) bool {
	x := (n + tap*7919) * 0x9e3779b97f4a7c15
	x ^= x >> 29
	return float64(x*0x94d049bb133111eb>>11)/(1<<53) < chance
}

// hopLess returns a packet as it is behind a router.
func hopLess(data []byte) []byte {
	data = slices.Clone(data)
	if data[0]>>4 == 4 {
		data[8]--
	} else {
		data[7]--
	}
	return data
}

// numbered returns the packets with the numbers that they have in one capture.
func (c *merged) numbered() []capture.Packet {
	packets := make([]capture.Packet, len(c.sightings))
	for i := range c.sightings {
		packets[i] = c.sightings[i].Packet
		packets[i].Number = uint64(i + 1)
	}
	return packets
}

// mergedTally counts what was said of a merged capture.
type mergedTally struct {
	copies              int // second sights of what occupies sequence space
	again, wrong, found int // packets sent again; RETRANSMISSIONs that are false, and true
	examples            []string
	between, alone      int // how many are said to be lost between both taps; how many only one tap has
	overdone            int // captures in which the former are more
}

// packet takes what was said of a sight, which is the nth of its packet.
func (a *mergedTally) packet(o *analyze.Observation, c *merged, said map[int]bool, nth int) {
	s := &c.sightings[o.Segment.Packet-1]
	if o.Segment.SeqLen() == 0 || o.Segment.Flags.Has(wire.RST) {
		return
	}
	if nth > 1 {
		a.copies++
	} else if c.again[s.sent] && o.SeenBefore {
		a.again++
	}
	switch {
	case !o.Labels.Has(label.Retransmission):
	case c.again[s.sent] && !said[s.sent]:
		a.found++
	default:
		a.wrong++
		a.examples = append(a.examples, fmt.Sprintf("packet %d, of sight %d: %v seq %d, evidence %v", o.Segment.Packet, nth, o.Segment.Flags, o.Seq, o.Evidence.Items[:o.Evidence.Len]))
	}
	said[s.sent] = said[s.sent] || o.Labels.Has(label.Retransmission)
}

// lost takes how many packets are said to be lost between both taps, and how many only one tap has.
func (a *mergedTally) lost(c *merged) {
	packets, sights := c.numbered(), make([]int, len(c.again))
	between, alone := 0, 0
	analyses(degraded(packets, degradations[2].change), func(s *wire.Segment) bool {
		if s.SeqLen() > 0 && !s.Flags.Has(wire.RST) {
			sights[c.sightings[s.Packet-1].sent]++
		}
		return true
	}, analyze.Config{Connection: func(r *analyze.Connection) { between += int(r.FromClient.LostBetween + r.FromServer.LostBetween) }})
	for _, n := range sights {
		if n == 1 {
			alone++
		}
	}
	if between > alone {
		a.overdone++
	}
	a.between, a.alone = a.between+between, a.alone+alone
}

// take analyses a merged capture, with evidence taken away.
func (a *mergedTally) take(t *testing.T, c *merged, change func([]byte)) {
	t.Helper()
	packets := c.numbered()
	said, sights := map[int]bool{}, make([]int, len(c.again))
	observe(t, degraded(packets, change), func(*wire.Segment) bool { return true }, func(o *analyze.Observation) {
		n := c.sightings[o.Segment.Packet-1].sent
		sights[n]++
		a.packet(o, c, said, sights[n])
	})
}

// TestMerged: in captures of both ends of a path that were merged, without IP
// identifications and timestamps, copies are not taken for retransmissions, and
// retransmissions are found.
func TestMerged(t *testing.T) {
	if testing.Short() {
		t.Skip("makes connections for some seconds")
	}
	var bases []string
	if *again != "" {
		found, _ := filepath.Glob(filepath.Join(*again, "*", "*.json"))
		for _, f := range found {
			bases = append(bases, strings.TrimSuffix(f, ".json"))
		}
	} else {
		needLab(t)
		for _, name := range []string{"loss", "mixed-ipv6-nots", "short-ipv6"} {
			res, err := runQuietly(t, scenario.Find(name), t.TempDir(), 1)
			if err != nil {
				t.Fatal(err)
			}
			if res.Stall > maxStall {
				t.Skipf("%s: the machine stalled for %v", name, res.Stall)
			}
			bases = append(bases, res.Base)
		}
	}
	for i := range mergings {
		m, a := &mergings[i], mergedTally{}
		for _, base := range bases {
			c := merge(t, base, m)
			a.lost(c)
			a.take(t, c, degradations[2].change)
		}
		t.Logf("%-24s %d copies; %d sent again, %d found, %d false; %d lost between, of %d that one tap has", m.name, a.copies, a.again, a.found, a.wrong, a.between, a.alone)
		if a.overdone > 0 || a.between*100 < a.alone*m.between {
			t.Errorf("%s: %d are said to be lost between both taps, of %d that only one has", m.name, a.between, a.alone)
		}
		if a.wrong*1000 > a.copies*m.most || a.found*100 < a.again*80 || a.again < 20 {
			t.Errorf("%s: of %d sent again %d are found, and %d RETRANSMISSIONs are false: %q", m.name, a.again, a.found, a.wrong, a.examples[:min(5, len(a.examples))])
		}
	}
}
