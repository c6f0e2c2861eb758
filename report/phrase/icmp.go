package phrase

import (
	"fmt"
	"net/netip"

	"tcpwatch/analyze"
	"tcpwatch/analyze/event"
	"tcpwatch/analyze/label"
	"tcpwatch/report/escape"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// ICMPOfOpening says which ICMP error quotes a segment of the opening; "" if
// there is none.
func ICMPOfOpening(c *analyze.Connection) string {
	o := &c.Opening
	if o.ICMPPacket == 0 {
		return ""
	}
	what := "a segment of it"
	if o.ICMPOfServer && o.SynAckCount > 0 {
		what = "the SYN-ACK"
	}
	return fmt.Sprintf("an ICMP error of %s (packet %d: %s) quotes %s", icmpFrom(o.ICMPFrom), o.ICMPPacket, icmpWhat(c, o.ICMPType, o.ICMPCode), what)
}

// ICMP says which ICMP error quotes segments after the SYNs; "" if there
// is none.
func ICMP(c *analyze.Connection) string {
	i := &c.ICMP
	if i.Packet == 0 {
		return ""
	}
	text := fmt.Sprintf("an ICMP error of %s (packet %d: %s) quotes a segment that was not yet answered", icmpFrom(i.From), i.Packet, icmpWhat(c, i.Type, i.Code))
	if i.NextMTU != 0 {
		text += ": the next link takes no more than " + prose.Octets(uint64(i.NextMTU)) + " in one packet"
		if unclear := c.FromClient.Causes[label.CauseUnknown] + c.FromServer.Causes[label.CauseUnknown]; uint64(unclear) > record.Crossed(c) {
			// An end that is told so need not wait for a timer.
			clause := "RFC 1191 §6.4"
			if record.OverIPv6(c) {
				clause = "RFC 8201 §5.4"
			}
			text += ", which may be why it was sent again, in shorter ones (" + clause + ")"
		}
	}
	if i.Count > 1 {
		text += fmt.Sprintf("; %s such errors in all", prose.Thousands(uint64(i.Count)))
	}
	return text
}

// icmpWhat returns the meaning of an ICMP error, if known, and its numbers.
func icmpWhat(c *analyze.Connection, kind, code uint8) string {
	what := fmt.Sprintf("type %d, code %d", kind, code)
	if text := event.ICMPText(record.OverIPv6(c), kind, code); text != "" {
		return text + ", " + what
	}
	return what
}

func icmpFrom(from netip.Addr) string {
	if !from.IsValid() {
		return "an unknown address"
	}
	return escape.Text(from.String())
}
