package lab_test

import (
	"cmp"
	"encoding/binary"
	"slices"

	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// A degradation takes evidence away from packets, as middleboxes, other stacks
// and the absence of options do.
type degradation struct {
	name              string
	change            func([]byte)
	precision, recall float64 // the least promised
}

var degradations = []degradation{
	{"IP IDs zeroed", zeroID, .99, .999},
	{"timestamps stripped", stripTimestamps, .999, .995},
	{"neither", func(b []byte) { zeroID(b); stripTimestamps(b) }, .99, .98},
}

// degraded returns copies whose IP packets are changed.
func degraded(packets []capture.Packet, change func([]byte)) []capture.Packet {
	out := slices.Clone(packets)
	for i := range out {
		out[i].Data = slices.Clone(out[i].Data)
		ip := out[i].Data
		if out[i].Link == wire.LinkEthernet {
			ip = ip[14:]
		}
		change(ip)
	}
	return out
}

// zeroID clears the identification of an IPv4 header and corrects its checksum
// (RFC 1624).
func zeroID(b []byte) {
	if b[0]>>4 != 4 {
		return
	}
	id := binary.BigEndian.Uint16(b[4:])
	sum := uint32(^binary.BigEndian.Uint16(b[10:])) + uint32(^id)
	sum = sum&0xffff + sum>>16
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(b[10:], ^uint16(sum))
	binary.BigEndian.PutUint16(b[4:], 0)
}

// stripTimestamps overwrites the timestamps option with NOPs.
func stripTimestamps(b []byte) { stripOption(b, 8) }

// stripSACK overwrites the SACK-permitted and SACK options with NOPs.
func stripSACK(b []byte) { stripOption(b, 4, 5) }

// stripOption overwrites TCP options of some kinds with NOPs.
func stripOption(b []byte, kinds ...byte) {
	eachOption(tcpOf(b), func(o []byte) {
		if slices.Contains(kinds, o[0]) {
			for i := range o {
				o[i] = 1
			}
		}
	})
}

// tcpOf is what follows the IP header of a packet.
func tcpOf(b []byte) []byte {
	if b[0]>>4 == 4 {
		return b[int(b[0]&15)*4:]
	}
	return b[40:]
}

// eachOption calls f for each option of a TCP header but NOPs, whole, up to one that is malformed.
func eachOption(tcp []byte, f func(option []byte)) {
	for o := tcp[20:min(int(tcp[12]>>4)*4, len(tcp))]; len(o) > 1 && o[0] != 0; {
		n := 1
		if o[0] != 1 {
			if n = int(o[1]); n < 2 || n > len(o) {
				return
			}
			f(o[:n])
		}
		o = o[n:]
	}
}

// doubled has every packet twice, the second 30 µs after the first and with a
// number of its own above all others.
func (d *draw) doubled() *draw {
	n := uint64(len(d.packets))
	e := &draw{name: d.name, held: d.held, truth: slices.Clone(d.truth)}
	for _, p := range d.packets {
		e.packets = append(e.packets, p)
		p.Time += 30_000
		p.Number += n
		e.packets = append(e.packets, p)
		e.truth = append(e.truth, truthRow{class: "netdup"})
	}
	slices.SortStableFunc(e.packets, func(a, b capture.Packet) int { return cmp.Compare(a.Time, b.Time) })
	return e
}
