package story

import (
	"slices"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// inferredClose describes a close that is inferred because a FIN was not captured, or
// not in its place; "" if none is.
func inferredClose(c *analyze.Connection) string {
	cl := &c.Closing
	var why string
	switch side := record.FinGuessed(c); {
	case side == analyze.BothSides:
		why = "no FIN was captured, but the numbers of both ends have room for one"
	case side != analyze.NoSide:
		why = "no FIN of " + phrase.Side(side) + " was captured, but its numbers have room for one"
	case cl.Inferred && c.StepsDropped == 0 && (cl.Outcome == analyze.ClosingNormal || cl.Outcome == analyze.ClosingSimultaneous):
		why = inferredOrder(c)
	default:
		return ""
	}
	text := cl.Outcome.String() + ", by inference: " + why
	if cl.Outcome == analyze.ClosingNormal {
		if first := cl.ActiveCloser; first == analyze.ClientSide || first == analyze.ServerSide {
			text += "; then " + phrase.Side(first) + " closed first" + phrase.FinPacket(c, first)
		}
	}
	return text
}

// inferredOrder says what the order of two captured FINs is inferred from.
func inferredOrder(c *analyze.Connection) string {
	if slices.ContainsFunc(c.Steps, func(st analyze.Step) bool { return st.Flags&(wire.FIN|wire.RST) == wire.FIN && st.Repeated }) {
		return "a FIN was captured only when it was sent again, and the numbers of the segments before it tell when it was first"
	}
	return "the FIN that was captured first acknowledges the other, which was captured after it"
}

// firstCloser says who closed first, for a close with a FIN each way.
func firstCloser(c *analyze.Connection) string {
	side := c.Closing.ActiveCloser
	if other, again := record.MayHaveClosedFirst(c); other != analyze.NoSide {
		why := "a FIN waits behind what was sent before it (RFC 9293 §3.10.4)"
		if again {
			why = "its FIN is one that was sent again, and the first may have left before"
		}
		return "the first FIN that was captured is that of " + phrase.Side(side) + phrase.FinPacket(c, side) + ", but " + phrase.Side(other) +
			" may have closed before that came: " + why
	}
	if !record.FromMiddle(c) && (side == analyze.ClientSide || side == analyze.ServerSide) {
		return phrase.Side(side) + " closed first" + phrase.FinPacket(c, side)
	}
	side = record.FinSide(c)
	return "the first FIN that was captured is that of " + phrase.Side(side) + phrase.FinPacket(c, side) +
		", but the capture begins in the middle: who closed first is not certain"
}

// oneFIN says what is known about a close of which only one end's FIN was
// captured.
func oneFIN(c *analyze.Connection) string {
	side := record.FinSide(c)
	text := phrase.Side(side) + " sent a FIN" + phrase.FinPacket(c, side)
	other := phrase.Side(record.OtherSide(side))
	switch {
	case record.Unseen(c) != analyze.NoSide:
		return text + "; nothing of " + other + " was captured: whether and when it closed is not known"
	case record.FromMiddle(c) && c.Closing.HalfClosedOctets == 0:
		return text + "; no FIN of " + other + " was captured, but the capture begins in the middle: it may have closed before"
	}
	return "half-closed: " + text + ", no FIN of " + other + " was captured"
}

// noClose says that no close was captured.
func noClose(c *analyze.Connection) string {
	switch side := record.Unseen(c); {
	case side != analyze.NoSide:
		return "no FIN and no RST was captured; nothing of " + phrase.Side(side) + " was captured: whether it closed is not known"
	case record.FromMiddle(c):
		return "no FIN and no RST was captured: the connection is open where the capture of it ends, unless it was closed before the capture begins"
	case c.ClientState.IsInferred(), c.ServerState.IsInferred(): // an end may have given up
		return "none seen: the connection is open where the capture of it ends, as far as can be inferred"
	}
	return "none seen: the connection is open where the capture of it ends"
}

// halfClosed says how long the connection was half-closed, "" if unknown.
func halfClosed(c *analyze.Connection) string {
	cl := &c.Closing
	if !record.HalfCloseKnown(c) {
		return ""
	}
	side := record.FinSide(c)
	if cl.ActiveCloser == analyze.ClientSide || cl.ActiveCloser == analyze.ServerSide {
		side = cl.ActiveCloser
	}
	text := "half-closed for " + prose.Duration(cl.HalfClosedFor)
	if !record.FinSeen(c, record.OtherSide(side)) {
		// The other FIN may have been missed.
		text = "its packets go on for " + prose.Duration(cl.HalfClosedFor)
		if cl.Outcome == analyze.ClosingReset {
			text = prose.Duration(cl.HalfClosedFor) + " passed from the first FIN to the RST"
		}
	} else if other, _ := record.MayHaveClosedFirst(c); record.FromMiddle(c) || other != analyze.NoSide {
		text = prose.Duration(cl.HalfClosedFor) + " passed between these FINs" // which may have crossed
	}
	if cl.HalfClosedOctets > 0 {
		text += ", in which " + phrase.Side(record.OtherSide(side)) + " sent " + prose.Octets(cl.HalfClosedOctets)
	}
	return text
}
