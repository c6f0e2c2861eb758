package capture

import (
	"bytes"
	"fmt"
	"testing"
	"unsafe"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"tcpwatch/capture/wire"
)

// FuzzDecode holds for any octets after any link type: no panic, the same
// result again, a payload that lies inside the packet; and where gopacket sees
// TCP without an error, the same header as gopacket's.
func FuzzDecode(f *testing.F) {
	for _, p := range pathPackets() {
		f.Add(uint16(p.Link), p.Data, uint16(len(p.Data)))
	}
	for _, link := range []uint16{0, 6, 7, 9, 10, 50, 51, 101, 104, 105, 107, 113, 117, 119, 127, 129, 163, 178, 192, 239, 242, 274, 276} {
		f.Add(link, cat(make([]byte, 16), tcp4), uint16(90))
	}
	f.Add(uint16(1), ether(0x0800, piece(bigPacket(false, 100), 1, 0, 64, true)), uint16(200))
	f.Add(uint16(1), ether(0x86dd, piece(bigPacket(true, 100), 1, 64, 132, false)), uint16(200))
	f.Add(uint16(1), ether(0x0800, ip4(1, cat(hx("0304 0000 0000 0514"), tcp4))), uint16(200))
	f.Add(uint16(1), ether(0x8847, cat(hx("00010140 00000000"), ether(0x0800, tcp4))), uint16(200))
	f.Add(uint16(105), wifi("8801", tcp4), uint16(200))
	f.Add(uint16(1), ether(0x8863, cat(hx("1100 0001"), be16(len(tcp4)+2), hx("0021"), tcp4)), uint16(200))
	f.Fuzz(func(t *testing.T, link uint16, data []byte, length uint16) {
		if len(data) > 4096 {
			return
		}
		p := &Packet{Number: 1, Data: data[:len(data):len(data)], Length: max(len(data), int(length)), Link: wire.LinkType(link)}
		before := string(data)
		d := NewDecoder(DecoderOptions{})
		var a, b wire.Segment
		skip := d.Decode(p, &a)
		if again := NewDecoder(DecoderOptions{}).Decode(p, &b); again != skip {
			t.Fatalf("%v, then %v", skip, again)
		}
		if string(data) != before {
			t.Fatal("lent octets were changed")
		}
		d.Decode(p, &b) // a Decoder that has met the packet already
		d.Flush()
		if counts := d.Skipped(); counts[skip]+counts[wire.FragmentHeld]+counts[wire.FragmentLost] < 1 || counts[wire.FragmentHeld] > 1 {
			t.Fatalf("counts %v", counts)
		}
		if skip == wire.Segmented {
			checkFuzzed(t, &a, data, link)
		}
		checkGopacket(t, p, &a, skip)
	})
}

func checkFuzzed(t *testing.T, s *wire.Segment, data []byte, link uint16) {
	if int(s.Len) < len(s.Payload) || s.HeaderLen < 20 || s.HeaderLen > 60 || s.Reassembled {
		t.Fatalf("%+v", s)
	}
	if link == uint16(wire.LinkRadiotap) || len(s.Payload) == 0 { // a padded frame is copied
		return
	}
	start := uintptr(unsafe.Pointer(&data[0]))
	at := uintptr(unsafe.Pointer(&s.Payload[0]))
	if at < start || at+uintptr(len(s.Payload)) > start+uintptr(len(data)) {
		t.Fatal("the payload lies outside the packet")
	}
}

// checkGopacket compares with gopacket's layers.
func checkGopacket(t *testing.T, p *Packet, s *wire.Segment, skip wire.Skip) {
	if p.Link > 255 || p.Link == wire.LinkRadiotap || p.Link == wire.LinkWiFi || p.Link == wire.LinkPrism {
		return // 8 bits; and the 802.11 decoder cuts four octets off every frame
	}
	packet := gopacket.NewPacket(p.Data, layers.LinkType(p.Link), gopacket.Default)
	if packet.ErrorLayer() != nil {
		return
	}
	all := packet.Layers()
	var tcp *layers.TCP
	at := 0
	for i, l := range all {
		if x, ok := l.(*layers.TCP); ok {
			tcp, at = x, i
		}
	}
	if tcp == nil || gopacketFault(all[:at]) != "" {
		return
	}
	if skip != wire.Segmented {
		t.Fatalf("%v, but gopacket has %v", skip, packet)
	}
	flags := wire.Flags(0)
	for i, set := range []bool{tcp.FIN, tcp.SYN, tcp.RST, tcp.PSH, tcp.ACK, tcp.URG, tcp.ECE, tcp.CWR, tcp.NS} {
		if set {
			flags |= 1 << i
		}
	}
	theirs := fmt.Sprint(uint16(tcp.SrcPort), uint16(tcp.DstPort), tcp.Seq, tcp.Ack, tcp.Window, tcp.Urgent, flags, int(tcp.DataOffset)*4, gopacketOptions(tcp))
	ours := fmt.Sprint(s.SrcPort, s.DstPort, uint32(s.Seq), uint32(s.Ack), s.Window, s.Urgent, s.Flags, s.HeaderLen, s.Options.Set&gopacketKnows)
	if ours != theirs {
		t.Fatalf("ours   %s\ntheirs %s\n%v", ours, theirs, packet)
	}
}

// gopacketKnows are the options that gopacket's list tells by kind and length.
const gopacketKnows = wire.OptMSS | wire.OptWindowScale | wire.OptSACKPermitted | wire.OptTimestamps

func gopacketOptions(tcp *layers.TCP) (set wire.OptionSet) {
	for _, o := range tcp.Options {
		switch {
		case o.OptionType == layers.TCPOptionKindMSS && o.OptionLength == 4:
			set |= wire.OptMSS
		case o.OptionType == layers.TCPOptionKindWindowScale && o.OptionLength == 3:
			set |= wire.OptWindowScale
		case o.OptionType == layers.TCPOptionKindSACKPermitted && o.OptionLength == 2:
			set |= wire.OptSACKPermitted
		case o.OptionType == layers.TCPOptionKindTimestamps && o.OptionLength == 10:
			set |= wire.OptTimestamps
		}
	}
	return set
}

// gopacketFault says what is wrong with gopacket's way to TCP through these
// layers, or "".
func gopacketFault(path []gopacket.Layer) string {
	if len(path) > maxDepth {
		return "deeper than is followed here"
	}
	for i, l := range path {
		switch l := l.(type) {
		case *layers.IPv4:
			if l.Version != 4 {
				return "takes any version for IPv4"
			}
		case *layers.IPv6:
			if l.Version != 6 {
				return "takes any version for IPv6"
			}
		case *layers.PPPoE:
			before := path[max(i-1, 0)].LayerContents() // which ends with the EtherType
			if l.Version != 1 || l.Type != 1 || l.Code != layers.PPPoECodeSession || bytes.HasSuffix(before, []byte{0x88, 0x63}) {
				return "takes PPPoE discovery for a session"
			}
		case *layers.LLC:
			if l.DSAP != 0xaa || l.SSAP != 0xaa || l.Control != 3 {
				return "takes any 802.2 header for SNAP"
			}
		case *layers.GRE:
			if l.Protocol == layers.EthernetTypeERSPAN && !l.SeqPresent {
				return "takes ERSPAN type I for type II"
			}
			if l.Version == 1 && !l.SeqPresent {
				return "sees payload in an acknowledgement of PPTP"
			}
			if fault := greFault(l.LayerContents()); fault != "" {
				return fault
			}
		case *layers.ERSPANII:
			if fault := erspanFault(l.LayerContents()); fault != "" {
				return fault
			}
		case *layers.EtherIP:
			if fault := etherIPFault(l.LayerContents()); fault != "" {
				return fault
			}
		case *layers.PFLog:
			if fault := pfLogFault(l.LayerContents()); fault != "" {
				return fault
			}
		case *layers.MPLS:
			return "does not tell a pseudowire from IP"
		case *layers.VXLAN:
			return "finds VXLAN by source port, with or without a valid identifier"
		case *layers.Geneve:
			return "finds Geneve by source port, of any version"
		case *layers.GTPv1U:
			return "reads GTP of any version and message type"
		}
	}
	return ""
}
