package analyze_test

import (
	"fmt"
	"strings"
	"testing"

	"tcpwatch/analyze/label"
)

// A segment that is probed at once and acknowledged, in the ways in which that may end
// the wait for the probe's outcome (RFC 8985 §7.4.2).
const probed = near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.045 A>B . 1:1001(1000) ack 1 id 4\n"

// What passes of a connection whose SYNs were not captured.
const unopened = "+.020 B>A . 1:1(0) ack 1 win 65160\n+.0001 A>B . 1:1(0) ack 1 win 64240 id 2\n"

// Two segments in flight, of which the last is sent again.
const tail = near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B . 1001:2001(1000) ack 1 id 4\n"

// The same opening after a SYN was lost.
const near20Again = "0 A>B S 0:0(0) win 64240 id 1 <mss 1460,sackOK>\n+1 A>B S 0:0(0) win 64240 id 2 <mss 1460,sackOK>\n" +
	"+.020 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>\n+.0001 A>B . 1:1(0) ack 1 win 64240 id 3\n"

// TestTimerCauses: which timer it was that ran out, where that can be known.
func TestTimerCauses(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       label.Cause
	}{
		{"one segment in flight, after two round trips", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.16 A>B . 1:1001(1000) ack 1 id 4", label.CauseTLP},
		{"one segment in flight, when a timeout is due", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.22 A>B . 1:1001(1000) ack 1 id 4", label.CauseTLP},
		{"the same without SACK", strings.ReplaceAll(near20, ",sackOK", "") + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.22 A>B . 1:1001(1000) ack 1 id 4", label.CauseRTO},
		{"the same where no SYN was captured", unopened + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.22 A>B . 1:1001(1000) ack 1 id 4", label.CauseUnknown},
		{"the same where the SYN-ACK was not captured", "0 A>B S 0:0(0) win 64240 id 1 <mss 1460,sackOK>\n" + unopened + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.22 A>B . 1:1001(1000) ack 1 id 4", label.CauseUnknown},
		{"the same where it was not, and the SYN is without SACK", "0 A>B S 0:0(0) win 64240 id 1 <mss 1460>\n" + unopened + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.22 A>B . 1:1001(1000) ack 1 id 4", label.CauseRTO},
		{"for the second time, where no SYN was captured", unopened + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.22 A>B . 1:1001(1000) ack 1 id 4\n+.44 A>B . 1:1001(1000) ack 1 id 5", label.CauseRTO},
		{"one segment in flight, for the second time", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.22 A>B . 1:1001(1000) ack 1 id 4\n+.22 A>B . 1:1001(1000) ack 1 id 5", label.CauseRTO},
		{"one segment in flight, after a second, which a probe may have waited", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+1.1 A>B . 1:1001(1000) ack 1 id 4", label.CauseUnknown},
		{"one segment in flight, too late for a probe", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+1.3 A>B . 1:1001(1000) ack 1 id 4", label.CauseRTO},
		{"the first of two segments in flight, after a second", tail + "+1.1 A>B . 1:1001(1000) ack 1 id 5", label.CauseRTO},
		{"one segment in flight, after a second, without SACK", renoOpened + "+1 A>B . 1:1001(1000) ack 1 id 3\n+1.1 A>B . 1:1001(1000) ack 1 id 4", label.CauseRTO},
		{"the first of two segments in flight", tail + "+.22 A>B . 1:1001(1000) ack 1 id 5", label.CauseRTO},
		{"the last of two segments in flight", tail + "+.22 A>B . 1001:2001(1000) ack 1 id 5", label.CauseTLP},
		{"the last of two segments in flight, much later", tail + "+3 A>B . 1001:2001(1000) ack 1 id 5", label.CauseUnknown},
		{"the last of two, of which the first is acknowledged", tail + "+.02 B>A . 1 ack 1001\n+.2 A>B . 1001:2001(1000) ack 1 id 5", label.CauseTLP},
		{"the last of three, of which the second is reported", tail + "+0 A>B . 2001:3001(1000) ack 1 id 5\n+.02 B>A . 1 ack 1 <sack 1001:2001>\n+.05 A>B . 2001:3001(1000) ack 1 id 6", label.CauseUnknown},
		{"of a sender that has probed", probed + "+.02 B>A . 1 ack 1001 <sack 1:1001>\n+1 A>B . 1001:2001(1000) ack 1 id 5\n+.22 A>B . 1001:2001(1000) ack 1 id 6", label.CauseTLP},

		{"the last octets, at once after an acknowledgement", tail + "+.06 B>A . 1 ack 1001\n+.001 A>B . 1001:2001(1000) ack 1 id 5", label.CauseUnknown},
		{"the same, and a probe after it", tail + "+.06 B>A . 1 ack 1001\n+.001 A>B . 1001:2001(1000) ack 1 id 5\n+.1 A>B . 1001:2001(1000) ack 1 id 6", label.CauseTLP},
		{"the last octets, two round trips after an acknowledgement", tail + "+.06 B>A . 1 ack 1001\n+.04 A>B . 1001:2001(1000) ack 1 id 5", label.CauseTLP},
		{"the last octets, of which no copy was captured", near20 + "+1 A>B . 1001:1001(0) ack 1 id 4\n+.05 A>B . 1:1001(1000) ack 1 id 6", label.CauseUnknown},
		{"the last octets, of which no copy was captured, much later", near20 + "+1 A>B . 1001:1001(0) ack 1 id 4\n+1.3 A>B . 1:1001(1000) ack 1 id 6", label.CauseRTO},

		{"a probe after a D-SACK of the last", probed + "+.02 B>A . 1 ack 1001 <sack 1:1001>\n+1 A>B . 1001:2001(1000) ack 1 id 5\n+.045 A>B . 1001:2001(1000) ack 1 id 6", label.CauseTLP},
		{"a probe after the last was acknowledged twice", probed + "+.001 B>A . 1 ack 1001 win 65160\n+.02 B>A . 1 ack 1001 win 65160\n+1 A>B . 1001:2001(1000) ack 1 id 5\n+.045 A>B . 1001:2001(1000) ack 1 id 6", label.CauseTLP},
		{"no probe after the last was acknowledged, and then the window is opened", probed + "+.001 B>A . 1 ack 1001 win 65160\n+.02 B>A . 1 ack 1001 win 65161\n+1 A>B . 1001:2001(1000) ack 1 id 5\n+.045 A>B . 1001:2001(1000) ack 1 id 6", label.CauseUnknown},
		{"a probe after octets beyond the last are acknowledged", probed + "+.02 B>A . 1 ack 1001\n+1 A>B . 1001:2001(1000) ack 1 id 5\n+.02 B>A . 1 ack 2001\n+1 A>B . 2001:3001(1000) ack 1 id 6\n" +
			"+.045 A>B . 2001:3001(1000) ack 1 id 7", label.CauseTLP},
		{"no probe after the last is just acknowledged", probed + "+.02 B>A . 1 ack 1001\n+1 A>B . 1001:2001(1000) ack 1 id 5\n+.045 A>B . 1001:2001(1000) ack 1 id 6", label.CauseUnknown},
		{"a timeout after the last is just acknowledged", probed + "+.02 B>A . 1 ack 1001\n+1 A>B . 1001:2001(1000) ack 1 id 5\n+.22 A>B . 1001:2001(1000) ack 1 id 6", label.CauseRTO},
		{"no probe after a D-SACK of less than the last", probed + "+.02 B>A . 1 ack 1001 <sack 501:901>\n+1 A>B . 1001:2001(1000) ack 1 id 5\n+.045 A>B . 1001:2001(1000) ack 1 id 6", label.CauseUnknown},
		{"no probe after a D-SACK of other octets", probed + "+.02 B>A . 1 ack 1001 <sack 1:501>\n+1 A>B . 1001:2001(1000) ack 1 id 5\n+.045 A>B . 1001:2001(1000) ack 1 id 6", label.CauseUnknown},

		{"after an opening in which a SYN was lost", near20Again + "+1 A>B . 1:1001(1000) ack 1 id 4\n+2 A>B . 1:1001(1000) ack 1 id 5", label.CauseUnknown},
		{"after an opening in which none was lost", near20 + "+1 A>B . 1:1001(1000) ack 1 id 4\n+2 A>B . 1:1001(1000) ack 1 id 5", label.CauseRTO},
		{"reported, after an opening in which a SYN was lost", near20Again + "+1 A>B . 1:1001(1000) ack 1 id 4\n+0 A>B . 1001:2001(1000) ack 1 id 5\n+.02 B>A . 1 ack 1 <sack 1001:2001>\n+.28 A>B . 1:1001(1000) ack 1 id 6", label.CauseUnknown},
		{"reported, after an opening in which none was lost", tail + "+.02 B>A . 1 ack 1 <sack 1001:2001>\n+.28 A>B . 1:1001(1000) ack 1 id 6", label.CauseRTO},
		{"reported long ago, after an opening in which a SYN was lost", near20Again + "+1 A>B . 1:1001(1000) ack 1 id 4\n+0 A>B . 1001:2001(1000) ack 1 id 5\n+.02 B>A . 1 ack 1 <sack 1001:2001>\n+1.2 A>B . 1:1001(1000) ack 1 id 6", label.CauseRTO},
		{"the repair of what was reported after a SYN-ACK that was sent again", "0 A>B S 0:0(0) win 64240 id 1 <mss 1460,sackOK>\n+.004 B>A S. 0:0(0) ack 1 win 65160 id 1 <mss 1460,sackOK>\n+.0001 A>B . 1:1(0) ack 1 id 2\n" +
			"+1 B>A S. 0:0(0) ack 1 win 65160 id 2 <mss 1460,sackOK>\n+.0001 A>B . 1:1(0) ack 1 id 3\n+.005 B>A F. 2001:2001(0) ack 1 id 5\n+.0001 A>B . 1 ack 1 id 4 <sack 2001:2002>\n+.011 B>A . 1:1001(1000) ack 1 id 6", label.CauseFast},

		{"a loss after a timeout that D-SACK shows to have been spurious", timedOut + "+.1 B>A . 1 ack 1001 <sack 1:1001>\n+.0001 A>B . 1001:2001(1000) ack 1 id 7", label.CauseUnknown},
		{"a loss after a timeout", timedOut + "+.1 B>A . 1 ack 1001\n+.0001 A>B . 1001:2001(1000) ack 1 id 7", label.CauseRTO},
		{"a loss after that, when a timeout is due", timedOut + "+.1 B>A . 1 ack 1001 <sack 1:1001>\n+.3 A>B . 1001:2001(1000) ack 1 id 7", label.CauseRTO},
		{"the last octets after that, when either timer is due", tail + "+0 A>B . 2001:3001(1000) ack 1 id 5\n+.2 A>B . 1:1001(1000) ack 1 id 6\n+.02 B>A . 1 ack 2001 <sack 1:1001>\n+.17 A>B . 2001:3001(1000) ack 1 id 7", label.CauseUnknown},
		{"the last octets after that for the second time", tail + "+0 A>B . 2001:3001(1000) ack 1 id 5\n+.2 A>B . 1:1001(1000) ack 1 id 6\n+.02 B>A . 1 ack 2001 <sack 1:1001>\n+.17 A>B . 2001:3001(1000) ack 1 id 7\n+.3 A>B . 2001:3001(1000) ack 1 id 8", label.CauseRTO},
		{"a loss after that is acknowledged", timedOut + "+.1 B>A . 1 ack 3001 <sack 1:1001>\n+1 A>B . 3001:4001(1000) ack 1 id 7\n+0 A>B . 4001:5001(1000) ack 1 id 8\n+.1 B>A . 1 ack 3001 <sack 4001:5001>\n" +
			"+.0001 A>B . 3001:4001(1000) ack 1 id 9", label.CauseFast},
		{"a loss after a timeout of which D-SACK reports a part", timedOut + "+.1 B>A . 1 ack 1001\n+.0001 A>B . 1001:2001(1000) ack 1 id 7\n+.1 B>A . 1 ack 1001 <sack 1:1001>\n+.0001 A>B . 2001:3001(1000) ack 1 id 8", label.CauseRTO},
		{"a probe after a fast retransmission that D-SACK shows to have been spurious", tail + "+0 A>B . 2001:3001(1000) ack 1 id 5\n+0 A>B . 3001:4001(1000) ack 1 id 6\n+.02 B>A . 1 ack 1 <sack 1001:2001>\n" +
			"+.0001 A>B . 1:1001(1000) ack 1 id 7\n+.02 B>A . 1 ack 2001 <sack 1:1001>\n+.1 A>B . 3001:4001(1000) ack 1 id 8", label.CauseTLP},
		{"no probe after one that was called for", tail + "+0 A>B . 2001:3001(1000) ack 1 id 5\n+0 A>B . 3001:4001(1000) ack 1 id 6\n+.02 B>A . 1 ack 1 <sack 1001:2001>\n" +
			"+.0001 A>B . 1:1001(1000) ack 1 id 7\n+.02 B>A . 1 ack 2001\n+.1 A>B . 3001:4001(1000) ack 1 id 8", label.CauseFast},
		{"a loss after a timeout whose octets had arrived", near20 + farArrived + "+.35 A>B . 1:1001(1000) ack 1 id 7\n+.01 A>B . 2001:3001(1000) ack 1 id 8", label.CauseUnknown},
		{"a loss after a timeout whose octets had arrived, without SACK", strings.ReplaceAll(near20, ",sackOK", "") + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B . 1001:2001(1000) ack 1 id 4\n+0 A>B . 2001:3001(1000) ack 1 id 5\n" +
			"+.02 B>A . 1 ack 1001 win 65160\n+.35 A>B . 1:1001(1000) ack 1 id 6\n+.02 A>B . 1001:2001(1000) ack 1 id 7", label.CauseRTO},
		{"a loss after a timeout, and one whose octets had arrived", timedOut + "+.1 B>A . 1 ack 1001\n+.3 A>B . 1:1001(1000) ack 1 id 7\n+.0001 A>B . 1001:2001(1000) ack 1 id 8", label.CauseRTO},
		{"a loss after octets that had arrived, too soon for a timeout", near20 + farArrived + "+.05 A>B . 1:1001(1000) ack 1 id 7\n+.01 A>B . 2001:3001(1000) ack 1 id 8", label.CauseFast},
	} {
		t.Run(c.name, func(t *testing.T) { checkCause(t, c.text, c.want) })
	}
}

// farArrived is a flight of which the third segment was lost, as the receiver sees it.
const farArrived = "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B . 1001:2001(1000) ack 1 id 4\n+0 A>B . 3001:4001(1000) ack 1 id 6\n+.0001 B>A . 1 ack 2001 <sack 3001:4001>\n"

// renoOpened is an opening without SACK.
var renoOpened = strings.ReplaceAll(near20, ",sackOK", "")

// renoFlight is a flight of which the first segment was lost, without SACK, and repaired.
var renoFlight = renoOpened + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B . 1001:2001(1000) ack 1 id 4\n+0 A>B . 2001:3001(1000) ack 1 id 5\n+0 A>B . 3001:4001(1000) ack 1 id 6\n" +
	"+.02 B>A . 1 ack 1 win 65160\n+0 B>A . 1 ack 1 win 65160\n+0 B>A . 1 ack 1 win 65160\n+.0001 A>B . 1:1001(1000) ack 1 id 7\n"

// TestRenoCauses: without SACK, duplicate ACKs call for one repair (RFC 6582 §3.2).
func TestRenoCauses(t *testing.T) {
	const again = "+.0001 A>B . 4001:5001(1000) ack 1 id 8\n+0 A>B . 5001:6001(1000) ack 1 id 9\n"
	for _, c := range []struct {
		name, text string
		want       label.Cause
	}{
		{"after three duplicate ACKs", strings.TrimSuffix(renoFlight, "\n"), label.CauseFast},
		{"at a partial acknowledgement", renoFlight + "+.02 B>A . 1 ack 2001 win 65160\n+.0001 A>B . 2001:3001(1000) ack 1 id 8", label.CauseFast},
		{"the same octets again, while others arrive", renoFlight + "+.02 B>A P. 1:101(100) ack 1\n+.19 B>A P. 101:201(100) ack 1\n+.01 A>B . 1:1001(1000) ack 201 id 8", label.CauseRTO},
		{"the same octets again, too soon for a timeout", renoFlight + "+.02 B>A P. 1:101(100) ack 1\n+.09 B>A P. 101:201(100) ack 1\n+.01 A>B . 1:1001(1000) ack 201 id 8", label.CauseFast},
		{"after duplicate ACKs of all that was in flight", renoFlight + "+.02 B>A . 1 ack 4001 win 65160\n" + again + "+.02 B>A . 1 ack 4001 win 65160\n+0 B>A . 1 ack 4001 win 65160\n+0 B>A . 1 ack 4001 win 65160\n+.0001 A>B . 4001:5001(1000) ack 1 id 10", label.CauseUnknown},
		{"after those, where no SYN was captured", unopened + strings.TrimPrefix(renoFlight, renoOpened) + "+.02 B>A . 1 ack 4001 win 65160\n" + again + "+.02 B>A . 1 ack 4001 win 65160\n+0 B>A . 1 ack 4001 win 65160\n+0 B>A . 1 ack 4001 win 65160\n+.19 B>A P. 1:101(100) ack 4001\n+.0001 A>B . 4001:5001(1000) ack 101 id 10", label.CauseUnknown},
		{"after those, when a timeout is due", renoFlight + "+.02 B>A . 1 ack 4001 win 65160\n" + again + "+.02 B>A . 1 ack 4001 win 65160\n+0 B>A . 1 ack 4001 win 65160\n+0 B>A . 1 ack 4001 win 65160\n+.19 B>A P. 1:101(100) ack 4001\n+.0001 A>B . 4001:5001(1000) ack 101 id 10", label.CauseRTO},
		{"after duplicate ACKs beyond what was in flight", renoFlight + "+.02 B>A . 1 ack 4001 win 65160\n" + again + "+.02 B>A . 1 ack 5001 win 65160\n+0 B>A . 1 ack 5001 win 65160\n+0 B>A . 1 ack 5001 win 65160\n+0 B>A . 1 ack 5001 win 65160\n+.0001 A>B . 5001:6001(1000) ack 1 id 10", label.CauseFast},
	} {
		t.Run(c.name, func(t *testing.T) { checkCause(t, c.text, c.want) })
	}
}

// checkCause checks the cause of the last segment of a script, wherever its numbers lie.
func checkCause(t *testing.T, text string, want label.Cause) {
	t.Helper()
	for _, isn := range halves {
		last := lastOf(t, isn+text)
		if !last.Labels.Has(label.Retransmission) {
			t.Fatalf("%snot sent again: %v", isn, last.Labels)
		}
		if last.Cause != want {
			t.Errorf("%scause %v, want %v", isn, last.Cause, want)
		}
	}
}

// TestCausesOfDeferredAccept: a server that accepts a connection only when octets come (TCP_DEFER_ACCEPT)
// measures its first round trip with the wait for those, and probes late.
func TestCausesOfDeferredAccept(t *testing.T) {
	const (
		waits = "0 A>B S 0:0(0) win 64240 <mss 1460,sackOK>\n+.0001 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>\n+.02 A>B . 1:1(0) ack 1 win 64240\n" +
			"+1.5 A>B P. 1:101(100) ack 1\n+.0001 B>A . 1 ack 101\n+0 B>A P. 1:1001(1000) ack 101\n+.02 A>B . 101 ack 1001\n+.0001 B>A F. 1001 ack 101\n"
		soon = "0 A>B S 0:0(0) win 64240 <mss 1460,sackOK>\n+.0001 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>\n+.02 A>B . 1:1(0) ack 1 win 64240\n" +
			"+.01 A>B P. 1:101(100) ack 1\n+.0001 B>A . 1 ack 101\n+0 B>A P. 1:1001(1000) ack 101\n+.02 A>B . 101 ack 1001\n+.0001 B>A F. 1001 ack 101\n"
		asked = "0 B>A S 0:0(0) win 64240 <mss 1460,sackOK>\n+.0001 A>B S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>\n+.02 B>A . 1:1(0) ack 1 win 64240\n" +
			"+1.5 A>B P. 1:101(100) ack 1\n+.0001 B>A . 1 ack 101\n+0 B>A P. 1:1001(1000) ack 101\n+.02 A>B . 101 ack 1001\n+.0001 B>A F. 1001 ack 101\n"
		again = "B>A F. 1001 ack 101"
		later = "A>B P. 101:201(100) ack 1001\n+.0001 B>A P. 1001:2001(1000) ack 201\n+.02 A>B . 201 ack 2001\n+.0001 B>A F. 2001 ack 201\n"
	)
	var often strings.Builder // its last segments but the FIN, so many that little is left of the first round trip
	for i := range 30 {
		fmt.Fprintf(&often, "+.001 B>A P. %d:%d(100) ack 101\n+.02 A>B . 101 ack %d\n", 1001+100*i, 1101+100*i, 1101+100*i)
	}
	for _, c := range []struct {
		name, text string
		want       label.Cause
	}{
		{"a wait of 1.5 s", waits + "+2.6 " + again, label.CauseUnknown},
		{"sooner than any other probe", waits + "+.05 " + again, label.CauseTLP},
		{"later than twice the wait", waits + "+5 " + again, label.CauseRTO},
		{"no wait", soon + "+2.6 " + again, label.CauseRTO},
		{"no SYN captured", strings.SplitN(waits, "\n", 4)[3] + "+2.6 " + again, label.CauseRTO},
		{"the end that opened", asked + "+2.6 " + again, label.CauseRTO},
		{"no wait, and octets a minute later", soon[:strings.LastIndex(soon, "+.0001")] + "+60 " + later + "+2.6 B>A F. 2001 ack 201", label.CauseRTO},
		{"a wait of 1.5 s, and octets a minute later", waits[:strings.LastIndex(waits, "+.0001")] + "+60 " + later + "+2.6 B>A F. 2001 ack 201", label.CauseUnknown},
		{"later than twice the wait, and octets a minute later", waits[:strings.LastIndex(waits, "+.0001")] + "+60 " + later + "+5 B>A F. 2001 ack 201", label.CauseRTO},
		{"round trips later", strings.Replace(waits, "B>A F. 1001 ack 101\n", "B>A . 1001 ack 101\n", 1) + often.String() + "+.001 B>A F. 4001 ack 101\n+2.6 B>A F. 4001 ack 101", label.CauseRTO},
	} {
		t.Run(c.name, func(t *testing.T) { checkCause(t, c.text, c.want) })
	}
}

// timeouts are two segments of a and b octets that are sent again together after a second.
func timeouts(a, b int) string {
	both := fmt.Sprintf("A>B . 1:%d(%d) ack 1 id %%d\n+0 A>B P. %d:%d(%d) ack 1 id %%d", 1+a, a, 1+a, 1+a+b, b)
	tail := fmt.Sprintf("\n+0 A>B P. %d:%d(1000) ack 1 id 5\n+1 ", 1+a+b, 1001+a+b)
	return near20 + "+1 " + fmt.Sprintf(both, 3, 4) + tail + fmt.Sprintf(both, 6, 7)
}

// TestCausesBeyondLossWindow: a timeout allows one segment until something comes from the other end (RFC 5681
// §3.1).
func TestCausesBeyondLossWindow(t *testing.T) {
	const (
		first  = timedOut + "+.0001 A>B . 1001:2001(1000) ack 1 id 7\n"
		second = "A>B . 2001:3001(1000) ack 1 id 8"
	)
	for _, c := range []struct {
		name, text string
		want       label.Cause
	}{
		{"the first", timedOut, label.CauseRTO},
		{"another one", first, label.CauseUnknown},
		{"a third one", first + "+0 " + second, label.CauseUnknown},
		{"what follows an acknowledgement then", first + "+.1 B>A . 1 ack 1001\n+.0001 " + second, label.CauseUnknown},
		{"another one, when octets behind it arrived", timedOut + "+.1 B>A . 1 ack 1 <sack 2001:3001>\n+.0001 A>B . 1001:2001(1000) ack 1 id 7", label.CauseRTO},
		{"two for an acknowledgement", timedOut + "+.1 B>A . 1 ack 1001\n+.0001 A>B . 1001:2001(1000) ack 1 id 7\n+0 " + second, label.CauseRTO},
		{"several small ones, as much as one", timeouts(700, 760), label.CauseRTO},
		{"several small ones, one octet more than that", timeouts(700, 761), label.CauseUnknown},
		{"the first again, at the next timeout", timedOut + "+.7 A>B . 1:1001(1000) ack 1 id 7", label.CauseRTO},
		{"another one after that", timedOut + "+.7 A>B . 1:1001(1000) ack 1 id 7\n+.0001 A>B . 1001:2001(1000) ack 1 id 8", label.CauseUnknown},
	} {
		t.Run(c.name, func(t *testing.T) { checkCause(t, c.text, c.want) })
	}
}
