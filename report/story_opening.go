package report

import (
	"fmt"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// opening tells the handshake: its outcome, its oddities, its segments with
// their arithmetic, and what both ends agreed on.
func (t *story) opening() {
	o := &t.conn.Opening
	text := openingSentence(t.conn)
	if odd := openingOddities(t.conn); len(odd) > 0 {
		text += "; " + odd.join()
	}
	t.section("HANDSHAKE", text, openingTone(o.Outcome))
	opening, _ := t.partSteps()
	t.steps(opening, false)
	for _, line := range optionLines(o) {
		t.env.WriteWrapped(t.out, prose.Plain, sectionIndent, prose.Gap+line)
	}
	t.verdicts(false)
	t.out.WriteByte('\n')
}

// openingSentence says how the connection began.
func openingSentence(c *connection) string {
	o := &c.Opening
	guess := ""
	if c.RolesGuessed && !c.Self() {
		guess = "; who is client and who is server is a guess"
	}
	switch o.Outcome {
	case analyze.OpeningComplete:
		if side := record.MayHaveRefused(c); side != analyze.NoSide {
			return "complete" + took(o) + " if " + sideText(side) + " took the ACK, which came with an old number (RFC 9293 §3.10.7.4, first): " + formText(o.Form) + guess
		}
		return "complete" + took(o) + ": " + formText(o.Form) + guess
	case analyze.OpeningSimultaneous:
		if c.Self() {
			return "simultaneous" + took(o) + ": a socket connected with itself, whose own SYN came back to it (RFC 9293 §3.5)"
		}
		return "simultaneous" + took(o) + ": both ends sent a SYN before the other's arrived (RFC 9293 §3.5, figure 7)" + guess
	case analyze.OpeningRefused:
		return "refused: " + refusal(c)
	case analyze.OpeningReset:
		return "reset before it was complete: " + record.OfSide(c.Closing.RstBy, "the client", "the server") + ", or something between, sent a RST" + rstPacket(c) + beforeAnswer(c)
	case analyze.OpeningHalfOpen:
		if record.SynAckNumbers(o) > 1 {
			return "half-open: " + contradicting(o) + " came, and no acknowledgement of any was captured: several machines or several incarnations answered"
		}
		return "half-open: the SYN-ACK was sent " + prose.Times(uint64(o.SynAckCount)) + " and no acknowledgement of it was captured"
	case analyze.OpeningUnanswered:
		return "unanswered: the SYN was sent " + prose.Times(uint64(o.SynCount)) + tryTime(c) + ", and " + silence(c)
	case analyze.OpeningOneWay:
		return oneWaySentence(c) + guess
	}
	if c.Closing.RstAfter == analyze.RstNoConnection {
		return "none: " + sideText(record.OtherSide(c.Closing.RstBy)) + " sent neither a SYN nor an ACK, without which no connection begins or goes on (RFC 9293 §3.1): a probe, or damage" + guess
	}
	return "not captured: the capture begins in the middle of the connection" + guess
}

func took(o *analyze.Opening) string {
	took := o.OpenedIn()
	if took < 0 {
		return ""
	}
	return " in " + prose.Duration(took)
}

func formText(f analyze.OpeningForm) string {
	switch f {
	case analyze.FormThreeWay:
		return "SYN → SYN-ACK → ACK"
	case analyze.FormSimultaneous:
		return "both ends sent a SYN before the other's arrived (RFC 9293 §3.5, figure 7)"
	case analyze.FormSplit:
		return "both ends sent a SYN, but only the client a SYN-ACK (a split handshake, or a simultaneous open whose first SYN did not arrive)"
	}
	return "not every segment of it was captured"
}

func rstPacket(c *connection) string {
	if c.Closing.RstPacket == 0 {
		return ""
	}
	return fmt.Sprintf(" (packet %d)", c.Closing.RstPacket)
}

// tryTime is the time from the first to the last SYN, if both are known.
func tryTime(c *connection) string {
	var first, last int64
	n := uint32(0)
	for i := range c.Steps {
		if st := &c.Steps[i]; st.Flags&(wire.SYN|wire.ACK) == wire.SYN && st.FromClient {
			if n == 0 {
				first = st.Time
			}
			last = st.Time
			n++
		}
	}
	switch {
	case n < 2:
		return ""
	case n < c.Opening.SynCount:
		return " over more than " + prose.Duration(last-first)
	}
	return " over " + prose.Duration(last-first)
}

func oneWaySentence(c *connection) string {
	side := "client"
	if c.FromClient.Packets == 0 {
		side = "server"
	}
	return "only what the " + side + " sent was captured: whether the other end answered cannot be seen"
}

// contradicting counts SYN-ACKs that do not all have one ISN.
func contradicting(o *analyze.Opening) string {
	return fmt.Sprintf("%s with %d different ISNs", prose.Plural(uint64(o.SynAckCount), "SYN-ACK"), record.SynAckNumbers(o))
}

// acknowledgedOne says which of several SYN-ACKs the handshake goes on with; "" if that is not known.
func acknowledgedOne(c *connection) string {
	o := &c.Opening
	for i := range c.Steps {
		if s := &c.Steps[i]; s.Phase == label.SynAck && s.Seq == o.ServerISN && o.ServerISNKnown && o.AckPacket != 0 {
			return fmt.Sprintf("; packet %d acknowledges that of packet %d", o.AckPacket, s.Packet)
		}
	}
	return ""
}

// sentTimes says how often a SYN or SYN-ACK was sent, or captured where some were held up.
func sentTimes(c *connection, phase label.ID, n uint32) string {
	late, other := record.HeldUp(c, phase)
	if late == 0 {
		return "sent " + prose.Times(uint64(n))
	}
	text := "captured " + prose.Times(uint64(n))
	if late > other {
		text += ", " + prose.Times(uint64(late-other)) + " held up on the way"
	}
	if other > 0 {
		text += ", " + prose.Times(uint64(other)) + " after the handshake, with another window"
	}
	return text
}

// openingOddities are the other remarkable things about the handshake.
func openingOddities(c *connection) phrases {
	o := &c.Opening
	var odd phrases
	if o.SynCount > 1 && o.Outcome != analyze.OpeningUnanswered && o.Outcome != analyze.OpeningSimultaneous {
		odd.add("the SYN was " + sentTimes(c, label.SYN, o.SynCount))
	}
	if o.SynAckCount > 1 && record.SynAckNumbers(o) <= 1 && o.Outcome != analyze.OpeningHalfOpen && !record.BothSentSYN(o) {
		odd.add("the SYN-ACK was " + sentTimes(c, label.SynAck, o.SynAckCount))
	}
	if o.SynAckFirst {
		odd.add("the SYN-ACK stands before the SYN in the capture")
	}
	if o.Renumbered > 0 {
		left := prose.Plural(uint64(o.Renumbered), "segment") + " whose numbers count from the second are"
		if o.Renumbered == 1 {
			left = "1 segment whose numbers count from the second is"
		}
		odd.addf("something between answered the SYN for the server, and asked the server afterwards: SYN-ACKs with two ISNs are acknowledged (packets %d and %d), which one end never does (RFC 9293 §3.10.7.4); %s left out", o.AckPacket, o.RenumberedAck, left)
	}
	if record.SynAckNumbers(o) > 1 && o.Outcome != analyze.OpeningHalfOpen && !record.BothSentSYN(o) {
		odd.addf("%s: several machines or several incarnations answered%s", contradicting(o), acknowledgedOne(c))
	}
	if o.BadAcks > 0 {
		odd.addf("%s acknowledged something other than the client's ISN + 1", prose.Plural(uint64(o.BadAcks), "SYN-ACK"))
	}
	if o.SynData > 0 && o.ClientOptions.Set.Has(wire.OptFastOpen) {
		odd.addf("the SYN carried %s (TCP Fast Open, RFC 7413)", prose.Octets(uint64(o.SynData)))
	} else if o.SynData > 0 {
		odd.add("the SYN carried " + prose.Octets(uint64(o.SynData)))
	}
	if o.AckLater {
		odd.addf("the ACK itself was not captured before what the client sent after it (packet %d)", o.AckPacket)
	} else if o.AckData > 0 {
		odd.add("the segment that completed it carried " + prose.Octets(uint64(o.AckData)))
	}
	odd.add(icmpSentence(c))
	return odd
}

// beforeAnswer says that nothing of the server was captured before the client reset the opening.
func beforeAnswer(c *connection) string {
	if c.Closing.RstBy == analyze.ClientSide && c.FromServer.Packets == 0 {
		return ", and nothing of the server was captured"
	}
	return ""
}

// silence says what came back to an unanswered SYN.
func silence(c *connection) string {
	switch {
	case c.Opening.ServerSynCount > 0:
		return "the server sent a SYN of its own, but no acknowledgement"
	case c.FromServer.Packets > 0 && c.Closing.RstIgnored > 0:
		return "only a RST came back that does not acknowledge it, so that the client drops it (RFC 9293 §3.10.7.3)"
	case c.FromServer.Packets > 0:
		return "nothing came back that acknowledges it"
	case c.Opening.ICMPPacket != 0:
		return "no segment came back"
	case record.OwnRST(c) != 0:
		return fmt.Sprintf("nothing came back until the client sent a RST (packet %d)", record.OwnRST(c))
	case c.Opening.SynCount == 1:
		return "nothing came back while it was captured" // which may have been too short for an answer
	}
	return "nothing came back"
}

// refusal says how the server refused the client.
func refusal(c *connection) string {
	if c.Opening.SynAckCount > 0 {
		return "the server reset the connection after its SYN-ACK" + rstPacket(c)
	}
	return "the server, or something between, answered the SYN with a RST" + rstPacket(c)
}
