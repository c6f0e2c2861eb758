package report

import (
	"fmt"

	"tcpwatch/analyze"
	"tcpwatch/analyze/event"
)

// icmpSentence says which ICMP error quotes a segment of the opening; "" where
// there is none.
func icmpSentence(c *analyze.Connection) string {
	o := &c.Opening
	if o.ICMPPacket == 0 {
		return ""
	}
	what := fmt.Sprintf("type %d, code %d", o.ICMPType, o.ICMPCode)
	v6 := c.Client.Addr().Is6() && !c.Client.Addr().Is4In6()
	if text := event.ICMPText(v6, o.ICMPType, o.ICMPCode); text != "" {
		what = text + ", " + what
	}
	from := "an unknown address"
	if o.ICMPFrom.IsValid() {
		from = Escape(o.ICMPFrom.String())
	}
	return fmt.Sprintf("an ICMP error of %s (packet %d: %s) quotes a segment of it", from, o.ICMPPacket, what)
}
