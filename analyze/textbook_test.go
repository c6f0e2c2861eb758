package analyze_test

import (
	"fmt"
	"slices"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// stampedConnection is closedConnection with the options of today: its windows are 64,000
// octets, its largest segments 1,460, and each end numbers its packets.
func stampedConnection() []wire.Segment {
	segs := closedConnection()
	for i := range segs {
		s := &segs[i]
		s.TTL, s.DontFragment, s.Window = 64, true, 500
		s.Options.Set, s.Options.TSVal, s.HeaderLen = wire.OptTimestamps, uint32(1000+10*i), 32
		if i > 0 {
			s.Options.TSEcr = uint32(1000 + 10*(i-1))
		}
		if s.Flags.Has(wire.SYN) {
			s.Window, s.HeaderLen = 64000, 40
			s.Options.Set |= wire.OptMSS | wire.OptWindowScale | wire.OptSACKPermitted
			s.Options.MSS, s.Options.WindowScale = 1460, 7
		}
	}
	numbered(segs)
	return segs
}

// numbered gives the packets of each end their identifications.
func numbered(segs []wire.Segment) {
	var last [2]uint16
	for i := range segs {
		from := 0
		if segs[i].Tuple != simTuple(0) {
			from = 1
		}
		last[from]++
		segs[i].IPID = uint16(1000*(from+1)) + last[from]
	}
}

// TestTextbook: which connections have their record made without an analysis, and which
// do not for one thing that is out of the ordinary; either way it is that of an analysis.
func TestTextbook(t *testing.T) {
	const syn, synAck, ack, request, answer, acked, fin, finAcked, lastFin, last = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
	const ms = int64(1e6)
	on := func(i int, change func(*wire.Segment)) func([]wire.Segment) []wire.Segment {
		return func(all []wire.Segment) []wire.Segment { change(&all[i]); return all }
	}
	// after puts a changed copy of a segment after another one.
	after := func(at, of int, change func(*wire.Segment)) func([]wire.Segment) []wire.Segment {
		return func(all []wire.Segment) []wire.Segment {
			s := all[of]
			s.IPID++ // of its own
			change(&s)
			return append(append(append([]wire.Segment(nil), all[:at+1]...), s), all[at+1:]...)
		}
	}
	unscaled := func(window uint16) func([]wire.Segment) []wire.Segment { // of the client, after its SYN
		return func(all []wire.Segment) []wire.Segment {
			for i := range all[ack:] {
				if s := &all[ack+i]; s.Tuple == all[syn].Tuple {
					s.Window = window
				}
			}
			return all
		}
	}
	banner := func(window uint16) func([]wire.Segment) []wire.Segment { // of the server, which sends first
		return func(all []wire.Segment) []wire.Segment {
			s := all[answer]
			s.Ack, s.Window = all[synAck].Ack, window
			return append(all[:request:request], s)
		}
	}
	offeredAlone := func(window uint16) func([]wire.Segment) []wire.Segment { // of the client, which alone offers to scale, after its SYN
		return func(all []wire.Segment) []wire.Segment {
			for i := range all {
				if s := &all[i]; s.Tuple != all[syn].Tuple {
					s.Window = 64000
				}
			}
			all[synAck].Options.Set &^= wire.OptWindowScale
			return unscaled(window)(all)
		}
	}
	later := func(i int, by int64, jump uint16) func([]wire.Segment) []wire.Segment {
		return func(all []wire.Segment) []wire.Segment {
			for j := range all[i:] {
				all[i+j].Time += by
				if all[i+j].Tuple == all[i].Tuple {
					all[i+j].IPID += jump
				}
			}
			return all
		}
	}
	long := func(n uint32) func([]wire.Segment) []wire.Segment {
		return func(all []wire.Segment) []wire.Segment {
			return append(all[:request], on(request, func(s *wire.Segment) { s.Len = n })(all)[request])
		}
	}
	sized := func(n uint32) func([]wire.Segment) []wire.Segment { // the window that the server gives
		return func(all []wire.Segment) []wire.Segment {
			all[synAck].Window, all[request].Len = 1000, n
			return all[:request+1]
		}
	}
	for _, c := range []struct {
		name   string
		change func([]wire.Segment) []wire.Segment
		want   bool
	}{
		{"the whole", func(all []wire.Segment) []wire.Segment { return all }, true},
		{"a refusal", func(all []wire.Segment) []wire.Segment {
			return append(all[:1], on(synAck, func(s *wire.Segment) {
				s.Flags, s.Window, s.Options, s.HeaderLen = wire.RST|wire.ACK, 0, wire.Options{}, 20
			})(all)[synAck])
		}, true},
		{"a refusal at time 0", func(all []wire.Segment) []wire.Segment {
			all[synAck].Flags = wire.RST | wire.ACK
			all[syn].Time, all[synAck].Time = 0, ms
			return all[:ack]
		}, true},
		{"a refusal with another flag", func(all []wire.Segment) []wire.Segment {
			return append(all[:1], on(synAck, func(s *wire.Segment) { s.Flags = wire.RST | wire.ACK | wire.ECE })(all)[synAck])
		}, false},
		{"a SYN that offers ECN", on(syn, func(s *wire.Segment) { s.Flags |= wire.ECE | wire.CWR }), false},
		{"a SYN-ACK with ECE", on(synAck, func(s *wire.Segment) { s.Flags |= wire.ECE }), false},
		{"windows that are the one of the SYN, unscaled", unscaled(64000), false},
		{"windows that are almost the one of the SYN", unscaled(63999), true},
		{"windows that are the one of the SYN, scaled by one end alone", offeredAlone(2000), false},
		{"windows that are none of it, where one end alone offers to scale", offeredAlone(2100), true},
		{"a window of the server that is the one of its SYN-ACK, unscaled", banner(64000), false},
		{"a window of the server that is almost the one of its SYN-ACK", banner(63999), true},
		{"a window of the server that is the one of its SYN-ACK, after octets of the client", func(all []wire.Segment) []wire.Segment {
			all[answer].Window = 64000
			return all[:acked]
		}, true},
		{"a SYN with a window of 0", on(syn, func(s *wire.Segment) { s.Window = 0 }), true},
		{"a SYN-ACK with a window of 0", on(synAck, func(s *wire.Segment) { s.Window = 0 }), false},
		{"a SYN-ACK with a window of 0, tried", func(all []wire.Segment) []wire.Segment {
			all[synAck].Window, all[ack].Len = 0, 1
			return all[:request]
		}, false},
		{"a SYN-ACK with a window of 0, respected", func(all []wire.Segment) []wire.Segment {
			all[synAck].Window = 0
			return all[:request]
		}, true},
		{"a SYN-ACK with a block", on(synAck, func(s *wire.Segment) {
			s.Options.Set |= wire.OptSACK
			s.Options.SACKBlocks, s.Options.SACK[0] = 1, wire.SACKBlock{Left: 50, Right: 60}
		}), false},
		{"no checksum", on(request, func(s *wire.Segment) { s.Checksum = wire.ChecksumPartial }), false},
		{"a right checksum", on(request, func(s *wire.Segment) { s.Checksum = wire.ChecksumGood }), true},
		{"congestion experienced", on(request, func(s *wire.Segment) { s.TrafficClass = 3 }), false},
		{"congestion experienced, and a class of service", on(request, func(s *wire.Segment) { s.TrafficClass = 0xb8 | 3 }), false},
		{"able to say so", on(request, func(s *wire.Segment) { s.TrafficClass = 2 }), true},
		{"a SYN with congestion experienced", on(syn, func(s *wire.Segment) { s.TrafficClass = 3 }), false},
		{"a SYN-ACK with congestion experienced", on(synAck, func(s *wire.Segment) { s.TrafficClass = 3 }), false},
		{"a block", on(acked, func(s *wire.Segment) {
			s.Options.Set |= wire.OptSACK
			s.Options.SACKBlocks, s.Options.SACK[0] = 1, wire.SACKBlock{Left: 1400, Right: 1450}
		}), false},
		{"a SYN that is cut", on(syn, func(s *wire.Segment) { s.Options.Set |= wire.OptCut }), false},
		{"a SYN-ACK that is cut", on(synAck, func(s *wire.Segment) { s.Options.Set |= wire.OptCut }), false},
		{"octets again", after(request, request, func(s *wire.Segment) {}), false},
		{"a keep-alive", after(acked, acked, func(s *wire.Segment) { s.Seq-- }), false},
		{"octets with ECE", on(request, func(s *wire.Segment) { s.Flags |= wire.ECE }), false},
		{"octets with CWR", on(request, func(s *wire.Segment) { s.Flags |= wire.CWR }), false},
		{"octets with PSH", on(request, func(s *wire.Segment) { s.Flags |= wire.PSH }), true},
		{"a RST", func(all []wire.Segment) []wire.Segment {
			return append(all[:fin], on(fin, func(s *wire.Segment) { s.Flags = wire.RST | wire.ACK })(all)[fin])
		}, false},
		{"a window of 0", on(acked, func(s *wire.Segment) { s.Window = 0 }), false},
		{"a window of 0 once it is full", func(all []wire.Segment) []wire.Segment {
			all[synAck].Window, all[request].Len = 1280, 1270
			all[answer].Len, all[answer].Ack, all[answer].Window = 0, 101+1270, 0
			return all[:acked]
		}, false},
		{"no timestamps", on(request, func(s *wire.Segment) { s.Options, s.HeaderLen = wire.Options{}, 20 }), false},
		{"timestamps that turn round", func(all []wire.Segment) []wire.Segment {
			for i := range all {
				all[i].Options.TSVal -= 1035
				if i > 0 {
					all[i].Options.TSEcr -= 1035
				}
			}
			return all
		}, true},
		{"timestamps offered by one end", func(all []wire.Segment) []wire.Segment {
			for i := range all[synAck:] {
				o := &all[synAck+i].Options
				o.Set &^= wire.OptTimestamps
				o.TSVal, o.TSEcr = 0, 0
			}
			return all
		}, true},
		{"timestamps of one end", on(synAck, func(s *wire.Segment) {
			s.Options.Set &^= wire.OptTimestamps
			s.Options.TSVal, s.Options.TSEcr = 0, 0
		}), false},
		{"a timestamp that goes back", on(fin, func(s *wire.Segment) { s.Options.TSVal -= 50 }), false},
		{"a timestamp that stays", on(fin, func(s *wire.Segment) { s.Options.TSVal -= 10 }), true},
		{"larger than the MSS", long(1461), false},
		{"as large as the MSS", long(1460), true},
		{"a window that is full", sized(1000), false},
		{"a window with room for one", sized(999), true},
		{"a window with room for a FIN", func(all []wire.Segment) []wire.Segment {
			all = sized(999)(all)
			s := all[request]
			s.Seq, s.Len, s.Flags, s.Packet, s.IPID = s.Seq+999, 0, wire.FIN|wire.ACK, s.Packet+1, s.IPID+1
			return append(all, s)
		}, true},
		{"a pause and a packet too many", later(request, 200*ms, 2), false},
		{"a pause and one packet too many", later(request, 200*ms, 1), false},
		{"a pause and six packets too many", later(request, 200*ms, 6), false},
		{"the shortest pause", later(request, 149*ms, 2), false},
		{"a shorter pause", later(request, 149*ms-1, 2), true},
		{"a pause before a FIN, after a packet without a number", func(all []wire.Segment) []wire.Segment {
			all[acked].IPID = 0
			return later(fin, 200*ms, 0)(all)
		}, false},
		{"a packet too many", later(request, 100*ms, 2), true},
		{"a pause", later(request, 200*ms, 0), true},
		{"a pause and a packet too many before an acknowledgement", later(acked, 200*ms, 2), true},
		{"a pause and many packets", later(request, 200*ms, 7), true},
		{"an acknowledgement of the same", after(acked, acked, func(s *wire.Segment) {}), false},
		{"more room", after(acked, acked, func(s *wire.Segment) { s.Window++ }), false},
		{"more octets", after(request, request, func(s *wire.Segment) { s.Seq += 100; s.Len = 0; s.Ack = 501 }), false},
		{"an older acknowledgement", on(fin, func(s *wire.Segment) { s.Ack -= 500; s.Window += 500>>7 + 1 }), false},
		{"an echo without an acknowledgement", func(all []wire.Segment) []wire.Segment {
			all[answer].Ack = 101
			return later(answer, 5*ms, 0)(all)
		}, true},
		{"large numbers", func(all []wire.Segment) []wire.Segment {
			for i := range all {
				if all[i].Seq += 1 << 31; i > 0 {
					all[i].Ack += 1 << 31
				}
			}
			return all
		}, true},
		{"octets on their way when a FIN comes", func(all []wire.Segment) []wire.Segment {
			all[fin].Ack, all[lastFin].Len, all[last].Ack = 501, 10, all[last].Ack+10
			return append(all[:acked], all[fin:]...)
		}, false},
		{"a FIN alone, with one segment on its way when the other comes", func(all []wire.Segment) []wire.Segment {
			return slices.Delete(slices.Delete(all, finAcked, lastFin), acked, fin)
		}, true},
		{"a FIN alone, with two segments on their way when the other comes", func(all []wire.Segment) []wire.Segment {
			half := all[answer]
			half.Len /= 2
			all[answer].Len, all[answer].Seq = all[answer].Len-half.Len, half.End()
			all = slices.Delete(slices.Delete(all, finAcked, lastFin), acked, fin)
			all = slices.Insert(all, answer, half)
			numbered(all)
			return all
		}, false},
		{"octets after a FIN", func(all []wire.Segment) []wire.Segment {
			all[lastFin].Len, all[last].Ack = 10, all[last].Ack+10
			return all
		}, true},
		{"octets after a FIN that acknowledged others", func(all []wire.Segment) []wire.Segment {
			all[lastFin].Len, all[last].Ack = 10, all[last].Ack+10
			return append(all[:acked], all[fin:]...)
		}, false},
		{"an edge that moves left by one unit", func(all []wire.Segment) []wire.Segment {
			all[answer].Len, all[acked].Ack, all[acked].Window = 1024, 501+1024, 500-1024>>7-1
			return all[:fin]
		}, false},
		{"an edge that moves left", on(acked, func(s *wire.Segment) { s.Window = 500 - 1000>>7 - 2 }), false},
		{"an edge that hardly does", on(acked, func(s *wire.Segment) { s.Window = 500 - 1000>>7 - 1 }), true},
		{"the same edge", on(acked, func(s *wire.Segment) { s.Window = 500 - 1000>>7 }), true},
	} {
		all := c.change(stampedConnection())
		handed(t, c.name, all, c.want)
	}
	for n := range last + 1 {
		handed(t, fmt.Sprintf("the first %d", n+1), stampedConnection()[:n+1], true)
		bare := closedConnection()[:n+1]
		for i := range bare {
			bare[i].Window = 2000
			if bare[i].Flags.Has(wire.SYN) {
				bare[i].Options.Set, bare[i].Options.MSS, bare[i].HeaderLen = wire.OptMSS, 1000, 24
			}
		}
		handed(t, fmt.Sprintf("the first %d, without timestamps", n+1), bare, true)
	}
	three := stampedConnection() // the second FIN is the ACK of the first
	three = append(three[:finAcked], three[lastFin:]...)
	handed(t, "a close in three segments", three, true)
	handed(t, "two of them", three[:len(three)-1], true)
	half := stampedConnection() // the server goes on after the client's FIN
	half[finAcked].Len = 30
	for i := range half[lastFin:] {
		half[lastFin+i].Seq += wire.Seq(30 * (1 - i))
		half[lastFin+i].Ack += wire.Seq(30 * i)
	}
	handed(t, "half-closed", half, true)
	tight := slices.Clone(half) // when the client's FIN comes, there is less room than for a segment
	tight[syn].Window, tight[ack].Window, tight[request].Window = 1152, 9, 9
	tight[acked].Window, tight[fin].Window, tight[last].Window = 1, 1, 1
	handed(t, "half-closed, with less room than for a segment", tight, false)
	shut := slices.Clone(tight) // the server's FIN alone has room
	copy(shut[finAcked:], stampedConnection()[finAcked:])
	shut[last].Window = 1
	handed(t, "a FIN alone, with less room than for a segment", shut, true)
	inFlight := stampedConnection() // the client's FIN is the first to acknowledge the one segment
	inFlight = append(inFlight[:acked], inFlight[fin:]...)
	handed(t, "a FIN alone, after one segment in flight", inFlight, true)
	two := stampedConnection() // the one segment as two
	more := two[answer]
	two[answer].Len, more.Seq, more.Len = 500, more.Seq+500, 500
	two = slices.Insert(two, answer+1, more)
	numbered(two)
	handed(t, "two segments in flight", two, true)
	handed(t, "a FIN alone, after two segments in flight", slices.Concat(two[:acked+1], two[fin+1:finAcked+1], two[lastFin+1:]), false)
	for i := range half {
		half[i].IPv6, half[i].HasIPID, half[i].IPID = true, false, 0
		half[i].Options.Set &^= wire.OptMSS
		half[i].Options.MSS = 0
	}
	handed(t, "without an MSS", half, true)
}

// handed has a connection handed over, in order of its packets.
func handed(t *testing.T, what string, segs []wire.Segment, want bool) {
	t.Helper()
	all := make([]feedItem, len(segs))
	for i := range segs {
		all[i].seg = segs[i]
		all[i].seg.Packet = uint64(i + 1)
		if i > 0 {
			all[i].seg.Time = max(all[i].seg.Time, all[i-1].seg.Time)
		}
	}
	made := 0
	a := analyze.New(analyze.Config{Connection: func(*analyze.Connection) {}})
	a.WhenByTheBook(func() { made++ })
	for i := range all {
		s := all[i].seg
		a.Segment(&s)
	}
	a.Flush()
	if (made == 1) != want || a.Left() != 0 {
		t.Errorf("%s: by the book %v, want %v; %d things are left", what, made == 1, want, a.Left())
	}
	sameKept(t, what, all, analyze.Config{})
}
