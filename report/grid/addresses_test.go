package grid

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"tcpwatch/report/prose"
)

// TestAlikeAddressesLater: an address is shown as in the rows before, whatever comes
// after it, and what looks like it is told from it.
func TestAlikeAddressesLater(t *testing.T) {
	e, style := &Addresses{}, &prose.Style{Width: 80}
	for _, c := range [][2]string{
		{"[2001:db8:1234:5678:9abc:def0:1234:5678]:443", "[2001:db8…:5678]:443"},
		{"[2001:db8:1234:5678:9abd:def0:1234:5678]:443", "[20…:9abd…:5678]:443"},
		{"[2001:db8:1234:5678:9abc:def0:1234:5678]:443", "[2001:db8…:5678]:443"},
	} {
		if got := e.Short(style, c[0], 20); got != c[1] {
			t.Errorf("%s is %s, want %s", c[0], got, c[1])
		}
	}
	// A group that tells one address in one place tells no other in another place.
	moved := &Addresses{}
	for _, c := range [][2]string{
		{"[2001:db8:0:0:9abc:def0:1234:9]:443", "[2001:db8:0…:9]:443"},
		{"[2001:db8:7:0:9abc:def0:1234:9]:443", "[2001:db8…:7…:9]:443"},
		{"[2001:db8:0:7:9abc:def0:1234:9]:443", "[2001:db8:0:7:9abc:def0:1234:9]:443"},
		{"[2009:db8:0:7:9abc:def0:1234:9]:443", "[2009:db8:0…:9]:443"},
	} {
		if got := moved.Short(style, c[0], 20); got != c[1] {
			t.Errorf("%s is %s, want %s", c[0], got, c[1])
		}
	}
	// However many come, no two look alike as far as they are known.
	texts := map[string]string{}
	for i := range 300 {
		s := fmt.Sprintf("[2001:db8:1234:%x:9abc:%x:1234:5678]:443", i%20+1, i+1)
		short := e.Short(style, s, 20)
		if other, ok := texts[short]; ok && other != s {
			t.Errorf("%s and %s are both %s", other, s, short)
		}
		texts[short] = s
	}
	for l, list := range e.alike {
		if len(list) > mostAlike {
			t.Errorf("%d addresses that look like %v are compared", len(list), l)
		}
	}
	for i := range 2 * mostShown {
		e.Short(style, fmt.Sprintf("[2001:db8:1234:1:9abc:0:1234:%x]:443", i+1), 20)
	}
	if n := len(e.shown); n != mostShown {
		t.Errorf("%d addresses are known, want %d", n, mostShown)
	}
}

// TestShortened: an endpoint that is made shorter keeps its port and fits.
func TestShortened(t *testing.T) {
	e, style := &Addresses{}, &prose.Style{Width: 80}
	for _, s := range []string{"[2001:db8:1234:5678:9abc:def0:1234:5678]:60123", "[2001:db8::1]:443", "[::1]:1", "192.0.2.1:65535", "[::]:80", "[::ffff:192.0.2.1]:80", "[fe80::]:1"} {
		a := netip.MustParseAddrPort(s)
		for room := -5; room < 60; room++ {
			got := e.Short(style, a.String(), room)
			if got != a.String() && (prose.Width(got) > max(room, len("[2…:5678]:60123")) || got[strings.LastIndexByte(got, ':'):] != s[strings.LastIndexByte(s, ':'):]) {
				t.Errorf("%s in %d columns is %s", s, room, got)
			}
			if !a.Addr().Is6() && got != s {
				t.Errorf("%s became %s", s, got)
			}
		}
	}
}

// TestShortenedHostile: what is no endpoint stays as it is.
func TestShortenedHostile(t *testing.T) {
	e, style := &Addresses{}, &prose.Style{Width: 80}
	for _, s := range []string{"", "[", "[]", "[x]:80", "]", "[:", "[abcdefghijklmnopqrstuvwxyz", "vlan 10/vxlan 42"} {
		if got := e.Short(style, s, 0); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}
