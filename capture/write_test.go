package capture

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"pgregory.net/rapid"

	"tcpwatch/capture/wire"
)

func TestWriterIsReadBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		link := wire.LinkType(rapid.Uint16().Draw(rt, "link"))
		var out bytes.Buffer
		w, err := NewWriter(&out, link, 0)
		if err != nil {
			rt.Fatal(err)
		}
		var want []Packet
		for range rapid.IntRange(0, 5).Draw(rt, "packets") {
			data := rapid.SliceOfN(rapid.Byte(), 1, 50).Draw(rt, "data")
			p := Packet{
				Time:   rapid.Int64Range(0, (1<<32)*second-1).Draw(rt, "time"),
				Data:   data,
				Length: len(data) + rapid.IntRange(0, 2000).Draw(rt, "cut"),
				Link:   link,
			}
			if err := w.Write(&p); err != nil {
				rt.Fatal(err)
			}
			want = append(want, p)
		}
		s, err := Open([]string{"-"}, Options{Stdin: &out})
		if err != nil {
			rt.Fatal(err)
		}
		packets, damages := drain(t, s)
		if len(packets) != len(want) || len(damages) > 0 {
			rt.Fatalf("%d packets of %d, %v", len(packets), len(want), damages)
		}
		for i, p := range packets {
			if q := want[i]; p.Time != q.Time || p.data != string(q.Data) || p.Length != q.Length || p.Link != link {
				rt.Errorf("packet %d: %+v, want %+v", i+1, p, q)
			}
		}
	})
}

func TestWriterRefuses(t *testing.T) {
	var out bytes.Buffer
	w, err := NewWriter(&out, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Packet{{Link: 2}, {Link: 1, Time: -1}, {Link: 1, Time: (1 << 32) * second}} {
		if err := w.Write(&p); err == nil || out.Len() != pcapFileHeader {
			t.Errorf("%+v: %v, %d octets", p, err, out.Len())
		}
	}
	if err := w.Write(&Packet{Link: 1, Data: []byte("abcd")}); err != nil {
		t.Fatal(err)
	}
	packets, _, s := readAll(t, out.Bytes())
	if len(packets) != 1 || packets[0].data != "abc" || packets[0].Length != 4 || s.CutAt != 3 {
		t.Errorf("%+v", packets)
	}
	failing := errors.New("disk full")
	if _, err := NewWriter(failWriter{failing}, 1, 0); err != failing {
		t.Error(err)
	}
	if err := (&Writer{w: failWriter{failing}}).Write(&Packet{}); err != failing {
		t.Error(err)
	}
}

type failWriter struct{ err error }

func (w failWriter) Write([]byte) (int, error) { return 0, w.err }

func TestDataSource(t *testing.T) {
	f := (&ngFile{}).section().iface(1, 0).iface(276, 0)
	f.block(blockEnhanced, f.u32(1, 0, 1_500_000, 4, 60), []byte("abcd"))
	f.packet(0, 2_000_000, "ef")
	s, err := Open([]string{"-"}, Options{Stdin: bytes.NewReader(f.b)})
	if err != nil {
		t.Fatal(err)
	}
	d := &DataSource{Source: s}
	data, info, err := d.ZeroCopyReadPacketData()
	if err != nil || string(data) != "abcd" || info.CaptureLength != 4 || info.Length != 60 ||
		info.InterfaceIndex != 1 || info.Timestamp.UnixNano() != 1_500_000_000 || d.Packet().Link != 276 {
		t.Errorf("%q %+v %v", data, info, err)
	}
	kept, _, err := d.ReadPacketData()
	if err != nil || string(kept) != "ef" {
		t.Errorf("%q %v", kept, err)
	}
	if &kept[0] == &d.Packet().Data[0] {
		t.Error("ReadPacketData lends its octets")
	}
	if _, _, err := d.ZeroCopyReadPacketData(); err != io.EOF {
		t.Error(err)
	}
}
