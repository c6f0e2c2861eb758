package capture

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"tcpwatch/capture/wire"
)

func TestPcapVariants(t *testing.T) {
	const at = 1_700_000_000
	tests := []struct {
		name     string
		file     *pcapFile
		time     int64
		data     string
		length   int
		link     wire.LinkType
		consumed uint64
	}{
		{"microseconds, little endian", (&pcapFile{link: 1}).packet(at, 7, "abcd"), at*1e9 + 7000, "abcd", 4, 1, 44},
		{"microseconds, big endian", (&pcapFile{big: true, link: 1}).packet(at, 7, "abcd"), at*1e9 + 7000, "abcd", 4, 1, 44},
		{"nanoseconds, little endian", (&pcapFile{magic: magicNano, link: 1}).packet(at, 7, "abcd"), at*1e9 + 7, "abcd", 4, 1, 44},
		{"nanoseconds, big endian", (&pcapFile{magic: magicNano, big: true}).packet(at, 7, "abcd"), at*1e9 + 7, "abcd", 4, 0, 44},
		{"modified, little endian", (&pcapFile{magic: magicModified, header: 24}).packet(at, 7, "abcd"), at*1e9 + 7000, "abcd", 4, 0, 52},
		{"modified, big endian", (&pcapFile{magic: magicModified, big: true, header: 24}).packet(at, 7, "abcd"), at*1e9 + 7000, "abcd", 4, 0, 52},
		{"SLL2 is above 8 bits", (&pcapFile{link: 276}).packet(at, 0, "a"), at * 1e9, "a", 1, 276, 41},
		{"frame check sequence bits", (&pcapFile{link: 0x24000000 | 1}).packet(at, 0, "a"), at * 1e9, "a", 1, 1, 41},
		{"cut by the snaplen", (&pcapFile{snaplen: 2}).add(at, 0, 2, 1500, "ab"), at * 1e9, "ab", 1500, 0, 42},
		{"above the snaplen", (&pcapFile{snaplen: 2}).packet(at, 0, "abcd"), at * 1e9, "abcd", 4, 0, 44},
		{"captured above the wire length", (&pcapFile{}).add(at, 0, 4, 1, "abcd"), at * 1e9, "abcd", 4, 0, 44},
		{"without octets", (&pcapFile{}).add(at, 0, 0, 9, ""), at * 1e9, "", 9, 0, 40},
		{"garbage microseconds", (&pcapFile{}).packet(at, math.MaxUint32, "a"), at*1e9 + math.MaxUint32*1000, "a", 1, 0, 41},
		{"last second", (&pcapFile{}).packet(math.MaxUint32, 999_999, "a"), math.MaxUint32*1e9 + 999_999_000, "a", 1, 0, 41},
		{"version 2.0: wire length first", (&pcapFile{major: 2}).add(at, 0, 60, 4, "abcd"), at * 1e9, "abcd", 60, 0, 44},
		{"version 2.2: wire length first", (&pcapFile{major: 2, minor: 2}).add(at, 0, 60, 4, "abcd"), at * 1e9, "abcd", 60, 0, 44},
		{"version 2.3: swapped", (&pcapFile{major: 2, minor: 3}).add(at, 0, 60, 4, "abcd"), at * 1e9, "abcd", 60, 0, 44},
		{"version 2.3: not swapped", (&pcapFile{major: 2, minor: 3}).add(at, 0, 4, 60, "abcd"), at * 1e9, "abcd", 60, 0, 44},
		{"version 543.0: swapped", (&pcapFile{major: 543}).add(at, 0, 60, 4, "abcd"), at * 1e9, "abcd", 60, 0, 44},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			packets, damages, stats := readAll(t, test.file.bytes())
			if len(packets) != 1 || len(damages) != 0 {
				t.Fatalf("%d packets, damages %v", len(packets), damages)
			}
			p := packets[0]
			if p.Time != test.time || p.data != test.data || p.Length != test.length || p.Link != test.link || p.Number != 1 {
				t.Errorf("got %+v, want time %d data %q length %d link %d", p, test.time, test.data, test.length, test.link)
			}
			if f := stats.Files[0]; f.Octets != test.consumed || f.Packets != 1 || f.Format != "pcap" {
				t.Errorf("file statistics %+v, want %d octets", f, test.consumed)
			}
		})
	}
}

func TestPcapDamage(t *testing.T) {
	two := func() *pcapFile { return (&pcapFile{}).packet(1, 0, "abcd").packet(2, 0, "efgh") }
	zeros := make([]byte, 4096)
	tests := []struct {
		name    string
		file    []byte
		packets int
		want    string
	}{
		{"cut in a packet", two().bytes()[:24+20+18], 1, "packet 2 (byte 44): the file ends in this packet: 18 of 20 octets are there"},
		{"cut before the octets", two().bytes()[:24+20+16], 1, "packet 2 (byte 44): the file ends in this packet: 16 of 20 octets are there"},
		{"cut in a packet header", two().bytes()[:24+20+3], 1, "packet 2 (byte 44): the file ends in a packet header: 3 of 16 octets are there"},
		{"cut in the first packet", two().bytes()[:24+1], 0, "packet 1 (byte 24): the file ends in a packet header: 1 of 16 octets are there"},
		{"cut between packets", two().bytes()[:24+20], 1, ""},
		{"only a file header", two().bytes()[:24], 0, ""},
		{"2^31 octets", two().add(3, 0, 1<<31, 1<<31, "").bytes(), 2, "packet 3 (byte 64): captured length 2147483648 is impossible: at most 262144 octets"},
		{"2^32-1 octets", two().add(3, 0, 1<<32-1, 1, "").bytes(), 2, "packet 3 (byte 64): captured length 4294967295 is impossible: at most 262144 octets"},
		{"one above the limit", two().add(3, 0, 262145, 262145, "").bytes(), 2, "packet 3 (byte 64): captured length 262145 is impossible: at most 262144 octets"},
		{"snaplen raises the limit", (&pcapFile{snaplen: 1 << 20}).add(3, 0, 1<<20+1, 1, "").bytes(), 0, "packet 1 (byte 24): captured length 1048577 is impossible: at most 1048576 octets"},
		{"not without end", (&pcapFile{snaplen: 1 << 31}).add(3, 0, 1<<24+1, 1, "").bytes(), 0, "packet 1 (byte 24): captured length 16777217 is impossible: at most 16777216 octets"},
		{"filled up with zeros", append(two().bytes(), zeros...), 2, "packet 3 (byte 64): nothing but zeros from here on: no packet headers"},
		{"a few zeros at the end", append(two().bytes(), zeros[:20]...), 2, "packet 3 (byte 64): nothing but zeros from here on: no packet headers"},
		{"three empty packets at zero", two().packet(0, 0, "").packet(0, 0, "").packet(0, 0, "").packet(0, 1, "").bytes(), 6, ""},
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
}

// TestPcapJoined: files that were put after each other are read as one, in whatever order of
// octets and unit of time each is; what cannot be is said where the other file begins.
func TestPcapJoined(t *testing.T) {
	file := func(change func(*pcapFile)) []byte {
		f := &pcapFile{}
		if change != nil {
			change(f)
		}
		return f.packet(7, 8, "abcd").bytes()
	}
	one, ng := file(nil), (&ngFile{}).section().iface(1, 0).packet(0, 7, "abcd").b
	header := one[:pcapFileHeader]
	other := file(func(f *pcapFile) { f.link = 1 })
	for _, test := range []struct {
		name  string
		parts [][]byte
		times []int64
		want  string
	}{
		{"alike", [][]byte{one, one, one}, []int64{7_000_008_000, 7_000_008_000, 7_000_008_000}, ""},
		{"of other order and unit", [][]byte{one, file(func(f *pcapFile) { f.big, f.magic = true, magicNano }), one}, []int64{7_000_008_000, 7_000_000_008, 7_000_008_000}, ""},
		{"with longer record headers", [][]byte{file(func(f *pcapFile) { f.magic, f.header = magicModified, pcapModifiedHeader }), one}, []int64{7_000_008_000, 7_000_008_000}, ""},
		{"of version 2.2 in front", [][]byte{file(func(f *pcapFile) { f.major, f.minor = 2, 2 }), (&pcapFile{}).add(7, 8, 4, 9, "abcd").bytes()}, []int64{7_000_008_000, 7_000_008_000}, ""},
		{"without packets", [][]byte{header, bytes.Repeat(header, 1<<17), one, header}, []int64{7_000_008_000}, ""},
		{"another that is longer than the limit of the first", [][]byte{one, (&pcapFile{snaplen: 1 << 20}).packet(7, 8, strings.Repeat("a", 1<<20)).bytes()}, []int64{7_000_008_000, 7_000_008_000}, ""},
		{"cut in the header", [][]byte{one, one[:pcapFileHeader-1]}, []int64{7_000_008_000}, "packet 2 (byte 44): the file ends in the header of another pcap file: 23 of 24 octets are there"},
		{"of another link type", [][]byte{one, other}, []int64{7_000_008_000}, "packet 2 (byte 44): another pcap file begins here, of link type ETHERNET and not NULL: give each file by itself"},
		{"of an unknown version", [][]byte{one, file(func(f *pcapFile) { f.major = 3 })}, []int64{7_000_008_000}, "packet 2 (byte 44): pcap version 3.0: only 2.0 to 2.4 can be read"},
		{"a pcapng after", [][]byte{one, ng}, []int64{7_000_008_000}, "packet 2 (byte 44): a pcapng file begins here, after a pcap: give each file by itself"},
		{"in front a pcapng", [][]byte{ng, one}, []int64{7_000}, "packet 2 (byte 84): a pcap file begins here, after a pcapng: give each file by itself"},
	} {
		t.Run(test.name, func(t *testing.T) {
			packets, damages, stats := readAll(t, slices.Concat(test.parts...))
			var times []int64
			for _, p := range packets {
				times = append(times, p.Time)
			}
			if !slices.Equal(times, test.times) || len(stats.Interfaces) != 1 {
				t.Errorf("times %d, want %d, on %+v", times, test.times, stats.Interfaces)
			}
			checkDamage(t, damages, stats.Files[0].Name, test.want)
		})
	}
}

// checkDamage wants one damage with the text want, or none for "".
func checkDamage(t *testing.T, damages []*DamageError, file, want string) {
	t.Helper()
	switch {
	case want == "" && len(damages) == 0:
	case want == "" || len(damages) != 1:
		t.Errorf("damages %v, want %q", damages, want)
	case damages[0].Error() != file+": "+want:
		t.Errorf("damage %q, want %q", damages[0], want)
	}
}

// Each record length around the buffer's must come out whole.
func TestPcapRecordsAroundTheBuffer(t *testing.T) {
	f := &pcapFile{}
	var want []string
	for i, n := range []int{soleBuffer - 60, 1, soleBuffer - 16, soleBuffer, 0, 262144, 17, soleBuffer - 15, 262143} {
		want = append(want, strings.Repeat(string(rune('a'+i)), n))
		f.packet(uint32(i+1), 0, want[i])
	}
	packets, damages, stats := readAll(t, f.bytes())
	if len(damages) > 0 || len(packets) != len(want) {
		t.Fatalf("%d packets, %v", len(packets), damages)
	}
	for i, p := range packets {
		if p.data != want[i] {
			t.Errorf("packet %d: %d octets, want %d of %.1q", i+1, len(p.data), len(want[i]), want[i])
		}
	}
	if stats.Octets != uint64(len(f.body)-len(want)*pcapRecordHeader) {
		t.Errorf("%d octets", stats.Octets)
	}
}

func TestStatsOfCutsAndBackwardsSteps(t *testing.T) {
	f := (&pcapFile{snaplen: 96}).add(5, 0, 3, 9, "abc").add(4, 0, 2, 9, "ab").add(4, 0, 5, 5, "abcde").add(3, 9, 4, 8, "abcd")
	_, _, s := readAll(t, f.bytes())
	if s.BackwardsSteps != 2 || s.CutPackets != 3 || s.CutAt != 2 || s.Packets != 4 || s.Octets != 14 {
		t.Errorf("%+v", s)
	}
	if i := s.Interfaces; len(i) != 1 || i[0].Snaplen != 96 || i[0].Packets != 4 || i[0].DropsKnown {
		t.Errorf("interfaces %+v", i)
	}
}

// A length from the file must not be allocated before its octets are read.
func TestPcapLengthsDoNotAllocate(t *testing.T) {
	b := (&pcapFile{snaplen: 1 << 31}).add(1, 0, 1<<24, 1<<24, strings.Repeat("x", soleBuffer)).bytes()
	path := write(t, "file", b)
	allocated := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			s, err := Open([]string{path}, Options{})
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Next(&Packet{}); err == nil {
				b.Fatal("no damage")
			}
			s.Close()
		}
	}).AllocedBytesPerOp()
	if allocated > 4*soleBuffer {
		t.Errorf("%d octets allocated", allocated)
	}
}

func TestPcapOpenErrors(t *testing.T) {
	whole := (&pcapFile{}).bytes()
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"cut header", whole[:23], "the file ends in the pcap file header: 23 of 24 octets are there"},
		{"only the magic", whole[:4], "the file ends in the pcap file header: 4 of 24 octets are there"},
		{"version 3.0", (&pcapFile{major: 3}).bytes(), "pcap version 3.0: only 2.0 to 2.4 can be read"},
		{"version 2.5", (&pcapFile{major: 2, minor: 5}).bytes(), "pcap version 2.5: only 2.0 to 2.4 can be read"},
		{"version 543.1", (&pcapFile{major: 543, minor: 1}).bytes(), "pcap version 543.1: only 2.0 to 2.4 can be read"},
	}
	for _, test := range tests {
		if got := openError(t, test.file); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestNextDoesNotAllocate(t *testing.T) {
	const packets = 3000
	pcap := &pcapFile{}
	ng := (&ngFile{}).section().iface(1, 0)
	lost := option{4, ng.u64(1)}
	for i := range uint32(packets) {
		pcap.packet(i, i, "some octets")
		switch i % 3 {
		case 0:
			ng.packet(0, uint64(i), "some octets", lost)
		case 1:
			ng.block(blockSimple, ng.u32(4), []byte("abcd"))
		case 2:
			ng.block(blockPacket, ng.u32(0, 0, i, 4, 4), []byte("abcd"))
		}
	}
	for name, paths := range map[string][]string{
		"pcap":   {write(t, "a", pcap.bytes())},
		"pcapng": {write(t, "b", ng.b)},
		"merged": {write(t, "c", pcap.bytes()), write(t, "d", ng.b)},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(paths, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var p Packet
			next := func() {
				if err := s.Next(&p); err != nil {
					t.Fatal(err)
				}
			}
			for range 100 {
				next()
			}
			if n := testing.AllocsPerRun(packets-200, next); n != 0 {
				t.Errorf("%v allocations per packet", n)
			}
		})
	}
}

func ExampleOpen() {
	pcap := (&pcapFile{link: 1}).packet(1, 500_000, "abcd").packet(2, 0, "ef").bytes()
	source, err := Open([]string{"-"}, Options{Stdin: strings.NewReader(string(pcap))})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer source.Close()
	var p Packet
	for {
		err := source.Next(&p)
		if err == io.EOF {
			break
		}
		if err != nil { // damage: what lies before it was given
			fmt.Println(err)
			continue
		}
		fmt.Println(p.Number, p.Time, len(p.Data))
	}
	// Output:
	// 1 1500000000 4
	// 2 2000000000 2
}
