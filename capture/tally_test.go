package capture

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tcpwatch/capture/wire"
)

// part is a file of captures that were rotated: interfaces, and seconds at which each of
// them has a packet.
type part struct {
	names   string // of its interfaces, one letter each; "" for pcap, which has none
	link    uint16 // 0: Ethernet
	snaplen uint32 // 0: as pcapFile has it
	seconds []uint32
	late    byte // name of an interface that stands after all that, with a packet
}

func (c part) bytes() []byte {
	link := max(c.link, 1)
	if c.names == "" {
		f := &pcapFile{link: uint32(link), snaplen: c.snaplen}
		for _, sec := range c.seconds {
			f.packet(sec, 0, "x")
		}
		return f.bytes()
	}
	f := new(ngFile).section()
	for _, name := range c.names {
		f.iface(link, 1000, option{2, []byte(string(name))})
	}
	for _, sec := range c.seconds {
		for i := range c.names {
			f.packet(uint32(i), uint64(sec)*1e6, "x")
		}
	}
	if c.late != 0 {
		f.iface(link, 1000, option{2, []byte{c.late}})
		f.packet(uint32(len(c.names)), uint64(c.seconds[len(c.seconds)-1])*1e6, "x")
	}
	return f.b
}

// TestPlaceOfParts: rotated files are one place, files that overlap, or whose clocks may differ, are several.
func TestPlaceOfParts(t *testing.T) {
	for _, c := range []struct {
		name  string
		parts []part
		want  string // the place of each packet
	}{
		{"rotated", []part{{seconds: []uint32{1, 2}}, {seconds: []uint32{2, 3}}, {seconds: []uint32{4}}}, "0 0 0 0 0"},
		{"an empty part", []part{{seconds: []uint32{1, 4}}, {}, {seconds: []uint32{5}}}, "1 1 1"},
		{"as long a pause", []part{{seconds: []uint32{1, 3}}, {seconds: []uint32{5}}, {seconds: []uint32{7}}}, "0 0 0 0"},
		{"another clock", []part{{seconds: []uint32{1, 3}}, {seconds: []uint32{6, 8}}, {seconds: []uint32{9}}}, "0 0 1 1 1"},
		{"one packet, and no pause to go by", []part{{seconds: []uint32{1}}, {seconds: []uint32{2}}}, "0 1"},
		{"two taps", []part{{seconds: []uint32{1, 4}}, {seconds: []uint32{2, 3}}}, "0 1 1 0"},
		{"two taps, one rotated", []part{{seconds: []uint32{1, 9}}, {seconds: []uint32{2, 3}}, {seconds: []uint32{4, 5}}}, "0 1 1 1 1 0"},
		{"two taps, both over", []part{{seconds: []uint32{1, 3}}, {seconds: []uint32{2, 4}}, {seconds: []uint32{5, 7}}, {seconds: []uint32{6, 8}}}, "0 1 0 1 2 3 2 3"},
		{"another link type", []part{{seconds: []uint32{1, 2}}, {link: 101, seconds: []uint32{2}}}, "0 0 1"},
		{"another snaplen", []part{{snaplen: 96, seconds: []uint32{1, 2}}, {snaplen: 97, seconds: []uint32{2}}}, "0 0 1"},
		{"named", []part{{names: "ab", seconds: []uint32{1, 2}}, {names: "ba", seconds: []uint32{3}}, {names: "ac", seconds: []uint32{4}}}, "0 1 0 1 1 0 0 5"},
		{"named late, in a file that overlaps", []part{{names: "a", seconds: []uint32{1, 3}}, {names: "b", seconds: []uint32{2, 4}, late: 'a'}}, "0 1 0 1 2"},
		{"one name twice", []part{{names: "aa", seconds: []uint32{1, 2}}, {names: "a", seconds: []uint32{3}}}, "0 1 0 1 2"},
	} {
		var paths []string
		for i, p := range c.parts {
			paths = append(paths, filepath.Join(t.TempDir(), fmt.Sprint(i)))
			if err := os.WriteFile(paths[i], p.bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Open(paths, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var places []string
		d := NewDecoder(DecoderOptions{})
		var p Packet
		var seg wire.Segment
		for err = s.Next(&p); err == nil; err = s.Next(&p) {
			d.Decode(&p, &seg)
			places = append(places, fmt.Sprint(seg.Interface))
		}
		if got := strings.Join(places, " "); err != io.EOF || got != c.want {
			t.Errorf("%s: places %s, want %s (%v)", c.name, got, c.want, err)
		}
		s.Close()
	}
}
