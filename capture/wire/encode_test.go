package wire

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// genSegment draws a segment that survives a round trip: what is not on the
// wire is zero.
func genSegment(t *rapid.T) *Segment {
	s := &Segment{}
	s.IPv6 = rapid.Bool().Draw(t, "ipv6")
	if s.IPv6 {
		s.Src = Addr(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "src"))
		s.Dst = Addr(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "dst"))
		if s.HasIPID = rapid.Bool().Draw(t, "fragment header"); s.HasIPID {
			s.IPID = rapid.Uint16().Draw(t, "id")
		}
	} else {
		s.Src = AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "src")))
		s.Dst = AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "dst")))
		s.HasIPID, s.IPID = true, rapid.Uint16().Draw(t, "id")
		s.DontFragment = rapid.Bool().Draw(t, "df")
	}
	s.SrcPort, s.DstPort = rapid.Uint16().Draw(t, "sport"), rapid.Uint16().Draw(t, "dport")
	s.Seq, s.Ack = Seq(rapid.Uint32().Draw(t, "seq")), Seq(rapid.Uint32().Draw(t, "ack"))
	s.Flags = Flags(rapid.Uint16Range(0, 0x1ff).Draw(t, "flags"))
	s.Window, s.Urgent = rapid.Uint16().Draw(t, "window"), rapid.Uint16().Draw(t, "urgent")
	s.TTL, s.TrafficClass = rapid.Uint8Range(1, 255).Draw(t, "ttl"), rapid.Uint8().Draw(t, "class")
	s.Payload = rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "payload")
	s.Len = uint32(len(s.Payload))
	s.Checksum = Checksum(rapid.IntRange(int(ChecksumGood), int(ChecksumPartial)).Draw(t, "checksum"))
	s.Options = genOptions(t)
	s.HeaderLen = uint8(20 + len(appendOptions(nil, &s.Options)))
	return s
}

// genOptions draws options that fit together.
func genOptions(t *rapid.T) Options {
	var o Options
	o.Set = rapid.SampledFrom([]OptionSet{
		0, OptMSS, OptTimestamps, OptTimestamps | OptSACK, OptSACK, OptTimestamps | OptSACKPermitted | OptMSS | OptWindowScale,
		OptMSS | OptSACKPermitted | OptFastOpen, OptMPTCP, OptMPTCP | OptTimestamps, OptMD5, OptAO, OptUserTimeout, OptAccECN,
		OptOther, OptTimestamps | OptAccECN | OptOther, OptMSS | OptTimestamps | OptWindowScale | OptFastOpen,
	}).Draw(t, "options")
	if o.Set.Has(OptMSS) {
		o.MSS = rapid.Uint16().Draw(t, "mss")
	}
	if o.Set.Has(OptWindowScale) {
		o.WindowScale = rapid.Uint8().Draw(t, "scale")
	}
	if o.Set.Has(OptTimestamps) {
		o.TSVal, o.TSEcr = rapid.Uint32().Draw(t, "tsval"), rapid.Uint32().Draw(t, "tsecr")
	}
	if o.Set.Has(OptSACK) {
		o.SACKBlocks = rapid.Uint8Range(1, 3).Draw(t, "blocks")
		for i := range o.SACKBlocks {
			o.SACK[i] = SACKBlock{Seq(rapid.Uint32().Draw(t, "left")), Seq(rapid.Uint32().Draw(t, "right"))}
		}
	}
	if o.Set.Has(OptFastOpen) {
		o.FastOpenLen = rapid.SampledFrom([]uint8{0, 4, 8, 16}).Draw(t, "cookie")
	}
	if o.Set.Has(OptMPTCP) {
		o.MPTCPSubtype = rapid.Uint8Range(0, 15).Draw(t, "subtype")
	}
	return o
}

// plainSum is the ones' complement sum of RFC 1071 §4.1, word by word, in
// little-endian order, 0 for 0xffff.
func plainSum(b []byte) uint16 {
	sum := 0
	for i, x := range b {
		sum += int(x) << (i % 2 * 8)
	}
	return uint16(sum % 0xffff)
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := genSegment(t)
		frame := AppendFrame(nil, want)
		padded := append(frame[:len(frame):len(frame)], 0, 0, 0, 0, 0, 0) // no part of the segment

		_, packet, ok := Ethernet(padded)
		if !ok {
			t.Fatal("no Ethernet header")
		}
		w := Walker{Verify: true}
		got := Segment{Options: Options{Set: 0xffff, MSS: 1}, LenGuessed: true, Reassembled: true}
		if skip := w.IP(packet, len(packet), &got); skip != Segmented {
			t.Fatalf("IP: %v", skip)
		}
		// One pseudo-header in 65,536 makes the good checksum look partial.
		if want.Checksum == ChecksumPartial && got.Checksum == ChecksumGood {
			got.Checksum = ChecksumPartial
		}
		if len(got.Payload) == 0 && len(want.Payload) == 0 {
			got.Payload = want.Payload
		}
		// Cut inside the payload, the sum must come out of the checksum.
		if cut := (Segment{}); want.Checksum == ChecksumGood && w.IP(packet[:len(packet)-6-len(want.Payload)], len(packet), &cut) == Segmented &&
			(cut.HasSum && cut.PayloadSum != plainSum(want.Payload)) {
			t.Fatalf("payload cut off: sum %#x, want %#x", cut.PayloadSum, plainSum(want.Payload))
		}
		want.PayloadSum, want.HasSum = plainSum(want.Payload), true
		if !reflect.DeepEqual(&got, want) {
			t.Fatalf("frame %x\ngot  %+v\nwant %+v", frame, &got, want)
		}
	})
}

// TestChecksumsWritten: each kind of checksum is read as it was written.
func TestChecksumsWritten(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		for _, want := range []Checksum{ChecksumGood, ChecksumBad, ChecksumPartial} {
			s := Segment{Tuple: Tuple{Src: AddrFrom4([4]byte{192, 0, 2, 1}), Dst: AddrFrom4([4]byte{192, 0, 2, 2}), SrcPort: 40000, DstPort: 80, IPv6: v6},
				Flags: ACK, Len: 5, Payload: []byte("hello"), Checksum: want}
			var got Segment
			packet := AppendPacket(nil, &s)
			w := Walker{Verify: true}
			if skip := w.IP(packet, len(packet), &got); skip != Segmented || got.Checksum != want {
				t.Errorf("IPv6 %v: %v, checksum %d, want %d", v6, skip, got.Checksum, want)
			}
		}
	}
}

// TestLongest: what fits a length field is written there; only what does not gives 0.
func TestLongest(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		for _, over := range []uint32{0, 9} {
			s := Segment{Tuple: Tuple{IPv6: v6}, Len: 0xffff - 40 + over}
			if v6 {
				s.Len += 20
			}
			packet := AppendPacket(nil, &s)
			field, want := packet[2:4], []byte{0xff, 0xff}
			if v6 {
				field = packet[4:6]
			}
			if over != 0 {
				want = []byte{0, 0}
			}
			if !bytes.Equal(field, want) {
				t.Errorf("IPv6 %v, %d octets too many: length %x", v6, over, field)
			}
		}
	}
}
