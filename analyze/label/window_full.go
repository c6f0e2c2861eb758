package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var windowFull = Spec{
	Name:       "WINDOW-FULL",
	Group:      Window,
	Definition: "The sender has used up the window that the other end gave it: it must wait for room.",
	Conditions: []spec.Condition{
		{Text: "it carries payload, and SYN, FIN and RST are clear", Miss: stopped[:len(stopped)-len("+.010 B>A .  1:1(0) ack 1001 win 0\n")] + "+.1 A>B F. 1001:1001(0) ack 1"},
		{Text: "both ends' SYNs were captured, so that the window's scale is known",
			Miss: "0 A>B P. 1:101(100) ack 1 win 100\n+.01 B>A . 1:1(0) ack 101 win 100\n+.1 A>B P. 101:201(100) ack 1 win 100"},
		{Text: "it does not end before the other end's highest acknowledgement plus its last window",
			Miss: opened + "+.1 A>B P. 1:101(100) ack 1"},
		{Text: "nor after that: then the sender knows of more room than was captured", Miss: "0 A>B S 0:0(0) win 64240 <mss 1460>\n" +
			"+.010 B>A S. 0:0(0) ack 1 win 1000 <mss 1460>\n+.001 A>B . 1:1(0) ack 1 win 64240\n+.1 A>B P. 1:1002(1001) ack 1 win 64240"},
		{Text: "it carries no MPTCP option: with one the window counts from what is acknowledged of all subflows together",
			Miss: "0 A>B S 0:0(0) win 64240 <mss 1460>\n+.010 B>A S. 0:0(0) ack 1 win 1000 <mss 1460>\n" +
				"+.001 A>B . 1:1(0) ack 1 win 64240\n+.1 A>B P. 1:1001(1000) ack 1 win 64240 <dss>"},
		{Text: "nor did the other end's last window come with one", Miss: "0 A>B S 0:0(0) win 64240 <mss 1460>\n" +
			"+.010 B>A S. 0:0(0) ack 1 win 1000 <mss 1460>\n+.001 A>B . 1:1(0) ack 1 win 64240\n" +
			"+.01 B>A . 1:1(0) ack 1 win 1000 <dss>\n+.1 A>B P. 1:1001(1000) ack 1 win 64240"},
		{Text: "the other end's last window was not 0", Miss: stopped + "+.2 A>B P. 1001:1101(100) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.8.6"}, {RFC: 7323, Section: "2.2"}, {RFC: 8684, Section: "3.3.4"}},
	Looks:   "segments with payload",
	Example: "0     A>B S  0:0(0) win 64240 <mss 1460>\n+.010 B>A S. 0:0(0) ack 1 win 1000 <mss 1460>\n" +
		"+.001 A>B .  1:1(0) ack 1 win 64240\n+.1   A>B P. 1:1001(1000) ack 1 win 64240 | DATA WINDOW-FULL ESTABLISHED ESTABLISHED\n",
	on: payload,
	match: func(c *Context) bool {
		s, x := c.Segment, c.Facts
		if s.Len == 0 || s.Flags.Any(wire.SYN|wire.FIN|wire.RST) || !x.Receiver.Is(flow.SentACK|flow.Scaled) {
			return false
		}
		if s.Options.Set.Has(wire.OptMPTCP) || x.Receiver.Is(flow.SharedWindow) {
			return false
		}
		room := x.Receiver.LastWindow()
		return room > 0 && s.End() == x.Receiver.Ack.Add(room)
	},
}
