package report

import (
	"fmt"

	"tcpwatch/analyze"
)

// icmpName identifies an ICMP error within its IP version.
type icmpName struct {
	v6         bool
	kind, code uint8
}

// icmpTexts say what the errors mean that end or hinder a handshake (RFC 792,
// RFC 1812 §5.2.7.1, RFC 4443 §3).
var icmpTexts = map[icmpName]string{
	{false, 3, 0}:  "network unreachable",
	{false, 3, 1}:  "host unreachable",
	{false, 3, 2}:  "protocol unreachable",
	{false, 3, 3}:  "port unreachable",
	{false, 3, 4}:  "fragmentation needed",
	{false, 3, 9}:  "network administratively prohibited",
	{false, 3, 10}: "host administratively prohibited",
	{false, 3, 13}: "communication administratively prohibited",
	{false, 11, 0}: "time to live exceeded",
	{true, 1, 0}:   "no route to destination",
	{true, 1, 1}:   "communication administratively prohibited",
	{true, 1, 3}:   "address unreachable",
	{true, 1, 4}:   "port unreachable",
	{true, 2, 0}:   "packet too big",
	{true, 3, 0}:   "hop limit exceeded",
}

// icmpSentence says which ICMP error quotes a segment of the opening; "" where
// there is none.
func icmpSentence(c *analyze.Connection) string {
	o := &c.Opening
	if o.ICMPPacket == 0 {
		return ""
	}
	what := fmt.Sprintf("type %d, code %d", o.ICMPType, o.ICMPCode)
	v6 := c.Client.Addr().Is6() && !c.Client.Addr().Is4In6()
	if text := icmpTexts[icmpName{v6, o.ICMPType, o.ICMPCode}]; text != "" {
		what = text + ", " + what
	}
	from := "an unknown address"
	if o.ICMPFrom.IsValid() {
		from = Escape(o.ICMPFrom.String())
	}
	return fmt.Sprintf("an ICMP error of %s (packet %d: %s) quotes a segment of it", from, o.ICMPPacket, what)
}
