package record

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// Unused reports whether a client reset a connection into which neither end had sent any payload:
// nothing can be lost. Load balancers and others probe in this way whether a server accepts
// connections.
func Unused(c *analyze.Connection) bool {
	cl, sent := &c.Closing, c.FromClient.UniqueOctets+c.FromServer.UniqueOctets
	return cl.Outcome == analyze.ClosingReset && cl.RstBy == analyze.ClientSide && cl.RstAfter == analyze.RstAbort && c.Opening.AckPacket != 0 &&
		sent == 0 && c.FromClient.MissingBytes+c.FromServer.MissingBytes+c.FromClient.UnseenBytes+c.FromServer.UnseenBytes == 0 && rstAcknowledgesSYN(c)
}

// rstAcknowledgesSYN reports whether the RST acknowledges the server's SYN and no more, as that of
// a program that aborts does. If it acknowledges more, the capture missed payload; if it has no
// ACK, it may come from a host that does not know the connection (RFC 9293 §3.10.7.1).
func rstAcknowledgesSYN(c *analyze.Connection) bool {
	s := RstStep(c)
	return s != nil && s.Flags.Has(wire.ACK) && s.Ack == c.Opening.ServerISN+1
}

// RstStep returns the RST that ended the connection; nil if it is not among the steps.
func RstStep(conn *analyze.Connection) *analyze.Step {
	for i := range conn.Steps {
		if s := &conn.Steps[i]; s.Packet == conn.Closing.RstPacket {
			return s
		}
	}
	return nil
}

// OwnRST returns the RST with which the client ends an opening that nothing answers; 0: none. Its
// number is meaningless then: no end was seen that might accept or ignore it.
func OwnRST(c *analyze.Connection) uint64 {
	if c.Opening.Outcome != analyze.OpeningUnanswered || c.FromServer.Packets > 0 || c.Closing.RstIgnored == 0 {
		return 0
	}
	for i := range c.Steps {
		if st := &c.Steps[i]; st.FromClient && st.Phase == label.RST {
			return st.Packet
		}
	}
	return 0
}

// Ignored reports whether the RST changed nothing in the end: no effective RST, the
// first of which is in the record, came before it.
func Ignored(c *analyze.Connection, st *analyze.Step) bool {
	return !st.Acceptable || c.Closing.RstPacket == 0 || st.Packet < c.Closing.RstPacket
}

// ResetOnly reports whether nothing shows that the end which sent the RST had the connection
// open: the capture begins in the middle of it, and has only RSTs of this end.
func ResetOnly(c *analyze.Connection) bool {
	from := &c.FromClient
	if c.Closing.RstBy == analyze.ServerSide {
		from = &c.FromServer
	}
	if !FromMiddle(c) || from.Packets == 0 {
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
