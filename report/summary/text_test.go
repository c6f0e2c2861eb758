package summary

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
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

// objectOf is the summary as a program reads it.
func objectOf(t *testing.T, s *Summary, in *Input) map[string]any {
	t.Helper()
	var got map[string]any
	if b := s.AppendObject(nil, in); json.Unmarshal(b, &got) != nil {
		t.Fatalf("no JSON: %s", b)
	}
	return got
}

// TestObjectSums: what programs read of connections is what people read.
func TestObjectSums(t *testing.T) {
	s := summaryOf()
	c := reporttest.Reused(t)
	c.Evicted, c.RolesGuessed, c.Opening.BadAcks, c.Closing.RstIgnored = true, true, 5, 6
	s.Add(c, []verdict.Verdict{{ID: verdict.SynLost}})
	x := reporttest.HalfClose(t)
	x.Opening.SynAckCount = 2
	s.Add(x, nil)
	x = reporttest.HalfClose(t)
	x.Opening.Outcome = analyze.OpeningHalfOpen // SYNs sent again count where the opening is complete
	x.Opening.SynCount = 2
	reporttest.Crossing(1, 0)(x)
	s.Add(x, nil)
	got := objectOf(t, s, &Input{})
	for path, want := range map[string]any{
		"schema":            "tcpwatch.summary/1",
		"connections.total": 3., "connections.evicted": 1., "connections.roles_guessed": 1., "connections.one_way": 0., "connections.start": "2023-11-14T22:13:20.123456789Z", "connections.duration": 1.311,
		"opened.complete": 2., "opened.half-open": 1., "opened.syn_resent": 1., "opened.syn_ack_resent": 1., "opened.crossed_syns": 1., "opened.bad_acks": 5.,
		"closed.normal": 3., "closed.reset": 0., "closed.rst_ignored": 6., "verdicts.SYN-LOST": 1.,
		"client_to_server.packets": 30., "client_to_server.retransmissions": 2., "client_to_server.rtt_min": nil, "server_to_client.retransmissions": 12., "server_to_client.rto": nil,
		"server_to_client.rtt_timestamps_max": nil, "server_to_client.rtt_smoothed": nil,
		"labels.SYN": 3., "client_states.TIME-WAIT": 2., "client_states.CLOSED?": 1., "server_states.TIME-WAIT": 1., "server_states.CLOSED": 2.,
		"time_wait.not_counted": 0., "kept": nil, "capture.filter": nil, "capture.cut_at": nil, "capture.interrupted": false, "quality.dropped": nil, "quality.tap": nil, // each was sent again or is not complete
	} {
		at := any(got)
		for _, name := range strings.Split(path, ".") {
			m, _ := at.(map[string]any)
			if _, ok := m[name]; !ok {
				t.Errorf("there is no %s", path)
			}
			at = m[name]
		}
		if at != want {
			t.Errorf("%s is %v, want %v", path, at, want)
		}
	}
	if n := len(got["labels"].(map[string]any)); n != 3 {
		t.Errorf("%d labels, want the 3 that occur", n)
	}
	if n := len(got["verdicts"].(map[string]any)); n != 1 {
		t.Errorf("%d verdicts, want the one that occurs", n)
	}
}

// TestObjectOfNothing: without connections there is neither a start nor a duration.
func TestObjectOfNothing(t *testing.T) {
	got := objectOf(t, summaryOf(), &Input{})["connections"].(map[string]any)
	if got["start"] != nil || got["duration"] != nil || got["total"] != 0. {
		t.Errorf("%v", got)
	}
}

// TestObjectInputs: every number of the inputs under its own name, null where it is not known, and text from
// outside as it was, but harmless.
func TestObjectInputs(t *testing.T) {
	in := Input{
		Files: []File{{Name: "a\x1b", Format: "pcapng", Packets: 1, Octets: 2, Comments: []string{"x\x1b", "y"}}, {Name: "b", Format: "pcap"}},
		Interfaces: []Interface{{File: "a", Name: "eth0", Link: "Ethernet", Snaplen: 3, Packets: 4, Dropped: 5, DropsKnown: true, RingFull: 6, Abandoned: 7},
			{File: "b", Name: "eth1", Link: "Raw IP", Dropped: 5}},
		Packets: 8, Octets: 9, Filter: "tcp", Filtered: 10, BackwardsSteps: 11, UntimedPackets: 12, CutPackets: 13, CutAt: 14, Damages: []string{"cut", "bad"}, Interrupted: true,
		Kept: &Kept{Name: "k", Format: "pcap", Files: 15, Packets: 16, Octets: 17, RemovedFiles: 18, RemovedPackets: 19},
	}
	in.Analysis.Segments, in.Skipped[wire.NotIP] = 20, 21
	want := `{"schema":"tcpwatch.summary/1","files":[{"name":"a\u001b","format":"pcapng","packets":1,"bytes":2,"comments":["x\u001b","y"]},{"name":"b","format":"pcap","packets":0,"bytes":0,"comments":[]}],` +
		`"interfaces":[{"file":"a","name":"eth0","link":"Ethernet","snaplen":3,"packets":4,"dropped":5,"ring_full":6,"abandoned":7},` +
		`{"file":"b","name":"eth1","link":"Raw IP","snaplen":null,"packets":0,"dropped":null}],` +
		`"packets":{"total":8,"bytes":9,"segments":20,"filtered":10,"skipped":{"not IP":21}},` +
		`"capture":{"filter":"tcp","cut_packets":13,"cut_at":14,"backwards_steps":11,"untimed_packets":12,"damages":["cut","bad"],"interrupted":true},`
	got := string(summaryOf().AppendObject([]byte("before "), &in))
	if got, ok := strings.CutPrefix(got, "before "); !ok || !strings.HasPrefix(got, want) {
		t.Errorf("%s, want\n%s", got, want)
	}
	if want := `"kept":{"name":"k","format":"pcap","files":15,"packets":16,"bytes":17,"removed_files":18,"removed_packets":19,"lost_packets":0,"lost_bytes":0,"lost_since":null,"error":null}`; !strings.Contains(got, want) {
		t.Errorf("%s has not %s", got, want)
	}
}

// TestObjectQuality: likewise of what limits the conclusions. An example is given where there is one.
func TestObjectQuality(t *testing.T) {
	s := summaryOf()
	y := &s.tally
	none := string(s.AppendObject(nil, &Input{}))
	for _, want := range []string{`"split_connections":0,"split_example":[],"twin_connections":0,"twin_example":[]`, `"tap":null`, `"mostly_copies":false`} {
		if !strings.Contains(none, want) {
			t.Errorf("%s has not %s", none, want)
		}
	}
	y.labels[label.AckUnseen], y.labels[label.LargeSegment], y.labels[label.ChecksumOffload], y.labels[label.BadChecksum] = 1, 2, 3, 4
	y.client.MissingBytes, y.server.MissingBytes, y.client.DuplicatePackets, y.server.DuplicatePackets = 5, 6, 7, 8
	y.oneWay, y.renumbered, y.opened[analyze.OpeningMidstream] = 9, 10, 11
	y.halves.pairs, y.halves.first, y.twins.pairs, y.twins.first = 2, [2]half{{number: 12}, {number: 13}}, 3, [2]uint64{14, 15}
	y.taps = tapPlaces{client: 1, server: 20, between: 2}
	want := `"quality":{"dropped":16,"ack_unseen":1,"missing_bytes":11,"one_way":9,"split_connections":2,"split_example":[12,13],"twin_connections":3,"twin_example":[14,15],` +
		`"midstream":11,"copies":15,"mostly_copies":true,"renumbered":10,"large_segments":2,"checksum_offload":3,"bad_checksums":4,"tap":"server","tap_handshakes":{"client":1,"server":20,"between":2}}`
	if got := string(s.AppendObject(nil, &Input{Interfaces: []Interface{{Dropped: 16, DropsKnown: true}}})); !strings.Contains(got, want) {
		t.Errorf("%s has not %s", got, want)
	}
}

// TestObjectHolds: hosts with what they held; what was not counted is what no host has.
func TestObjectHolds(t *testing.T) {
	s := summaryOf(reporttest.HalfClose(t), reporttest.Reused(t))
	s.measured()
	s.tally.holds.dropped, s.tally.holds.strangers = 1, 2
	h := &s.tally.holds.hosts[0]
	h.total, h.kept, h.atEnd, h.most, h.restarts, h.reused, h.cut = 3, 4, 5, 6, 7, 8, 9
	got := string(s.AppendObject(nil, &Input{}))
	want := `"time_wait":{"not_counted":3,"hosts":[{"host":"` + h.addr.String() + `","side":"` + h.side.String() + `","held":3,"counted":4,"held_at_end":5,"most_at_once":6,"restarts":7,"reused":8,"cut":9},{"host":"`
	if !strings.Contains(got, want) {
		t.Errorf("%s has not %s", got, want)
	}
}

// TestObjectNotable: a row for programs has the reason as a word and the text as people read it, and
// those that are not shown are counted by reason.
func TestObjectNotable(t *testing.T) {
	got := objectOf(t, summaryOf(reporttest.HalfClose(t), reporttest.Unanswered(t)), &Input{})
	rows := got["notable"].([]any)
	if len(rows) != 1 {
		t.Fatalf("%v", rows)
	}
	row := rows[0].(map[string]any)
	for name, want := range map[string]any{"connection": 5., "client": "10.0.0.1:33333", "server": "10.0.0.99:9", "opening": "unanswered", "closing": "open", "retransmissions": 2., "likewise": 0.} {
		if row[name] != want {
			t.Errorf("%s is %v, want %v", name, row[name], want)
		}
	}
	if why := row["why"].(string); why == "" || strings.Contains(why, prose.NBSP) || row["reason"] == "" {
		t.Errorf("%v", row)
	}
	if more := got["notable_more"].(map[string]any); len(more) != 0 {
		t.Errorf("%v are not shown", more)
	}
	many := summaryOf()
	for n := range 40 {
		c := reporttest.Unanswered(t)
		c.Number, c.Client, c.Server = uint64(n+1), reporttest.Endpoint(fmt.Sprintf("10.1.0.%d:1", n)), reporttest.Endpoint(fmt.Sprintf("10.2.0.%d:1", n))
		many.Add(c, nil)
	}
	got = objectOf(t, many, &Input{})
	sum := float64(len(got["notable"].([]any)))
	for _, r := range got["notable"].([]any) {
		sum += r.(map[string]any)["likewise"].(float64)
	}
	for _, n := range got["notable_more"].(map[string]any) {
		if n == 0. {
			t.Errorf("a reason without connections: %v", got["notable_more"])
		}
		sum += n.(float64)
	}
	if sum != 40 {
		t.Errorf("%v connections shown and counted, want 40", sum)
	}
}
