package journal

import (
	"encoding/binary"
	"math/bits"

	"tcpwatch/capture/wire"
)

// A segment is a word of 32 bits that tells what follows, and that: numbers in as
// few octets as they need, and nothing of what is as it was or goes on as expected.
const (
	hasSeq    = 1 << (1 + iota) // bit 0 is the side
	hasAck                      // else it is what comes next of the other side
	hasWindow                   // else as the side's last
	hasTTL                      // likewise
	hasIPID
	isDontFragment
	hasSum
	hasPayloadSum // else 0
	hasTraffic    // else 0
	hasStamps     // a timestamps option and no other
	hasEcho       // TSEcr is not the last TSVal of the other side
	hasOptions    // other options
)

// Where in the word there are sizes, in octets but for tsvalSize, and other fields.
const (
	timeSize     = 13 // 3 bits: of the time since the last segment, nanoseconds
	packetSize   = 16 // 2 bits: of how many packets lie between
	lenSize      = 18 // 2 bits
	checksumBits = 20 // 2 bits
	flagBits     = 22 // 9 bits
	tsvalLong    = 31 // 1 bit: the distance to the side's last TSVal takes 4 octets, not 1
)

// Most is how many octets a segment can take.
const Most = 4 + 7 + 3 + 3 + 4 + 4 + 2 + 1 + 2 + 2 + 1 + 4 + 4 + 16 + 8*wire.MaxSACKBlocks + 8

// encode writes a segment down and returns how many octets it took; 0 where it
// does not fit the form.
func (l *last) encode(b *[Most]byte, first uint64, from uint8, seg *wire.Segment) int {
	word := uint32(from) | uint32(seg.Flags)<<flagBits | uint32(seg.Checksum)<<checksumBits
	i := 4
	since := uint64(seg.Time - l.time)
	between := uint32(seg.Packet-first) - l.packets - 1
	if since>>56 != 0 || between>>24|seg.Len>>24 != 0 || (seg.Packet-first)>>32 != 0 {
		return 0
	}
	n := octets(since)
	word |= uint32(n) << timeSize
	binary.LittleEndian.PutUint64(b[i:], since)
	i += n
	n = octets(uint64(between))
	word |= uint32(n) << packetSize
	binary.LittleEndian.PutUint32(b[i:], between)
	i += n
	n = octets(uint64(seg.Len))
	word |= uint32(n) << lenSize
	binary.LittleEndian.PutUint32(b[i:], seg.Len)
	i += n
	if seg.Seq != l.nxt[from] {
		word |= hasSeq
		binary.LittleEndian.PutUint32(b[i:], uint32(seg.Seq))
		i += 4
	}
	if seg.Ack != l.nxt[1-from] {
		word |= hasAck
		binary.LittleEndian.PutUint32(b[i:], uint32(seg.Ack))
		i += 4
	}
	if seg.Window != l.window[from] {
		word |= hasWindow
		binary.LittleEndian.PutUint16(b[i:], seg.Window)
		i += 2
	}
	if seg.TTL != l.ttl[from] {
		word |= hasTTL
		b[i] = seg.TTL
		i++
	}
	if seg.HasIPID {
		word |= hasIPID
		binary.LittleEndian.PutUint16(b[i:], seg.IPID)
		i += 2
	} else if seg.IPID != 0 {
		return 0
	}
	if seg.DontFragment {
		word |= isDontFragment
	}
	if seg.HasSum {
		word |= hasSum
	}
	if seg.PayloadSum != 0 {
		word |= hasPayloadSum
		binary.LittleEndian.PutUint16(b[i:], seg.PayloadSum)
		i += 2
	}
	if seg.TrafficClass != 0 {
		word |= hasTraffic
		b[i] = seg.TrafficClass
		i++
	}
	switch o := &seg.Options; {
	case o.Set == 0 && seg.HeaderLen == 20:
	case o.Set == wire.OptTimestamps && seg.HeaderLen == 32:
		word |= hasStamps
		if d := o.TSVal - l.tsval[from]; d <= 0xff {
			b[i] = byte(d)
			i++
		} else {
			word |= 1 << tsvalLong
			binary.LittleEndian.PutUint32(b[i:], d)
			i += 4
		}
		if o.TSEcr != l.tsval[1-from] {
			word |= hasEcho
			binary.LittleEndian.PutUint32(b[i:], o.TSEcr)
			i += 4
		}
	default:
		word |= hasOptions
		i += putOptions(b[i:], seg)
	}
	binary.LittleEndian.PutUint32(b[:], word)
	return i
}

// putOptions writes all options down, and the length of the header.
func putOptions(b []byte, seg *wire.Segment) int {
	o := &seg.Options
	b[0] = seg.HeaderLen
	binary.LittleEndian.PutUint16(b[1:], uint16(o.Set))
	binary.LittleEndian.PutUint16(b[3:], o.MSS)
	b[5], b[6], b[7], b[8] = o.WindowScale, o.SACKBlocks, o.FastOpenLen, o.MPTCPSubtype
	i := 9
	if o.Set.Has(wire.OptTimestamps) {
		binary.LittleEndian.PutUint32(b[i:], o.TSVal)
		binary.LittleEndian.PutUint32(b[i+4:], o.TSEcr)
		i += 8
	}
	for _, s := range o.SACK[:o.SACKBlocks] {
		binary.LittleEndian.PutUint32(b[i:], uint32(s.Left))
		binary.LittleEndian.PutUint32(b[i+4:], uint32(s.Right))
		i += 8
	}
	return i
}

// Reader returns the segments of a journal, in their order.
type Reader struct {
	last  last
	first uint64
	face  int32
	left  uint8
	at    int
	src   []byte
}

// Read makes r read the journal in mem, of which it makes a copy, in memory that is
// used again. resumed is what Resume was told, nil if it was not.
func (r *Reader) Read(mem []byte, resumed *Base) {
	const slack = 8 // so far behind the end it looks
	h := At(mem)
	src := append(r.src[:0], mem[Size+int(h.own):h.size]...)
	*r = Reader{last: before(h.Start), first: h.First, face: h.face, left: h.count, src: append(src, make([]byte, slack)...)}
	if resumed != nil {
		r.last = resumed.last()
	}
}

// Next fills seg, but for its tuple and payload, and returns the side that sent it;
// false where there are no more.
func (r *Reader) Next(seg *wire.Segment) (from uint8, more bool) {
	if r.left == 0 {
		return 0, false
	}
	r.left--
	l, b, i := &r.last, r.src, r.at
	word := binary.LittleEndian.Uint32(b[i:])
	from = uint8(word & 1)
	since, i := number(b, i+4, word>>timeSize&7)
	between, i := number(b, i, word>>packetSize&3)
	length, i := number(b, i, word>>lenSize&3)
	seg.Time = l.time + int64(since)
	seg.Packet = r.first + uint64(l.packets+uint32(between)+1)
	seg.Interface = r.face
	seg.Len = uint32(length)
	seg.Flags = wire.Flags(word >> flagBits & 0x1ff)
	seg.Checksum = wire.Checksum(word >> checksumBits & 3)
	seg.Seq, seg.Ack, seg.Window, seg.TTL = l.nxt[from], l.nxt[1-from], l.window[from], l.ttl[from]
	if word&hasSeq != 0 {
		seg.Seq = wire.Seq(binary.LittleEndian.Uint32(b[i:]))
		i += 4
	}
	if word&hasAck != 0 {
		seg.Ack = wire.Seq(binary.LittleEndian.Uint32(b[i:]))
		i += 4
	}
	if word&hasWindow != 0 {
		seg.Window = binary.LittleEndian.Uint16(b[i:])
		i += 2
	}
	if word&hasTTL != 0 {
		seg.TTL = b[i]
		i++
	}
	seg.HasIPID, seg.IPID = word&hasIPID != 0, 0
	if seg.HasIPID {
		seg.IPID = binary.LittleEndian.Uint16(b[i:])
		i += 2
	}
	seg.DontFragment, seg.HasSum, seg.PayloadSum = word&isDontFragment != 0, word&hasSum != 0, 0
	if word&hasPayloadSum != 0 {
		seg.PayloadSum = binary.LittleEndian.Uint16(b[i:])
		i += 2
	}
	seg.TrafficClass = 0
	if word&hasTraffic != 0 {
		seg.TrafficClass = b[i]
		i++
	}
	seg.HeaderLen, seg.Options = 20, wire.Options{}
	switch o := &seg.Options; {
	case word&hasStamps != 0:
		var more uint64
		more, i = number(b, i, 1+3*(word>>tsvalLong))
		seg.HeaderLen, o.Set = 32, wire.OptTimestamps
		o.TSVal, o.TSEcr = l.tsval[from]+uint32(more), l.tsval[1-from]
		if word&hasEcho != 0 {
			o.TSEcr = binary.LittleEndian.Uint32(b[i:])
			i += 4
		}
	case word&hasOptions != 0:
		i += takeOptions(b[i:], seg)
	}
	r.at = i
	l.after(r.first, from, seg)
	return from, true
}

// number returns the number of so many octets at b[i], and what lies behind it.
func number(b []byte, i int, size uint32) (v uint64, behind int) {
	return binary.LittleEndian.Uint64(b[i:]) & (1<<(8*size) - 1), i + int(size)
}

func takeOptions(b []byte, seg *wire.Segment) int {
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

func octets(v uint64) int { return (bits.Len64(v) + 7) / 8 }
