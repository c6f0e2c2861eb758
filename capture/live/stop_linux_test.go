//go:build !pcap

package live_test

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/capture/live"
)

// TestStop: a capture ends at once, also in silence, and gives every packet from
// before its end.
func TestStop(t *testing.T) {
	n := newNet(t, pair)
	withoutDrain(t)
	for _, o := range []live.Options{
		{Interfaces: []string{"vb"}}, {Interfaces: []string{"any"}}, {Interfaces: []string{"va", "vb"}}, {Interfaces: []string{"vb"}, Rings: 2},
	} {
		for _, packets := range []int{0, 1, 500} {
			r := record(t, n, o)
			in := inject(t, n, "va")
			for i := range packets {
				in.send(t, frame(i, 100))
			}
			began := time.Now()
			got := r.finish(t)
			t.Logf("%v, %d rings, %d packets: ended after %v", o.Interfaces, max(1, o.Rings), packets, time.Since(began))
			want := packets
			if len(o.Interfaces) == 2 || o.Interfaces[0] == "any" {
				want *= 2
			}
			if len(got) != want {
				t.Errorf("%v, %d rings: %d packets, %d were sent before the end", o.Interfaces, o.Rings, len(got), want)
			}
		}
	}
}

// TestStopAmongPackets: a capture ends at once although packets go on coming, also where an
// interface is silent; else the ring would fill with them, and they would count as dropped.
func TestStopAmongPackets(t *testing.T) {
	n := newNet(t, pair)
	withoutDrain(t)
	for _, o := range []live.Options{
		{Interfaces: []string{"vb"}}, {Interfaces: []string{"vb", "lo"}},
	} {
		r, in := record(t, n, o), inject(t, n, "va")
		stopped, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			for {
				select {
				case <-stopped:
					return
				case <-time.After(time.Millisecond):
					_ = unix.Sendto(in.fd, frame(1, 0), 0, &in.to)
				}
			}
		}()
		r.wait(t, "packets", r.count(10))
		all := r.finish(t)
		if last, end := all[len(all)-1].Time, r.src.Horizon(); last > end {
			t.Errorf("%v: a packet came %v after the end", o.Interfaces, time.Duration(last-end))
		}
		close(stopped)
		<-done
	}
}

// withoutDrain makes captures end by what comes, not by the time: what waits for that ends after the test has failed.
func withoutDrain(t *testing.T) {
	was := *live.Drain
	*live.Drain = 30 * time.Second
	t.Cleanup(func() { *live.Drain = was })
}
