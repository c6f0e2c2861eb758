package summary

import (
	"net/netip"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
	"tcpwatch/report/reporttest"
)

// TestHalves: connections that fit each other but for what is around them, and such as do not.
func TestHalves(t *testing.T) {
	a, b := netip.MustParseAddrPort("192.0.2.1:40000"), netip.MustParseAddrPort("198.51.100.1:80")
	isn := func(n uint32) analyze.Base { return analyze.Base{Number: wire.Seq(n), Known: true, ISN: true} }
	// one is a half of the connection: of the client, in VLAN 10, or of the server, in VLAN 20 inside VXLAN.
	one := func(n uint64, client bool) *analyze.Connection {
		c := &analyze.Connection{Number: n, Client: a, Server: b, Start: 1e9, End: 2e9, EncapID: 1, ClientBase: isn(7), ServerBase: isn(9)}
		if c.FromClient.Packets = 4; !client {
			c.FromClient.Packets, c.FromServer.Packets, c.EncapID = 0, 4, 2
		}
		return c
	}
	for _, c := range []struct {
		name   string
		change func(client, server *analyze.Connection)
		want   uint64
	}{
		{"two halves", func(_, _ *analyze.Connection) {}, 1},
		{"ends guessed the other way round", func(_, s *analyze.Connection) {
			s.Client, s.Server, s.FromClient, s.FromServer = b, a, s.FromServer, s.FromClient
			s.ClientBase, s.ServerBase = s.ServerBase, s.ClientBase
		}, 1},
		{"a single SYN and its answer", func(c, s *analyze.Connection) { c.End, s.Start, s.End = 1e9, 2e9, 2e9 }, 1},
		{"no ISN known", func(c, _ *analyze.Connection) {
			c.ClientBase.ISN, c.ServerBase.ISN = false, false
			c.ClientBase.Number = 8
		}, 1},
		{"another ISN of the client", func(c, _ *analyze.Connection) { c.ClientBase.Number = 8 }, 0},
		{"another ISN of the server", func(_, s *analyze.Connection) { s.ServerBase.Number = 8 }, 0},
		{"the same around both", func(_, s *analyze.Connection) { s.EncapID = 1 }, 0},
		{"both directions captured", func(_, s *analyze.Connection) { s.FromClient.Packets = 1 }, 0},
		{"the same direction", func(_, s *analyze.Connection) { s.FromClient, s.FromServer = s.FromServer, s.FromClient }, 0},
		{"later", func(_, s *analyze.Connection) { s.Start, s.End = 3e9+1, 4e9 }, 0},
		{"another port", func(_, s *analyze.Connection) { s.Client = netip.MustParseAddrPort("192.0.2.1:40001") }, 0},
	} {
		x, y := one(1, true), one(2, false)
		c.change(x, y)
		for _, order := range [][]*analyze.Connection{{x, y}, {y, x}} {
			h := halves{name: reporttest.EncapName}
			for _, c := range order {
				h.add(c)
			}
			if h.pairs != c.want || (h.text() != "") != (c.want != 0) {
				t.Errorf("%s: %d pairs, want %d: %q", c.name, h.pairs, c.want, h.text())
			}
			if got := h.text(); c.name == "two halves" && !strings.HasSuffix(got, "pair of connections, of each of which only one direction was captured, that fit each other but for the VLANs or tunnels around them: 1 (vlan 10) and 2 (vlan 10/vxlan 42): what is said of each alone is wrong if they are one") {
				t.Errorf("%q", got)
			}
		}
	}
}

// TestHalvesVLANs: the flag is named where it would help.
func TestHalvesVLANs(t *testing.T) {
	for _, c := range []struct {
		one, other string
		want       bool
	}{{"vlan 10", "vlan 20", true}, {"", "vlan 20", true}, {"vlan 10/vxlan 42", "vlan 20/vxlan 42/vlan 7", true}, {"vxlan 42", "vxlan 43", false}, {"vlan 10", "gre", false}} {
		h := halves{name: func(id uint32) string { return [...]string{c.one, c.other}[id] }}
		h.found(half{number: 1, fromClient: true}, half{number: 2, encap: 1})
		if strings.Contains(h.text(), "--ignore-vlans") != c.want || strings.Contains(h.text(), ": 1 (without any) and 2 (") != (c.one == "") {
			t.Errorf("%q and %q: %q", c.one, c.other, h.text())
		}
	}
}

// TestHalvesBound: no more wait than there is room for, and of one encapsulation alone the
// first ones.
func TestHalvesBound(t *testing.T) {
	var h halves
	conn := &analyze.Connection{EncapID: 1, Server: netip.MustParseAddrPort("198.51.100.1:80")}
	conn.FromClient.Packets = 1
	add := func(from, to uint16) {
		for port := from; port < to; port++ {
			conn.Client = netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), port)
			h.add(conn)
		}
	}
	has := func(port uint16) bool {
		_, ok := h.open[halfKey{netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), port), conn.Server}]
		return ok
	}
	add(1, 3000)
	if len(h.open) != mostHalves || !has(1) || has(2000) {
		t.Errorf("%d wait", len(h.open))
	}
	conn.EncapID = 2
	if add(3000, 3001); !has(3000) {
		t.Error("the first that differs is left out")
	}
	add(3001, 5000)
	if len(h.open) != mostHalves || has(1) || has(3000) || !has(4999) || !has(4000) {
		t.Errorf("%d wait", len(h.open))
	}
}

// TestHalvesAgain: a half waits as long as others where its ends had come before, and where
// an earlier one with them was found.
func TestHalvesAgain(t *testing.T) {
	server := netip.MustParseAddrPort("198.51.100.1:80")
	port := func(n uint16) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), n) }
	for _, found := range []bool{false, true} {
		h, n := halves{}, uint64(0)
		add := func(p uint16, encap uint32, fromServer bool) {
			n++
			c := &analyze.Connection{Number: n, Client: port(p), Server: server, EncapID: encap}
			if c.FromClient.Packets = 1; fromServer {
				c.FromClient.Packets, c.FromServer.Packets = 0, 1
			}
			h.add(c)
		}
		add(1, 1, false)
		if found {
			add(1, 2, true)
		}
		for p := range uint16(mostHalves) {
			if add(2+p, 2+uint32(p&1), false); p == 8 {
				add(1, 1, false)
			}
		}
		if len(h.open) > mostHalves {
			t.Errorf("%d wait", len(h.open))
		}
		before := h.pairs
		if add(1, 2, true); h.pairs != before+1 {
			t.Errorf("found before %v: the later half was forgotten", found)
		}
	}
}

// TestSelfNoHalf: a connection of an end with itself has no second half in another tunnel.
func TestSelfNoHalf(t *testing.T) {
	for server, want := range map[string]uint64{"192.0.2.2:2": 1, "192.0.2.1:2": 0} {
		h := halves{name: func(encap uint32) string { return "vlan 10" }}
		for i := range uint64(2) {
			c := reporttest.HalfClose(t)
			c.Number, c.EncapID, c.Client, c.Server = i+1, uint32(i), reporttest.Endpoint("192.0.2.1:2"), reporttest.Endpoint(server)
			if want == 0 {
				c.ServerBase = c.ClientBase
			} else if i == 1 {
				c.Client, c.Server = c.Server, c.Client
				c.ClientBase, c.ServerBase = c.ServerBase, c.ClientBase
			}
			c.FromServer.Packets = 0
			h.add(c)
		}
		if h.pairs != want {
			t.Errorf("with %s: %d pairs, want %d", server, h.pairs, want)
		}
	}
}
