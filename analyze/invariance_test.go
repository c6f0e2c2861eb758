package analyze_test

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/order"
	"tcpwatch/capture/wire"
)

// account is everything that is said of some segments.
type account struct {
	seen    []analyze.Observation
	records []*analyze.Connection
	moments []analyze.Moment // without what they point to
}

func analyse(segs []wire.Segment) account { return analyseUntil(segs, segs[0].Time) }

// analyseUntil does so where the capture goes on until end.
func analyseUntil(segs []wire.Segment, end int64) (a account) {
	an := analyze.New(analyze.Config{
		Packet: func(o *analyze.Observation) {
			c := *o
			c.Segment = nil
			clear(c.Evidence.Items[c.Evidence.Len:]) // left over from others
			a.seen = append(a.seen, c)
		},
		Moment: func(m *analyze.Moment) {
			c := *m
			c.Connection = nil
			a.moments = append(a.moments, c)
		},
		Connection: order.New(func(c *analyze.Connection) {
			c = c.Clone()
			for _, list := range []*[]uint64{&c.Opening.SynPackets, &c.Opening.SynAckPackets, &c.Closing.FinPackets} {
				*list = append([]uint64(nil), *list...) // nil where empty
			}
			c.Steps = append([]analyze.Step(nil), c.Steps...)
			a.records = append(a.records, c)
		}).Connection,
	})
	for i := range segs {
		an.Segment(&segs[i])
	}
	an.Advance(end)
	an.Flush()
	return a
}

// runs returns the segments of some simulated runs of each kind.
func runs(t *testing.T, n uint64) (all [][]wire.Segment) {
	t.Helper()
	if testing.Short() {
		n = n/4 + 1
	}
	for seed := uint64(1); seed <= n; seed++ {
		for _, kind := range []simKind{simWhole, simLossy, simPartial} {
			var segs []wire.Segment
			for _, c := range simDraw(seed, kind).tapped {
				segs = append(segs, c.seg)
			}
			if len(segs) > 0 {
				all = append(all, segs)
			}
		}
	}
	return all
}

// changed returns a copy of segs with each segment changed.
func changed(segs []wire.Segment, change func(*wire.Segment)) []wire.Segment {
	out := append([]wire.Segment(nil), segs...)
	for i := range out {
		change(&out[i])
	}
	return out
}

func sameAccount(t *testing.T, what string, got, want account) {
	t.Helper()
	for i := range want.seen {
		if i >= len(got.seen) || got.seen[i] != want.seen[i] {
			t.Fatalf("%s: observation %d of %d:\n got %+v\nwant %+v", what, i+1, len(want.seen), got.seen[i], want.seen[i])
		}
	}
	for i := range want.moments {
		if i >= len(got.moments) || got.moments[i] != want.moments[i] {
			t.Fatalf("%s: moment %d of %d:\n got %+v\nwant %+v", what, i+1, len(want.moments), got.moments[i], want.moments[i])
		}
	}
	if len(got.moments) != len(want.moments) {
		t.Fatalf("%s: %d moments, want %d", what, len(got.moments), len(want.moments))
	}
	if len(got.records) != len(want.records) {
		t.Fatalf("%s: %d records, want %d", what, len(got.records), len(want.records))
	}
	for i := range want.records {
		if !reflect.DeepEqual(got.records[i], want.records[i]) {
			t.Fatalf("%s: record %d:\n got %+v\nwant %+v", what, i+1, got.records[i], want.records[i])
		}
	}
}

// TestShiftedNumbers: where the sequence space begins makes no difference, not
// even across its end.
func TestShiftedNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, segs := range runs(t, 150) {
		want := analyse(segs)
		// The raw numbers stand in the records; move them along.
		for _, to := range []uint32{r.Uint32(), -uint32(segs[0].Seq) - 5, 1<<31 - uint32(segs[0].Seq)} {
			by := [2]wire.Seq{wire.Seq(to), wire.Seq(r.Uint32())}
			got := analyse(changed(segs, func(s *wire.Segment) {
				from := 0
				if s.SrcPort != 40000 {
					from = 1
				}
				// A RST that answers a SYN has the number 0 whatever the ISN.
				if !s.Flags.Has(wire.RST|wire.ACK) || s.Seq != 0 {
					s.Seq += by[from]
				}
				if s.Flags.Has(wire.ACK) {
					s.Ack += by[1-from]
				}
			}))
			sameAccount(t, "shifted numbers", maskNumbers(got), maskNumbers(want))
		}
	}
}

// maskNumbers clears the raw sequence numbers of the records.
func maskNumbers(a account) account {
	out := account{seen: a.seen, moments: a.moments}
	for _, c := range a.records {
		c = c.Clone()
		c.Opening.ClientISN, c.Opening.ServerISN, c.Opening.AckOfClient, c.Opening.AckOfServer = 0, 0, 0, 0
		c.ClientBase.Number, c.ServerBase.Number = 0, 0
		for i := range c.Steps {
			c.Steps[i].Seq, c.Steps[i].Ack = 0, 0
		}
		out.records = append(out.records, c)
	}
	return out
}

// TestSwappedEnds: the addresses of the ends make no difference where the
// handshake tells their roles.
func TestSwappedEnds(t *testing.T) {
	for _, segs := range runs(t, 150) {
		want := analyse(segs)
		got := analyse(changed(segs, func(s *wire.Segment) { s.Src, s.Dst = s.Dst, s.Src }))
		for _, c := range got.records {
			a, b := netip.AddrPortFrom(c.Server.Addr(), c.Client.Port()), netip.AddrPortFrom(c.Client.Addr(), c.Server.Port())
			c.Client, c.Server = a, b
		}
		for i := range got.moments {
			m := &got.moments[i]
			m.Client, m.Server = netip.AddrPortFrom(m.Server.Addr(), m.Client.Port()), netip.AddrPortFrom(m.Client.Addr(), m.Server.Port())
		}
		sameAccount(t, "swapped addresses", got, want)
	}
}

// TestTimeAndTunnel: neither the date nor a tunnel around everything matters.
func TestTimeAndTunnel(t *testing.T) {
	const by = int64(123456789e9)
	for _, segs := range runs(t, 100) {
		want := analyse(segs)
		got := analyse(changed(segs, func(s *wire.Segment) { s.Encap = 7 }))
		for _, c := range got.records {
			if c.EncapID != 7 {
				t.Fatalf("the tunnel is %d", c.EncapID)
			}
			c.EncapID = 0
		}
		for i := range got.moments {
			got.moments[i].EncapID -= 7
		}
		sameAccount(t, "tunnel", got, want)
		got = analyse(changed(segs, func(s *wire.Segment) { s.Time -= by }))
		for _, c := range got.records {
			c.Start, c.End = c.Start+by, c.End+by
			for _, at := range []*int64{&c.Clues.ServerProvedAt, &c.Clues.IgnoredAt} {
				if *at != 0 {
					*at += by
				}
			}
			if c.TimeWait.Holders != analyze.NoSide {
				c.TimeWait.Since, c.TimeWait.Until = c.TimeWait.Since+by, c.TimeWait.Until+by
			}
			for i := range c.Steps {
				c.Steps[i].Time += by
			}
		}
		for i := range got.moments {
			for _, at := range []*int64{&got.moments[i].Time, &got.moments[i].Since, &got.moments[i].Until} {
				if *at != 0 {
					*at += by
				}
			}
		}
		sameAccount(t, "time", got, want)
	}
}

// TestInterleaved: what is said of a connection does not depend on others, but for when the capture ends.
func TestInterleaved(t *testing.T) {
	all := runs(t, 60)
	const together = 12
	for len(all) >= together {
		group := all[:together]
		all = all[together:]
		var mixed []wire.Segment
		var of []int
		next := make([]int, together)
		for { // by time
			best := -1
			for i, segs := range group {
				if next[i] < len(segs) && (best < 0 || segs[next[i]].Time < group[best][next[best]].Time) {
					best = i
				}
			}
			if best < 0 {
				break
			}
			s := group[best][next[best]]
			next[best]++
			s.Src[14], s.Dst[14] = byte(best), byte(best)
			mixed, of = append(mixed, s), append(of, best)
		}
		got := analyse(mixed)
		at := make([]int, together)
		var apart []account
		for i := range group {
			one := changed(group[i], func(s *wire.Segment) { s.Src[14], s.Dst[14] = byte(i), byte(i) })
			apart = append(apart, analyseUntil(one, mixed[len(mixed)-1].Time))
		}
		for i, o := range got.seen {
			want := apart[of[i]].seen[at[of[i]]]
			at[of[i]]++
			o.Connection, want.Connection = 0, 0
			if o != want {
				t.Fatalf("mixed: segment %d:\n got %+v\nwant %+v", i, o, want)
			}
		}
		compareMixed(t, got, apart)
		compareMoments(t, got, apart)
	}
}

// compareMoments compares what happened to mixed connections with what happened
// to those apart; only their numbers may differ, and when what rests on the end of
// the capture was told: that end is another one.
func compareMoments(t *testing.T, got account, apart []account) {
	t.Helper()
	type name struct{ client, server netip.Addr }
	of := func(all []analyze.Moment) map[name][]analyze.Moment {
		m := map[name][]analyze.Moment{}
		for _, x := range all {
			n := name{x.Client.Addr(), x.Server.Addr()}
			if n.server.Less(n.client) {
				n.client, n.server = n.server, n.client
			}
			x.Number, x.Previous = 0, min(x.Previous, 1)
			if x.End == analyze.EndCapture {
				x.Time = 0
			}
			m[n] = append(m[n], x)
		}
		return m
	}
	var all []analyze.Moment
	for _, a := range apart {
		all = append(all, a.moments...)
	}
	want, have := of(all), of(got.moments)
	for n, list := range want {
		// At the end connections come in order of their numbers.
		if !reflect.DeepEqual(have[n], list) {
			t.Fatalf("mixed: moments of %v\n got %+v\nwant %+v", n, have[n], list)
		}
	}
	if len(have) != len(want) {
		t.Fatalf("moments of %d pairs of hosts, want %d", len(have), len(want))
	}
}

// compareMixed compares the records of mixed connections with those apart; only
// their numbers may differ, and whether ends that are silent at the end of the capture may have given up: that end
// is another one.
func compareMixed(t *testing.T, got account, apart []account) {
	t.Helper()
	type name struct {
		client, server netip.AddrPort
		first          uint64
	}
	want := map[name]*analyze.Connection{}
	for _, a := range apart {
		for _, c := range a.records {
			c.Number, c.TimeWait.ReusedBy = 0, min(c.TimeWait.ReusedBy, 1)
			want[name{c.Client, c.Server, c.FirstPacket}] = c
		}
	}
	if len(got.records) != len(want) {
		t.Fatalf("%d records, want %d", len(got.records), len(want))
	}
	for i, c := range got.records {
		if c.Number != uint64(i+1) {
			t.Fatalf("record %d has number %d", i+1, c.Number)
		}
		c.Number, c.TimeWait.ReusedBy = 0, min(c.TimeWait.ReusedBy, 1)
		w := want[name{c.Client, c.Server, c.FirstPacket}]
		if w != nil && c.ClientState == w.ClientState.Infer() {
			w.ClientState = c.ClientState
		}
		if w != nil && c.ServerState == w.ServerState.Infer() {
			w.ServerState = c.ServerState
		}
		if !reflect.DeepEqual(c, w) {
			t.Fatalf("mixed: record\n got %+v\nwant %+v", c, w)
		}
	}
}
