package phrase

import (
	"slices"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestStalls: an end is stuck that sent again after timeouts what was never acknowledged. A FIN takes
// one of the numbers, and is not an octet.
func TestStalls(t *testing.T) {
	const again = " got no acknowledgement, in spite of 3 timeouts in a row"
	for _, c := range []struct {
		name           string
		client, server analyze.Direction
		fins           []analyze.Side
		want           []string
	}{
		{"nothing is unacknowledged", analyze.Direction{Timeouts: 9}, analyze.Direction{}, nil, nil},
		{"too few timeouts", analyze.Direction{Unacknowledged: 5, Timeouts: 2}, analyze.Direction{}, nil, nil},
		{"octets", analyze.Direction{Unacknowledged: 1, Timeouts: 3}, analyze.Direction{}, nil, []string{"the last 1 B of the client" + again}},
		{"octets of the server", analyze.Direction{}, analyze.Direction{Unacknowledged: 5, Timeouts: 3}, nil, []string{"the last 5 B of the server" + again}},
		{"more timeouts", analyze.Direction{Unacknowledged: 5, Timeouts: 4}, analyze.Direction{}, nil, []string{"the last 5 B of the client got no acknowledgement, in spite of 4 timeouts in a row"}},
		{"a FIN", analyze.Direction{Unacknowledged: 1, Timeouts: 3}, analyze.Direction{}, []analyze.Side{analyze.ClientSide}, []string{"the FIN of the client" + again}},
		{"octets and a FIN", analyze.Direction{Unacknowledged: 6, Timeouts: 3}, analyze.Direction{}, []analyze.Side{analyze.ClientSide}, []string{"the last 5 B of the client and its FIN" + again}},
		{"octets, and a FIN of the other end", analyze.Direction{Unacknowledged: 6, Timeouts: 3}, analyze.Direction{}, []analyze.Side{analyze.ServerSide}, []string{"the last 6 B of the client" + again}},
		{"both ends", analyze.Direction{Unacknowledged: 6, Timeouts: 3}, analyze.Direction{Unacknowledged: 7, Timeouts: 3}, nil,
			[]string{"the last 6 B of the client" + again, "the last 7 B of the server" + again}},
		{"keep-alives", analyze.Direction{Probed: analyze.Probed{For: 1}}, analyze.Direction{}, nil,
			[]string{"nothing answered the last keep-alives of the client, sent until 1 ns after the last segment of the server"}},
		{"window probes", analyze.Direction{}, analyze.Direction{Probed: analyze.Probed{For: 60e9, Window: true}}, nil,
			[]string{"nothing answered the last window probes of the server, sent until 60.0 s after the last segment of the client"}},
		{"probes, and octets before them", analyze.Direction{Unacknowledged: 6, Timeouts: 3, Probed: analyze.Probed{For: 60e9, Window: true}}, analyze.Direction{}, nil,
			[]string{"nothing answered the last window probes of the client, sent until 60.0 s after the last segment of the server", "the last 6 B of the client" + again}},
		{"probes whose time is unknown", analyze.Direction{Probed: analyze.Probed{For: -1}}, analyze.Direction{}, nil, nil},
	} {
		conn := reporttest.Closed(t, analyze.ClosingHalfClosed, c.fins...)
		conn.FromClient, conn.FromServer = c.client, c.server
		got := Stalls(conn, 3)
		for i := range got {
			got[i] = prose.Unglue(got[i])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestStallsOnce: one timeout is in no row.
func TestStallsOnce(t *testing.T) {
	conn := reporttest.Closed(t, analyze.ClosingOpen)
	for n, want := range map[uint8]string{1: "a timeout", 2: "2 timeouts in a row"} {
		conn.FromServer = analyze.Direction{Unacknowledged: 5, Timeouts: n}
		if got, want := prose.Unglue(Stalls(conn, 1)[0]), "the last 5 B of the server got no acknowledgement, in spite of "+want; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestStuck: what was first sent after an idle time tells that time; after half a minute a middlebox
// may have forgotten the connection, and before it need not.
func TestStuck(t *testing.T) {
	const forgotten = ": something on the way may have forgotten the connection by then)"
	for _, c := range []struct {
		stuck analyze.Stuck
		want  string
	}{
		{analyze.Stuck{Packet: 9, Idle: 999_999_999}, ""},
		{analyze.Stuck{Packet: 9, Idle: 1e9}, " (first sent in packet 9, 1.00 s after the last segment of the client)"},
		{analyze.Stuck{Packet: 1, Idle: 29_900_000_000}, " (first sent in packet 1, 29.9 s after the last segment of the client)"},
		{analyze.Stuck{Packet: 9, Idle: 30e9}, " (first sent in packet 9, 30.0 s after the last segment of the client" + forgotten},
		{analyze.Stuck{Idle: 60e9}, ""},
	} {
		conn := reporttest.Closed(t, analyze.ClosingOpen)
		conn.FromServer = analyze.Direction{Unacknowledged: 5, Timeouts: 1, Stuck: c.stuck}
		if got, want := prose.Unglue(Stalls(conn, 1)[0]), "the last 5 B of the server got no acknowledgement, in spite of a timeout"+c.want; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestOnlyLong: that only long packets were tried is said where nothing shows whether short ones arrive: else
// there is a verdict, or the length is not the reason.
func TestOnlyLong(t *testing.T) {
	const long = " (sent again in packets of 1,500 B or more, and no packet of this end that was so long was ever acknowledged: " +
		"the path may not take such, or the other end is out of reach)"
	for _, c := range []struct {
		name string
		clue analyze.LongClue
		want string
	}{
		{"unknown", analyze.LongClue{Tries: 1, Least: 1500}, long},
		{"no such packets", analyze.LongClue{Least: 1500}, ""},
		{"a short one arrived", analyze.LongClue{Tries: 1, Least: 1500, Short: 8}, ""},
		{"something after it arrived", analyze.LongClue{Tries: 1, Least: 1500, Reported: 8}, ""},
		{"the other end lives", analyze.LongClue{Tries: 1, Least: 1500, Alive: 8}, ""},
	} {
		conn := reporttest.Closed(t, analyze.ClosingOpen)
		conn.FromClient = analyze.Direction{Unacknowledged: 5, Timeouts: 1, Long: c.clue}
		if got, want := prose.Unglue(Stalls(conn, 1)[0]), "the last 5 B of the client got no acknowledgement, in spite of a timeout"+c.want; got != want {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
	}
}

// TestVerdict: a verdict has its confidence, and as much evidence as asked for and known.
func TestVerdict(t *testing.T) {
	v := verdict.Verdict{ID: verdict.SynLost, Confidence: verdict.Likely, Len: 2}
	v.Items[0] = verdict.Item{Why: verdict.SynUnanswered, Packet: 3}
	v.Items[1] = verdict.Item{Why: verdict.SynAgain, Packet: 4, Than: 3, Value: 1e9}
	v.Items[2] = verdict.Item{Why: verdict.SynUnanswered, Packet: 99} // beyond the end
	for most, want := range []string{
		"SYN-LOST (likely): ", "SYN-LOST (likely): SYN in packet 3 was not answered",
		"SYN-LOST (likely): SYN in packet 3 was not answered; SYN again in packet 4, 1.00 s after packet 3",
		"SYN-LOST (likely): SYN in packet 3 was not answered; SYN again in packet 4, 1.00 s after packet 3",
	} {
		if got := Verdict(&v, most); got != want {
			t.Errorf("at most %d: %q, want %q", most, got, want)
		}
	}
}
