package analyze

import (
	"math/rand/v2"
	"testing"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// TestSettled holds the way past the evidence rule to the rule: where moves takes
// it, applying the rule would have changed nothing.
func TestSettled(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	few := func(n int) wire.Seq { return wire.Seq(r.IntN(n)) }
	maybe := func() bool { return r.IntN(2) == 0 }
	passed := 0
	a := New(Config{})
	for range 300_000 {
		var f flow.Flow
		for i := range f.Half {
			h := &f.Half[i]
			h.Has = flow.Has(r.Uint32())
			if h.State = state.State(few(int(state.Count))); maybe() {
				h.State = state.Established
				h.Has = flow.Has(r.Uint32())
				if r.IntN(8) > 0 { // else hardly any would go past the rule
					h.Has = h.Has&^unsettled | opened
				}
			}
			h.Before, h.BeforeSYN = state.State(few(int(state.Count))), state.State(few(int(state.Count)))
			h.Base, h.LastTime = few(8), int64(few(3))
			h.ISN, h.Low, h.Nxt, h.Ack, h.FinEnd = few(3), few(3), few(8), few(8), few(8)
			h.HeldAck, h.SYNHeldAck, h.MostWindow, h.MostLen = few(8), few(8), 4, uint32(few(3))
			h.HasOldSYN, h.Payload = maybe(), uint64(few(2))
		}
		n := note{synData: uint32(few(2)), synAckCount: uint32(few(2)), plainAck: [2]bool{maybe(), maybe()}}
		n.tw.finAgain = [2]bool{maybe(), maybe()}
		seg := wire.Segment{Seq: few(8), Ack: few(8), Len: uint32(few(3)), Flags: wire.ACK, Time: int64(few(3))}
		if maybe() {
			seg.Flags = wire.Flags(r.IntN(1 << 6))
		}
		from := flow.Side(few(2))
		x, y := &f.Half[from], &f.Half[from.Other()]
		if r.IntN(8) == 0 {
			y = x // a socket connected with itself
		}
		f.Client = flow.Side(few(2))
		a.facts = flow.Facts{
			From: from, Sender: x, Receiver: y, SeqDelta: int64(few(4)) - 2, Bare: seg.SeqLen() == 0,
			AnswersFIN: maybe(), AnswersFINFirst: maybe(), AnswersSYN: maybe(), RepeatsSYN: maybe(), RepeatsFIN: maybe(), AcksUnseen: maybe(),
		}
		if a.lab.Set = 0; maybe() {
			a.lab.Set = a.lab.Set.With(label.Retransmission)
		}
		if maybe() {
			a.lab.Set = a.lab.Set.With(label.BadChecksum)
		}
		a.lab.Segment, a.lab.Facts = &seg, &a.facts
		before, noted := f, n
		if a.moves(&f, &n, &seg); f != before || n != noted || !settled(x) || !settled(y) {
			continue
		}
		passed++
		if a.apply(&f, &n, x, y, &seg); f != before || n != noted {
			t.Fatalf("a segment with sequence number %d and %v moves an end %s (%b) or %s (%b), now %s and %s", seg.Seq, seg.Flags,
				before.Half[from].State, before.Half[from].Has, before.Half[from.Other()].State, before.Half[from.Other()].Has, x.State, y.State)
		}
	}
	if passed < 10_000 {
		t.Fatalf("only %d segments went past the rule", passed)
	}
}
