package journal

import (
	"testing"

	"tcpwatch/capture/wire"
)

// step is a segment of a connection: side 0 has the numbers from 1000, side 1 those
// from 5000.
type step struct {
	from     uint8
	flags    wire.Flags
	seq, ack wire.Seq
	len      uint32
}

const (
	psh = wire.ACK | wire.PSH
	fin = finAck
)

// TestCourse: which segments are kept, and how far they lead, by RFC 9293 figures 6
// and 12, §3.10.7 for a RST, and their near misses.
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
		{"refused", []step{open[0], {1, rstAck, 0, 1001, 0}}, true, Reset},
		{"refused another SYN", []step{open[0], {1, rstAck, 0, 1000, 0}}, false, 0},
		{"refused with data", []step{open[0], {1, rstAck, 0, 1001, 7}}, false, 0},
		{"RST without ACK for a SYN", []step{open[0], {1, wire.RST, 0, 1001, 0}}, false, 0},
		{"RST of the client after its SYN", []step{open[0], {0, rstAck, 1001, 0, 0}}, false, 0},
		{"refused, and a SYN again", []step{open[0], {1, rstAck, 0, 1001, 0}, open[0]}, false, 0},
		{"SYN-ACK refused", []step{open[0], open[1], {0, wire.RST, 1001, 0, 0}}, true, Reset},
		{"SYN-ACK, then a RST", []step{open[0], open[1], {1, rstAck, 5001, 1001, 0}}, true, Reset},
		{"SYN-ACK", open[:2], true, SYNAnswered},
		{"SYN-ACK for another number", []step{open[0], {1, synAck, 5000, 1002, 0}}, false, 0},
		{"SYN-ACK again", []step{open[0], open[1], open[1]}, true, SYNAnswered},
		{"another SYN-ACK", []step{open[0], open[1], {1, synAck, 5001, 1001, 0}}, false, 0},
		{"SYN after the SYN-ACK", []step{open[0], open[1], open[0]}, false, 0},
		{"server goes first", []step{open[0], open[1], {1, psh, 5001, 1001, 5}}, false, 0},
		{"handshake", open, true, Open},
		{"ACK of another number", []step{open[0], open[1], {0, ack, 1001, 5002, 0}}, false, 0},
		{"ACK with data", []step{open[0], open[1], {0, psh, 1001, 5001, 5}}, true, Open},
		{"ACK with a FIN", []step{open[0], open[1], {0, fin, 1001, 5001, 0}}, false, 0},
		{"SYN-ACK after the handshake", with(open[1]), false, 0},
		{"data", with(step{0, psh, 1001, 5001, 100}), true, Open},
		{"data again", with(step{0, psh, 1001, 5001, 100}, step{0, psh, 1001, 5001, 100}), true, Open},
		{"keep-alive", with(step{0, psh, 1001, 5001, 100}, step{0, ack, 1100, 5001, 0}), true, Open},
		{"number of the SYN", with(step{0, ack, 1000, 5001, 0}), false, 0},
		{"after a gap", with(step{0, psh, 1002, 5001, 100}), false, 0},
		{"ACK of what was not seen", with(step{1, ack, 5001, 1002, 0}), false, 0},
		{"ACK before the SYN", with(step{1, ack, 5001, 1000, 0}), false, 0},
		{"no ACK", with(step{0, wire.PSH, 1001, 0, 10}), false, 0},
		{"urgent", with(step{0, ack | wire.URG, 1001, 5001, 10}), false, 0},
		{"reset", with(step{0, rstAck, 1001, 5001, 0}), true, Reset},
		{"reset without ACK", with(step{1, wire.RST, 5001, 0, 0}), true, Reset},
		{"RST in front", with(step{0, psh, 1001, 5001, 5}, step{0, rstAck, 1005, 5001, 0}), false, 0},
		{"RST after a gap", with(step{0, rstAck, 1002, 5001, 0}), false, 0},
		{"RST with text", with(step{0, rstAck, 1001, 5001, 3}), false, 0},
		{"RST with a FIN", with(step{0, rstAck | wire.FIN, 1001, 5001, 0}), false, 0},
		{"RST with a SYN", with(step{0, rstAck | wire.SYN, 1001, 5001, 0}), false, 0},
		{"RST for what was not seen", with(step{0, rstAck, 1001, 5002, 0}), false, 0},
		{"RST again", with(step{0, rstAck, 1001, 5001, 0}, step{0, rstAck, 1001, 5001, 0}), false, 0},
		{"RST of the closer", with(step{0, fin, 1001, 5001, 0}, step{0, rstAck, 1002, 5001, 0}), true, Reset},
		{"RST instead of the second FIN", with(step{0, fin, 1001, 5001, 0}, step{1, rstAck, 5001, 1002, 0}), true, Reset},
		{"FIN", with(step{0, fin, 1001, 5001, 0}), true, FINSent},
		{"FIN of the server with data", with(step{1, fin, 5001, 1001, 10}), true, FINSent},
		{"FIN after a gap", with(step{0, fin, 1002, 5001, 0}), false, 0},
		{"FIN again", with(step{0, fin, 1001, 5001, 0}, step{0, fin, 1001, 5001, 0}), false, 0},
		{"ACK of the closer after its FIN", with(step{0, fin, 1001, 5001, 0}, step{0, ack, 1002, 5001, 0}), true, FINSent},
		{"data of the closer after its FIN", with(step{0, fin, 1001, 5001, 0}, step{0, psh, 1002, 5001, 1}), false, 0},
		{"data that crosses the FIN", with(step{0, fin, 1001, 5001, 0}, step{1, psh, 5001, 1001, 9}), true, FINSent},
		{"ACK of the FIN", with(step{0, fin, 1001, 5001, 0}, step{1, ack, 5001, 1002, 0}), true, FINAnswered},
		{"older ACK after that", with(step{0, fin, 1001, 5001, 0}, step{1, ack, 5001, 1002, 0}, step{1, psh, 5001, 1001, 1}), false, 0},
		{"half-closed", with(step{0, fin, 1001, 5001, 0}, step{1, ack, 5001, 1002, 0}, step{1, psh, 5001, 1002, 9}, step{0, ack, 1002, 5010, 0}), true, FINAnswered},
		{"FINs that cross", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1001, 0}), false, 0},
		{"second FIN", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}), true, BothFINs},
		{"ACK of less than the second FIN", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 5}, step{0, ack, 1002, 5006, 0}), true, BothFINs},
		{"second FIN again", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{1, fin, 5001, 1002, 0}), false, 0},
		{"closed", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{0, ack, 1002, 5002, 0}), true, Over},
		{"RST after both FINs", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{0, rstAck, 1002, 5002, 0}), true, Reset},
		{"RST after the close", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{0, ack, 1002, 5002, 0}, step{0, rstAck, 1002, 5002, 0}), false, 0},
		{"SYN-ACK with data", []step{open[0], {1, synAck, 5000, 1001, 5}}, false, 0},
		{"SYN-ACK again with data", []step{open[0], open[1], {1, synAck, 5000, 1001, 5}}, false, 0},
		{"SYN-ACK again for another number", []step{open[0], open[1], {1, synAck, 5000, 1000, 0}}, false, 0},
		{"ACK after a gap", []step{open[0], open[1], {0, ack, 1002, 5001, 0}}, false, 0},
		{"RST with an ACK before the SYN", with(step{0, rstAck, 1001, 5000, 0}), false, 0},
		{"FIN over data sent before", with(step{0, psh, 1001, 5001, 100}, step{0, fin, 1001, 5001, 50}), false, 0},
		{"FIN of the closer once more, after its FIN", with(step{0, fin, 1001, 5001, 0}, step{0, fin, 1002, 5001, 0}), false, 0},
		{"keep-alive of the closer", with(step{0, fin, 1001, 5001, 0}, step{0, ack, 1001, 5001, 0}), false, 0},
		{"data that crosses the FIN, then the second FIN", with(step{0, fin, 1001, 5001, 0}, step{1, psh, 5001, 1001, 9}, step{1, fin, 5010, 1002, 0}), true, BothFINs},
		{"second FIN over data sent before", with(step{1, psh, 5001, 1001, 9}, step{0, fin, 1001, 5010, 0}, step{1, fin, 5001, 1002, 9}), false, 0},
		{"older ACK of the wrong side after both FINs", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{1, ack, 5002, 1001, 0}), false, 0},
		{"data of the closer after both FINs", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{0, psh, 1002, 5001, 1}), false, 0},
		{"data with the last ACK", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{0, psh, 1002, 5002, 1}), false, 0},
		{"ACK from the wrong side", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{1, ack, 5002, 1002, 0}), false, 0},
		{"ACK after the close", with(step{0, fin, 1001, 5001, 0}, step{1, fin, 5001, 1002, 0}, step{0, ack, 1002, 5002, 0}, step{0, ack, 1002, 5002, 0}), false, 0},
	} {
		for _, at := range []wire.Seq{0, 1 << 31, 1<<32 - 1001} {
			for _, turn := range []uint8{0, 1} {
				var k *talk
				last := len(c.steps) - 1
				for i, s := range c.steps {
					seg := wire.Segment{
						Packet: uint64(i + 1), Time: int64(i), HeaderLen: 20,
						Flags: s.flags, Seq: s.seq + at, Ack: s.ack + at, Len: s.len,
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
		{"sent again, then data", []step{{0, psh, 1004, 5020, 3}, {0, psh, 1010, 5020, 7}}, true},
		{"after a gap", []step{{0, psh, 1011, 5020, 7}}, false},
		{"older ACK", []step{{0, ack, 1010, 5009, 0}}, true},
		{"still older ACK", []step{{0, ack, 1010, 5008, 0}}, false},
		{"ACK of what was not seen", []step{{1, ack, 5020, 1011, 0}}, false},
		{"FIN", []step{{0, fin, 1010, 5020, 0}}, false},
		{"RST", []step{{0, rstAck, 1010, 5020, 0}}, false},
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
		if h := At(k.mem); h.Stage() != Resumed {
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
	k.roomy = true // which counts from the beginning only
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
		"ID without":   func(s *wire.Segment) { s.IPID = 1 },
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
