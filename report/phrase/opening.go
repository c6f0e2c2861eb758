package phrase

import (
	"fmt"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// TryTime is the time from the first to the last SYN, if both are known.
func TryTime(c *analyze.Connection) string {
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

// Contradicting counts SYN-ACKs that do not all have one ISN.
func Contradicting(o *analyze.Opening) string {
	return fmt.Sprintf("%s with %d different ISNs", prose.Plural(uint64(o.SynAckCount), "SYN-ACK"), record.SynAckNumbers(o))
}

// SentTimes says how often a SYN or SYN-ACK was sent, or captured where some were held up.
func SentTimes(c *analyze.Connection, phase label.ID, n uint32) string {
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

// BeforeAnswer says that nothing of the server was captured before the client reset the opening.
func BeforeAnswer(c *analyze.Connection) string {
	if c.Closing.RstBy == analyze.ClientSide && c.FromServer.Packets == 0 {
		return ", and nothing of the server was captured"
	}
	return ""
}

// Silence says what came back to an unanswered SYN.
func Silence(c *analyze.Connection) string {
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
		return "no answer was captured" // for which it may have been too short, or taken where answers do not pass
	}
	return "nothing came back"
}

// Refusal says how the server refused the client.
func Refusal(c *analyze.Connection) string {
	if c.Opening.SynAckCount > 0 {
		return "the server reset the connection after its SYN-ACK" + RstPacket(c)
	}
	return "the server, or something between, answered the SYN with a RST" + RstPacket(c)
}
