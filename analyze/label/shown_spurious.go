package label

import "tcpwatch/analyze/flow"

var shownSpurious = Spec{
	Name:       "SHOWN-SPURIOUS",
	Group:      Acknowledgement,
	Definition: "The acknowledgement shows that a retransmission was spurious: the first copy had arrived.",
	Conditions: []Condition{
		{"one of these: it is a D-SACK of octets that were sent again (where the network copied the retransmission behind " +
			"the tap, this is wrong: a D-SACK does not tell); or it acknowledges octets of a retransmission and " +
			"echoes a timestamp from before it (the Eifel test; of a FIN only where the first copy alone brought that timestamp, or it comes sooner than three quarters of the shortest round trip measured here, a heuristic: some stacks acknowledge a FIN before they take its timestamp); or, without timestamps, it does so sooner after it than half " +
			"of the shortest round trip measured here, where that is above a millisecond and the first copy passed here too " +
			"(a heuristic: the retransmission cannot have been answered yet)",
			stampedData + "+.3 A>B P. 1:101(100) ack 1 <TS val 420 ecr 7>\n+.010 B>A . 1:1(0) ack 101 <TS val 320 ecr 420>"},
		{"for the last two: the retransmission began with the first octet that was not acknowledged, and no other before it " +
			"waits for its acknowledgement",
			stampedData + "+.001 A>B P. 101:201(100) ack 1 <TS val 121 ecr 7>\n+.3 A>B P. 101:201(100) ack 1 <TS val 420 ecr 7>\n" +
				"+.010 B>A . 1:1(0) ack 201 <TS val 320 ecr 120>"},
	},
	Clauses: []Clause{{3522, "3.2"}, {2883, "4"}, {8985, "6.2"}},
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
