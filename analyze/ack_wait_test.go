package analyze_test

import (
	"fmt"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/script"
)

// TestAckWaits: how often each end's payload waited for a late acknowledgement, by how many ms these were late in all,
// and what waited longest, for what; by the analysis of each segment as by the book.
func TestAckWaits(t *testing.T) {
	const (
		// A tap beside the client: 10 ms to the server.
		near = "0 A>B S 0 <mss 1460>\n+.010 B>A S. 0 ack 1 <mss 1460>\n+.0001 A>B . 1 ack 1\n"
		// One beside the server: 50 ms to the client.
		far   = "0 A>B S 0 <mss 1460>\n+.0001 B>A S. 0 ack 1 <mss 1460>\n+.050 A>B . 1 ack 1\n"
		first = "+.1 A>B P. 1:51(50) ack 1\n"
		acked = "+.050 B>A . 1 ack 51\n"
		next  = "+.0001 A>B P. 51:151(100) ack 1\n"
		reply = "+.010 B>A P. 1:81(80) ack 151\n"
		again = "+.1 A>B P. 151:201(50) ack 81\n+.060 B>A . 81 ack 201\n+.0001 A>B P. 201:301(100) ack 81\n"
		none  = "0 0 0/0"
		once  = "1 40 6/5"
	)
	long := func(n int) string { return fmt.Sprintf("+.1 A>B P. 1:%d(%d) ack 1\n+.050 B>A . 1 ack %[1]d\n", n+1, n) }
	for _, c := range []struct{ name, script, client, server string }{
		{"a message in two pieces", near + first + acked + next + reply, once, none},
		{"two messages", near + first + acked + next + reply + again, "2 90 10/9", none},
		{"the longest first", near + strings.Replace(first+acked+next+reply, "+.050", "+.070", 1) + again, "2 110 6/5", none},
		{"of the server", near + "+.1 A>B P. 1:51(50) ack 1\n+.010 B>A P. 1:51(50) ack 51\n+.040 A>B . 51 ack 51\n+.010 B>A P. 51:151(100) ack 51\n", none, "1 39 7/6"},
		{"the acknowledgement comes in time", near + first + "+.029 B>A . 1 ack 51\n" + next, none, none},
		{"and just late", near + first + "+.030 B>A . 1 ack 51\n" + next, "1 20 6/5", none},
		{"no acknowledgement is delayed for so long", near + first + "+.510 B>A . 1 ack 51\n" + next, none, none},
		{"and for so long", near + first + "+.509 B>A . 1 ack 51\n" + next, "1 499 6/5", none},
		{"the program writes later", near + first + acked + "+.0012 A>B P. 51:151(100) ack 1\n", none, none},
		{"a client that is slow to send", near + first + acked + "+.0011 A>B P. 51:151(100) ack 1\n", once, none},
		{"seen from the server", far + first + "+.040 B>A . 1 ack 51\n+.050 A>B P. 51:151(100) ack 1\n", "1 39 6/5", none},
		{"and a quarter of the way later", far + first + "+.040 B>A . 1 ack 51\n+.0625 A>B P. 51:151(100) ack 1\n", "1 39 6/5", none},
		{"later than that", far + first + "+.040 B>A . 1 ack 51\n+.063 A>B P. 51:151(100) ack 1\n", none, none},
		{"it left before it had the acknowledgement", far + first + "+.040 B>A . 1 ack 51\n+.020 A>B P. 51:151(100) ack 1\n" +
			"+.040 B>A . 1 ack 151\n+.050 A>B P. 151:251(100) ack 1\n", none, none},
		{"it does not wait", near + first + "+.0001 A>B P. 51:151(100) ack 1\n" + reply + again, none, none},
		{"it waits no more", near + first + acked + next + reply + "+.1 A>B P. 151:201(50) ack 81\n+.0001 A>B P. 201:301(100) ack 81\n", none, none},
		{"payload of the other end", near + first + "+.050 B>A P. 1:2(1) ack 51\n+.0001 A>B P. 51:151(100) ack 2\n", none, none},
		{"and behind the acknowledgement", near + first + acked + "+.0001 B>A P. 1:2(1) ack 51\n+0 A>B P. 51:151(100) ack 1\n", none, none},
		{"a FIN with the acknowledgement", near + first + "+.050 B>A F. 1 ack 51\n+.0001 A>B P. 51:151(100) ack 2\n", none, none},
		{"a FIN with what comes next", near + first + acked + "+.0001 A>B FP. 51:151(100) ack 1\n", none, none},
		{"a full segment first", near + long(1460) + "+.0001 A>B P. 1461:1561(100) ack 1\n", none, none},
		{"a small one", near + long(1459) + "+.0001 A>B P. 1460:1560(100) ack 1\n", once, none},
		{"several, the last one small", near + long(3000) + "+.0001 A>B P. 3001:3101(100) ack 1\n", once, none},
		{"several full ones", near + long(2920) + "+.0001 A>B P. 2921:3021(100) ack 1\n", none, none},
		{"a full segment next", near + first + acked + "+.0001 A>B . 51:1511(1460) ack 1\n", none, none},
		{"several next", near + first + acked + "+.0001 A>B P. 51:3051(3000) ack 1\n", none, none},
		{"full by what the sender itself takes", strings.Replace(near, "mss 1460", "mss 600", 1) + long(600) + "+.0001 A>B P. 601:701(100) ack 1\n", none, none},
		{"small by that", strings.Replace(near, "mss 1460", "mss 600", 1) + long(599) + "+.0001 A>B P. 600:700(100) ack 1\n", once, none},
		{"no room for a full segment", strings.Replace(near, "ack 1 <", "ack 1 win 1509 <", 1) + first + acked + next, none, none},
		{"and just room", strings.Replace(near, "ack 1 <", "ack 1 win 1510 <", 1) + first + acked + next, once, none},
		{"acknowledged in two steps", near + first + "+.040 B>A . 1 ack 21\n+.010 B>A . 1 ack 51\n" + next, "1 40 7/6", none},
		{"acknowledged twice", near + first + acked + "+.001 B>A . 1 ack 51\n+.001 A>B P. 51:151(100) ack 1\n", none, none},
		{"the first piece again", near + first + "+.3 A>B P. 1:51(50) ack 1\n+.050 B>A . 1 ack 51\n" + next, none, none},
		{"octets that were not captured", near + first + "+.050 B>A . 1 ack 61\n+.0001 A>B P. 61:151(90) ack 1\n", none, none},
		{"a gap", near + first + acked + "+.0001 A>B P. 61:151(90) ack 1\n", none, none},
		{"a keep-alive", near + first + acked + "+.00005 A>B . 50 ack 1\n" + next, none, none},
		{"a full segment does not wait", near + first + "+.0001 A>B . 51:1511(1460) ack 1\n+.010 B>A P. 1:81(80) ack 1511\n" +
			"+.1 A>B P. 1511:1561(50) ack 81\n+.050 B>A . 81 ack 1561\n+.0001 A>B P. 1561:1661(100) ack 81\n", "1 40 9/8", none},
		{"an acknowledgement of its own", near + first + "+.050 A>B . 51 ack 1 win 60000\n" + next, none, none},
		{"no round trip is known", first + acked + next, none, none},
		{"that to the sender is not known", "+.1 A>B P. 1:51(50) ack 1\n+.010 B>A . 1 ack 51\n+.1 A>B P. 51:101(50) ack 1\n+.050 B>A . 1 ack 101\n+.0001 A>B P. 101:201(100) ack 1\n", none, none},
		{"a clock that was set back", near + first + acked + next + ".05 B>A . 1 ack 151\n", none, none},
	} {
		t.Run(c.name, func(t *testing.T) {
			for way, record := range map[string]*analyze.Connection{"each segment": hear(t, c.script).last, "by the book": unheard(t, c.script)} {
				for _, e := range []struct {
					who, want string
					w         analyze.AckWait
				}{{"client", c.client, record.FromClient.AckWait}, {"server", c.server, record.FromServer.AckWait}} {
					if got := fmt.Sprintf("%d %d %d/%d", e.w.Times, e.w.For/1e6, e.w.Packet, e.w.Ack); got != e.want {
						t.Errorf("%s, %s: %s, want %s", way, e.who, got, e.want)
					}
				}
			}
		})
	}
}

// unheard returns the record of a script's last connection where nothing else is asked for.
func unheard(t *testing.T, text string) (last *analyze.Connection) {
	t.Helper()
	s, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	a := analyze.New(analyze.Config{Connection: func(c *analyze.Connection) { last = c.Clone() }})
	s.Feed(a)
	a.Flush()
	return last
}
