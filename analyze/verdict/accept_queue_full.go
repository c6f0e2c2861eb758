package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
)

var acceptQueueFull = Spec{
	Name:       "ACCEPT-QUEUE-FULL",
	Definition: "The listener has no room for the connection: for the client it is open, the server takes nothing of it.",
	Conditions: []Condition{
		{"one of these: the handshake is complete and the server sent nothing behind its SYN-ACKs; or nothing answered two or more SYNs",
			opened + "+1 A>B P. 1:11(10) ack 1 <TS val 1111 ecr 700>\n+.3 A>B P. 1:11(10) ack 1 <TS val 1411 ecr 700>\n+.01 B>A . 1 ack 11 <TS val 2700 ecr 1411>\n"},
		{"in the first case the client sent at least two segments behind its ACK, and sent one of them again, or the server sent its SYN-ACK again behind " +
			"the ACK", opened + "+1 A>B P. 1:11(10) ack 1 <TS val 1111 ecr 700>\n+.001 A>B P. 11:21(10) ack 1 <TS val 1112 ecr 700>\n"},
		{"in the second case connections to the same address and port that began before it were answered from a second before the first SYN on",
			"0 A>B S 0\n+1 A>B S 0\n"},
		{"no RST or ICMP error ended the opening", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 B>A R. 1 ack 1\n"},
	},
	Clauses: []label.Clause{{RFC: 9293, Section: "3.8.1"}, {RFC: 9293, Section: "3.10.7.2"}},
	RestsOn: "what the server leaves unanswered; likely in the first case where connections to the listener that began before it go on meanwhile, " +
		"else possible: a path that broke behind the tap, and a server that waits for data (TCP_DEFER_ACCEPT), look the same. " +
		"Each segment left unanswered is one more in ListenOverflows of a Linux host",
	Most: Likely,
	Example: other + "1     A>B S  0 win 64240 <mss 1460>\n+.010 B>A S. 0 ack 1 win 65160 <mss 1460>\n+.001 A>B .  1 ack 1\n" +
		"+1 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n",
	match: func(x *context, v *Verdict) bool {
		if x.Opening.ICMPPacket != 0 || x.rst >= 0 || x.nSyns == 0 {
			return false
		}
		if x.Opening.Outcome == analyze.OpeningUnanswered {
			return synIgnored(x, v)
		}
		if x.Opening.AckPacket == 0 || x.nSynAcks == 0 || x.Opening.Form != analyze.FormThreeWay || x.Clues.ServerProved != 0 {
			return false
		}
		again := synAcksBehindACK(x)
		resent := x.FromClient.Retransmissions >= uint64(x.nSyns) // other than its SYN
		if x.Clues.Ignored < 3 || !resent && again == 0 {
			return false
		}
		v.Confidence = Possible
		v.add(Item{Why: ClientIgnored, Packet: x.Opening.AckPacket, Value: int64(x.Clues.Ignored)})
		if again > 0 {
			last := x.synAck(x.nSynAcks - 1)
			v.add(Item{Why: SynAckAgain, Packet: last.Packet, Than: x.synAck(0).Packet, Value: last.Time - x.synAck(0).Time})
		}
		if p := x.beside.listener.proved; p != 0 && p >= x.completed()-meanwhile {
			v.Confidence = Likely
			v.add(Item{Why: ListenerAccepts})
		}
		return true
	},
}

// synIgnored judges SYNs that nothing answers.
func synIgnored(x *context, v *Verdict) bool {
	if x.nSyns < 2 {
		return false
	}
	if !x.listenerAnswers() {
		return false
	}
	v.Confidence = Possible
	v.add(Item{Why: SynUnanswered, Packet: x.syn(0).Packet})
	v.add(Item{Why: ListenerAnswers})
	return true
}

// synAcksBehindACK counts the SYN-ACKs that were sent again behind the ACK that
// completed the handshake.
func synAcksBehindACK(x *context) int {
	n := 0
	for i := range x.nSynAcks {
		if x.synAck(i).Packet > x.Opening.AckPacket {
			n++
		}
	}
	return n
}
