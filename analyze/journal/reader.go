package journal

import (
	"encoding/binary"

	"tcpwatch/capture/wire"
)

// Reader returns the segments of a journal, in their order.
type Reader struct {
	last  last
	first uint64
	iface int32
	left  uint8
	at    int
	src   []byte
}

// Read makes r read a copy of the journal in mem; the memory of the copy is reused.
// resumed is what Resume was given, or nil.
func (r *Reader) Read(mem []byte, resumed *Base) {
	const slack = 8 // how many octets after the end may be read
	h := At(mem)
	src := append(r.src[:0], mem[Size+int(h.lead):h.size]...)
	*r = Reader{last: atStart(h.start), first: h.First, iface: h.iface, left: h.count, src: append(src, make([]byte, slack)...)}
	if resumed != nil {
		r.last = resumed.last()
	}
}

// Next fills seg, except for its Tuple and the fields that no stored segment has
// (Payload, Urgent, LenGuessed, Reassembled), and returns the side that sent it;
// false if there are no more.
func (r *Reader) Next(seg *wire.Segment) (from uint8, more bool) {
	if r.left == 0 {
		return 0, false
	}
	r.left--
	l, b, i := &r.last, r.src, r.at
	word := binary.LittleEndian.Uint32(b[i:])
	from = uint8(word & 1)
	var since, between, length uint64
	since, between, length, i = numbers(b, i+4, word>>timeSize&7, word>>packetSize&3, word>>lenSize&3)
	seg.Time = l.time + int64(since)
	packets := l.packets + uint32(between) + 1
	seg.Packet = r.first + uint64(packets)
	seg.Interface = r.iface
	seg.Len = uint32(length)
	seg.Flags = wire.Flags(word >> flagBits & 0x1ff)
	seg.Checksum = wire.Checksum(word >> checksumBits & 3)
	seg.Seq, seg.Ack, seg.Window = l.nxt[from], l.nxt[1-from], l.window[from]
	if word&(hasSeq|hasAck) != 0 {
		if word&hasSeq != 0 {
			seg.Seq = wire.Seq(binary.LittleEndian.Uint32(b[i:]))
			i += 4
		}
		if word&hasAck != 0 {
			seg.Ack = wire.Seq(binary.LittleEndian.Uint32(b[i:]))
			i += 4
		}
	}
	i = r.nextFields(i, word, from, seg)
	r.at = r.nextOptions(i, word, from, seg)
	l.take(r.first, from, seg)
	return from, true
}

// nextFields reads the window, and what putIP wrote. All of it is at most 8 octets.
func (r *Reader) nextFields(i int, word uint32, from uint8, seg *wire.Segment) int {
	fields := binary.LittleEndian.Uint64(r.src[i:])
	if word&hasWindow != 0 {
		seg.Window = uint16(fields)
		fields >>= 16
		i += 2
	}
	seg.TTL, seg.TrafficClass, seg.IPID, seg.PayloadSum = r.last.ttl[from], 0, 0, 0
	if word&hasTTL != 0 {
		seg.TTL = uint8(fields)
		fields >>= 8
		i++
	}
	if seg.HasIPID = word&hasIPID != 0; seg.HasIPID {
		seg.IPID = uint16(fields)
		fields >>= 16
		i += 2
	}
	seg.DontFragment, seg.HasSum = word&isDontFragment != 0, word&hasSum != 0
	if word&hasPayloadSum != 0 {
		seg.PayloadSum = uint16(fields)
		fields >>= 16
		i += 2
	}
	if word&hasTraffic != 0 {
		seg.TrafficClass = uint8(fields)
		i++
	}
	return i
}

// nextOptions reads what putOptions wrote.
func (r *Reader) nextOptions(i int, word uint32, from uint8, seg *wire.Segment) int {
	b, o := r.src, &seg.Options
	seg.HeaderLen, seg.Options = 20, wire.Options{}
	switch {
	case word&hasStamps != 0:
		var more uint64
		more, i = number(b, i, 1+3*(word>>tsvalLong))
		seg.HeaderLen, o.Set = 32, wire.OptTimestamps
		o.TSVal, o.TSEcr = r.last.tsval[from]+uint32(more), r.last.tsval[1-from]
		if word&hasEcho != 0 {
			o.TSEcr = binary.LittleEndian.Uint32(b[i:])
			i += 4
		}
	case word&hasOptions != 0:
		i += nextAllOptions(b[i:], seg)
	}
	return i
}

// nextAllOptions reads what putAllOptions wrote.
func nextAllOptions(b []byte, seg *wire.Segment) int {
	o := &seg.Options
	seg.HeaderLen = b[0]
	o.Set, o.MSS = wire.OptionSet(binary.LittleEndian.Uint16(b[1:])), binary.LittleEndian.Uint16(b[3:])
	o.WindowScale, o.SACKBlocks, o.FastOpenLen, o.MPTCPSubtype = b[5], b[6], b[7], b[8]
	i := 9
	if o.Set.Has(wire.OptTimestamps) {
		o.TSVal, o.TSEcr = binary.LittleEndian.Uint32(b[i:]), binary.LittleEndian.Uint32(b[i+4:])
		i += 8
	}
	for s := range o.SACK[:o.SACKBlocks] {
		o.SACK[s] = wire.SACKBlock{Left: wire.Seq(binary.LittleEndian.Uint32(b[i:])), Right: wire.Seq(binary.LittleEndian.Uint32(b[i+4:]))}
		i += 8
	}
	return i
}

// octetMasks has the mask of the lowest n octets.
var octetMasks = [8]uint64{0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1}

// number returns the number of size octets at b[i], and the index after it.
func number(b []byte, i int, size uint32) (v uint64, behind int) {
	return binary.LittleEndian.Uint64(b[i:]) & octetMasks[size&7], i + int(size)
}

// numbers returns three numbers of x, y and z octets that stand at b[i], and the index
// after them. Mostly one load has them all.
func numbers(b []byte, i int, x, y, z uint32) (u, v, w uint64, behind int) {
	if x+y+z > 8 {
		u, i = number(b, i, x)
		v, i = number(b, i, y)
		w, i = number(b, i, z)
		return u, v, w, i
	}
	all := binary.LittleEndian.Uint64(b[i:])
	rest := all >> (8 * x & 63)
	return all & octetMasks[x&7], rest & octetMasks[y&7], rest >> (8 * y & 63) & octetMasks[z&7], i + int(x+y+z)
}
