package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
)

// TestSelfRoundTrip: the SYN-ACK of a socket connected with itself acknowledges its own SYN, which
// measures nothing.
func TestSelfRoundTrip(t *testing.T) {
	s := readScript(t, "open/self")
	seen := false
	a := analyze.New(analyze.Config{Connection: func(c *analyze.Connection) {
		if c.Number == 5 {
			seen = true
			if r := c.FromClient.RTT; r.Max >= 0 {
				t.Errorf("connection 5: %+v", r)
			}
		}
		if c.Number == 1 && c.FromClient.RTT.Min != 1e6 {
			t.Errorf("connection 1: %+v", c.FromClient.RTT)
		}
	}})
	s.Feed(a)
	a.Flush()
	if !seen {
		t.Error("no connection 5")
	}
}
