package lab_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// joinedWithin is how soon a packet must follow the last of its connection and direction to
// be joined to it.
const joinedWithin = int64(100 * time.Microsecond)

// joined returns the packets as a kernel that receives hands them on to a tap: what goes on
// where the packet in front ended, and differs from it in number, PSH, identification and
// checksum alone, is joined to that one, unless that had PSH.
func joined(packets []capture.Packet) (out []capture.Packet) {
	dec := capture.NewDecoder(capture.DecoderOptions{SkipChecksums: true})
	var seg wire.Segment
	last := map[wire.Tuple]int{}
	for _, p := range packets {
		if dec.Decode(&p, &seg) != wire.Segmented {
			continue
		}
		i, ok := last[seg.Tuple]
		if ok && seg.Len > 0 && follows(&out[i], &p, int(seg.Len)) {
			join(&out[i], &p, int(seg.Len))
			continue
		}
		last[seg.Tuple] = len(out)
		out = append(out, p)
	}
	return out
}

// headers returns the IP and the TCP header of a packet, with what was captured after them.
func headers(p *capture.Packet) (ip, tcp []byte) {
	ip = p.Data
	if p.Link == wire.LinkEthernet {
		ip = ip[14:]
	}
	if ip[0]>>4 == 6 {
		return ip, ip[40:]
	}
	return ip, ip[20:]
}

// follows reports whether p, with so many octets of payload, may be joined to q.
func follows(q, p *capture.Packet, payload int) bool {
	_, a := headers(q)
	_, b := headers(p)
	size := int(b[12]>>4) * 4
	had := q.Length - (p.Length - payload)
	if p.Time-q.Time > joinedWithin || a[12] != b[12] || had <= 0 || q.Length+payload > 65000 || len(a) < size || len(b) < size {
		return false
	}
	const ack, psh = 0x10, 0x08
	return a[13] == ack && b[13]&^psh == ack && bytes.Equal(a[8:12], b[8:12]) && bytes.Equal(a[20:size], b[20:size]) &&
		binary.BigEndian.Uint32(a[4:])+uint32(had) == binary.BigEndian.Uint32(b[4:])
}

// join puts the payload of p after that of q.
func join(q, p *capture.Packet, payload int) {
	q.Length += payload
	q.Data = slices.Clone(q.Data)
	ip, tcp := headers(q)
	_, flags := headers(p)
	tcp[13] |= flags[13]
	field := 2
	if ip[0]>>4 == 6 {
		field = 4
	}
	binary.BigEndian.PutUint16(ip[field:], binary.BigEndian.Uint16(ip[field:])+uint16(payload))
}

// TestJoined: what a kernel joins before the tap, where the path delivers everything
// twice, is not taken for sent again, and what is sent again is found.
func TestJoined(t *testing.T) {
	total, before, after := &tally{}, 0, 0
	for _, base := range kernelBases(t) {
		for _, side := range []string{"snd", "rcv"} {
			d := load(t, base, side).doubled()
			packets := joined(d.packets)
			before, after = before+len(d.packets), after+len(packets)
			total.add(d.score(t, packets, false))
		}
	}
	t.Logf("%d packets joined to %d: %v", before, after, total)
	if total.fp*20 > total.tp || total.fn*200 > total.tp || total.tp < 150 || after > before/10*9 {
		for _, w := range total.wrong[:min(20, len(total.wrong))] {
			t.Log(w)
		}
		t.Errorf("%d false and %d missed retransmissions, %d found", total.fp, total.fn, total.tp)
	}
}
