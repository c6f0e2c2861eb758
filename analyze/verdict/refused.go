package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
)

var refused = Spec{
	Name:       "REFUSED",
	Definition: "A RST in the server's name answered the SYN: nothing listens there, or a filter says so.",
	Conditions: []spec.Condition{
		{Text: "the server's first answer to the SYN is a RST that acknowledges it", Miss: "0 A>B S 0\n+.010 B>A R. 0 ack 500"},
		{Text: "the server had sent no SYN or SYN-ACK: then something listened there, which gave the opening up", Miss: "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.5 B>A R. 1 ack 1\n"},
		{Text: "nothing shows that another machine sent the RST (REFUSED-BETWEEN)", Miss: "0 A>B S 0\n+.002 B>A R. 0 ack 1 ttl 240\n+.010 B>A S. 0 ack 1 ttl 64"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.5.2"}, {RFC: 9293, Section: "3.10.7.1"}},
	RestsOn: "a RST in the server's name; a filter that takes care to look like the server is not told from it",
	Next:    "on the server, whether something listens on this address and port (ss -ltn), and whether a filter rejects (nft list ruleset); view listeners says whether others were taken there meanwhile",
	Most:    Certain,
	Example: "0 A>B S 0\n+.010 B>A R. 0 ack 1\n",
	match: func(x *context, v *Verdict) bool {
		if x.Opening.Outcome != analyze.OpeningRefused || x.Closing.RstAfter != analyze.RstRefused || x.rst < 0 || x.has(RefusedBetween) {
			return false
		}
		v.Confidence = Certain
		answersSyn(x, v)
		return v.Len > 0
	},
}

// answersSyn adds which SYN the RST answers.
func answersSyn(x *context, v *Verdict) {
	r := &x.Steps[x.rst]
	if s := x.answeredSyn(r.Packet); s != nil {
		v.add(Item{Why: RstAnswers, Packet: r.Packet, Than: s.Packet, Value: r.Time - s.Time})
	}
}
