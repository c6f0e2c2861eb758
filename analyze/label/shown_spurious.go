package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/spec"
)

var shownSpurious = Spec{
	Name:       "SHOWN-SPURIOUS",
	Group:      Acknowledgement,
	Definition: "The acknowledgement shows that a retransmission was spurious: the first copy had arrived.",
	Conditions: []spec.Condition{
		{Text: "one of these: (a) it is a D-SACK of a segment that was sent again (where the network copied the retransmission after " +
			"the tap, this is wrong: a D-SACK does not tell); or (b) it acknowledges octets of a retransmission and " +
			"echoes a timestamp from before it (the Eifel test; of a FIN only where the first copy alone brought that timestamp, or it comes sooner than three quarters of the shortest round trip measured here, a heuristic: some stacks acknowledge a FIN before they take its timestamp); or (c) without timestamps, it acknowledges octets of a retransmission sooner after that than half " +
			"of the shortest round trip measured here, where that is above a millisecond and the first copy passed here too " +
			"(a heuristic: the retransmission cannot have been answered yet)",
			Miss: stampedData + "+.3 A>B P. 1:101(100) ack 1 <TS val 420 ecr 7>\n+.010 B>A . 1:1(0) ack 101 <TS val 320 ecr 420>"},
		{Text: "in case (a) the D-SACK reports all octets of the retransmission, not a part, as where one segment repeats two " +
			"of which one was lost",
			Miss: stampedData + "+.001 A>B P. 101:201(100) ack 1 <TS val 121 ecr 7>\n+.3 A>B P. 1:201(200) ack 1 <TS val 421 ecr 7>\n" +
				"+.010 B>A . 1:1(0) ack 201 <TS val 320 ecr 421,sack 101:201>"},
		{Text: "in case (a) no copy of the retransmission was captured, unless the capture holds packets twice (more than one in four, a heuristic)",
			Miss: stamped + "+.1 A>B P. 1:101(100) ack 1 id 12 <TS val 120 ecr 7>\n+.3 A>B P. 1:101(100) ack 1 id 13 <TS val 420 ecr 7>\n" +
				"+.001 A>B P. 1:101(100) ack 1 id 13 <TS val 420 ecr 7>\n+.010 B>A . 1:1(0) ack 101 <TS val 320 ecr 420,sack 1:101>"},
		{Text: "in case (b) the retransmission acknowledges no less than a segment captured before it: of others Linux takes no timestamp",
			Miss: stampedData + "+.001 B>A P. 1:11(10) ack 1 <TS val 20 ecr 110>\n+.3 A>B . 101:101(0) ack 11 <TS val 421 ecr 20>\n" +
				"+.001 A>B P. 1:101(100) ack 1 <TS val 420 ecr 7>\n+.010 B>A . 11:11(0) ack 101 <TS val 330 ecr 120>"},
		{Text: "in cases (b) and (c) the retransmission began with the first octet that was not acknowledged, and no other before it " +
			"waits for its acknowledgement",
			Miss: stampedData + "+.001 A>B P. 101:201(100) ack 1 <TS val 121 ecr 7>\n+.3 A>B P. 101:201(100) ack 1 <TS val 420 ecr 7>\n" +
				"+.010 B>A . 1:1(0) ack 201 <TS val 320 ecr 120>"},
	},
	Clauses: []spec.Clause{{RFC: 3522, Section: "3.2"}, {RFC: 2883, Section: "4"}, {RFC: 8985, Section: "6.2"}},
	Looks:   "segments that acknowledge octets sent again",
	Wireshark: "Wireshark's spurious retransmission is one of octets that had been acknowledged already when it passed: " +
		"here the cause `spurious` of the retransmission itself",
	Example: stampedData + "+.3 A>B P. 1:101(100) ack 1 win 64240 <TS val 420 ecr 7>\n" +
		"+.010 B>A . 1:1(0) ack 101 win 65160 <TS val 320 ecr 120> | ACK SHOWN-SPURIOUS ESTABLISHED ESTABLISHED\n",
	on: blocks | clears,
	match: func(c *Context) bool {
		x := c.Facts
		switch {
		case c.Set.Has(DSACK) && x.TwiceSent:
			c.Evidence.Add(ShownSpurious, ReceivedTwice, x.TwiceReceived)
		case x.Sure == flow.ByEcho:
			c.Evidence.Add(ShownSpurious, OlderEcho, x.Receiver.Suspect.Packet)
		case x.Sure == flow.ByTime:
			c.Evidence.Add(ShownSpurious, SoonerThanRTT, x.Receiver.Suspect.Packet)
		default:
			return false
		}
		return true
	},
}
