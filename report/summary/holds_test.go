package summary

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/reporttest"
)

func held(number uint64, client string, since, until int64) *analyze.Connection {
	return &analyze.Connection{Number: number, Client: reporttest.Endpoint(client), Server: reporttest.Endpoint("10.0.0.2:80"), Start: since, End: since,
		TimeWait: analyze.TimeWait{Holders: analyze.ClientSide, Since: since, Until: until}}
}

// TestHolds counts ends in TIME-WAIT at one time and at the end.
func TestHolds(t *testing.T) {
	var h holds
	h.add(held(3, "10.0.0.1:3", 60, 120)) // begins as the first ends
	h.add(held(1, "10.0.0.1:1", 0, 60))
	h.add(held(2, "10.0.0.1:2", 10, 70))
	h.add(held(4, "10.0.0.9:1", 0, 60))
	h.measure(65)
	a, b := h.hosts[0], h.hosts[1]
	if a.addr != netip.MustParseAddr("10.0.0.1") || a.total != 3 || a.most != 2 || a.atEnd != 2 {
		t.Errorf("10.0.0.1: %+v, want 3 held, 2 at one time, 2 at the end", a)
	}
	if b.total != 1 || b.most != 1 || b.atEnd != 0 {
		t.Errorf("10.0.0.9: %+v, want 1 held, 1 at one time, none at the end", b)
	}
}

// TestHoldsReuse wants a tuple that is used again to be held once.
func TestHoldsReuse(t *testing.T) {
	var h holds
	first := held(1, "10.0.0.1:1", 0, 60)
	first.TimeWait.ReusedBy = 2
	h.add(first)
	h.add(held(2, "10.0.0.1:1", 5, 65))
	h.measure(10)
	if got := h.hosts[0]; got.most != 1 || got.atEnd != 1 || got.reused != 1 {
		t.Errorf("%+v, want 1 at one time, 1 at the end, 1 reused", got)
	}
}

// TestHoldsReuseOfBoth wants both ends of a simultaneous close to let go when
// their tuple is used again, by whichever end.
func TestHoldsReuseOfBoth(t *testing.T) {
	var h holds
	first := held(1, "10.0.0.1:1", 0, 60)
	first.TimeWait.Holders, first.TimeWait.ReusedBy = analyze.BothSides, 2
	h.add(first)
	second := held(2, "10.0.0.1:1", 5, 65)
	second.TimeWait.Holders = analyze.BothSides
	h.add(second)
	h.measure(10)
	if len(h.hosts) != 2 {
		t.Fatalf("%d hosts, want 2", len(h.hosts))
	}
	for _, got := range h.hosts {
		if got.total != 2 || got.most != 1 || got.atEnd != 1 || got.reused != 1 {
			t.Errorf("%+v, want 2 held, 1 at one time, 1 at the end, 1 reused", got)
		}
	}
}

// TestHoldsSweep wants the same counts however often what is over is forgotten.
func TestHoldsSweep(t *testing.T) {
	for seed := range uint64(200) {
		var whole, swept holds
		r := rand.New(rand.NewPCG(seed, 0))
		var list []*analyze.Connection
		now, last := int64(1000), map[int]*analyze.Connection{} // of each tuple
		for n := uint64(1); n <= 300; n++ {
			now += r.Int64N(8)
			port := r.IntN(100)
			since := now + r.Int64N(20)
			c := held(n, fmt.Sprintf("10.0.0.%d:%d", port%3, 1000+port), since, since+r.Int64N(90))
			c.Start, c.TimeWait.Holders = now, analyze.Side(1+r.IntN(3))
			if before := last[port]; before != nil {
				before.TimeWait.ReusedBy = n
			}
			last[port] = c
			list = append(list, c)
		}
		for _, c := range list {
			whole.add(c)
			swept.add(c)
			if r.IntN(10) == 0 {
				swept.sweep(c.Start)
			}
		}
		whole.measure(now)
		swept.measure(now)
		if !reflect.DeepEqual(whole.hosts, swept.hosts) {
			t.Fatalf("seed %d: %+v, want %+v", seed, swept.hosts, whole.hosts)
		}
	}
}

func TestHoldsBounds(t *testing.T) {
	var h holds
	for i := range MaxHosts + 3 {
		h.add(held(uint64(i), fmt.Sprintf("10.%d.%d.1:1", i>>8, i&255), 0, 60))
	}
	if len(h.hosts) != MaxHosts || h.strangers != 3 {
		t.Errorf("%d hosts and %d strangers", len(h.hosts), h.strangers)
	}
	h = holds{}
	c := held(1, "10.0.0.1:1", 0, 60)
	for range MaxHolds + 5 {
		h.add(c)
	}
	if len(h.kept) != MaxHolds || h.dropped != 5 || h.hosts[0].total != MaxHolds+5 {
		t.Errorf("%d kept, %d dropped, %d in all", len(h.kept), h.dropped, h.hosts[0].total)
	}
	h.measure(0)
	var j members
	j.holds(&h)
	if want := fmt.Sprintf(`"held":%d,"counted":%d,`, MaxHolds+5, MaxHolds); !strings.Contains(string(j.Plain), want) {
		t.Errorf("%s has not %s", j.Plain, want)
	}
}
