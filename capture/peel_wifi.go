package capture

import (
	"encoding/binary"

	"tcpwatch/capture/wire"
)

// wifiLink reads the headers that may stand before an IEEE 802.11 frame.
func (d *Decoder) wifiLink(c cursor, link wire.LinkType, seg *wire.Segment) wire.Skip {
	switch link {
	case wire.LinkWiFi:
		return d.wifi(c, seg)
	case wire.LinkRadiotap:
		return d.radiotap(c, seg)
	case wire.LinkPrism:
		return d.prism(c, seg)
	case wire.LinkAVS:
		return d.avs(c, seg)
	case wire.LinkPPI:
		return d.ppi(c, seg)
	}
	return wire.LinkUnknown
}

// wifi reads an IEEE 802.11 data frame (IEEE 802.11-2020 §9.3.2). gopacket
// takes the last four octets for a check sequence whether there is one or not;
// here the IP header says where the packet ends. Of an aggregate (A-MSDU) the
// first frame counts.
func (d *Decoder) wifi(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 2 {
		return wire.LinkCut
	}
	control, flags := c.data[0], c.data[1]
	const data, noData, qosBit = 0x08, 0x40, 0x80
	if control&0x0c != data || control&noData != 0 {
		return wire.NotIP
	}
	const bothDS, protected, order = 0x03, 0x40, 0x80
	size := 24
	if flags&bothDS == bothDS {
		size = 30
	}
	qos := 0
	if control&qosBit != 0 {
		qos = size
		size += 2
		if flags&order != 0 { // HT control
			size += 4
		}
	}
	next, ok := c.skip(size)
	if !ok {
		return wire.LinkCut
	}
	if flags&protected != 0 {
		return wire.Encrypted
	}
	if c.data[22]&0x0f != 0 { // not the first fragment
		return wire.NotIP
	}
	const aggregate = 0x80
	if qos != 0 && c.data[qos]&aggregate != 0 {
		return d.behind(next, 14, seg, d.llc)
	}
	return d.llc(next, seg)
}

// radiotap reads as much of the header as tells where the frame begins and
// whether padding follows the 802.11 header (https://www.radiotap.org).
func (d *Decoder) radiotap(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 8 {
		return wire.LinkCut
	}
	size := int(binary.LittleEndian.Uint16(c.data[2:]))
	next, ok := c.skip(size)
	if !ok || size < 8 {
		return wire.LinkCut
	}
	const hasTSFT, hasFlags, more, padded = 1 << 0, 1 << 1, 1 << 31, 0x20
	present := binary.LittleEndian.Uint32(c.data[4:])
	at := 8
	for word := present; word&more != 0 && at+4 <= size; at += 4 {
		word = binary.LittleEndian.Uint32(c.data[at:])
	}
	if present&hasTSFT != 0 {
		at = (at+7)&^7 + 8
	}
	if present&hasFlags != 0 && at < size && c.data[at]&padded != 0 {
		return d.paddedWiFi(next, seg)
	}
	return d.wifi(next, seg)
}

// paddedWiFi takes out the two octets that align the body of a QoS frame. The
// frame is copied: it is rare, and its octets are lent.
func (d *Decoder) paddedWiFi(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 2 {
		return wire.LinkCut
	}
	size := 24
	if c.data[1]&0x03 == 0x03 {
		size += 6
	}
	if c.data[0]&0x80 != 0 {
		size += 2
	}
	if size%4 != 0 && len(c.data) >= size+2 {
		frame := make([]byte, 0, len(c.data)-2)
		frame = append(append(frame, c.data[:size]...), c.data[size+2:]...)
		c.data, c.wire = frame, max(c.wire-2, len(frame))
	}
	return d.wifi(c, seg)
}

// prism reads the header of the Prism drivers; some write an AVS header under
// the same link type.
func (d *Decoder) prism(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) >= 4 && binary.BigEndian.Uint32(c.data)&0xfffff000 == 0x80211000 {
		return d.avs(c, seg)
	}
	size, ok := prismSize(c.data)
	if !ok {
		return wire.LinkCut
	}
	return d.behind(c, size, seg, d.wifi)
}

// prismSize reads the beginning of linux-wlan-ng's header (p80211msg_lnxind_wlansniffrm):
// the message code that its drivers write, one of two, the length of the whole
// header, both in the byte order of the machine, and the name of the device. The
// items that follow tell nothing of where the frame begins.
func prismSize(data []byte) (size int, ok bool) {
	const fixed = 4 + 4 + 16
	if len(data) < fixed {
		return 0, false
	}
	code, length := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint32(data[4:])
	if code > 0xffff { // the other byte order: codes are small
		code, length = binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])
	}
	if code != 0x41 && code != 0x44 || length < fixed || length > uint32(len(data)) {
		return 0, false
	}
	return int(length), true
}

// avs reads the length of an AVS header.
func (d *Decoder) avs(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 8 {
		return wire.LinkCut
	}
	size := binary.BigEndian.Uint32(c.data[4:])
	if size < 8 || size > uint32(len(c.data)) {
		return wire.LinkCut
	}
	return d.behind(c, int(size), seg, d.wifi)
}

// ppi skips the fields of a per-packet information header, which names the link
// type after it.
func (d *Decoder) ppi(c cursor, seg *wire.Segment) wire.Skip {
	if len(c.data) < 8 {
		return wire.LinkCut
	}
	size := int(binary.LittleEndian.Uint16(c.data[2:]))
	link := binary.LittleEndian.Uint32(c.data[4:])
	next, ok := c.skip(size)
	if !ok || size < 8 {
		return wire.LinkCut
	}
	if link > 0xffff {
		return wire.LinkUnknown
	}
	return d.link(next, wire.LinkType(link), seg)
}
