package lab

import (
	"math"
	"testing"
	"time"
)

func anyPacket() *sent {
	p := &sent{stream: &stream{}, class: Orig}
	p.is[AnySegment], p.is[DataSegment] = true, true
	return p
}

// What becomes of the n-th packet depends on the seed and on n alone.
func TestDecideIsAFunctionOfSeedAndIndex(t *testing.T) {
	path := Path{Loss: .1, Reorder: .1, Duplicate: .1, Jitter: time.Millisecond}
	draw := func(seed uint64) (all []fate) {
		d := &direction{path: path, seed: seed}
		for range 1000 {
			all = append(all, d.decide(anyPacket()))
		}
		return all
	}
	a, b, c := draw(7), draw(7), draw(8)
	same := 0
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("packet %d: %+v, then %+v with the same seed", i, a[i], b[i])
		}
		if a[i] == c[i] {
			same++
		}
	}
	if same > 900 {
		t.Errorf("%d of 1,000 packets have the same fate with another seed", same)
	}
	// A longer jitter must not change who is lost.
	path.Jitter = 0
	for i, f := range draw(7) {
		if f.lost != a[i].lost {
			t.Fatalf("packet %d: lost %t without jitter, %t with it", i, f.lost, a[i].lost)
		}
	}
}

func TestDecideKeepsTheProbabilities(t *testing.T) {
	const n = 100_000
	d := &direction{path: Path{Loss: .01, Reorder: .03, Duplicate: .005}, seed: 1}
	for range n {
		d.decide(anyPacket())
	}
	for _, x := range []struct {
		what string
		got  uint64
		want float64
	}{{"lost", d.lost, .01}, {"held", d.held, .03 * .99}, {"copied", d.copied, .005 * .99}} {
		if e := math.Abs(float64(x.got)/n - x.want); e > 5*math.Sqrt(x.want/n) {
			t.Errorf("%s: %d of %d, expected about %.4f", x.what, x.got, n, x.want)
		}
	}
}

func TestBursts(t *testing.T) {
	d := &direction{path: Path{Burst: .01, BurstLength: 5}, seed: 3}
	run, runs := 0, 0
	for range 20_000 {
		if d.decide(anyPacket()).lost {
			run++
			continue
		}
		if run%5 != 0 {
			t.Fatalf("%d packets lost in a row, in bursts of 5", run)
		}
		runs += run / 5
		run = 0
	}
	if runs < 100 || runs > 300 {
		t.Errorf("%d bursts in 20,000 packets at 1 %%", runs)
	}
}

func TestRulesCountPerConnection(t *testing.T) {
	d := &direction{path: Path{Rules: []Rule{{What: DataSegment, First: 2, Last: 3}, {What: DataSegment, First: 5, Do: Copy}}}}
	for connection := range 2 {
		p := anyPacket()
		for n := 1; n <= 6; n++ {
			f := d.decide(p)
			if want := n == 2 || n == 3; f.lost != want {
				t.Errorf("connection %d: packet %d lost: %t", connection, n, f.lost)
			}
			if want := n >= 5; f.copied != want {
				t.Errorf("connection %d: packet %d copied: %t", connection, n, f.copied)
			}
		}
	}
}

// Jitter moves packets but does not let them pass each other; only a packet
// that is held back is passed.
func TestArrivalKeepsOrder(t *testing.T) {
	d := &direction{path: Path{Delay: time.Millisecond, Jitter: 10 * time.Millisecond, HoldBack: time.Second}, seed: 1}
	last := int64(0)
	for i := range 1000 {
		f := d.decide(anyPacket())
		now := int64(i) * 1000
		at, ok := d.arrival(now, 1500, &f)
		if !ok || at < last || at < now+int64(time.Millisecond) {
			t.Fatalf("packet %d: arrives at %d, ok %t, the one before at %d", i, at, ok, last)
		}
		last = at
	}
	held, _ := d.arrival(1e6, 1500, &fate{held: true})
	next, _ := d.arrival(1e6, 1500, &fate{})
	if held <= next {
		t.Errorf("held back to %d, the next arrives at %d", held, next)
	}
}

func TestRate(t *testing.T) {
	d := &direction{path: Path{Rate: 12_000_000, Queue: 10}} // a packet of 1,500 octets takes 1 ms
	passed := 0
	for range 50 {
		at, ok := d.arrival(0, 1500, &fate{})
		if !ok {
			continue
		}
		passed++
		if want := int64(passed) * int64(time.Millisecond); at != want {
			t.Errorf("packet %d arrives at %d, not %d", passed, at, want)
		}
	}
	if passed != 11 { // one on the wire, ten waiting
		t.Errorf("%d of 50 packets passed a queue of 10", passed)
	}
	if _, ok := d.arrival(int64(time.Second), 1500, &fate{}); !ok {
		t.Error("lost although the queue was empty")
	}
}

func TestSchedule(t *testing.T) {
	var s schedule
	times := []int64{5, 3, 9, 3, 1, 7, 3, 0, 5}
	for i, at := range times {
		s.add(delivery{at: at, to: i})
	}
	if w := s.wait(-2, 100); w != 2 {
		t.Errorf("waits %d for what is due in 2", w)
	}
	if _, ok := s.due(-1); ok {
		t.Error("delivered too early")
	}
	var last delivery
	for n := range times {
		d, ok := s.due(100)
		if !ok {
			t.Fatalf("%d of %d deliveries", n, len(times))
		}
		if n > 0 && (d.at < last.at || d.at == last.at && d.to < last.to) {
			t.Errorf("number %d due at %d after number %d due at %d", d.to, d.at, last.to, last.at)
		}
		last = d
	}
	if w := s.wait(0, 100); w != 100 {
		t.Errorf("waits %d with nothing to do", w)
	}
}

func TestPathString(t *testing.T) {
	p := Path{Delay: 10 * time.Millisecond, Loss: .01, Rules: []Rule{{What: SYN, First: 1, Last: 1}, {What: FIN, Do: Copy}, {What: ACKOfFIN, First: 1, Last: 2}, {What: DataSegment, First: 3}}}
	want := "delay 10ms, loss 1%, drop SYN 1, copy FIN every, drop ACK of FIN 1-2, drop data 3-"
	if got := p.String(); got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

// A path that stands still delivers what comes after in order, once it goes on.
func TestStop(t *testing.T) {
	const ms = time.Millisecond
	d := &direction{path: Path{Delay: ms, HoldBack: 10 * ms}}
	for _, p := range []struct {
		sent, want time.Duration
		stopped    bool
	}{{0, ms, false}, {ms, 12 * ms, true}, {2 * ms, 12 * ms, false}, {20 * ms, 21 * ms, false}} {
		if at, _ := d.arrival(int64(p.sent), 100, &fate{stopped: p.stopped}); time.Duration(at) != p.want {
			t.Errorf("sent at %v, it arrives at %v, not %v", p.sent, time.Duration(at), p.want)
		}
	}
}

// Packets that take the longer way arrive in order, and are passed by those that take the
// shorter one again.
func TestTurn(t *testing.T) {
	const ms = time.Millisecond
	turn := func(at int) Rule { return Rule{What: DataSegment, First: at, Last: at, Do: Turn} }
	d := &direction{path: Path{Delay: ms, HoldBack: 10 * ms, Rules: []Rule{turn(2), turn(4)}}}
	p := anyPacket()
	for i, want := range []time.Duration{1, 12, 13, 4, 5} {
		f := d.decide(p)
		if at, _ := d.arrival(int64(i)*int64(ms), 100, &f); time.Duration(at) != want*ms {
			t.Errorf("packet %d arrives at %v, not %v ms", i+1, time.Duration(at), int(want))
		}
	}
}
