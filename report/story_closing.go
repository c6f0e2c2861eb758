package report

import (
	"fmt"
	"slices"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// closing tells how the connection ended.
func (t *story) closing() {
	c := t.conn
	_, steps := t.partSteps()
	if text := t.closingSentence(); text != "" || len(steps) > 0 {
		if text == "" {
			text = "none"
		}
		t.section("CLOSE", text, closingTone(c.Closing.Outcome))
		t.steps(steps, true)
	}
	if !closedWhole(c) {
		t.inferred.See(c.ClientState.String())
		t.inferred.See(c.ServerState.String())
		text := "at the end the client is in " + c.ClientState.String() + ", the server in " + c.ServerState.String()
		switch {
		case c.Self():
			text = "at the end the socket is in " + c.ClientState.String()
		case c.ClientState == c.ServerState:
			text = "at the end both ends are in " + c.ClientState.String()
		}
		if c.ServerState == state.Unknown && !c.Self() && c.Opening.SynCount > 0 && c.Opening.SynAckCount == 0 {
			text += ": no SYN-ACK showed that it was listening"
		}
		text += t.ifOwn()
		t.section("STATES", text, prose.Plain)
	}
	if c.Evicted {
		t.section("", "given up to make room (--max-connections): later segments of it count as another connection", prose.Doubt)
	}
}

// ifOwn says what a state rests on where the RST that ended the connection may be of
// something between.
func (t *story) ifOwn() string {
	c := t.conn
	by := c.Closing.RstBy
	if c.Self() || record.OfSide(by, c.ClientState, c.ServerState).Base() != state.Closed || !slices.ContainsFunc(t.env.verdicts, func(v verdict.Verdict) bool {
		return v.ID == verdict.ResetBetween || v.ID == verdict.RefusedBetween
	}) {
		return ""
	}
	return ", " + sideText(by) + " only if the RST was its own"
}

// closedWhole reports whether both FINs were acknowledged: then the steps and TIME-WAIT tell the
// states at the end.
func closedWhole(c *connection) bool {
	over := func(s state.State) bool { return s.Base() == state.Closed || s.Base() == state.TimeWait }
	return (c.Closing.Outcome == analyze.ClosingNormal || c.Closing.Outcome == analyze.ClosingSimultaneous) && over(c.ClientState) && over(c.ServerState)
}

// closingSentence is empty if the handshake already said all.
func (t *story) closingSentence() string {
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
		parts.add(resetSentence(t.conn))
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
		parts.add(wasWere(uint64(c.RstIgnored), "RST") + " ignored")
	}
	return parts.join()
}

func wasWere(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun + " was"
	}
	return prose.Plural(n, noun) + " were"
}

func (t *story) repeatedFINs() uint64 {
	n := uint64(0)
	for i := range t.conn.Steps {
		if st := &t.conn.Steps[i]; st.Repeated && st.Phase == label.FIN {
			n++
		}
	}
	return n
}

// resetSentence says who reset the connection and in which situation; it is
// empty if the handshake already said so.
func resetSentence(conn *connection) string {
	c := &conn.Closing
	who, packet, silent := sideText(c.RstBy), rstPacket(conn), afterSilence(conn)
	if side := record.Unseen(conn); side != analyze.NoSide && record.Begun(conn) {
		return "reset: " + who + " sent a RST" + packet + silent + "; nothing of " + sideText(side) + " was captured"
	}
	switch c.RstAfter {
	case analyze.RstRefused:
		if conn.Opening.Outcome == analyze.OpeningRefused {
			return ""
		}
		return "refused: " + who + " answered a SYN with a RST" + packet
	case analyze.RstHandshake:
		if !record.Begun(conn) {
			return ""
		}
		return "reset in the handshake: " + who + " sent a RST" + packet + " after a SYN-ACK"
	case analyze.RstAbort:
		text := "aborted: " + who + " sent a RST" + packet + " in the open connection" + silent
		if side := record.MayHaveRefused(conn); side != analyze.NoSide {
			text = "reset: " + who + " sent a RST" + packet + silent + "; " + sideText(side) + " may not have opened the connection"
		}
		if resetOnly(conn) {
			text = "reset: " + who + " sent a RST" + packet + silent + ", and nothing else that was captured"
		}
		switch {
		case record.Unused(conn) && conn.Self():
			text += "; the socket had sent itself no payload"
		case record.Unused(conn):
			text += "; neither end had sent any payload"
		}
		return text + unknownThere(conn) + leftUnread(conn)
	case analyze.RstKeepAlive:
		alives := record.OfSide(c.RstBy, conn.FromClient.KeepAlives, conn.FromServer.KeepAlives)
		return "given up: " + who + " sent a RST" + packet + silent + "; it had sent " + prose.Plural(alives, "keep-alive") + ", the last ones unanswered"
	case analyze.RstAfterFIN:
		text := "reset after a FIN"
		if side := record.FinSide(conn); record.FinPacket(conn, side) != 0 {
			text += " of " + sideText(side) + finText(conn, side)
		}
		return text + ": " + who + " sent a RST" + packet + silent + leftUnread(conn)
	case analyze.RstUnreadData:
		other := sideText(record.OtherSide(c.RstBy))
		if c.ActiveCloser == c.RstBy && c.HalfClosedOctets > 0 {
			return "closed, then reset: " + who + " had sent its FIN" + finText(conn, c.RstBy) + ", and answered data of " + other +
				" that came afterwards with a RST" + packet + silent
		}
		data := " was not acknowledged"
		if record.FinSeen(conn, c.RstBy) {
			data += ", or came after the FIN of " + who + finText(conn, c.RstBy)
		}
		return "reset with data outstanding: " + who + " sent a RST" + packet + ", and data of " + other + data + silent + unknownThere(conn)
	case analyze.RstNoConnection:
		return "none: " + who + " knows of no connection, and answered a segment without SYN and ACK with a RST" + packet + " (RFC 9293 §3.10.7.1)"
	case analyze.RstTimeWait:
		return "a RST" + packet + " reached an end in TIME-WAIT (RFC 1337)"
	}
	return "reset: " + who + " sent a RST" + packet + silent
}

// unknownThere says of a RST that it looks like the answer of a host that does not know the
// connection: without ACK, with the number that the other end expects (RFC 9293 §3.10.7.1).
// An end that aborts its own connection may send the same (§3.10.5), though most stacks set
// ACK then: a heuristic. An unsolicited RST is no answer.
func unknownThere(conn *connection) string {
	c, rst := &conn.Closing, record.RstStep(conn)
	if rst == nil || rst.Flags.Has(wire.ACK) || c.FinCount > 0 || c.RstUnasked {
		return "" // who has closed has forgotten the connection for good reason
	}
	return "; it has no ACK, as where a host, or something on the way, knows of no such connection (any more)"
}

// leftUnread says of a RST that it looks like that of an end whose program closed without
// having read all, or wanted an abort: with ACK, after payload of the other end, all of
// which was acknowledged. Its program may have read all of it: that does not show.
func leftUnread(conn *connection) string {
	rst := record.RstStep(conn)
	if rst == nil || !rst.Flags.Has(wire.ACK) || record.OfSide(conn.Closing.RstBy, &conn.FromServer, &conn.FromClient).UniqueOctets == 0 {
		return ""
	}
	return ", as where a program leaves data unread (RFC 9293 §3.6.1) or aborts (§3.10.5)"
}

// timeWait tells who holds TIME-WAIT and until when.
func (t *story) timeWait() {
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
		parts.addf("entered by %s at %s and cut short at %s by the RST in packet %d%s", sideText(tw.Holders), prose.Span(tw.Since-c.Start), end, tw.CutBy, doubt)
	} else {
		holder, peer := record.OfSide(tw.Holders, c.Client, c.Server), record.OfSide(tw.Holders, c.Server, c.Client)
		held := "held by "
		if c.Closing.Inferred {
			held = "by inference held by "
		}
		whole := 2 * int64(t.env.MSL)
		until := "until " + end + " (2MSL = " + prose.Duration(whole) + ", --msl)"
		if tw.ReusedBy != 0 && tw.Until-tw.Since < whole {
			until = "until " + end + ", not for all of 2MSL (" + prose.Duration(whole) + ", --msl)"
		}
		parts.addf("%s %s: %s cannot be used towards %s before, save by a SYN with a higher ISN and no earlier timestamp, or with a later one (RFC 9293 §3.6.1, RFC 6191 §2)",
			held+sideText(tw.Holders), until, holder, peer)
	}
	if side, _ := record.MayHaveClosedFirst(c); side != analyze.NoSide && side != tw.Holders && tw.Holders != analyze.BothSides {
		parts.add(sideText(side) + " may have entered it, too")
	}
	if tw.Restarts > 0 {
		parts.add("restarted " + prose.Times(uint64(tw.Restarts)) + " by a FIN that came again and was acknowledged again")
	}
	if tw.ReusedBy != 0 {
		text := reusedText(tw)
		if tw.Reuse.Unproved() {
			text += ": the SYN may be answered with an ACK"
		}
		parts.add(text)
	}
	t.section("TIME-WAIT", parts.join(), prose.Plain)
}

// reusedText says which connection used the addresses and ports next, and which rule
// allows it.
func reusedText(tw *analyze.TimeWait) string {
	text := fmt.Sprintf("used again by connection %d", tw.ReusedBy)
	switch tw.Reuse {
	case analyze.ReuseNone:
		return text
	case analyze.ReuseUnproved:
		return text + " with neither a higher ISN nor a later timestamp"
	case analyze.ReuseEarlier:
		return text + ", whose SYN has a higher ISN but an earlier timestamp"
	}
	return text + ", whose SYN has a " + tw.Reuse.String()
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
