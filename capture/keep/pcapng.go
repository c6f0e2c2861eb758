package keep

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"

	"tcpwatch/capture"
)

// Block types and options of draft-ietf-opsawg-pcapng, sections 4 and 10.1.
const (
	blockSection    = 0x0a0d0d0a
	blockInterface  = 1
	blockStatistics = 5
	blockEnhanced   = 6
	byteOrderMagic  = 0x1a2b3c4d

	optEnd     = 0
	optComment = 1

	shbHardware    = 2
	shbOS          = 3
	shbApplication = 4

	ifName       = 2
	ifResolution = 9
	ifFilter     = 11
	ifOS         = 12
	ifOffset     = 14
	ifHardware   = 15

	isbBegin      = 2
	isbEnd        = 3
	isbReceived   = 4
	isbDropped    = 5
	isbSystemDrop = 7
)

const (
	enhancedFixed = 32 // octets of an enhanced packet block without its packet
	// maxText bounds a text in an option, octets: a filter may be long, and the
	// length of an option has 16 bits.
	maxText = 32 << 10
	// maxInterfaces is how many interfaces package capture reads in one file.
	maxInterfaces = 8192
	// maxData is the largest packet that package capture reads, octets.
	maxData = 16 << 20
)

// Times are nanoseconds in 64 bits without sign, since 1970 plus if_tsoffset
// seconds. Offset 0 holds every time from 1970 on; a section with earlyOffset
// holds every time that a packet can have (capture.Packet).
const (
	second      = 1_000_000_000
	earliest    = -1 << 62
	earlyOffset = earliest/second - 1
	earlyShift  = -earlyOffset * second
)

var (
	errManyInterfaces = errors.New("more than 8192 interfaces in one file")
	errLargePacket    = errors.New("a packet of more than 16 MiB")
	errLinkChanged    = errors.New("a packet of another link type than its interface")
)

// pcapng encodes blocks in little endian. All texts of it go into the section
// header and into the descriptions of interfaces.
type pcapng struct {
	application, os, hardware, filter string
	local                             bool
	offset                            int64 // if_tsoffset of this section, seconds
}

func (*pcapng) name() string { return "pcapng" }

// admit refuses nothing: a pcapng holds interfaces of every kind.
func (*pcapng) admit(*capture.Stats) error { return nil }

// refuse returns an error if no pcapng can hold p.
func (*pcapng) refuse(p *capture.Packet) error {
	if len(p.Data) > maxData {
		return errLargePacket
	}
	return nil
}

// wants returns the offset that a section needs to hold time t: its own if
// possible.
func (e *pcapng) wants(t int64) int64 {
	if t < 0 {
		return earlyOffset
	}
	return e.offset
}

// ticks is t in the units of this section.
func (e *pcapng) ticks(t int64) uint64 {
	if e.offset == 0 {
		return uint64(max(t, 0))
	}
	return uint64(max(t, earliest)) + earlyShift
}

func (e *pcapng) time(ticks uint64) int64 {
	if e.offset != 0 {
		ticks -= earlyShift
	}
	return int64(ticks)
}

// header begins a section, section 4.1. Its length is not given, as nothing is
// ever written twice.
func (e *pcapng) header(b []byte, interfaces []iface, comments []string) []byte {
	at := len(b)
	b = le.AppendUint32(b, blockSection)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, byteOrderMagic)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint64(b, math.MaxUint64)
	for _, c := range comments {
		b = appendText(b, optComment, c)
	}
	b = appendText(b, shbHardware, e.hardware)
	b = appendText(b, shbOS, e.os)
	b = appendText(b, shbApplication, e.application)
	b = endBlock(endOptions(b), at)
	for i := range interfaces {
		b = e.describe(b, &interfaces[i])
	}
	return b
}

// describe appends an interface description block, section 4.2.
func (e *pcapng) describe(b []byte, i *iface) []byte {
	at := len(b)
	b = le.AppendUint32(b, blockInterface)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint16(b, uint16(i.Link))
	b = le.AppendUint16(b, 0)
	b = le.AppendUint32(b, i.Snaplen)
	b = appendText(b, ifName, i.Name)
	b = appendText(b, ifResolution, "\x09")
	if f := bothFilters(i.Filter, e.filter); 0 < len(f) && len(f) < maxText { // one that is cut says something else
		b = appendText(b, ifFilter, "\x00"+f) // 0: a pcap-filter expression
	}
	if e.local {
		b = appendText(b, ifOS, e.os)
		b = appendText(b, ifHardware, e.hardware)
	}
	if e.offset != 0 {
		b = appendNumber(b, ifOffset, uint64(e.offset))
	}
	return endBlock(endOptions(b), at)
}

// bothFilters is one expression for packets that a filter let through when they were
// captured and another one, chosen, when they were read; either may be "". The words
// vlan, mpls, pppoes and geneve change what stands behind them (pcap-filter(7)): where
// both have such a word, no expression says the same, and the one chosen stands alone.
func bothFilters(captured, chosen string) string {
	switch {
	case captured == "" || captured == chosen:
		return chosen
	case chosen == "":
		return captured
	case !looksDeeper(chosen):
		return "(" + chosen + ") and (" + captured + ")"
	case !looksDeeper(captured):
		return "(" + captured + ") and (" + chosen + ")"
	}
	return chosen
}

func looksDeeper(filter string) bool {
	return slices.ContainsFunc([]string{"vlan", "mpls", "pppoes", "geneve"}, func(word string) bool { return strings.Contains(filter, word) })
}

func (*pcapng) room(p *capture.Packet) int { return enhancedFixed + (len(p.Data)+3)&^3 }

// packet appends an enhanced packet block, section 4.3.
func (e *pcapng) packet(b []byte, p *capture.Packet) []byte {
	n, t := len(p.Data), e.ticks(p.Time)
	total := uint32(enhancedFixed + (n+3)&^3)
	var h [28]byte
	le.PutUint32(h[0:], blockEnhanced)
	le.PutUint32(h[4:], total)
	le.PutUint32(h[8:], uint32(p.Interface))
	le.PutUint32(h[12:], uint32(t>>32))
	le.PutUint32(h[16:], uint32(t))
	le.PutUint32(h[20:], uint32(n))
	le.PutUint32(h[24:], wireLength(p))
	b = append(b, h[:]...)
	b = append(b, p.Data...)
	b = append(b, "\x00\x00\x00"[:-n&3]...)
	return le.AppendUint32(b, total)
}

// statistics appends an interface statistics block, section 4.6, of what
// happened from begin to end. why is said of the packets that were not written.
func (e *pcapng) statistics(b []byte, id int, i *iface, begin, end int64, why error) []byte {
	n := i.since()
	at := len(b)
	b = le.AppendUint32(b, blockStatistics)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, uint32(id))
	b = appendTicks(b, e.ticks(end))
	if i.lost > 0 && why != nil {
		b = appendText(b, optComment, lossComment(i.lost, why))
	}
	b = appendTicks(appendOption(b, isbBegin, 8), e.ticks(begin))
	b = appendTicks(appendOption(b, isbEnd, 8), e.ticks(end))
	if i.ReceivedKnown {
		b = appendNumber(b, isbReceived, n.received)
	}
	if i.DropsKnown || i.lost > 0 {
		b = appendNumber(b, isbDropped, n.dropped-n.system)
		b = appendNumber(b, isbSystemDrop, n.system+i.lost)
	}
	return endBlock(endOptions(b), at)
}

// tail is the maximum size of the statistics of n interfaces.
func (*pcapng) tail(n int) int64 { return int64(n) * (24 + 5*12 + 4 + maxLossComment) }

// first describes the block that b starts with.
func (e *pcapng) first(b []byte, _ bool) block {
	k := block{size: int(le.Uint32(b[4:]))}
	switch le.Uint32(b) {
	case blockInterface:
		k.description = true
	case blockEnhanced:
		k.packet = true
		k.iface = int(le.Uint32(b[8:]))
		k.time = e.time(uint64(le.Uint32(b[12:]))<<32 | uint64(le.Uint32(b[16:])))
		k.octets = uint64(le.Uint32(b[20:]))
	}
	return k
}

var le = binary.LittleEndian

// wireLength is the packet's length on the wire, never below what was captured.
func wireLength(p *capture.Packet) uint32 {
	return uint32(min(max(int64(p.Length), int64(len(p.Data))), math.MaxUint32))
}

func appendOption(b []byte, code uint16, n int) []byte {
	return le.AppendUint16(le.AppendUint16(b, code), uint16(n))
}

// appendText appends a text option, if there is any text.
func appendText(b []byte, code uint16, text string) []byte {
	if text == "" {
		return b
	}
	text = text[:min(len(text), maxText)]
	b = append(appendOption(b, code, len(text)), text...)
	return append(b, "\x00\x00\x00"[:-len(text)&3]...)
}

func appendNumber(b []byte, code uint16, n uint64) []byte {
	return le.AppendUint64(appendOption(b, code, 8), n)
}

// appendTicks appends a time, of which the upper half comes first in either
// byte order.
func appendTicks(b []byte, t uint64) []byte {
	return le.AppendUint32(le.AppendUint32(b, uint32(t>>32)), uint32(t))
}

func endOptions(b []byte) []byte { return appendOption(b, optEnd, 0) }

// endBlock fills in the two lengths of the block that begins at.
func endBlock(b []byte, at int) []byte {
	total := uint32(len(b) - at + 4)
	le.PutUint32(b[at+4:], total)
	return le.AppendUint32(b, total)
}
