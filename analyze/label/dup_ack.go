package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var dupAck = Spec{
	Name:       "DUP-ACK",
	Group:      Acknowledgement,
	Definition: "A duplicate acknowledgement: the receiver says again which octet it waits for.",
	Conditions: []spec.Condition{
		{Text: "the other end has sent octets that are not acknowledged", Miss: opened + "+.1 A>B . 1:1(0) ack 1 win 64240"},
		{Text: "the segment carries no payload", Miss: opened + "+.1 B>A P. 1:101(100) ack 1\n+.1 A>B P. 1:11(10) ack 1 win 64240"},
		{Text: "SYN, FIN and RST are clear", Miss: opened + "+.1 B>A P. 1:101(100) ack 1\n+.1 A>B F. 1:1(0) ack 1 win 64240"},
		{Text: "its acknowledgement number is the highest that this end has sent", Miss: opened + "+.1 B>A P. 1:101(100) ack 1\n+.1 B>A P. 101:201(100) ack 1\n+.1 A>B . 1:1(0) ack 101 win 64240"},
		{Text: "where both ends permitted SACK, and the capture does not cut the options: it reports octets after its acknowledgement number that its last segment did not report; " +
			"else: its window is the one that this end advertised last, or it reports octets after its acknowledgement number by SACK",
			Miss: opened + "+.1 B>A P. 1:101(100) ack 1\n+.1 A>B . 1:1(0) ack 1 win 60000"},
		{Text: "it does not answer a ZERO-WINDOW-PROBE, and is not a DUPLICATE-PACKET", Miss: stopped + "+.2 A>B . 1001:1002(1) ack 1\n+.01 B>A . 1:1(0) ack 1001 win 0"},
	},
	Clauses:   []spec.Clause{{RFC: 5681, Section: "2"}, {RFC: 6675, Section: "2"}},
	Looks:     "segments without payload",
	Wireshark: "Wireshark does not ask whether anything is outstanding",
	Example:   opened + "+.1 B>A P. 101:201(100) ack 1 win 65160\n+.001 A>B . 1:1(0) ack 1 win 64240 | ACK DUP-ACK ESTABLISHED ESTABLISHED\n",
	on:        sameACK,
	match: func(c *Context) bool {
		s, x := c.Segment, c.Facts
		return c.Sending != Copied && !x.Receiver.Probed.ZeroWindow() && s.Flags&(wire.ACK|wire.SYN|wire.FIN|wire.RST) == wire.ACK && s.Len == 0 &&
			x.Sender.Is(flow.SentACK) && s.Ack == x.Sender.Ack && duplicates(c) &&
			x.Receiver.Is(flow.Sent) && x.Receiver.Nxt.After(s.Ack)
	},
}

// duplicates distinguishes a repeated acknowledgement from a window update: by its SACK
// information (RFC 6675 §2), or else its window (RFC 5681 §2), as when its options are
// cut.
func duplicates(c *Context) bool {
	s, x := c.Segment, c.Facts.Sender
	if c.SACK && !s.Options.Set.Has(wire.OptCut) {
		return flow.SACKsBeyond(s) && flow.SACKSum(s) != x.SACKSum
	}
	return s.Window == x.Window || flow.SACKsBeyond(s)
}
