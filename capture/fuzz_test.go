package capture

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"
)

// readBytes reads b as Open reads standard input. It returns nil packets and
// the error where Open fails.
func readBytes(t *testing.T, b []byte) (packets []got, damaged bool, format string, opened bool) {
	s, err := Open([]string{"-"}, Options{Stdin: bytes.NewReader(b)})
	if err != nil {
		return nil, true, "", false
	}
	defer s.Close()
	var p Packet
	for {
		err := s.Next(&p)
		if err == io.EOF {
			break
		}
		if err != nil {
			damaged = true
			continue
		}
		if p.Length < len(p.Data) || len(p.Data) > sizeLimit || p.Number != uint64(len(packets)+1) {
			t.Fatalf("impossible packet %+v", p)
		}
		g := got{p, string(p.Data)}
		g.Data = nil
		packets = append(packets, g)
		if len(packets) > 1<<16 {
			break // short inputs may hold many packets when compressed
		}
	}
	stats := s.Stats()
	if len(packets) <= 1<<16 && stats.Files[0].Packets != uint64(len(packets)) {
		t.Fatalf("%d packets in the statistics, %d given", stats.Files[0].Packets, len(packets))
	}
	return packets, damaged, stats.Files[0].Format, true
}

// checkPrefixes: a file that is cut gives what the whole one gives, but less.
func checkPrefixes(t *testing.T, b []byte, whole []got) {
	for _, cut := range []int{len(b) / 3, len(b) - len(b)/8, len(b) - 1} {
		if cut < 0 {
			continue
		}
		part, _, _, _ := readBytes(t, b[:cut])
		if len(part) > len(whole) {
			t.Fatalf("%d packets of %d octets, %d of %d", len(part), cut, len(whole), len(b))
		}
		for i, p := range part {
			w := whole[i]
			if p.data != w.data || p.Time != w.Time || p.Length != w.Length || p.Link != w.Link || p.Interface != w.Interface {
				t.Fatalf("cut to %d: packet %d is %+v, was %+v", cut, i+1, p, w)
			}
		}
	}
}

func FuzzPcap(f *testing.F) {
	for _, magic := range []uint32{magicMicro, magicNano, magicModified} {
		for _, big := range []bool{false, true} {
			file := &pcapFile{magic: magic, big: big, snaplen: 65535, link: 1}
			if magic == magicModified {
				file.header = pcapModifiedHeader
			}
			f.Add(file.packet(1, 2, "abcd").add(3, 4, 3, 1500, "efg").packet(5, 6, "").bytes())
		}
	}
	f.Add((&pcapFile{major: 2, minor: 2}).add(1, 2, 60, 4, "abcd").bytes())
	f.Add((&pcapFile{major: 2, minor: 3}).add(1, 2, 60, 4, "abcd").bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		packets, _, format, opened := readBytes(t, b)
		if !opened || format != "pcap" {
			return
		}
		checkPrefixes(t, b, packets)
	})
}

func FuzzPcapng(f *testing.F) {
	for _, big := range []bool{false, true} {
		g := (&ngFile{big: big}).section(option{1, []byte("x")}).iface(1, 0, option{2, []byte("eth0")}, option{9, []byte{9}})
		g.iface(276, 96, option{9, []byte{0x80 | 20}}, option{14, g.u64(1 << 40)})
		g.packet(0, 1<<60, "abcd", option{4, g.u64(1)}).packet(1, 1<<40, "e")
		g.block(blockSimple, g.u32(3), []byte("fgh"))
		g.block(blockPacket, g.u32(0, 0, 1, 4, 4), []byte("abcd"))
		g.block(blockStatistics, g.u32(0, 0, 0), nil, option{4, g.u64(9)}, option{5, g.u64(9)})
		g.block(77, g.u32(1, 2, 3), nil)
		g.section().iface(101, 0, option{9, []byte{70}}).packet(0, 5, "ijk")
		f.Add(g.b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, b := range [][]byte{b, repaired(b)} {
			packets, _, format, opened := readBytes(t, b)
			if opened && format == "pcapng" {
				checkPrefixes(t, b, packets)
			}
		}
	})
}

// repaired makes the lengths of all blocks in b fit, so that what is in the
// blocks is reached.
func repaired(b []byte) []byte {
	b = bytes.Clone(b[:len(b)&^3])
	f := &ngFile{}
	for at := 0; at+smallestBlock <= len(b); {
		if string(b[at:at+4]) == magicSection {
			f.big = b[at+8] == 0x1a
			copy(b[at+8:], f.u32(byteOrderMagic))
		}
		total := int(f.number(b[at+4:])&0xff) &^ 3
		total = min(max(total, smallestBlock), len(b)-at)
		copy(b[at+4:], f.u32(uint32(total)))
		copy(b[at+total-4:], f.u32(uint32(total)))
		at += total
	}
	return b
}

// fuzzedMemory bounds what one input may allocate altogether: the largest
// window or dictionary, with what its decoder keeps beside it, and some.
const fuzzedMemory = 700 << 20

func FuzzOpen(f *testing.F) {
	pcap := (&pcapFile{link: 1}).packet(1, 2, "abcdabcdabcdabcdabcd").packet(3, 4, "efgh").bytes()
	ng := (&ngFile{}).section().iface(1, 0).packet(0, 1, "abcdabcdabcdabcd").packet(0, 2, "efgh").b
	for _, compress := range compressors {
		f.Add(compress(f, pcap))
		f.Add(append(compress(f, pcap), compress(f, pcap[24:])...))
		f.Add(compress(f, ng))
		f.Add(compress(f, compress(f, pcap)))
	}
	f.Add([]byte("Hello"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		packets, damaged, format, opened := readBytes(t, b)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > fuzzedMemory {
			t.Fatalf("%d octets of input made %d octets of memory", len(b), n)
		}
		// What an xz decoder has undone for a call that comes to damage is lost with it,
		// while data that end early give all that they have.
		if opened && !(damaged && strings.Contains(format, "xz")) {
			checkPrefixes(t, b, packets)
		}
	})
}
