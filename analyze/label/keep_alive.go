package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var keepAlive = Spec{
	Name:       "KEEP-ALIVE",
	Group:      Sequence,
	Definition: "The segment asks whether the other end is still there: it repeats the number before the next octet.",
	Conditions: []spec.Condition{
		{Text: "SYN, FIN and RST are clear", Miss: opened + "+.1 A>B P. 1:2(1) ack 1\n+.1 B>A . 1:1(0) ack 2\n+9 A>B F. 1:2(1) ack 1"},
		{Text: "PSH is clear where it carries an octet: with PSH that is data which is sent again",
			Miss: opened + "+.1 A>B P. 1:2(1) ack 1\n+.1 B>A . 1:1(0) ack 2\n+.3 A>B P. 1:2(1) ack 1"},
		{Text: "it carries at most one octet", Miss: opened + "+.1 A>B P. 1:3(2) ack 1\n+.1 B>A . 1:1(0) ack 3\n+9 A>B . 2:4(2) ack 1"},
		{Text: "its sequence number is one below the next one of its sender", Miss: opened + "+9 A>B . 1:1(0) ack 1"},
		{Text: "the other end has acknowledged everything that the sender sent", Miss: opened + "+.1 A>B P. 1:2(1) ack 1\n+.3 A>B P. 1:2(1) ack 1"},
		{Text: "the other end's last window was not 0", Miss: stopped + "+60 A>B . 1000:1000(0) ack 1"},
		{Text: "it does not acknowledge a SYN: a connection that is opening is not idle", Miss: "0 A>B S 0:0(0)\n+.6 B>A S. 0:0(0) ack 1\n+.001 A>B . 0:0(0) ack 1"},
		{Text: "it does not repeat the octet of a ZERO-WINDOW-PROBE, after which its sender sent nothing else",
			Miss: stopped + "+.5 A>B . 1001:1002(1) ack 1\n+.01 B>A . 1:1(0) ack 1002 win 1000\n+1 A>B . 1001:1002(1) ack 1"},
		{Text: "without an octet, it is not older than a segment captured before it, by acknowledgement, timestamp or IP identification: an ACK that an octet or a FIN overtook looks the same",
			Miss: opened + "+.1 B>A P. 1:11(10) ack 1\n+.01 A>B P. 1:2(1) ack 11\n+.01 B>A . 11:11(0) ack 2\n+9 A>B . 1:1(0) ack 1"},
		{Text: "without an octet, it acknowledges more than came with the octet or FIN before the next one, or comes half a second after that (a heuristic: what that overtook comes sooner)",
			Miss: opened + "+.1 A>B P. 1:2(1) ack 1\n+.1 B>A . 1:1(0) ack 2\n+.01 A>B . 1:1(0) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.8.4"}},
	Looks:   "segments with at most one octet",
	Wireshark: "Wireshark does not ask whether everything was acknowledged, so that the repetition of a " +
		"single octet looks like a keep-alive to it",
	Example: opened + "+60 A>B . 0:0(0) ack 1 win 64240 | ACK KEEP-ALIVE ESTABLISHED ESTABLISHED\n",
	on:      behind,
	match: func(c *Context) bool {
		s, x := c.Segment, c.Facts
		return s.Flags&(wire.SYN|wire.FIN|wire.RST) == 0 && (s.Len == 0 || s.Len == 1 && !s.Flags.Has(wire.PSH)) && x.SeqDelta == -1 &&
			x.AllAcked() && !x.AnswersSYN && x.Receiver.Window != 0 && !probesAhead(c) && !(x.Bare && (x.Late || x.NewHere || x.Mark.Time-x.Before < keepAliveSilence))
	},
}

// keepAliveSilence is a heuristic: the least time in nanoseconds without new data of an
// end before it asks whether the other is still there.
const keepAliveSilence = int64(500e6)
