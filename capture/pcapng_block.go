package capture

import (
	"cmp"
	"encoding/binary"
	"iter"

	"tcpwatch/capture/wire"
)

// other reads a block that is not an enhanced packet block. given reports that
// it filled p.
func (r *pcapngReader) other(p *Packet, kind, total uint32) (given bool, err error) {
	switch kind {
	case blockSection:
		return false, r.section()
	case blockInterface:
		return false, r.inBlock(total, 20, r.describe)
	case blockStatistics:
		return false, r.inBlock(total, 24, r.statistics)
	case blockSimple:
		return true, r.inBlock(total, 16, func(b []byte) error { return r.simple(p, b) })
	case blockPacket:
		return true, r.inBlock(total, 32, func(b []byte) error { return r.obsolete(p, b) })
	}
	return false, r.skipBlock(total)
}

// inBlock passes a whole block of at least least octets to read.
func (r *pcapngReader) inBlock(total uint32, least int, read func(b []byte) error) error {
	if int64(total) < int64(least) || total > blockLimit || total&3 != 0 {
		return r.badLength(total, least)
	}
	b, err := r.win.need(int(total))
	if err != nil {
		return r.cutBlock(err, len(b), total)
	}
	b = b[:total:total]
	if again := r.u32(b[total-4:]); again != total {
		return lengthsDiffer(r.win.offset(), total, again)
	}
	if err := read(b); err != nil {
		return err
	}
	r.win.r += int(total)
	return nil
}

// skipBlock passes over a block of no interest, without buffering it.
func (r *pcapngReader) skipBlock(total uint32) error {
	if total < smallestBlock || total > blockLimit || total&3 != 0 {
		return r.badLength(total, smallestBlock)
	}
	start := r.win.offset()
	body := int64(total) - 4
	got, err := r.win.skip(body)
	var tail []byte
	if err == nil {
		tail, err = r.win.need(4)
		got += int64(min(len(tail), 4))
	}
	if err != nil {
		if r.win.stopped() {
			return r.win.ctx.Err()
		}
		return cutAt(start, err, "this block", got, int64(total))
	}
	again := r.u32(tail)
	r.win.r += 4
	if again != total {
		return lengthsDiffer(start, total, again)
	}
	return nil
}

// section reads a section header, section 4.1. What the previous section
// described no longer holds.
func (r *pcapngReader) section() error {
	b, err := r.win.need(smallestBlock)
	if err != nil {
		return r.cutBlock(err, len(b), smallestBlock)
	}
	switch {
	case binary.LittleEndian.Uint32(b[8:]) == byteOrderMagic:
		r.big = false
	case binary.BigEndian.Uint32(b[8:]) == byteOrderMagic:
		r.big = true
	default:
		return damagedAt(r.win.offset(), "section header: byte-order magic is %#08x", binary.BigEndian.Uint32(b[8:]))
	}
	r.endSection()
	return r.inBlock(r.u32(b[4:]), 28, func(b []byte) error {
		if major, minor := r.u16(b[12:]), r.u16(b[14:]); major != 1 {
			return damagedAt(r.win.offset(), "pcapng version %d.%d: only 1 can be read", major, minor)
		}
		f := &r.in.tally.files[r.in.file]
		for code, v := range r.options(b[24 : len(b)-4]) {
			if code == 1 && len(f.Comments) < maxComments {
				f.Comments = append(f.Comments, string(v[:min(len(v), maxCommentOctets)]))
			}
		}
		return nil
	})
}

// endSection keeps the losses that the section reported.
func (r *pcapngReader) endSection() {
	for _, i := range r.interfaces {
		i.total.losses.add(i.losses)
	}
	clear(r.interfaces)
	r.interfaces = r.interfaces[:0]
}

// describe reads an interface description block, section 4.2.
func (r *pcapngReader) describe(b []byte) error {
	if len(r.interfaces) >= maxInterfaces {
		return damagedAt(r.win.offset(), "more than %d interfaces in one file", maxInterfaces)
	}
	i := ngInterface{link: wire.LinkType(r.u16(b[8:])), snaplen: r.u32(b[12:])}
	name, filter := "", ""
	resolution, offset := byte(6), int64(0)
	for code, v := range r.options(b[16 : len(b)-4]) {
		switch {
		case code == 2: // if_name
			name = string(v[:min(len(v), maxNameOctets)])
		case code == 9 && len(v) == 1: // if_tsresol
			resolution = v[0]
		case code == 11: // if_filter
			filter = cmp.Or(r.filter(v), filter)
		case code == 14 && len(v) == 8: // if_tsoffset
			offset = int64(r.u64(v))
		}
	}
	i.clock = newClock(resolution, offset)
	key := ngKey{len(r.interfaces), i.link, i.snaplen, name, filter}
	i.total = r.known[key]
	if i.total == nil {
		if len(r.known) >= maxInterfaces {
			return damagedAt(r.win.offset(), "more than %d interfaces in one file", maxInterfaces)
		}
		i.total = &ngTotal{index: r.in.addInterface(InterfaceStats{Name: name, Link: i.link, Snaplen: i.snaplen, Filter: filter})}
		r.known[key] = i.total
	}
	i.index = i.total.index
	r.interfaces = append(r.interfaces, i)
	return nil
}

// filter returns the expression in an option if_filter, section 4.2, or "" where it is
// of another kind (machine code) or there is no more room for one.
func (r *pcapngReader) filter(v []byte) string {
	if len(v) < 2 || v[0] != 0 {
		return ""
	}
	f, known := r.filters[string(v[1:])]
	if !known && len(v) <= r.filterRoom {
		f = string(v[1:])
		r.filters[f] = f
		r.filterRoom -= len(v)
	}
	return f
}

// simple reads a simple packet block, section 4.4: it belongs to the section's
// first interface and has no time.
func (r *pcapngReader) simple(p *Packet, b []byte) error {
	if len(r.interfaces) == 0 {
		return r.noInterface(0)
	}
	i := &r.interfaces[0]
	length := r.u32(b[8:])
	captured := min(int64(length), int64(len(b)-16))
	if i.snaplen != 0 {
		captured = min(captured, int64(i.snaplen))
	}
	end := 12 + int(captured)
	*p = Packet{Time: r.last, Untimed: true, Data: b[12:end:end], Length: wireLength(length), Link: i.link, Interface: i.index}
	return nil
}

// obsolete reads a packet block, section B of the draft.
func (r *pcapngReader) obsolete(p *Packet, b []byte) error {
	id, lost := r.u16(b[8:]), r.u16(b[10:])
	if int(id) >= len(r.interfaces) {
		return r.noInterface(uint32(id))
	}
	captured, length := r.u32(b[20:]), r.u32(b[24:])
	if int64(captured) > int64(len(b)-enhancedFixed) {
		return r.tooLong(captured, len(b))
	}
	i := &r.interfaces[id]
	end := 28 + int(captured)
	*p = Packet{
		Data:      b[28:end:end],
		Length:    wireLength(max(length, captured)),
		Link:      i.link,
		Interface: i.index,
	}
	r.time(p, i.clock.nanoseconds(uint64(r.u32(b[12:]))<<32|uint64(r.u32(b[16:]))))
	if lost != 0xffff { // 0xffff: not known
		r.lose(i, uint64(lost))
	}
	return nil
}

// options returns the options of a block, up to the first that does not fit.
func (r *pcapngReader) options(b []byte) iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= 4 {
			code, n := r.u16(b), int(r.u16(b[2:]))
			b = b[4:]
			if code == 0 || n > len(b) || !yield(code, b[:n]) {
				return
			}
			b = b[min((n+3)&^3, len(b)):]
		}
	}
}

func (r *pcapngReader) u16(b []byte) uint16 {
	if r.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (r *pcapngReader) u32(b []byte) uint32 {
	if r.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (r *pcapngReader) u64(b []byte) uint64 {
	if r.big {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}
