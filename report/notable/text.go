package notable

import (
	"fmt"
	"slices"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// reasonTexts returns a text, with packets, for every reason that applies.
func reasonTexts(c *analyze.Connection) []string {
	var texts []string
	for why := Reason(0); why < Count; why++ {
		if weigh(c, why) > 0 {
			if s := reasonText(c, why); s != "" && !slices.Contains(texts, s) {
				texts = append(texts, s)
			}
		}
	}
	return texts
}

func reasonText(c *analyze.Connection, why Reason) string {
	o, cl := &c.Opening, &c.Closing
	switch why {
	case whyRefused:
		return phrase.Refusal(c)
	case whyUnanswered:
		return "SYN sent " + prose.Times(uint64(o.SynCount)) + phrase.TryTime(c) + phrase.Packets(o.SynPackets) + ", " + phrase.Silence(c) + but(phrase.ICMPOfOpening(c))
	case whyHalfOpen:
		return unacknowledged(o) + but(phrase.ICMPOfOpening(c))
	case whyOpeningReset:
		return "RST" + phrase.RstPacket(c) + " by " + phrase.Side(cl.RstBy) + " before the handshake was complete" + phrase.BeforeAnswer(c)
	case whyAnswers:
		return answersText(o)
	case whyReset, whyClosedReset, whyDoneReset, whyUnused:
		if o.Outcome == analyze.OpeningRefused || o.Outcome == analyze.OpeningReset {
			return ""
		}
		return phrase.Reset(c)
	case whyStalled:
		return strings.Join(phrase.Stalls(c, analyze.StalledAfter), ", ")
	case whyReuse:
		return phrase.Reuse(&c.TimeWait)
	case whyICMP:
		return phrase.ICMP(c)
	case whyResent:
		all := c.FromClient.Packets + c.FromServer.Packets
		return fmt.Sprintf("%s of %s segments sent again", prose.Thousands(record.Resent(c)), prose.Thousands(all)) + unheard(c)
	case whySlowOpen:
		return slowOpenText(c)
	case whySlowAnswer:
		return phrase.SlowAnswer(c)
	case whyWaited:
		if o.Outcome == analyze.OpeningUnanswered {
			return "" // how long the SYNs were sent is said
		}
		text := prose.Duration(resendWait(c)) + " of " + prose.Duration(c.End-c.Start) + ": silence before what was sent again"
		if weigh(c, whyResent) > 0 {
			return text // which says it
		}
		return text + unheard(c)
	case whyAckWait:
		return prose.Duration(ackWait(c)) + " of " + prose.Duration(c.End-c.Start) + ": acknowledgements that payload waited for came late"
	case whyZeroWindow:
		return "zero windows: " + phrase.BothEnds(c.FromClient.ZeroWindows, c.FromServer.ZeroWindows, prose.Thousands) + ", which held the other end back for " + prose.Duration(zeroWindowTime(c))
	case whyHalfClosed:
		side := record.FinSide(c)
		if !record.FinSeen(c, record.OtherSide(side)) {
			return "no FIN of " + phrase.Side(record.OtherSide(side)) + " was captured in " + prose.Duration(cl.HalfClosedFor) + " after that of " + phrase.Side(side) + phrase.FinPacket(c, side)
		}
		return phrase.Side(side) + " waited " + prose.Duration(cl.HalfClosedFor) + " for the FIN of " + phrase.Side(record.OtherSide(side)) + phrase.Packets(cl.FinPackets)
	case whyIgnoredRST:
		if cl.RstIgnored == 1 && o.Outcome == analyze.OpeningUnanswered {
			return "" // that a RST came back is said
		}
		return phrase.WasWere(uint64(cl.RstIgnored), "RST") + " ignored"
	case whyMissing:
		return phrase.Missing(c)
	}
	return ""
}

// unacknowledged says of a half-open connection which SYN-ACKs nobody acknowledged.
func unacknowledged(o *analyze.Opening) string {
	if record.SynAckNumbers(o) > 1 {
		return phrase.Contradicting(o) + phrase.Packets(o.SynAckPackets) + ", no acknowledgement of any captured"
	}
	return "SYN-ACK sent " + prose.Times(uint64(o.SynAckCount)) + phrase.Packets(o.SynAckPackets) + ", no acknowledgement of it captured"
}

// answersText says how SYN-ACKs contradict the SYN, or each other.
func answersText(o *analyze.Opening) string {
	switch {
	case o.BadAcks > 0:
		return prose.Plural(uint64(o.BadAcks), "SYN-ACK") + " did not acknowledge the ISN + 1"
	case o.Outcome == analyze.OpeningHalfOpen:
		return "" // which says it
	}
	return phrase.Contradicting(o) + phrase.Packets(o.SynAckPackets)
}

// unheard says that nothing at all came back, which explains retransmissions unless the other
// direction did not pass here.
func unheard(c *analyze.Connection) string {
	if side := record.Unseen(c); side != analyze.NoSide && record.Begun(c) && c.Closing.Outcome != analyze.ClosingReset {
		return ", and nothing of " + phrase.Side(side) + " was captured"
	}
	return ""
}

// slowOpenText says what was sent again, and how much of the opening that took.
func slowOpenText(c *analyze.Connection) string {
	o := &c.Opening
	if o.Outcome == analyze.OpeningUnanswered || o.Outcome == analyze.OpeningHalfOpen {
		return ""
	}
	s := "SYN " + phrase.SentTimes(c, label.SYN, o.SynCount) + phrase.Packets(o.SynPackets)
	if !record.SynResent(c) {
		s = "SYN-ACK " + phrase.SentTimes(c, label.SynAck, o.SynAckCount) + phrase.Packets(o.SynAckPackets)
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
func hadACK(c *analyze.Connection) string {
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
