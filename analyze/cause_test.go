package analyze_test

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/script"
)

// Openings at the client's tap, with a server 20 ms and 100 ms away, and at the
// server's, with a client 300 ms away.
const (
	near20 = `0     A>B S  0:0(0) win 64240 id 1 <mss 1460,sackOK>
+.020 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>
+.0001 A>B .  1:1(0) ack 1 win 64240 id 2
`
	near100 = `0     A>B S  0:0(0) win 64240 id 1 <mss 1460,sackOK>
+.100 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>
+.0001 A>B .  1:1(0) ack 1 win 64240 id 2
`
	far300 = `0     A>B S  0:0(0) win 64240 id 1 <mss 1460,sackOK>
+.0001 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>
+.300 A>B .  1:1(0) ack 1 win 64240 id 2
`
)

// Three segments of a client, of which the first is sent again at a timeout, and the
// same with timestamps; and at the tap of a server, where the repair of the timeout is
// all that passes of what was before it.
const (
	timedOut = near100 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B . 1001:2001(1000) ack 1 id 4\n+0 A>B . 2001:3001(1000) ack 1 id 5\n" +
		"+.35 A>B . 1:1001(1000) ack 1 id 6\n"
	stampedFlight = "0 A>B S 0:0(0) win 64240 id 1 <mss 1460,sackOK,TS val 100 ecr 0>\n+.1 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 7 ecr 100>\n" +
		"+.0001 A>B . 1:1(0) ack 1 id 2 <TS val 200 ecr 7>\n+1 A>B . 1:1001(1000) ack 1 id 3 <TS val 1200 ecr 7>\n" +
		"+0 A>B . 1001:2001(1000) ack 1 id 4 <TS val 1200 ecr 7>\n+0 A>B . 2001:3001(1000) ack 1 id 5 <TS val 1200 ecr 7>\n"
	stampedOut  = stampedFlight + "+.35 A>B . 1:1001(1000) ack 1 id 6 <TS val 1550 ecr 7>\n"
	farTimedOut = far300 + "+1 A>B . 1001:2001(1000) ack 1 id 4\n+.0001 B>A . 1 ack 1 <sack 1001:2001>\n+.9 A>B . 1:1001(1000) ack 1 id 8\n+.0001 B>A . 1 ack 2001\n"
)

// fastOpened is a SYN with octets (RFC 7413).
const fastOpened = "0 A>B S 0:200(200) win 64240 id 1 <mss 1460,sackOK,tfo 0011223344556677>\n"

// halves begin scripts so that their numbers lie in either half of all numbers: what
// is compared with a number that is not known goes wrong in one of them.
var halves = [...]string{"", "isn A 3000000000\nisn B 3500000000\n"}

// TestCauses: a cause is named where something speaks for it.
func TestCauses(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       label.Cause
	}{
		{"a timeout", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B P. 1001:1101(100) ack 1 id 4\n+.25 A>B . 1:1001(1000) ack 1 id 5", label.CauseRTO},
		{"sooner than the round trip", near100 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.005 A>B . 1:1001(1000) ack 1 id 4", label.CauseUnknown},
		{"sooner than any timeout", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B P. 1001:1101(100) ack 1 id 4\n+.16 A>B . 1:1001(1000) ack 1 id 5", label.CauseUnknown},
		{"a probe", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B P. 1001:1101(100) ack 1 id 4\n+.045 A>B P. 1001:1101(100) ack 1 id 5", label.CauseTLP},
		{"too soon for a probe", near100 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.010 A>B . 1:1001(1000) ack 1 id 4", label.CauseUnknown},
		{"too late for a probe", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+1.3 A>B . 1:1001(1000) ack 1 id 5", label.CauseRTO},
		{"no probe without SACK", evidenceOpened + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.045 A>B . 1:1001(1000) ack 1 id 4", label.CauseUnknown},
		{"reported by SACK", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B P. 1001:2001(1000) ack 1 id 4\n+.02 B>A . 1 ack 1 <sack 1001:2001>\n+.0001 A>B . 1:1001(1000) ack 1 id 5", label.CauseFast},
		{"reported, a round trip away", far300 + "+1 A>B . 1001:2001(1000) ack 1 id 4\n+.0001 B>A . 1 ack 1 <sack 1001:2001>\n+.299 A>B . 1:1001(1000) ack 1 id 5", label.CauseFast},
		{"reported long ago, a round trip away", far300 + "+1 A>B . 1001:2001(1000) ack 1 id 4\n+.0001 B>A . 1 ack 1 <sack 1001:2001>\n+.9 A>B . 1:1001(1000) ack 1 id 5", label.CauseRTO},
		{"after two duplicate ACKs", evidenceOpened + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B P. 1001:2001(1000) ack 1 id 4\n+.01 B>A . 1 ack 1\n+.0001 B>A . 1 ack 1\n+.0001 A>B . 1:1001(1000) ack 1 id 5", label.CauseUnknown},
		{"reported, a little more than a round trip away", far300 + "+1 A>B . 1001:2001(1000) ack 1 id 4\n+.0001 B>A . 1 ack 1 <sack 1001:2001>\n+.39 A>B . 1:1001(1000) ack 1 id 5", label.CauseFast},
		{"reported, more than a round trip and a quarter away", far300 + "+1 A>B . 1001:2001(1000) ack 1 id 4\n+.0001 B>A . 1 ack 1 <sack 1001:2001>\n+.40 A>B . 1:1001(1000) ack 1 id 5", label.CauseUnknown},
		{"a probe, nearly two round trips later", near100 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.177 A>B . 1:1001(1000) ack 1 id 4", label.CauseTLP},
		{"a little too soon for a probe", near100 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.174 A>B . 1:1001(1000) ack 1 id 4", label.CauseUnknown},
		{"octets that were acknowledged", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.02 B>A . 1 ack 1001\n+.3 A>B . 1:1001(1000) ack 1 id 4", label.CauseSpurious},
		{"octets that SACK reported", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B P. 1001:2001(1000) ack 1 id 4\n+.02 B>A . 1 ack 1 <sack 1001:2001>\n+.0001 A>B P. 1001:2001(1000) ack 1 id 5", label.CauseSpurious},
		{"a SYN again at once", "0 A>B S 0:0(0) id 1\n+.005 A>B S 0:0(0) id 2", label.CauseUnknown},
		{"a SYN-ACK again, in answer to a SYN", "0 A>B S 0:0(0) id 1\n+.01 B>A S. 0:0(0) ack 1 id 1\n+1 A>B S 0:0(0) id 2\n+.01 B>A S. 0:0(0) ack 1 id 2", label.CauseUnknown},
		{"a SYN-ACK again, a long round trip after a SYN again", "0 A>B S 0:0(0) id 1\n+.62 A>B S 0:0(0) id 2\n+.78 B>A S. 0:0(0) ack 1 id 1\n+.628 B>A S. 0:0(0) ack 1 id 2", label.CauseUnknown},
		{"a SYN-ACK again, later than an answer to a SYN again", "0 A>B S 0:0(0) id 1\n+.62 A>B S 0:0(0) id 2\n+.78 B>A S. 0:0(0) ack 1 id 1\n+.78 B>A S. 0:0(0) ack 1 id 2", label.CauseRTO},
		{"a SYN-ACK again, after one for each SYN", "0 A>B S 0:0(0) id 1\n+.62 A>B S 0:0(0) id 2\n+.78 B>A S. 0:0(0) ack 1 id 1\n+.628 B>A S. 0:0(0) ack 1 id 2\n+.7 B>A S. 0:0(0) ack 1 id 3", label.CauseRTO},
		{"a SYN again, of the end whose SYN another crossed", "0 A>B S 0:0(0) id 1\n+.01 B>A S 0:0(0) id 1\n+.9 A>B S 0:0(0) id 2\n+.05 B>A S 0:0(0) id 2", label.CauseRTO},
		{"a SYN-ACK again after a second", "0 A>B S 0:0(0) id 1\n+.01 B>A S. 0:0(0) ack 1 id 1\n+1.01 B>A S. 0:0(0) ack 1 id 2", label.CauseRTO},
		{"a SYN again after a second", "0 A>B S 0:0(0) id 1\n+1 A>B S 0:0(0) id 2", label.CauseRTO},
		{"the server did not take the octets of the SYN", fastOpened + "+.02 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>\n+.00001 A>B P. 1:201(200) ack 1 id 2", label.CauseUnknown},
		{"the octets of a SYN that was sent again without them", fastOpened + "+1 A>B S 0:0(0) win 64240 id 2 <mss 1460,sackOK>\n+.02 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>\n" +
			"+.0001 A>B P. 1:201(200) ack 1 id 3", label.CauseRTO},
		{"the octets of a SYN, by a client that takes its time", fastOpened + "+.02 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>\n+.0001 A>B . 1 ack 1 id 2\n+.03 A>B P. 1:201(200) ack 1 id 3", label.CauseUnknown},
		{"the octets of a SYN, by a client that takes longer than a timer", fastOpened + "+.02 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>\n+.0001 A>B . 1 ack 1 id 2\n+.3 A>B P. 1:201(200) ack 1 id 3", label.CauseUnknown},
		{"a second probe", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.045 A>B . 1:1001(1000) ack 1 id 4\n+.045 A>B . 1:1001(1000) ack 1 id 5", label.CauseUnknown},
		{"no probe while a timeout is repaired", near100 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B P. 1001:2001(1000) ack 1 id 4\n+.3 A>B . 1:1001(1000) ack 1 id 5\n+.1 B>A . 1 ack 1001\n" +
			"+.16 A>B P. 1001:2001(1000) ack 1 id 6", label.CauseRTO},
		{"no probe after SACK", near100 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B P. 1001:2001(1000) ack 1 id 4\n+.1 B>A . 1 ack 1 <sack 1001:2001>\n+.3 A>B P. 1:2001(2000) ack 1 id 5", label.CauseRTO},
		{"a probe of two segments", near100 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B P. 1001:2001(1000) ack 1 id 4\n+.24 A>B P. 1:2001(2000) ack 1 id 5", label.CauseTLP},
		{"a probe after a SYN-ACK that was sent again", "0 A>B S 0:0(0) win 64240 <mss 1460,sackOK>\n+.0001 B>A S. 0:0(0) ack 1 win 65160 id 1 <mss 1460,sackOK>\n+1 B>A S. 0:0(0) ack 1 win 65160 id 2 <mss 1460,sackOK>\n" +
			"+.02 A>B . 1:1(0) ack 1 win 64240\n+1 B>A P. 1:101(100) ack 1 id 3\n+.06 B>A P. 1:101(100) ack 1 id 4", label.CauseTLP},
		{"reported by SACK a little less than 150 ms ago", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B P. 1001:2001(1000) ack 1 id 4\n+.02 B>A . 1 ack 1 <sack 1001:2001>\n+.1499 A>B . 1:1001(1000) ack 1 id 5", label.CauseFast},
		{"reported by SACK 150 ms ago", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B P. 1001:2001(1000) ack 1 id 4\n+.02 B>A . 1 ack 1 <sack 1001:2001>\n+.15 A>B . 1:1001(1000) ack 1 id 5", label.CauseUnknown},
		{"octets that a later SACK reported as well", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B . 1001:2001(1000) ack 1 id 4\n+0 A>B P. 2001:3001(1000) ack 1 id 5\n+.02 B>A . 1 ack 1 <sack 2001:3001>\n" +
			"+.001 B>A . 1 ack 1 <sack 1001:3001>\n+.0001 A>B . 1001:2001(1000) ack 1 id 6", label.CauseSpurious},
		{"octets that a later SACK did not report", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B . 1001:2001(1000) ack 1 id 4\n+0 A>B P. 2001:3001(1000) ack 1 id 5\n+.02 B>A . 1 ack 1 <sack 2001:3001>\n" +
			"+.001 B>A . 1 ack 1 <sack 1501:3001>\n+.0001 A>B . 1001:2001(1000) ack 1 id 6", label.CauseFast},
		{"nothing of the other end but its SYN was captured", "0 A>B S 0:0(0) win 64240 <mss 1460>\n+.01 B>A S. 0:0(0) ack 1 win 65160 id 1 <mss 1460>\n+1 B>A P. 1:101(100) ack 1 id 2\n+.3 B>A P. 1:101(100) ack 1 id 3", label.CauseRTO},
		{"the first copy was not captured", "0 A>B S 0:0(0) win 64240 id 10 <mss 1460,sackOK>\n+.02 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>\n+.001 A>B . 1:1(0) ack 1 id 11\n+.1 A>B P. 1:101(100) ack 1 id 12\n+.02 B>A . 1 ack 101\n+.001 A>B P. 101:201(100) ack 1 id 13\n+.02 B>A . 1 ack 201\n+.3 A>B P. 201:301(100) ack 1 id 15", label.CauseUnknown},
		{"after a timeout that an echo shows to be spurious", stampedOut + "+.01 B>A . 1 ack 1001 <TS val 1100 ecr 1200>\n+.0001 A>B . 3001:4001(1000) ack 1 id 7 <TS val 1560 ecr 1100>\n" +
			"+.1 B>A . 1 ack 1001 <TS val 1200 ecr 1200,sack 3001:4001>\n+.0001 A>B . 1001:2001(1000) ack 1 id 8 <TS val 1660 ecr 1200>", label.CauseFast},
		{"after a timeout that an echo shows to be spurious, in the middle of a repair", stampedFlight +
			"+0 A>B . 3001:4001(1000) ack 1 id 6 <TS val 1200 ecr 7>\n+0 A>B . 4001:5001(1000) ack 1 id 7 <TS val 1200 ecr 7>\n" +
			"+.1 B>A . 1 ack 1 <TS val 1100 ecr 200,sack 4001:5001 2001:3001>\n+.0001 A>B . 1:1001(1000) ack 1 id 8 <TS val 1310 ecr 1100>\n" +
			"+0 A>B . 1001:2001(1000) ack 1 id 9 <TS val 1310 ecr 1100>\n+.1 B>A . 1 ack 1001 <TS val 1200 ecr 1310,sack 4001:5001 2001:3001>\n" +
			"+.4 A>B . 1001:2001(1000) ack 1 id 10 <TS val 1810 ecr 1200>\n+.01 B>A . 1 ack 3001 <TS val 1620 ecr 1310,sack 4001:5001>\n" +
			"+.0001 A>B . 3001:4001(1000) ack 1 id 11 <TS val 1820 ecr 1620>", label.CauseRTO},
		{"after a timeout that was called for", stampedOut + "+.1 B>A . 1 ack 1001 <TS val 1100 ecr 1550>\n+.0001 A>B . 3001:4001(1000) ack 1 id 7 <TS val 1650 ecr 1100>\n" +
			"+.1 B>A . 1 ack 1001 <TS val 1200 ecr 1550,sack 3001:4001>\n+.0001 A>B . 1001:2001(1000) ack 1 id 8 <TS val 1750 ecr 1200>", label.CauseRTO},
		{"after a timeout, as octets arrive that were not sent again", timedOut + "+.1 B>A . 1 ack 1001\n+.0001 A>B . 3001:4001(1000) ack 1 id 7\n+.01 B>A . 1 ack 2001\n" +
			"+.09 B>A . 1 ack 2001 <sack 3001:4001>\n+.0001 A>B . 2001:3001(1000) ack 1 id 8", label.CauseFast},
		{"after a timeout, as octets arrive that were never captured, nor that they were sent again", near100 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B . 2001:3001(1000) ack 1 id 5\n" +
			"+.3 A>B . 1:1001(1000) ack 1 id 6\n+.1 B>A . 1 ack 1001\n+.0001 A>B . 3001:4001(1000) ack 1 id 8\n+.1 B>A . 1 ack 2001\n+.1 B>A . 1 ack 2001 <sack 3001:4001>\n+.0001 A>B . 2001:3001(1000) ack 1 id 9", label.CauseRTO},
		{"after a timeout, as nothing arrives that was not sent again", timedOut + "+.1 B>A . 1 ack 1001\n+.0001 A>B . 3001:4001(1000) ack 1 id 7\n" +
			"+.1 B>A . 1 ack 1001 <sack 3001:4001>\n+.0001 A>B . 1001:2001(1000) ack 1 id 8", label.CauseRTO},
		{"after a timeout that lets out more than its window", timedOut + "+.1 B>A . 1 ack 1001\n+.0001 A>B . 3001:4001(1000) ack 1 id 7\n+0 A>B . 4001:5001(1000) ack 1 id 8\n" +
			"+0 A>B . 5001:6001(1000) ack 1 id 9\n+0 A>B . 6001:7001(1000) ack 1 id 10\n+.1 B>A . 1 ack 1001 <sack 3001:4001>\n+.0001 A>B . 1001:2001(1000) ack 1 id 11", label.CauseFast},
		{"after a timeout that lets out more than its window, without SACK", strings.ReplaceAll(timedOut, ",sackOK", "") + "+.1 B>A . 1 ack 1001\n+.0001 A>B . 3001:4001(1000) ack 1 id 7\n+0 A>B . 4001:5001(1000) ack 1 id 8\n" +
			"+0 A>B . 5001:6001(1000) ack 1 id 9\n+0 A>B . 6001:7001(1000) ack 1 id 10\n+.1 B>A . 1 ack 1001\n+0 B>A . 1 ack 1001\n+0 B>A . 1 ack 1001\n+.0001 A>B . 1001:2001(1000) ack 1 id 11", label.CauseRTO},
		{"after a timeout that lets out its window", timedOut + "+.1 B>A . 1 ack 1001\n+.0001 A>B . 3001:4001(1000) ack 1 id 7\n+0 A>B . 4001:5001(1000) ack 1 id 8\n" +
			"+0 A>B . 5001:6001(1000) ack 1 id 9\n+.1 B>A . 1 ack 1001 <sack 3001:4001>\n+.0001 A>B . 1001:2001(1000) ack 1 id 11", label.CauseRTO},
		{"after a timeout whose octets were all sent again, and one was lost again", timedOut + "+.1 B>A . 1 ack 1001\n+.0001 A>B . 1001:2001(1000) ack 1 id 7\n+0 A>B . 2001:3001(1000) ack 1 id 8\n" +
			"+.0001 A>B . 3001:7001(4000) ack 1 id 9\n+.1 B>A . 1 ack 1001 <sack 2001:3001>\n+.0001 A>B . 1001:2001(1000) ack 1 id 10", label.CauseRTO},
		{"after a timeout where the rest had arrived", timedOut + "+.1 B>A . 1 ack 1 <sack 1001:3001>\n" +
			"+.0001 A>B . 3001:4001(1000) ack 1 id 7\n+0 A>B . 4001:5001(1000) ack 1 id 8\n+0 A>B . 5001:6001(1000) ack 1 id 9\n+0 A>B . 6001:7001(1000) ack 1 id 10\n" +
			"+.1 B>A . 1 ack 1 <sack 1001:4001>\n+.0001 A>B . 1:1001(1000) ack 1 id 11", label.CauseRTO},
		{"after a timeout where a part of the rest had arrived, and another was not sent again", near100 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B . 1001:2001(1000) ack 1 id 4\n+0 A>B . 2001:3001(1000) ack 1 id 5\n" +
			"+0 A>B . 3001:4001(1000) ack 1 id 6\n+.35 A>B . 1:1001(1000) ack 1 id 7\n+.1 B>A . 1 ack 1 <sack 1001:2001>\n+.0001 A>B . 2001:3001(1000) ack 1 id 8\n" +
			"+0 A>B . 4001:5001(1000) ack 1 id 9\n+0 A>B . 5001:6001(1000) ack 1 id 10\n+0 A>B . 6001:7001(1000) ack 1 id 11\n+0 A>B . 7001:8001(1000) ack 1 id 12\n" +
			"+.1 B>A . 1 ack 1 <sack 4001:5001 1001:2001>\n+.0001 A>B . 1:1001(1000) ack 1 id 13", label.CauseFast},
		{"after a timeout of which a part was spurious", timedOut + "+.1 B>A . 1 ack 1001\n+.0001 A>B . 1001:2001(1000) ack 1 id 7\n+.01 B>A . 1 ack 1001 <sack 1:1001>\n" +
			"+.0001 A>B . 2001:3001(1000) ack 1 id 8", label.CauseRTO},
		{"missed at a timeout, by more than its window", farTimedOut + "+.3 A>B . 6001:7001(1000) ack 1 id 9\n+.0001 B>A . 1 ack 2001 <sack 6001:7001>\n+.3 A>B . 2001:3001(1000) ack 1 id 10", label.CauseRTO},
		{"missed at a timeout, with octets after it in flight", far300 + "+1 A>B . 1001:2001(1000) ack 1 id 4\n+0 A>B . 4001:5001(1000) ack 1 id 7\n+.9 A>B . 1:1001(1000) ack 1 id 8\n" +
			"+.0001 B>A . 1 ack 2001\n+.3 A>B . 9001:10001(1000) ack 1 id 9\n+0 A>B . 10001:11001(1000) ack 1 id 10\n+.0001 B>A . 1 ack 2001 <sack 10001:11001>\n" +
			"+.3 A>B . 2001:3001(1000) ack 1 id 11", label.CauseRTO},
		{"missed after a timeout, by no more than its window", farTimedOut + "+.3 A>B . 5001:6001(1000) ack 1 id 12\n+.0001 B>A . 1 ack 2001 <sack 5001:6001>\n+.3 A>B . 2001:3001(1000) ack 1 id 13", label.CauseFast},
		{"missed after a fast retransmission, by more than a timeout's window", near100 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B . 1001:2001(1000) ack 1 id 4\n+0 A>B . 2001:3001(1000) ack 1 id 5\n" +
			"+.1 B>A . 1 ack 1 <sack 1001:3001>\n+.0001 A>B . 1:1001(1000) ack 1 id 6\n+.1 B>A . 1 ack 3001\n+.0001 A>B . 8001:9001(1000) ack 1 id 12\n" +
			"+.1 B>A . 1 ack 3001 <sack 8001:9001>\n+.0001 A>B . 3001:4001(1000) ack 1 id 13", label.CauseFast},
		{"missed after a timeout and new octets", farTimedOut + "+.3 A>B . 2001:3001(1000) ack 1 id 9\n+0 A>B . 8001:9001(1000) ack 1 id 15\n+.0001 B>A . 1 ack 3001 <sack 8001:9001>\n+.3 A>B . 3001:4001(1000) ack 1 id 16", label.CauseFast},
	} {
		t.Run(c.name, func(t *testing.T) { checkCause(t, c.text, c.want) })
	}
}

// lastOf analyses a script and returns what is said of its last segment.
func lastOf(t *testing.T, text string) (last analyze.Observation) {
	t.Helper()
	s, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	a := analyze.New(analyze.Config{Packet: func(o *analyze.Observation) { last = *o }})
	s.Feed(a)
	a.Flush()
	return last
}

// TestSequenceVerdicts: what became of the octets, where evidence is odd.
func TestSequenceVerdicts(t *testing.T) {
	rising := "0 A>B S 0:0(0) win 64240 id 10 <mss 1460>\n+.01 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.001 A>B . 1:1(0) ack 1 id 11\n" +
		"+.1 A>B P. 1:101(100) ack 1 id 12\n+.1 A>B P. 101:201(100) ack 1 id 13\n+.1 A>B P. 201:301(100) ack 1 id 14\n"
	// counting numbers its packets one by one; far100 not at all, 100 ms away.
	counting := "0 A>B S 0:0(0) win 64240 id 10 <mss 1460,sackOK>\n+.02 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK>\n+.001 A>B . 1:1(0) ack 1 id 11\n" +
		"+.1 A>B P. 1:101(100) ack 1 id 12\n+.02 B>A . 1 ack 101\n+.001 A>B P. 101:201(100) ack 1 id 13\n+.02 B>A . 1 ack 201\n"
	far100 := "0 A>B S 0:0(0) win 64240 <mss 1460>\n+.1 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.0001 A>B . 1:1(0) ack 1\n"
	for _, c := range []struct {
		name, text string
		yes, no    label.ID
	}{
		{"after a segment that is several on the wire", rising + "+.1 A>B P. 301:2801(2500) ack 1 id 15\n+.01 B>A . 1 ack 2801\n+.4 A>B P. 2801:2901(100) ack 1 id 17", label.Data, label.Retransmission},
		{"an acknowledgement lost, within the other end's timeout", "0 A>B S 0:0(0) win 64240 id 10 <mss 1460>\n+.02 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.0001 A>B . 1:1(0) ack 1 id 11\n" +
			"+.1 A>B P. 1:101(100) ack 1 id 12\n+.02 B>A P. 1:101(100) ack 101\n+.0001 A>B . 101 ack 101 id 13\n+.1 A>B P. 101:201(100) ack 101 id 14\n+.02 B>A P. 101:201(100) ack 201\n+.21 A>B P. 201:301(100) ack 201 id 16", label.Data, label.Retransmission},
		{"a packet that did not pass", counting + "+.3 A>B P. 201:301(100) ack 1 id 15", label.Retransmission, label.MissingSegment},
		{"a packet that did not pass, where packets may be fragmented", counting + "+.3 A>B P. 201:301(100) ack 1 id 15 mayfrag", label.Data, label.Retransmission},
		{"a packet that did not pass, a TTL above 64", counting + "+.3 A>B P. 201:301(100) ack 1 id 15 ttl 65", label.Data, label.Retransmission},
		{"a packet that did not pass, after a keep-alive", counting + "+10 A>B . 200 ack 1 id 14\n+.02 B>A . 1 ack 201\n+.3 A>B P. 201:301(100) ack 1 id 16", label.Data, label.Retransmission},
		{"a packet that did not pass, after a window of 0", counting + "+.01 B>A . 1 ack 201 win 0\n+.01 B>A . 1 ack 201\n+.3 A>B P. 201:301(100) ack 1 id 15", label.Data, label.Retransmission},
		{"before a bare ACK", evidenceOpened + "+.1 A>B . 101 ack 1\n+.001 A>B P. 1:101(100) ack 1", label.Retransmission, label.OutOfOrder},
		{"before a bare ACK, sooner than any timer", evidenceOpened + "+.1 A>B . 101 ack 1\n+.0001 A>B P. 1:101(100) ack 1", label.OutOfOrder, label.Retransmission},
		{"before data", evidenceOpened + "+.1 A>B P. 101:201(100) ack 1\n+.001 A>B P. 1:101(100) ack 1", label.OutOfOrder, label.Retransmission},
		{"before data, after a whole round trip of 100 µs", "0 A>B S 0:0(0) win 64240 <mss 1460>\n+.00005 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.00005 A>B . 1:1(0) ack 1\n" +
			"+.1 A>B P. 101:201(100) ack 1\n+.00015 A>B P. 1:101(100) ack 1", label.Retransmission, label.OutOfOrder},
		{"again within the round trip", far100 + "+1 A>B . 1:1001(1000) ack 1\n+0 A>B . 1001:2001(1000) ack 1\n+.06 A>B . 1:1001(1000) ack 1", label.DuplicatePacket, label.Retransmission},
		{"again within the round trip, after a duplicate ACK", far100 + "+1 A>B . 1:1001(1000) ack 1\n+0 A>B . 1001:2001(1000) ack 1\n+.059 B>A . 1 ack 1 win 65160\n+.001 A>B . 1:1001(1000) ack 1", label.Retransmission, label.DuplicatePacket},
		{"again within the round trip, after SACK", far100 + "+1 A>B . 1:1001(1000) ack 1\n+.05 A>B . 1001:2001(1000) ack 1\n+0 A>B . 2001:3001(1000) ack 1\n" +
			"+.05 B>A . 1 ack 1001 win 65160 <sack 2001:3001>\n+.01 A>B . 1001:2001(1000) ack 1", label.Retransmission, label.DuplicatePacket},
		{"again within the round trip, in fast recovery", far100 + "+1 A>B . 1:1001(1000) ack 1\n+0 A>B . 1001:2001(1000) ack 1\n+0 A>B . 2001:3001(1000) ack 1\n+0 A>B . 3001:4001(1000) ack 1\n" +
			"+.1 B>A . 1 ack 1 win 65160\n+0 B>A . 1 ack 1 win 65160\n+0 B>A . 1 ack 1 win 65160\n+.0001 A>B . 1:1001(1000) ack 1\n+.1 B>A . 1 ack 2001 win 65160\n" +
			"+.0001 A>B . 2001:3001(1000) ack 1\n+.06 A>B . 2001:3001(1000) ack 1", label.Retransmission, label.DuplicatePacket},
		{"a constant identification", "0 A>B S 0:0(0) win 64240 id 7 <mss 1460>\n+.01 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.001 A>B . 1:1(0) ack 1 id 7\n+.1 A>B P. 1:101(100) ack 1 id 7\n+.3 A>B P. 1:101(100) ack 1 id 7", label.Retransmission, label.DuplicatePacket},
		{"the first two segments swapped", "0 A>B S 0:0(0) win 64240 <mss 1460>\n+.0006 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.0001 A>B . 1:1(0) ack 1\n+.01 B>A F. 101:101(0) ack 1 id 501\n+.0008 B>A P. 1:101(100) ack 1 id 500", label.OutOfOrder, label.Retransmission},
		{"one octet pushed again", evidenceOpened + "+.1 A>B P. 1:2(1) ack 1\n+.01 B>A . 1 ack 2\n+.22 A>B P. 1:2(1) ack 1", label.Retransmission, label.KeepAlive},
		{"a probe of a new octet, again", "0 A>B S 0:0(0) win 64240 <mss 1460>\n+.01 B>A S. 0:0(0) ack 1 win 1000 <mss 1460>\n+.001 A>B . 1:1(0) ack 1\n+.1 A>B P. 1:1001(1000) ack 1\n+.01 B>A . 1 ack 1001 win 0\n+.3 A>B . 1001:1002(1) ack 1\n+.01 B>A . 1 ack 1001 win 0\n+.6 A>B . 1001:1002(1) ack 1", label.ZeroWindowProbe, label.Retransmission},
		{"a D-SACK of a FIN, by an end of which nothing was captured before", "0 A>B FP. 101:201(100) ack 1\n+.001 B>A . 1 ack 202 <sack 101:202>", label.DSACK, label.DupAck},
		{"a D-SACK that is none", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B P. 1001:2001(1000) ack 1 id 4\n+.02 B>A . 1 ack 1501 <sack 1001:2001>", label.Ack, label.DSACK},
		{"a timestamp that was never sent", "0 A>B S 0:0(0) win 64240 <mss 1460,TS val 100 ecr 0>\n+.01 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,TS val 0 ecr 0>\n+.001 A>B . 1:1(0) ack 1 <TS val 110 ecr 0>\n+.1 A>B P. 1:101(100) ack 1 <TS val 210 ecr 0>\n+.3 A>B P. 1:101(100) ack 1 <TS val 510 ecr 0>\n+.02 B>A . 1 ack 101 <TS val 0 ecr 0>", label.Ack, label.ShownSpurious},
		{"an acknowledgement delayed as all before", "0 A>B P. 1:101(100) ack 1\n+.2 B>A . 1 ack 101\n+1 A>B P. 101:201(100) ack 1\n+.2 B>A . 1 ack 201\n+1 A>B P. 201:301(100) ack 1\n+.5 A>B P. 201:301(100) ack 1\n+.02 B>A . 1 ack 301", label.Ack, label.ShownSpurious},
		{"window updates with the same SACK", near20 + "+1 A>B . 1001:2001(1000) ack 1 id 4\n+.02 B>A . 1 ack 1 win 1000 <sack 1001:2001>\n+.01 B>A . 1 ack 1 win 2000 <sack 1001:2001>", label.WindowUpdate, label.DupAck},
		{"a copied ACK where SACK would say more", near20 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.02 B>A . 1 ack 1001 win 65160\n+.01 A>B . 1001:2001(1000) ack 1 id 4\n+.00003 B>A . 1 ack 1001 win 65160", label.Ack, label.DupAck},
		{"a copy within the round trip, without identification", "0 A>B S 0:0(0) win 64240 <mss 1460>\n+.008 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.0001 A>B . 1:1(0) ack 1\n+.1 A>B P. 1:101(100) ack 1\n+.005 A>B P. 1:101(100) ack 1", label.DuplicatePacket, label.Retransmission},
		{"a gap filled without the timestamp that the end sends", "0 A>B S 0:0(0) win 64240 <mss 1460,TS val 100 ecr 0>\n+.01 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,TS val 7 ecr 100>\n" +
			"+.001 A>B . 1 ack 1 <TS val 120 ecr 7>\n+.1 A>B P. 101:201(100) ack 1 <TS val 220 ecr 7>\n+.3 A>B P. 1:101(100) ack 1", label.Retransmission, label.OutOfOrder},
		{"a SYN with the same identification", "0 A>B S 0:0(0) id 7\n+.5 A>B S 0:0(0) id 7", label.DuplicatePacket, label.Retransmission},
		{"a SYN with the same identification, a second later", "0 A>B S 0:0(0) id 7\n+1 A>B S 0:0(0) id 7", label.Retransmission, label.DuplicatePacket},
		{"a packet that did not pass, within a round trip and a half", "0 A>B S 0:0(0) win 64240 id 10 <mss 1460>\n+.2 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.001 A>B . 1:1(0) ack 1 id 11\n" +
			"+.1 A>B P. 1:101(100) ack 1 id 12\n+.2 B>A . 1 ack 101\n+.001 A>B P. 101:201(100) ack 1 id 13\n+.2 B>A . 1 ack 201\n+.29 A>B P. 201:301(100) ack 1 id 15", label.Data, label.Retransmission},
		{"a packet that did not pass, after a round trip and a half", "0 A>B S 0:0(0) win 64240 id 10 <mss 1460>\n+.2 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.001 A>B . 1:1(0) ack 1 id 11\n" +
			"+.1 A>B P. 1:101(100) ack 1 id 12\n+.2 B>A . 1 ack 101\n+.001 A>B P. 101:201(100) ack 1 id 13\n+.2 B>A . 1 ack 201\n+.31 A>B P. 201:301(100) ack 1 id 15", label.Retransmission, label.MissingSegment},
		{"at once without the timestamp", "0 A>B S 0:0(0) <mss 1460,TS val 100 ecr 0>\n+.05 A>B S 0:0(0) <mss 1460>", label.Retransmission, label.DuplicatePacket},
		{"at once with the same timestamp", "0 A>B S 0:0(0) <mss 1460,TS val 100 ecr 0>\n+.05 A>B S 0:0(0) <mss 1460,TS val 100 ecr 0>", label.DuplicatePacket, label.Retransmission},
		{"a SYN-ACK for each of two SYNs", "0 A>B S 0:0(0)\n+1 A>B S 0:0(0)\n+.01 B>A S. 0:0(0) ack 1\n+.0003 B>A S. 0:0(0) ack 1", label.Retransmission, label.DuplicatePacket},
		{"two SYN-ACKs for one SYN", "0 A>B S 0:0(0)\n+.01 B>A S. 0:0(0) ack 1\n+.0003 B>A S. 0:0(0) ack 1", label.DuplicatePacket, label.Retransmission},
		{"ECE without ECN", evidenceOpened + "+.1 A>B .E 1:1(0) ack 1", label.Ack, label.EcnEcho},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, isn := range halves {
				if last := lastOf(t, isn+c.text).Labels; !last.Has(c.yes) || last.Has(c.no) {
					t.Errorf("%s%v; want %v and not %v", isn, last, c.yes, c.no)
				}
			}
		})
	}
}
