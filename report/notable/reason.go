package notable

import (
	"cmp"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// Reason is why a connection deserves a look. The order is the order in which
// they are listed: what kept a connection from working comes first, then what
// ended it, then what slowed it down, then what the capture does not show.
type Reason uint8

const (
	whyRefused Reason = iota
	whyUnanswered
	whyHalfOpen
	whyOpeningReset
	whyAnswers // SYN-ACKs that contradict each other or the SYN
	whyReset
	whyStalled
	whyReuse
	whyLong    // a path that does not take long packets: a verdict says it
	whyVerdict // what the outcome does not show: see decisive
	whyICMP
	whyResent
	whySlowOpen
	whySlowAnswer
	whyWaited
	whyAckWait
	whyZeroWindow
	whyHalfClosed
	whyClosedReset
	whyDoneReset
	whyUnused
	whyIgnoredRST
	whyMissing
	Count
)

var reasonNames = [Count]string{
	whyRefused:      "refused",
	whyUnanswered:   "unanswered",
	whyHalfOpen:     "half-open",
	whyOpeningReset: "reset while opening",
	whyAnswers:      "contradicting SYN-ACKs",
	whyReset:        "reset",
	whyStalled:      "stalled",
	whyReuse:        "tuple reused without right",
	whyLong:         "long packets lost",
	whyVerdict:      "found in the opening or a RST",
	whyICMP:         "ICMP errors",
	whyResent:       "much resent",
	whySlowOpen:     "SYN or SYN-ACK resent",
	whySlowAnswer:   "slow answer",
	whyWaited:       "waited for what was sent again",
	whyAckWait:      "waited for delayed acknowledgements",
	whyZeroWindow:   "zero window",
	whyHalfClosed:   "long half-closed",
	whyClosedReset:  "reset by a client that had closed",
	whyDoneReset:    "reset by a server whose client had closed",
	whyUnused:       "reset by a client before any payload",
	whyIgnoredRST:   "RST ignored",
	whyMissing:      "octets not captured",
}

func (r Reason) String() string { return reasonNames[r] }

// having says of a number of connections that they have a reason, for each whose name does not
// read well after a number.
var having = [Count]string{
	whyAnswers:    "with contradicting SYN-ACKs",
	whyReuse:      "on a tuple reused without right",
	whyLong:       "with long packets lost",
	whyVerdict:    "with a verdict (see VERDICTS)",
	whyICMP:       "with ICMP errors",
	whyResent:     "with much sent again",
	whySlowOpen:   "with a SYN or SYN-ACK sent again",
	whySlowAnswer: "with a slow answer",
	whyWaited:     "that waited for what was sent again",
	whyAckWait:    "that waited for delayed acknowledgements",
	whyZeroWindow: "with zero windows",
	whyIgnoredRST: "with a RST that was ignored",
	whyMissing:    "with octets not captured",
}

// Counts are numbers of connections by reason.
type Counts [Count]uint64

// Text says how many connections have each reason; "" if none has any.
func (c *Counts) Text() string {
	var rest []string
	for why, n := range c {
		if n > 0 {
			rest = append(rest, prose.Thousands(n)+" "+cmp.Or(having[why], reasonNames[why]))
		}
	}
	return strings.Join(rest, ", ")
}

// firstReason returns the reason under which c is listed, and its weight.
func firstReason(c *analyze.Connection) (Reason, uint64, bool) {
	if uneventful(c) {
		return 0, 0, false
	}
	for why := Reason(0); why < Count; why++ {
		if w := weigh(c, why); w > 0 {
			return why, w, true
		}
	}
	return 0, 0, false
}

// uneventful reports whether c has no reason, as most: it opened, each SYN was sent once, and after that nothing
// was lost, reset or waited for. Then none is weighed. Each condition is the opposite of what a reason needs;
// TestUneventful checks every one.
func uneventful(c *analyze.Connection) bool {
	o, cl, x, y := &c.Opening, &c.Closing, &c.FromClient, &c.FromServer
	return o.Outcome == analyze.OpeningComplete && o.SynCount <= 1 && o.SynAckCount <= 1 && o.SynAckISNs <= 1 && o.BadAcks == 0 &&
		cl.Outcome != analyze.ClosingReset && cl.RstIgnored == 0 && cl.HalfClosedFor < HalfClosedFor && !c.TimeWait.Reuse.Unproved() && c.ICMP.Count == 0 &&
		max(x.Timeouts, y.Timeouts) < analyze.StalledAfter && x.Probed.For|y.Probed.For == 0 && x.Long.Tries|y.Long.Tries == 0 &&
		record.Resent(c) < ResentLeast && y.SlowestAnswer.Wait < SlowAnswer && max(resendWait(c), ackWait(c), zeroWindowTime(c)) < phrase.WaitLeast &&
		x.MissingBytes|y.MissingBytes == 0
}

// weigh returns the weight of a reason for c; 0: it does not apply.
func weigh(c *analyze.Connection, why Reason) uint64 {
	o, cl := &c.Opening, &c.Closing
	switch why {
	case whyRefused:
		return holding(o.Outcome == analyze.OpeningRefused) * max(1, uint64(o.SynCount))
	case whyUnanswered:
		return holding(o.Outcome == analyze.OpeningUnanswered) * max(1, uint64(o.SynCount))
	case whyHalfOpen:
		return holding(o.Outcome == analyze.OpeningHalfOpen) * max(1, uint64(o.SynAckCount))
	case whyOpeningReset:
		return holding(o.Outcome == analyze.OpeningReset)
	case whyAnswers:
		return uint64(o.BadAcks) + holding(record.SynAckNumbers(o) > 1 && !record.BothSentSYN(o))
	case whyReset:
		return holding(cl.Outcome == analyze.ClosingReset && !closedBefore(c) && !clientDone(c) && !record.Unused(c)) * resetWeight(c)
	case whyClosedReset:
		return holding(closedBefore(c))
	case whyDoneReset:
		return holding(clientDone(c))
	case whyUnused:
		return holding(record.Unused(c))
	case whyStalled:
		return uint64(len(phrase.Stalls(c, analyze.StalledAfter)))
	case whyReuse:
		return holding(c.TimeWait.Reuse.Unproved())
	case whyLong:
		return longLost(&c.FromClient) + longLost(&c.FromServer)
	case whyICMP:
		return uint64(c.ICMP.Count)
	case whyResent:
		all := c.FromClient.Packets + c.FromServer.Packets
		if n := record.Resent(c); n >= ResentLeast && n*ResentShare >= all {
			return n
		}
	case whySlowOpen:
		if !record.BothSentSYN(o) && (record.SynResent(c) || record.SynAckResent(c)) {
			return uint64(max(1, o.OpenedIn()))
		}
	case whySlowAnswer:
		return atLeast(c.FromServer.SlowestAnswer.Wait, SlowAnswer)
	case whyWaited:
		return atLeast(resendWait(c), max(phrase.WaitLeast, (c.End-c.Start)/WaitShare))
	case whyAckWait:
		return atLeast(ackWait(c), phrase.WaitLeast)
	case whyZeroWindow:
		return atLeast(zeroWindowTime(c), phrase.WaitLeast) // a fast sender closes a window for microseconds again and again
	case whyHalfClosed:
		if cl.HalfClosedFor >= HalfClosedFor && record.HalfCloseKnown(c) {
			return uint64(cl.HalfClosedFor)
		}
	case whyIgnoredRST:
		return uint64(cl.RstIgnored) * holding(record.OwnRST(c) == 0)
	case whyMissing:
		return c.FromClient.MissingBytes + c.FromServer.MissingBytes
	}
	return 0
}

// closedBefore reports whether a client reset a connection that it had closed itself: it expected
// nothing more, and what came afterwards, such as a TLS alert, has no reader. Most programs close
// this way, and nothing that they asked for is lost. If a server does it a request may be.
func closedBefore(c *analyze.Connection) bool {
	cl, fin := &c.Closing, record.FinPacket(c, analyze.ClientSide)
	return cl.Outcome == analyze.ClosingReset && cl.RstBy == analyze.ClientSide && fin != 0 && fin < cl.RstPacket &&
		(cl.RstAfter == analyze.RstAfterFIN || cl.RstAfter == analyze.RstUnreadData)
}

// clientDone reports whether a server reset a connection that its client had closed, after it had
// answered: each had received what the other had sent, and the server sent nothing after that FIN.
// Many close this way if data of the client is left unread, such as a TLS alert. A server that
// never sent any payload may have lost a request.
func clientDone(c *analyze.Connection) bool {
	cl, fin := &c.Closing, record.FinPacket(c, analyze.ClientSide)
	return cl.Outcome == analyze.ClosingReset && cl.RstBy == analyze.ServerSide && cl.RstAfter == analyze.RstAfterFIN && fin != 0 && fin < cl.RstPacket &&
		c.FromServer.UniqueOctets > 0 && c.FromServer.Unacknowledged == 0 && cl.HalfClosedOctets == 0
}

// ordinary reports whether the reason occurs in most captures: a few examples are
// enough.
func (r Reason) ordinary() bool { return r == whyClosedReset || r == whyDoneReset || r == whyUnused }

// resetWeight puts those first that may have lost something: a RST after octets that got no
// answer in spite of timeouts, then one that no FIN announced, then that of a server.
func resetWeight(c *analyze.Connection) uint64 {
	cl := &c.Closing
	announced := cl.RstAfter == analyze.RstAfterFIN || cl.RstAfter == analyze.RstTimeWait
	return 1 + 4*holding(len(phrase.Stalls(c, analyze.StalledAfter)) > 0) + 2*holding(!announced) + holding(cl.RstBy == analyze.ServerSide)
}

// holding is the weight of a condition.
func holding(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// atLeast is the weight of a time, in nanoseconds; 0 if it is shorter than
// least.
func atLeast(time, least int64) uint64 {
	if time < least {
		return 0
	}
	return uint64(time)
}

// longLost is how often an end sent again what did not arrive because of its length.
func longLost(d *analyze.Direction) uint64 {
	if l := &d.Long; l.Short|l.Reported|l.Alive != 0 {
		return uint64(l.Tries)
	}
	return 0
}

// resendWait is how long nothing was captured before the retransmissions of both
// ends.
func resendWait(c *analyze.Connection) int64 {
	return c.FromClient.ResendWait + c.FromServer.ResendWait
}

// ackWait is by how much acknowledgements that payload of either end waited for came late.
func ackWait(c *analyze.Connection) int64 { return c.FromClient.AckWait.For + c.FromServer.AckWait.For }

// zeroWindowTime is how long a zero window held either end back.
func zeroWindowTime(c *analyze.Connection) int64 {
	return c.FromClient.ZeroWindowTime + c.FromServer.ZeroWindowTime
}
