package report

import (
	"fmt"
	"slices"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
)

// A capture shows less of a close than what happened if one end was not
// captured at all, or if the capture begins in the middle: then a FIN may have
// come before the first one captured.

// unseen returns the end of which nothing was captured, NoSide if both were.
func unseen(c *connection) analyze.Side {
	switch {
	case c.Self():
		return analyze.NoSide
	case c.FromClient.Packets == 0:
		return analyze.ClientSide
	case c.FromServer.Packets == 0:
		return analyze.ServerSide
	}
	return analyze.NoSide
}

// fromMiddle reports whether segments before the first one captured may
// have closed an end.
func fromMiddle(c *connection) bool { return c.Opening.Outcome == analyze.OpeningMidstream }

// finPacket is the packet of the first FIN of an end; 0: none was captured.
func finPacket(c *connection, side analyze.Side) uint64 {
	for i := range c.Steps {
		st := &c.Steps[i]
		if st.Flags&(wire.FIN|wire.RST) == wire.FIN && st.FromClient == (side == analyze.ClientSide) {
			return st.Packet
		}
	}
	return 0
}

// finSeen reports whether a FIN of an end was captured, or may be among steps
// that were left out.
func finSeen(c *connection, side analyze.Side) bool {
	cl := &c.Closing
	if !cl.Inferred && (cl.Outcome == analyze.ClosingNormal || cl.Outcome == analyze.ClosingSimultaneous) {
		return true
	}
	return finPacket(c, side) != 0 || c.StepsDropped > 0
}

// finGuessed returns the ends whose FIN is inferred from the numbers around it.
func finGuessed(c *connection) analyze.Side {
	client, server := !finSeen(c, analyze.ClientSide), !finSeen(c, analyze.ServerSide)
	switch {
	case !c.Closing.Inferred || !client && !server:
		return analyze.NoSide
	case c.Closing.Outcome == analyze.ClosingHalfClosed:
		if !client || !server {
			return analyze.NoSide // the one FIN was captured
		}
		return finSide(c)
	case c.Closing.Outcome != analyze.ClosingNormal && c.Closing.Outcome != analyze.ClosingSimultaneous:
		return analyze.NoSide
	case client && server:
		return analyze.BothSides
	case client:
		return analyze.ClientSide
	}
	return analyze.ServerSide
}

// inferredClose describes a close that is inferred because a FIN was not captured, or
// not in its place; "" if none is.
func inferredClose(c *connection) string {
	cl := &c.Closing
	var why string
	switch side := finGuessed(c); {
	case side == analyze.BothSides:
		why = "no FIN was captured, but the numbers of both ends have room for one"
	case side != analyze.NoSide:
		why = "no FIN of " + sideText(side) + " was captured, but its numbers have room for one"
	case cl.Inferred && c.StepsDropped == 0 && (cl.Outcome == analyze.ClosingNormal || cl.Outcome == analyze.ClosingSimultaneous):
		why = inferredOrder(c)
	default:
		return ""
	}
	text := cl.Outcome.String() + ", by inference: " + why
	if cl.Outcome == analyze.ClosingNormal {
		if first := cl.ActiveCloser; first == analyze.ClientSide || first == analyze.ServerSide {
			text += "; then " + sideText(first) + " closed first" + finText(c, first)
		}
	}
	return text
}

// inferredOrder says what the order of two captured FINs is inferred from.
func inferredOrder(c *connection) string {
	if slices.ContainsFunc(c.Steps, func(st analyze.Step) bool { return st.Flags&(wire.FIN|wire.RST) == wire.FIN && st.Repeated }) {
		return "a FIN was captured only when it was sent again, and the numbers of the segments before it tell when it was first"
	}
	return "the FIN that was captured first acknowledges the other, which was captured after it"
}

// finText is the packet of the first FIN of an end in brackets.
func finText(c *connection, side analyze.Side) string {
	if n := finPacket(c, side); n != 0 {
		return fmt.Sprintf(" (packet %d)", n)
	}
	return ""
}

// finSide is the end whose FIN came first in the capture or, if none was
// captured, is inferred to have come first.
func finSide(c *connection) analyze.Side {
	a, b := finPacket(c, analyze.ClientSide), finPacket(c, analyze.ServerSide)
	switch {
	case a == 0 && b == 0 && c.Closing.ActiveCloser != analyze.NoSide:
		return c.Closing.ActiveCloser
	case a == 0 && b == 0: // the end that waits for the other's
		if st := c.ClientState.Base(); st == state.FinWait1 || st == state.FinWait2 || st == state.TimeWait {
			return analyze.ClientSide
		}
		return analyze.ServerSide
	case b == 0 || a != 0 && a < b:
		return analyze.ClientSide
	}
	return analyze.ServerSide
}

// firstCloser says who closed first, for a close with a FIN each way.
func firstCloser(c *connection) string {
	side := c.Closing.ActiveCloser
	if other, again := mayHaveClosedFirst(c); other != analyze.NoSide {
		why := "a FIN waits behind what was sent before it (RFC 9293 §3.10.4)"
		if again {
			why = "its FIN is one that was sent again, and the first may have left before"
		}
		return "the first FIN that was captured is that of " + sideText(side) + finText(c, side) + ", but " + sideText(other) +
			" may have closed before that came: " + why
	}
	if !fromMiddle(c) && (side == analyze.ClientSide || side == analyze.ServerSide) {
		return sideText(side) + " closed first" + finText(c, side)
	}
	side = finSide(c)
	return "the first FIN that was captured is that of " + sideText(side) + finText(c, side) +
		", but the capture begins in the middle: who closed first is not certain"
}

// mayHaveClosedFirst returns the end that sent the second FIN where that does not show
// whether the end had closed before the first came, and so whether it entered TIME-WAIT, too:
// its FIN made the state LAST-ACK by inference. NoSide if the order is certain, or
// the second FIN was not captured. again says that the FIN is one that was sent again, so
// that another may have left before.
func mayHaveClosedFirst(c *connection) (side analyze.Side, again bool) {
	side = otherSide(c.Closing.ActiveCloser)
	if fromMiddle(c) || c.Closing.Inferred || c.Closing.Outcome != analyze.ClosingNormal || side == analyze.NoSide {
		return analyze.NoSide, false
	}
	for i := range c.Steps {
		st := &c.Steps[i]
		if st.Flags&(wire.FIN|wire.RST) != wire.FIN || st.FromClient != (side == analyze.ClientSide) {
			continue
		}
		if ofSide(side, st.ClientState, st.ServerState) == state.LastAck|state.Inferred {
			return side, st.Repeated
		}
	}
	return analyze.NoSide, false
}

// oneFIN says what is known about a close of which only one end's FIN was
// captured.
func oneFIN(c *connection) string {
	side := finSide(c)
	text := sideText(side) + " sent a FIN" + finText(c, side)
	other := sideText(otherSide(side))
	switch {
	case unseen(c) != analyze.NoSide:
		return text + "; nothing of " + other + " was captured: whether and when it closed is not known"
	case fromMiddle(c) && c.Closing.HalfClosedOctets == 0:
		return text + "; no FIN of " + other + " was captured, but the capture begins in the middle: it may have closed before"
	}
	return "half-closed: " + text + ", no FIN of " + other + " was captured"
}

// noClose says that no close was captured.
func noClose(c *connection) string {
	switch side := unseen(c); {
	case side != analyze.NoSide:
		return "no FIN and no RST was captured; nothing of " + sideText(side) + " was captured: whether it closed is not known"
	case fromMiddle(c):
		return "no FIN and no RST was captured: the connection is open where the capture of it ends, unless it was closed before the capture begins"
	}
	return "none seen: the connection is open where the capture of it ends"
}

// halfClosed says how long the connection was half-closed, "" if unknown.
func halfClosed(c *connection) string {
	cl := &c.Closing
	if !halfCloseKnown(c) {
		return ""
	}
	side := finSide(c)
	if cl.ActiveCloser == analyze.ClientSide || cl.ActiveCloser == analyze.ServerSide {
		side = cl.ActiveCloser
	}
	text := "half-closed for " + prose.Duration(cl.HalfClosedFor)
	if !finSeen(c, otherSide(side)) {
		// The other FIN may have been missed.
		text = "the capture of it goes on for " + prose.Duration(cl.HalfClosedFor)
		if cl.Outcome == analyze.ClosingReset {
			text = prose.Duration(cl.HalfClosedFor) + " passed from the first FIN to the RST"
		}
	} else if other, _ := mayHaveClosedFirst(c); fromMiddle(c) || other != analyze.NoSide {
		text = prose.Duration(cl.HalfClosedFor) + " passed between these FINs" // which may have crossed
	}
	if cl.HalfClosedOctets > 0 {
		text += ", in which " + sideText(otherSide(side)) + " sent " + prose.Octets(cl.HalfClosedOctets)
	}
	return text
}

// halfCloseKnown reports whether the time between the FINs was captured.
func halfCloseKnown(c *connection) bool {
	cl := &c.Closing
	return cl.HalfClosedFor > 0 && finGuessed(c) == analyze.NoSide && cl.Outcome != analyze.ClosingSimultaneous && unseen(c) == analyze.NoSide &&
		(!fromMiddle(c) || cl.HalfClosedOctets > 0 || cl.Outcome == analyze.ClosingNormal)
}

// resetOnly reports whether nothing shows that the end which sent the RST had the connection
// open: the capture begins in the middle of it, and has only RSTs of this end.
func resetOnly(c *connection) bool {
	from := &c.FromClient
	if c.Closing.RstBy == analyze.ServerSide {
		from = &c.FromServer
	}
	if !fromMiddle(c) || from.Packets == 0 {
		return false
	}
	left := from.Packets
	for i := range c.Steps {
		if s := &c.Steps[i]; s.Flags.Has(wire.RST) && s.FromClient == (c.Closing.RstBy == analyze.ClientSide) {
			left--
		}
	}
	return left == 0
}
