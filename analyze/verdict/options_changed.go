package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
)

var optionsChanged = Spec{
	Name:       "OPTIONS-CHANGED",
	Definition: "The ends use options otherwise than the handshake captured here allows: these were changed on the way.",
	Conditions: []spec.Condition{
		{Text: "both SYNs were captured with all their options", Miss: "0 B>A S. 0 ack 1 <mss 1460>\n+.001 A>B . 1 ack 1 <TS val 1 ecr 2>\n"},
		{Text: "one of these: SACK blocks that the other end's SYN did not permit; timestamps that were not agreed on; no timestamps in an end's first segment after " +
			"the handshake though both SYNs have them; payload without a gap beyond 65,535 octets after the acknowledgement though window scaling was not agreed on; SACK blocks before " +
			"the other end's ISN (but for a first one that does not grow: a D-SACK of what is left over from an older connection), or after all that was captured of it and after every window that it was given", Miss: opened},
		{Text: "none of these segments has a wrong checksum, nor a SYN: what is spoilt says nothing (RFC 9293 §3.1)",
			Miss: "0     A>B S  0 win 64240 <mss 1460>\n+.010 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.001 A>B .  1 ack 1\n+.1 A>B . 1 ack 1 <TS val 1 ecr 2> badsum\n"},
	},
	Clauses: []spec.Clause{{RFC: 2018, Section: "4"}, {RFC: 2883, Section: "4"}, {RFC: 7323, Section: "2.2"}, {RFC: 7323, Section: "3.2"}, {RFC: 9293, Section: "3.1"}},
	RestsOn: "segments that break the agreement as captured; an end that breaks it by itself looks the same. An MSS that was lowered on the way cannot be seen at one tap",
	Most:    Likely,
	Example: plain + "+.1 A>B . 1 ack 1 <TS val 1 ecr 2>\n",
	match: func(x *context, v *Verdict) bool {
		v.Confidence = Likely
		for _, e := range [...]*analyze.EndClues{&x.Clues.Client, &x.Clues.Server} {
			for _, odd := range [...]struct {
				packet uint64
				why    Reason
			}{{e.SACK, SACKNotPermitted}, {e.Timestamp, TimestampsNotAgreed}, {e.NoTimestamp, TimestampsGone}, {e.Beyond, BeyondWindow}, {e.SACKOutside, SACKOutside}} {
				if odd.packet != 0 {
					v.add(Item{Why: odd.why, Packet: odd.packet})
				}
			}
		}
		return v.Len > 0
	},
}
