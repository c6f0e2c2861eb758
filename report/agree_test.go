package report

import (
	"encoding/json"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
	"tcpwatch/report/notable"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// What stories, the list of notable connections and the summary say of one record must agree.

// storyOf is the story of a connection, on long lines.
func storyOf(t testing.TB, c *connection) string {
	t.Helper()
	return render(t, Options{Views: []View{ViewStory}, Format: FormatTable, Style: prose.Style{Width: 1000}}, nil, []*analyze.Connection{c}, summary.Input{})
}

// handshake is what the story of a connection says of its handshake.
func handshake(t testing.TB, c *connection) string {
	t.Helper()
	_, after, found := strings.Cut(storyOf(t, c), "\nHANDSHAKE  ")
	if !found {
		t.Fatal("no handshake")
	}
	text, _, _ := strings.Cut(after, "\n")
	return text
}

// tapOf is what the story of a connection says of the place of the capture; "" if nothing.
func tapOf(t testing.TB, c *connection) string {
	t.Helper()
	title, _, _ := strings.Cut(storyOf(t, c), "\n")
	if at := strings.Index(title, "captured "); at >= 0 {
		return title[at:]
	}
	return ""
}

// look is why a connection deserves a look; "" if it does not.
func look(t testing.TB, c *connection) string {
	t.Helper()
	var list notable.List
	list.Add(c, nil)
	rows, _ := list.Shown()
	if len(rows) == 0 {
		return ""
	}
	return prose.Unglue(rows[0].Why)
}

// counted reads what the summary for programs says of a connection.
func counted(t testing.TB, c *connection, into any) {
	t.Helper()
	out := render(t, Options{Views: []View{ViewSummary}, Format: FormatJSON}, nil, []*analyze.Connection{c}, summary.Input{})
	if err := json.Unmarshal([]byte(out), into); err != nil {
		t.Fatal(err)
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

// TestRenumberedTold: what a SYN proxy did is told where both ISNs are acknowledged, and not of other
// SYN-ACKs with two ISNs.
func TestRenumberedTold(t *testing.T) {
	c := reporttest.HalfClose(t)
	o := &c.Opening
	o.SynAckISNs, o.SynAckCount = 2, 2
	if text := handshake(t, c); text != "complete in 4.52 ms: SYN → SYN-ACK → ACK; 2 SYN-ACKs with 2 different ISNs: several machines or several incarnations answered; packet 3 acknowledges that of packet 2" || !strings.Contains(look(t, c), "different ISNs") {
		t.Errorf("two ISNs: %s, %q", text, look(t, c))
	}
	o.Renumbered, o.RenumberedAck = 7, 9
	text := handshake(t, c)
	if !strings.HasSuffix(text, "SYN-ACKs with two ISNs are acknowledged (packets 3 and 9), which one end never does (RFC 9293 §3.10.7.4); 7 segments whose numbers count from the second are left out") ||
		strings.Contains(text, "several machines") || strings.Contains(look(t, c), "different ISNs") {
		t.Errorf("both acknowledged: %s, %q", text, look(t, c))
	}
	var s struct{ Quality, Opened map[string]any }
	if counted(t, c, &s); s.Quality["renumbered"] != 7.0 || s.Opened["complete"] != 1.0 {
		t.Errorf("%+v", s)
	}
}
