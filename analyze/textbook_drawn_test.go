package analyze_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// TestTextbookDrawn: connections of all sizes, options and paces, most of them textbook and
// some with one or two things changed, have the record of an analysis.
func TestTextbookDrawn(t *testing.T) {
	draws := uint64(4000)
	if testing.Short() {
		draws = 400
	}
	made := 0
	for seed := range draws {
		segs := drawn(rand.New(rand.NewPCG(seed, 0x64726177)))
		var want, got telling
		a := analyze.New(want.records(analyze.Config{}))
		a.AnalyseAtOnce()
		b := analyze.New(got.records(analyze.Config{}))
		b.WhenByTheBook(func() { made++ })
		for i := range segs {
			s := segs[i]
			a.Segment(&segs[i])
			b.Segment(&s)
		}
		a.Flush()
		b.Flush()
		want.stats, got.stats = a.Stats(), b.Stats()
		sameTelling(t, fmt.Sprintf("seed %d", seed), got, want)
	}
	if made < int(draws)*4/10 || made > int(draws)*9/10 {
		t.Errorf("%d of %d records were made by the book: this tests little", made, draws)
	}
}

// drawing makes a textbook connection, or nearly one.
type drawing struct {
	r    *rand.Rand
	now  int64
	pace int64 // the most between two segments, nanoseconds
	v6   bool
	ends [2]drawnEnd
	both wire.OptionSet // that both ends offer
	segs []wire.Segment
}

type drawnEnd struct {
	nxt     wire.Seq
	id      uint16
	step    uint16 // of identifications
	window  uint16
	options wire.OptionSet
	ts      uint32
	ttl     uint8
}

// pick is true once in n times.
func (d *drawing) pick(n int) bool { return d.r.IntN(n) == 0 }

// upTo returns a number below n, in half of the cases 0.
func (d *drawing) upTo(n int) uint32 { return uint32(d.r.IntN(2) * d.r.IntN(n)) }

// begin draws the ends.
func (d *drawing) begin() {
	r := d.r
	d.now, d.pace, d.v6 = 1e18, []int64{1e5, 5e6, 3e8}[r.IntN(3)], d.pick(5)
	for i := range d.ends {
		e := &d.ends[i]
		*e = drawnEnd{nxt: wire.Seq(r.Uint32()), id: uint16(r.Uint32()), step: uint16(r.IntN(3)), window: uint16(20000 + r.IntN(45000)),
			ts: r.Uint32(), ttl: []uint8{64, 128, 255}[r.IntN(3)] - uint8(r.IntN(20)), options: wire.OptMSS | wire.OptSACKPermitted}
		if !d.pick(4) {
			e.options |= wire.OptWindowScale
		}
		if !d.pick(3) {
			e.options |= wire.OptTimestamps
		}
	}
	d.both = d.ends[0].options & d.ends[1].options
}

// send adds the next segment of an end.
func (d *drawing) send(from int, flags wire.Flags, n uint32) *wire.Segment {
	e, o := &d.ends[from], &d.ends[1-from]
	d.now += d.r.Int64N(d.pace)
	e.ts += uint32(d.now / 1e6 % 50)
	s := wire.Segment{Packet: uint64(len(d.segs) + 1), Time: d.now, Tuple: simTuple(from), Flags: flags, Seq: e.nxt, Len: n, TTL: e.ttl,
		HasIPID: !d.v6, DontFragment: !d.pick(3), Checksum: wire.Checksum(d.r.IntN(2)), HeaderLen: 20, Window: e.window}
	if s.IPv6 = d.v6; !d.v6 {
		e.id += e.step
		s.IPID = e.id
	}
	if flags.Has(wire.ACK) {
		s.Ack = o.nxt
	}
	d.options(&s, e, o)
	e.nxt = s.End()
	d.segs = append(d.segs, s)
	return &d.segs[len(d.segs)-1]
}

func (d *drawing) options(s *wire.Segment, e, o *drawnEnd) {
	switch {
	case s.Flags.Has(wire.SYN):
		s.Options.Set, s.Options.MSS, s.HeaderLen = e.options, 1460, 40
		if e.options.Has(wire.OptWindowScale) {
			s.Options.WindowScale = 7
		}
	case d.both.Has(wire.OptTimestamps):
		s.Options.Set, s.HeaderLen = wire.OptTimestamps, 32
	}
	if s.Options.Set.Has(wire.OptTimestamps) {
		s.Options.TSVal = e.ts
		if s.Flags.Has(wire.ACK) {
			s.Options.TSEcr = o.ts
		}
	}
}

// drawn returns a textbook connection, or nearly one.
func drawn(r *rand.Rand) []wire.Segment {
	d := &drawing{r: r}
	d.begin()
	client := r.IntN(2)
	server := 1 - client
	d.send(client, wire.SYN, 0)
	switch r.IntN(12) {
	case 0:
		return d.segs
	case 1:
		d.send(server, wire.RST|wire.ACK, 0).Window = 0
		return d.segs
	}
	d.send(server, wire.SYN|wire.ACK, 0)
	if d.both.Has(wire.OptWindowScale) {
		for i := range d.ends {
			d.ends[i].window = uint16(200 + r.IntN(300))
		}
	}
	d.send(client, wire.ACK, d.upTo(1400))
	exchanges := r.IntN(6)
	if d.pick(8) { // a transfer
		exchanges = r.IntN(100)
	}
	for range exchanges {
		from := r.IntN(2)
		d.send(from, wire.ACK|wire.PSH, uint32(1+r.IntN(1448)))
		if d.pick(2) {
			d.send(1-from, wire.ACK, d.upTo(1448))
		}
	}
	if closer := r.IntN(2); !d.pick(8) {
		if d.pick(8) { // both close after a pause, and packets of one did not pass
			d.now += 2e8
			d.ends[1-closer].id += 2
		}
		d.send(closer, wire.FIN|wire.ACK, d.upTo(500))
		if !d.pick(3) {
			d.send(1-closer, wire.ACK, d.upTo(500))
		}
		if !d.pick(8) {
			if d.pick(8) { // late
				d.now += 7e8
			}
			d.send(1-closer, wire.FIN|wire.ACK, d.upTo(500))
			d.send(closer, wire.ACK, 0)
		}
	}
	for d.pick(3) {
		spoil(r, d.segs)
	}
	if d.pick(2) {
		d.later()
	}
	return d.segs
}

// later adds the SYN of another connection, before which time passes, or of the same tuple.
func (d *drawing) later() {
	d.now = d.segs[len(d.segs)-1].Time + d.r.Int64N([]int64{2e9, 2e10, 4e11}[d.r.IntN(3)])
	d.send(0, wire.SYN, 0)
	if !d.pick(4) {
		d.segs[len(d.segs)-1].SrcPort++
	}
}

// spoil changes one thing about one segment, which may make it out of the ordinary.
func spoil(r *rand.Rand, segs []wire.Segment) {
	i := r.IntN(len(segs))
	s := &segs[i]
	switch r.IntN(16) {
	case 0:
		s.Seq += wire.Seq(r.IntN(5) - 2)
	case 1:
		s.Ack += wire.Seq(r.IntN(5) - 2)
	case 2:
		s.Ack -= wire.Seq(r.IntN(3000))
	case 3:
		s.Len = uint32(r.IntN(3000))
	case 4:
		s.Window = uint16(r.IntN(4)) * uint16(r.IntN(700))
	case 5:
		s.Flags ^= 1 << r.IntN(9)
	case 6:
		s.IPID += uint16(r.IntN(12))
	case 7:
		if s.HasIPID {
			s.IPID = 0
		}
	case 8:
		s.TTL = uint8(r.IntN(256))
	case 9:
		s.TrafficClass = uint8(r.IntN(4))
	case 10:
		s.Checksum = wire.Checksum(r.IntN(4))
	case 11:
		s.Options, s.HeaderLen = wire.Options{}, 20
	case 12:
		if s.Options.Set.Has(wire.OptTimestamps) {
			s.Options.TSVal += uint32(r.IntN(100) - 80)
		}
	case 13:
		if s.Options.Set.Has(wire.OptTimestamps) {
			s.Options.TSEcr += uint32(r.IntN(100) - 80)
		}
	case 14:
		if s.Options.Set.Has(wire.OptMSS) {
			s.Options.MSS = uint16(r.IntN(1500))
		}
	case 15:
		if i+1 < len(segs) { // it overtakes the next one
			segs[i], segs[i+1] = segs[i+1], segs[i]
			segs[i].Packet, segs[i+1].Packet = segs[i+1].Packet, segs[i].Packet
			segs[i].Time, segs[i+1].Time = segs[i+1].Time, segs[i].Time
		}
	}
}
