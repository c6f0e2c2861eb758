package listener

import (
	"fmt"
	"math"
	"math/rand"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/verdict"
)

// TestHistogram compares quantiles with those of the sorted list.
func TestHistogram(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for _, most := range []float64{1e3, 1e5, 1e7, 1e9, 1e12} {
		var h Histogram
		if h.Quantile(0.5) != -1 {
			t.Fatal("an empty histogram has a quantile")
		}
		var all []int64
		for range 999 {
			ns := int64(math.Exp(r.Float64() * math.Log(most)))
			h.Add(ns)
			all = append(all, ns)
		}
		slices.Sort(all)
		for _, q := range []float64{0.001, 0.5, 0.9, 0.99, 1} {
			want := all[int(math.Ceil(q*999))-1]
			got := h.Quantile(q)
			if got < want || float64(got-want) > max(128, 0.016*float64(want)) || got > all[998] {
				t.Errorf("up to %g: quantile %g is %d, want %d or little more, and at most %d", most, q, got, want, all[998])
			}
		}
	}
	var h Histogram
	h.Add(-5)
	h.Add(math.MaxInt64)
	if h.n != 2 || len(h.buckets) > 1900 {
		t.Errorf("%d counted in %d buckets", h.n, len(h.buckets))
	}
	if low, high := h.Quantile(0.5), h.Quantile(1); low != 127 || high != math.MaxInt64 {
		t.Errorf("quantiles %d and %d of 0 and the longest there is", low, high)
	}
	h.clear()
	h.Add(4_001_000)
	for _, q := range []float64{0.5, 0.99} {
		if got := h.Quantile(q); got != 4_001_000 {
			t.Errorf("quantile %g of one duration is %d, want itself", q, got)
		}
	}
}

const second = int64(1e9)

// attempt is a connection that gets a SYN-ACK at a time and its ACK, or a RST,
// or nothing (0), later.
func attempt(from string, synAck, ack, rst int64) *analyze.Connection {
	c := &analyze.Connection{Client: netip.MustParseAddrPort(from), Server: netip.MustParseAddrPort("192.0.2.9:80"), Start: synAck - 1}
	c.Steps = []analyze.Step{{Packet: 1, Time: synAck - 1, FromClient: true, Phase: label.SYN}, {Packet: 2, Time: synAck, Phase: label.SynAck}}
	c.Opening = analyze.Opening{Outcome: analyze.OpeningHalfOpen, SynCount: 1, SynAckCount: 1, Took: -1}
	switch {
	case ack != 0:
		c.Opening.Outcome, c.Opening.AckPacket, c.Opening.Took = analyze.OpeningComplete, 3, ack-c.Start
	case rst != 0:
		c.Opening.Outcome, c.Closing.RstPacket = analyze.OpeningReset, 3
		c.Steps = append(c.Steps, analyze.Step{Packet: 3, Time: rst, FromClient: true, Phase: label.RST})
	}
	return c
}

func TestCounts(t *testing.T) {
	var tab Table
	at := func(s float64) int64 { return second*1000 + int64(s*1e9) }
	tab.Add(attempt("10.0.0.1:1", at(0), at(1), 0), nil)
	tab.Add(attempt("10.0.0.1:2", at(0.5), 0, at(2)), nil)
	tab.Add(attempt("10.0.0.1:3", at(1), at(3), 0), nil) // enters as the first leaves
	tab.Add(attempt("10.0.0.1:4", at(1.5), 0, 0), nil)
	ignored := attempt("10.0.0.1:5", at(10), at(11), 0)
	ignored.Clues.Ignored = 5
	tab.Add(ignored, []verdict.Verdict{{ID: verdict.SlowSyn}, {ID: verdict.AcceptQueueFull}})
	late := attempt("10.0.0.1:7", at(10), at(11), 0)
	late.Clues.Ignored, late.Clues.ServerProved = 3, 9 // the third was taken
	tab.Add(late, []verdict.Verdict{{ID: verdict.AcceptQueueFull}})
	for _, o := range []analyze.OpeningOutcome{analyze.OpeningRefused, analyze.OpeningUnanswered} {
		c := attempt("10.0.0.1:6", at(12), 0, 0)
		c.Steps, c.Opening = c.Steps[:1], analyze.Opening{Outcome: o, SynCount: 2, Took: -1}
		tab.Add(c, nil)
	}
	mid := attempt("10.0.0.1:9", at(13), 0, 0)
	mid.Opening = analyze.Opening{Outcome: analyze.OpeningMidstream}
	tab.Add(mid, nil)

	l := tab.List(at(20))[0]
	if l.Attempts != 8 || l.Completed != 4 || l.Reset != 1 || l.HalfOpen != 1 || l.Refused != 1 || l.Unanswered != 1 {
		t.Errorf("attempts %d: %+v", l.Attempts, l)
	}
	if l.MostSynReceived != 3 || l.SynReceived != 1 || l.AtLeast {
		t.Errorf("in SYN-RECEIVED: %d at the most, %d at the end", l.MostSynReceived, l.SynReceived)
	}
	if l.NotAccepted != 2 || l.IgnoredSegments != 5+2 || l.Handshakes.n != 4 || l.Flood() {
		t.Errorf("not accepted %d, ignored %d, %d handshakes, flood %t", l.NotAccepted, l.IgnoredSegments, l.Handshakes.n, l.Flood())
	}
	if l = tab.List(at(100))[0]; l.SynReceived != 0 {
		t.Errorf("%d in SYN-RECEIVED long after the last SYN-ACK", l.SynReceived)
	}
	if tab.pending != 0 {
		t.Errorf("%d events left", tab.pending)
	}
}

// TestWithoutTimes: everything is counted as with the times of handshakes, but these.
func TestWithoutTimes(t *testing.T) {
	with, without := Table{}, Table{WithoutTimes: true}
	for i := range int64(20) {
		at := second * (1000 + i)
		ack := i % 4 * (at + i*1e6)
		with.Add(attempt("10.0.0.1:1", at, ack, i%3), nil)
		without.Add(attempt("10.0.0.1:1", at, ack, i%3), nil)
	}
	l, o := with.List(second * 1010)[0], without.List(second * 1010)[0]
	if l.Handshakes.n == 0 || o.Handshakes.n != 0 || o.Handshakes.buckets != nil {
		t.Errorf("%d times, and %d without", l.Handshakes.n, o.Handshakes.n)
	}
	l.Handshakes = Histogram{}
	if !reflect.DeepEqual(l, o) {
		t.Errorf("without times\n%+v, with them\n%+v", o, l)
	}
}

// TestAtOnce: a clock that stood still through a handshake measured it all the same: it
// took no time, and the connection left SYN-RECEIVED when it came there.
func TestAtOnce(t *testing.T) {
	var tab Table
	at := second * 1000
	c := attempt("10.0.0.1:1", at, at-1, 0) // its SYN is a nanosecond before at
	c.Steps[1].Time, c.Opening.RTTClient = c.Start, second
	tab.Add(c, nil)
	l := tab.List(at)[0]
	if l.Handshakes.n != 1 || l.Handshakes.Quantile(1) != 0 {
		t.Errorf("%d handshakes, the longest %d ns; want one of 0", l.Handshakes.n, l.Handshakes.Quantile(1))
	}
	if l.SynReceived != 0 {
		t.Errorf("%d in SYN-RECEIVED after its ACK", l.SynReceived)
	}
}

// TestResetAtOnce: a RST in the instant of the SYN-ACK ends what began there.
func TestResetAtOnce(t *testing.T) {
	var tab Table
	at := second * 1000
	tab.Add(attempt("10.0.0.1:1", at, 0, at), nil)
	if l := tab.List(at)[0]; l.SynReceived != 0 {
		t.Errorf("%d in SYN-RECEIVED after its RST", l.SynReceived)
	}
}

// TestSYNMissed: where the SYN was not captured, a connection is in SYN-RECEIVED
// from its SYN-ACK for as long as the client took to acknowledge it.
func TestSYNMissed(t *testing.T) {
	var tab Table
	for i := range int64(3) { // the second and the third at one time
		c := attempt("10.0.0.1:1", second*(1000+2*i-i/2), 1, 0)
		c.Steps = c.Steps[1:]
		c.Opening.Took, c.Opening.RTTClient = -1, second*3/2
		tab.Add(c, nil)
	}
	if l := tab.List(second * 1004)[0]; l.MostSynReceived != 2 || l.SynReceived != 1 {
		t.Errorf("%d at the most at one time, %d at last; want 2, 1", l.MostSynReceived, l.SynReceived)
	}
	if l := tab.List(second * 1005)[0]; l.SynReceived != 0 {
		t.Errorf("%d in SYN-RECEIVED after their ACKs", l.SynReceived)
	}
}

// TestFlood wants many half-open connections of many sources, and only these,
// to be called a flood.
func TestFlood(t *testing.T) {
	for _, c := range []struct {
		name                    string
		half, sources, complete int
		want                    bool
	}{
		{"flood", 150, 100, 10, true},
		{"few at one time", 99, 99, 0, false},
		{"one source", 150, 1, 0, false},
		{"one in ten completed", 144, 100, 16, false},
		{"fewer than one in ten completed", 145, 100, 16, true},
		{"enough completed", 150, 100, 17, false},
	} {
		var tab Table
		for i := range c.half {
			tab.Add(attempt(fmt.Sprintf("10.0.%d.1:%d", i%c.sources, 1000+i), second*1000+int64(i), 0, 0), nil)
		}
		for i := range c.complete {
			tab.Add(attempt("10.9.9.9:9", second*1001+int64(i), second*1001+int64(i)+1, 0), nil)
		}
		if l := tab.List(second * 1002)[0]; l.Flood() != c.want {
			t.Errorf("%s: %t with %d in SYN-RECEIVED, %d of %d completed, %d sources", c.name, l.Flood(), l.MostSynReceived, l.Completed, l.Attempts, l.Sources())
		}
	}
}

// TestFloodSources: what came from one address fewer than a flood needs is none, however many
// there are.
func TestFloodSources(t *testing.T) {
	var tab Table
	sources := func() int { return tab.List(second*1000 + 500)[0].Sources() }
	add := func(host int) {
		for i := range 20 {
			tab.Add(attempt(fmt.Sprintf("10.0.%d.1:%d", host, 1000+i), second*1000+int64(host), 0, 0), nil)
		}
	}
	add(0)
	for host := 1; sources() < 15; host++ {
		add(host)
	}
	if l := tab.List(second * 1001)[0]; l.Flood() || l.MostSynReceived < 200 {
		t.Errorf("15 sources, %d in SYN-RECEIVED: %t", l.MostSynReceived, l.Flood())
	}
	for host := 100; sources() < 16; host++ {
		add(host)
	}
	if l := tab.List(second * 1001)[0]; !l.Flood() {
		t.Error("16 sources: none")
	}
}

// TestSilentFlood: a victim that answers nothing is under a flood as well.
func TestSilentFlood(t *testing.T) {
	for _, c := range []struct {
		name              string
		silent, sources   int
		complete, refused int
		want              bool
	}{
		{"flood", 1000, 100, 10, 0, true},
		{"too few", 999, 100, 0, 0, false},
		{"one source", 1000, 1, 0, 0, false},
		{"enough completed", 1000, 100, 112, 0, false},
		{"most refused", 1000, 100, 0, 1001, false},
	} {
		var tab Table
		add := func(n int, outcome analyze.OpeningOutcome) {
			for i := range n {
				tab.Add(&analyze.Connection{
					Client: netip.MustParseAddrPort(fmt.Sprintf("10.0.%d.1:%d", i%c.sources, 1000+i)), Server: netip.MustParseAddrPort("192.0.2.1:80"),
					Start: second*1000 + int64(i), Opening: analyze.Opening{Outcome: outcome, SynCount: 1, Took: -1},
				}, nil)
			}
		}
		add(c.silent, analyze.OpeningUnanswered)
		add(c.refused, analyze.OpeningRefused)
		add(c.complete, analyze.OpeningComplete)
		if l := tab.List(second * 1002)[0]; l.Flood() != c.want {
			t.Errorf("%s: %t with %d unanswered, %d of %d completed, %d sources", c.name, l.Flood(), l.Unanswered, l.Completed, l.Attempts, l.Sources())
		}
	}
}

// TestMostAtOnce compares with a count over all pairs.
func TestMostAtOnce(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for range 50 {
		var tab Table
		type stay struct{ from, to int64 }
		var stays []stay
		start := second * 1000
		for range 40 {
			start += r.Int63n(100)
			enter := start + 1 + r.Int63n(300)
			leave := enter + 1 + r.Int63n(1000)
			c := attempt("10.0.0.1:1", enter, leave, 0)
			c.Start, c.Steps[0].Time = start, start
			c.Opening.Took = leave - start
			tab.Add(c, nil)
			stays = append(stays, stay{enter, leave})
		}
		want := uint64(0)
		for _, a := range stays {
			n := uint64(0)
			for _, b := range stays {
				if b.from <= a.from && a.from < b.to {
					n++
				}
			}
			want = max(want, n)
		}
		if got := tab.List(math.MaxInt64)[0].MostSynReceived; got != want {
			t.Fatalf("%d at the most at one time, want %d", got, want)
		}
	}
}

func TestBounds(t *testing.T) {
	var tab Table
	for i := range MaxListeners + 1 {
		c := attempt("10.0.0.1:1", second*1000, 0, 0)
		c.Server = netip.AddrPortFrom(c.Server.Addr(), uint16(i))
		tab.Add(c, nil)
		if i == 7 {
			tab.Add(c, nil)
		}
	}
	list := tab.List(second * 2000)
	if want := MaxListeners*3/4 + 1; len(list) != want || tab.Dropped != MaxListeners/4 || tab.DroppedAttempts != MaxListeners/4 {
		t.Errorf("%d listeners, %d dropped with %d attempts", len(list), tab.Dropped, tab.DroppedAttempts)
	}
	if list[0].Address.Port() != 7 || tab.pending != 0 {
		t.Errorf("the first is %s; %d events left", list[0].Address, tab.pending)
	}
	tab = Table{}
	for i := range maxEvents/2 + 9 {
		tab.Add(attempt("10.0.0.1:1", second*1000+int64(i)/1e6, 0, 0), nil)
	}
	if l := tab.List(second * 1001)[0]; !l.AtLeast || l.MostSynReceived > maxEvents/2+1 {
		t.Errorf("at least %t, %d", l.AtLeast, l.MostSynReceived)
	}
}

// Events of a listener that nobody calls any more make room for those of others.
func TestSilentListenerMakesRoom(t *testing.T) {
	var tab Table
	for i := range maxEvents + 9000 { // those that have entered wait to leave
		tab.Add(attempt(fmt.Sprintf("10.0.%d.%d:1", i/250%250, i%250), second*1000+int64(i)*1e3, 0, 0), nil)
	}
	for i := range 5000 {
		c := attempt(fmt.Sprintf("10.1.%d.%d:1", i/250%250, i%250), second*4600+int64(i)*1e3, 0, 0)
		c.Server = netip.MustParseAddrPort("10.9.9.9:99")
		tab.Add(c, nil)
	}
	list := tab.List(second * 5000)
	if first := list[0]; !first.AtLeast || !first.Flood() || first.MostSynReceived < maxEvents-1 || first.MostSynReceived > maxEvents || first.SynReceived != 0 {
		t.Errorf("the first: %d in SYN-RECEIVED, at least %t, at the end %d", first.MostSynReceived, first.AtLeast, first.SynReceived)
	}
	if later := list[1]; later.AtLeast || !later.Flood() || later.MostSynReceived != 5000 {
		t.Errorf("the later: %d in SYN-RECEIVED, at least %t, flood %t", later.MostSynReceived, later.AtLeast, later.Flood())
	}
	if tab.pending != 0 {
		t.Errorf("%d events left", tab.pending)
	}
}
