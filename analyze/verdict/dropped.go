package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

// meanwhile is how long before the first SYN an answer to another connection
// still counts as given at the same time, in nanoseconds. A heuristic.
const meanwhile = int64(1e9)

var dropped = Spec{
	Name:       "DROPPED",
	Definition: "The SYNs vanished without any answer: a filter, an overloaded listener, another key of signed segments, or no such host.",
	Conditions: []spec.Condition{
		{Text: "the SYN was sent at least twice", Miss: "0 A>B S 0\n"},
		{Text: "other connections do not show that answers pass elsewhere (ANSWER-UNSEEN)", Miss: oneWay + "1 A>B S 0\n+1 A>B S 0\n"},
		{Text: "no older connection answers it (TIME-WAIT-COLLISION, STALE-CONNECTION)", Miss: "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+60 A>B S =500\n+.01 B>A . 1 ack 1\n+.001 A>B R 1\n+1 A>B S =500\n"},
		{Text: "nothing of the server was captured, and no ICMP error quotes the SYN; the client may have given up with a RST", Miss: "0 A>B S 0\n+1 A>B S 0\n+.010 B>A icmp 3/1 quoting A>B 0"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.8.3"}, {RFC: 6298, Section: "5"}, {RFC: 2385, Section: "2"}, {RFC: 5925, Section: "7.3"}},
	RestsOn: "the silence; likely where connections to the same host that began before are answered meanwhile (a second before the first SYN or later), " +
		"else possible: a capture of one direction only looks the same if no other connection shows that it is one",
	Next:    "a capture beside the server: if the SYNs do not arrive there, a filter, a route or a wrong address on the way; if they do, a filter of the host, or a listener that drops them (on Linux nstat -az TcpExtListenDrops)",
	Most:    Likely,
	Example: "0 A>B S 0\n+1 A>B S 0\n",
	match: func(x *context, v *Verdict) bool {
		if !x.unanswered() || x.nSyns < 2 || x.Opening.ICMPPacket != 0 || x.has(AnswerUnseen) {
			return false
		}
		v.Confidence = Possible
		v.add(Item{Why: SynUnanswered, Packet: x.syn(0).Packet})
		switch signed := x.Opening.ClientOptions.Set; {
		case signed.Has(wire.OptAO):
			v.add(Item{Why: SynSignedAO, Packet: x.syn(0).Packet}) // RFC 5925 §7.3
		case signed.Has(wire.OptMD5):
			v.add(Item{Why: SynSigned, Packet: x.syn(0).Packet}) // RFC 2385 §2
		case x.beside.listener.signs:
			v.add(Item{Why: SynUnsigned, Packet: x.syn(0).Packet})
		}
		last := x.lastSyn()
		v.add(Item{Why: SynAgain, Packet: last.Packet, Than: x.syn(0).Packet, Value: last.Time - x.syn(0).Time})
		switch h := x.beside.host.answered; {
		case x.listenerAnswers():
			v.Confidence = Likely
			v.add(Item{Why: ListenerAnswers})
		case h != 0 && h >= x.syn(0).Time-meanwhile:
			v.Confidence = Likely
			v.add(Item{Why: HostAnswers})
		}
		return true
	},
}

// unanswered reports whether nothing answered the SYN. A RST with which the client finally gave
// up does not count, the answer of an older connection does.
func (x *context) unanswered() bool {
	return x.Clues.OldAck == 0 && (x.Opening.Outcome == analyze.OpeningUnanswered ||
		x.Opening.Outcome == analyze.OpeningReset && x.Closing.RstBy == analyze.ClientSide && x.FromServer.Packets == 0)
}
