package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/script"
)

// ends feeds a script to an Analyzer and returns the states after its last
// segment, the end with the earlier letter first, and the labels on it.
func ends(t *testing.T, text string) (states [2]string, labels label.Set) {
	t.Helper()
	s, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	a := analyze.New(analyze.Config{Packet: func(o *analyze.Observation) {
		states, labels = [2]string{o.ClientState.String(), o.ServerState.String()}, o.Labels
		if o.FromClient == s.Events[at].Swapped() {
			states[0], states[1] = states[1], states[0]
		}
		at++
	}})
	s.Feed(a)
	return states, labels
}

const shaken = "0 A>B S 0 id 1\n+.01 B>A S. 0 ack 1 id 1\n+.01 A>B . 1 ack 1 id 2\n"

// findings of the tests in this package, each as small as it can be.
var findings = []struct {
	name, script string
	a, b         string // "" leaves the state open
	has, not     string // labels
}{
	{"a FIN overtaken by the ACK of the other FIN",
		// RFC 9293 figure 13: A's FIN acknowledges nothing of B's FIN, so it
		// left before that came: CLOSING and TIME-WAIT, never LAST-ACK.
		shaken + "+1 B>A F. 1 ack 1 id 2\n+.02 A>B . 2 ack 2 id 4\n+.001 A>B F. 1 ack 1 id 3\n+.02 B>A . 2 ack 2 id 3",
		"TIME-WAIT", "TIME-WAIT", "", ""},
	{"a RST ends a simultaneous open",
		// RFC 9293 figure 5 note 1, §3.5.3, MUST-11: SYN-RECEIVED goes back to
		// LISTEN after a passive OPEN only.
		"0 A>B S 0 id 1\n0.001 B>A S 0 id 1\n+.02 A>B S. 0 ack 1 id 2\n+.001 B>A S. 0 ack 1 id 2\n+.001 B>A R. 1 ack 1 id 3",
		"CLOSED", "CLOSED", "", ""},
	{"a RST ends a simultaneous open before the ACK",
		"0 A>B S 0 id 1\n0.001 B>A S 0 id 1\n+.02 A>B S. 0 ack 1 id 2\n+.1 B>A R 1 id 2",
		"CLOSED", "CLOSED", "", ""},
	{"a SYN-ACK again after a RST passed",
		// The end is alive: it sends from SYN-RECEIVED (§3.10.8), so the RST
		// came to nothing (lost, or its number was not RCV.NXT).
		shaken + "+1 A>B P. 1(10) ack 1 id 3\n+.01 A>B R. 11 ack 1 id 4\n+1 B>A S. 0 ack 1 id 2",
		"", "SYN-RECEIVED?", "", ""},
	{"a SYN-ACK again after FIN and ACK",
		// CLOSE in SYN-RECEIVED (§3.10.4). A SYN-ACK sent again says that not
		// even the SYN is acknowledged: the ACK of the FIN had not come.
		"0 A>B S 0 id 1\n+.01 B>A S. 0 ack 1 id 1\n+.001 B>A F. 1 ack 1 id 2\n+.01 A>B . 1 ack 2 id 2\n+1 B>A S. 0 ack 1 id 3",
		"", "FIN-WAIT-1", "", ""},
	{"an ACK that crosses a RST",
		// A's ACK left before the RST came. Nothing lets a reset end go on to
		// ESTABLISHED; if it lives, that is inferred at most.
		"0 A>B S 0 id 1\n+.02 B>A S. 0 ack 1 id 1\n+.005 B>A R 1 id 2\n+.01 A>B . 1 ack 1 id 2",
		"CLOSED", "CLOSED", "", ""},
	{"a SYN-ACK is no copy of the SYN",
		// DUPLICATE-PACKET asks for the same flags and acknowledgement.
		"0 A>B S 0\n+.0001 B>A S 0\n+.0001 B>A S. 0 ack 1",
		"", "SYN-RECEIVED", "", "DUPLICATE-PACKET"},
	{"a gap filled at once without a measured round trip",
		// No answer can be back after a microsecond.
		"0 A>B P. 1(10) ack 1\n+.1 A>B P. 31(10) ack 1\n+.000001 A>B P. 11(20) ack 1",
		"", "", "OUT-OF-ORDER", "RETRANSMISSION"},
	{"a FIN again that crosses a RST",
		// Whoever got a RST in FIN-WAIT-2 does not go back to LAST-ACK.
		shaken + "+1 A>B F. 1 ack 1 id 3\n+.02 B>A . 1 ack 2 id 2\n+.1 B>A R. 1 ack 2 id 3\n+.005 A>B F. 1 ack 1 id 4",
		"CLOSED", "CLOSED", "", ""},
	{"an end that goes on after a RST, seen from the middle",
		"0 B>A P. 1(9) ack 1 id 1\n+.01 A>B . 1 ack 10 id 1\n+1 A>B R 1 id 2\n+2 B>A P. 10(9) ack 1 id 2",
		"", "ESTABLISHED?", "", ""},
	{"a SYN again that crosses the RST",
		// The SYN may have left before the RST came: it is over, or inferred.
		"0 A>B S 0 id 1\n+.2 B>A R. 0 ack 1 id 1\n+.1 A>B S 0 id 2",
		"SYN-SENT?", "", "", ""},
	{"a SYN again long after the RST",
		// No SYN is on its way for so long: it is a new try.
		"0 A>B S 0 id 1\n+.2 B>A R. 0 ack 1 id 1\n+1.1 A>B S 0 id 2",
		"SYN-SENT", "LISTEN?", "", ""},
	{"a SYN sent again and reset again",
		"0 A>B S 0 id 1\n+.2 B>A R. 0 ack 1 id 1\n+.5 A>B S 0 id 2\n+.2 B>A R. 0 ack 1 id 2",
		"CLOSED", "CLOSED", "", ""},
	{"SYN-ACKs again after a RST and a challenge ACK",
		"0 A>B S 0 id 1\n+.02 B>A S. 0 ack 1 id 1\n+.02 A>B . 1 ack 1 id 2\n+.1 A>B F. 1 ack 1 id 3\n+.2 A>B R. 2 ack 1 id 4\n" +
			"+.01 B>A S. 0 ack 1 id 2\n+.02 B>A . 1 ack 1 id 3\n+.5 B>A S. 0 ack 1 id 4\n+2 B>A S. 0 ack 1 id 5",
		"", "SYN-RECEIVED", "", ""},
	{"an ACK beyond what was captured",
		// B's data was not captured. A's ACK is for its SYN all the same: A is
		// not in SYN-SENT, and nothing says so for certain.
		"0 A>B S 0 id 1\n+.01 B>A S. 0 ack 1 id 1\n+.03 A>B . 1 ack 41 id 2\n+.01 B>A P. 41(10) ack 1 id 9",
		"ESTABLISHED", "ESTABLISHED", "", ""},
	{"an ACK that waits for a FIN that comes again",
		// A sends its FIN again: the ACK that passed before had not come.
		shaken + "+1 A>B F. 1 ack 1 id 3\n+.001 B>A F. 1 ack 1 id 2\n+.1 B>A . 2 ack 2 id 3\n+.3 A>B F. 1 ack 2 id 4",
		"CLOSING", "", "", ""},
	{"data again below an acknowledged FIN",
		// Whoever sends octets again had no ACK of the FIN after them.
		shaken + "+1 A>B FP. 1(10) ack 1 id 3\n+.01 B>A . 1 ack 12 id 2\n+1 A>B P. 1(10) ack 1 id 4",
		"FIN-WAIT-1", "CLOSE-WAIT", "", ""},
	{"most packets overtaken",
		// The identifications of those that are overtaken fall by little: they still
		// tell in which order packets were sent, where the time alone says otherwise.
		shaken + "+.01 A>B . 11(10) ack 1 id 4\n+.001 A>B . 1(10) ack 1 id 3\n+.001 A>B . 41(10) ack 1 id 7\n+.001 A>B . 31(10) ack 1 id 6\n" +
			"+.03 A>B . 21(10) ack 1 id 5",
		"", "", "OUT-OF-ORDER", "RETRANSMISSION"},
	{"identifications that jump down",
		shaken + "+.01 A>B . 11(10) ack 1 id 304\n+.001 A>B . 1(10) ack 1 id 203\n+.001 A>B . 41(10) ack 1 id 107\n+.001 A>B . 31(10) ack 1 id 6\n" +
			"+.03 A>B . 21(10) ack 1 id 5",
		"", "", "RETRANSMISSION", "OUT-OF-ORDER"},
	{"identifications that only fall",
		"0 A>B S 0 id 9\n+.01 B>A S. 0 ack 1 id 1\n+.01 A>B . 1 ack 1 id 8\n+.01 A>B . 11(10) ack 1 id 7\n+.03 A>B . 1(10) ack 1 id 6",
		"", "", "RETRANSMISSION", "OUT-OF-ORDER"},
	{"a SYN-ACK captured a second time on the way",
		"0 A>B S 0 id 1\n+.0001 B>A S. 0 ack 1\n+.0003 A>B S 0 id 1 ttl 63\n+.0001 B>A S. 0 ack 1 ttl 63",
		"", "", "DUPLICATE-PACKET", "RETRANSMISSION"},
	{"a SYN-ACK for a SYN that came twice",
		"0 A>B S 0 id 1\n+.0001 B>A S. 0 ack 1\n+.0003 A>B S 0 id 1\n+.0001 B>A S. 0 ack 1",
		"", "", "RETRANSMISSION", "DUPLICATE-PACKET"},
	{"a SYN-ACK again by another way, later",
		"0 A>B S 0 id 1\n+.0001 B>A S. 0 ack 1\n+1 A>B S 0 id 2\n+.0001 B>A S. 0 ack 1 ttl 63",
		"", "", "RETRANSMISSION", "DUPLICATE-PACKET"},
	{"an acknowledgement too soon for what was sent again",
		"0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B . 1(10) ack 1\n+.3 A>B . 1(10) ack 1\n+.001 B>A . 1 ack 11",
		"", "", "SHOWN-SPURIOUS", ""},
	{"beside the receiver nothing is too soon",
		"0 A>B S 0\n+.0005 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n+.1 A>B . 1(10) ack 1\n+.3 A>B . 1(10) ack 1\n+.0001 B>A . 1 ack 11",
		"", "", "", "SHOWN-SPURIOUS"},
	{"what was sent again came here first",
		"0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B . 11(10) ack 1\n+.3 A>B . 1(10) ack 1\n+.001 B>A . 1 ack 21",
		"", "", "", "SHOWN-SPURIOUS"},
}

func TestFindings(t *testing.T) {
	for _, c := range findings {
		t.Run(c.name, func(t *testing.T) {
			states, labels := ends(t, c.script)
			if c.a != "" && states[0] != c.a || c.b != "" && states[1] != c.b {
				t.Errorf("states %v, want %s %s", states, c.a, c.b)
			}
			if id, ok := label.Find(c.has); ok && !labels.Has(id) {
				t.Errorf("%s is absent", c.has)
			}
			if id, ok := label.Find(c.not); ok && labels.Has(id) {
				t.Errorf("%s is set", c.not)
			}
		})
	}
}
