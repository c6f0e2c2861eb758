package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// sampleInput accounts for the packets of reporttest.Connections and more.
func sampleInput() summary.Input {
	in := summary.Input{
		Files:      []summary.File{{Name: "office.pcapng", Format: "pcapng, gzip", Packets: 60, Octets: 7204, Comments: []string{"link 2"}}},
		Interfaces: []summary.Interface{{File: "office.pcapng", Name: "eth0", Link: "Ethernet", Snaplen: 120, Packets: 60, Dropped: 3, DropsKnown: true}},
		Packets:    60, Octets: 6400, CutPackets: 6, CutAt: 120, BackwardsSteps: 1, UntimedPackets: 2,
	}
	in.Analysis.Segments = 52
	in.Skipped[1], in.Skipped[2], in.Skipped[6] = 4, 3, 1
	return in
}

// TestGolden pins every view in every format, with IPv4 and IPv6 rows.
func TestGolden(t *testing.T) {
	packets := []*analyze.Observation{resentPacket(t), synPacket(t)}
	for _, v := range Views {
		for _, f := range Formats {
			if Check([]View{v}, f) != nil {
				continue
			}
			o := Options{Views: []View{v}, Format: f, Style: prose.Style{Width: 100}, EncapName: reporttest.EncapName}
			reporttest.Golden(t, fmt.Sprintf("%s.%s", v, f), render(t, o, packets, reporttest.Connections(t), sampleInput()))
		}
	}
}

// TestGoldenWidths pins what gives way in a narrow and a wide terminal.
func TestGoldenWidths(t *testing.T) {
	packets := []*analyze.Observation{resentPacket(t), synPacket(t)}
	for _, width := range []int{80, 200} {
		for _, v := range Views {
			o := Options{Views: []View{v}, Format: FormatTable, Style: prose.Style{Width: width}, EncapName: reporttest.EncapName}
			reporttest.Golden(t, fmt.Sprintf("%s.%d.table", v, width), render(t, o, packets, reporttest.Connections(t), sampleInput()))
		}
	}
}

func TestGoldenEmpty(t *testing.T) {
	var out strings.Builder
	for _, v := range Views {
		for _, f := range Formats {
			if Check([]View{v}, f) == nil {
				fmt.Fprintf(&out, "== %s as %s\n%s", v, f, render(t, Options{Views: []View{v}, Format: f}, nil, nil, summary.Input{}))
			}
		}
	}
	reporttest.Golden(t, "empty", out.String())
}

func TestGoldenSeveralViews(t *testing.T) {
	views := []View{ViewCloses, ViewPackets, ViewTimeWait}
	for _, f := range []Format{FormatTable, FormatMarkdown, FormatJSON, FormatNDJSON} {
		out := render(t, Options{Views: views, Format: f, Style: prose.Style{Width: 100}}, []*analyze.Observation{resentPacket(t)}, []*analyze.Connection{reporttest.HalfClose(t)}, summary.Input{})
		reporttest.Golden(t, "several."+string(f), out)
	}
}

func TestGoldenColumns(t *testing.T) {
	var out bytes.Buffer
	if err := WriteColumns(&out); err != nil {
		t.Fatal(err)
	}
	reporttest.Golden(t, "columns.md", out.String())
}
