package record

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// Begun reports whether there was a connection that could have been closed.
func Begun(c *analyze.Connection) bool {
	switch c.Opening.Outcome {
	case analyze.OpeningRefused, analyze.OpeningReset, analyze.OpeningUnanswered, analyze.OpeningHalfOpen:
		return false
	}
	return true
}

// FinPacket is the packet of the first FIN of an end; 0: none was captured.
func FinPacket(c *analyze.Connection, side analyze.Side) uint64 {
	for i := range c.Steps {
		st := &c.Steps[i]
		if st.Flags&(wire.FIN|wire.RST) == wire.FIN && st.FromClient == (side == analyze.ClientSide) {
			return st.Packet
		}
	}
	return 0
}

// FinSeen reports whether a FIN of an end was captured, or may be among steps
// that were left out.
func FinSeen(c *analyze.Connection, side analyze.Side) bool {
	cl := &c.Closing
	if !cl.Inferred && (cl.Outcome == analyze.ClosingNormal || cl.Outcome == analyze.ClosingSimultaneous) {
		return true
	}
	return FinPacket(c, side) != 0 || c.StepsDropped > 0
}

// FinGuessed returns the ends whose FIN is inferred from the numbers around it.
func FinGuessed(c *analyze.Connection) analyze.Side {
	client, server := !FinSeen(c, analyze.ClientSide), !FinSeen(c, analyze.ServerSide)
	switch {
	case !c.Closing.Inferred || !client && !server:
		return analyze.NoSide
	case c.Closing.Outcome == analyze.ClosingHalfClosed:
		if !client || !server {
			return analyze.NoSide // the one FIN was captured
		}
		return FinSide(c)
	case c.Closing.Outcome != analyze.ClosingNormal && c.Closing.Outcome != analyze.ClosingSimultaneous:
		return analyze.NoSide
	case client && server:
		return analyze.BothSides
	case client:
		return analyze.ClientSide
	}
	return analyze.ServerSide
}

// FinSide is the end whose FIN came first in the capture or, if none was
// captured, is inferred to have come first.
func FinSide(c *analyze.Connection) analyze.Side {
	a, b := FinPacket(c, analyze.ClientSide), FinPacket(c, analyze.ServerSide)
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

// MayHaveClosedFirst returns the end that sent the second FIN where that does not show
// whether the end had closed before the first came, and so whether it entered TIME-WAIT, too:
// its FIN made the state LAST-ACK by inference. NoSide if the order is certain, or
// the second FIN was not captured. again says that the FIN is one that was sent again, so
// that another may have left before.
func MayHaveClosedFirst(c *analyze.Connection) (side analyze.Side, again bool) {
	side = OtherSide(c.Closing.ActiveCloser)
	if FromMiddle(c) || c.Closing.Inferred || c.Closing.Outcome != analyze.ClosingNormal || side == analyze.NoSide {
		return analyze.NoSide, false
	}
	for i := range c.Steps {
		st := &c.Steps[i]
		if st.Flags&(wire.FIN|wire.RST) != wire.FIN || st.FromClient != (side == analyze.ClientSide) {
			continue
		}
		if OfSide(side, st.ClientState, st.ServerState) == state.LastAck|state.Inferred {
			return side, st.Repeated
		}
	}
	return analyze.NoSide, false
}

// HalfCloseKnown reports whether the time between the FINs was captured.
func HalfCloseKnown(c *analyze.Connection) bool {
	cl := &c.Closing
	return cl.HalfClosedFor > 0 && FinGuessed(c) == analyze.NoSide && cl.Outcome != analyze.ClosingSimultaneous && Unseen(c) == analyze.NoSide &&
		(!FromMiddle(c) || cl.HalfClosedOctets > 0 || cl.Outcome == analyze.ClosingNormal)
}
