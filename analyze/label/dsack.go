package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var dsack = Spec{
	Name:       "D-SACK",
	Group:      Acknowledgement,
	Definition: "The receiver reports that octets reached it twice: sending them again was not necessary, or the network copied them.",
	Conditions: []spec.Condition{
		{Text: "the segment has a SACK option", Miss: opened + "+.1 B>A P. 1:101(100) ack 1\n+.1 A>B . 1:1(0) ack 101"},
		{Text: "the first block lies before the acknowledgement number, or inside the second block",
			Miss: opened + "+.1 B>A P. 101:201(100) ack 1\n+.1 A>B . 1:1(0) ack 1 <sack 101:201>"},
		{Text: "it does not end with a FIN that the segment is the first to acknowledge, together with octets before it: " +
			"Linux leaves the block there that reported the FIN after a gap",
			Miss: opened + "+.1 B>A FP. 101:201(100) ack 1\n+.001 A>B . 1:1(0) ack 1 <sack 101:202>\n+.1 B>A P. 1:101(100) ack 1\n" +
				"+.001 A>B . 1:1(0) ack 202 <sack 101:202>"},
	},
	Clauses: []spec.Clause{{RFC: 2883, Section: "4"}, {RFC: 2018, Section: "4"}},
	Looks:   "segments with a SACK option",
	Example: opened + "+.1 B>A P. 1:101(100) ack 1 win 65160\n+.2 B>A P. 1:101(100) ack 1 win 65160\n" +
		"+.1 A>B . 1:1(0) ack 101 win 64240 <sack 1:101> | ACK D-SACK SHOWN-SPURIOUS ESTABLISHED ESTABLISHED\n",
	on: blocks,
	match: func(c *Context) bool {
		if c.Segment.Flags.Has(wire.RST) {
			return false
		}
		if !c.Facts.DSACK {
			return false
		}
		if p := c.Facts.TwiceReceived; p != 0 {
			c.Evidence.Add(DSACK, ReceivedTwice, p)
		}
		return true
	},
}
