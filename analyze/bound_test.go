package analyze_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// collect returns an Analyzer that counts what it hands over.
func collect(cfg analyze.Config) (*analyze.Analyzer, *[]*analyze.Connection) {
	var all []*analyze.Connection
	cfg.Connection = func(c *analyze.Connection) { all = append(all, c.Clone()) }
	return analyze.New(cfg), &all
}

// TestManyConnections: a million SYNs of different tuples keep no more than the
// connections asked for, and every one is handed over, evicted as such.
func TestManyConnections(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 50_000
	}
	handed, evicted := 0, 0
	a := analyze.New(analyze.Config{MaxConnections: 1000, Connection: func(c *analyze.Connection) {
		handed++
		if c.Evicted {
			evicted++
		}
	}})
	var before, after runtime.MemStats
	seg := wire.Segment{Tuple: simTuple(0), Flags: wire.SYN, Window: 1000}
	for i := range n {
		if i == n/10 {
			runtime.GC()
			runtime.ReadMemStats(&before)
		}
		seg.Packet, seg.Time = uint64(i+1), int64(1e18)+int64(i)
		seg.Src[12], seg.Src[13], seg.Src[14], seg.Src[15] = 10, byte(i>>16), byte(i>>8), byte(i)
		a.Segment(&seg)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	s := a.Stats()
	if s.Live != 1000 || s.MostLive != 1000 || int(s.Evicted) != n-1000 || evicted != n-1000 || handed != n-1000 {
		t.Errorf("%d handed over, %d evicted: %+v", handed, evicted, s)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 1<<20 {
		t.Errorf("the heap grew by %d octets", grown)
	}
	a.Flush()
	if handed != n || evicted != n-1000 {
		t.Errorf("%d handed over, %d evicted after Flush", handed, evicted)
	}
}

// TestManyOpen: of connections that stay open, ten at a time in their handshake,
// the oldest make room, and none of them becomes two.
func TestManyOpen(t *testing.T) {
	const n, most, together = 20_000, 1000, 10
	a, all := collect(analyze.Config{MaxConnections: most})
	packet := uint64(0)
	put := func(i int, back bool, flags wire.Flags, seq, ack wire.Seq) {
		packet++
		seg := wire.Segment{Packet: packet, Time: int64(1e18) + int64(packet)*1e6, Tuple: simTuple(0), Flags: flags, Seq: seq, Ack: ack, Window: 1000}
		seg.Src[12], seg.Src[13], seg.Src[14], seg.Src[15] = 10, 0, byte(i>>8), byte(i)
		if back {
			seg.Tuple = seg.Tuple.Reverse()
		}
		a.Segment(&seg)
	}
	for first := 0; first < n; first += together {
		for i := first; i < first+together; i++ {
			put(i, false, wire.SYN, 100, 0)
		}
		for i := first; i < first+together; i++ {
			put(i, true, wire.SYN|wire.ACK, 500, 101)
		}
		for i := first; i < first+together; i++ {
			put(i, false, wire.ACK, 101, 501)
		}
	}
	a.Flush()
	evicted := 0
	for i, c := range *all {
		if c.Evicted {
			evicted++
		}
		if c.Evicted != (i < n-most) || c.Opening.Outcome != analyze.OpeningComplete {
			t.Fatalf("record %d of %d: evicted %v, %v", i+1, len(*all), c.Evicted, c.Opening.Outcome)
		}
	}
	if len(*all) != n || evicted != n-most {
		t.Errorf("%d records, %d evicted, of %d connections", len(*all), evicted, n)
	}
}

// TestManySteps: SYNs and FINs without end keep MaxSteps steps, whoever asks.
func TestManySteps(t *testing.T) {
	a, all := collect(analyze.Config{})
	unasked := analyze.New(analyze.Config{})
	const n = 100_000
	for i := range n {
		seg := wire.Segment{Packet: uint64(i + 1), Time: int64(1e18) + int64(i)*25e7, Tuple: simTuple(i & 1), Window: 1000}
		seg.Flags = []wire.Flags{wire.SYN, wire.SYN | wire.ACK, wire.FIN | wire.ACK, wire.FIN | wire.ACK}[i&3]
		seg.Seq, seg.Ack = wire.Seq(100+i>>1&1), wire.Seq(101+i>>1&1)
		a.Segment(&seg)
		unasked.Segment(&seg)
	}
	for _, a := range []*analyze.Analyzer{a, unasked} {
		if lost := a.StepsLost(); lost != n-analyze.MaxSteps {
			t.Errorf("%d steps are lost of %d", lost, n)
		}
	}
	a.Flush()
	if len(*all) != 1 {
		t.Fatalf("%d connections", len(*all))
	}
	c := (*all)[0]
	if len(c.Steps) != analyze.MaxSteps || int(c.StepsDropped)+len(c.Steps) != n {
		t.Errorf("%d steps and %d dropped of %d", len(c.Steps), c.StepsDropped, n)
	}
	if c.Opening.SynCount+c.Opening.SynAckCount+c.Closing.FinCount != n {
		t.Errorf("%d SYNs, %d SYN-ACKs, %d FINs of %d", c.Opening.SynCount, c.Opening.SynAckCount, c.Closing.FinCount, n)
	}
	checkBounded(t, c)
}

// TestManyHolesRecord: a hole before every segment counts every octet, and
// costs neither memory nor time without bound.
func TestManyHolesRecord(t *testing.T) {
	a, all := collect(analyze.Config{})
	n := 1_000_000
	if testing.Short() {
		n = 200_000 // the race detector takes ten times as long
	}
	var m runtime.MemStats
	start := time.Now()
	for i := range n {
		seg := wire.Segment{Packet: uint64(i + 1), Time: int64(1e18) + int64(i)*1e3, Tuple: simTuple(0), Window: 1000,
			Flags: wire.ACK, Seq: wire.Seq(3 * i), Len: 1}
		a.Segment(&seg)
	}
	took := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&m)
	a.Flush()
	if c := (*all)[0]; c.FromClient.MissingBytes != 2*uint64(n-1) || c.FromClient.UniqueOctets != uint64(n) {
		t.Errorf("%d octets missing, %d unique", c.FromClient.MissingBytes, c.FromClient.UniqueOctets)
	}
	if took > 30*time.Second {
		t.Errorf("%d segments took %v", n, took)
	}
	if m.HeapAlloc > 64<<20 {
		t.Errorf("%d octets of heap", m.HeapAlloc)
	}
}

// TestClock: a clock that runs backwards or jumps moves no timer back, and
// loses no segment.
func TestClock(t *testing.T) {
	a, all := collect(analyze.Config{})
	times := []int64{1e18, 1e18 - 5e9, 1e18 + 1, -1 << 62, 1e18 + 3600e9, 1<<63 - 1, 0, -1 << 63, 1e18}
	for i, at := range times {
		seg := wire.Segment{Packet: uint64(i + 1), Time: at, Tuple: simTuple(i & 1), Flags: wire.ACK, Seq: wire.Seq(i), Len: 3, Window: 1}
		a.Segment(&seg)
		a.Advance(at - 1000)
	}
	a.Flush()
	packets := uint64(0)
	for _, c := range *all {
		packets += c.FromClient.Packets + c.FromServer.Packets
	}
	if packets != uint64(len(times)) {
		t.Errorf("%d packets of %d in records", packets, len(times))
	}
}

// TestTimeWaitExpiry: TIME-WAIT ends after 2MSL of capture time, not before,
// and restarts when a FIN sent again is acknowledged (RFC 9293 §3.10.7.4).
func TestTimeWaitExpiry(t *testing.T) {
	segs := closedConnection()
	for _, c := range []struct {
		name  string
		again bool // the FIN again, and its ACK, 40 s later
		after time.Duration
		want  state.State
	}{
		{"before 2MSL", false, 59 * time.Second, state.TimeWait},
		{"after 2MSL", false, 60 * time.Second, state.Closed},
		{"restarted", true, 99 * time.Second, state.TimeWait},
		{"restarted and over", true, 100 * time.Second, state.Closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, all := collect(analyze.Config{MSL: 30 * time.Second})
			var last int64
			for i := range segs {
				a.Segment(&segs[i])
				last = segs[i].Time
			}
			if c.again {
				for _, i := range []int{len(segs) - 2, len(segs) - 1} {
					seg := segs[i]
					seg.Time = last + 40e9
					seg.Packet += 2
					a.Segment(&seg)
				}
			}
			a.Advance(last + int64(c.after))
			a.Flush()
			r := (*all)[0]
			if r.ClientState != c.want || r.ServerState != state.Closed || r.TimeWait.Holders != analyze.ClientSide {
				t.Errorf("%v %v, held by %v, want %v", r.ClientState, r.ServerState, r.TimeWait.Holders, c.want)
			}
			until := last + 60e9
			if c.again {
				until += 40e9
			}
			if r.TimeWait.Until != until || r.TimeWait.Since != last || (r.TimeWait.Restarts == 1) != c.again {
				t.Errorf("TIME-WAIT from %d to %d, %d restarts", r.TimeWait.Since-last, r.TimeWait.Until-last, r.TimeWait.Restarts)
			}
		})
	}
}

// closedConnection returns a connection of ten segments, 1 ms apart: opened by
// end 0, a segment of data each way, closed by end 0.
func closedConnection() (segs []wire.Segment) {
	add := func(from int, flags wire.Flags, seq, ack wire.Seq, n uint32) {
		i := len(segs)
		segs = append(segs, wire.Segment{
			Packet: uint64(i + 1), Time: int64(1e18) + int64(i)*1e6, Tuple: simTuple(from), Flags: flags, HeaderLen: 20,
			Seq: seq, Ack: ack, Len: n, Window: 1000, HasIPID: true, IPID: uint16(i + 1),
		})
	}
	add(0, wire.SYN, 100, 0, 0)
	add(1, wire.SYN|wire.ACK, 500, 101, 0)
	add(0, wire.ACK, 101, 501, 0)
	add(0, wire.ACK, 101, 501, 100)
	add(1, wire.ACK, 501, 201, 1000)
	add(0, wire.ACK, 201, 1501, 0)
	add(0, wire.FIN|wire.ACK, 201, 1501, 0)
	add(1, wire.ACK, 1501, 202, 0)
	add(1, wire.FIN|wire.ACK, 1501, 202, 0)
	add(0, wire.ACK, 202, 1502, 0)
	return segs
}

// TestLongStream: after 2 and 4 GiB, where the order of sequence numbers turns
// round, octets in order are still part of the stream.
func TestLongStream(t *testing.T) {
	const size = 1 << 20
	stray := 0
	a := analyze.New(analyze.Config{Packet: func(o *analyze.Observation) {
		if o.Stray {
			stray++
		}
	}})
	segs := closedConnection()
	for i := range segs[:3] {
		a.Segment(&segs[i])
	}
	data, ack := segs[3], segs[5]
	data.Len, ack.Seq = size, 501
	for at := int64(0); at < 9<<30; at += size {
		data.Seq, ack.Ack = 101+wire.Seq(uint32(at)), 101+wire.Seq(uint32(at+size))
		data.Packet, data.Time = ack.Packet+1, ack.Time+1000
		ack.Packet, ack.Time, ack.Src, ack.Dst, ack.SrcPort, ack.DstPort = data.Packet+1, data.Time+1000, data.Dst, data.Src, data.DstPort, data.SrcPort
		a.Segment(&data)
		a.Segment(&ack)
	}
	if stray > 0 {
		t.Errorf("%d segments do not fit the connection", stray)
	}
}

// TestLongOneWay: of an end of which nothing was captured the other acknowledges 9 GiB, in relative numbers that do not
// come round, and all of them are missing. Where it is captured at last, its numbers go on there, what is missing
// counts from there, and an acknowledgement far ahead does not take them along. A RST that was captured tells no number
// from which to count (RFC 9293 §3.10.7.1).
func TestLongOneWay(t *testing.T) {
	const step, octets = 1 << 23, 9 << 30
	for _, c := range []struct {
		name            string
		rst             wire.Flags // of the first segment of the other end, or
		heard           int        // so many segments of it at the end
		relative, delta int64      // of the last segment
		missing         uint64
	}{
		{"nothing captured", 0, 0, octets, 0, octets},
		{"heard", 0, 1, octets + 50, 0, 0},
		{"heard for longer", 0, 3, octets + 250, 0, 3<<29 - 100},
		{"a RST", wire.RST, 0, octets, 0, 0},
	} {
		ack := closedConnection()[2]
		other := ack
		other.Tuple, other.Seq, other.Ack = simTuple(1), ack.Ack, ack.Seq
		var all []feedItem
		add := func(s *wire.Segment, flags wire.Flags, length uint32) {
			s.Packet, s.Time, s.IPID = uint64(len(all)+1), int64(len(all)+1)*1e6, uint16(len(all)+1)
			s.Flags, s.Len = flags, length
			all = append(all, feedItem{seg: *s})
			s.Seq = s.Seq.Add(length)
		}
		if c.rst != 0 {
			add(&other, c.rst, 0)
		}
		add(&ack, wire.ACK, 0)
		for at := int64(0); at < octets; at += step {
			ack.Ack += step
			add(&ack, wire.ACK, 0)
		}
		other.Seq = ack.Ack + 50
		for i := range c.heard {
			add(&other, wire.PSH|wire.ACK, 100)
			if i == 1 {
				ack.Ack = other.Seq + 3<<29
				add(&ack, wire.ACK, 0)
			}
		}
		var last analyze.Observation
		var missing, unseen uint64
		a := analyze.New(analyze.Config{
			Packet: func(o *analyze.Observation) { last = *o },
			Connection: func(c *analyze.Connection) {
				missing, unseen = c.FromServer.MissingBytes+c.FromClient.MissingBytes, c.FromServer.UnseenBytes+c.FromClient.UnseenBytes
			},
		})
		for i := range all {
			a.Segment(&all[i].seg)
		}
		a.Flush()
		relative := last.Ack
		if c.heard > 0 {
			relative = last.Seq
		}
		if relative != c.relative || last.SeqDelta != c.delta || missing != c.missing || unseen != c.missing {
			t.Errorf("%s: relative number %d, want %d; delta %d, want %d; missing %d, unseen %d, want %d", c.name, relative, c.relative, last.SeqDelta, c.delta, missing, unseen, c.missing)
		}
		sameKept(t, c.name, all, analyze.Config{})
	}
}

// TestLongReuse: a segment whose numbers the connection before on the same tuple had
// as well belongs to the newer one where that has come round to them, 3 GiB after its
// beginning, and to the older one where they lie further back than is remembered.
func TestLongReuse(t *testing.T) {
	const size = 1 << 23
	for _, c := range []struct {
		name     string
		octets   uint32 // that the newer one sends before it
		answered bool
		late     int // segments that the older one gets
	}{
		{"3 GiB", 3 << 30, true, 0},
		{"2 GiB without an ACK", 2 << 30, false, 1},
	} {
		segs := closedConnection()
		add := func(from int, flags wire.Flags, seq, ack wire.Seq, n uint32) {
			s := segs[len(segs)-1]
			s.Packet, s.Time, s.Tuple, s.IPID = s.Packet+1, s.Time+1e6, simTuple(from), s.IPID+1
			s.Flags, s.Seq, s.Ack, s.Len = flags, seq, ack, n
			segs = append(segs, s)
		}
		older := len(segs) + c.late
		first := wire.Seq(150)
		if c.answered {
			first -= wire.Seq(c.octets) // it comes to 150 in the end
		}
		add(0, wire.SYN, first-1, 0, 0)
		add(1, wire.SYN|wire.ACK, 599, first, 0)
		add(0, wire.ACK, first, 600, 0)
		for at := first; at != first+wire.Seq(c.octets); at += size {
			add(0, wire.ACK, at, 600, size)
			if c.answered {
				add(1, wire.ACK, 600, at+size, 0)
			}
		}
		add(0, wire.ACK, 150, 600, 50)
		var packets []uint64
		all := make([]feedItem, len(segs))
		a := analyze.New(analyze.Config{Connection: func(c *analyze.Connection) {
			packets = append(packets, c.FromClient.Packets+c.FromServer.Packets)
		}})
		for i := range segs {
			all[i].seg = segs[i]
			a.Segment(&segs[i])
		}
		a.Flush()
		if want := []uint64{uint64(older), uint64(len(segs) - older)}; !slices.Equal(packets, want) {
			t.Errorf("%s: connections of %d packets, want %d", c.name, packets, want)
		}
		sameKept(t, c.name, all, analyze.Config{})
	}
}

// TestFloodShare: attempts make room before open connections where they are
// more than one in eight of the connections that there is room for.
func TestFloodShare(t *testing.T) {
	const most = 16
	for opening, evicted := range map[int]analyze.OpeningOutcome{2: analyze.OpeningComplete, 3: analyze.OpeningUnanswered} {
		a, all := collect(analyze.Config{MaxConnections: most})
		packet := uint64(0)
		put := func(client uint16, back bool, flags wire.Flags, seq, ack wire.Seq) {
			packet++
			seg := wire.Segment{Packet: packet, Time: int64(1e18) + int64(packet)*1e6, Tuple: simTuple(0), Flags: flags, Seq: seq, Ack: ack, Window: 1000}
			seg.SrcPort = client
			if back {
				seg.Tuple = seg.Tuple.Reverse()
			}
			a.Segment(&seg)
		}
		for i := range uint16(most) {
			put(1000+i, false, wire.SYN, 100, 0)
			if int(i) < most-opening {
				put(1000+i, true, wire.SYN|wire.ACK, 500, 101)
				put(1000+i, false, wire.ACK, 101, 501)
			}
		}
		if len(*all) != 0 {
			t.Fatalf("%d opening: %d handed over where there is room", opening, len(*all))
		}
		put(2000, false, wire.SYN, 100, 0)
		if len(*all) != 1 || !(*all)[0].Evicted || (*all)[0].Opening.Outcome != evicted {
			t.Errorf("%d opening of %d: %d handed over, want one that is %v", opening, most, len(*all), evicted)
		}
	}
}
