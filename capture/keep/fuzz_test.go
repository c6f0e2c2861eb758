package keep

import (
	"bytes"
	"slices"
	"testing"

	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// fuzzed makes packets of octets: each of what kind, size, time and length its
// next octets say.
type fuzzed struct{ b []byte }

func (f *fuzzed) octet() byte {
	if len(f.b) == 0 {
		return 0
	}
	x := f.b[0]
	f.b = f.b[1:]
	return x
}

func (f *fuzzed) number() (n uint64) {
	for range f.octet() % 9 {
		n = n<<8 | uint64(f.octet())
	}
	return n
}

// sizes are the sizes of packets, octets.
var sizes = []int{0, 1, 2, 3, 4, 5, 60, 1514, 9000, 65535, 262144}

// oddTimes are times at which something changes.
var oddTimes = []int64{
	0, -1, 1, -1<<62 + 1, -1<<62 + 2, 1<<62 - 1, 1<<32*second - 1, 1 << 32 * second,
	-1<<62 + 145_224_192, -1<<62 + 145_224_191, 1_700_000_000_123_456_789,
}

func (f *fuzzed) packet(interfaces []capture.InterfaceStats) capture.Packet {
	id := int(f.octet()) % len(interfaces)
	size := sizes[int(f.octet())%len(sizes)] - int(f.octet()%2)
	p := capture.Packet{Interface: id, Link: interfaces[id].Link, Data: bytes.Repeat([]byte{f.octet()}, max(size, 0))}
	if at := f.octet(); at < 128 {
		p.Time = oddTimes[int(at)%len(oddTimes)]
	} else {
		p.Time = max(int64(f.number())>>1, -1<<62+1)
	}
	p.Length = len(p.Data)
	if f.octet()%2 == 1 {
		p.Length = max(len(p.Data), int(uint32(f.number())))
	}
	return p
}

// Every time that a packet can have comes back, in any order.
func TestOddTimes(t *testing.T) {
	for step := 1; step < len(oddTimes); step++ {
		var out bytes.Buffer
		w, err := To(&out, "a.pcapng", Options{})
		if err != nil {
			t.Fatal(err)
		}
		var want []int64
		for i := range 2 * len(oddTimes) {
			p := numbered(i, 60, oddTimes[i*step%len(oddTimes)])
			if err := w.Write(&p); err != nil {
				t.Fatal(err)
			}
			want = append(want, p.Time)
		}
		if _, err := w.Close(capture.Stats{}); err != nil {
			t.Fatal(err)
		}
		src, err := capture.Open([]string{"-"}, capture.Options{Stdin: &out})
		if err != nil {
			t.Fatal(err)
		}
		all, damages := packets(t, src)
		var got []int64
		for _, p := range all {
			got = append(got, p.Time)
		}
		if !slices.Equal(got, want) || len(damages) > 0 || len(src.Stats().Interfaces) != 1 {
			t.Errorf("step %d: %v, want %v; %v", step, got, want, damages)
		}
	}
}

// A file has two sections at most, however its times jump.
func TestTwoSections(t *testing.T) {
	var out bytes.Buffer
	w, err := To(&out, "a.pcapng", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		p := numbered(i, 8, []int64{1<<62 - 1, -1<<62 + 1}[i%2])
		if err := w.Write(&p); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(capture.Stats{}); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(out.Bytes(), []byte("\n\r\r\n")); n != 2 {
		t.Errorf("%d sections", n)
	}
	src, err := capture.Open([]string{"-"}, capture.Options{Stdin: &out})
	if err != nil {
		t.Fatal(err)
	}
	if all, damages := packets(t, src); len(all) != 1000 || len(damages) > 0 {
		t.Errorf("%d packets, %v", len(all), damages)
	}
}

// FuzzRoundTrip: what is written is read again as it was; what the format does
// not hold is refused and counted.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Add([]byte{1, 2, 0, 1, 1, 44, 0, 7, 3, 0, 200, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 4, 1, 2, 3, 4, 1, 10, 0, 1, 5, 0})
	f.Add(bytes.Repeat([]byte{1, 3, 200, 4, 10, 1}, 30))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := fuzzed{b[:min(len(b), 2000)]}
		name := []string{"a.pcapng", "a.pcap", "a.pcapng.zst", "a.pcap.gz", "a.pcapng.lz4"}[in.octet()%5]
		interfaces := []capture.InterfaceStats{{}, {}, {}}[:in.octet()%3+1]
		for i := range interfaces {
			interfaces[i] = capture.InterfaceStats{
				Link: wire.LinkType(in.number()), Snaplen: uint32(in.number()),
				Name: string(bytes.Repeat([]byte{'a' + in.octet()%26}, int(in.octet()%129))),
			}
		}
		stats := capture.Stats{Interfaces: interfaces}
		var out bytes.Buffer
		w, err := To(&out, name, Options{Stats: func() capture.Stats { return stats }, PerPacket: in.octet()%2 == 1})
		if err != nil {
			if len(interfaces) == 1 {
				t.Fatal(err)
			}
			return
		}
		var want []packet
		lost := uint64(0)
		for len(in.b) > 0 {
			p := in.packet(interfaces)
			if err := w.Write(&p); err != nil {
				lost++
				continue
			}
			k := packet{p, string(p.Data)}
			k.Data, k.Number = nil, uint64(len(want)+1)
			want = append(want, k)
		}
		r, err := w.Close(stats)
		if r.Lost.Packets != lost || (err != nil) != (lost > 0) || r.Packets != uint64(len(want)) {
			t.Fatalf("%+v, %v; %d packets, %d lost", r, err, len(want), lost)
		}
		src, err := capture.Open([]string{"-"}, capture.Options{Stdin: &out})
		if err != nil {
			t.Fatal(err)
		}
		got, damages := packets(t, src)
		if _, ng := w.enc.(*pcapng); ng {
			if len(damages) > 0 {
				t.Fatal(damages)
			}
			same(t, got, want)
			s := src.Stats().Interfaces
			for i := range s {
				s[i].Packets, s[i].File = 0, 0
			}
			if !slices.Equal(s, interfaces) {
				t.Fatalf("interfaces %+v, want %+v", s, interfaces)
			}
			return
		}
		if zeros(want) {
			return
		}
		for i := range want {
			want[i].Interface = 0
		}
		if len(damages) > 0 {
			t.Fatal(damages)
		}
		same(t, got, want)
	})
}
