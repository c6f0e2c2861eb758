package capture

import (
	"bytes"
	"io"
	"testing"
)

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
