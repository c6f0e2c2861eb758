package report

import (
	"bytes"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// offloaded is a segment of the own host, as it passes a tap on it.
func offloaded(t testing.TB) *analyze.Observation {
	o := synPacket(t)
	o.Labels = o.Labels.With(label.ChecksumOffload)
	return o
}

// TestLivePacketsNarrow: rows of which the later ones are not known yet have room for what other
// programs do not tell, the labels and the states; for the numbers of a segment where there is more.
func TestLivePacketsNarrow(t *testing.T) {
	for width, headings := range map[int][]string{
		80:  {" LABELS ", " CLIENT IN ", " SERVER IN\n"},
		100: {" SEQ ", " ACK ", " LEN ", " LABELS ", " CLIENT IN ", " SERVER IN\n"},
	} {
		var b bytes.Buffer
		w := watcher(t, &b, WatchOptions{Terminal: true, Options: Options{Style: prose.Style{Width: width}, Views: []View{ViewPackets}}})
		for range 2 {
			w.Packet(offloaded(t))
			w.Packet(resentPacket(t))
		}
		if err := w.Close(summary.Input{}); err != nil {
			t.Fatal(err)
		}
		if width == 80 {
			reporttest.Golden(t, "live-packets.80.table", b.String())
		}
		for _, heading := range headings {
			if !strings.Contains(b.String(), heading) {
				t.Errorf("no %s at %d columns:\n%s", heading, width, &b)
			}
		}
	}
}

// TestOneConnectionNarrow: where one connection was asked for, its number gives way to what differs.
func TestOneConnectionNarrow(t *testing.T) {
	for _, c := range []struct {
		only map[uint64]bool
		conn bool
	}{{nil, true}, {map[uint64]bool{1: true}, false}, {map[uint64]bool{1: true, 2: true}, true}} {
		out := render(t, Options{Views: []View{ViewPackets}, Only: c.only, Format: FormatTable, Style: prose.Style{Width: 80}}, []*analyze.Observation{resentPacket(t)},
			[]*analyze.Connection{reporttest.HalfClose(t), reporttest.Refused6(t)}, summary.Input{})
		if strings.Contains(out, "  CONN  ") != c.conn || strings.Contains(out, "  LEN  ") == c.conn {
			t.Errorf("%v:\n%s", c.only, out)
		}
	}
}

// TestOffloadIsForPrograms: what every segment of the own host carries has no room in
// tables; programs get it.
func TestOffloadIsForPrograms(t *testing.T) {
	for _, f := range []Format{FormatTable, FormatMarkdown, FormatCSV, FormatJSON, FormatNDJSON} {
		out := render(t, Options{Views: []View{ViewPackets}, Format: f, Style: prose.Style{Width: 200}}, []*analyze.Observation{offloaded(t)}, nil, summary.Input{})
		if got := strings.Contains(out, "CHECKSUM-OFFLOAD"); got == f.people() {
			t.Errorf("%s: CHECKSUM-OFFLOAD is shown: %v\n%s", f, got, out)
		}
	}
}
