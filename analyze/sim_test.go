package analyze_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"sort"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

var (
	simSeeds = flag.Int("sim.seeds", 2000, "how many simulated runs each property is held against")
	simFirst = flag.Uint64("sim.first", 1, "the first seed")
)

// simTold is what the analysis said after one captured segment: states by side.
type simTold struct {
	st         [2]state.State
	connection uint64
	labels     []label.ID
	guessed    bool // RETRANSMISSION by inference alone
}

// simWatch runs the analysis over what the tap saw.
func simWatch(n *simNet) (told []simTold, records []*analyze.Connection) {
	a := analyze.New(analyze.Config{
		Packet: func(o *analyze.Observation) {
			x := simTold{connection: o.Connection}
			client := 0
			if (o.Segment.SrcPort == 40000) != o.FromClient {
				client = 1
			}
			x.st[client], x.st[1-client] = o.ClientState, o.ServerState
			o.Labels.Each(func(id label.ID) { x.labels = append(x.labels, id) })
			for _, i := range o.Evidence.Items[:o.Evidence.Len] {
				x.guessed = x.guessed || i.Label == label.Retransmission && i.Reason == label.IPIDJump
			}
			told = append(told, x)
		},
		Connection: func(c *analyze.Connection) { records = append(records, c.Clone()) },
	})
	for _, c := range n.tapped {
		seg := c.seg
		a.Segment(&seg)
	}
	a.Flush()
	sort.Slice(records, func(i, j int) bool { return records[i].Number < records[j].Number })
	return told, records
}

// simKind says which of the three kinds of run a plan is for.
type simKind int

const (
	simWhole   simKind = iota // every segment is captured and delivered, in any order
	simLossy                  // segments are lost before the tap and after it
	simPartial                // and some of what is delivered is not captured
)

func simDraw(seed uint64, kind simKind) *simNet {
	r := rand.New(rand.NewPCG(seed, uint64(kind)))
	p := simPlan{seed: seed, split: r.Float64(), blind: -1}
	pick := func(of ...float64) float64 { return of[r.IntN(len(of))] }
	if r.IntN(3) == 0 {
		p.jitter = int64(pick(5e6, 30e6, 100e6))
	}
	p.dup = pick(0, 0, 0, 0.05, 0.2)
	if kind != simWhole {
		p.lossBefore, p.lossBehind = pick(0, 0.05, 0.3), pick(0, 0.05, 0.3)
	}
	if kind == simPartial {
		switch r.IntN(3) {
		case 0:
			p.startAt = r.Int64N(int64(1e9))
		case 1:
			p.blind = r.IntN(2)
		case 2:
			p.unseen = pick(0.05, 0.2, 0.5)
		}
	}
	p.simultaneous = r.IntN(5) == 0
	p.refuse = !p.simultaneous && r.IntN(15) == 0
	p.ids, p.stamps = r.IntN(3) > 0, r.IntN(2) == 0
	both := r.Int64N(int64(800e6)) // for closes that cross
	for i := range 2 {
		p.writes[i] = r.IntN(4)
		p.closeAt[i], p.abortAt[i], p.dallyA[i] = -1, -1, r.Int64N(int64(100e6))
		switch r.IntN(8) {
		case 0, 1, 2:
			p.closeAt[i] = r.Int64N(int64(1e9))
		case 3, 4:
			p.closeAt[i] = both + r.Int64N(2*simDelay)
		case 5:
			p.dallyA[i] = -1
		case 6:
			p.closeAt[i] = r.Int64N(4 * simDelay) // as early as in SYN-RECEIVED
		}
		if r.IntN(12) == 0 {
			p.abortAt[i] = r.Int64N(int64(1e9))
		}
	}
	n := &simNet{plan: p, rnd: r}
	n.run()
	return n
}

// simFaults collects violations by class, and shows the first trace of each.
type simFaults struct {
	count map[string]int
	first map[string]string
	seeds map[string][]uint64
}

func (f *simFaults) add(class string, n *simNet, told []simTold, detail string) {
	if f.count == nil {
		f.count, f.first, f.seeds = map[string]int{}, map[string]string{}, map[string][]uint64{}
	}
	f.count[class]++
	if len(f.seeds[class]) < 8 {
		f.seeds[class] = append(f.seeds[class], n.plan.seed)
	}
	if f.first[class] == "" {
		f.first[class] = detail + "\n" + n.trace(told)
	}
}

func (f *simFaults) report(t *testing.T) {
	t.Helper()
	for class, n := range f.count {
		t.Errorf("%s: %d times, seeds %v\n%s", class, n, f.seeds[class], f.first[class])
	}
}

func simRuns(t *testing.T, kind simKind, check func(f *simFaults, n *simNet, told []simTold, records []*analyze.Connection)) {
	t.Helper()
	var f simFaults
	seeds := uint64(*simSeeds)
	if testing.Short() {
		seeds = min(seeds, 250)
	}
	for seed := *simFirst; seed < *simFirst+seeds; seed++ {
		n := simDraw(seed, kind)
		told, records := simWatch(n)
		if len(told) != len(n.tapped) {
			t.Fatalf("seed %d: %d observations of %d segments", seed, len(told), len(n.tapped))
		}
		check(&f, n, told, records)
	}
	f.report(t)
}

// at returns what held at the end at a time.
func (e *simEnd) at(when int64) simMove {
	i := sort.Search(len(e.moves), func(i int) bool { return e.moves[i].at > when })
	return e.moves[i-1]
}

// final is what holds at the end of the run.
func (e *simEnd) final() simMove { return e.moves[len(e.moves)-1] }

// claims are the things that a state says have happened at the end.
var claims = [state.Count]simFacts{
	state.SynSent:     didOpen,
	state.SynReceived: didOpen | gotSYN,
	state.Established: didOpen | gotSYN | synAcked,
	state.FinWait1:    didOpen | gotSYN | didClose,
	state.FinWait2:    didOpen | gotSYN | synAcked | didClose | finAcked,
	state.CloseWait:   didOpen | gotSYN | gotFIN,
	state.Closing:     didOpen | gotSYN | didClose | gotFIN,
	state.LastAck:     didOpen | gotSYN | didClose | gotFIN,
	state.TimeWait:    didOpen | gotSYN | synAcked | didClose | gotFIN | finAcked,
	state.Closed:      wasClosed,
}

// ahead reports whether state s claims something that had not happened at the
// end by a time. LAST-ACK, and CLOSED after it, claim an order, too: the peer's
// FIN came before the own one left. That is checked where the tap saw a FIN of
// the end that shows the opposite.
func (n *simNet) ahead(e *simEnd, s state.State, when int64, k int) bool {
	m := e.at(when)
	passive := didClose | gotFIN | finAcked
	switch {
	case s == state.LastAck && e.finFirst:
		return n.firstFIN(e, k) || claims[s]&^m.facts != 0
	case s == state.Closed && m.facts&passive == passive && e.finFirst:
		return n.firstFIN(e, k) && m.st != state.Closed
	}
	return claims[s]&^m.facts != 0
}

// firstFIN reports whether the tap saw, up to index k, a FIN of the end that
// does not acknowledge the peer's.
func (n *simNet) firstFIN(e *simEnd, k int) bool {
	o := n.end[1-e.side]
	for _, c := range n.tapped[:k+1] {
		if c.from == e.side && c.seg.Flags.Has(wire.FIN) && !(o.finSent && c.seg.Ack.After(o.finSeq)) {
			return true
		}
	}
	return false
}

// settled is the time by which everything captured up to index k has been
// delivered, or will not be any more.
func (n *simNet) settled(k int) int64 {
	at := n.tapped[k].tap
	for _, c := range n.tapped[:k+1] {
		at = max(at, c.arrived)
	}
	return at
}

// passedBy returns a captured segment towards end e, up to index k, that counts
// on sight but did nothing at the end: an ACK that was lost or dropped after
// the tap and covers more than the end had acknowledged by then, or a RST. Once
// the end itself was captured sending its SYN or FIN again, an ACK that passed
// before is no excuse, nor is a RST that passed a second before: the analysis
// is told that it came to nothing.
func (n *simNet) passedBy(e *simEnd, k int) *simCopy {
	una := e.at(n.settled(k)).una
	again := int64(-1)
	for i := k; i >= 0; i-- {
		c := n.tapped[i]
		s := &c.seg
		if c.from == e.side {
			if again < 0 && s.Flags.Any(wire.SYN|wire.FIN) && n.sentAgain(c) && s.Seq.Before(una+1) {
				again = c.tap
			}
			continue
		}
		switch {
		case s.Flags.Has(wire.RST) && !c.taken && again-c.tap < int64(1e9):
			return c
		case s.Flags.Has(wire.ACK) && !s.Flags.Has(wire.RST) && !c.taken && s.Ack.After(una) && again < 0:
			return c
		}
	}
	return nil
}

// sentAgain reports whether c's SYN or FIN had been captured before, and a timer
// can have run since. A SYN-ACK after a SYN is not the same one: it answers
// the peer's SYN (figure 7).
func (n *simNet) sentAgain(c *simCopy) bool {
	for _, b := range n.tapped[:c.captured] {
		if b.from == c.from && c.sent-b.sent > int64(100e6) && b.seg.End() == c.seg.End() &&
			b.seg.Flags&c.seg.Flags&(wire.SYN|wire.FIN) != 0 && (b.seg.Flags^c.seg.Flags)&wire.SYN == 0 &&
			(!b.seg.Flags.Has(wire.SYN) || b.seg.Flags == c.seg.Flags) {
			return true
		}
	}
	return false
}

// TestNeverAhead: a state claims that certain things have happened at the end
// (see claims). It is ahead of the truth when one of them has not happened by
// the time at which every segment captured so far has been delivered; a state
// that claims too little is merely after, and TestFinalStates looks at that.
// Exempt is an end at which an ACK or a RST that counts on sight came to
// nothing (see passedBy). LISTEN? is never wrong: nothing shows whether a port
// listens.
func TestNeverAhead(t *testing.T) {
	for _, kind := range []simKind{simWhole, simLossy} {
		simRuns(t, kind, func(f *simFaults, n *simNet, told []simTold, _ []*analyze.Connection) {
			for k := range told {
				if told[k].connection != 1 {
					f.add("another connection", n, told, fmt.Sprint("at packet ", k+1))
					return
				}
				for i, e := range n.end {
					s := told[k].st[i]
					if s.IsInferred() || s.Base() == state.Unknown || !n.ahead(e, s, n.settled(k), k) || n.passedBy(e, k) != nil {
						continue
					}
					f.add(fmt.Sprintf("kind %d: %v ahead of %v", kind, s, e.at(n.settled(k)).st), n, told,
						fmt.Sprintf("packet %d, end %c", k+1, 'A'+rune(i)))
					return
				}
			}
		})
	}
}

// TestFinalStates: at the end of a run in which every segment was captured and
// delivered, the states are those of the ends. Otherwise a wrong one is
// explained by a segment that the analysis could not know the fate of (see
// explain).
func TestFinalStates(t *testing.T) {
	for _, kind := range []simKind{simWhole, simLossy, simPartial} {
		simRuns(t, kind, func(f *simFaults, n *simNet, told []simTold, _ []*analyze.Connection) {
			if len(told) == 0 {
				return
			}
			last := told[len(told)-1]
			for i, e := range n.end {
				s, want := last.st[i], e.final().st
				if s.Base() == want || s == state.Listen|state.Inferred && want == state.Closed {
					continue // whether it listens again is never seen
				}
				if kind != simWhole && (s.IsInferred() || s.Base() == state.Unknown) || n.explain(e, s.Base()) != nil {
					continue
				}
				f.add(fmt.Sprintf("kind %d: %v, in truth %v", kind, s, want), n, told, fmt.Sprintf("end %c", 'A'+rune(i)))
				return
			}
		})
	}
}

// TestPartial: where segments were not captured, a state is marked as inferred,
// or unknown, or not ahead of the truth.
func TestPartial(t *testing.T) {
	simRuns(t, simPartial, func(f *simFaults, n *simNet, told []simTold, _ []*analyze.Connection) {
		for k := range told {
			for i, e := range n.end {
				s := told[k].st[i]
				if s.IsInferred() || s.Base() == state.Unknown || !n.ahead(e, s, n.settled(k), k) || n.passedBy(e, k) != nil {
					continue
				}
				f.add(fmt.Sprintf("%v ahead of %v", s, e.at(n.settled(k)).st), n, told, fmt.Sprintf("packet %d, end %c", k+1, 'A'+rune(i)))
				return
			}
		}
	})
}
