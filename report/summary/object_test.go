package summary

import (
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
		"time_wait.not_counted": 0., "kept": nil, "capture.filter": nil, "capture.cut_at": nil, "capture.interrupted": false, "quality.dropped": nil, "quality.tap": nil, // no handshake places it: of each a SYN or SYN-ACK was sent again, or it is not complete
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
	for name, want := range map[string]any{"total": 0., "start": nil, "duration": nil} {
		if value, ok := got[name]; !ok || value != want {
			t.Errorf("%s is %v, want %v", name, value, want)
		}
	}
}

// TestObjectOfOne: of one connection, and one of anything else, as much is said as of many.
func TestObjectOfOne(t *testing.T) {
	c := reporttest.HalfClose(t)
	c.Labels = [label.MaxLabels]uint32{label.SYN: 1}
	in := Input{CutPackets: 1, CutAt: 0, Interfaces: []Interface{{RingFull: 1, Abandoned: 1}}}
	in.Skipped[wire.NotIP] = 1
	got := string(summaryOf(c).AppendObject(nil, &in))
	for _, want := range []string{`"duration":1.311`, `"labels":{"SYN":1}`, `"client_states":{"TIME-WAIT":1},"server_states":{"CLOSED":1}`, `"skipped":{"not IP":1}`,
		`"cut_packets":1,"cut_at":0,`, `"ring_full":1,"abandoned":1}`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s has not %s", got, want)
		}
	}
	for _, name := range []string{"rtt_min", "rtt_avg", "rtt_max", "rtt_smoothed", "rto", "rtt_timestamps_min", "rtt_timestamps_avg", "rtt_timestamps_max"} {
		if strings.Count(got, `"`+name+`":null`) != 2 { // a round trip of all connections is none of any
			t.Errorf("%s of all connections: %s", name, got)
		}
	}
}

// TestObjectInputs: every number of the inputs under its own name, null where it is not known, and text from
// outside as it was, but harmless.
func TestObjectInputs(t *testing.T) {
	in := Input{
		Files: []File{{Name: "a\x1b", Format: "pcapng", Packets: 1, Octets: 2, Comments: []string{"x\x1b", "y"}}, {Name: "b", Format: "pcap"}},
		Interfaces: []Interface{{File: "a", Name: "eth0", Link: "Ethernet", Snaplen: 3, Packets: 4, Dropped: 5, DropsKnown: true, RingFull: 6, Abandoned: 7},
			{File: "b", Name: "eth1", Link: "Raw IP", Dropped: 5, Filter: "ip\x1b"}, {File: "c", Filter: "tcp"}},
		Packets: 8, Octets: 9, Filter: "tcp", Filtered: 10, BackwardsSteps: 11, UntimedPackets: 12, CutPackets: 13, CutAt: 14, Damages: []string{"cut", "bad"}, Interrupted: true,
		Kept: &Kept{Name: "k", Format: "pcap", Files: 15, Packets: 16, Octets: 17, RemovedFiles: 18, RemovedPackets: 19},
	}
	in.Analysis.Segments, in.Skipped[wire.NotIP] = 20, 21
	want := `{"schema":"tcpwatch.summary/1","files":[{"name":"a\u001b","format":"pcapng","packets":1,"bytes":2,"comments":["x\u001b","y"]},{"name":"b","format":"pcap","packets":0,"bytes":0,"comments":[]}],` +
		`"interfaces":[{"file":"a","name":"eth0","link":"Ethernet","snaplen":3,"packets":4,"dropped":5,"ring_full":6,"abandoned":7},` +
		`{"file":"b","name":"eth1","link":"Raw IP","snaplen":null,"packets":0,"dropped":null,"filter":"ip\u001b"},` +
		`{"file":"c","name":"","link":"","snaplen":null,"packets":0,"dropped":null}],` +
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
	if reason, _ := row["reason"].(string); reason == "" {
		t.Errorf("no reason: %v", row)
	}
	if why := row["why"].(string); why == "" || strings.Contains(why, prose.NBSP) {
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
