package summary

import (
	"net/netip"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// TestTwins: connections that are one, captured at two places, and such as may not be.
func TestTwins(t *testing.T) {
	one := func(n uint64, from string) *analyze.Connection {
		c := &analyze.Connection{Number: n, Client: netip.MustParseAddrPort(from), Server: netip.MustParseAddrPort("198.51.100.1:80"), Start: 5e9, End: 8e9}
		c.Opening = analyze.Opening{ClientISN: 7, ClientISNKnown: true, ServerISN: 9, ServerISNKnown: true}
		c.FromClient.UniqueOctets, c.FromServer.UniqueOctets = 100, 3000
		return c
	}
	for _, c := range []struct {
		name   string
		change func(c *analyze.Connection)
		want   string
	}{
		{"another address", func(*analyze.Connection) {}, "connection has both ISNs of another one, but other addresses or ports, as before and behind NAT or a load balancer (3 and 4): most likely the same one, counted twice, its TIME-WAIT too"},
		{"another port", func(c *analyze.Connection) { c.Client = netip.MustParseAddrPort("192.0.2.1:40001") }, "other addresses or ports"},
		{"another server", func(c *analyze.Connection) {
			c.Client, c.Server = netip.MustParseAddrPort("192.0.2.1:40000"), netip.MustParseAddrPort("198.51.100.2:80")
		}, "other addresses or ports"},
		{"another tunnel", func(c *analyze.Connection) { c.Client, c.EncapID = netip.MustParseAddrPort("192.0.2.1:40000"), 1 }, "other VLANs or tunnels around them"},
		{"the same addresses", func(c *analyze.Connection) { c.Client = netip.MustParseAddrPort("192.0.2.1:40000") }, ""},
		{"another ISN of the client", func(c *analyze.Connection) { c.Opening.ClientISN = 8 }, ""},
		{"another ISN of the server", func(c *analyze.Connection) { c.Opening.ServerISN = 8 }, ""},
		{"the ISNs exchanged", func(c *analyze.Connection) { c.Opening.ClientISN, c.Opening.ServerISN = 9, 7 }, ""},
		{"an ISN of the server that is not known", func(c *analyze.Connection) { c.Opening.ServerISNKnown = false }, ""},
		{"an ISN of the client that is not known", func(c *analyze.Connection) { c.Opening.ClientISNKnown = false }, ""},
		{"a second later", func(c *analyze.Connection) { c.Start += 1e9 }, "other addresses"},
		{"more than a second later", func(c *analyze.Connection) { c.Start += 1e9 + 1 }, ""},
		{"more than a second sooner", func(c *analyze.Connection) { c.Start -= 1e9 + 1 }, ""},
		{"over when the other begins", func(c *analyze.Connection) { c.Start, c.End = 41e8, 5e9 }, "other addresses"},
		{"over before the other begins", func(c *analyze.Connection) { c.Start, c.End = 41e8, 5e9-1 }, ""},
		{"more of the client", func(c *analyze.Connection) { c.FromClient.UniqueOctets++ }, ""},
		{"more of the server", func(c *analyze.Connection) { c.FromServer.UniqueOctets++ }, ""},
		{"more of the client, and the same timestamps", func(c *analyze.Connection) { c.FromClient.UniqueOctets++; stamp(c, 70, 90) }, "other addresses"},
		{"more of the client, and another timestamp of it", func(c *analyze.Connection) { c.FromClient.UniqueOctets++; stamp(c, 71, 90) }, ""},
		{"more of the client, and another timestamp of the server", func(c *analyze.Connection) { c.FromClient.UniqueOctets++; stamp(c, 70, 91) }, ""},
		{"other timestamps", func(c *analyze.Connection) { stamp(c, 71, 91) }, "other addresses"},
		{"a second SYN and SYN-ACK with other timestamps", func(c *analyze.Connection) {
			c.FromClient.UniqueOctets++
			stamp(c, 70, 90)
			steps := c.Steps
			stamp(c, 71, 91)
			c.Steps = append(steps, c.Steps...)
		}, "other addresses"},
	} {
		var w twins
		before := one(3, "192.0.2.1:40000")
		stamp(before, 70, 90)
		w.add(before)
		other := one(4, "203.0.113.1:40000")
		c.change(other)
		w.add(other)
		got := ""
		if w.pairs > 0 {
			got = w.text()
		}
		if !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: %q", c.name, got)
		}
	}

	var w twins
	brief := one(1, "192.0.2.1:40000")
	brief.End = 51e8
	w.add(brief)
	for i, start := range []int64{51e8, 51e8 + 1} {
		c := one(2, "203.0.113.1:40000")
		c.Start = start
		after := w
		if after.add(c); after.pairs != uint64(1-i) {
			t.Errorf("begun at %d, when another was over: %d pairs", start, after.pairs)
		}
	}

	for _, ts := range [][2]uint32{{0, 90}, {70, 0}} {
		w := twins{}
		for i, from := range []string{"192.0.2.1:40000", "203.0.113.1:40000"} {
			c := one(uint64(i+1), from)
			c.FromClient.UniqueOctets += uint64(i)
			stamp(c, ts[0], ts[1])
			w.add(c)
		}
		if w.pairs != 0 {
			t.Errorf("timestamps %v count", ts)
		}
	}

	w = twins{}
	same := [2]*analyze.Connection{one(1, "192.0.2.1:40000"), one(2, "203.0.113.1:40000")}
	for _, c := range same {
		c.Opening.ServerISN = 7
		w.add(c)
	}
	if w.pairs != 0 {
		t.Error("ISNs of a program count")
	}
	for i := range uint64(6) {
		c := one(2*i+1, "192.0.2.1:40000")
		d := one(2*i+2, "203.0.113.1:40000")
		c.Opening.ClientISN += 1000 * wire.Seq(i)
		d.Opening.ClientISN = c.Opening.ClientISN
		w.add(c)
		w.add(d)
	}
	if w.pairs != 6 || w.first != [2]uint64{1, 2} || !strings.Contains(w.text(), "(such as 1 and 2): most likely the same ones") {
		t.Errorf("%d pairs, %v: %s", w.pairs, w.first, w.text())
	}

	w = twins{}
	for i := range uint64(3 * mostTwins) { // each place is taken several times
		c := one(i+1, "192.0.2.1:40000")
		c.Client = netip.AddrPortFrom(c.Client.Addr(), uint16(1000+i))
		c.Opening.ClientISN += wire.Seq(1000 * i)
		w.add(c)
	}
	if w.pairs != 0 {
		t.Errorf("%d pairs of connections with ISNs of their own", w.pairs)
	}
}

// stamp gives the connection a SYN and a SYN-ACK with timestamps.
func stamp(c *analyze.Connection, syn, answer uint32) {
	c.Steps = []analyze.Step{{Packet: 1, FromClient: true, Phase: label.SYN, TSVal: syn}, {Packet: 2, Phase: label.SynAck, TSVal: answer}}
}
