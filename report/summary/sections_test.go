package summary

import (
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// lines writes a section as "COUNT TEXT", or the text alone.
func lines(s section) (list []string) {
	for _, i := range s.items {
		list = append(list, strings.TrimPrefix(i.number()+" ", " ")+prose.Unglue(i.text))
	}
	return list
}

// TestCaptureSays: each thing that makes a capture doubtful has a line of its own, and nothing is said
// of what is in order.
func TestCaptureSays(t *testing.T) {
	const quiet = "the capture does not say whether packets were dropped"
	for _, c := range []struct {
		name string
		in   Input
		y    tally
		want []string // after the line about packets that were dropped
	}{
		{"nothing", Input{}, tally{}, nil},
		{"a filter", Input{Filter: "tcp\x1b"}, tally{}, []string{`only packets that match the filter: tcp\x1b`}},
		{"a long filter", Input{Filter: strings.Repeat("f", 400)}, tally{}, []string{"only packets that match the filter: " + strings.Repeat("f", 400)}},
		{"a longer filter", Input{Filter: strings.Repeat("f", 398) + "äöü", Interfaces: []Interface{{Name: "a", Filter: strings.Repeat("\xbf", 2000)}}}, tally{},
			[]string{"only packets that match the filter: " + strings.Repeat("f", 398) + "ä… (404 B)", "a was captured with the filter: " + strings.Repeat(`\xbf`, 396) + "… (2,000 B)"}},
		{"filters of interfaces", Input{Filter: "tcp", Interfaces: []Interface{{Name: "eth0\x1b", Filter: "ip\x1b"}, {Name: "eth1", Filter: "tcp"}, {File: "a", Filter: "ip6"}, {Name: "eth2", Filter: "ip6"}, {}}}, tally{},
			[]string{"only packets that match the filter: tcp", `eth0\x1b was captured with the filter: ip\x1b`, "a was captured with the filter: ip6"}},
		{"filters in two files", Input{Files: make([]File, 2), Interfaces: []Interface{{File: "a\x1b", Name: "eth0", Filter: "ip"}, {File: "b", Name: "eth0", Filter: "ip6"}, {File: "c", Filter: "tcp"}}}, tally{},
			[]string{`eth0 of a\x1b was captured with the filter: ip`, "eth0 of b was captured with the filter: ip6", "c was captured with the filter: tcp"}},
		{"many filters", Input{Interfaces: []Interface{{Name: "a", Filter: "1"}, {Name: "b", Filter: "2"}, {Name: "c", Filter: "3"}, {Name: "d", Filter: "4"}, {Name: "e", Filter: "5"}, {Name: "f", Filter: "6"}}}, tally{},
			[]string{"a was captured with the filter: 1", "b was captured with the filter: 2", "c was captured with the filter: 3", "d was captured with the filter: 4", "further interfaces were captured with other filters"}},
		{"damages", Input{Damages: []string{"a: cut", "b: missing\x1b"}, NotRead: []string{"b: missing\x1b"}}, tally{}, []string{"damaged: a: cut", `not read: b: missing\x1b`}},
		{"interrupted", Input{Interrupted: true}, tally{}, []string{"stopped before the end of the input"}},
		{"cut", Input{CutPackets: 2, CutAt: 96}, tally{}, []string{"2 packets cut by the snaplen, the shortest at 96 B"}},
		{"cut to nothing", Input{CutPackets: 1, CutAt: -1}, tally{}, []string{"1 packet cut by the snaplen, at 0 B"}},
		{"backwards", Input{BackwardsSteps: 2}, tally{}, []string{"2 packets earlier than the one before them: several processors captured, the clock was set back, or files were joined"}},
		{"without times", Input{UntimedPackets: 2}, tally{}, []string{"2 packets without a time, or with one before 1824 or after 2115: shown at the time of the packet before, 1970 if there is none: what follows from times is not reliable"}},
		{"written without times", Input{UntimedPackets: 2, Kept: &Kept{Name: "a"}}, tally{}, []string{"2 packets without a time, or with one before 1824 or after 2115: shown and written at the time of the packet before, 1970 if there is none: what follows from times is not reliable", "0 packets written to a"}},
		{"one direction", Input{}, tally{oneWay: 2}, []string{"2 connections of which only one direction was captured: the other end was silent, or what it sent did not pass here",
			"of connections captured in one direction no acknowledgements are seen: causes of retransmissions and round trips are unknown there"}},
		{"gaps of both", Input{}, tally{missing: 1, client: analyze.Direction{Packets: 9, MissingBytes: 5, UnseenBytes: 1}, server: analyze.Direction{MissingBytes: 3, UnseenBytes: 1}},
			[]string{"1 connection with gaps: up to 8 B were never captured, 2 B of them acknowledged: the capture missed those, the network did not lose them"}},
		{"given up", Input{}, tally{evicted: 2}, []string{"2 connections given up to make room (--max-connections)"}},
	} {
		if got := lines(captureSection(&c.in, &c.y)); got[0] != quiet || !slices.Equal(got[1:], c.want) {
			t.Errorf("%s: %q, want %q", c.name, got[1:], c.want)
		}
	}
}

// TestRingFull: a larger buffer helps where it was full and something was lost for that; what waited at
// the end of a capture was not lost for it.
func TestRingFull(t *testing.T) {
	const known = "packets dropped by the capturing system"
	for _, c := range []struct {
		interfaces []Interface
		want       []string
	}{
		{[]Interface{{DropsKnown: true, Dropped: 5, RingFull: 2}, {DropsKnown: true, RingFull: 1}},
			[]string{"5 " + known + ", whose buffer was full 3 times: a larger one may help (--ring-size)"}},
		{[]Interface{{DropsKnown: true, RingFull: 2}}, []string{"0 " + known}},
		{[]Interface{{DropsKnown: true, Dropped: 5, RingFull: 2, Abandoned: 5}}, []string{"0 " + known, "5 packets were waiting when the capture ended, and are not analysed"}},
		{[]Interface{{DropsKnown: true, Dropped: 2, Abandoned: 5}}, []string{"0 " + known, "5 packets were waiting when the capture ended, and are not analysed"}},
		{[]Interface{{DropsKnown: true, Dropped: 5, Abandoned: 1}, {DropsKnown: true, Dropped: 5, Abandoned: 1}},
			[]string{"8 " + known + ", as far as it says", "2 packets were waiting when the capture ended, and are not analysed"}},
	} {
		if got := lines(captureSection(&Input{Interfaces: c.interfaces}, &tally{})); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.interfaces, got, c.want)
		}
	}
}

// TestDropsCapped: a file may say any number, and the sum of two is not less than one of them.
func TestDropsCapped(t *testing.T) {
	if n, said := dropsOf(&Input{Interfaces: []Interface{{DropsKnown: true, Dropped: 1 << 63}, {DropsKnown: true, Dropped: 1 << 63}, {Dropped: 5}}}); n != 1<<64-1 || said != 2 {
		t.Errorf("%d of %d interfaces", n, said)
	}
	if n, _ := dropsOf(&Input{Interfaces: []Interface{{DropsKnown: true, Dropped: 4}, {DropsKnown: true, Dropped: 5}}}); n != 9 {
		t.Errorf("%d, want 9", n)
	}
}

// TestPacketsSay: every packet has a line; what was skipped and should have been read is doubtful,
// what is no TCP is not, and of nothing there is only that there were no segments.
func TestPacketsSay(t *testing.T) {
	if got := lines(packetSection(&Input{})); !slices.Equal(got, []string{"0 TCP segments"}) {
		t.Errorf("%q", got)
	}
	in := Input{Packets: 20, Filtered: 2}
	in.Analysis.Segments = 3
	in.Skipped[wire.NotIP], in.Skipped[wire.TCPMalformed] = 4, 5
	s := packetSection(&in)
	if got := lines(s); !slices.Equal(got, []string{"3 TCP segments", "4 not IP", "5 malformed TCP headers", "2 left out by the filter", "6 not accounted for"}) {
		t.Errorf("%q", got)
	}
	for i, tone := range []prose.Tone{prose.Plain, prose.Plain, prose.Doubt, prose.Plain, prose.Doubt} {
		if s.items[i].tone != tone {
			t.Errorf("%s: tone %v, want %v", s.items[i].text, s.items[i].tone, tone)
		}
	}
	in = Input{Packets: 1} // fewer than what became of them: a count that overflows is no count
	in.Analysis.Segments = 3
	if got := lines(packetSection(&in)); !slices.Equal(got, []string{"3 TCP segments"}) {
		t.Errorf("%q", got)
	}
	for why, tone := range map[wire.Skip]prose.Tone{wire.LinkUnknown - 1: prose.Plain, wire.LinkUnknown: prose.Doubt} {
		in := Input{Packets: 1}
		in.Skipped[why] = 1
		if s := packetSection(&in); s.items[1].tone != tone {
			t.Errorf("%s: tone %v, want %v", why, s.items[1].tone, tone)
		}
	}
}

// TestOpenedSays: each outcome has its words, in the order from good to unknown, and none that did not occur a line.
func TestOpenedSays(t *testing.T) {
	var y tally
	for o := range y.opened {
		y.opened[o] = uint64(o) + 2
	}
	y.badAcks = 3
	want := []string{"3 complete", "4 simultaneous", "5 refused by a RST in the server's name", "6 reset before they were complete",
		"7 half-open: no acknowledgement of the SYN-ACK was captured", "8 unanswered", "9 one-way: only one direction was captured", "2 midstream: neither a SYN nor a SYN-ACK was captured",
		"3 SYN-ACKs that did not acknowledge the ISN + 1"}
	if got := lines(openedSection(&y)); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := lines(openedSection(&tally{})); got != nil {
		t.Errorf("of nothing: %q", got)
	}
}

// TestClosedSays: likewise of the close.
func TestClosedSays(t *testing.T) {
	var y tally
	for o := range y.closed {
		y.closed[o] = uint64(o) + 2
	}
	y.halfClose, y.ignored = 1, 9
	want := []string{"3 normally, a FIN each way (1 where the end that had not closed went on sending)", "4 simultaneously", "6 by a RST, refused ones included",
		"5 half-closed: a FIN of one end only was captured", "2 not while captured, or never open", "9 RSTs that changed nothing: not acceptable (RFC 5961 §3.2), damaged, or not obeyed"}
	if got := lines(closedSection(&y)); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	y.halfClose = 0
	if got := lines(closedSection(&y)); got[0] != "3 normally, a FIN each way" {
		t.Errorf("%q", got[0])
	}
}

// TestResentSays: of everything the sum over both ends is told, of segments sent again those of each too.
func TestResentSays(t *testing.T) {
	y := tally{
		client: analyze.Direction{Packets: 1000, Retransmissions: 10, Inferred: 1, Spurious: 2, RetransmittedBytes: 3, OutOfOrder: 4, DuplicateAcks: 5, ZeroWindows: 6, KeepAlives: 7, LostBetween: 8},
		server: analyze.Direction{Packets: 2000, Retransmissions: 20, Inferred: 10, Spurious: 20, RetransmittedBytes: 30, OutOfOrder: 40, DuplicateAcks: 50, ZeroWindows: 60, KeepAlives: 70, LostBetween: 80},
	}
	for cause := label.CauseUnknown; cause < label.CauseCount; cause++ {
		y.client.Causes[cause], y.server.Causes[cause] = uint32(cause)+2, 10
	}
	y.crossed = 3
	want := []string{
		"30 segments sent again, of 3,000: 10 of clients, 20 of servers", "3 in answer to a SYN", "10 for an unknown cause", "14 after a timeout, or in the repair that followed one",
		"15 fast: SACK or duplicate acknowledgements had reported the loss", "16 tail loss probes, or timeouts due at the same time", "17 although acknowledged already when they passed here",
		"11 of all these inferred, from times or from packets that are missing", "22 of all these shown to have been unnecessary, when they passed or by a later acknowledgement",
		"33 octets of payload in all these that had been captured before", "88 segments lost between two places of capture, or missed at one, and sent again past both", "44 segments overtaken on the way", "55 duplicate acknowledgements", "66 zero windows", "77 keep-alives",
	}
	if got := lines(resentSection(&y)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := lines(resentSection(&tally{client: analyze.Direction{Packets: 5}})); !slices.Equal(got, []string{"0 segments sent again, of 5"}) {
		t.Errorf("nothing sent again: %q", got)
	}
}

// TestTimeWaitSays: five hosts are named, the one that held most first; the others are counted together with
// those that were not told apart.
func TestTimeWaitSays(t *testing.T) {
	var y tally
	for host := range 7 {
		for n := range 7 - host {
			c := held(uint64(10*host+n+100), reporttest.Endpoint("10.0.0."+string(rune('1'+host))+":1").String(), 0, 60)
			y.holds.add(c)
		}
	}
	y.holds.measure(60)
	y.holds.strangers = 4
	want := []string{"7 held by 10.0.0.1 as client: 0 at the end, at most 7 at one time", "6 held by 10.0.0.2 as client: 0 at the end, at most 6 at one time",
		"5 held by 10.0.0.3 as client: 0 at the end, at most 5 at one time", "4 held by 10.0.0.4 as client: 0 at the end, at most 4 at one time",
		"3 held by 10.0.0.5 as client: 0 at the end, at most 3 at one time", "7 held by other hosts"}
	if got := lines(timeWaitSection(&y)); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := lines(timeWaitSection(&tally{})); got != nil {
		t.Errorf("of nothing: %q", got)
	}
	y.holds.hosts, y.holds.strangers = y.holds.hosts[:5], 0
	if got := lines(timeWaitSection(&y)); !slices.Equal(got, want[:5]) {
		t.Errorf("five hosts: %q", got)
	}
	y.holds.hosts = []hostHolds{{hostKey: y.holds.hosts[0].hostKey, total: 2000, kept: 1999, atEnd: 1, most: 1500, restarts: 2, reused: 3, cut: 4}}
	if got, want := lines(timeWaitSection(&y))[0], "2,000 held by 10.0.0.1 as client: 1 at the end, at most 1,500 at one time (counted over the first 1,999)"+
		"; restarted twice; 3 used again; 4 cut short by a RST"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestHoldsNote: what is told of a host besides its number comes from the records.
func TestHoldsNote(t *testing.T) {
	var y tally
	for n, change := range []func(*analyze.TimeWait){func(w *analyze.TimeWait) { w.Restarts = 2 }, func(w *analyze.TimeWait) { w.ReusedBy = 99 }, func(w *analyze.TimeWait) { w.CutBy = 1 }} {
		c := held(uint64(n+1), "10.0.0.1:1", int64(60*n), int64(60*n+60))
		change(&c.TimeWait)
		y.holds.add(c)
	}
	y.holds.measure(100)
	if got, want := lines(timeWaitSection(&y))[0], "3 held by 10.0.0.1 as client: 2 at the end, at most 1 at one time; restarted twice; 1 used again; 1 cut short by a RST"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestStatesSay: how many ends are in a state, and how many of them by inference.
func TestStatesSay(t *testing.T) {
	var y tally
	for _, ends := range [][2]state.State{{state.Established, state.Closed}, {state.Established | state.Inferred, state.Closed}, {state.TimeWait | state.Inferred, state.LastAck | state.Inferred}} {
		c := reporttest.HalfClose(t)
		c.ClientState, c.ServerState = ends[0], ends[1]
		y.add(c, nil)
	}
	if got := lines(stateSection("CLIENTS", &y.clientIn)); !slices.Equal(got, []string{"2 in ESTABLISHED at the end, 1 of them inferred", "1 in TIME-WAIT at the end, as far as can be inferred"}) {
		t.Errorf("%q", got)
	}
	if got := lines(stateSection("SERVERS", &y.serverIn)); !slices.Equal(got, []string{"2 in CLOSED at the end", "1 in LAST-ACK at the end, as far as can be inferred"}) {
		t.Errorf("%q", got)
	}
}

// TestSelfOneEnd: a socket connected with itself is one end, not two.
func TestSelfOneEnd(t *testing.T) {
	c := reporttest.HalfClose(t)
	c.Server = c.Client
	var y tally
	y.add(c, nil)
	if y.clientIn[state.TimeWait].proved != 1 || y.serverIn != ([state.Count]stateCount{}) {
		t.Errorf("clients %+v, servers %+v", y.clientIn, y.serverIn)
	}
}

// TestSectionsShown: what concerns connections is shown where there are some and it is asked for; verdicts and
// TIME-WAIT only where there are any.
func TestSectionsShown(t *testing.T) {
	names := func(y *tally, whole bool) (list []string) {
		for _, s := range sections(&Input{}, y, whole) {
			list = append(list, s.name)
		}
		return list
	}
	for _, c := range []struct {
		name  string
		y     tally
		whole bool
		want  string
	}{
		{"nothing", tally{}, true, "CAPTURE PACKETS"},
		{"one", tally{connections: 1}, true, "CAPTURE PACKETS OPENED CLOSED RESENT CLIENTS SERVERS"},
		{"in short", tally{connections: 1}, false, "CAPTURE PACKETS"},
		{"one in TIME-WAIT", tally{connections: 1, holds: holds{strangers: 1}}, true, "CAPTURE PACKETS OPENED CLOSED RESENT TIME-WAIT CLIENTS SERVERS"},
		{"one with a verdict", tally{connections: 1, verdicts: verdictCounts{0: {1: 1}}}, true, "CAPTURE PACKETS OPENED VERDICTS CLOSED RESENT CLIENTS SERVERS"},
	} {
		if got := strings.Join(names(&c.y, c.whole), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestQualitySays: what limits the conclusions is told where it was seen, with its number.
func TestQualitySays(t *testing.T) {
	of := func(id label.ID, n uint64) tally {
		var y tally
		y.labels[id] = n
		return y
	}
	const filtered = "what is called not captured here may be among the packets that the filter left out"
	const clocks = "their clocks may differ, and a packet that passed two of them is captured twice"
	for _, c := range []struct {
		name string
		in   Input
		y    tally
		want []string
	}{
		{"nothing", Input{}, tally{}, nil},
		{"copies", Input{}, tally{client: analyze.Direction{Packets: 9, DuplicatePackets: 1}, server: analyze.Direction{Packets: 9, DuplicatePackets: 1}}, []string{"2 packets captured twice, of 18"}},
		{"acknowledged, not seen", Input{}, of(label.AckUnseen, 2), []string{"2 segments acknowledge octets that were never captured: the capture missed them, no loss is concluded from these gaps"}},
		{"the same, filtered", Input{Filtered: 1}, of(label.AckUnseen, 2), []string{"2 segments acknowledge octets that were never captured: the capture missed them, no loss is concluded from these gaps", filtered}},
		{"gaps, by a filter", Input{Filter: "tcp"}, tally{missing: 1, client: analyze.Direction{Packets: 9}}, []string{filtered}},
		{"gaps, by the filter of an interface", Input{Interfaces: []Interface{{}, {Filter: "tcp"}}}, tally{missing: 1, client: analyze.Direction{Packets: 9}}, []string{filtered}},
		{"one direction, by a filter", Input{Filter: "tcp"}, tally{oneWay: 1},
			[]string{"of connections captured in one direction no acknowledgements are seen: causes of retransmissions and round trips are unknown there", filtered}},
		{"from the middle, by a filter", Input{Filter: "tcp"}, tally{opened: [8]uint64{analyze.OpeningMidstream: 2}},
			[]string{"2 connections seen from the middle: their options and window scale are unknown", filtered}},
		{"gaps in as many as one direction, by a filter", Input{Filter: "tcp"}, tally{missing: 1, oneWay: 1, client: analyze.Direction{Packets: 9}},
			[]string{"of connections captured in one direction no acknowledgements are seen: causes of retransmissions and round trips are unknown there", filtered}},
		{"flags alone", Input{}, tally{acksLater: 1}, []string{"no segment without SYN, FIN or RST was captured, though such were sent: " +
			"if a filter left them out, ends may have got further than shown, as far as TIME-WAIT"}},
		{"a tap", Input{}, tally{taps: tapPlaces{server: 1}, connections: 2}, []string{"the tap probably stands at the servers, by the split of the round trip in one handshake"}},
		{"nothing missing, by a filter", Input{Filter: "tcp", Filtered: 1}, tally{}, nil},
		{"renumbered", Input{}, tally{renumbered: 2}, []string{"2 segments with numbers of a second ISN, behind something that answers SYNs for the server (a SYN proxy): they are left out, being the others once more"}},
		{"wrong checksums, perhaps", Input{}, tally{maybeOffload: 2}, []string{"2 wrong checksums beside others of their connections that were left to the NIC (offload): these may have been, too"}},
		{"wrong checksums", Input{}, of(label.BadChecksum, 2), []string{"2 wrong checksums: their receivers drop these segments, unless these were left to the NIC (offload)"}},
		{"one interface", Input{Interfaces: []Interface{{Packets: 1}, {}}}, tally{}, nil},
		{"two interfaces", Input{Interfaces: []Interface{{Packets: 1}, {Packets: 1}}, Files: []File{{}}}, tally{}, []string{"2 interfaces in one timeline: " + clocks}},
		{"two files", Input{Interfaces: []Interface{{Packets: 1}, {Packets: 1}}, Files: []File{{}, {}}}, tally{}, []string{"2 interfaces in one timeline: unless the files are pieces of one capture, " + clocks}},
	} {
		var s section
		if qualityItems(&s, &c.in, &c.y); !slices.Equal(lines(s), c.want) {
			t.Errorf("%s: %q, want %q", c.name, lines(s), c.want)
		}
	}
}
