package analyze_test

import (
	"regexp"
	"strings"
	"testing"

	"tcpwatch/analyze/label"
)

// TestCausesOfSmallerPackets: what is sent again because the path takes smaller packets only, after an
// ICMP error (RFC 1191) that may have passed elsewhere, is not called the answer to a report. Three
// segments are sent, of which the third arrives.
func TestCausesOfSmallerPackets(t *testing.T) {
	const (
		router  = "addr R 203.0.113.9:0\n"
		flight  = near20 + "+1 A>B . 1:1461(1460) ack 1 id 3\n+0 A>B . 1461:2921(1460) ack 1 id 4\n+0 A>B . 2921:3921(1000) ack 1 id 5\n"
		report  = "+.020 B>A . 1 ack 1 <sack 2921:3921>\n+.0001 "
		arrived = "+.020 B>A . 1 ack 3921\n+1 A>B . 3921:5381(1460) ack 1 id 10\n+0 A>B . 5381:6381(1000) ack 1 id 11\n" +
			"+.020 B>A . 1 ack 3921 <sack 5381:6381>\n+.0001 A>B . 3921:5381(1460) ack 1 id 12"
		router6 = "addr A [2001:db8::1]:40000\naddr B [2001:db8::2]:80\naddr R [2001:db8::9]:0\n"
		whole   = "A>B . 1:1461(1460) ack 1 id 6\n"
		cut     = "A>B . 1:1241(1240) ack 1 id 6\n"
	)
	noID := regexp.MustCompile(` id \d+`) // IPv6 has none
	large := near20 + "+1 A>B . 1:4381(4380) ack 1 id 3\n+0 A>B . 4381:5381(1000) ack 1 id 6\n+.020 B>A . 1 ack 1 <sack 4381:5381>\n+.0001 "
	for _, c := range []struct {
		name, text string
		want       label.Cause
	}{
		{"as it was", flight + report + whole, label.CauseFast},
		{"cut", flight + report + cut, label.CauseUnknown},
		{"cut, without SACK", strings.ReplaceAll(strings.ReplaceAll(flight, ",sackOK", ""), "3921(1000) ack 1 id 5", "3921(1000) ack 1 id 5\n+.020 B>A . 1 ack 1\n+0 B>A . 1 ack 1\n+0 B>A . 1 ack 1") +
			"+.0001 " + cut, label.CauseUnknown},
		{"what is left of what was cut", flight + report + cut + "+0 A>B P. 1241:1461(220) ack 1 id 7", label.CauseUnknown},
		{"after what was cut", flight + report + cut + "+0 A>B P. 1241:1461(220) ack 1 id 7\n+0 A>B . 1461:2921(1460) ack 1 id 8", label.CauseUnknown},
		{"after the repair of what was cut", flight + report + cut + arrived, label.CauseFast},
		{"as much less as options may take", flight + report + "A>B . 1:1421(1420) ack 1 id 6", label.CauseFast},
		{"one octet less than that", flight + report + "A>B . 1:1420(1419) ack 1 id 6", label.CauseUnknown},
		{"the end of a packet, of which the rest had arrived", flight + "+.020 B>A . 1 ack 501 <sack 2921:3921>\n+.0001 A>B . 501:1461(960) ack 1 id 6", label.CauseFast},
		{"a piece of a segment that a device was to cut", large + whole, label.CauseFast},
		{"a small piece of one", large + cut, label.CauseFast}, // the path may have taken no more all the time
		{"after an ICMP error that names the MTU", router + flight + "+.01 R>A icmp 3/4 mtu 1280 quoting A>B 1\n" + report + whole, label.CauseUnknown},
		{"after one of an old router", router + flight + "+.01 R>A icmp 3/4 quoting A>B 1\n" + report + whole, label.CauseUnknown},
		{"after one of IPv6", router6 + noID.ReplaceAllString(flight+"+.01 R>A icmp 2/0 mtu 1280 quoting A>B 1\n"+report+whole, ""), label.CauseUnknown},
		{"after another of IPv6", router6 + noID.ReplaceAllString(flight+"+.01 R>A icmp 3/4 mtu 1280 quoting A>B 1\n"+report+whole, ""), label.CauseFast},
		{"after another ICMP error", router + flight + "+.01 R>A icmp 3/1 quoting A>B 1\n" + report + whole, label.CauseFast},
		{"after one about what never was in flight", router + flight + "+.01 R>A icmp 3/4 mtu 1280 quoting A>B 9001\n" + report + whole, label.CauseFast},
		{"after one about the other end's", router + flight + "+0 B>A P. 1:1461(1460) ack 1\n+.01 R>B icmp 3/4 mtu 1280 quoting B>A 1\n" + report + whole, label.CauseFast},
		{"after one, and the repair", router + flight + "+.01 R>A icmp 3/4 mtu 1280 quoting A>B 1\n" + report + whole + arrived, label.CauseFast},
		{"at a timeout after one", router + flight + "+.01 R>A icmp 3/4 mtu 1280 quoting A>B 1\n+.4 " + whole, label.CauseRTO},
		{"in the repair of a timeout, after one", router + flight + "+.4 " + whole + "+.01 R>A icmp 3/4 mtu 1280 quoting A>B 1461\n+.01 B>A . 1 ack 1461\n+.0001 A>B . 1461:2921(1460) ack 1 id 7", label.CauseRTO},
	} {
		t.Run(c.name, func(t *testing.T) { checkCause(t, c.text, c.want) })
	}
}
