package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var congestionExperienced = Spec{
	Name:       "CE",
	Group:      Whole,
	Definition: "A router on the way marked the packet instead of dropping it: congestion experienced.",
	Conditions: []spec.Condition{
		{Text: "both ECN bits of the IP header are set", Miss: opened + "+.1 A>B P. 1:11(10) ack 1 tos 2"},
		{Text: "RST is clear", Miss: opened + "+.1 A>B R. 1:1(0) ack 1 tos 3"},
	},
	Clauses: []spec.Clause{{RFC: 3168, Section: "5"}},
	Looks:   "every segment",
	Example: opened + "+.1 A>B P. 1:11(10) ack 1 win 64240 tos 3 | DATA CE ESTABLISHED ESTABLISHED\n",
	on:      marked,
	match:   func(c *Context) bool { return c.Segment.TrafficClass&3 == 3 && c.Segment.Flags&wire.RST == 0 },
}
