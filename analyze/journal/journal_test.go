package journal

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"tcpwatch/capture/wire"
)

// bare returns a segment without what is not kept.
func bare(s wire.Segment) wire.Segment {
	s.Tuple, s.Payload = wire.Tuple{}, nil
	clear(s.Options.SACK[s.Options.SACKBlocks:])
	return s
}

// talk is a connection whose segments are kept, and what they were.
type talk struct {
	mem  []byte
	segs []wire.Segment
	from []uint8
	base *Base // where it was resumed
}

func begin(seg wire.Segment, from uint8) *talk {
	k := &talk{mem: make([]byte, 1024)}
	Begin(k.mem, 7, from, &seg, 13)
	k.add(seg, from)
	return k
}

func (k *talk) add(seg wire.Segment, from uint8) bool {
	kept, _ := At(k.mem).Append(k.mem, from, &seg)
	if kept {
		k.segs, k.from = append(k.segs, seg), append(k.from, from)
	}
	return kept
}

// same reads what was kept.
func (k *talk) same(t *testing.T) {
	t.Helper()
	var r Reader
	r.Read(k.mem, k.base)
	var seg wire.Segment
	for i := range k.segs {
		from, more := r.Next(&seg)
		if !more || from != k.from[i] || !reflect.DeepEqual(bare(seg), bare(k.segs[i])) {
			t.Fatalf("segment %d of side %d, more %v:\n got %+v\nwant %+v", i+1, from, more, seg, k.segs[i])
		}
	}
	if _, more := r.Next(&seg); more {
		t.Fatalf("more than %d segments", len(k.segs))
	}
}

// step is a segment of a connection: side 0 has the numbers from 1000, side 1 those
// from 5000.
type step struct {
	from     uint8
	flags    wire.Flags
	seq, ack wire.Seq
	len      uint32
}

const (
	syn    = wire.SYN
	synAck = wire.SYN | wire.ACK
	ack    = wire.ACK
	psh    = wire.ACK | wire.PSH
	fin    = wire.ACK | wire.FIN
	rst    = wire.RST | wire.ACK
)

// TestCourse: which segments are kept, and how far they lead, by RFC 9293 figures 6
// and 12, §3.5.2 for a RST, and their near misses.
func TestCourse(t *testing.T) {
	open := []step{{0, syn, 1000, 0, 0}, {1, synAck, 5000, 1001, 0}, {0, ack, 1001, 5001, 0}}
	with := func(more ...step) []step { return append(append([]step(nil), open...), more...) }
	for _, c := range []struct {
		name  string
		steps []step // all but the last are kept
		kept  bool
		stage Stage // where the last is kept
	}{
		{"SYN again", []step{open[0], open[0]}, true, SYNSent},
		{"SYN with another number", []step{open[0], {0, syn, 1001, 0, 0}}, false, 0},
		{"SYN with data again", []step{open[0], {0, syn, 1000, 0, 5}}, false, 0},
		{"SYN of the other side", []step{open[0], {1, syn, 5000, 0, 0}}, false, 0},
		{"refused", []step{open[0], {1, rst, 0, 1001, 0}}, true, Reset},
		{"refused another SYN", []step{open[0], {1, rst, 0, 1000, 0}}, false, 0},
		{"refused with data", []step{open[0], {1, rst, 0, 1001, 7}}, false, 0},
		{"RST without ACK for a SYN", []step{open[0], {1, wire.RST, 0, 1001, 0}}, false, 0},
		{"RST of the client behind its SYN", []step{open[0], {0, rst, 1001, 0, 0}}, false, 0},
		{"refused, and a SYN again", []step{open[0], {1, rst, 0, 1001, 0}, open[0]}, false, 0},
		{"SYN-ACK refused", []step{open[0], open[1], {0, wire.RST, 1001, 0, 0}}, true, Reset},
		{"SYN-ACK, then a RST", []step{open[0], open[1], {1, rst, 5001, 1001, 0}}, true, Reset},
		{"SYN-ACK", open[:2], true, SYNAnswered},
		{"SYN-ACK for another number", []step{open[0], {1, synAck, 5000, 1002, 0}}, false, 0},
		{"SYN-ACK again", []step{open[0], open[1], open[1]}, true, SYNAnswered},
		{"another SYN-ACK", []step{open[0], open[1], {1, synAck, 5001, 1001, 0}}, false, 0},
		{"SYN behind the SYN-ACK", []step{open[0], open[1], open[0]}, false, 0},
		{"server goes first", []step{open[0], open[1], {1, psh, 5001, 1001, 5}}, false, 0},
		{"handshake", open, true, Open},
		{"ACK of another number", []step{open[0], open[1], {0, ack, 1001, 5002, 0}}, false, 0},
		{"ACK with data", []step{open[0], open[1], {0, psh, 1001, 5001, 5}}, true, Open},
		{"ACK with a FIN", []step{open[0], open[1], {0, fin, 1001, 5001, 0}}, false, 0},
		{"SYN-ACK behind the handshake", with(open[1]), false, 0},
		{"data", with(step{0, psh, 1001, 5001, 100}), true, Open},
		{"data again", with(step{0, psh, 1001, 5001, 100}, step{0, psh, 1001, 5001, 100}), true, Open},
		{"keep-alive", with(step{0, psh, 1001, 5001, 100}, step{0, ack, 1100, 5001, 0}), true, Open},
		{"number of the SYN", with(step{0, ack, 1000, 5001, 0}), false, 0},
		{"behind a gap", with(step{0, psh, 1002, 5001, 100}), false, 0},
		{"ACK of what was not seen", with(step{1, ack, 5001, 1002, 0}), false, 0},
		{"ACK in front of the SYN", with(step{1, ack, 5001, 1000, 0}), false, 0},
		{"no ACK", with(step{0, wire.PSH, 1001, 0, 10}), false, 0},
		{"urgent", with(step{0, ack | wire.URG, 1001, 5001, 10}), false, 0},
		{"reset", with(step{0, rst, 1001, 5001, 0}), true, Reset},
		{"reset without ACK", with(step{1, wire.RST, 5001, 0, 0}), true, Reset},
		{"RST in front", with(step{0, psh, 1001, 5001, 5}, step{0, rst, 1005, 5001, 0}), false, 0},
		{"RST behind a gap", with(step{0, rst, 1002, 5001, 0}), false, 0},
		{"RST with text", with(step{0, rst, 1001, 5001, 3}), false, 0},
		{"RST with a FIN", with(step{0, rst | wire.FIN, 1001, 5001, 0}), false, 0},
		{"RST with a SYN", with(step{0, rst | wire.SYN, 1001, 5001, 0}), false, 0},
		{"RST for what was not seen", with(step{0, rst, 1001, 5002, 0}), false, 0},
		{"RST again", with(step{0, rst, 1001, 5001, 0}, step{0, rst, 1001, 5001, 0}), false, 0},
		{"RST of the closer", with(step{0, fin, 1001, 5001, 0}, step{0, rst, 1002, 5001, 0}), true, Reset},
		{"RST instead of the second FIN", with(step{0, fin, 1001, 5001, 0}, step{1, rst, 5001, 1002, 0}), true, Reset},
		{"FIN", with(step{0, fin, 1001, 5001, 0}), true, FINSent},
		{"FIN of the server with data", with(step{1, fin, 5001, 1001, 10}), true, FINSent},
		{"FIN behind a gap", with(step{0, fin, 1002, 5001, 0}), false, 0},
		{"FIN again", with(step{0, fin, 1001, 5001, 0}, step{0, fin, 1001, 5001, 0}), false, 0},
		{"ACK of the closer behind its FIN", with(step{0, fin, 1001, 5001, 0}, step{0, ack, 1002, 5001, 0}), true, FINSent},
		{"data of the closer behind its FIN", with(step{0, fin, 1001, 5001, 0}, step{0, psh, 1002, 5001, 1}), false, 0},
		{"data that crosses the FIN", with(step{0, fin, 1001, 5001, 0}, step{1, psh, 5001, 1001, 9}), true, FINSent},
		{"ACK of the FIN", with(step{0, fin, 1001, 5001, 0}, step{1, ack, 5001, 1002, 0}), true, FINAnswered},
		{"older ACK behind that", with(step{0, fin, 1001, 5001, 0}, step{1, ack, 5001, 1002, 0}, step{1, psh, 5001, 1001, 1}), false, 0},
		{"half-closed", with(step{0, fin, 1001, 5001, 0}, step{1, ack, 5001, 1002, 0}, step{1, psh, 5001, 1002, 9}, step{0, ack, 1002, 5010, 0}), true, FINAnswered},
		{"FINs that cross", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1001, 0}), false, 0},
		{"second FIN", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}), true, BothFINs},
		{"ACK of less than the second FIN", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 5}, step{0, ack, 1002, 5006, 0}), true, BothFINs},
		{"second FIN again", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{1, fin, 5001, 1002, 0}), false, 0},
		{"closed", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{0, ack, 1002, 5002, 0}), true, Over},
		{"RST behind both FINs", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{0, rst, 1002, 5002, 0}), true, Reset},
		{"RST behind the close", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{0, ack, 1002, 5002, 0}, step{0, rst, 1002, 5002, 0}), false, 0},
		{"ACK from the wrong side", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{1, ack, 5002, 1002, 0}), false, 0},
		{"ACK behind the close", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{0, ack, 1002, 5002, 0}, step{0, ack, 1002, 5002, 0}), false, 0},
	} {
		for _, turn := range []uint8{0, 1} {
			var k *talk
			last := len(c.steps) - 1
			for i, s := range c.steps {
				seg := wire.Segment{
					Packet: uint64(i + 1), Time: int64(i), HeaderLen: 20,
					Flags: s.flags, Seq: s.seq, Ack: s.ack, Len: s.len,
				}
				from := s.from ^ turn
				if i == 0 {
					if !Opens(&seg) {
						t.Fatalf("%s: does not open", c.name)
					}
					k = begin(seg, from)
					continue
				}
				was := At(k.mem).Stage()
				kept := k.add(seg, from)
				if want := i < last || c.kept; kept != want {
					t.Errorf("%s: segment %d kept: %v", c.name, i+1, kept)
				}
				if got := At(k.mem).Stage(); !kept && got != was {
					t.Errorf("%s: a segment that was not kept led from %d to %d", c.name, was, got)
				} else if i == last && kept && got != c.stage {
					t.Errorf("%s: stage %d, want %d", c.name, got, c.stage)
				}
			}
			k.same(t)
		}
	}
}

// resume is a connection that was analysed up to numbers 1010 and 5020, of which the
// other side acknowledged 1004 and 5009.
func resume() *talk {
	k := &talk{mem: make([]byte, 1024), base: &Base{First: 3, Last: 90, Time: 50, Next: [2]wire.Seq{1010, 5020}, Least: [2]wire.Seq{1004, 5009}}}
	Resume(k.mem, k.base, 21)
	return k
}

// TestResumed: which segments are kept of a connection that is open, and was analysed
// for a time.
func TestResumed(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []step // all but the last are kept
		kept  bool
	}{
		{"data and its ACK", []step{{0, psh, 1010, 5020, 7}, {1, ack, 5020, 1017, 0}}, true},
		{"sent again", []step{{0, psh, 1004, 5020, 6}}, true},
		{"sent again though acknowledged", []step{{0, psh, 1003, 5020, 7}}, false},
		{"behind a gap", []step{{0, psh, 1011, 5020, 7}}, false},
		{"older ACK", []step{{0, ack, 1010, 5009, 0}}, true},
		{"still older ACK", []step{{0, ack, 1010, 5008, 0}}, false},
		{"ACK of what was not seen", []step{{1, ack, 5020, 1011, 0}}, false},
		{"FIN", []step{{0, fin, 1010, 5020, 0}}, false},
		{"RST", []step{{0, rst, 1010, 5020, 0}}, false},
		{"SYN", []step{{0, syn, 1010, 0, 0}}, false},
		{"SYN-ACK", []step{{1, synAck, 5020, 1010, 0}}, false},
	} {
		k := resume()
		for i, s := range c.steps {
			seg := wire.Segment{
				Packet: uint64(91 + i), Time: int64(50 + i), HeaderLen: 20, Interface: 4,
				Flags: s.flags, Seq: s.seq, Ack: s.ack, Len: s.len,
			}
			if want := i < len(c.steps)-1 || c.kept; k.add(seg, s.from) != want {
				t.Errorf("%s: segment %d kept: %v", c.name, i+1, !want)
			}
		}
		if h := At(k.mem); h.Stage() != Settled || !h.Resumed() {
			t.Errorf("%s: stage %d", c.name, h.Stage())
		}
		k.same(t)
	}

	k := resume()
	seg := wire.Segment{Packet: 91, Time: 49, HeaderLen: 20, Flags: ack, Seq: 1010, Ack: 5020}
	if k.add(seg, 0) {
		t.Error("a segment from before was kept")
	}
	seg.Time = 50
	for i := range mostResumed + 1 {
		if kept := k.add(seg, 0); kept != (i < mostResumed) {
			t.Errorf("segment %d kept: %v", i+1, kept)
		}
		seg.Packet++
	}
	k.same(t)
}

// TestOpens: a plain SYN, and what is not one.
func TestOpens(t *testing.T) {
	plain := wire.Segment{Flags: wire.SYN, HeaderLen: 20}
	for name, spoil := range map[string]func(*wire.Segment){
		"SYN-ACK":      func(s *wire.Segment) { s.Flags |= wire.ACK },
		"FIN":          func(s *wire.Segment) { s.Flags |= wire.FIN },
		"RST":          func(s *wire.Segment) { s.Flags = wire.RST },
		"data":         func(s *wire.Segment) { s.Len = 1 },
		"bad checksum": func(s *wire.Segment) { s.Checksum = wire.ChecksumBad },
		"urgent":       func(s *wire.Segment) { s.Urgent = 1 },
		"guessed":      func(s *wire.Segment) { s.LenGuessed = true },
		"fragments":    func(s *wire.Segment) { s.Reassembled = true },
	} {
		s := plain
		spoil(&s)
		if Opens(&s) {
			t.Errorf("%s opens", name)
		}
	}
	plain.Flags |= wire.ECE | wire.CWR
	if !Opens(&plain) {
		t.Error("a SYN that asks for ECN does not open")
	}
}

// TestRefuses: what a segment cannot be for its form, though its numbers fit.
func TestRefuses(t *testing.T) {
	first := wire.Segment{Packet: 10, Time: 1000, Flags: wire.SYN, Seq: 5, HeaderLen: 20, Interface: 3}
	second := first
	second.Packet, second.Time = 11, 2000
	for name, spoil := range map[string]func(*wire.Segment){
		"earlier":             func(s *wire.Segment) { s.Time = 999 },
		"centuries later":     func(s *wire.Segment) { s.Time += 1 << 57 },
		"the same packet":     func(s *wire.Segment) { s.Packet = 10 },
		"a packet before":     func(s *wire.Segment) { s.Packet = 9 },
		"many packets later":  func(s *wire.Segment) { s.Packet += 1 << 24 },
		"too many":            func(s *wire.Segment) { s.Packet += 1 << 32 },
		"another interface":   func(s *wire.Segment) { s.Interface = 4 },
		"an ID without an ID": func(s *wire.Segment) { s.IPID = 1 },
		"a bad checksum":      func(s *wire.Segment) { s.Checksum = wire.ChecksumBad },
		"an urgent pointer":   func(s *wire.Segment) { s.Urgent = 1 },
		"a guessed length":    func(s *wire.Segment) { s.LenGuessed = true },
		"of fragments":        func(s *wire.Segment) { s.Reassembled = true },
	} {
		k, s := begin(first, 0), second
		spoil(&s)
		if k.add(s, 0) {
			t.Errorf("%s: kept", name)
		}
		k.same(t)
	}
	k := begin(first, 0)
	if !k.add(second, 0) {
		t.Error("a SYN again is not kept")
	}
}

// TestFull: no memory is written to behind what there is, and a number of segments is
// the most.
func TestFull(t *testing.T) {
	first := wire.Segment{Packet: 1, Flags: wire.SYN, HeaderLen: 20}
	k := begin(first, 0)
	n := At(k.mem).Octets()
	again := first
	again.Packet = 2
	mem := k.mem[:n+2]
	if kept, full := At(mem).Append(mem, 0, &again); kept || !full {
		t.Errorf("without memory: kept %v, full %v", kept, full)
	}
	for i := 1; k.add(again, 0); i++ {
		if i > mostSegments {
			t.Fatal("no end")
		}
		again.Packet++
	}
	if len(k.segs) != mostSegments {
		t.Errorf("%d segments, want %d", len(k.segs), mostSegments)
	}
	k.same(t)
}

// TestReader: segments come back as they were, whatever is in them.
func TestReader(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		pick := func(of ...uint64) uint64 { return of[r.IntN(len(of))] }
		dress := func(s *wire.Segment) {
			s.Window, s.TTL = uint16(pick(0, 1000, 1001, 65535)), uint8(pick(0, 64, 128))
			s.Checksum = wire.Checksum(pick(0, 1, 3))
			s.TrafficClass, s.DontFragment = uint8(pick(0, 0, 2, 255)), pick(0, 1) == 1
			if s.HasIPID = pick(0, 1) == 1; s.HasIPID {
				s.IPID = uint16(r.Uint32())
			}
			if s.HasSum = pick(0, 1) == 1; s.HasSum {
				s.PayloadSum = uint16(pick(0, 1, 0xfffe))
			}
			s.Flags |= wire.Flags(pick(0, uint64(wire.ECE), uint64(wire.CWR|wire.AE), uint64(wire.PSH)))
			s.HeaderLen = uint8(pick(20, 32, 60))
			o := &s.Options
			o.Set = wire.OptionSet(pick(0, 0, uint64(wire.OptTimestamps), uint64(wire.OptTimestamps|wire.OptSACK), uint64(wire.OptCut), 1<<14-1))
			o.MSS, o.WindowScale, o.FastOpenLen, o.MPTCPSubtype = 0, 0, 0, 0
			if o.Set&^wire.OptTimestamps != 0 {
				o.MSS, o.WindowScale, o.FastOpenLen, o.MPTCPSubtype = uint16(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32())
				o.SACKBlocks = uint8(r.IntN(wire.MaxSACKBlocks + 1))
				for i := range o.SACK {
					o.SACK[i] = wire.SACKBlock{Left: wire.Seq(r.Uint32()), Right: wire.Seq(r.Uint32())}
				}
			}
			if o.Set.Has(wire.OptTimestamps) {
				o.TSVal, o.TSEcr = uint32(pick(0, 1, 100, 255, 256, 1<<32-1)), uint32(pick(0, 1, 100, 1<<32-1))
			}
		}
		isn := [2]wire.Seq{wire.Seq(pick(0, 1<<32-1, 1<<32-2, 77)), wire.Seq(pick(0, 1<<32-1, 1<<31, 5))}
		nxt := isn
		seg := wire.Segment{Packet: pick(1, 1<<33), Time: int64(pick(0, 1e18)), Flags: wire.SYN, Seq: isn[0]}
		dress(&seg)
		k := begin(seg, 0)
		nxt[0]++
		for i := range 40 {
			from := uint8(r.IntN(2))
			x := wire.Segment{
				Packet: seg.Packet + pick(1, 1, 2, 300, 1<<24), Time: seg.Time + int64(pick(0, 1, 1000, 1e9, 1<<55)),
				Flags: wire.ACK, Seq: nxt[from] - wire.Seq(pick(0, 0, 0, 1)), Ack: nxt[1-from] - wire.Seq(pick(0, 0, 0, 1)),
				Len: uint32(pick(0, 0, 1, 1000, 1<<17)),
			}
			switch {
			case i < 4 && len(k.segs) < 2:
				from, x.Flags, x.Len = 1, wire.SYN|wire.ACK, 0
				x.Seq, x.Ack = isn[1], nxt[0]
			case len(k.segs) < 3:
				from, x.Seq, x.Ack = 0, nxt[0], nxt[1]
			case r.IntN(8) == 0:
				x.Flags |= wire.FIN
			}
			dress(&x)
			if k.add(x, from) {
				seg = x
				if end := x.End(); end.After(nxt[from]) || len(k.segs) == 2 {
					nxt[from] = end
				}
			}
		}
		k.same(t)
	}
}
