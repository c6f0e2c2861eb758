package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

var windowFull = Spec{
	Name:       "WINDOW-FULL",
	Group:      Window,
	Definition: "The sender has used up the window that the other end gave it: it must wait for room.",
	Conditions: []Condition{
		{"it carries payload, and SYN, FIN and RST are clear", stopped[:len(stopped)-len("+.010 B>A .  1:1(0) ack 1001 win 0\n")] + "+.1 A>B F. 1001:1001(0) ack 1"},
		{"both ends' SYNs were captured, so that the window's scale is known",
			"0 A>B P. 1:101(100) ack 1 win 100\n+.01 B>A . 1:1(0) ack 101 win 100\n+.1 A>B P. 101:201(100) ack 1 win 100"},
		{"it does not end before the other end's highest acknowledgement plus its last window",
			opened + "+.1 A>B P. 1:101(100) ack 1"},
		{"nor after that: then the sender knows of more room than was captured", "0 A>B S 0:0(0) win 64240 <mss 1460>\n" +
			"+.010 B>A S. 0:0(0) ack 1 win 1000 <mss 1460>\n+.001 A>B . 1:1(0) ack 1 win 64240\n+.1 A>B P. 1:1002(1001) ack 1 win 64240"},
		{"it carries no MPTCP option: with one the window counts from what is acknowledged of all subflows together",
			"0 A>B S 0:0(0) win 64240 <mss 1460>\n+.010 B>A S. 0:0(0) ack 1 win 1000 <mss 1460>\n" +
				"+.001 A>B . 1:1(0) ack 1 win 64240\n+.1 A>B P. 1:1001(1000) ack 1 win 64240 <dss>"},
		{"nor did the other end's last window come with one", "0 A>B S 0:0(0) win 64240 <mss 1460>\n" +
			"+.010 B>A S. 0:0(0) ack 1 win 1000 <mss 1460>\n+.001 A>B . 1:1(0) ack 1 win 64240\n" +
			"+.01 B>A . 1:1(0) ack 1 win 1000 <dss>\n+.1 A>B P. 1:1001(1000) ack 1 win 64240"},
		{"the other end's last window was not 0", stopped + "+.2 A>B P. 1001:1101(100) ack 1"},
	},
	Clauses: []Clause{{9293, "3.8.6"}, {7323, "2.2"}, {8684, "3.3.4"}},
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
