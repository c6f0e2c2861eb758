package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

var zeroWindowProbe = Spec{
	Name:       "ZERO-WINDOW-PROBE",
	Group:      Sequence,
	Definition: "The sender asks a receiver that closed its window whether it has room again.",
	Conditions: []spec.Condition{
		{Text: "SYN, FIN and RST are clear", Miss: stopped + "+.2 A>B F. 1000:1001(1) ack 1"},
		{Text: "the other end's last window was 0; or it was before, the sender has sent nothing but probes since, and now sends a new octet, or that of the last probe again, " +
			"alone and without PSH: it has not met the window that was captured, which would take more than that, and the last octet that there is has PSH",
			Miss: stopped + "+.3 B>A . 1:1(0) ack 1001 win 4000\n+.7 A>B P. 1001:1002(1) ack 1"},
		{Text: "the other end has acknowledged everything that the sender sent, but for earlier probes", Miss: stopped[:len(stopped)-len("+.010 B>A .  1:1(0) ack 1001 win 0\n")] +
			"+.010 B>A . 1:1(0) ack 501 win 0\n+.2 A>B . 1000:1000(0) ack 1"},
		{Text: "without an octet, it is not older than a segment captured before it: its acknowledgement, and its timestamp or IP identification, are not lower",
			Miss: stopped + "+.1 B>A P. 1:11(10) ack 1001 win 0\n+.01 A>B . 1001:1001(0) ack 11\n+.01 A>B . 1000:1000(0) ack 1"},
		{Text: "it repeats the number before the next octet, with at most one octet, or sends the next octet alone",
			Miss: stopped + "+.2 A>B . 1001:1003(2) ack 1"},
	},
	Clauses:   []spec.Clause{{RFC: 9293, Section: "3.8.6.1"}, {RFC: 9293, Section: "3.8.6.2.1"}, {RFC: 9293, Section: "3.9.1.2"}},
	Looks:     "segments with at most one octet",
	Wireshark: "Wireshark knows only probes of one new octet; it calls Linux's probes keep-alives",
	Example:   stopped + "+.2 A>B . 1000:1000(0) ack 1 win 64240 | ACK ZERO-WINDOW-PROBE ESTABLISHED ESTABLISHED\n",
	on:        shut,
	match: func(c *Context) bool {
		s, x := c.Segment, c.Facts
		if s.Flags.Any(wire.SYN|wire.FIN|wire.RST) || !x.Receiver.Is(flow.SentACK) || s.Len > 1 || x.Late && x.Bare {
			return false
		}
		if x.Receiver.Window != 0 {
			return x.Sender.Is(flow.Stopped) && x.Receiver.LastWindow() > 1 && !s.Flags.Has(wire.PSH) && probesAhead(c)
		}
		return x.SeqDelta == -1 && x.AllAcked() || probesAhead(c)
	},
}

// probesAhead reports whether the segment is one octet after what the other end has
// acknowledged, or that of the last probe again.
func probesAhead(c *Context) bool {
	s, x := c.Segment, c.Facts
	return s.Len == 1 && (x.SeqDelta == 0 && x.AllAcked() || x.SeqDelta == -1 && x.Sender.HasProbe && x.Sender.ProbeAt == s.Seq)
}
