package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
)

// oldAckConditions are the conditions under which an ACK shows an older connection.
var oldAckConditions = []spec.Condition{
	{Text: "an ACK without SYN answers a SYN, which may have fallen into the sequence space of the older connection and be sent again with the same number", Miss: "0 A>B S 0\n+.010 B>A R. 0 ack 1\n+1 A>B S 0\n"},
	{Text: "it does not acknowledge that SYN", Miss: "0 A>B S 0\n+.010 B>A . 1 ack 1\n+1 A>B S 0\n"},
	{Text: "without a SYN-ACK the client does not go on after what the ACK covers: then that is for octets that the capture missed, as the SYN-ACK",
		Miss: "0 A>B S 0\n+.01 B>A P. 1:11(10) ack 501\n+.01 A>B P. 501:511(10) ack 11\n+.01 B>A . 11 ack 511\n"},
	{Text: "the server had not answered with a SYN-ACK before", Miss: "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.010 B>A . 1 ack =5000\n"},
}

var timeWaitCollision = Spec{
	Name:       "TIME-WAIT-COLLISION",
	Definition: "The SYN met an older connection of the same addresses and ports, which answers it with an ACK of its own and is, or may be, in TIME-WAIT.",
	Conditions: append(oldAckConditions[:len(oldAckConditions):len(oldAckConditions)],
		spec.Condition{Text: "nothing shows that the older connection is not in TIME-WAIT (STALE-CONNECTION)", Miss: staleConnection.Example}),
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.6.1"}, {RFC: 9293, Section: "3.10.7.3"}, {RFC: 6191, Section: "2"}},
	RestsOn: "the answer; likely where the server was captured when it entered TIME-WAIT and the client resets the answer, as RFC 9293 §3.5.2 has it, else possible: " +
		"an older connection that was not captured may also be one that the server still holds open (RFC 9293 figure 9)",
	Next: "which end closes first, since that one waits (view time-wait), and how soon the client takes its ports again; with timestamps at both ends a later SYN is taken (RFC 6191 §2)",
	Most: Likely,
	Example: "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 B>A F. 1 ack 1\n+.001 A>B F. 1 ack 2\n+.01 B>A . 2 ack 2\n" +
		"+1 A>B S =500\n+.010 B>A . 2 ack 2\n+.001 A>B R 2\n+1 A>B S =500\n+.010 B>A S. =90000 ack =501\n+.001 A>B . =501 ack =90001\n",
	match: func(x *context, v *Verdict) bool {
		seen, known := x.Clues.OldEnd == analyze.OldTimeWait, None
		if seen {
			known = OldInTimeWait
		}
		return !x.has(StaleConnection) && oldAnswer(x, v, known, seen)
	},
}

// oldAnswer fills v with what shows that the SYN met an older connection, and what is known of that.
// It is likely where that was seen in the older connection, and the client resets the answer.
func oldAnswer(x *context, v *Verdict, known Reason, seen bool) bool {
	c := &x.Clues
	if c.OldAck == 0 || x.nSyns == 0 {
		return false
	}
	v.Confidence = Possible
	v.add(Item{Why: OldAck, Packet: c.OldAck})
	if known != None {
		v.add(Item{Why: known})
	}
	if c.OldRst != 0 {
		if seen {
			v.Confidence = Likely
		}
		v.add(Item{Why: OldRst, Packet: c.OldRst})
	}
	if s := x.lastSyn(); c.OldSyn != 0 {
		v.add(Item{Why: SynAgain, Packet: s.Packet, Than: c.OldSyn, Value: s.Time - c.OldSynAt})
	} else if s.Packet > c.OldAck {
		v.add(Item{Why: SynAgain, Packet: s.Packet, Than: x.syn(0).Packet, Value: s.Time - x.syn(0).Time})
	}
	return true
}
