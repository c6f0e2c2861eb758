package capture

import (
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pcapFile builds a pcap octet by octet. The zero value is little endian,
// version 2.4, microseconds, link type 0.
type pcapFile struct {
	magic        uint32
	big          bool
	major, minor uint16
	snaplen      uint32
	link         uint32
	header       int // of a record
	body         []byte
}

func (f *pcapFile) order() binary.AppendByteOrder {
	if f.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// add appends a record of data with explicit lengths, in file order.
func (f *pcapFile) add(sec, frac, first, second uint32, data string) *pcapFile {
	o := f.order()
	for _, v := range []uint32{sec, frac, first, second} {
		f.body = o.AppendUint32(f.body, v)
	}
	if f.header > 0 {
		f.body = append(f.body, make([]byte, f.header-pcapRecordHeader)...)
	}
	f.body = append(f.body, data...)
	return f
}

// packet appends an uncut packet.
func (f *pcapFile) packet(sec, frac uint32, data string) *pcapFile {
	return f.add(sec, frac, uint32(len(data)), uint32(len(data)), data)
}

func (f *pcapFile) bytes() []byte {
	o := f.order()
	magic, major, minor := f.magic, f.major, f.minor
	if magic == 0 {
		magic = magicMicro
	}
	if major == 0 {
		major, minor = 2, 4
	}
	var b []byte
	b = o.AppendUint32(b, magic)
	b = o.AppendUint16(b, major)
	b = o.AppendUint16(b, minor)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0)
	b = o.AppendUint32(b, f.snaplen)
	b = o.AppendUint32(b, f.link)
	return append(b, f.body...)
}

// ngFile builds a pcapng block by block.
type ngFile struct {
	big bool
	b   []byte
}

func (f *ngFile) order() binary.AppendByteOrder { return (&pcapFile{big: f.big}).order() }

// option is one option of a block.
type option struct {
	code  uint16
	value []byte
}

func (f *ngFile) u32(v ...uint32) []byte {
	var b []byte
	for _, x := range v {
		b = f.order().AppendUint32(b, x)
	}
	return b
}

func (f *ngFile) number(b []byte) uint32 {
	if f.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (f *ngFile) u64(v uint64) []byte { return f.order().AppendUint64(nil, v) }

func padded(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

// block appends a block of type kind.
func (f *ngFile) block(kind uint32, fixed, data []byte, options ...option) *ngFile {
	body := padded(append(slices.Clone(fixed), data...))
	for _, o := range options {
		body = f.order().AppendUint16(body, o.code)
		body = f.order().AppendUint16(body, uint16(len(o.value)))
		body = padded(append(body, o.value...))
	}
	if len(options) > 0 {
		body = append(body, 0, 0, 0, 0)
	}
	total := uint32(len(body) + 12)
	f.b = append(f.b, f.u32(kind, total)...)
	f.b = append(f.b, body...)
	f.b = append(f.b, f.u32(total)...)
	return f
}

func (f *ngFile) section(options ...option) *ngFile {
	fixed := f.u32(byteOrderMagic)
	fixed = f.order().AppendUint16(fixed, 1)
	fixed = f.order().AppendUint16(fixed, 0)
	return f.block(blockSection, append(fixed, f.u32(^uint32(0), ^uint32(0))...), nil, options...)
}

func (f *ngFile) iface(link uint16, snaplen uint32, options ...option) *ngFile {
	fixed := f.order().AppendUint16(nil, link)
	fixed = f.order().AppendUint16(fixed, 0)
	return f.block(blockInterface, append(fixed, f.u32(snaplen)...), nil, options...)
}

// packet appends an enhanced packet block with an uncut packet.
func (f *ngFile) packet(id uint32, time uint64, data string, options ...option) *ngFile {
	n := uint32(len(data))
	return f.block(blockEnhanced, f.u32(id, uint32(time>>32), uint32(time), n, n), []byte(data), options...)
}

// got is a packet kept beyond the next call.
type got struct {
	Packet
	data string
}

// drain reads s to its end and keeps everything.
func drain(t testing.TB, s Source) (packets []got, damages []*DamageError) {
	t.Helper()
	defer s.Close()
	var p Packet
	for range 1 << 20 {
		switch err := s.Next(&p).(type) {
		case nil:
			g := got{p, string(p.Data)}
			g.Data = nil
			packets = append(packets, g)
		case *DamageError:
			damages = append(damages, err)
		default:
			if err != io.EOF {
				t.Fatalf("Next: %v", err)
			}
			if again := s.Next(&p); again != io.EOF {
				t.Fatalf("Next after the end: %v", again)
			}
			return packets, damages
		}
	}
	t.Fatal("no end after 2^20 calls")
	return nil, nil
}

// write puts b into a file of the test's own.
func write(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readAll opens one file with the octets b and drains it.
func readAll(t testing.TB, b []byte) ([]got, []*DamageError, Stats) {
	t.Helper()
	s, err := Open([]string{write(t, "file", b)}, Options{})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	packets, damages := drain(t, s)
	return packets, damages, s.Stats()
}

// openError is what Open says of a file with the octets b, without its path.
func openError(t testing.TB, b []byte) string {
	t.Helper()
	path := write(t, "file", b)
	s, err := Open([]string{path}, Options{})
	if err == nil {
		s.Close()
		return ""
	}
	text, ok := strings.CutPrefix(err.Error(), path+": ")
	if !ok {
		t.Errorf("error does not start with the path: %v", err)
	}
	return text
}
