package story

import (
	"slices"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// closing tells how the connection ended.
func (t *telling) closing() {
	c := t.conn
	_, steps := t.partSteps()
	if text := t.closingSentence(); text != "" || len(steps) > 0 {
		if text == "" {
			text = "none"
		}
		t.Style.WriteSection(t.out, "CLOSE", text, lexicon.ClosingTone(c.Closing.Outcome))
		t.steps(steps, true)
	}
	if !closedWhole(c) {
		unanswered := c.ServerState == state.Unknown && !c.Self() && c.Opening.SynCount > 0 && c.Opening.SynAckCount == 0
		t.inferred.See(c.ClientState.String())
		if !unanswered { // or its reason is told
			t.inferred.See(c.ServerState.String())
		}
		text := "at the end the client is in " + c.ClientState.String() + ", the server in " + c.ServerState.String()
		switch {
		case c.Self():
			text = "at the end the socket is in " + c.ClientState.String()
		case c.ClientState == c.ServerState:
			text = "at the end both ends are in " + c.ClientState.String()
		}
		if unanswered {
			text += ": no SYN-ACK showed that it was listening"
		}
		text += t.ifOwn() + unheard(c)
		t.Style.WriteSection(t.out, "STATES", text, prose.Plain)
	}
	if c.Evicted {
		t.Style.WriteSection(t.out, "", "given up to make room (--max-connections): later segments of it count as another connection", prose.Doubt)
	}
}

// unheard says why the state of an end is marked that no segment made doubtful.
func unheard(c *analyze.Connection) (text string) {
	for _, end := range [...]analyze.Side{analyze.ClientSide, analyze.ServerSide} {
		name := phrase.Side(end)
		if c.Self() {
			name = "it"
		}
		switch record.OfSide(end, c.ClientDoubt, c.ServerDoubt) {
		case analyze.NextTryOverdue:
			text += "; " + name + " was due to send again, which was not captured: it may have given up"
			if record.OfSide(end, &c.FromServer, &c.FromClient).Packets == 0 {
				text += ", or been answered unseen"
			}
		case analyze.FINUnanswered:
			text += "; no answer of " + name + " to the FIN was captured, which it may have got"
		case analyze.FINOverdue:
			text += "; nothing of " + name + " was captured for longer than many hosts wait for a FIN: it may have forgotten the connection"
		case analyze.SYNUnanswered:
			text += "; no answer of " + name + " to the other SYN was captured, which it may have got"
		}
		if c.Self() {
			break
		}
	}
	return text
}

// ifOwn says what a state rests on where the RST that ended the connection may be of
// something between.
func (t *telling) ifOwn() string {
	c := t.conn
	by := c.Closing.RstBy
	if c.Self() || record.OfSide(by, c.ClientState, c.ServerState).Base() != state.Closed || !t.judged(verdict.ResetBetween, verdict.RefusedBetween) {
		return ""
	}
	return ", " + phrase.Side(by) + " only if the RST was its own"
}

// judged reports whether one of these verdicts was found.
func (t *telling) judged(ids ...verdict.ID) bool {
	return slices.ContainsFunc(t.verdicts, func(v verdict.Verdict) bool { return slices.Contains(ids, v.ID) })
}

// closedWhole reports whether both FINs were acknowledged: then the steps and TIME-WAIT tell the
// states at the end.
func closedWhole(c *analyze.Connection) bool {
	over := func(s state.State) bool { return s.Base() == state.Closed || s.Base() == state.TimeWait }
	return (c.Closing.Outcome == analyze.ClosingNormal || c.Closing.Outcome == analyze.ClosingSimultaneous) && over(c.ClientState) && over(c.ServerState)
}

// closingSentence is empty if the handshake already said all.
func (t *telling) closingSentence() string {
	c := &t.conn.Closing
	var parts phrases
	switch inferred := inferredClose(t.conn); {
	case inferred != "":
		parts.add(inferred)
	case c.Outcome == analyze.ClosingNormal:
		parts.add("normal")
		parts.add(firstCloser(t.conn))
	case c.Outcome == analyze.ClosingSimultaneous && t.conn.Self():
		parts.add("simultaneous: the socket's own FIN came back to it (RFC 9293 §3.6)")
	case c.Outcome == analyze.ClosingSimultaneous:
		parts.add("simultaneous: both ends sent a FIN before the other's arrived (RFC 9293 §3.6, figure 13)")
	case c.Outcome == analyze.ClosingHalfClosed:
		parts.add(oneFIN(t.conn))
	case c.Outcome == analyze.ClosingReset:
		parts.add(phrase.Reset(t.conn))
		if t.judged(verdict.ResetBetween) {
			parts.add("the RST may not be " + phrase.Side(c.RstBy) + "'s own (RESET-BETWEEN)")
		}
	case c.Outcome == analyze.ClosingOpen && record.Begun(t.conn):
		parts.add(noClose(t.conn))
	}
	parts.add(halfClosed(t.conn))
	if c.Segments == 3 {
		parts.add("in three segments: the second FIN carried the acknowledgement of the first")
	}
	if n := t.repeatedFINs(); n > 0 {
		parts.add("a FIN was sent again " + prose.Times(n))
	}
	if c.RstIgnored > 0 && record.OwnRST(t.conn) == 0 {
		parts.add(phrase.WasWere(uint64(c.RstIgnored), "RST") + " ignored")
	}
	return parts.join()
}

func (t *telling) repeatedFINs() uint64 {
	n := uint64(0)
	for i := range t.conn.Steps {
		if st := &t.conn.Steps[i]; st.Repeated && st.Phase == label.FIN {
			n++
		}
	}
	return n
}

// timeWait tells who holds TIME-WAIT and until when.
func (t *telling) timeWait() {
	c, tw := t.conn, &t.conn.TimeWait
	if tw.Holders == analyze.NoSide {
		return
	}
	end := prose.Span(tw.Until - c.Start)
	var parts phrases
	if tw.CutBy != 0 {
		doubt := ", unless its stack takes none there (RFC 1337)"
		if c.Closing.RstPacket == tw.CutBy && c.Closing.RstBy == tw.Holders {
			doubt = ": it has forgotten the connection" // its own
		}
		parts.addf("entered by %s at %s and cut short at %s by the RST in packet %d%s", phrase.Side(tw.Holders), prose.Span(tw.Since-c.Start), end, tw.CutBy, doubt)
	} else {
		holder, peer := record.OfSide(tw.Holders, c.Client, c.Server), record.OfSide(tw.Holders, c.Server, c.Client)
		held := "held by "
		if c.Closing.Inferred {
			held = "by inference held by "
		}
		whole := 2 * int64(t.MSL)
		until := "until " + end + " (2MSL = " + prose.Duration(whole) + ", --msl)"
		if tw.ReusedBy != 0 && tw.Until-tw.Since < whole {
			until = "until " + end + ", not for all of 2MSL (" + prose.Duration(whole) + ", --msl)"
		}
		parts.addf("%s %s: %s cannot be used towards %s before, save by a SYN with a higher ISN and no earlier timestamp, or with a later one (RFC 9293 §3.6.1, RFC 6191 §2)",
			held+phrase.Side(tw.Holders), until, holder, peer)
	}
	if side, _ := record.MayHaveClosedFirst(c); side != analyze.NoSide && side != tw.Holders && tw.Holders != analyze.BothSides {
		parts.add(phrase.Side(side) + " may have entered it, too")
	}
	if tw.Restarts > 0 {
		parts.add("restarted " + prose.Times(uint64(tw.Restarts)) + " by a FIN that came again and was acknowledged again")
	}
	if tw.ReusedBy != 0 {
		text := phrase.Reuse(tw)
		if tw.Reuse.Unproved() {
			text += ": the SYN may be answered with an ACK"
		}
		parts.add(text)
	}
	t.Style.WriteSection(t.out, "TIME-WAIT", parts.join(), prose.Plain)
}

// inferredOf says how many of a number are inferred; "" if none is.
func inferredOf(n, of uint64) string {
	switch {
	case n == 0:
		return ""
	case n == of:
		return " (inferred)"
	}
	return " (" + prose.Thousands(n) + " of them inferred)"
}
