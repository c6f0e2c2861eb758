package report

import (
	"fmt"
	"tcpwatch/analyze"
	"testing"
)

func TestLook(t *testing.T) {
	in := Input{Files: []File{{Name: "short.rcv.pcap", Format: "pcap"}}, Packets: 1920, Interfaces: []Interface{{Name: "eth0"}}, CutPackets: 300, CutAt: 120, Damages: []string{"x.pcap: packet 12 (byte 1234): record \x1b[31m longer than file"}}
	in.Analysis.Segments = 1903
	in.Skipped[1] = 12
	in.Skipped[3] = 4
	for _, w := range []int{80, 200} {
		for _, n := range []int{0, 1, 3, 30} {
			var cs []*analyze.Connection
			var ps []*analyze.Observation
			for i := 0; i < n; i++ {
				var c *analyze.Connection
				switch i % 3 {
				case 0:
					c = halfClose(t)
				case 1:
					c = refused6(t)
				case 2:
					c = halfClose(t)
					c.FromServer.Retransmissions = 8
					c.Opening.SynCount = 2
					c.Opening.SynPackets = []uint64{2, 5}
					c.Opening.Took = 1020e6
				}
				c.Number = uint64(i + 1)
				cs = append(cs, c)
			}
			fmt.Printf("== %d %d\n%s", n, w, render(t, Options{Format: FormatTable, Width: w, EncapName: encapName}, ps, cs, in))
			if n == 30 && w == 80 {
				fmt.Println(render(t, Options{Format: FormatJSON}, ps, cs, in))
				fmt.Println(render(t, Options{Views: []View{ViewSummary}, Format: FormatMarkdown}, ps, cs, in))
				fmt.Println(render(t, Options{Views: []View{ViewSummary}, Format: FormatCSV}, ps, cs, in))
			}
		}
	}
}
