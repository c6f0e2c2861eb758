package analyze_test

import "testing"

// TestProbed: two or more probes in a row that nothing answers by the end are told, each time as that from the
// other end's last segment to the last of them, in ms; one that may still be answered is not.
func TestProbed(t *testing.T) {
	const (
		open   = "0 A>B S 0\n+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.010 B>A . 1 ack 11\n"
		closed = "0 A>B S 0 <mss 1460>\n+.010 B>A S. 0 ack 1 win 1000 <mss 1460>\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:1001(1000) ack 1\n+.010 B>A . 1 ack 1001 win 0\n"
		alive  = "+1 A>B . 10:10(0) ack 1\n"
		probe  = "+1 A>B . 1000:1000(0) ack 1\n"
		later  = "+2 A>B . 1000:1000(0) ack 1\n"
	)
	for _, c := range []struct {
		name, script string
		want         int64
		window       bool
	}{
		{"one keep-alive", open + alive, 0, false},
		{"two keep-alives", open + alive + alive, 2000, false},
		{"two keep-alives, answered", open + alive + alive + "+.01 B>A . 1 ack 11\n", 0, false},
		{"two keep-alives and another after an answer", open + alive + alive + "+.01 B>A . 1 ack 11\n" + alive, 0, false},
		{"two keep-alives, and given up", open + alive + alive + "+1 A>B R. 11 ack 1\n", 0, false},
		{"a keep-alive captured twice", open + "+1 A>B . 10:10(0) ack 1 id 7\n+.0001 A>B . 10:10(0) ack 1 id 7\n", 0, false},
		{"one window probe", closed + probe, 0, false},
		{"two window probes", closed + probe + later, 3000, true},
		{"two window probes, answered", closed + probe + later + "+.01 B>A . 1 ack 1001 win 0\n", 0, false},
		{"two window probes on a slow way", "0 A>B S 0 <mss 1460>\n+2 B>A S. 0 ack 1 win 1000 <mss 1460>\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:1001(1000) ack 1\n+2 B>A . 1 ack 1001 win 0\n" + probe + later, 0, false},
	} {
		d := hear(t, c.script).last.FromClient
		if got := d.Probed.For / 1e6; got != c.want || d.Probed.Window != c.window {
			t.Errorf("%s: %d ms, window %t, want %d, %t", c.name, got, d.Probed.Window, c.want, c.window)
		}
	}
}
