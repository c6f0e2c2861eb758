package report

import (
	"fmt"
	"slices"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// reasonTexts returns a text, with packets, for every reason that applies.
func reasonTexts(c *connection) []string {
	var texts []string
	for why := reason(0); why < reasonCount; why++ {
		if weigh(c, why) > 0 {
			if s := reasonText(c, why); s != "" && !slices.Contains(texts, s) {
				texts = append(texts, s)
			}
		}
	}
	return texts
}

func reasonText(c *connection, why reason) string {
	o, cl := &c.Opening, &c.Closing
	switch why {
	case whyRefused:
		return refusal(c)
	case whyUnanswered:
		return "SYN sent " + prose.Times(uint64(o.SynCount)) + tryTime(c) + packetList(o.SynPackets) + ", " + silence(c) + but(icmpSentence(c))
	case whyHalfOpen:
		return unacknowledged(o) + but(icmpSentence(c))
	case whyOpeningReset:
		return "RST" + rstPacket(c) + " by " + sideText(cl.RstBy) + " before the handshake was complete" + beforeAnswer(c)
	case whyAnswers:
		return answersText(o)
	case whyReset, whyClosedReset, whyDoneReset, whyUnused:
		if o.Outcome == analyze.OpeningRefused || o.Outcome == analyze.OpeningReset {
			return ""
		}
		return resetSentence(c)
	case whyStalled:
		return strings.Join(stallTexts(c, analyze.StalledAfter), ", ")
	case whyReuse:
		return reusedText(&c.TimeWait)
	case whyICMP:
		return icmpLater(c)
	case whyResent:
		all := c.FromClient.Packets + c.FromServer.Packets
		return fmt.Sprintf("%s of %s segments sent again", prose.Thousands(record.Resent(c)), prose.Thousands(all)) + unheard(c)
	case whySlowOpen:
		return slowOpenText(c)
	case whySlowAnswer:
		return serverAnswer(c)
	case whyWaited:
		if o.Outcome == analyze.OpeningUnanswered {
			return "" // how long the SYNs were sent is said
		}
		text := prose.Duration(resendWait(c)) + " of " + prose.Duration(c.End-c.Start) + ": silence before segments that were sent again"
		if weigh(c, whyResent) > 0 {
			return text // which says it
		}
		return text + unheard(c)
	case whyZeroWindow:
		return "zero windows: " + bothEnds(c.FromClient.ZeroWindows, c.FromServer.ZeroWindows, prose.Thousands) + ", which held the other end back for " + prose.Duration(zeroWindowTime(c))
	case whyHalfClosed:
		side := record.FinSide(c)
		if !record.FinSeen(c, record.OtherSide(side)) {
			return "no FIN of " + sideText(record.OtherSide(side)) + " was captured in " + prose.Duration(cl.HalfClosedFor) + " after that of " + sideText(side) + finText(c, side)
		}
		return sideText(side) + " waited " + prose.Duration(cl.HalfClosedFor) + " for the FIN of " + sideText(record.OtherSide(side)) + packetList(cl.FinPackets)
	case whyIgnoredRST:
		if cl.RstIgnored == 1 && o.Outcome == analyze.OpeningUnanswered {
			return "" // that a RST came back is said
		}
		return wasWere(uint64(cl.RstIgnored), "RST") + " ignored"
	case whyMissing:
		return missingText(c)
	}
	return ""
}

// unacknowledged says of a half-open connection which SYN-ACKs nobody acknowledged.
func unacknowledged(o *analyze.Opening) string {
	if record.SynAckNumbers(o) > 1 {
		return contradicting(o) + packetList(o.SynAckPackets) + ", no acknowledgement of any captured"
	}
	return "SYN-ACK sent " + prose.Times(uint64(o.SynAckCount)) + packetList(o.SynAckPackets) + ", no acknowledgement of it captured"
}

// answersText says how SYN-ACKs contradict the SYN, or each other.
func answersText(o *analyze.Opening) string {
	switch {
	case o.BadAcks > 0:
		return prose.Plural(uint64(o.BadAcks), "SYN-ACK") + " did not acknowledge the ISN + 1"
	case o.Outcome == analyze.OpeningHalfOpen:
		return "" // which says it
	}
	return contradicting(o) + packetList(o.SynAckPackets)
}

// unheard says that nothing at all came back, which explains retransmissions unless the other
// direction did not pass here.
func unheard(c *connection) string {
	if side := record.Unseen(c); side != analyze.NoSide && record.Begun(c) && c.Closing.Outcome != analyze.ClosingReset {
		return ", and nothing of " + sideText(side) + " was captured"
	}
	return ""
}

// slowOpenText says what was sent again, and how much of the opening that took.
func slowOpenText(c *connection) string {
	o := &c.Opening
	if o.Outcome == analyze.OpeningUnanswered || o.Outcome == analyze.OpeningHalfOpen {
		return ""
	}
	s := "SYN " + sentTimes(c, label.SYN, o.SynCount) + packetList(o.SynPackets)
	if !record.SynResent(c) {
		s = "SYN-ACK " + sentTimes(c, label.SynAck, o.SynAckCount) + packetList(o.SynAckPackets)
		if record.SynAckNumbers(o) > 1 {
			s = "SYN-ACK sent again" // the packets are told with their ISNs
		}
	}
	if took := o.OpenedIn(); took > 0 {
		s += ", opened after " + prose.Duration(took)
	}
	return s + hadACK(c)
}

// hadACK says that a retransmitted SYN-ACK echoes the timestamp of the ACK, and of no SYN: that
// ACK had arrived (RFC 7323 §4.3).
func hadACK(c *connection) string {
	var ack uint32
	for i := range c.Steps {
		if s := &c.Steps[i]; s.FromClient && s.Packet == c.Opening.AckPacket {
			ack = s.TSVal
		}
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		switch {
		case ack == 0 || s.FromClient && s.Flags.Has(wire.SYN) && s.TSVal == ack:
			return ""
		case !s.FromClient && s.Repeated && s.Phase == label.SynAck && s.TSEcr == ack:
			return fmt.Sprintf(", although the server had the ACK (packet %d), which packet %d echoes: it waits for data (TCP_DEFER_ACCEPT), or has no room",
				c.Opening.AckPacket, s.Packet)
		}
	}
	return ""
}

// but adds a sentence to another one, if there is one.
func but(s string) string {
	if s == "" {
		return ""
	}
	return ", but " + s
}

// packetList names a few packets in brackets.
func packetList(list []uint64) string {
	const most = 3
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(" (packet")
	if len(list) > 1 {
		b.WriteByte('s')
	}
	for i, n := range list[:min(len(list), most)] {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %d", n)
	}
	if len(list) > most {
		b.WriteString(" …")
	}
	return b.String() + ")"
}
