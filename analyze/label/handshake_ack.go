package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var handshakeAck = Spec{
	Name:       "HANDSHAKE-ACK",
	Group:      Phase,
	Definition: "The segment acknowledges the other end's SYN: the third segment of the handshake.",
	Conditions: []spec.Condition{
		{Text: "the ACK bit is set and SYN, FIN and RST are clear", Miss: "0 A>B S 0:0(0)\n+.01 B>A S. 0:0(0) ack 1\n+.01 A>B F. 1:1(0) ack 1"},
		{Text: "the other end sent a SYN or SYN-ACK, for the first time or again, since the last segment that acknowledged it",
			Miss: opened + "+.1 A>B . 1:1(0) ack 1"},
		{Text: "the acknowledgement number lies after the other end's ISN and not beyond what it sent, or where octets were missed, may have sent within the window",
			Miss: "0 A>B S 0:0(0)\n+.01 B>A S. 0:0(0) ack 1\n+.01 A>B . 1:1(0) ack 0"},
		{Text: "its sender did not answer that SYN with a SYN-ACK of its own: what it answers to the SYN when it comes again is no part of the handshake",
			Miss: "0 A>B S 0:0(0)\n+.01 B>A S. 0:0(0) ack 1\n+1 A>B S 0:0(0)\n+.01 B>A . 1:1(0) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.5"}, {RFC: 9293, Section: "3.10.7.4"}},
	Looks:   "segments with ACK, with or without data",
	Example: opened[:len(opened)-1] + " | HANDSHAKE-ACK ESTABLISHED ESTABLISHED\n",
	on:      answers,
	match: func(c *Context) bool {
		return c.Segment.Flags&(wire.ACK|wire.SYN|wire.FIN|wire.RST) == wire.ACK && c.Facts.AnswersSYN && !synAcked(c.Facts)
	},
}

// synAcked reports whether the sender answered the other end's SYN with a SYN-ACK. To the same SYN, when it
// comes again, it sends an ACK as to anything outside its window (RFC 9293 §3.10.7.4, first), and once the
// connection is open to any SYN (RFC 5961 §4.2).
func synAcked(x *flow.Facts) bool {
	return x.Sender.Has&(flow.SentSYN|flow.SentBareSYN) == flow.SentSYN && x.Receiver.Is(flow.SentBareSYN)
}
