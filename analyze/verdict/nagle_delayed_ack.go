package verdict

import (
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
)

// Pieces of examples: a handshake at a tap beside the client, a message of it in two pieces, of which
// the second waits for the acknowledgement of the first, and the answer.
var (
	nearClient = "0 A>B S 0 win 64240 <mss 1460>\n+.010 B>A S. 0 ack 1 win 64240 <mss 1460>\n+.0001 A>B . 1 ack 1\n"
	inTwo      = "+.1 A>B P. 1:51(50) ack 1\n+.050 B>A . 1 ack 51\n+.0001 A>B P. 51:151(100) ack 1\n+.010 B>A P. 1:81(80) ack 151\n"
	inTwoMore  = "+.1 A>B P. 151:201(50) ack 81\n+.050 B>A . 81 ack 201\n+.0001 A>B P. 201:301(100) ack 81\n+.010 B>A P. 81:161(80) ack 301\n" +
		"+.1 A>B P. 301:351(50) ack 161\n+.050 B>A . 161 ack 351\n+.0001 A>B P. 351:451(100) ack 161\n+.010 B>A P. 161:241(80) ack 451\n"
)

// insteadOf is the example with the first message replaced.
func insteadOf(from, to string) string { return nearClient + strings.Replace(inTwo, from, to, 1) }

// heldLeast is how many such waits make it likely. A heuristic.
const heldLeast = 3

var nagleDelayedAck = Spec{
	Name:       "NAGLE-DELAYED-ACK",
	Definition: "One end keeps small segments back until those before are acknowledged (Nagle's algorithm), and the other delays its acknowledgements: each waits for the other.",
	Conditions: []spec.Condition{
		{Text: "an end sends a small segment, the other end acknowledges all that it had sent, without payload, and the first one sends the next small segment at once: no later than the shortest round trip from this tap to it and a quarter of that, or 1 ms (heuristics)",
			Miss: insteadOf("+.0001 A>B P. 51", "+.002 A>B P. 51")},
		{Text: "small is what has less payload than the lower MSS of those that the ends announced leaves room for beside the options",
			Miss: insteadOf("P. 51:151(100) ack 1\n+.010 B>A P. 1:81(80) ack 151", ". 51:1511(1460) ack 1\n+.010 B>A P. 1:81(80) ack 1511")},
		{Text: "neither sent payload, or a FIN, in between", Miss: insteadOf(". 1 ack 51", "P. 1:2(1) ack 51")},
		{Text: "the window had room for a full segment before", Miss: strings.Replace(nearClient, "ack 1 win 64240", "ack 1 win 400", 1) + inTwo},
		{Text: "the acknowledgement came 20 ms or more later than after the shortest round trip to its sender (a heuristic: common stacks delay by 40 ms and more), and less than 500 ms later, the most that an acknowledgement may be delayed",
			Miss: insteadOf("+.050 B>A", "+.025 B>A")},
		{Text: "the end never sent a small segment while one before it was not acknowledged, as without Nagle's algorithm", Miss: nearClient + inTwo + "+.1 A>B P. 151:201(50) ack 81\n+.0001 A>B P. 201:301(100) ack 81\n"},
		{Text: "nothing was captured by several clocks, or by one that was set back", Miss: nearClient + inTwo + ".05 A>B . 151 ack 81\n"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.7.4"}, {RFC: 9293, Section: "3.8.6.3"}},
	RestsOn: "times at this tap; likely from three such waits on (a heuristic), else possible, since a program may write at just that moment. A send buffer with room for one message only looks " +
		"the same, and so does a path that is slower for these segments alone",
	Next:    "whether the program of that end writes its messages in several pieces: writing each in one piece mends it, and so does TCP_NODELAY on its socket; the other end can be made to acknowledge sooner (TCP_QUICKACK of Linux)",
	Most:    Likely,
	Example: nearClient + inTwo + inTwoMore,
	match: func(x *context, v *Verdict) bool {
		w, why := &x.FromClient.AckWait, ClientAwaitsAck
		if x.FromServer.AckWait.For > w.For {
			w, why = &x.FromServer.AckWait, ServerAwaitsAck
		}
		if w.Times == 0 {
			return false
		}
		awaitedAck(v, w, why)
		return true
	},
}

// awaitedAck fills in what speaks for the verdict.
func awaitedAck(v *Verdict, w *analyze.AckWait, why Reason) {
	v.Confidence = Possible
	if w.Times >= heldLeast {
		v.Confidence = Likely
	}
	v.add(Item{Why: why, Packet: w.Packet, Than: w.Ack, Value: w.Longest})
	if w.Times > 1 {
		v.add(Item{Why: AckWaitTimes, Value: int64(w.Times)})
		v.add(Item{Why: AckWaitAll, Value: w.For})
	}
	v.add(Item{Why: NeverAtOnce})
}
