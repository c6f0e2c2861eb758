package verdict

import "tcpwatch/analyze/spec"

var unreachable = Spec{
	Name:       "UNREACHABLE",
	Definition: "The network or the host says by an ICMP error that the SYN, or the SYN-ACK, was not delivered.",
	Conditions: []spec.Condition{
		{Text: "an ICMP error quotes the SYN or the SYN-ACK", Miss: "0 A>B S 0\n+.010 B>A icmp 3/1 quoting A>B 500"},
		{Text: "it is neither a Redirect, whose sender has forwarded what it quotes, nor a Source Quench, which TCP ignores", Miss: "0 A>B S 0\n+.010 B>A icmp 5/1 quoting A>B 0"},
		{Text: "the handshake did not become complete afterwards", Miss: "0 A>B S 0\n+.010 B>A icmp 3/1 quoting A>B 0\n+1 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.9.2.2"}},
	RestsOn: "the sequence number that the ICMP error quotes; whoever sends errors can lie (RFC 5927)",
	Next:    "who sent the ICMP error, and its type and code, which the story names: a router that has no route, the last router before a host that answers no ARP or neighbour discovery, a filter that says so, or the host itself",
	Most:    Certain,
	Example: "0 A>B S 0\n+.010 B>A icmp 3/1 quoting A>B 0\n",
	match: func(x *context, v *Verdict) bool {
		if x.Opening.ICMPPacket == 0 || x.Opening.AckPacket != 0 {
			return false
		}
		v.Confidence = Certain
		why := ICMPQuotes
		if x.Opening.ICMPOfServer && x.nSynAcks > 0 {
			why = ICMPQuotesSynAck
		}
		v.add(Item{Why: why, Packet: x.Opening.ICMPPacket})
		return true
	},
}
