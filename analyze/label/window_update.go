package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var windowUpdate = Spec{
	Name:       "WINDOW-UPDATE",
	Group:      Window,
	Definition: "The receiver says that it has more room than it said before, and acknowledges nothing new.",
	Conditions: []spec.Condition{
		{Text: "the segment carries no payload, and SYN, FIN and RST are clear", Miss: opened + "+.1 A>B P. 1:2(1) ack 1 win 65000"},
		{Text: "it acknowledges what this end had acknowledged before", Miss: opened + "+.1 B>A P. 1:101(100) ack 1\n+.1 A>B . 1:1(0) ack 101 win 65000"},
		{Text: "it is neither a HANDSHAKE-ACK nor an ACK-OF-FIN", Miss: opened + "+1 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.001 A>B . 1:1(0) ack 1 win 65000"},
		{Text: "its window is larger than this end's last", Miss: opened + "+.1 A>B . 1:1(0) ack 1 win 64000"},
		{Text: "its sequence number is the next one of its sender", Miss: opened + "+.1 A>B . 0:0(0) ack 1 win 65000"},
		{Text: "its receiver takes it: it does not stand before what that acknowledges, as a keep-alive does after an octet that the capture missed",
			Miss: opened + "+.1 B>A . 1:1(0) ack 2 win 65160\n+1 A>B . 1:1(0) ack 1 win 65000"},
		{Text: "it is not older than a segment captured before it: its timestamp, or IP identification, is not lower",
			Miss: risingIDs + "+.01 A>B . 201:201(0) ack 1 win 64000 id 15\n+.00001 A>B . 201:201(0) ack 1 win 65000 id 14"},
	},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.8.6"}, {RFC: 9293, Section: "3.10.7.4"}},
	Looks:     "segments without payload",
	Wireshark: "Wireshark calls every change of the window an update, a smaller one too",
	Example:   opened + "+.1 A>B . 1:1(0) ack 1 win 65000 | ACK WINDOW-UPDATE ESTABLISHED ESTABLISHED\n",
	on:        sameACK,
	match: func(c *Context) bool {
		s, x := c.Segment, c.Facts
		return s.Flags&(wire.ACK|wire.SYN|wire.FIN|wire.RST) == wire.ACK && s.Len == 0 && c.Set.Has(Ack) &&
			x.Sender.Is(flow.SentACK) && s.Ack == x.Sender.Ack && x.SeqDelta == 0 && !x.Late && !x.Refused(s) &&
			x.Sender.ScaledWindow(s.Window, false) > x.Sender.LastWindow()
	},
}
