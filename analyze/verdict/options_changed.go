package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var optionsChanged = Spec{
	Name:       "OPTIONS-CHANGED",
	Definition: "The ends use options otherwise than the handshake captured here allows: these were changed on the way.",
	Conditions: []spec.Condition{
		{Text: "both SYNs were captured with all their options", Miss: "0 B>A S. 0 ack 1 <mss 1460>\n+.001 A>B . 1 ack 1 <TS val 1 ecr 2>\n"},
		{Text: "one of these: (a) SACK blocks that the other end's SYN did not permit; (b) timestamps that were not agreed on; (c) no timestamps in an end's first segment after " +
			"the handshake though both SYNs have them; (d) payload beyond 131,070 octets after the acknowledgement, all of them captured, though window scaling was not agreed on (twice the largest window: an acknowledgement may have been missed); (e) in an end's first segment after its SYN the " +
			"very window of that SYN, if that is below 65,535 and no power of 2, though scaling was agreed on and nothing was received yet, or 1/4, 1/8 … of it, rounded and less what was received, and no power of 2, though one end only offered scaling; (f) SACK blocks before " +
			"the other end's ISN (but for a first one that does not grow: a D-SACK of what is left over from an older connection), or after all that was captured of it and after every window that it was given", Miss: opened},
		{Text: "none of these segments has a wrong checksum, nor a SYN: what is spoilt says nothing (RFC 9293 §3.1)",
			Miss: "0     A>B S  0 win 64240 <mss 1460>\n+.010 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.001 A>B .  1 ack 1\n+.1 A>B . 1 ack 1 <TS val 1 ecr 2> badsum\n"},
	},
	Clauses: []spec.Clause{{RFC: 2018, Section: "4"}, {RFC: 2883, Section: "4"}, {RFC: 7323, Section: "2.2"}, {RFC: 7323, Section: "3.2"}, {RFC: 9293, Section: "3.1"}},
	RestsOn: "segments that break the agreement as captured; an end that breaks it by itself looks the same. No more than possible where only a window that is not scaled shows it, as one that grows to that does. " +
		"If both ends agree that scaling is off, nothing shows that an offer was removed. An MSS that was lowered on the way cannot be seen at one tap",
	Next:    "captures on both sides of each firewall, load balancer and accelerator on the way: the one whose two sides show the SYN with other options",
	Most:    Likely,
	Example: plain + "+.1 A>B . 1 ack 1 <TS val 1 ecr 2>\n",
	match: func(x *context, v *Verdict) bool {
		if agrees(&x.Clues.Client) && agrees(&x.Clues.Server) {
			return false // as most
		}
		for _, e := range [...]*analyze.EndClues{&x.Clues.Client, &x.Clues.Server} {
			for _, odd := range [...]struct {
				packet uint64
				why    Reason
			}{{e.SACK, SACKNotPermitted}, {e.Timestamp, TimestampsNotAgreed}, {e.NoTimestamp, TimestampsGone}, {e.Beyond, BeyondWindow}, {e.SACKOutside, SACKOutside}, {e.Window, x.windowReason()}} {
				if odd.packet == 0 {
					continue
				}
				v.add(Item{Why: odd.why, Packet: odd.packet})
				if v.Confidence = max(v.Confidence, Possible); odd.why != WindowUnscaled {
					v.Confidence = Likely
				}
			}
		}
		return v.Len > 0
	},
}

// windowReason says what a window shows that is scaled otherwise than agreed on.
func (x *context) windowReason() Reason {
	if agreed, _, _ := x.Opening.Agreed(); agreed.Has(wire.OptWindowScale) {
		return WindowUnscaled
	}
	return WindowScaled
}
