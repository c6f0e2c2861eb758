package capture

import (
	"encoding/binary"
	"io"

	"tcpwatch/capture/wire"
)

// Block types of draft-ietf-opsawg-pcapng, section 10.1.
const (
	blockSection    = 0x0a0d0d0a
	blockInterface  = 1
	blockPacket     = 2 // obsolete
	blockSimple     = 3
	blockStatistics = 5
	blockEnhanced   = 6
	byteOrderMagic  = 0x1a2b3c4d
	smallestBlock   = 12
	maxInterfaces   = 8192 // of one file
	// blockLimit is the longest block that is read: a packet of sizeLimit octets
	// with its header and some options.
	blockLimit       = sizeLimit + 4096
	maxComments      = 4 // kept of one file
	maxCommentOctets = 1024
	maxNameOctets    = 128
	maxFilterOctets  = 256 << 10 // kept of one file, of filters that differ
)

// enhancedFixed is an enhanced packet block without packet and options.
const enhancedFixed = 32

// pcapngReader reads a pcapng (draft-ietf-opsawg-pcapng): any number of
// sections, each with its own byte order and interfaces. Blocks that describe
// no packet and no interface are skipped. A block longer than blockLimit, of a
// length that is no multiple of 4, or whose two lengths differ is damage, and
// the file is not read on: where the next block starts is then unknown.
type pcapngReader struct {
	win        *window
	in         *input
	big        bool
	interfaces []ngInterface // of this section
	known      map[ngKey]*ngTotal
	filters    map[string]string // those of interfaces, each kept once
	filterRoom int               // octets that further ones may have
	last       int64             // time of the packet before
}

// ngInterface is an interface of the present section.
type ngInterface struct {
	index   int // in Stats.Interfaces
	link    wire.LinkType
	snaplen uint32
	clock   clock
	losses  ngLosses
	total   *ngTotal
}

// ngKey identifies an interface again in a later section, as in files made by
// appending: it then is one interface in the statistics.
type ngKey struct {
	number  int
	link    wire.LinkType
	snaplen uint32
	name    string
	filter  string
}

// ngTotal is what the previous sections said about an interface.
type ngTotal struct {
	index  int
	losses ngLosses
}

func newPcapng(win *window, in *input) (*pcapngReader, error) {
	r := &pcapngReader{win: win, in: in, known: map[ngKey]*ngTotal{}, filters: map[string]string{}, filterRoom: maxFilterOctets}
	return r, r.section()
}

func (r *pcapngReader) format() string { return "pcapng" }

// next reads blocks up to the next packet. p.Data is lent from the window.
func (r *pcapngReader) next(p *Packet) error {
	for {
		win := r.win
		b := win.buf[win.r:win.w]
		if len(b) < smallestBlock {
			var err error
			if b, err = win.fill(smallestBlock); err != nil {
				return r.ended(b, err)
			}
		}
		var kind, total uint32
		if r.big {
			kind, total = binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
		} else {
			kind, total = binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
		}
		if kind != blockEnhanced {
			given, err := r.other(p, kind, total)
			if given || err != nil {
				return err
			}
			continue
		}
		if total < enhancedFixed || total > blockLimit || total&3 != 0 {
			return r.badLength(total, enhancedFixed)
		}
		if len(b) < int(total) {
			var err error
			if b, err = win.fill(int(total)); err != nil {
				return r.cutBlock(err, len(b), total)
			}
		}
		if err := r.enhanced(p, b[:total:total]); err != nil {
			return err
		}
		win.r += int(total)
		return nil
	}
}

// enhanced reads an enhanced packet block, section 4.3.
func (r *pcapngReader) enhanced(p *Packet, b []byte) error {
	_ = b[enhancedFixed-1]
	var id, high, low, captured, length, again uint32
	if r.big {
		id, high, low = binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:]), binary.BigEndian.Uint32(b[16:])
		captured, length = binary.BigEndian.Uint32(b[20:]), binary.BigEndian.Uint32(b[24:])
		again = binary.BigEndian.Uint32(b[len(b)-4:])
	} else {
		id, high, low = binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:]), binary.LittleEndian.Uint32(b[16:])
		captured, length = binary.LittleEndian.Uint32(b[20:]), binary.LittleEndian.Uint32(b[24:])
		again = binary.LittleEndian.Uint32(b[len(b)-4:])
	}
	if int(again) != len(b) {
		return lengthsDiffer(r.win.offset(), uint32(len(b)), again)
	}
	if uint64(id) >= uint64(len(r.interfaces)) {
		return r.noInterface(id)
	}
	if int64(captured) > int64(len(b)-enhancedFixed) {
		return r.tooLong(captured, len(b))
	}
	i := &r.interfaces[id]
	end := 28 + int(captured)
	r.time(p, i.clock.nanoseconds(uint64(high)<<32|uint64(low)))
	p.Data = b[28:end:end]
	p.Length = wireLength(max(length, captured))
	p.Link = i.link
	p.Interface = i.index
	if options := (end + 3) &^ 3; options < len(b)-4 {
		r.packetOptions(i, b[options:len(b)-4])
	}
	return nil
}

// time sets the time of p to t, or to that of the previous packet if t is out of bounds.
func (r *pcapngReader) time(p *Packet, t int64) {
	if p.Untimed = !inBounds(t); p.Untimed {
		t = r.last
	}
	p.Time, r.last = t, t
}

// packetOptions adds the losses reported by a packet's options.
func (r *pcapngReader) packetOptions(i *ngInterface, b []byte) {
	for code, v := range r.options(b) {
		if code == 4 && len(v) == 8 { // epb_dropcount
			r.lose(i, r.u64(v))
		}
	}
}

// ended distinguishes the end of the file from a file cut inside a block.
func (r *pcapngReader) ended(b []byte, err error) error {
	if err == io.EOF && len(b) == 0 {
		return io.EOF
	}
	return r.win.broken(err, "a block header", int64(len(b)), smallestBlock)
}

func (r *pcapngReader) cutBlock(err error, got int, total uint32) error {
	return r.win.broken(err, "this block", int64(got), int64(total))
}

func (r *pcapngReader) badLength(total uint32, least int) error {
	if err := r.win.otherFile("pcapng", pcapContent); err != nil {
		return err
	}
	return damagedAt(r.win.offset(), "block length %d is impossible: it must be a multiple of 4 from %d to %d",
		total, least, blockLimit)
}

// lengthsDiffer is the damage of a block that begins at an offset.
func lengthsDiffer(at int64, first, second uint32) error {
	return damagedAt(at, "block length is %d at its start and %d at its end", first, second)
}

func (r *pcapngReader) noInterface(id uint32) error {
	return damagedAt(r.win.offset(), "interface %d: this section has described %d", id, len(r.interfaces))
}

func (r *pcapngReader) tooLong(captured uint32, total int) error {
	return damagedAt(r.win.offset(), "captured length %d does not fit in a block of %d octets", captured, total)
}
