package report

import (
	"fmt"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// TestStoryWidths wants no line of a story to be too wide, wherever it breaks.
func TestStoryWidths(t *testing.T) {
	for width := 60; width < 140; width++ {
		out := render(t, Options{Views: []View{ViewStory}, Format: FormatTable, Style: prose.Style{Width: width}, EncapName: reporttest.EncapName}, nil, reporttest.Connections(t), summary.Input{})
		checkLines(t, fmt.Sprint(width), out, width, false)
	}
}

// TestGivesUp: a RST of the client before any answer is how it gives up; whether its number fits
// says nothing, and nobody was seen to ignore it.
func TestGivesUp(t *testing.T) {
	give := func(acceptable bool) *analyze.Connection {
		c := reporttest.Unanswered(t)
		c.Opening.ICMPPacket = 0
		rst := analyze.Step{Packet: 9, Time: reporttest.Start + 5e9, Flags: wire.RST, Phase: reporttest.Label(t, "RST"), FromClient: true, Acceptable: acceptable}
		c.Steps = append(c.Steps[:len(c.Steps):len(c.Steps)], rst)
		c.Closing.RstIgnored = 1
		if acceptable {
			c.Closing.RstIgnored, c.Opening.Outcome, c.Closing.Outcome = 0, analyze.OpeningReset, analyze.ClosingReset
			c.Closing.RstPacket, c.Closing.RstBy, c.Closing.RstAfter = 9, analyze.ClientSide, analyze.RstHandshake
		}
		return c
	}
	answered := give(false)
	answered.FromServer.Packets = 1
	for _, c := range []struct {
		name       string
		conn       *analyze.Connection
		want, miss string
	}{
		{"with any number", give(false), "nothing came back until the client sent a RST (packet 9)", "ignored"},
		{"what its number does", give(false), "gives up what nothing answers", "not acceptable"},
		{"with the next number", give(true), "and nothing of the server was captured", "ignored"},
		{"after an answer", answered, "1 RST was ignored", "until the client"},
	} {
		out := render(t, Options{Views: []View{ViewStory}, Format: FormatTable, Style: prose.Style{Width: 1000}}, nil, []*analyze.Connection{c.conn}, summary.Input{})
		if !strings.Contains(out, c.want) || strings.Contains(out, c.miss) {
			t.Errorf("%s: %s", c.name, out)
		}
		if list := look(t, c.conn); strings.Contains(list, c.miss) {
			t.Errorf("%s: %s", c.name, list)
		}
	}
}
