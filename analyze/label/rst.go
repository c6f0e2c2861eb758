package label

import (
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var rst = Spec{
	Name:       "RST",
	Group:      Phase,
	Definition: "The segment resets the connection, or tries to.",
	Conditions: []spec.Condition{
		{Text: "the RST bit is set", Miss: opened + "+.5 A>B F. 1:1(0) ack 1 win 64240"},
	},
	Clauses: []spec.Clause{{RFC: 9293, Section: "3.5.2"}, {RFC: 9293, Section: "3.5.3"}, {RFC: 5961, Section: "3.2"}},
	Looks:   "every segment",
	Wireshark: "Wireshark counts every RST as the end of the connection; whether this one could end it " +
		"is checked here against RFC 5961 and shown in the states",
	Example: opened + "+.5 A>B R 1 | RST CLOSED CLOSED\n",
	on:      control,
	match:   func(c *Context) bool { return c.Segment.Flags.Has(wire.RST) },
}
