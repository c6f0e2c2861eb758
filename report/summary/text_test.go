package summary

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// summaryOf is the summary of connections, in lines of 200 columns.
func summaryOf(list ...*analyze.Connection) *Summary {
	s := New(&prose.Style{Width: 200}, reporttest.EncapName)
	for _, c := range list {
		s.Add(c, nil)
	}
	return s
}

func text(s *Summary, in *Input, brief bool) string {
	var b bytes.Buffer
	s.WriteText(&b, in, brief)
	return b.String()
}

func markdown(s *Summary, in *Input, brief bool) string {
	var b bytes.Buffer
	s.WriteMarkdown(&b, in, brief)
	return b.String()
}

// TestHeadline: what was read, how much, and how long it took. Of many files three are named; one
// more is as short to name as to count.
func TestHeadline(t *testing.T) {
	file := func(names ...string) (list []File) {
		for _, n := range names {
			list = append(list, File{Name: n})
		}
		return list
	}
	for _, c := range []struct {
		name   string
		in     Input
		files  []string
		chosen bool
		empty  bool
		want   string
	}{
		{"a file", Input{Files: []File{{Name: "a\x1b", Format: "pcap\x1b"}}, Packets: 7}, nil, false, false, `a\x1b (pcap\x1b)   7 packets   1 connection in 1.31 s`},
		{"without a format", Input{Files: file("a"), Packets: 1}, []string{"x"}, false, false, "a   1 packet   1 connection in 1.31 s"},
		{"three", Input{Files: file("a", "b", "c")}, nil, false, true, "a   b   c   0 packets   no connections"},
		{"four", Input{Files: file("a", "b", "c", "d")}, nil, false, true, "a   b   c   d   0 packets   no connections"},
		{"five", Input{Files: file("a", "b", "c", "d", "e")}, nil, false, true, "a   b   c   and 2 more files   0 packets   no connections"},
		{"interfaces", Input{}, []string{"eth0\x1b", "eth1", "eth2", "eth3"}, false, true, `eth0\x1b   eth1   eth2   0 packets   no connections`},
		{"an interface", Input{}, []string{"eth0"}, false, true, "eth0   0 packets   no connections"},
		{"chosen", Input{Files: file("a"), Analysis: analyze.Stats{Connections: 2000}}, nil, true, false, "a   0 packets   1 of 2,000 connections (--connection) in 1.31 s"},
		{"none chosen", Input{Files: file("a"), Analysis: analyze.Stats{Connections: 2000}}, nil, true, true, "a   0 packets   no connections"},
	} {
		s := summaryOf()
		if !c.empty {
			s.Add(reporttest.HalfClose(t), nil)
		}
		s.Files, s.Chosen = c.files, c.chosen
		if got, _, _ := strings.Cut(text(s, &c.in, false), "\n"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if got, _, _ := strings.Cut(markdown(s, &c.in, false), "\n"); strings.ReplaceAll(got, "\\\\", "\\") != strings.ReplaceAll(c.want, "   ", ", ") {
			t.Errorf("%s, in Markdown: %q", c.name, got)
		}
	}
}

// TestTimeOfAll: a capture lasts from the first segment of any connection to the last of any.
func TestTimeOfAll(t *testing.T) {
	at := func(start, end int64) *analyze.Connection { return &analyze.Connection{Start: start, End: end} }
	s := summaryOf(at(-2e9, 3e9), at(-4e9, -1e9), at(1e9, 2e9))
	if s.tally.start != -4e9 || s.tally.end != 3e9 || s.Connections() != 3 {
		t.Errorf("from %d to %d, %d connections", s.tally.start, s.tally.end, s.Connections())
	}
	if s = summaryOf(at(-4e9, -3e9)); s.tally.start != -4e9 || s.tally.end != -3e9 {
		t.Errorf("one before 1970: from %d to %d", s.tally.start, s.tally.end)
	}
	if s = summaryOf(at(5, 6)); s.tally.start != 5 || s.tally.end != 6 {
		t.Errorf("one: from %d to %d", s.tally.start, s.tally.end)
	}
}

// TestLines: numbers stand in one column below each other, the name of a section only before its
// first line, and what is wrapped below itself.
func TestLines(t *testing.T) {
	s := summaryOf()
	s.Style.Width = 60
	in := Input{Packets: 1234}
	in.Analysis.Segments, in.Skipped[wire.NotIP] = 1230, 4
	want := `1,234 packets   no connections

CAPTURE           the capture does not say whether packets
                  were dropped
PACKETS    1,230  TCP segments
               4  not IP
`
	if got := text(s, &in, false); got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
	if got := text(s, &in, true); got != want+"\n" {
		t.Errorf("in short: %s", got)
	}
	const table = "1,234 packets, no connections\n\n| | COUNT | WHAT |\n|:---|---:|:---|\n| CAPTURE |  | the capture does not say whether packets were dropped |\n" +
		"| PACKETS | 1,230 | TCP segments |\n|  | 4 | not IP |\n\n"
	for _, brief := range []bool{false, true} {
		if got := markdown(s, &in, brief); got != table {
			t.Errorf("in Markdown, in short %v: %q", brief, got)
		}
	}
}

// TestDeserveALook: the connections that deserve a look stand in a table below, how many there are besides
// and what has no room; in short there are none.
func TestDeserveALook(t *testing.T) {
	const head = "  CONN  CLIENT          SERVER       OPENED      CLOSED  RESENT\n     5  10.0.0.1:33333  10.0.0.99:9  unanswered  open         2\n        SYN sent 3 times "
	s := summaryOf(reporttest.HalfClose(t), reporttest.Unanswered(t))
	got := text(s, &Input{}, false)
	_, rows, found := strings.Cut(got, "\ndeserve a look\n")
	if !found || !strings.HasPrefix(rows, head) {
		t.Errorf("%q", rows)
	}
	if strings.Contains(got, "not shown") {
		t.Errorf("nothing is left out: %s", got)
	}
	if got := text(s, &Input{}, true); strings.Contains(got, "deserve a look") || strings.Contains(got, "CLOSED") {
		t.Errorf("in short: %s", got)
	}
	if got := text(summaryOf(reporttest.HalfClose(t)), &Input{}, false); strings.Contains(got, "deserve a look") {
		t.Errorf("nothing deserves it: %s", got)
	}
	if got := markdown(s, &Input{}, false); !strings.Contains(got, "\nDeserve a look:\n") || !strings.Contains(got, "\n| 5 | 10.0.0.1:33333 | 10.0.0.99:9 | unanswered | open | 2 | ") {
		t.Errorf("in Markdown: %s", got)
	}
	if got := markdown(s, &Input{}, true); strings.Contains(got, "Deserve") {
		t.Errorf("in Markdown, in short: %s", got)
	}
	if got := markdown(summaryOf(reporttest.HalfClose(t)), &Input{}, false); strings.Contains(got, "Deserve") {
		t.Errorf("in Markdown, nothing deserves it: %s", got)
	}

	many := summaryOf()
	for n := range 40 { // each with another pair of hosts, so that none stands for another
		c := reporttest.Unanswered(t)
		c.Number, c.Client, c.Server = uint64(n+1), reporttest.Endpoint(fmt.Sprintf("10.1.0.%d:1", n)), reporttest.Endpoint(fmt.Sprintf("10.2.0.%d:1", n))
		many.Add(c, nil)
	}
	if got := text(many, &Input{}, false); !strings.Contains(got, "\n  connections not shown: ") || !strings.Contains(got, "(--view connections has every one)") {
		t.Errorf("%s", got)
	}
	if got := markdown(many, &Input{}, false); !strings.Contains(got, " |\n\nConnections not shown: 30 unanswered (--view connections has every one).\n") {
		t.Errorf("in Markdown: %s", got)
	}
	narrow := summaryOf(reporttest.Refused6(t))
	narrow.Style.Width = 40
	if got := text(narrow, &Input{}, false); !strings.Contains(got, "no room for") {
		t.Errorf("in 40 columns: %s", got)
	}
}

// TestVerdictsSay: connections are counted by verdict, with the confidence where all have one, else
// with how many have each, the surest first.
func TestVerdictsSay(t *testing.T) {
	one := func(id verdict.ID, c verdict.Confidence) []verdict.Verdict {
		return []verdict.Verdict{{ID: id, Confidence: c}}
	}
	s := summaryOf()
	for _, v := range [][]verdict.Verdict{one(verdict.SynLost, verdict.Likely), one(verdict.SynLost, verdict.Certain), one(verdict.SynLost, verdict.Certain), one(verdict.AcceptQueueFull, verdict.Possible), nil} {
		s.Add(reporttest.HalfClose(t), v)
	}
	got := verdictSection(&s.tally)
	if len(got.items) != 2 {
		t.Fatalf("%q", lines(got))
	}
	said := strings.Join(lines(got), "\n") + "\n"
	for id, how := range map[verdict.ID]string{verdict.SynLost: "3 SYN-LOST (2 certain, 1 likely): ", verdict.AcceptQueueFull: "1 ACCEPT-QUEUE-FULL (possible): "} {
		definition := verdict.All[id].Definition
		if want := how + strings.ToLower(definition[:1]) + strings.TrimSuffix(definition[1:], ".") + "\n"; !strings.Contains(said, want) {
			t.Errorf("%q has not %q", said, want)
		}
	}
	if got := lines(verdictSection(&tally{})); got != nil {
		t.Errorf("of nothing: %q", got)
	}
}

// flood is so many unanswered attempts to one listener, each from an address of its own.
func flood(t *testing.T, n int) *Summary {
	s := summaryOf()
	for i := range n {
		c := reporttest.Unanswered(t)
		c.Number, c.Start, c.End = uint64(i+1), reporttest.Start+int64(i), reporttest.Start+int64(i)
		c.Client, c.Server = reporttest.Endpoint(fmt.Sprintf("10.%d.%d.1:1", i>>8, i&255)), reporttest.Endpoint("192.0.2.1:80")
		s.Add(c, nil)
	}
	return s
}

// TestFloodSays: a listener under a flood is named, with what of it was not answered.
func TestFloodSays(t *testing.T) {
	s := flood(t, 3000)
	if got, want := lines(verdictSection(s.measured())), "SYN flood at 192.0.2.1:80: 0 in SYN-RECEIVED at one time, 3,000 unanswered, 0 of 3,000 attempts completed"; len(got) != 1 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := objectOf(t, s, &Input{}); fmt.Sprint(got["syn_floods"]) != "[192.0.2.1:80]" {
		t.Errorf("%v", got["syn_floods"])
	}
	s = flood(t, 3)
	if got := lines(verdictSection(s.measured())); got != nil {
		t.Errorf("three: %q", got)
	}
}

// TestNext: below what deserves a look stands how to learn more: of a connection only where it can be read again, of
// a verdict only where there is one, the first in the list.
func TestNext(t *testing.T) {
	refused, queue := verdict.Verdict{ID: verdict.Refused, Confidence: verdict.Certain}, verdict.Verdict{ID: verdict.AcceptQueueFull, Confidence: verdict.Likely}
	file, live := []File{{Name: "a", Format: "pcap"}}, []File{{Name: "eth0", Format: "live"}}
	pipe := []File{{Name: "standard input", Format: "pcap"}}
	const story, rests = "--view story --connection 5 tells more of one", " says what that rests on and where to look next"
	for _, c := range []struct {
		files []File
		given []verdict.Verdict
		want  string
	}{
		{nil, nil, ""},
		{file, nil, story},
		{live, nil, ""},
		{append(pipe, file...), nil, ""},
		{nil, []verdict.Verdict{refused}, "tcpwatch explain REFUSED" + rests},
		{file, []verdict.Verdict{queue, refused}, story + "; tcpwatch explain REFUSED" + rests},
	} {
		s := summaryOf(reporttest.HalfClose(t))
		s.Add(reporttest.Unanswered(t), c.given)
		s.Style.Width = 200
		got := text(s, &Input{Files: c.files}, false)
		if !strings.HasSuffix(got, c.want+"\n") || strings.Contains(got, "explain") != (len(c.given) > 0) || strings.Contains(got, "--view story") != strings.Contains(c.want, story) {
			t.Errorf("%q is not at the end of\n%s", c.want, got)
		}
		if got := text(s, &Input{Files: c.files}, true); strings.Contains(got, "explain") || strings.Contains(got, "--view story") {
			t.Errorf("in short:\n%s", got)
		}
	}
}
