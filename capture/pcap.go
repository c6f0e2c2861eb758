package capture

import (
	"encoding/binary"
	"io"

	"tcpwatch/capture/wire"
)

// Magic numbers of pcap files, as read in the byte order of the file.
const (
	magicMicro    = 0xa1b2c3d4 // times in microseconds
	magicNano     = 0xa1b23c4d // times in nanoseconds
	magicModified = 0xa1b2cd34 // Kuznetzov's patch: 24-octet record headers
)

const (
	pcapFileHeader     = 24
	pcapRecordHeader   = 16
	pcapModifiedHeader = 24
	// usualLimit is the largest captured length that tcpdump and dumpcap write;
	// a file header may announce more, up to sizeLimit.
	usualLimit = 256 << 10
	sizeLimit  = 16 << 20
	// zeroRun is a heuristic: this many record headers of zeros in a row are taken
	// to be a file filled up with zeros and not packets without octets. The end of
	// the file stands for any number.
	zeroRun = 4
)

// lengthOrder is the order of a record's two lengths. Files before version 2.3
// have the wire length first; in 2.3 both occur, and the smaller one is the
// captured length.
type lengthOrder uint8

const (
	capturedFirst lengthOrder = iota
	wireFirst
	smallerIsCaptured
)

// pcapReader reads the classic pcap container
// (draft-ietf-opsawg-pcap; older versions as libpcap reads them).
//
// Seconds are taken as unsigned, until 2106. A fraction of a million
// microseconds or more, which no writer should produce, is added as it is: the
// time then lies in a later second, and nothing overflows. Octets of a frame
// check sequence that the file header announces stay part of Data: packets
// have their own lengths, so trailing octets are never read as payload.
type pcapReader struct {
	win    *window
	big    bool
	order  lengthOrder
	header int   // octets of a record header
	scale  int64 // nanoseconds of one unit of the fraction
	limit  uint32
	link   wire.LinkType
	iface  int
}

// newPcap reads the file header. Nothing is consumed if it fails.
func newPcap(win *window, add func(InterfaceStats) int) (*pcapReader, error) {
	b, err := win.need(pcapFileHeader)
	if err != nil {
		return nil, win.broken(err, "the pcap file header", int64(len(b)), pcapFileHeader)
	}
	r := &pcapReader{win: win}
	snaplen, err := r.fileHeader(b)
	if err != nil {
		return nil, err
	}
	win.r += pcapFileHeader
	r.iface = add(InterfaceStats{Link: r.link, Snaplen: snaplen})
	return r, nil
}

// fileHeader takes over what the file header b says of the records, and returns its snaplen.
func (r *pcapReader) fileHeader(b []byte) (snaplen uint32, err error) {
	r.header, r.scale, r.order = pcapRecordHeader, 1000, capturedFirst
	var get binary.ByteOrder = binary.LittleEndian
	if r.big = b[0] == 0xa1; r.big {
		get = binary.BigEndian
	}
	switch get.Uint32(b) {
	case magicNano:
		r.scale = 1
	case magicModified:
		r.header = pcapModifiedHeader
	}
	major, minor := get.Uint16(b[4:]), get.Uint16(b[6:])
	switch {
	case major == 2 && minor < 3, major == 543 && minor == 0: // DG/UX
		r.order = wireFirst
	case major == 2 && minor == 3:
		r.order = smallerIsCaptured
	case major == 2 && minor == 4:
	default:
		return 0, damagedAt(r.win.offset(), "pcap version %d.%d: only 2.0 to 2.4 can be read", major, minor)
	}
	snaplen = get.Uint32(b[16:])
	r.limit = min(max(snaplen, usualLimit), sizeLimit)
	// Only the lower half is the link type: above it are the length of the
	// frame check sequence and reserved bits.
	r.link = wire.LinkType(get.Uint32(b[20:]))
	return snaplen, nil
}

func (r *pcapReader) format() string { return "pcap" }

// next reads one record. p.Data is lent from the window.
func (r *pcapReader) next(p *Packet) error {
	win := r.win
	b := win.buf[win.r:win.w]
	if len(b) < r.header {
		var err error
		if b, err = win.fill(r.header); err != nil {
			return r.ended(b, err)
		}
	}
	var sec, frac, captured, length uint32
	if b = b[:len(b):len(b)]; r.big {
		_ = b[15]
		sec, frac = binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
		captured, length = binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])
	} else {
		_ = b[15]
		sec, frac = binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
		captured, length = binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])
	}
	if r.order != capturedFirst && (r.order == wireFirst || captured > length) {
		captured, length = length, captured
	}
	if captured-1 >= r.limit { // 0 too: it is rare and wants a closer look
		if joined, err := r.odd(captured); err != nil {
			return err
		} else if joined {
			return r.next(p) // no deeper: no other file header follows
		}
		b = win.buf[win.r:win.w]
	}
	end := r.header + int(captured)
	if len(b) < end {
		var err error
		if b, err = win.fill(end); err != nil {
			return win.broken(err, "this packet", int64(len(b)), int64(end))
		}
	}
	p.Time = int64(sec)*1e9 + int64(frac)*r.scale
	p.Data = b[r.header:end:end]
	p.Length = wireLength(max(length, captured))
	p.Link = r.link
	p.Interface = r.iface
	win.r += end
	return nil
}

// ended distinguishes the end of the file from a file cut inside a record
// header.
func (r *pcapReader) ended(b []byte, err error) error {
	if err == io.EOF && len(b) == 0 {
		return io.EOF
	}
	return r.win.broken(err, "a packet header", int64(len(b)), int64(r.header))
}

// odd examines a record whose captured length is 0 or above the limit. joined says that it
// was a file header, after which there are other records.
func (r *pcapReader) odd(captured uint32) (joined bool, err error) {
	if joined, err = r.joined(); joined || err != nil {
		return joined, err
	}
	win := r.win
	if captured != 0 {
		if err := win.otherFile("pcap", pcapngContent); err != nil {
			return false, err
		}
		return false, damagedAt(win.offset(), "captured length %d is impossible: at most %d octets", captured, r.limit)
	}
	// A crash or a full disk leaves files that end in zeros, each 16 of which
	// would pass for a packet without octets in 1970. So zeros up to the end, or
	// as many as zeroRun headers have, are not packets.
	b, err := win.need(zeroRun * r.header)
	if err != nil && err != io.EOF {
		return false, nil
	}
	for _, x := range b[:min(len(b), zeroRun*r.header)] {
		if x != 0 {
			return false, nil
		}
	}
	return false, damagedAt(win.offset(), "nothing but zeros from here on: no packet headers")
}

// joined skips all file headers in the place of a record header: concatenated files are
// read as one. Each header would pass for a packet without octets in 2055. Another link
// type would require another interface for each header.
func (r *pcapReader) joined() (found bool, err error) {
	for {
		b, err := r.win.need(pcapFileHeader)
		next := *r
		if detect(b) != pcapContent {
			return found, nil
		}
		if len(b) < pcapFileHeader {
			return found, r.win.broken(err, "the header of another pcap file", int64(len(b)), pcapFileHeader)
		}
		if _, err := next.fileHeader(b); err != nil {
			return found, err
		}
		if next.link != r.link {
			return found, damagedAt(r.win.offset(), "another pcap file begins here, of link type %v and not %v: give each file by itself", next.link, r.link)
		}
		*r, found = next, true
		r.win.r += pcapFileHeader
	}
}
