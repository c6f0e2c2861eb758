package story

import (
	"fmt"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// opening tells the handshake: its outcome, its oddities, its segments with
// their arithmetic, and what both ends agreed on.
func (t *telling) opening() {
	o := &t.conn.Opening
	text := openingSentence(t.conn)
	if odd := openingOddities(t.conn); len(odd) > 0 {
		text += "; " + odd.join()
	}
	t.Style.WriteSection(t.out, "HANDSHAKE", text, lexicon.OpeningTone(o.Outcome))
	opening, _ := t.partSteps()
	t.steps(opening, false)
	for _, line := range optionLines(o) {
		t.Style.WriteWrapped(t.out, prose.Plain, prose.SectionIndent, prose.Gap+line)
	}
	t.found(false)
	t.out.WriteByte('\n')
}

// openingSentence says how the connection began.
func openingSentence(c *analyze.Connection) string {
	o := &c.Opening
	guess := ""
	if c.RolesGuessed && !c.Self() {
		guess = "; who is client and who is server is a guess"
	}
	switch o.Outcome {
	case analyze.OpeningComplete:
		if side := record.MayHaveRefused(c); side != analyze.NoSide {
			return "complete" + took(o) + " if " + phrase.Side(side) + " took the ACK, which came with an old number (RFC 9293 §3.10.7.4, first): " + formText(o.Form) + guess
		}
		return "complete" + took(o) + ": " + formText(o.Form) + guess
	case analyze.OpeningSimultaneous:
		if c.Self() {
			return "simultaneous" + took(o) + ": a socket connected with itself, whose own SYN came back to it (RFC 9293 §3.5)"
		}
		return "simultaneous" + took(o) + ": both ends sent a SYN before the other's arrived (RFC 9293 §3.5, figure 7)" + guess
	case analyze.OpeningRefused:
		return "refused: " + phrase.Refusal(c)
	case analyze.OpeningReset:
		return "reset before it was complete: " + record.OfSide(c.Closing.RstBy, "the client", "the server") + ", or something between, sent a RST" + phrase.RstPacket(c) + phrase.BeforeAnswer(c)
	case analyze.OpeningHalfOpen:
		if record.SynAckNumbers(o) > 1 {
			return "half-open: " + phrase.Contradicting(o) + " came, and no acknowledgement of any was captured: several machines or several incarnations answered"
		}
		return "half-open: the SYN-ACK was sent " + prose.Times(uint64(o.SynAckCount)) + " and no acknowledgement of it was captured"
	case analyze.OpeningUnanswered:
		return "unanswered: the SYN was sent " + prose.Times(uint64(o.SynCount)) + phrase.TryTime(c) + ", and " + phrase.Silence(c)
	case analyze.OpeningOneWay:
		return oneWaySentence(c) + guess
	}
	if c.Closing.RstAfter == analyze.RstNoConnection {
		return "none: " + phrase.Side(record.OtherSide(c.Closing.RstBy)) + " sent neither a SYN nor an ACK, without which no connection begins or goes on (RFC 9293 §3.1): a probe, or damage" + guess
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

func oneWaySentence(c *analyze.Connection) string {
	side := "client"
	if c.FromClient.Packets == 0 {
		side = "server"
	}
	return "only what the " + side + " sent was captured: whether the other end answered cannot be seen"
}

// acknowledgedOne says which of several SYN-ACKs the handshake goes on with; "" if that is not known.
func acknowledgedOne(c *analyze.Connection) string {
	o := &c.Opening
	for i := range c.Steps {
		if s := &c.Steps[i]; s.Phase == label.SynAck && s.Seq == o.ServerISN && o.ServerISNKnown && o.AckPacket != 0 {
			return fmt.Sprintf("; packet %d acknowledges that of packet %d", o.AckPacket, s.Packet)
		}
	}
	return ""
}

// openingOddities are the other remarkable things about the handshake.
func openingOddities(c *analyze.Connection) phrases {
	o := &c.Opening
	var odd phrases
	if o.SynCount > 1 && o.Outcome != analyze.OpeningUnanswered && o.Outcome != analyze.OpeningSimultaneous {
		odd.add("the SYN was " + phrase.SentTimes(c, label.SYN, o.SynCount))
	}
	if o.SynAckCount > 1 && record.SynAckNumbers(o) <= 1 && o.Outcome != analyze.OpeningHalfOpen && !record.BothSentSYN(o) {
		odd.add("the SYN-ACK was " + phrase.SentTimes(c, label.SynAck, o.SynAckCount))
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
		odd.addf("%s: several machines or several incarnations answered%s", phrase.Contradicting(o), acknowledgedOne(c))
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
	odd.add(phrase.ICMPOfOpening(c))
	return odd
}
