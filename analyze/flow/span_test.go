package flow

import (
	"testing"

	"pgregory.net/rapid"

	"tcpwatch/capture/wire"
)

// TestSpans compares looking through what was sent with looking at all of it.
func TestSpans(t *testing.T) {
	seq := rapid.Custom(func(r *rapid.T) wire.Seq {
		base := rapid.SampledFrom([]wire.Seq{0, 0, 0, 0, 1 << 29, 1 << 30, 1<<31 - 50, 1 << 31, 3 << 30}).Draw(r, "base")
		return base + wire.Seq(rapid.Uint32Max(300).Draw(r, "seq"))
	})
	rapid.Check(t, func(r *rapid.T) {
		table := NewTable()
		var h Half
		segment := func(packet int) wire.Segment {
			s := wire.Segment{Packet: uint64(packet), Seq: seq.Draw(r, "from"), Ack: wire.Seq(rapid.Uint32Max(1).Draw(r, "ack"))}
			s.Len = rapid.SampledFrom([]uint32{0, 1, 20, 20, 20, 100, 1 << 28, 1<<29 + 1, 1 << 31}).Draw(r, "len")
			s.HasIPID, s.IPID = rapid.Bool().Draw(r, "has id"), rapid.Uint16Max(3).Draw(r, "id")
			return s
		}
		for i := range rapid.IntRange(0, 150).Draw(r, "sent") {
			s := segment(i + 1)
			n, trace := table.sent.New()
			*trace = Trace{Mark: MarkOf(&s), Seq: s.Seq, End: s.End(), Ack: s.Ack, Again: rapid.Bool().Draw(r, "again")}
			table.joinSent(&h, n, trace)
		}
		for n := rapid.IntRange(0, 60).Draw(r, "gone"); n > 0 && table.oldest(&h) != 0; n-- {
			if i := table.oldest(&h); rapid.Bool().Draw(r, "kept") {
				table.keep(&h, i)
			} else {
				table.forgetSent(&h, i)
			}
		}
		for n := rapid.IntRange(0, 5).Draw(r, "kept no more"); n > 0 && h.nkept > 0; n-- {
			table.forgetKept(&h)
		}
		for i := range rapid.IntRange(0, 60).Draw(r, "sent after them") {
			s := segment(500 + i)
			n, trace := table.sent.New()
			*trace = Trace{Mark: MarkOf(&s), Seq: s.Seq, End: s.End(), Ack: s.Ack}
			table.joinSent(&h, n, trace)
		}
		var other Half // takes what the first gave back
		for i := range rapid.IntRange(0, 60).Draw(r, "of the other end") {
			s := segment(2000 + i)
			n, trace := table.sent.New()
			*trace = Trace{Mark: MarkOf(&s), Seq: s.Seq, End: s.End(), Ack: s.Ack}
			table.joinSent(&other, n, trace)
		}
		all := table.traces(&h)
		if len(all) != int(h.nsent) {
			r.Fatalf("%d segments in the list, %d counted", len(all), h.nsent)
		}
		for range 20 {
			s := segment(1000)
			var latest Trace
			for _, tr := range all {
				if tr.Seq.Before(s.End()) && tr.End.After(s.Seq) && tr.Seq != tr.End {
					latest = tr
				}
			}
			got := table.latest(&h, s.Seq, s.End())
			if got.prev, got.next = 0, 0; got != latest {
				r.Fatalf("[%d, %d): %+v, want %+v", s.Seq, s.End(), got, latest)
			}
			older := rapid.Bool().Draw(r, "older")
			same, again, _, _ := table.same(&h, &s, older, 0)
			if want, wanted := sameOf(all, &s, older); same != want || again != wanted {
				r.Fatalf("[%d, %d), older %v: the same %+v, want %+v", s.Seq, s.End(), older, same, want)
			}
		}
		table.dropSent(&h)
		table.dropSent(&other)
		if table.sent.Len() != 0 || table.spans.Len() != 0 {
			r.Fatalf("%d segments and %d spans are left", table.sent.Len(), table.spans.Len())
		}
	})
}

// TestSpanHalfway: numbers of one span that lie half of all numbers apart are in no
// order, and neither is passed over.
func TestSpanHalfway(t *testing.T) {
	table := NewTable()
	var h Half
	for i := range 2 * spanSize {
		s := wire.Segment{Packet: uint64(i + 1)}
		if i%2 > 0 {
			s.Seq = 1 << 31
		}
		n, trace := table.sent.New()
		*trace = Trace{Mark: MarkOf(&s), Seq: s.Seq, End: s.End()}
		table.joinSent(&h, n, trace)
	}
	for _, seq := range []wire.Seq{0, 1 << 31} {
		want := uint64(2*spanSize - 1)
		if seq != 0 {
			want++
		}
		if got, _, _, _ := table.same(&h, &wire.Segment{Seq: seq}, false, 0); got.Packet != want {
			t.Errorf("%d: packet %d, want %d", seq, got.Packet, want)
		}
	}
}

// sameOf is Same for a list.
func sameOf(all []Trace, seg *wire.Segment, older bool) (m Mark, again bool) {
	looks := maxLook
	if seg.SeqLen() > 0 || older {
		looks = maxSent
	}
	for i := len(all) - 1; i >= 0 && looks > 0; i, looks = i-1, looks-1 {
		s := &all[i]
		if s.Seq != seg.Seq || s.End != seg.End() || s.Ack != seg.Ack {
			continue
		}
		if s.IPID == seg.IPID {
			return s.Mark, s.Again
		}
		if m.Packet == 0 {
			m, again = s.Mark, s.Again
		}
	}
	return m, again
}
