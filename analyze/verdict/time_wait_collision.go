package verdict

import "tcpwatch/analyze/spec"

var timeWaitCollision = Spec{
	Name:       "TIME-WAIT-COLLISION",
	Definition: "The SYN met an older connection of the same addresses and ports, which answers it with an ACK of its own.",
	Conditions: []spec.Condition{
		{Text: "an ACK without SYN answers a SYN, which may have fallen into the sequence space of the older connection and be sent again with the same number", Miss: "0 A>B S 0\n+.010 B>A R. 0 ack 1\n+1 A>B S 0\n"},
		{Text: "it does not acknowledge that SYN", Miss: "0 A>B S 0\n+.010 B>A . 1 ack 1\n+1 A>B S 0\n"},
		{Text: "without a SYN-ACK the client does not go on after what the ACK covers: then that is for octets that the capture missed, as the SYN-ACK",
			Miss: "0 A>B S 0\n+.01 B>A P. 1:11(10) ack 501\n+.01 A>B P. 501:511(10) ack 11\n+.01 B>A . 11 ack 511\n"},
		{Text: "the server had not answered with a SYN-ACK before", Miss: "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.010 B>A . 1 ack =5000\n"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.6.1"}, {RFC: 9293, Section: "3.10.7.3"}, {RFC: 6191, Section: "2"}},
	RestsOn: "the answer; likely where the client resets it, as RFC 9293 §3.5.2 has it, else possible. The older connection may be in TIME-WAIT, " +
		"or be one that only the server still holds open (RFC 9293 figure 9)",
	Most:    Likely,
	Example: "0 A>B S 0\n+.010 B>A . =500 ack =77000\n+.001 A>B R =77000\n+1 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n",
	match: func(x *context, v *Verdict) bool {
		c := &x.Clues
		if c.OldAck == 0 || x.nSyns == 0 {
			return false
		}
		v.Confidence = Possible
		v.add(Item{Why: OldAck, Packet: c.OldAck})
		if c.OldRst != 0 {
			v.Confidence = Likely
			v.add(Item{Why: OldRst, Packet: c.OldRst})
		}
		if s := x.lastSyn(); c.OldSyn != 0 {
			v.add(Item{Why: SynAgain, Packet: s.Packet, Than: c.OldSyn, Value: s.Time - c.OldSynAt})
		} else if s.Packet > c.OldAck {
			v.add(Item{Why: SynAgain, Packet: s.Packet, Than: x.syn(0).Packet, Value: s.Time - x.syn(0).Time})
		}
		return true
	},
}
