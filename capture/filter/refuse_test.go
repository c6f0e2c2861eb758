package filter

import (
	"errors"
	"strings"
	"testing"

	"tcpwatch/capture/wire"
)

// refusals say where the error points and what it says. alone are those that
// tcpdump does not refuse: it looks names up, and knows more link types.
var refusals = []struct {
	expr   string
	column int
	says   string
	alone  bool
}{
	{"tcp 80", 5, "expected and, or, or a word such as port", false},
	{"1.2.3.4", 1, "needs a word in front", false},
	{"80", 1, "needs a word in front", false},
	{"tcp foo", 5, "expected and, or, or a word", false},
	{"foo", 1, `"foo" is not a word of the filter language`, false},
	{"tcp src", 8, "expected an address before the end", false},
	{"port", 5, "expected a port number", false},
	{"port tcp", 6, `expected a port number before "tcp"`, false},
	{"tcp and", 8, "ends where a condition is expected", false},
	{"and tcp", 1, `"and" cannot stand here`, false},
	{"(tcp", 5, `expected ")"`, false},
	{"tcp)", 4, `")" cannot stand here`, false},
	{"tcp or 80", 8, "has nothing before it", false},
	{"(port 80) or 443", 14, "has nothing before it", false},
	{"vlan 5 or 6", 11, "has nothing before it", false},
	{"port 80 or (443 or tcp)", 20, `expected a port number before "tcp"`, false},
	{"src or src 1.2.3.4", 8, "the other of src and dst", false},
	{"host www.example.org", 6, "names of hosts are not looked up", true},
	{"host db8", 6, "names of hosts are not looked up", true},
	{"net campus", 5, "names of networks are not looked up", true},
	{"port http", 6, "names of services are not looked up", true},
	{"tcp port 80 or ssh", 16, "names of services are not looked up", true},
	{"portrange ftp-ssh", 11, "names of services are not looked up", true},
	{"portrange 5-", 12, "cannot stand here", false},
	{"port 80-90", 6, "names of services are not looked up", false},
	{"port 65536", 6, "at most 65535", false},
	{"portrange 1-70000", 11, "names of services", false},
	{"gateway 10.0.0.1", 1, "gateway needs", false},
	{"ip6 protochain 6", 5, "protochain needs a loop", true},
	{"ip protochain \\tcp", 4, "protochain needs a loop", true},
	{"ip proto tcp", 10, `write \tcp`, false},
	{"proto frobnicate", 7, "not the name of an IP protocol", false},
	{"ether proto foo", 13, "not the name of an Ethernet protocol", false},
	{"tcp proto 6", 11, "proto cannot follow", false},
	{"tcp host 1.2.3.4", 10, "has no IPv4 addresses", false},
	{"ip6 host 1.2.3.4", 10, "has no IPv4 addresses", false},
	{"ip host ::1", 9, "has no IPv6 addresses", false},
	{"ether host 1.2.3.4", 12, "is not an Ethernet address", false},
	{"host 1:2:3:4:5:6", 6, "write ether host", false},
	{"ip port 80", 9, "has no ports", false},
	{"net 10/8", 7, "written with dots", false},
	{"net 10.1.2.3/8", 5, "bits set beyond its mask", false},
	{"net 10.0.0.0/33", 14, "0 to 32 bits", false},
	{"net ::1/64", 5, "bits set beyond its mask", false},
	{"net ::/129", 8, "0 to 128 bits", false},
	{"host 10.0.0.0/8", 6, "only net can have a mask", false},
	{"net 300.1", 5, "each part is at most 255", false},
	{"net 1.2.3.4.5", 5, "names of networks", false},
	{"host 1:2:", 6, "is not an Ethernet address", false},
	{"tcp[0:3] = 1", 7, "1, 2 or 4 octets", false},
	{"tcp[0", 6, `expected "]"`, false},
	{"tcp[0]", 7, "a value is not a condition", false},
	{"tcp[0] = 1 = 2", 12, "cannot stand here", false},
	{"tcp[0] = port", 10, "expected a value", false},
	{"stp[0] = 1", 1, "cannot be read", false},
	{"len-1 = 1", 1, "put blanks around the minus", false},
	{"tcp[12-3] = 1", 5, "put blanks around the minus", false},
	{"1 / 0 = 1", 3, "division by zero", false},
	{"len % 0 = 1", 5, "division by zero", false},
	{"1 << 32 = 1", 3, "shift by more than 31", false},
	{"ip[0 - 1] = 1", 1, "cannot be read", true},
	{"port 08", 6, "octal", false},
	{"len = 4294967296", 7, "does not fit into 32 bits", false},
	{"vlan 4096", 6, "at most 4095", false},
	{"mpls 1048576", 6, "at most 1048575", false},
	{"mpls and vlan", 10, "no VLAN inside MPLS", false},
	{"mpls and arp", 10, "only IPv4 and IPv6", false},
	{"pppoes and vlan", 12, "PPP has no VLANs", false},
	{"arp multicast", 1, "has no multicast", false},
	{"tcp broadcast", 1, "has no broadcast", false},
	{"ether", 1, "is not a condition by itself", false},
	{"inbound", 1, "does not tell inbound from outbound", true},
	{"host ümlaut", 6, "has no meaning", false},
	{"tcp # comment", 5, "has no meaning", false},
	{"tcp\x1b[31m", 4, `"\x1b" has no meaning`, false},
	{"$5", 1, "ARCnet", false},
	{"geneve and tcp", 1, "geneve is not supported", true},
	{"llc", 1, "llc is not supported", true},
	{"wlan type mgt", 6, "no filter for 802.11", false},
	{"isis", 1, "no filter for OSI", true},
	{"vpi 5", 1, "no filter for ATM", false},
}

func TestRefusals(t *testing.T) {
	for _, c := range refusals {
		e, err := Parse(c.expr)
		if err == nil {
			_, err = e.Compile(wire.LinkEthernet, 0, Options{})
		}
		var where *Error
		switch {
		case err == nil:
			t.Errorf("%q is accepted", c.expr)
		case !errors.As(err, &where):
			t.Errorf("%q: %v has no column", c.expr, err)
		case where.Column != c.column || !strings.Contains(where.Reason, c.says):
			t.Errorf("%q: %v; want column %d and %q", c.expr, err, c.column, c.says)
		case strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r > '~' }):
			t.Errorf("%q: %q is not fit for a terminal", c.expr, err)
		}
	}
}

// TestTcpdumpRefuses shows that we refuse no more than what is said.
func TestTcpdumpRefuses(t *testing.T) {
	needTcpdump(t)
	for _, c := range refusals {
		if c.alone && strings.Contains(c.says, "not looked up") {
			continue // it would ask a name server
		}
		o, err := tcpdump(c.expr, "-y", "EN10MB")
		if err != nil && o.refusal == "" {
			t.Fatal(err)
		}
		if c.alone != (o.refusal == "") {
			t.Errorf("%q: tcpdump says %q", c.expr, o.refusal)
		}
	}
}
