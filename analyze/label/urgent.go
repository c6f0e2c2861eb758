package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var urgent = Spec{
	Name:       "URGENT",
	Group:      Whole,
	Definition: "The sender marks octets as urgent.",
	Conditions: []spec.Condition{
		{Text: "the URG bit is set", Miss: opened + "+.1 A>B P. 1:11(10) ack 1"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.8.5"}},
	Looks:   "every segment",
	Example: opened + "+.1 A>B P.U 1:11(10) ack 1 win 64240 urg 5 | DATA URGENT ESTABLISHED ESTABLISHED\n",
	on:      marked,
	match:   func(c *Context) bool { return c.Segment.Flags.Has(wire.URG) },
}
