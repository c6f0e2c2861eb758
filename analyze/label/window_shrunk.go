package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var windowShrunk = Spec{
	Name:       "WINDOW-SHRUNK",
	Group:      Window,
	Definition: "The receiver takes back room that it had given: the right edge of its window moves left.",
	Conditions: []spec.Condition{
		{Text: "SYN, FIN and RST are clear", Miss: opened + "+.1 A>B F. 1:1(0) ack 1 win 100"},
		{Text: "both ends' SYNs were captured, so that the window's scale is known", Miss: "0 A>B . 1:1(0) ack 1 win 1000\n+1 A>B . 1:1(0) ack 1 win 10"},
		{Text: "it acknowledges no less than this end had acknowledged before", Miss: opened + "+.1 B>A P. 1:101(100) ack 1\n" +
			"+.1 A>B . 1:1(0) ack 101 win 64240\n+.1 A>B . 1:1(0) ack 1 win 64000"},
		{Text: "its acknowledgement plus its window lies before the last one's, by at least the unit in which windows are counted",
			Miss: opened + "+.1 B>A P. 1:101(100) ack 1\n+.1 A>B . 1:1(0) ack 101 win 64140"},
		{Text: "it is not older than a segment captured before it: its timestamp, or IP identification, is not lower",
			Miss: risingIDs + "+.01 A>B . 201:201(0) ack 1 win 65000 id 15\n+.00001 A>B . 201:201(0) ack 1 win 64000 id 14"},
		{Text: "without payload its sequence number is not lower than its sender's next, unless the other end has taken back room", Miss: opened + "+.1 A>B P. 1:11(10) ack 1 win 64240\n+.0001 A>B . 1:1(0) ack 1 win 64000"},
		{Text: "where it repeats number and acknowledgement, its timestamp or IP identification is higher, or it comes 200 ms later (a heuristic)",
			Miss: opened + "+.1 A>B . 1:1(0) ack 1 win 64000"},
		{Text: "it carries no MPTCP option: with one the window counts from what is acknowledged of all subflows together",
			Miss: opened + "+.3 A>B . 1:1(0) ack 1 win 60000 <dss>"},
		{Text: "nor did its sender's last window come with one", Miss: opened + "+.3 A>B . 1:1(0) ack 1 win 64240 <dss>\n+.3 A>B . 1:1(0) ack 1 win 60000"},
		{Text: "it is not a DUPLICATE-PACKET", Miss: risingIDs + "+.01 A>B . 201:201(0) ack 1 win 64000 id 14\n" +
			"+.00001 A>B . 201:201(0) ack 1 win 65000 id 15\n+.00001 A>B . 201:201(0) ack 1 win 64000 id 14"},
		{Text: "it is not an OUT-OF-ORDER", Miss: risingIDs + "+.01 A>B P. 211:221(10) ack 1 win 65000 id 15\n" +
			"+.00001 A>B P. 201:211(10) ack 1 win 64000 id 14"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.8.6"}, {RFC: 7323, Section: "2.4"}, {RFC: 8684, Section: "3.3.4"}},
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
