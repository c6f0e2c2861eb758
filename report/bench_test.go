package report

import (
	"io"
	"net/netip"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/reporttest"
)

// bulk are the formats that programs read row by row.
var bulk = []Format{FormatNDJSON, FormatCSV}

// TestRowsAllocate pins the promise that a row costs no allocation.
func TestRowsAllocate(t *testing.T) {
	for _, f := range bulk {
		for _, v := range []View{ViewPackets, ViewConnections, ViewHandshakes, ViewCloses, ViewTimeWait} {
			r, err := New(io.Discard, Options{Views: []View{v}, Format: f})
			if err != nil {
				t.Fatal(err)
			}
			p, c := resentPacket(t), reporttest.HalfClose(t)
			if n := testing.AllocsPerRun(1000, func() { r.Packet(p); r.Connection(c) }); n != 0 {
				t.Errorf("a row of %s as %s costs %v allocations", v, f, n)
			}
		}
	}
}

func BenchmarkPackets(b *testing.B) {
	for _, f := range append(bulk, FormatTable) {
		b.Run(string(f), func(b *testing.B) {
			r, _ := New(io.Discard, Options{Views: []View{ViewPackets}, Format: f})
			p := resentPacket(b)
			b.ReportAllocs()
			for b.Loop() {
				r.Packet(p)
			}
		})
	}
}

// BenchmarkConnections writes, or sums up, connections of 50 clients with 200
// servers, 500 a second.
func BenchmarkConnections(b *testing.B) {
	for _, o := range []Options{
		{Views: []View{ViewConnections}, Format: FormatNDJSON}, {Views: []View{ViewConnections}, Format: FormatCSV},
		{Views: []View{ViewConnections}, Format: FormatTable}, {Views: []View{ViewSummary}, Format: FormatJSON},
	} {
		b.Run(string(o.Views[0])+"/"+string(o.Format), func(b *testing.B) {
			r, _ := New(io.Discard, o)
			c := reporttest.HalfClose(b)
			b.ReportAllocs()
			for b.Loop() {
				r.Connection(c)
				next(c)
			}
		})
	}
}

// next makes the connection of a benchmark the next one: other ends, 2 ms later.
func next(c *analyze.Connection) {
	const later = int64(2e6)
	n := c.Number
	c.Number++
	c.Client = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, 0, byte(n * 7 % 50)}), uint16(1024+n%60000))
	c.Server = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 2, 0, byte(n * 11 % 200)}), 443)
	c.Start, c.End = c.Start+later, c.End+later
	c.TimeWait.Since, c.TimeWait.Until = c.TimeWait.Since+later, c.TimeWait.Until+later
	for i := range c.Steps {
		c.Steps[i].Time += later
	}
}
