package zeek

import "tcpwatch/capture/wire"

// move changes the state of the sender of a segment, and sometimes that of the
// other end.
func (e *end) move(peer *end, seg *wire.Segment, isOrig bool) {
	syn, fin, rst := seg.Flags.Has(wire.SYN), seg.Flags.Has(wire.FIN), seg.Flags.Has(wire.RST)
	switch e.state() {
	case inactive:
		e.first(peer, seg, isOrig)
	case synSent, synAckSent:
		if fin {
			e.set(closed)
		}
		if rst {
			e.set(reset)
		}
	case established, partial:
		if syn && !seg.Flags.Has(wire.ACK) && e.state() == partial && peer.state() == inactive {
			e.set(synSent)
		}
		if fin && !rst {
			e.set(closed)
			// The other end sent a RST after its FIN: a normal end after all.
			if peer.state() == reset && peer.prev() == closed {
				peer.set(closed)
			}
		}
		if rst {
			e.set(reset)
		}
	case closed:
		// Once both ends have sent a FIN, a RST changes nothing.
		if rst && peer.state() != closed {
			e.set(reset)
		}
	case reset:
	}
}

// first is the first segment of an end.
func (e *end) first(peer *end, seg *wire.Segment, isOrig bool) {
	ack := seg.Flags.Has(wire.ACK)
	if seg.Flags.Has(wire.SYN) {
		switch {
		case isOrig && ack:
			e.set(synAckSent)
		case isOrig:
			e.set(synSent)
		default:
			// SYN-ACK, or a simultaneous open: both ends count as established.
			if peer.state() == synSent {
				peer.set(established)
			}
			e.set(established)
		}
	}
	if seg.Flags.Has(wire.FIN) {
		e.set(closed)
	}
	if seg.Flags.Has(wire.RST) {
		e.set(reset)
	}
	if e.state() != inactive {
		return
	}
	switch {
	case !isOrig && seg.Len == 0 && peer.state() == synSent:
		// Some hosts acknowledge a SYN before they send theirs.
	case ack && peer.state() == established:
		e.set(established) // only the SYN was not captured
	default:
		e.set(partial)
	}
}

// ConnState returns Zeek's conn_state: one of S0 S1 SF REJ S2 S3 RSTO RSTR
// RSTOS0 RSTRH SH SHR OTH.
func (t *Tracker) ConnState() string {
	o, r := &t.ends[orig], &t.ends[resp]
	oNone := o.state() == inactive || o.state() == partial
	rNone := r.state() == inactive || r.state() == partial
	switch {
	case r.state() == reset:
		switch {
		case o.state() == synSent, o.state() == synAckSent, o.state() == reset && o.empty() && r.empty():
			return "REJ"
		case oNone:
			return "RSTRH"
		}
		return "RSTR"
	case o.state() == reset && !rNone:
		return "RSTO"
	case o.state() == reset && t.resetWithoutReply():
		return "RSTOS0"
	case o.state() == reset:
		return "OTH"
	case o.state() == closed && r.state() == closed:
		return "SF"
	case o.state() == closed && rNone:
		return "SH"
	case o.state() == closed:
		return "S2"
	case r.state() == closed && oNone:
		return "SHR"
	case r.state() == closed:
		return "S3"
	case o.state() == synSent && r.state() == inactive:
		return "S0"
	case o.state() == established && r.state() == established:
		return "S1"
	}
	return "OTH"
}

// resetWithoutReply reports whether the history is, perhaps after "^", an S
// and later an R of the originator with none of its H A F G I Q between.
func (t *Tracker) resetWithoutReply() bool {
	n := t.len()
	i := 0
	if i < n && t.letter(i) == '^' {
		i++
	}
	if i >= n || t.letter(i) != 'S' {
		return false
	}
	for i++; i < n; i++ {
		switch t.letter(i) {
		case 'R':
			return true
		case 'H', 'A', 'F', 'G', 'I', 'Q':
			return false
		}
	}
	return false
}
