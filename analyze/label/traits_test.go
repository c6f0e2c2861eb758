package label

import (
	"math/rand/v2"
	"testing"

	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// TestTraits: whatever a segment and its connection look like, a label never
// fits a segment that has none of the traits that its Spec names. So it cannot
// be missed by not being tried.
func TestTraits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var fitted, spared [Count]int
	for range 500_000 {
		c := anyContext(r)
		c.Sending, c.Reason, c.Packet = judge(c)
		candidates := traits(c).candidates()
		for id, s := range All {
			if !candidates.Has(ID(id)) {
				spared[id]++
			}
			if s.match(c) {
				c.Set = c.Set.With(ID(id)) // labels rest on those before them
				fitted[id]++
				if !candidates.Has(ID(id)) {
					t.Fatalf("%s fits a segment with the traits %b, and names %b:\n%+v\n%+v\n%+v\n%+v",
						s.Name, traits(c), s.on, *c.Segment, *c.Facts, *c.Facts.Sender, *c.Facts.Receiver)
				}
			}
		}
	}
	for id, s := range All {
		if fitted[id] == 0 {
			t.Errorf("no segment fitted %s: its traits are not tested", s.Name)
		}
		if spared[id] == 0 && ID(id) != Ack {
			t.Errorf("%s is tried for every segment", s.Name)
		}
	}
}

// anyContext returns a segment and a connection with values at random, most of
// them from the few that the rules tell apart.
func anyContext(r *rand.Rand) *Context {
	few := func(n int) uint32 { return uint32(r.IntN(n)) }
	maybe := func() bool { return r.IntN(2) == 0 }
	var f flow.Flow
	for i := range f.Half {
		h := &f.Half[i]
		h.Has = flow.Has(r.Uint32())
		h.Nxt, h.Ack, h.Low = wire.Seq(few(8)), wire.Seq(few(8)), wire.Seq(few(4))
		h.ISN, h.FinEnd, h.ProbeAt = wire.Seq(few(4)), wire.Seq(few(8)), wire.Seq(few(8))
		h.Scale = uint8(few(3))
		h.Advertise(uint16(few(4)), maybe())
		h.MSS, h.TSVal, h.HasTS = uint16(few(4)), few(4), maybe()
		h.Probed = flow.Probed(few(int(flow.Doubted) + 1))
		h.HasProbe, h.Offloads, h.SACKSum = maybe(), maybe(), few(3)
		h.LastTime, h.FreshTime, h.TTL = int64(few(4)), int64(few(4)), 64
	}
	s := &wire.Segment{
		Seq: wire.Seq(few(8)), Ack: wire.Seq(few(8)), Len: few(4), Window: uint16(few(4)),
		Checksum: wire.Checksum(few(4)), TTL: 64, TrafficClass: uint8(few(4)), Time: int64(few(1000)) * 1e6,
	}
	if s.Flags = wire.ACK; maybe() {
		s.Flags = wire.Flags(r.IntN(1 << 9))
	}
	s.Options.TSVal, s.Options.TSEcr = few(4), few(4)
	s.Options.SACKBlocks = uint8(few(3))
	for i := range s.Options.SACKBlocks {
		s.Options.SACK[i] = wire.SACKBlock{Left: wire.Seq(few(8)), Right: wire.Seq(few(8))}
	}
	if s.Options.SACKBlocks > 0 {
		s.Options.Set |= wire.OptSACK
	}
	if maybe() {
		s.Options.Set |= wire.OptTimestamps
	}
	x := &flow.Facts{
		Sender: &f.Half[0], Receiver: &f.Half[1], SeqDelta: int64(r.IntN(5)) - 2, Mark: flow.MarkOf(s), Loop: int64(few(3)) - 1,
		AnswersSYN: maybe(), AnswersFIN: maybe(), RepeatsSYN: maybe(), RepeatsFIN: maybe(), Differs: maybe(),
		AcksUnseen: maybe(), TwiceSent: maybe(), DSACK: s.Options.SACKBlocks > 0 && maybe(), TwiceReceived: uint64(few(2)), Sure: flow.Sure(few(3)), Bare: s.SeqLen() == 0,
		OvertakenBy: uint64(few(2)), OvertakenSign: flow.Sign(few(4)),
	}
	x.Cover = flow.Cover{Fresh: few(4), Old: few(3), Gap: few(3), Fills: maybe(), Below: maybe(), Unknown: maybe(), Beyond: anyMark(r)}
	x.Same, x.Overlap = anyMark(r), anyMark(r)
	return &Context{
		Segment: s, Flow: &f, Facts: x, SACK: maybe(), NoECN: maybe(), AnswersAgain: maybe(), Elsewhere: maybe(), Evidence: &Evidence{},
	}
}

func anyMark(r *rand.Rand) flow.Mark {
	return flow.Mark{
		Packet: uint64(r.IntN(2)), Time: int64(r.IntN(1000)) * 1e6, TSVal: uint32(r.IntN(4)), IPID: uint16(r.IntN(4)),
		HasID: r.IntN(2) == 0, HasTS: r.IntN(2) == 0, Bare: r.IntN(2) == 0,
	}
}
