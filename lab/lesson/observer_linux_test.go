package lesson

import (
	"net/netip"
	"testing"
	"time"

	"tcpwatch/analyze/label"
	"tcpwatch/analyze/script"
	"tcpwatch/analyze/state"
	"tcpwatch/lab"
)

// What a timer sent just before a program reacted to an arrival was sent in the
// state before that.
func TestReaction(t *testing.T) {
	k := key{netip.MustParseAddrPort("10.77.0.1:40000"), netip.MustParseAddrPort("10.77.0.2:7788")}
	o, now := newObserver(func(*Item) {}), lab.KernelCloseWait
	o.now = func() time.Duration { return 0 }
	o.kernels = func(int) ([]lab.KernelSocket, error) {
		return []lab.KernelSocket{{State: now, Local: k.server, Remote: k.client}}, nil
	}
	o.current = &talk{key: k, at: [2]state.State{state.FinWait1, state.Established}}
	o.byNumber[1] = row(0, state.FinWait1, state.Established, "FIN")
	o.byNumber[1].Step.Phase = label.FIN
	o.onArrival(1, "FIN", func() { now = lab.KernelLastAck })
	o.Arrived(&lab.Passage{Number: 1, From: 0}, false)
	if now != lab.KernelLastAck {
		t.Fatal("the program did not react")
	}
	for _, s := range []state.State{state.CloseWait, state.LastAck} {
		if e := o.end(1, k, s); e.Verdict() != Equal {
			t.Errorf("%v: the kernel says %v", s, e.Kernel)
		}
	}
}

// The kernel of an end that has a FIN and has not answered it yet is ahead of what
// can be seen. Where the FIN comes again meanwhile nobody is wrong.
func TestAsked(t *testing.T) {
	s, err := script.Parse("0 A>B S 0\n+.02 B>A S. 0 ack 1\n+.02 A>B . 1 ack 1\n+.02 A>B F. 1:1(0) ack 1\n+.3 A>B F. 1:1(0) ack 1\n+.02 B>A . 1 ack 2\n")
	if err != nil {
		t.Fatal(err)
	}
	// What the kernels say when a segment departs, and what the other end's when it
	// has arrived; of the first FIN nothing is answered, the others do not arrive.
	const none = lab.KernelNone
	kernels := [][3]lab.KernelState{
		{lab.KernelSynSent, lab.KernelListen, lab.KernelListen},
		{lab.KernelSynSent, lab.KernelSynReceived, lab.KernelSynSent},
		{lab.KernelEstablished, lab.KernelSynReceived, lab.KernelEstablished},
		{lab.KernelFinWait1, lab.KernelEstablished, lab.KernelCloseWait},
		{lab.KernelFinWait1, lab.KernelCloseWait, none},
		{lab.KernelFinWait1, lab.KernelCloseWait, none},
	}
	o := newObserver(func(*Item) {})
	o.now = func() time.Duration { return 0 }
	first := s.Events[0].Segment
	ends, now := [2]netip.AddrPort{first.Source(), first.Destination()}, [2]lab.KernelState{}
	o.kernels = func(h int) ([]lab.KernelSocket, error) {
		return []lab.KernelSocket{{State: now[h], Local: ends[h], Remote: ends[1-h]}}, nil
	}
	for i := range s.Events {
		seg, from := s.Events[i].Segment, 0
		if seg.Source() != ends[0] {
			from = 1
		}
		p := lab.Passage{Number: uint64(i + 1), From: from, Segment: &seg}
		now = [2]lab.KernelState{kernels[i][0], kernels[i][1]}
		o.Departed(&p)
		if after := kernels[i][2]; after != none {
			now[1-from] = after
			o.Arriving(&p)
			o.Arrived(&p, from == 0 && i == 0)
		}
	}
	for i, want := range []state.State{3: state.Established, 4: state.Established, 5: state.CloseWait} {
		if e := o.rows[i].Ends[1]; i > 2 && (e.Verdict() != Equal || e.Inferred.Base() != want) {
			t.Errorf("segment %d: %v, the kernel %v, expected %v", i+1, e.Inferred, e.Kernel, want)
		}
	}
}
