package verdict

import "tcpwatch/analyze/spec"

var answerUnseen = Spec{
	Name:       "ANSWER-UNSEEN",
	Definition: "Whether the SYN was answered cannot be told here: what the server sends does not pass this tap.",
	Conditions: []spec.Condition{
		{Text: "no segment of the server was captured, and no ICMP error quotes the SYN", Miss: oneWay + "1 A>B S 0\n+.01 B>A R. 0 ack 1\n"},
		{Text: "in a connection that began before it, to the same host or, if no server was heard in any, to another, the client acknowledges what was not captured", Miss: "addr E 192.0.2.5:40005\n0 E>B S 0\n1 A>B S 0\n"},
		{Text: "nor was anything of that host captured in the connections that began before", Miss: other + oneWay + "1 A>B S 0\n"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.5"}, {RFC: 9293, Section: "3.5.2"}},
	RestsOn: "the other connections; likely where one to the same host shows it, else possible, as parallel links may take one connection here and another elsewhere. " +
		"A SYN that was not sent again may have been answered, also by a RST; one that was got no answer that its client accepted by then, so DROPPED is not said of it",
	Next:    "a capture where both directions pass: at one of the hosts, or on all parallel links at once",
	Most:    Likely,
	Example: oneWay + "1 A>B S 0\n",
	match: func(x *context, v *Verdict) bool {
		if !x.unanswered() || x.nSyns == 0 || x.FromServer.Packets > 0 || x.Opening.ICMPPacket != 0 {
			return false
		}
		switch h := &x.beside.host; {
		case h.heard:
			return false
		case h.unheard != 0:
			v.Confidence = Likely
			v.add(Item{Why: HostUnheard, Packet: h.unheard})
		case x.beside.unheard != 0:
			v.Confidence = Possible
			v.add(Item{Why: NobodyHeard, Packet: x.beside.unheard})
		default:
			return false
		}
		if last := x.lastSyn(); x.nSyns > 1 {
			v.add(Item{Why: SynAgain, Packet: last.Packet, Than: x.syn(0).Packet, Value: last.Time - x.syn(0).Time})
		}
		return true
	},
}
