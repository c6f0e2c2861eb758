package keep

import (
	"errors"
	"fmt"
	"math"

	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

const (
	magicNano        = 0xa1b23c4d // pcap with times in nanoseconds
	pcapFileHeader   = 24
	pcapRecordHeader = 16
	// usualSnaplen is the largest captured length that other programs read.
	usualSnaplen = 256 << 10
)

var (
	errPcapTime    = errors.New("a time that pcap cannot hold (before 1970, or after February 2106)")
	errPcapLink    = errors.New("pcap holds one link type only; name the file .pcapng to keep several")
	errPcapNames   = errors.New("pcap does not keep interfaces apart; name the file .pcapng to keep several")
	errPcapSnaplen = fmt.Errorf("a packet larger than the snaplen of the file, %d octets at least", usualSnaplen)
)

// pcap encodes the classic container (draft-ietf-opsawg-pcap), version 2.4,
// little endian, with times in nanoseconds.
type pcap struct {
	link    wire.LinkType
	snaplen uint32
	fixed   bool // link and snaplen are chosen, by the first header
}

func (*pcap) name() string { return "pcap" }

// refuse returns an error if this pcap cannot hold p.
func (e *pcap) refuse(p *capture.Packet) error {
	switch {
	case e.fixed && p.Link != e.link:
		return errPcapLink
	case p.Time < 0 || p.Time/second > math.MaxUint32:
		return errPcapTime
	case len(p.Data) > usualSnaplen && (!e.fixed || len(p.Data) > int(e.snaplen)):
		return errPcapSnaplen
	}
	return nil
}

func (e *pcap) wants(int64) int64 { return 0 }

// header writes the file header. All files of one Writer have the same.
func (e *pcap) header(b []byte, interfaces []iface, _ []string) []byte {
	if !e.fixed {
		e.link, e.snaplen, e.fixed = wire.LinkEthernet, usualSnaplen, true
		if len(interfaces) > 0 {
			e.link = interfaces[0].Link
			if n := interfaces[0].Snaplen; n != 0 {
				e.snaplen = min(n, maxData)
			}
		}
	}
	b = le.AppendUint32(b, magicNano)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 4)
	b = le.AppendUint64(b, 0) // time zone and accuracy, unused
	b = le.AppendUint32(b, e.snaplen)
	return le.AppendUint32(b, uint32(e.link))
}

func (*pcap) describe(b []byte, _ *iface) []byte { return b }

func (*pcap) room(p *capture.Packet) int { return pcapRecordHeader + len(p.Data) }

func (*pcap) packet(b []byte, p *capture.Packet) []byte {
	var h [pcapRecordHeader]byte
	le.PutUint32(h[0:], uint32(p.Time/second))
	le.PutUint32(h[4:], uint32(p.Time%second))
	le.PutUint32(h[8:], uint32(len(p.Data)))
	le.PutUint32(h[12:], wireLength(p))
	return append(append(b, h[:]...), p.Data...)
}

func (*pcap) statistics(b []byte, _ int, _ *iface, _, _ int64, _ error) []byte { return b }

func (*pcap) tail(int) int64 { return 0 }

// first describes the record that b starts with, or the file header where b is
// the start of a file.
func (*pcap) first(b []byte, start bool) block {
	if start {
		return block{size: pcapFileHeader}
	}
	n := le.Uint32(b[8:])
	return block{
		size: pcapRecordHeader + int(n), packet: true, octets: uint64(n),
		time: int64(le.Uint32(b))*second + int64(le.Uint32(b[4:])),
	}
}

// admit returns an error if a pcap cannot hold what s describes: interfaces of
// several link types or names. Interfaces without a name, such as those of
// several pcaps, differ in nothing that would be lost.
func (*pcap) admit(s *capture.Stats) error {
	for i := range s.Interfaces {
		switch {
		case s.Interfaces[i].Link != s.Interfaces[0].Link:
			return errPcapLink
		case s.Interfaces[i].Name != s.Interfaces[0].Name:
			return errPcapNames
		}
	}
	return nil
}
