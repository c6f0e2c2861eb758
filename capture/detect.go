package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// detectOctets is how many octets are examined to identify a file.
const detectOctets = 16

// content is the type of a file.
type content uint8

const (
	unknownContent content = iota
	pcapContent
	pcapngContent
	gzipContent
	zstdContent
	xzContent
	lz4Content
)

var contentNames = [...]string{"", "pcap", "pcapng", "gzip", "zstd", "xz", "lz4"}

func (c content) String() string   { return contentNames[c] }
func (c content) compressed() bool { return c >= gzipContent }

const magicSection = "\n\r\r\n" // block type of a pcapng section header

// detect identifies a file by its first octets; its name plays no part.
func detect(b []byte) content {
	if len(b) < 4 {
		return unknownContent
	}
	for _, m := range [...]uint32{binary.LittleEndian.Uint32(b), binary.BigEndian.Uint32(b)} {
		if m == magicMicro || m == magicNano || m == magicModified {
			return pcapContent
		}
	}
	switch {
	case string(b[:4]) == magicSection:
		return pcapngContent
	case b[0] == 0x1f && b[1] == 0x8b:
		return gzipContent
	case string(b[:4]) == "\x28\xb5\x2f\xfd":
		return zstdContent
	case bytes.HasPrefix(b, []byte("\xfd7zXZ\x00")):
		return xzContent
	case string(b[:4]) == "\x04\x22\x4d\x18":
		return lz4Content
	case b[0]&0xf0 == 0x50 && string(b[1:4]) == "\x2a\x4d\x18":
		// A skippable frame, which zstd and lz4 share. Parallel zstd writers
		// start with one; lz4 does not.
		return zstdContent
	}
	return unknownContent
}

// strangers are formats that people mistake for captures, and that cannot be
// read.
var strangers = []struct{ magic, name string }{
	{"snoop\x00\x00\x00", "a Sun snoop capture"},
	{"btsnoop\x00", "a Bluetooth snoop capture"},
	{"RTSS", "a Microsoft Network Monitor 1 capture"},
	{"GMBU", "a Microsoft Network Monitor 2 capture"},
	{"XCP\x00", "a NetXRay capture"},
	{"TRSNIFF data", "a Network General Sniffer capture"},
	{"iptrace ", "an AIX iptrace capture"},
	{"\xa1\x2b\x3c\x4d", "a Navtel capture"},
	{"\x4d\x3c\x2b\xa1", "a Navtel capture"},
	{"BZh", "bzip2-compressed data"},
	{"\x1f\x9d", "data packed with compress"},
	{"\x02\x21\x4c\x18", "lz4-compressed data in the legacy format"},
	{"LZIP", "lzip-compressed data"},
	{"7z\xbc\xaf\x27\x1c", "a 7-zip archive"},
	{"PK\x03\x04", "a zip archive"},
	{"\x7fELF", "a program"},
	{"%PDF", "a PDF document"},
}

// shownOctets bounds how much of a file an error message quotes.
const shownOctets = 12

// notCapture says what b, the first octets of a file, looks like instead.
// Everything from the file is quoted.
func notCapture(b []byte) string {
	for _, s := range strangers {
		if bytes.HasPrefix(b, []byte(s.magic)) {
			return fmt.Sprintf("not a capture that can be read: looks like %s", s.name)
		}
	}
	dots := ""
	if len(b) > shownOctets {
		b, dots = b[:shownOctets], "..."
	}
	return fmt.Sprintf("not a capture: starts with %+q%s", b, dots)
}

// sniff identifies what win starts with. What cannot be read is an error;
// inside names the compression around it, if there is one.
func sniff(win *window, inside content) (content, error) {
	b, err := win.need(detectOctets)
	if err != nil && err != io.EOF {
		return 0, win.broken(err, "the start of the file", int64(len(b)), detectOctets)
	}
	kind := detect(b)
	within := ""
	if inside != unknownContent {
		within = inside.String() + " data of "
	}
	switch {
	case len(b) == 0 && inside == unknownContent:
		return 0, damagedAt(0, "the file is empty")
	case len(b) == 0:
		return 0, damagedAt(0, "%sno octets", within)
	case kind.compressed() && inside != unknownContent:
		return 0, damagedAt(0, "%s data inside %s data: only one compression is undone", kind, inside)
	case kind == unknownContent && within != "":
		return 0, damagedAt(0, "%s data: %s", inside, notCapture(b))
	case kind == unknownContent:
		return 0, damagedAt(0, "%s", notCapture(b))
	}
	return kind, nil
}

// otherFile is the damage when a file of another kind begins where one of kind own should
// continue, as in concatenated files; nil: none begins.
func (s *window) otherFile(own string, other content) error {
	if b, _ := s.need(detectOctets); detect(b) != other {
		return nil
	}
	return damagedAt(s.offset(), "a %s file begins here, after a %s: give each file by itself", other, own)
}
