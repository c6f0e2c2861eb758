package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
)

// scanTargets is how many addresses and ports a client must have tried, without
// opening any, to be considered a scanner. A heuristic.
const scanTargets = 16

var halfOpenScan = Spec{
	Name:       "HALF-OPEN-SCAN",
	Definition: "The client asks whether a port is open and does not mean to use it.",
	Conditions: []spec.Condition{
		{Text: "one of these: the client answers the SYN-ACK with a RST and never with an ACK; or the opening is refused, unanswered or half-open and its client tried " +
			"16 or more other addresses and ports before (a heuristic) and opened none", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B R 1\n"},
		{Text: "its client had completed no opening before, or fewer than it had answered SYN-ACKs of other addresses and ports with a RST, and those are 16 or more (a heuristic): who uses connections gives one up as well, such as the slower of two that it has under way at a time (RFC 8305 §5)",
			Miss: "addr C 198.51.100.1:81\n0 A>C S 0\n+.01 C>A S. 0 ack 1\n+.001 A>C . 1 ack 1\n+1 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B R 1\n"},
		{Text: "the client sent one SYN only", Miss: "0 A>B S 0\n+1 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B R 1\n"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.5.2"}, {RFC: 9293, Section: "3.5.3"}},
	RestsOn: "the client's RST; likely with many targets and nothing opened, else, and where it sent none, possible: a client whose program gave up, or whose address " +
		"somebody else uses in SYNs, does the same, and a load balancer or monitor that asks again and again whether servers accept connections",
	Next:    "what else this client sent (-f 'host ADDRESS'): many ports and addresses are a scan, one of them again and again a check whether it accepts",
	Most:    Likely,
	Example: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B R 1\n",
	match: func(x *context, v *Verdict) bool {
		uses := x.beside.completed > 0 // it opens others
		many := x.beside.targets >= scanTargets && uint32(x.beside.targets) > x.beside.completed
		reset := x.resetsSynAck() && (!uses || many)
		failed := x.Opening.Outcome == analyze.OpeningRefused || x.Opening.Outcome == analyze.OpeningUnanswered ||
			x.Opening.Outcome == analyze.OpeningHalfOpen
		if x.nSyns != 1 || !reset && !(failed && many && !uses) {
			return false
		}
		v.Confidence = Possible
		if reset && x.rst >= 0 {
			v.add(Item{Why: RstAfterSynAck, Packet: x.Steps[x.rst].Packet, Than: x.synAck(0).Packet})
		}
		switch {
		case many && uses:
			v.add(Item{Why: ManyReset, Packet: x.syn(0).Packet, Value: int64(x.beside.targets)})
		case many:
			if reset {
				v.Confidence = Likely // a client whose every target is down gives up, too, but answers no SYN-ACK with a RST
			}
			v.add(Item{Why: ManyTargets, Packet: x.syn(0).Packet, Value: int64(x.beside.targets)})
		}
		return true
	},
}

// resetsSynAck reports whether the client answers the SYN-ACK with a RST and never with an ACK.
func (x *context) resetsSynAck() bool {
	return x.Opening.Outcome == analyze.OpeningReset && x.Closing.RstBy == analyze.ClientSide &&
		x.Closing.RstAfter == analyze.RstHandshake && x.Clues.Ignored == 0 && x.nSynAcks > 0 && x.Clues.OldAck == 0
}
