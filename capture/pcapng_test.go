package capture

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"tcpwatch/capture/wire"
)

func bothOrders(t *testing.T, test func(t *testing.T, f *ngFile)) {
	for _, big := range []bool{false, true} {
		t.Run(map[bool]string{false: "little endian", true: "big endian"}[big], func(t *testing.T) {
			test(t, &ngFile{big: big})
		})
	}
}

func TestPcapngPacketBlocks(t *testing.T) {
	bothOrders(t, func(t *testing.T, f *ngFile) {
		f.section(option{1, []byte("made by\x1b[1m hand")}, option{2, []byte("hardware")})
		f.iface(1, 0, option{2, []byte("eth0")})
		f.iface(276, 3, option{2, []byte("any")}, option{9, []byte{9}})
		f.packet(0, 1_500_000, "abcde", option{1, []byte("comment")})
		f.block(blockEnhanced, f.u32(1, 1, 2, 3, 900), []byte("fgh"))
		f.block(blockSimple, f.u32(5), []byte("ijklm"))
		f.block(4, f.u32(0), nil)                                         // names
		f.block(0xbad, nil, bytes.Repeat([]byte("unknown "), soleBuffer)) // longer than the buffer
		f.block(blockPacket, append(f.order().AppendUint16(f.order().AppendUint16(nil, 0), 7), f.u32(0, 2_000_001, 2, 60)...), []byte("no"))
		packets, damages, s := readAll(t, f.b)
		if len(damages) > 0 || len(packets) != 4 {
			t.Fatalf("%d packets, %v", len(packets), damages)
		}
		want := []got{
			{Packet{Number: 1, Time: 1_500_000_000, Length: 5, Link: 1}, "abcde"},
			{Packet{Number: 2, Time: 1<<32 + 2, Length: 900, Link: 276, Interface: 1}, "fgh"},
			{Packet{Number: 3, Time: 1<<32 + 2, Length: 5, Link: 1}, "ijklm"},
			{Packet{Number: 4, Time: 2_000_001_000, Length: 60, Link: 1}, "no"},
		}
		for i, p := range packets {
			if p.data != want[i].data || p.Time != want[i].Time || p.Length != want[i].Length ||
				p.Link != want[i].Link || p.Interface != want[i].Interface || p.Number != want[i].Number {
				t.Errorf("packet %d: %+v, want %+v", i+1, p, want[i])
			}
		}
		if c := s.Files[0].Comments; !slices.Equal(c, []string{"made by\x1b[1m hand"}) {
			t.Errorf("comments %q", c)
		}
		wantIfaces := []InterfaceStats{
			{Name: "eth0", Link: 1, Packets: 3, Dropped: 7, DropsKnown: true},
			{Name: "any", Link: 276, Snaplen: 3, Packets: 1},
		}
		if !slices.Equal(s.Interfaces, wantIfaces) {
			t.Errorf("interfaces %+v", s.Interfaces)
		}
		if s.Files[0].Octets != uint64(len(f.b)) || s.Files[0].Format != "pcapng" {
			t.Errorf("%+v", s.Files[0])
		}
	})
}

// A simple packet block has no captured length of its own.
func TestPcapngSimplePacketLengths(t *testing.T) {
	f := (&ngFile{}).section().iface(1, 2)
	f.block(blockSimple, f.u32(9), []byte("ab\x00\x00"))
	f.section().iface(1, 0)
	f.block(blockSimple, f.u32(1<<31), []byte("abcd")) // longer than its block
	f.block(blockSimple, f.u32(3), []byte("abc"))
	packets, damages, _ := readAll(t, f.b)
	if len(damages) > 0 || len(packets) != 3 {
		t.Fatalf("%d packets, %v", len(packets), damages)
	}
	for i, want := range []got{{Packet{Length: 9}, "ab"}, {Packet{Length: min(1<<31, math.MaxInt)}, "abcd"}, {Packet{Length: 3}, "abc"}} {
		if p := packets[i]; p.data != want.data || p.Length != want.Length || p.Time != 0 {
			t.Errorf("packet %d: %+v", i+1, p)
		}
	}
}

// A packet without a time, or with one that is out of bounds, has that of the packet before it, and is counted.
func TestPcapngUntimed(t *testing.T) {
	f := &ngFile{}
	f.section().iface(1, 0).iface(1, 0, option{14, f.u64(1 << 62)}).iface(1, 0, option{14, f.u64(1 << 63)}) // the latest, the earliest
	f.packet(0, 7_000_000, "a").packet(1, 1, "b").block(blockSimple, f.u32(1), []byte("c\x00\x00\x00"))
	f.packet(0, 8_000_000, "d").packet(0, math.MaxUint64, "e").packet(0, 9_000_000, "f").packet(2, 1, "g")
	f.block(blockStatistics, f.u32(1, 0, 0), nil, option{3, f.u32(0, 1)}) // out of bounds
	packets, damages, s := readAll(t, f.b)
	if len(damages) > 0 || len(packets) != 7 {
		t.Fatalf("%d packets, %v", len(packets), damages)
	}
	for i, want := range []int64{7, 7, 7, 8, 8, 9, 9} {
		if p := packets[i]; p.Time != want*second || p.Untimed != (i == 1 || i == 2 || i == 4 || i == 6) {
			t.Errorf("packet %d: at %d, untimed %t", i+1, p.Time, p.Untimed)
		}
	}
	if s.UntimedPackets != 4 || s.BackwardsSteps != 0 || s.End != 9*second {
		t.Errorf("%+v", s)
	}
}

// The end of a capture is the latest that a statistics block says, or the latest
// packet; it has its interface's clock, and its higher half first in either byte order.
func TestPcapngEnd(t *testing.T) {
	for _, big := range []bool{false, true} {
		f := &ngFile{big: big}
		f.section().iface(1, 100).iface(1, 100, option{9, []byte{9}}) // microseconds, nanoseconds
		if _, _, s := readAll(t, f.b); s.End != 0 {
			t.Errorf("no packet, and not said: %d", s.End)
		}
		f.packet(0, 1_000_000, "a").packet(0, 900_000, "b")
		if _, _, s := readAll(t, f.b); s.End != 1_000_000_000 {
			t.Errorf("not said: %d", s.End)
		}
		const micros, nanos = 1_700_000_000_000_000, 1_700_000_000_000_000_005
		f.block(blockStatistics, f.u32(1, 0, 0), nil, option{3, f.u32(nanos>>32, nanos&0xffffffff)})
		f.block(blockStatistics, f.u32(0, 0, 0), nil, option{3, f.u32(micros>>32, micros&0xffffffff)})
		if _, damages, s := readAll(t, f.b); s.End != nanos || len(damages) > 0 {
			t.Errorf("%d, want %d; %v", s.End, int64(nanos), damages)
		}
		f.packet(0, micros+1, "c")
		if _, _, s := readAll(t, f.b); s.End != (micros+1)*1000 {
			t.Errorf("a packet after the end: %d", s.End)
		}
	}
}

// if_tsoffset is what is added to every time of the interface, in seconds with a sign.
func TestPcapngTimeOffset(t *testing.T) {
	bothOrders(t, func(t *testing.T, f *ngFile) {
		back := int64(-2)
		f.section().iface(1, 0, option{14, f.u64(3600)}).iface(1, 0, option{9, []byte{9}}, option{14, f.u64(uint64(back))}).iface(1, 0, option{14, f.u32(3600)})
		f.packet(0, 1_500_000, "a").packet(1, 5_000_000_000, "b").packet(2, 1_500_000, "c")
		packets, damages, _ := readAll(t, f.b)
		if len(damages) > 0 || len(packets) != 3 {
			t.Fatalf("%d packets, %v", len(packets), damages)
		}
		for i, want := range []int64{3_601_500_000_000, 3_000_000_000, 1_500_000_000} { // the last has no option of eight octets
			if packets[i].Time != want {
				t.Errorf("packet %d at %d, want %d", i+1, packets[i].Time, want)
			}
		}
	})
}

// What one section says of losses is known, though a later one does not speak of them.
func TestPcapngLossesStayKnown(t *testing.T) {
	f := (&ngFile{}).section().iface(1, 0).packet(0, 0, "a")
	f.block(blockStatistics, f.u32(0, 0, 0), nil, option{4, f.u64(7)}, option{5, f.u64(5)})
	f.section().iface(1, 0).packet(0, 0, "b")
	f.block(blockStatistics, f.u32(0, 0, 0), nil, option{4, f.u64(8)})
	_, _, s := readAll(t, f.b)
	if want := (InterfaceStats{Link: 1, Packets: 2, Dropped: 5, DropsKnown: true, Received: 15, ReceivedKnown: true}); len(s.Interfaces) != 1 || s.Interfaces[0] != want {
		t.Errorf("%+v, want %+v", s.Interfaces, want)
	}
}

func TestPcapngSections(t *testing.T) {
	f := (&ngFile{}).section().iface(1, 100, option{2, []byte("eth0")}).iface(101, 0)
	f.packet(0, 1_000_000, "a").packet(1, 2_000_000, "b")
	f.block(blockStatistics, f.u32(0, 0, 0), nil, option{5, f.u64(10)}, option{7, f.u64(3)}, option{4, f.u64(100)})
	f.block(blockStatistics, f.u32(0, 0, 0), nil, option{5, f.u64(11)}, option{7, f.u64(3)}, option{4, f.u64(120)})
	f.big = true
	f.section().iface(1, 100, option{2, []byte("eth0")}).iface(276, 0) // the first one again, and a new one
	f.packet(0, 3_000_000, "c", option{4, f.u64(2)}, option{2, f.u32(1)}).packet(1, 4_000_000, "d", option{4, f.u64(5)})
	f.packet(0, 5_000_000, "e", option{4, f.u64(4)})
	packets, damages, s := readAll(t, f.b)
	if len(damages) > 0 || len(packets) != 5 {
		t.Fatalf("%d packets, %v", len(packets), damages)
	}
	for i, want := range []struct {
		iface int
		link  wire.LinkType
		time  int64
	}{{0, 1, 1e9}, {1, 101, 2e9}, {0, 1, 3e9}, {2, 276, 4e9}, {0, 1, 5e9}} {
		if p := packets[i]; p.Interface != want.iface || p.Link != want.link || p.Time != want.time {
			t.Errorf("packet %d: %+v, want %+v", i+1, p, want)
		}
	}
	want := []InterfaceStats{
		{Name: "eth0", Link: 1, Snaplen: 100, Packets: 3, Dropped: 14 + 6, DropsKnown: true, SystemDropped: 3, Received: 120, ReceivedKnown: true},
		{Link: 101, Packets: 1},
		{Link: 276, Packets: 1, Dropped: 5, DropsKnown: true},
	}
	if !slices.Equal(s.Interfaces, want) {
		t.Errorf("interfaces %+v", s.Interfaces)
	}
}

// Losses told twice, as running totals and per packet, count once.
func TestPcapngLossesCountOnce(t *testing.T) {
	f := (&ngFile{}).section().iface(1, 0)
	f.packet(0, 0, "a", option{4, f.u64(3)})
	f.block(blockStatistics, f.u32(0, 0, 0), nil, option{5, f.u64(5)})
	f.packet(0, 0, "b", option{4, f.u64(math.MaxUint64)}, option{4, f.u64(9)})
	_, _, s := readAll(t, f.b)
	if s.Interfaces[0].Dropped != math.MaxUint64 {
		t.Errorf("dropped %d: a sum that overflows", s.Interfaces[0].Dropped)
	}
	f = (&ngFile{}).section().iface(1, 0)
	f.packet(0, 0, "a", option{4, f.u64(3)})
	f.block(blockStatistics, f.u32(0, 0, 0), nil, option{5, f.u64(5)})
	if _, _, s = readAll(t, f.b); s.Interfaces[0].Dropped != 5 {
		t.Errorf("dropped %d, want 5", s.Interfaces[0].Dropped)
	}
}

// 0xffff in an obsolete packet block means that the losses are not known.
func TestPcapngUnknownLosses(t *testing.T) {
	f := (&ngFile{}).section().iface(1, 0)
	f.block(blockPacket, f.u32(0xffff0000, 0, 0, 1, 1), []byte("a"))
	packets, damages, s := readAll(t, f.b)
	if len(packets) != 1 || len(damages) > 0 || s.Interfaces[0].DropsKnown || s.Interfaces[0].Dropped != 0 {
		t.Errorf("%v %v %+v", packets, damages, s.Interfaces)
	}
}

func TestPcapngDamage(t *testing.T) {
	bothOrders(t, func(t *testing.T, f *ngFile) {
		f.section().iface(1, 0).packet(0, 1, "abcd")
		start := f.b // 28 + 20 + 36 = 84 octets
		with := func(build func(*ngFile)) []byte {
			g := &ngFile{big: f.big, b: slices.Clone(start)}
			build(g)
			return g.b
		}
		raw := func(v ...uint32) []byte { return append(slices.Clone(start), f.u32(v...)...) }
		tests := []struct {
			name    string
			file    []byte
			packets int
			want    string
		}{
			{"whole", start, 1, ""},
			{"cut in a packet", start[:83], 0, "packet 1 (byte 48): the file ends in this block: 35 of 36 octets are there"},
			{"cut in a block header", raw(6, 36), 1, "packet 2 (byte 84): the file ends in a block header: 8 of 12 octets are there"},
			{"cut in an interface", start[:47], 0, "packet 1 (byte 28): the file ends in this block: 19 of 20 octets are there"},
			{"cut in an unknown block", raw(99, 4096, 0, 0), 1, "packet 2 (byte 84): the file ends in this block: 16 of 4096 octets are there"},
			{"cut in the length of an unknown block", with(func(g *ngFile) { g.block(99, nil, []byte("abcd")); g.b = g.b[:len(g.b)-1] }), 1,
				"packet 2 (byte 84): the file ends in this block: 15 of 16 octets are there"},
			{"length 0", raw(6, 0, 0, 0), 1, "packet 2 (byte 84): block length 0 is impossible: it must be a multiple of 4 from 32 to 16781312"},
			{"length below 12", raw(99, 8, 0, 0), 1, "packet 2 (byte 84): block length 8 is impossible: it must be a multiple of 4 from 12 to 16781312"},
			{"length no multiple of 4", raw(99, 14, 0, 0), 1, "packet 2 (byte 84): block length 14 is impossible: it must be a multiple of 4 from 12 to 16781312"},
			{"length 2^32-4", raw(6, 1<<32-4, 0, 0), 1, "packet 2 (byte 84): block length 4294967292 is impossible: it must be a multiple of 4 from 32 to 16781312"},
			{"short interface", raw(1, 16, 0, 16), 1, "packet 2 (byte 84): block length 16 is impossible: it must be a multiple of 4 from 20 to 16781312"},
			{"lengths differ", raw(99, 16, 0, 20), 1, "packet 2 (byte 84): block length is 16 at its start and 20 at its end"},
			{"lengths of a packet differ", raw(6, 32, 0, 0, 0, 0, 0, 36), 1, "packet 2 (byte 84): block length is 32 at its start and 36 at its end"},
			{"no such interface", with(func(g *ngFile) { g.packet(1, 0, "x") }), 1, "packet 2 (byte 84): interface 1: this section has described 1"},
			{"interface 2^32-1", with(func(g *ngFile) { g.packet(1<<32-1, 0, "x") }), 1, "packet 2 (byte 84): interface 4294967295: this section has described 1"},
			{"statistics of no interface", with(func(g *ngFile) { g.block(5, g.u32(1, 0, 0), nil) }), 1, "packet 2 (byte 84): interface 1: this section has described 1"},
			{"obsolete packet of no interface", with(func(g *ngFile) { g.block(2, g.u32(0x00010001, 0, 0, 0, 0), nil) }), 1, "packet 2 (byte 84): interface 1: this section has described 1"},
			{"interfaces end with their section", with(func(g *ngFile) { g.section().packet(0, 0, "x") }), 1, "packet 2 (byte 112): interface 0: this section has described 0"},
			{"simple packet without interface", with(func(g *ngFile) { g.section().block(3, g.u32(4), []byte("abcd")) }), 1, "packet 2 (byte 112): interface 0: this section has described 0"},
			{"captured length outside the block", with(func(g *ngFile) { g.block(6, g.u32(0, 0, 0, 5, 5), []byte("abcd")) }), 1, "packet 2 (byte 84): captured length 5 does not fit in a block of 36 octets"},
			{"captured length 2^31", with(func(g *ngFile) { g.block(2, g.u32(0, 0, 0, 1<<31, 5), []byte("abcd")) }), 1, "packet 2 (byte 84): captured length 2147483648 does not fit in a block of 36 octets"},
			{"filled up with zeros", append(slices.Clone(start), make([]byte, 100)...), 1, "packet 2 (byte 84): block length 0 is impossible: it must be a multiple of 4 from 12 to 16781312"},
			{"no byte order", with(func(g *ngFile) { g.block(blockSection, g.u32(1, 1, 1, 1), nil) }), 1, "packet 2 (byte 84): section header: byte-order magic is " + map[bool]string{true: "0x00000001", false: "0x01000000"}[f.big]},
			{"version 2", with(func(g *ngFile) { g.block(blockSection, g.u32(byteOrderMagic, 0x00020002, 1, 1), nil) }), 1, "packet 2 (byte 84): pcapng version 2.2: only 1 can be read"},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				packets, damages, stats := readAll(t, test.file)
				if len(packets) != test.packets {
					t.Errorf("%d packets, want %d", len(packets), test.packets)
				}
				checkDamage(t, damages, stats.Files[0].Name, test.want)
			})
		}
	})
}

func TestPcapngOpenErrors(t *testing.T) {
	f := (&ngFile{}).section()
	for cut, want := range map[int]string{
		4:  "the file ends in this block: 4 of 12 octets are there",
		11: "the file ends in this block: 11 of 12 octets are there",
		27: "the file ends in this block: 27 of 28 octets are there",
	} {
		if got := openError(t, f.b[:cut]); got != want {
			t.Errorf("cut to %d: %q, want %q", cut, got, want)
		}
	}
}

func TestPcapngInterfacesAreBounded(t *testing.T) {
	f := (&ngFile{}).section()
	for range maxInterfaces + 1 {
		f.iface(1, 0)
	}
	_, damages, s := readAll(t, f.b)
	checkDamage(t, damages, s.Files[0].Name, "packet 1 (byte 163868): more than 8192 interfaces in one file")
	f = &ngFile{}
	for i := range uint32(maxInterfaces + 1) {
		f.section().iface(1, i)
	}
	if _, damages, s = readAll(t, f.b); len(damages) != 1 || len(s.Interfaces) != maxInterfaces {
		t.Errorf("%d interfaces, damages %v", len(s.Interfaces), damages)
	}
}

// TestPcapngFilters: the expression by which an interface was captured is known, not machine code;
// with another one it is another interface; and there is an end to what is kept of them.
func TestPcapngFilters(t *testing.T) {
	bothOrders(t, func(t *testing.T, f *ngFile) {
		f.section().iface(1, 0, option{11, []byte("\x00tcp port 80")}).packet(0, 0, "a")
		f.iface(1, 0, option{11, []byte("\x01\x06\x00\x00\x00")}).iface(1, 0, option{11, []byte{0}}).iface(1, 0, option{11, nil})
		f.section().iface(1, 0, option{11, []byte("\x00tcp port 80")}).packet(0, 0, "b")
		f.section().iface(1, 0, option{11, []byte("\x00udp")}, option{11, []byte("\x01\x06\x00\x00\x00")}).packet(0, 0, "c")
		_, damages, s := readAll(t, f.b)
		want := []InterfaceStats{{Link: 1, Packets: 2, Filter: "tcp port 80"}, {Link: 1}, {Link: 1}, {Link: 1}, {Link: 1, Packets: 1, Filter: "udp"}}
		if len(damages) > 0 || !slices.Equal(s.Interfaces, want) {
			t.Errorf("%+v, %v", s.Interfaces, damages)
		}
	})
	f := &ngFile{}
	for i := range 20 {
		long := slices.Concat([]byte{0, byte('a' + i)}, bytes.Repeat([]byte("f"), 60_000))
		f.section().iface(1, 0, option{11, long}).iface(1, 0, option{11, long})
	}
	_, _, s := readAll(t, f.b)
	kept := 0
	for k, i := range s.Interfaces {
		if i.Filter != "" {
			kept += len(i.Filter)
			if k >= 8 || len(i.Filter) != 60_001 {
				t.Errorf("interface %d: %d octets", k, len(i.Filter))
			}
		}
	}
	if kept != 8*60_001 { // 4 that differ, each of two interfaces
		t.Errorf("%d octets of filters", kept)
	}
}

func TestPcapngCommentsAreBounded(t *testing.T) {
	f := &ngFile{}
	for range 10 {
		f.section(option{1, bytes.Repeat([]byte("c"), 60_000)}).iface(1, 0, option{2, bytes.Repeat([]byte("n"), 60_000)})
	}
	_, damages, s := readAll(t, f.b)
	c := s.Files[0].Comments
	if len(damages) > 0 || len(c) != maxComments || len(c[0]) != maxCommentOctets || len(s.Interfaces[0].Name) != maxNameOctets {
		t.Errorf("%v: %d comments, interfaces %d", damages, len(c), len(s.Interfaces))
	}
}

// Options that do not fit in their block end the options, not the file.
func TestPcapngBrokenOptions(t *testing.T) {
	f := (&ngFile{}).section()
	fixed := f.u32(1, 0)
	tails := []struct {
		options []byte
		time    int64 // of one tick
	}{
		{f.u32(0xffff0009), 1000},                  // longer than the block
		{f.u32(0x00080009, 0), 1000},               // the same
		{f.u32(0x00000009), 1000},                  // too short for its kind
		{f.u32(0x00010009, 9), 1},                  // without an end
		{nil, 1000},                                // none
		{f.u32(0, 0x00010009, 9), 1000},            // after the end
		{f.u32(0x00010009, 9, 0xffffffff), 1},      // one that fits, one that does not
		{f.u32(0x00010002, 'x', 0x00010009), 1000}, // cut
	}
	for _, tail := range tails {
		f.block(blockInterface, fixed, tail.options)
	}
	for i := range tails {
		f.packet(uint32(i), 1, "a")
	}
	packets, damages, _ := readAll(t, f.b)
	if len(damages) > 0 || len(packets) != len(tails) {
		t.Fatalf("%d packets, %v", len(packets), damages)
	}
	for i, p := range packets {
		if p.Time != tails[i].time {
			t.Errorf("interface %d: one tick is %d ns, want %d", i, p.Time, tails[i].time)
		}
	}
}
