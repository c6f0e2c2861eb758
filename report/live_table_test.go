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

// TestLivePacketsNarrow: rows of which the later ones are not known yet have room
// for the numbers of a segment, and the words about it are not pushed away.
func TestLivePacketsNarrow(t *testing.T) {
	var b bytes.Buffer
	w := watcher(t, &b, WatchOptions{Terminal: true, Options: Options{Style: prose.Style{Width: 80}, Views: []View{ViewPackets}}})
	for range 2 {
		w.Packet(offloaded(t))
		w.Packet(resentPacket(t))
	}
	if err := w.Close(summary.Input{}); err != nil {
		t.Fatal(err)
	}
	reporttest.Golden(t, "live-packets.80.table", b.String())
	for _, heading := range []string{" FLAGS ", " SEQ ", " ACK ", " LEN ", " LABELS"} {
		if !strings.Contains(b.String(), heading) {
			t.Errorf("no %s at 80 columns:\n%s", heading, &b)
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
