package notable

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/verdict"
	"tcpwatch/capture/wire"
	"tcpwatch/report/reporttest"
)

// TestAlike: of openings that did not work for one reason, between the same hosts, one row stands for all where they
// are more than a few; those of a scanner are one whatever it tried, those included that it tried before it was known for one.
func TestAlike(t *testing.T) {
	scan := []verdict.Verdict{{ID: verdict.HalfOpenScan, Confidence: verdict.Possible}}
	type tries struct {
		n              int
		client, server byte
		list           []verdict.Verdict
	}
	for _, c := range []struct {
		name  string
		tries []tries
		rows  int
		words []string
		more  uint64
	}{
		{"a few", []tries{{3, 1, 1, nil}}, 3, []string{"", "", ""}, 0},
		{"many", []tries{{40, 1, 1, nil}}, 1, []string{"39 more of this client to the server's address: refused, too"}, 0},
		{"two servers", []tries{{40, 1, 1, nil}, {5, 1, 2, nil}}, 2, []string{"39 more of this client to the server's address", "4 more of this client to the server's address"}, 0},
		{"two clients", []tries{{40, 1, 1, nil}, {5, 2, 1, nil}}, 2, []string{"39 more", "4 more"}, 0},
		{"a scanner", []tries{{2, 1, 1, nil}, {14, 1, 2, nil}, {50, 1, 3, scan}, {50, 1, 4, scan}}, 1, []string{"115 more of this client: refused, too"}, 0},
		{"a scanner of few", []tries{{1, 1, 1, nil}, {1, 1, 2, scan}}, 2, []string{"", ""}, 0},
		{"a scanner beside others", []tries{{16, 1, 1, nil}, {50, 1, 3, scan}, {1, 2, 3, nil}}, 2, []string{"65 more of this client: refused, too", ""}, 0},
		{"more hosts than are shown", []tries{{4, 1, 1, nil}, {4, 1, 2, nil}, {4, 1, 3, nil}, {4, 1, 4, nil}, {4, 1, 5, nil}, {4, 1, 6, nil}, {4, 1, 7, nil}, {4, 1, 8, nil}, {4, 1, 9, nil}, {4, 1, 10, nil}, {4, 1, 11, nil}},
			10, []string{"3 more"}, 4},
		{"three clients", []tries{{1, 1, 1, nil}, {5, 2, 1, nil}, {1, 3, 1, nil}}, 3, []string{"", "4 more of this client to the server's address", ""}, 0},
		{"four clients", []tries{{1, 1, 1, nil}, {5, 2, 1, nil}, {1, 3, 1, nil}, {1, 4, 1, nil}, {1, 4, 2, nil}}, 2, []string{"7 more to the server's address, of several clients: refused, too", ""}, 0},
		{"four clients, one of which scans", []tries{{1, 1, 1, nil}, {5, 2, 1, nil}, {1, 3, 1, nil}, {16, 4, 1, nil}, {9, 4, 2, scan}}, 4, nil, 0},
	} {
		var n List
		number := uint64(0)
		for _, tr := range c.tries {
			for range tr.n {
				conn := *reporttest.Refused6(t)
				number++
				conn.Number = number
				conn.Client = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, tr.client}), 40000)
				conn.Server = netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, 100, tr.server}), uint16(number))
				n.Add(&conn, tr.list)
			}
		}
		for range 2 { // it is asked for more than once
			rows, more := n.Shown()
			if len(rows) != c.rows || more[whyRefused] != c.more {
				t.Fatalf("%s: %d rows and %d more, want %d and %d", c.name, len(rows), more[whyRefused], c.rows, c.more)
			}
			stands := uint64(len(rows))
			for i, r := range rows {
				stands += r.Likewise
				if i < len(c.words) && (!strings.Contains(r.Why, c.words[i]) || c.words[i] == "" && strings.Contains(r.Why, "more of")) {
					t.Errorf("%s: row %d: %s", c.name, i, r.Why)
				}
			}
			if stands+more[whyRefused] != number {
				t.Errorf("%s: %d are told of, want %d", c.name, stands+more[whyRefused], number)
			}
		}
	}
}

// TestAlikeReasons: what keeps openings from working is put together, each reason for itself; what ends or slows a
// connection down is not.
func TestAlikeReasons(t *testing.T) {
	for _, c := range []struct {
		outcome analyze.OpeningOutcome
		why     Reason
		rows    int
	}{
		{analyze.OpeningRefused, whyRefused, 1},
		{analyze.OpeningUnanswered, whyUnanswered, 1},
		{analyze.OpeningHalfOpen, whyHalfOpen, 1},
		{analyze.OpeningReset, whyOpeningReset, 1},
		{analyze.OpeningComplete, whyReset, 9},
	} {
		var n List
		for i := range uint64(9) {
			conn := *reporttest.HalfClose(t)
			reporttest.Reset(analyze.RstAbort)(&conn)
			conn.Number, conn.Opening.Outcome = i+1, c.outcome
			n.Add(&conn, nil)
		}
		rows, more := n.Shown()
		if len(rows) != c.rows || rows[0].Reason != c.why || more[c.why] != 0 || rows[0].Likewise != uint64(9-c.rows) {
			t.Errorf("%s: %d rows, %+v", c.outcome, len(rows), rows)
		}
	}
}

// TestAlikeResets: resets by an end of which the capture has RSTs alone are put together, as a scan without SYNs makes
// them; not where it sent something else, nor with one of a verdict that decides.
func TestAlikeResets(t *testing.T) {
	hole := []verdict.Verdict{{ID: verdict.MTUBlackHole, Confidence: verdict.Likely}}
	for _, c := range []struct {
		name   string
		sent   uint64 // segments of the server
		middle bool   // the capture begins in the middle of the connection
		found  int    // connections with a verdict
		rows   int
		words  string
	}{
		{"a RST and nothing else", 1, true, 0, 1, "; 8 more of this client to the server's address: reset, too"},
		{"something else as well", 2, true, 0, 9, ""},
		{"opened before", 1, false, 0, 9, ""},
		{"with a verdict", 1, true, 4, 2, "; 4 more of this client to the server's address: reset, too"},
	} {
		var n List
		for i := range 9 {
			conn := *reporttest.HalfClose(t)
			reporttest.Reset(analyze.RstAbort)(&conn)
			conn.Number, conn.Opening.Outcome, conn.Closing.RstBy, conn.FromServer.Packets = uint64(i+1), analyze.OpeningMidstream, analyze.ServerSide, c.sent
			if !c.middle {
				conn.Opening.Outcome = analyze.OpeningComplete
			}
			conn.Steps = []analyze.Step{{Packet: conn.Closing.RstPacket, Flags: wire.RST, Phase: label.RST}}
			n.Add(&conn, hole[:min(1, max(0, c.found-i))])
		}
		rows, more := n.Shown()
		if len(rows) != c.rows || more[whyReset] != 0 || !slices.ContainsFunc(rows, func(r Row) bool { return strings.HasSuffix(r.Why, c.words) }) {
			t.Errorf("%s: %d rows, want %d: %+v", c.name, len(rows), c.rows, rows)
		}
	}
}

// TestAlikeVerdicts: connections that the same verdicts make notable are put together, at each port of the
// server for itself, whatever reason comes first; a verdict that does not decide puts none together.
func TestAlikeVerdicts(t *testing.T) {
	full := []verdict.Verdict{{ID: verdict.SynCookie}, {ID: verdict.AcceptQueueFull, Confidence: verdict.Likely}}
	hole := []verdict.Verdict{{ID: verdict.MTUBlackHole, Confidence: verdict.Likely}}
	const like = " more of this client to the server's address and port: "
	for _, c := range []struct {
		name  string
		reset bool
		ports uint16              // of the server, that take turns
		lists [][]verdict.Verdict // of connections that take turns
		why   Reason
		rows  int
		words string
	}{
		{"one verdict", false, 1, [][]verdict.Verdict{full}, whyVerdict, 1, "; 11" + like + "ACCEPT-QUEUE-FULL, too"},
		{"two verdicts", false, 1, [][]verdict.Verdict{full, hole}, whyVerdict, 2, "; 5" + like},
		{"one beside the other", false, 1, [][]verdict.Verdict{full, slices.Concat(full, hole)}, whyVerdict, 2, "; 5" + like + "ACCEPT-QUEUE-FULL, too"},
		{"two ports", false, 2, [][]verdict.Verdict{full}, whyVerdict, 2, "; 5" + like + "ACCEPT-QUEUE-FULL, too"},
		{"behind another reason", true, 1, [][]verdict.Verdict{full}, whyReset, 1, "; 11" + like + "ACCEPT-QUEUE-FULL, too"},
		{"beside others", true, 1, [][]verdict.Verdict{full, nil}, whyReset, 7, ""},
		{"none that decides", true, 1, [][]verdict.Verdict{{{ID: verdict.SynCookie}}}, whyReset, 10, ""},
	} {
		var n List
		const all = 12
		for i := range uint64(all) {
			conn := *reporttest.HalfClose(t)
			if c.reset {
				reporttest.Reset(analyze.RstAbort)(&conn)
			}
			conn.Number = i + 1
			conn.Server = netip.AddrPortFrom(conn.Server.Addr(), 80+uint16(i)%c.ports)
			n.Add(&conn, c.lists[i%uint64(len(c.lists))])
		}
		rows, more := n.Shown()
		told := more[c.why]
		for _, r := range rows {
			told += 1 + r.Likewise
		}
		if len(rows) != c.rows || told != all || !strings.Contains(rows[0].Why, c.words) {
			t.Errorf("%s: %d rows for %d: %+v", c.name, len(rows), told, rows)
		}
	}
}

// TestAlikeBounded: beyond mostPairs the clients of a server are told apart no more, beyond as many servers
// connections are listed one by one, and none is lost.
func TestAlikeBounded(t *testing.T) {
	for _, servers := range []int{1, 7, 5000} {
		var n List
		const all = 3 * mostPairs
		for i := range uint64(all) {
			conn := *reporttest.Refused6(t)
			conn.Number = i + 1
			conn.Client = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 40000)
			at := i % uint64(servers)
			conn.Server = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(at >> 8), byte(at)}), 80)
			n.Add(&conn, nil)
		}
		rows, more := n.Shown()
		told := uint64(len(rows)) + more[whyRefused]
		for i := range rows {
			told += rows[i].Likewise
		}
		if len(n.alike) > 2*mostPairs || told != all || servers < 10 && len(rows) != servers {
			t.Errorf("%d servers: %d pairs, %d rows and %d more, %d told", servers, len(n.alike), len(rows), more[whyRefused], told)
		}
	}
}

// TestAlikeBeyond: where there are more pairs than are told apart, what a scanner tried is still not taken for that of
// others, nor is one client taken for several.
func TestAlikeBeyond(t *testing.T) {
	scan := []verdict.Verdict{{ID: verdict.HalfOpenScan, Confidence: verdict.Possible}}
	var n List
	number := uint64(0)
	add := func(client, server uint16, syns uint32, list []verdict.Verdict) {
		conn := *reporttest.Refused6(t)
		number++
		conn.Number, conn.Opening.SynCount = number, syns
		conn.Client = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(client >> 8), byte(client)}), 40000)
		conn.Server = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(server >> 8), byte(server)}), 80)
		n.Add(&conn, list)
	}
	for i := range uint16(mostPairs) {
		add(i, 1, 2, nil)
	}
	for range 50 {
		add(5000, 1, 1, nil) // those of a flood are told apart no more
		add(5001, 2, 3, nil) // nor is one client
		add(5002, 3, 4, scan)
		add(5003, 4, 5, scan)
	}
	rows, more := n.Shown()
	var got []string
	for _, r := range rows {
		got = append(got, r.Client+" "+r.Why[strings.LastIndex(r.Why, "; ")+2:])
	}
	want := []string{"10.0.19.139:40000 49 more of this client: refused, too", "10.0.19.138:40000 49 more of this client: refused, too",
		"10.0.19.137:40000 49 more to the server's address: refused, too", "10.0.0.0:40000 1,073 more to the server's address, of several clients: refused, too"}
	if !slices.Equal(got, want) || more[whyRefused] != 0 {
		t.Errorf("%q, and %d more", got, more[whyRefused])
	}
}
