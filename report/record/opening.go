package record

import (
	"slices"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// OpenedByFIN reports whether a FIN completed the handshake: an ACK is due before
// it (RFC 9293 §3.10.7.3, fourth), though it may have waited for the FIN.
func OpenedByFIN(c *analyze.Connection) bool {
	return c.Opening.AckPacket != 0 && slices.Contains(c.Closing.FinPackets, c.Opening.AckPacket)
}

// Crossed counts the SYNs that a SYN-ACK repeats because both ends sent one: no timer
// expired and nothing was lost (RFC 9293 §3.5, figure 7).
func Crossed(c *analyze.Connection) (n uint64) {
	var client, server bool // the end has sent its SYN, and no SYN-ACK yet
	for i := range c.Steps {
		st, own := &c.Steps[i], &server
		if st.FromClient {
			own = &client
		}
		switch st.Phase {
		case label.SYN:
			*own = true
		case label.SynAck:
			if *own && st.Repeated {
				n++
			}
			*own = false
		}
	}
	return n
}

// FromMiddle reports whether segments before the first one captured may
// have closed an end.
func FromMiddle(c *analyze.Connection) bool { return c.Opening.Outcome == analyze.OpeningMidstream }

// MayHaveRefused returns the end that may not have taken the ACK of its SYN, which leaves it in
// SYN-RECEIVED by inference, and has not left that since: it is in it at the end, or all that it
// sent are SYNs and RSTs. NoSide if there is none.
func MayHaveRefused(c *analyze.Connection) analyze.Side {
	for _, side := range []analyze.Side{analyze.ServerSide, analyze.ClientSide} {
		client, other := side == analyze.ClientSide, uint64(0)
		d, last := OfSide(side, &c.FromClient, &c.FromServer), OfSide(side, c.ClientState, c.ServerState)
		refused := false
		for i := range c.Steps {
			st := &c.Steps[i]
			after := OfSide(side, st.ClientState, st.ServerState)
			refused = refused || st.Packet == c.Opening.AckPacket && after == state.SynReceived|state.Inferred
			if st.FromClient == client && st.Flags.Any(wire.SYN|wire.RST) {
				other++
			}
		}
		if refused && (d.Packets == other || last == state.SynReceived|state.Inferred) {
			return side
		}
	}
	return analyze.NoSide
}

// HeldUp counts the SYNs of the client, or the SYN-ACKs of the server, that came when their sender did not send them any
// more: they were held up on the way (OUT-OF-ORDER), and may be copies. They do not count as sent again, nor do those with
// another window, other: something between may ask the server so, having answered in its place.
func HeldUp(c *analyze.Connection, phase label.ID) (n, other uint32) {
	is := func(s analyze.Step) bool {
		return s.Phase == phase && s.FromClient == (phase == label.SYN) && (phase != label.SYN || s.Seq == c.Opening.ClientISN)
	}
	for i, s := range c.Steps {
		again := func(o analyze.Step) bool { return is(o) && o.Seq == s.Seq }
		if is(s) && !s.Repeated && !s.Copy && c.Opening.AckPacket != 0 && s.Packet > c.Opening.AckPacket && slices.ContainsFunc(c.Steps[:i], again) {
			n++
			if !slices.ContainsFunc(c.Steps[:i], func(o analyze.Step) bool { return again(o) && o.Window == s.Window }) {
				other++
			}
		}
	}
	return n, other
}

// SynResent reports whether the client sent its SYN more than once.
func SynResent(c *analyze.Connection) bool {
	if c.Opening.SynCount <= 1 {
		return false
	}
	late, _ := HeldUp(c, label.SYN)
	return c.Opening.SynCount > late+1
}

// SynAckResent reports whether a SYN-ACK was sent more than once. One with another ISN is not
// that one once more.
func SynAckResent(c *analyze.Connection) bool {
	if c.Opening.SynAckCount <= 1 {
		return false
	}
	late, _ := HeldUp(c, label.SynAck)
	return c.Opening.SynAckCount > late+max(1, SynAckNumbers(&c.Opening))
}

// SynAckNumbers counts the different ISNs of the SYN-ACKs that count: the second ISN behind a
// SYN proxy does not.
func SynAckNumbers(o *analyze.Opening) uint32 {
	if n := uint32(o.SynAckISNs); n == 0 || o.Renumbered == 0 {
		return n
	}
	return uint32(o.SynAckISNs) - 1
}

// BothSentSYN reports whether each end opened, so that each may have sent a
// SYN-ACK with its own ISN.
func BothSentSYN(o *analyze.Opening) bool {
	return o.Outcome == analyze.OpeningSimultaneous || o.Form == analyze.FormSimultaneous || o.Form == analyze.FormSplit
}
