package analyze

import (
	"net/netip"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// ICMP is the first ICMP error that quotes unacknowledged octets after the SYNs
// of an end, or a probe that was not answered; Packet 0: there was none.
type ICMP struct {
	Packet uint64
	Count  uint32 // of all such errors
	// Type and Code are in the numbers of the IP version.
	Type, Code uint8
	From       netip.Addr
	// NextMTU is the next link's MTU in octets, if the error says it (RFC 1191 §4,
	// RFC 4443 §3.2); else 0.
	NextMTU uint16
}

// Quote takes an ICMP error that quotes a TCP header. The error may explain why
// a connection failed, but moves no state: many hosts go on even after a hard
// error (RFC 9293 §3.9.2.2, RFC 5927 §5.2). While an end opens, many give up even
// after a soft one (RFC 5461 §4): then its state is marked.
func (a *Analyzer) Quote(q *wire.Quote) {
	var p pair
	p.fill(a.table, &q.Tuple)
	a.quote(q, &p)
	a.expire()
}

// quote is Quote without expiring connections afterwards.
func (a *Analyzer) quote(q *wire.Quote, p *pair) {
	a.table.Settle()
	a.tick(q.Time)
	r := a.table.Find(&p.key, p.hash)
	if r == 0 || !undelivered(q) {
		return
	}
	f, from := a.flow(r), p.from
	a.table.Apart(r)
	n, h := a.notes.At(f.Extra), &f.Half[from]
	told := &n.icmpLater
	switch {
	case h.Is(flow.SentSYN) && h.ISN == q.Seq:
		told = &n.icmp
		if n.complete {
			return
		}
		mayGiveUp(n, h, q)
	case h.HasOldSYN && h.OldSYN == q.Seq:
		mayGiveUp(n, h, q) // the SYN of one that has lost its memory; it explains nothing of this connection
		return
	case !outstanding(h, &f.Half[f.Peer(from)], q.Seq) && !probe(h, &f.Half[f.Peer(from)], q.Seq):
		return
	case tooBig(q):
		h.Repair.Shrink(h.Nxt)
	}
	told.count++
	if told.count > 1 {
		return
	}
	*told = icmpNote{packet: q.Packet, count: 1, nextMTU: q.NextMTU, typ: q.Type, code: q.Code, from: q.Reporter, fromIsIPv6: q.IPv6, of: from}
	if a.cfg.Moment != nil {
		m := a.momentOf(MomentICMPError, f, q.Packet, q.Time)
		a.soFar(f, n)
		m.Connection = &a.conn
		a.tell(m)
	}
}

// mayGiveUp marks the end h, whose SYN or SYN-ACK is quoted, while it waits for an answer: the error
// may end that, and no segment would show it. A router that names the next link's MTU has the SYN sent again in
// smaller packets (RFC 1191 §3, RFC 8201 §4): that ends nothing.
func mayGiveUp(n *note, h *flow.Half, q *wire.Quote) {
	const packetTooBig = 2 // of ICMPv6; ICMP has no such type
	if b := h.State.Base(); b != state.SynSent && b != state.SynReceived || q.Type == packetTooBig || q.NextMTU > 0 {
		return
	}
	h.State, n.icmpAt = h.State.Infer(), q.Time
}

// tooBig reports whether an ICMP error says that the path takes smaller packets only.
func tooBig(q *wire.Quote) bool {
	if q.IPv6 {
		return q.Type == 2 // RFC 4443 §3.2
	}
	return q.Type == 3 && q.Code == 4 // RFC 1191 §4
}

// undelivered reports whether an ICMP error says that the quoted packet did not
// arrive. A Redirect is sent by a router that forwarded the packet (RFC 792), and
// a Source Quench is to be ignored (RFC 9293 §3.9.2.2, RFC 6633).
func undelivered(q *wire.Quote) bool {
	const sourceQuench, redirect = 4, 5
	return q.IPv6 || q.Type != sourceQuench && q.Type != redirect
}

// outstanding reports whether h had sent the octet with number seq and the other end
// not acknowledged it: an error about anything else is old or forged (RFC 5927 §4.1).
// One about a SYN in the old window is not about the octet of that number.
func outstanding(h, other *flow.Half, seq wire.Seq) bool {
	return h.Is(flow.Sent) && !(h.HasOldSYN && h.OldSYN == seq) && !seq.Before(h.Low) && seq.Before(h.Nxt) && (!other.Is(flow.SentACK) || !seq.Before(other.Ack))
}

// probe reports whether an error is about the last segment of h, a keep-alive or a probe of a closed window that
// was not answered: its number is the one before what the other end expects (RFC 9293 §3.8.4).
func probe(h, other *flow.Half, seq wire.Seq) bool {
	return (h.Probed.KeepAlive() || h.Probed.ZeroWindow()) && seq+1 == other.Ack
}

// icmpNote is the first ICMP error of its kind, and how many there were.
type icmpNote struct {
	packet     uint64
	count      uint32
	nextMTU    uint16
	typ, code  uint8
	of         flow.Side // sender of the quoted segment
	from       wire.Addr
	fromIsIPv6 bool
}

// sender is the address of the sender of the error.
func (i *icmpNote) sender() netip.Addr {
	from := netip.AddrFrom16(i.from)
	if !i.fromIsIPv6 {
		from = from.Unmap()
	}
	return from
}
