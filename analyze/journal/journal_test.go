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
	// roomy is what Write is told.
	roomy bool
}

func begin(seg wire.Segment, from uint8) *talk {
	k := &talk{mem: make([]byte, 8192)}
	Begin(k.mem, 7, from, &seg, 13)
	k.add(seg, from)
	return k
}

func (k *talk) add(seg wire.Segment, from uint8) bool {
	var w Written
	kept := At(k.mem).Write(&w, from, &seg, k.roomy) && At(k.mem).Append(k.mem, &w, from, &seg)
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

// TestRefuses: what a segment cannot be for its form, though its numbers fit.
func TestRefuses(t *testing.T) {
	first := wire.Segment{Packet: 10, Time: 1000, Flags: wire.SYN, Seq: 5, HeaderLen: 20, Interface: 3}
	second := first
	second.Packet, second.Time = 11, 2000
	for name, spoil := range map[string]func(*wire.Segment){
		"earlier":             func(s *wire.Segment) { s.Time = 999 },
		"years later":         func(s *wire.Segment) { s.Time += 1 << 57 },
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

// TestLongSegment: a length that does not fit the form.
func TestLongSegment(t *testing.T) {
	for _, n := range []uint32{1<<24 - 1, 1 << 24} {
		k := resume()
		kept := k.add(wire.Segment{Packet: 91, Time: 50, HeaderLen: 20, Flags: ack, Seq: 1010, Ack: 5020, Len: n}, 0)
		if kept != (n < 1<<24) {
			t.Errorf("%d octets kept: %v", n, kept)
		}
		k.same(t)
	}
}

// TestFields: a field that is new is to be kept, or refused in plain.
func TestFields(t *testing.T) {
	if n, m := reflect.TypeFor[wire.Segment]().NumField(), reflect.TypeFor[wire.Options]().NumField(); n != 23 || m != 9 {
		t.Errorf("wire.Segment has %d fields and wire.Options %d: keep those that are new, or refuse them in plain", n, m)
	}
}

// TestFull: no memory is written to after what there is, and a number of segments is
// the most, another one where there is room.
func TestFull(t *testing.T) {
	first := wire.Segment{Packet: 1, Flags: wire.SYN, HeaderLen: 20}
	k := begin(first, 0)
	n := At(k.mem).Octets()
	again := first
	again.Packet = 2
	mem := k.mem[:n+2]
	var w Written
	if fits := At(mem).Write(&w, 0, &again, false); !fits || At(mem).Append(mem, &w, 0, &again) || At(mem).Octets() != n {
		t.Errorf("without memory: fits %v, %d octets of %d in use", fits, At(mem).Octets(), n)
	}
	for _, most := range []int{mostSegments, mostRoomy} {
		k.roomy = most == mostRoomy
		for i := 1; k.add(again, 0); i++ {
			if i > most {
				t.Fatal("no end")
			}
			again.Packet++
		}
		if len(k.segs) != most {
			t.Errorf("%d segments, want %d", len(k.segs), most)
		}
		k.same(t)
	}
}

// dress gives a segment values at random where their size, or that they are as before,
// decides how they are kept.
func dress(s *wire.Segment, r *rand.Rand) {
	pick := pickBy(r)
	s.Window, s.TTL = uint16(pick(0, 1000, 1001, 65535)), uint8(pick(0, 64, 128))
	s.Checksum = wire.Checksum(pick(0, 1, 3))
	s.TrafficClass, s.DontFragment = uint8(pick(0, 0, 2, 255)), pick(0, 1) == 1
	if s.HasIPID = pick(0, 1) == 1; s.HasIPID {
		s.IPID = uint16(r.Uint32())
	} else {
		s.IPID = uint16(pick(0, 0, 0, 0, 0, 0, 0, 1))
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

// pickBy returns what picks one of some values.
func pickBy(r *rand.Rand) func(of ...uint64) uint64 {
	return func(of ...uint64) uint64 { return of[r.IntN(len(of))] }
}

// TestReader: segments come back as they were, whatever is in them.
func TestReader(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		pick := pickBy(r)
		isn := [2]wire.Seq{wire.Seq(pick(0, 1<<32-1, 1<<32-2, 77)), wire.Seq(pick(0, 1<<32-1, 1<<31, 5))}
		nxt := isn
		seg := wire.Segment{Packet: pick(1, 1<<33), Time: int64(pick(0, 1e18)), Flags: wire.SYN, Seq: isn[0]}
		dress(&seg, r)
		if !Opens(&seg) {
			continue
		}
		k := begin(seg, 0)
		if len(k.segs) != 1 {
			t.Fatalf("a SYN that opens is not kept: %+v", seg)
		}
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
			dress(&x, r)
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
