package journal

import (
	"encoding/binary"
	"math/bits"

	"tcpwatch/capture/wire"
)

// A segment is a word of 32 bits that says which fields follow, and these: numbers
// in as few octets as they need, and nothing that is unchanged or as expected.
const (
	hasSeq    = 1 << (1 + iota) // bit 0 is the side
	hasAck                      // otherwise it is the next number of the other side
	hasWindow                   // otherwise it is the side's last one
	hasTTL                      // otherwise it is the side's last one
	hasIPID
	isDontFragment
	hasSum
	hasPayloadSum // otherwise 0
	hasTraffic    // otherwise 0
	hasStamps     // a timestamps option and no other
	hasEcho       // TSEcr is not the last TSVal of the other side
	hasOptions    // other options
)

// Where the word has its other fields. Sizes are in octets.
const (
	timeSize     = 13 // 3 bits: of the time since the last segment, nanoseconds
	packetSize   = 16 // 2 bits: of how many packets lie between
	lenSize      = 18 // 2 bits
	checksumBits = 20 // 2 bits
	flagBits     = 22 // 9 bits
	tsvalLong    = 31 // 1 bit: the distance to the side's last TSVal takes 4 octets, not 1
)

// Most is the most octets that a segment can take: the word, the time, packets and
// Len; Seq, Ack, Window; fields of IP and of the checksum; all options.
const Most = 4 + 7 + 3 + 3 + (4 + 4 + 2) + (1 + 2 + 2 + 1) + (9 + 8 + 8*wire.MaxSACKBlocks)

// encode encodes a segment and returns its size in octets; 0 if it cannot be
// encoded.
func (l *last) encode(b *[Most]byte, first uint64, from uint8, seg *wire.Segment) int {
	word := uint32(from) | uint32(seg.Flags)<<flagBits | uint32(seg.Checksum)<<checksumBits
	since := uint64(seg.Time - l.time)
	between := uint32(seg.Packet-first) - l.packets - 1
	if since>>56 != 0 || between>>24|seg.Len>>24 != 0 || (seg.Packet-first)>>32 != 0 {
		return 0 // earlier, for example, or years later
	}
	i, n := 4, octets(since)
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
	i, word = l.putIP(b, i, word, from, seg)
	i, word = l.putOptions(b, i, word, from, seg)
	binary.LittleEndian.PutUint32(b[:], word)
	return i
}

// putIP encodes what comes from the IP header, and what depends on the checksum.
func (l *last) putIP(b *[Most]byte, i int, word uint32, from uint8, seg *wire.Segment) (int, uint32) {
	if seg.TTL != l.ttl[from] {
		word |= hasTTL
		b[i] = seg.TTL
		i++
	}
	if seg.HasIPID {
		word |= hasIPID
		binary.LittleEndian.PutUint16(b[i:], seg.IPID)
		i += 2
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
	return i, word
}

// putOptions encodes the options and the header length.
func (l *last) putOptions(b *[Most]byte, i int, word uint32, from uint8, seg *wire.Segment) (int, uint32) {
	o := &seg.Options
	switch {
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
		i += putAllOptions(b[i:], seg)
	}
	return i, word
}

// putAllOptions encodes all options and the header length.
func putAllOptions(b []byte, seg *wire.Segment) int {
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

func octets(v uint64) int { return (bits.Len64(v) + 7) / 8 }
