package phrase

import (
	"fmt"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// Reset says who reset the connection and in which situation; it is
// empty if the handshake already said so.
func Reset(conn *analyze.Connection) string {
	c := &conn.Closing
	who, packet, silent := Side(c.RstBy), RstPacket(conn), afterSilence(conn)
	if side := record.Unseen(conn); side != analyze.NoSide && record.Begun(conn) {
		return "reset: " + who + " sent a RST" + packet + silent + "; nothing of " + Side(side) + " was captured" + refuses(conn)
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
			text = "reset: " + who + " sent a RST" + packet + silent + "; " + Side(side) + " may not have opened the connection"
		}
		if record.ResetOnly(conn) {
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
			text += " of " + Side(side) + FinPacket(conn, side)
		}
		return text + ": " + who + " sent a RST" + packet + silent + leftUnread(conn) + answersFIN(conn)
	case analyze.RstUnreadData:
		other := Side(record.OtherSide(c.RstBy))
		if c.ActiveCloser == c.RstBy && c.HalfClosedOctets > 0 {
			return "closed, then reset: " + who + " had sent its FIN" + FinPacket(conn, c.RstBy) + ", and answered data of " + other +
				" that came afterwards with a RST" + packet + silent
		}
		data := " was not acknowledged"
		if record.FinSeen(conn, c.RstBy) {
			data += ", or came after the FIN of " + who + FinPacket(conn, c.RstBy)
		}
		return "reset with data outstanding: " + who + " sent a RST" + packet + ", and data of " + other + data + silent + unknownThere(conn)
	case analyze.RstNoConnection:
		return "no connection: " + who + " knows of none, and answered a segment without SYN and ACK with a RST" + packet + " (RFC 9293 §3.10.7.1)"
	case analyze.RstTimeWait:
		return "a RST" + packet + " reached an end in TIME-WAIT (RFC 1337)"
	}
	return "reset: " + who + " sent a RST" + packet + silent
}

// unknownThere says of a RST that it looks like the answer of a host that does not know the
// connection: without ACK, with the number that the other end expects (RFC 9293 §3.10.7.1).
// An end that aborts its own connection may send the same (§3.10.5), though most stacks set
// ACK then: a heuristic. An unsolicited RST is no answer.
func unknownThere(conn *analyze.Connection) string {
	c, rst := &conn.Closing, record.RstStep(conn)
	if rst == nil || rst.Flags.Has(wire.ACK) || c.FinCount > 0 || c.RstUnasked {
		return "" // who has closed has forgotten the connection for good reason
	}
	return "; it has no ACK, as where a host, or something on the way, knows of no such connection (any more)"
}

// answersFIN says of a RST that it looks like the answer of a host that has closed, and forgotten the connection, to the FIN of
// the other end: without ACK, with the number that this acknowledges (RFC 9293 §3.10.7.1). An abort may have that number,
// too (§3.10.5), though most stacks set ACK then: a heuristic.
func answersFIN(conn *analyze.Connection) string {
	rst := record.RstStep(conn)
	if rst == nil || rst.Flags.Has(wire.ACK) || record.FinSide(conn) != conn.Closing.RstBy {
		return ""
	}
	fin := uint64(0)
	for i := range conn.Steps {
		if s := &conn.Steps[i]; s.Packet < rst.Packet && s.FromClient != rst.FromClient && s.Flags.Has(wire.FIN|wire.ACK) && s.Ack == rst.Seq {
			fin = s.Packet
		}
	}
	if fin == 0 {
		return ""
	}
	return fmt.Sprintf("; it has no ACK, and the number that the FIN of %s (packet %d) acknowledges, as where a host, or something on the way, knows of the connection no more (RFC 9293 §3.10.7.1)",
		Side(record.OtherSide(conn.Closing.RstBy)), fin)
}

// refuses says of a RST of which the other direction was not captured that it looks like the answer to a
// SYN: a host that refuses one has no number to take, and sends 0 (RFC 9293 §3.10.7.1). An ISN
// is 0 in one connection of four thousand million.
func refuses(conn *analyze.Connection) string {
	rst := record.RstStep(conn)
	if rst == nil || !rst.Flags.Has(wire.ACK) || rst.Seq != 0 || !record.ResetOnly(conn) {
		return ""
	}
	return "; it has ACK and the number 0, as where a SYN is refused (RFC 9293 §3.10.7.1)"
}

// leftUnread says of a RST that it looks like that of an end whose program closed without
// having read all, or wanted an abort: with ACK, after payload of the other end, all of
// which was acknowledged. Its program may have read all of it: that does not show.
func leftUnread(conn *analyze.Connection) string {
	rst := record.RstStep(conn)
	if rst == nil || !rst.Flags.Has(wire.ACK) || record.OfSide(conn.Closing.RstBy, &conn.FromServer, &conn.FromClient).UniqueOctets == 0 {
		return ""
	}
	return ", as where a program leaves data unread (RFC 9293 §3.6.1) or aborts (§3.10.5)"
}
