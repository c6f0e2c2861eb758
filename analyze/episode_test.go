package analyze_test

import (
	"fmt"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/order"
	"tcpwatch/analyze/script"
)

// heard is what an Analyzer says of a script besides labels and states.
type heard struct {
	episodes []string
	repeats  []string
	last     *analyze.Connection
}

func hear(t *testing.T, text string) heard {
	t.Helper()
	s, err := script.Parse(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var h heard
	inOrder := order.New(func(c *analyze.Connection) { h.last = c.Clone() })
	a := analyze.New(analyze.Config{
		Connection: inOrder.Connection,
		Episode: func(e *analyze.Episode) {
			who := "server"
			if e.FromClient {
				who = "client"
			}
			h.episodes = append(h.episodes, fmt.Sprintf("%s %s %d-%d %dms %s probes=%d answers=%d window=%d",
				who, e.Kind, e.First, e.Last, (e.Stop-e.Start)/1e6, e.End, e.Probes, e.Answers, e.Window))
		},
		Packet: func(o *analyze.Observation) {
			if o.Labels.Has(label.Retransmission) {
				r := &o.Repeat
				h.repeats = append(h.repeats, fmt.Sprintf("%d repeats %d after %d %s backoff=%d rto=%d", o.Segment.Packet, r.Packet, r.Delay, o.Cause, r.Backoff, r.RTO))
			} else if o.Repeat != (analyze.Repeat{}) {
				t.Errorf("packet %d is no retransmission and repeats %+v", o.Segment.Packet, o.Repeat)
			}
		},
	})
	s.Feed(a)
	a.Flush()
	return h
}

const small = "0     A>B S  0 win 64240 <mss 1460>\n+.010 B>A S. 0 ack 1 win 1000 <mss 1460>\n+.001 A>B .  1 ack 1 win 64240\n" +
	"+.1   A>B P. 1:1001(1000) ack 1 win 64240\n" // packet 4 uses the window up

func TestEpisodes(t *testing.T) {
	for _, c := range []struct {
		name, script string
		want         []string
		zero, full   int64 // ms that the client was held
	}{
		{"acknowledged", small + "+.010 B>A . 1 ack 1001 win 1000\n",
			[]string{"client window full 4-5 10ms reopened probes=0 answers=0 window=1000"}, 0, 10},
		{"closed, probed, opened", small + "+.010 B>A . 1 ack 1001 win 0\n+.2 A>B . 1000:1000(0) ack 1 win 64240\n" +
			"+.01 B>A . 1 ack 1001 win 0\n+.4 A>B . 1001:1002(1) ack 1 win 64240\n+.01 B>A . 1 ack 1001 win 0\n+1 B>A . 1 ack 1001 win 5000\n",
			[]string{"client window full 4-5 10ms closed probes=0 answers=0 window=0", "client zero window 5-10 1620ms reopened probes=2 answers=2 window=5000"}, 1620, 10},
		{"acknowledged in part, no more room", small + "+.010 B>A . 1 ack 501 win 500\n+.010 B>A . 1 ack 1001 win 1000\n",
			[]string{"client window full 4-6 20ms reopened probes=0 answers=1 window=1000"}, 0, 20},
		{"an old window overtaken", small + "+.010 B>A . 1 ack 1001 win 0\n+.001 B>A . 1 ack 1 win 1000\n+.1 B>A . 1 ack 1001 win 1000\n",
			[]string{"client window full 4-5 10ms closed probes=0 answers=0 window=0", "client zero window 5-7 101ms reopened probes=0 answers=0 window=1000"}, 101, 10},
		{"reset", small + "+.010 B>A . 1 ack 1001 win 0\n+.5 B>A R. 1 ack 1001\n",
			[]string{"client window full 4-5 10ms closed probes=0 answers=0 window=0", "client zero window 5-6 500ms reset probes=0 answers=0 window=0"}, 500, 10},
		{"a RST that does not count", small + "+.010 B>A . 1 ack 1001 win 0\n+.5 B>A R. 500 ack 1001\n+.5 B>A . 1 ack 1001 win 9\n",
			[]string{"client window full 4-5 10ms closed probes=0 answers=0 window=0", "client zero window 5-7 1000ms reopened probes=0 answers=0 window=9"}, 1000, 10},
		{"not seen to end", small + "+.010 B>A . 1 ack 1001 win 0\n+5 A>B . 1000:1000(0) ack 1 win 64240\n",
			[]string{"client window full 4-5 10ms closed probes=0 answers=0 window=0", "client zero window 5-0 5000ms not seen probes=1 answers=0 window=0"}, 5000, 10},
		{"the server is held", "0 A>B S 0 win 100\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1 win 0\n+1 A>B . 1 ack 1 win 100\n",
			[]string{"server zero window 3-4 1000ms reopened probes=0 answers=0 window=100"}, 0, 0},
		{"room enough", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B P. 1:101(100) ack 1\n", nil, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hear(t, c.script)
			if got, want := strings.Join(h.episodes, "\n"), strings.Join(c.want, "\n"); got != want {
				t.Errorf("episodes\n%s\nwant\n%s", got, want)
			}
			if d := h.last.FromClient; d.ZeroWindowTime != c.zero*1e6 || d.WindowFullTime != c.full*1e6 {
				t.Errorf("the record has %d and %d ns, want %d and %d ms", d.ZeroWindowTime, d.WindowFullTime, c.zero, c.full)
			}
			if n := h.last.FromClient.WindowEpisodes + h.last.FromServer.WindowEpisodes; n != uint64(len(c.want)) {
				t.Errorf("%d episodes in the record", n)
			}
		})
	}
}

// TestRepeats wants to know what was sent again, how late, and by which timer.
func TestRepeats(t *testing.T) {
	h := hear(t, "0 A>B S 0 <mss 1460>\n+1 A>B S 0 <mss 1460>\n+.010 B>A S. 0 ack 1 <mss 1460>\n+.001 A>B . 1 ack 1\n"+
		"+.1 A>B P. 1:101(100) ack 1\n+.020 B>A . 1 ack 101\n"+
		"+.1 A>B P. 101:201(100) ack 1\n+.2 A>B P. 101:201(100) ack 1\n+.4 A>B P. 101:201(100) ack 1\n+.01 B>A . 1 ack 201\n"+
		"+.1 A>B P. 201:301(100) ack 1\n+.01 B>A . 1 ack 301\n+.3 A>B P. 201:301(100) ack 1\n")
	want := []string{
		"2 repeats 1 after 1000000000 rto backoff=1 rto=-1",
		// SRTT 20 ms, RTTVAR 10 ms: RFC 6298 §2.2
		"8 repeats 7 after 200000000 rto backoff=1 rto=63000000",
		"9 repeats 8 after 400000000 rto backoff=2 rto=63000000",
		// then 10 ms: RTTVAR 10, SRTT 18.75 ms: §2.3
		"13 repeats 11 after 310000000 spurious backoff=0 rto=61750000",
	}
	if got := strings.Join(h.repeats, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("repeats\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if h.last.Silence.For != 1e9 {
		t.Errorf("the longest silence is %d ns, want that between the SYNs", h.last.Silence.For)
	}
}

// TestOldAnswer: the ACK and the RST between a SYN and an older connection that
// is remembered here belong to that one; the new one knows of them.
func TestOldAnswer(t *testing.T) {
	h := hear(t, "0 A>B S 0:0(0) win 64240 <mss 1460>\n+.010 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.001 A>B . 1:1(0) ack 1 win 64240\n"+
		"+1 B>A F. 1 ack 1 win 65160\n+.001 A>B F. 1 ack 2 win 64240\n+.010 B>A . 2 ack 2 win 65160\n"+
		"+5 A>B S =500\n+.010 B>A . 2 ack 2 win 65160\n+.001 A>B R 2\n+1 A>B S =500\n+.010 B>A S. =900000 ack =501\n+.001 A>B . =501 ack =900001\n")
	if c := h.last.Clues; h.last.Number != 2 || c.OldAck != 8 || c.OldRst != 9 || c.ServerProved != 0 || c.Ignored != 1 {
		t.Errorf("connection %d: %+v", h.last.Number, c)
	}
}

// TestFirstAnswer: a SYN-ACK that answers a SYN sent again, and echoes the first
// one, which was answered long ago, does not lengthen the round trip.
func TestFirstAnswer(t *testing.T) {
	h := hear(t, "0 A>B S 0 <TS val 100 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+1 A>B S 0 <TS val 1110 ecr 0>\n"+
		"+.010 B>A S. 0 ack 1 <TS val 1017 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 1121 ecr 1017>\n")
	if o := h.last.Opening; o.RTTServer != 10e6 {
		t.Errorf("the round trip to the server is %d ns, want 10 ms", o.RTTServer)
	}
}
