package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
)

var blindRST = Spec{
	Name:       "BLIND-RST",
	Definition: "A RST that does not fit the connection was sent into it, and the connection went on.",
	Conditions: []spec.Condition{
		{Text: "RFC 5961 §3.2 does not accept the RST", Miss: plain + "+.1 B>A R. 1 ack 1\n+.001 A>B . 1 ack 1\n"},
		{Text: "its checksum is not wrong: then it was spoilt on the way, or meant to deceive observers, and whatever its number, its receiver dropped it (RFC 9293 §3.1)",
			Miss: plain + "+.1 B>A R 5000 badsum\n+.01 A>B P. 1:11(10) ack 1\n+.010 B>A . 1 ack 11\n"},
		{Text: "no acceptable RST came before it", Miss: plain + "+.1 A>B R 1\n+.01 A>B R 5000\n+.01 B>A P. 1:11(10) ack 1\n"},
		{Text: "the end that it was sent to went on: with more than a challenge ACK, which is bare and acknowledges nothing sent after the RST", Miss: plain + "+.1 B>A R 5000\n+.001 A>B . 1 ack 1\n"},
		{Text: "what it went on with was not overtaken: an end that has forgotten the connection meanwhile answers late segments with a RST of their acknowledgement number (RFC 9293 §3.10.7.1)",
			Miss: plain + "+.1 A>B P. 1:11(10) ack 1\n+.001 A>B P. 21:31(10) ack 1\n+.001 B>A R 5000\n+.001 A>B P. 11:21(10) ack 1\n"},
		{Text: "the end that it names did not reset the connection itself, with an acceptable RST after it and nothing between that shows that it lives",
			Miss: plain + "+.01 A>B P. 1:11(10) ack 1\n+.1 B>A R. 2001 ack 1\n+.001 A>B P. 11:21(10) ack 1\n+.009 A>B . 21 ack 1\n+.01 B>A R 1\n"},
		{Text: "it is not as an end that knows of no such connection any more answers what had been sent to it before: without ACK, with a number before what its receiver acknowledges by now, " +
			"and that end is silent afterwards",
			Miss: plain + "+.01 B>A P. 1:11(10) ack 1\n+.001 A>B P. 1:11(10) ack 11\n+.001 B>A F. 11:11(0) ack 1\n+.001 A>B . 11 ack 12\n+.01 B>A R 11\n+3 A>B P. 1:11(10) ack 12\n"},
	},
	Clauses: []spec.Clause{{RFC: 5961, Section: "3.2"}, {RFC: 9293, Section: "3.10.7.1"}, {RFC: 9293, Section: "3.10.7.4"}},
	RestsOn: "the number of the RST, and segments after it that are no challenge ACKs. A blind attack looks like that, and so does a RST out of an older connection. " +
		"Certain where the end that the RST names goes on as well. Where it is silent, the RST may be its own, with a number that was not expected because octets before it were lost: its " +
		"receiver goes on all the same, until a RST with the right number comes (RFC 5961 §3.2); likely where that had the time of a round trip between the ends to come " +
		"(where it was not measured: 1 s, RFC 6298 §2.1), else possible: what its receiver sent may have been on its way",
	Next:    "nothing here: the RST changed nothing. Where many come, captures nearer to where they enter; their TTL says how far that may be",
	Most:    Certain,
	Example: plain + "+.1 B>A R 5000\n+.01 A>B P. 1:11(10) ack 1\n+.010 B>A . 1 ack 11\n",
	match: func(x *context, v *Verdict) bool {
		c := &x.Clues
		if c.BlindRst == 0 || c.BlindAfter == 0 || c.BlindLate && c.BlindOwn == 0 {
			return false
		}
		v.add(Item{Why: RstOutside, Packet: c.BlindRst})
		v.add(Item{Why: WentOn, Packet: c.BlindAfter})
		switch {
		case c.BlindOwn != 0:
			v.Confidence = Certain
			v.add(Item{Why: NamedWentOn, Packet: c.BlindOwn})
		case c.BlindFor > x.betweenEnds():
			v.Confidence = Likely
			v.add(Item{Why: NotRepeated, Packet: c.BlindRst, Value: c.BlindFor})
		default:
			v.Confidence = Possible
			v.add(Item{Why: NamedSilent})
		}
		return true
	},
}

// betweenEnds returns the longest round trip between both ends that was
// measured, in nanoseconds, past the tap; 1 s where one of its parts was not (RFC
// 6298 §2.1).
func (x *context) betweenEnds() int64 {
	parts := [...]struct {
		opening int64
		later   analyze.RTT
	}{{x.Opening.RTTServer, x.FromClient.RTT}, {x.Opening.RTTClient, x.FromServer.RTT}}
	sum := int64(0)
	for i := range parts {
		way := max(parts[i].opening, parts[i].later.Max)
		if way < 0 {
			return 1e9
		}
		sum += way
	}
	return sum
}
