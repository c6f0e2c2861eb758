package flow

import "tcpwatch/capture/wire"

// hole is a range of sequence numbers that one end must have sent, because it
// sent others after it, and that was not captured: [from, to).
type hole struct {
	from, to wire.Seq
	next     int32
	// beyond is the first captured segment after the hole.
	beyond Mark
}

// maxHoles bounds the holes remembered for one direction. If there are more,
// the lowest is given up: its octets count as missing for good.
const maxHoles = 256

// Cover is what a range of sequence numbers adds to what was captured before.
type Cover struct {
	Fresh uint32 // numbers not seen before
	Old   uint32 // numbers seen before
	Gap   uint32 // numbers skipped before the range
	// Fills is set when the range fills a hole, or part of one.
	Fills bool
	// Below is set when the range begins before everything captured.
	Below bool
	// Unknown is set when gaps around the range were given up, so that it is
	// unknown whether it was captured before.
	Unknown bool
	// Beyond is the first captured segment after the first hole that the range
	// fills, or the one that begins at Low; valid with Fills or Below.
	Beyond Mark
}

// look computes in c, which is zero, what [from, to) would add, without adding it. An
// empty range adds nothing.
func (t *Table) look(h *Half, from, to wire.Seq, c *Cover) {
	if !h.Is(Sent) || from == to {
		if h.Is(Sent) && from.After(h.Nxt) {
			c.Gap = uint32(from - h.Nxt)
		}
		c.Fresh = uint32(to - from)
		return
	}
	n := uint32(to - from)
	if !from.Before(h.Nxt) {
		c.Gap, c.Fresh = uint32(from-h.Nxt), n
		return
	}
	if to.After(h.Nxt) {
		c.Fresh = uint32(to - h.Nxt)
	}
	if from.Before(h.Low) {
		end := to
		if end.After(h.Low) {
			end = h.Low
		}
		c.Fresh += uint32(end - from)
		c.Below, c.Beyond = true, h.first
	}
	if h.hasForgotten && from.Before(h.forgotten) {
		*c = Cover{Fresh: n, Unknown: true}
		return
	}
	for i := h.holes; i != 0; i = t.holes.At(i).next {
		g := t.holes.At(i)
		if !g.from.Before(to) {
			break
		}
		if !g.to.After(from) {
			continue
		}
		l, r := wire.MaxSeq(g.from, from), g.to
		if r.After(to) {
			r = to
		}
		c.Fresh += uint32(r - l)
		if !c.Fills {
			c.Fills, c.Beyond = true, g.beyond
		}
	}
	c.Old = n - c.Fresh
}

// Add records that [from, to) was captured, unless that is more than mostSpace before Nxt.
func (t *Table) Add(h *Half, from, to wire.Seq) {
	switch {
	case !h.Is(Sent):
		h.NxtRel += int64(to.Diff(h.Nxt))
		h.Low, h.Nxt, h.dropped = from, to, 0
		return
	case from == to && !from.After(h.Nxt):
		return
	case !from.Before(h.Low):
	case !from.Before(h.Nxt): // half of the space from Nxt or more: it counts as above
	case uint32(h.Nxt-from) > mostSpace:
		return
	default:
		t.extendDown(h, from, to)
	}
	if from.Before(h.Nxt) && h.holes != 0 {
		t.fill(h, from, to)
	}
	if from.After(h.Nxt) {
		t.appendHole(h, h.Nxt, from)
	}
	if to.After(h.Nxt) {
		h.NxtRel += int64(to.Diff(h.Nxt))
		h.Nxt = to
		if uint32(h.Nxt-h.Low) > mostSpace {
			t.forget(h)
		}
	}
}

// mostSpace is how many numbers are remembered before Nxt. What lies farther down is not:
// with Low more than half of the space below Nxt, Low would count as above it.
const mostSpace = 1 << 30

// forget moves Low up to within mostSpace numbers of Nxt, and gives up the
// holes before it: the order of numbers reverses at a distance of 2^31 (RFC
// 9293 §3.4).
func (t *Table) forget(h *Half) {
	h.Low = h.Nxt - mostSpace
	for h.holes != 0 && t.holes.At(h.holes).from.Before(h.Low) {
		t.dropHole(h)
	}
	if h.hasForgotten && !h.forgotten.After(h.Low) {
		h.hasForgotten = false
	}
}

// extendDown moves Low down to from: what lies between to and the old Low was
// sent before the capture's first segment of this end and is a hole.
func (t *Table) extendDown(h *Half, from, to wire.Seq) {
	low := h.Low
	h.Low = from
	if !to.Before(low) {
		return
	}
	i, g := t.holes.New()
	*g = hole{from: to, to: low, next: h.holes}
	if h.holes == 0 {
		h.lastHole = i
	}
	h.holes = i
	h.nholes++
	t.boundHoles(h)
}

// fill takes [from, to) out of the holes.
func (t *Table) fill(h *Half, from, to wire.Seq) {
	link, before := &h.holes, int32(0)
	for *link != 0 {
		i := *link
		g := t.holes.At(i)
		switch {
		case !g.from.Before(to):
			return
		case !g.to.After(from): // before the range
			link, before = &g.next, i
		case !from.After(g.from) && !to.Before(g.to): // covered
			*link = g.next
			if h.lastHole == i {
				h.lastHole = before
			}
			t.holes.Free(i)
			h.nholes--
		case !from.After(g.from): // its front
			g.from = to
			return
		case !to.Before(g.to): // its back
			g.to = from
			link, before = &g.next, i
		default: // its middle
			j, behind := t.holes.New()
			*behind = hole{from: to, to: g.to, next: g.next, beyond: g.beyond}
			g.to, g.next = from, j
			if h.lastHole == i {
				h.lastHole = j
			}
			h.nholes++
			t.boundHoles(h)
			return
		}
	}
}

// Began notes which packet begins at Low, after Add moved Low.
func (t *Table) Began(h *Half, m *Mark) {
	if h.holes != 0 {
		if g := t.holes.At(h.holes); g.beyond.Packet == 0 {
			g.beyond = h.first // the gap that Add left before the old Low
		}
	}
	h.first = *m
}

// Opened notes which packet showed the gap before from, which Add made.
func (t *Table) Opened(h *Half, from wire.Seq, m *Mark) {
	if h.holes != 0 && t.holes.At(h.lastHole).to == from {
		t.holes.At(h.lastHole).beyond = *m
	}
}

func (t *Table) appendHole(h *Half, from, to wire.Seq) {
	i, g := t.holes.New()
	*g = hole{from: from, to: to}
	if h.holes == 0 {
		h.holes = i
	} else {
		t.holes.At(h.lastHole).next = i
	}
	h.lastHole = i
	h.nholes++
	t.boundHoles(h)
}

// boundHoles gives up the lowest hole if there are too many.
func (t *Table) boundHoles(h *Half) {
	if h.nholes > maxHoles {
		t.dropHole(h)
	}
}

// dropHole gives up the lowest hole: its octets stay missing.
func (t *Table) dropHole(h *Half) {
	i := h.holes
	g := t.holes.At(i)
	h.dropped += uint64(g.to - g.from)
	if !h.hasForgotten || g.to.After(h.forgotten) {
		h.forgotten, h.hasForgotten = g.to, true
	}
	h.holes = t.holes.At(i).next
	if h.holes == 0 {
		h.lastHole = 0
	}
	h.nholes--
	t.holes.Free(i)
}

// Missing returns how many sequence numbers of this end were skipped and never
// captured.
func (t *Table) Missing(h *Half) uint64 {
	n := h.dropped
	for i := h.holes; i != 0; i = t.holes.At(i).next {
		n += uint64(t.holes.At(i).to - t.holes.At(i).from)
	}
	return n
}

// Gap reports whether numbers of this end from s on were skipped and never captured.
func (t *Table) Gap(h *Half, s wire.Seq) bool {
	return h.lastHole != 0 && t.holes.At(h.lastHole).to.After(s)
}

// Reached returns the end of what was captured of this end without a gap from s on.
func (t *Table) Reached(h *Half, s wire.Seq) wire.Seq {
	for i := h.holes; i != 0; i = t.holes.At(i).next {
		if g := t.holes.At(i); g.to.After(s) {
			return wire.MaxSeq(g.from, s)
		}
	}
	return wire.MaxSeq(h.Nxt, s)
}

// Beyond returns how many sequence numbers of h the other end, o, acknowledged after the
// last that was captured, or, where nothing was captured of h, after its own first acknowledgement. Where all that h
// sent are RSTs there is no such number: a RST may have 0 (RFC 9293 §3.10.7.1). If o is known only by bare
// acknowledgements, none of which is for the SYN of h, they belong to another connection (§3.10.7.3, figures 8 and 9).
func Beyond(h, o *Half) uint64 {
	if !h.Is(Sent) && h.Packets > 0 || !o.Is(SentACK) || !o.Ack.After(h.Nxt) {
		return 0
	}
	if h.Has&(SentSYN|SYNProved) == SentSYN && o.Payload == 0 && !o.Is(SentFIN) {
		return 0
	}
	return uint64(o.Ack - h.Nxt)
}

// Outrun moves Nxt up behind ack, the highest number that the other end acknowledged, where nothing was captured of h: a
// distance of 2^31 or more would count as one backwards (RFC 9293 §3.4). What it passes is dropped, unless h sent RSTs
// (Beyond).
func (h *Half) Outrun(ack wire.Seq) {
	if h.Is(Sent) || ack.Diff(h.Nxt) <= mostSpace {
		return
	}
	n := uint32(ack-h.Nxt) - mostSpace/2
	h.Nxt, h.NxtRel = h.Nxt.Add(n), h.NxtRel+int64(n)
	if h.Packets == 0 {
		h.dropped += uint64(n)
	}
}

// Unseen returns how many sequence numbers of h the other end, o, acknowledged, or reported by the
// highest block of its SACK, although they were never captured.
func (t *Table) Unseen(h, o *Half) uint64 {
	if !o.Is(SentACK) {
		return 0
	}
	n := Beyond(h, o)
	if !h.Is(Sent) || h.hasForgotten && !o.Ack.Before(h.forgotten) {
		n += h.dropped
	}
	for i := h.holes; i != 0; i = t.holes.At(i).next {
		g := t.holes.At(i)
		n += g.within(g.from, o.Ack)
		if r := &h.Repair; r.HasSACK {
			n += g.within(wire.MaxSeq(r.HighLeft, o.Ack), r.High)
		}
	}
	return n
}

// within returns how many numbers of a hole lie in [from, to).
func (g *hole) within(from, to wire.Seq) uint64 {
	if to.After(g.to) {
		to = g.to
	}
	return uint64(max(0, to.Diff(wire.MaxSeq(from, g.from))))
}

func (t *Table) dropHoles(h *Half) {
	for h.holes != 0 {
		i := h.holes
		h.holes = t.holes.At(i).next
		t.holes.Free(i)
	}
	h.nholes, h.lastHole = 0, 0
}

// Restart forgets what was captured of one end's sequence space.
func (t *Table) Restart(h *Half) {
	t.dropHoles(h)
	t.dropSent(h)
	h.dropped = 0
	h.rtt.active, h.echo.active, h.Suspect.active = false, false, false
}

// skipped reports whether [from, to) holds numbers of this end that were never
// captured.
func (t *Table) skipped(h *Half, from, to wire.Seq) bool {
	if !h.Is(Sent) || to.After(h.Nxt) {
		return true
	}
	for i := h.holes; i != 0; i = t.holes.At(i).next {
		if g := t.holes.At(i); g.from.Before(to) && g.to.After(from) {
			return true
		}
	}
	return false
}
