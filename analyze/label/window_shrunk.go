package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

var windowShrunk = Spec{
	Name:       "WINDOW-SHRUNK",
	Group:      Window,
	Definition: "The receiver takes back room that it had given: the right edge of its window moves left.",
	Conditions: []Condition{
		{"SYN, FIN and RST are clear", opened + "+.1 A>B F. 1:1(0) ack 1 win 100"},
		{"both ends' SYNs were captured, so that the window's scale is known", "0 A>B . 1:1(0) ack 1 win 1000\n+1 A>B . 1:1(0) ack 1 win 10"},
		{"it acknowledges no less than this end had acknowledged before", opened + "+.1 B>A P. 1:101(100) ack 1\n" +
			"+.1 A>B . 1:1(0) ack 101 win 64240\n+.1 A>B . 1:1(0) ack 1 win 64000"},
		{"its acknowledgement plus its window lies before the last one's, by at least the unit in which windows are counted",
			opened + "+.1 B>A P. 1:101(100) ack 1\n+.1 A>B . 1:1(0) ack 101 win 64140"},
		{"it is not older than a segment captured before it: its timestamp, or IP identification, is not lower",
			risingIDs + "+.01 A>B . 201:201(0) ack 1 win 65000 id 15\n+.00001 A>B . 201:201(0) ack 1 win 64000 id 14"},
		{"without payload its sequence number is not lower than its sender's next, unless the other end has taken back room", opened + "+.1 A>B P. 1:11(10) ack 1 win 64240\n+.0001 A>B . 1:1(0) ack 1 win 64000"},
		{"where it repeats number and acknowledgement, its timestamp or IP identification is higher, or it comes 200 ms later (a heuristic)",
			opened + "+.1 A>B . 1:1(0) ack 1 win 64000"},
		{"it carries no MPTCP option: with one the window counts from what is acknowledged of all subflows together",
			opened + "+.3 A>B . 1:1(0) ack 1 win 60000 <dss>"},
		{"nor did its sender's last window come with one", opened + "+.3 A>B . 1:1(0) ack 1 win 64240 <dss>\n+.3 A>B . 1:1(0) ack 1 win 60000"},
		{"it is not a DUPLICATE-PACKET", risingIDs + "+.01 A>B . 201:201(0) ack 1 win 64000 id 14\n" +
			"+.00001 A>B . 201:201(0) ack 1 win 65000 id 15\n+.00001 A>B . 201:201(0) ack 1 win 64000 id 14"},
		{"it is not an OUT-OF-ORDER", risingIDs + "+.01 A>B P. 211:221(10) ack 1 win 65000 id 15\n" +
			"+.00001 A>B P. 201:211(10) ack 1 win 64000 id 14"},
	},
	Clauses: []Clause{{9293, "3.8.6"}, {7323, "2.4"}, {8684, "3.3.4"}},
	Looks:   "segments with ACK",
	Example: opened + "+.3 A>B . 1:1(0) ack 1 win 60000 | ACK WINDOW-SHRUNK ESTABLISHED ESTABLISHED\n",
	on:      narrower,
	match: func(c *Context) bool {
		s, x := c.Segment, c.Facts
		if s.Flags&(wire.ACK|wire.SYN|wire.FIN|wire.RST) != wire.ACK || !x.Sender.Is(flow.SentACK|flow.Scaled) ||
			s.Ack.Before(x.Sender.Ack) || x.Late || x.Undated || x.Refused(s) || c.Sending == Copied || c.Sending == Overtaken {
			return false
		}
		if s.Options.Set.Has(wire.OptMPTCP) || x.Sender.Is(flow.SharedWindow) {
			return false
		}
		was := x.Sender.Ack.Add(x.Sender.LastWindow())
		now := s.Ack.Add(x.Sender.ScaledWindow(s.Window, false))
		return was.Diff(now) >= 1<<x.Sender.Scale
	},
}
