package analyze_test

import (
	"fmt"
	"strings"
	"testing"

	"tcpwatch/analyze/label"
)

// renoSix is a flight of six segments without SACK.
var renoSix = renoOpened + "+1 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B . 1001:2001(1000) ack 1 id 4\n+0 A>B . 2001:3001(1000) ack 1 id 5\n" +
	"+0 A>B . 3001:4001(1000) ack 1 id 6\n+0 A>B . 4001:5001(1000) ack 1 id 7\n+0 A>B . 5001:6001(1000) ack 1 id 8\n"

// oneDup is a duplicate ACK of its first octets.
const oneDup = "+0 B>A . 1 ack 1 win 65160\n"

// TestHeardCauses: what a sender was told, and when, decides which timer may have run out and
// what it may have answered; other segments decide nothing.
func TestHeardCauses(t *testing.T) {
	const late = "+.001 A>B . 1001:2001(1000) ack 1 id 6"
	probedMore := probed + "+.02 B>A . 1 ack 1001 win 65160 <sack 1:1001>\n+1 A>B . 1001:2001(1000) ack 1 id 5\n+.22 "
	for _, c := range []struct {
		name, text string
		want       label.Cause
	}{
		{"a probe, at once after octets", probedMore + "B>A P. 1:101(100) ack 1001\n" + late, label.CauseTLP},
		{"after a segment that only opens the window", probedMore + "B>A . 1 ack 1001 win 65161\n" + late, label.CauseTLP},
		{"after an acknowledgement that is repeated without a report", probedMore + "B>A . 1 ack 1001 win 65160\n" + late, label.CauseTLP},
		{"after a D-SACK", probedMore + "B>A P. 1:101(100) ack 1001 <sack 1:1001>\n" + late, label.CauseUnknown},
		{"after progress", probed + "+.02 B>A . 1 ack 1001 <sack 1:1001>\n+1 A>B . 1001:2001(1000) ack 1 id 5\n+0 A>B . 2001:3001(1000) ack 1 id 6\n+.22 B>A . 1 ack 2001\n+.001 A>B . 2001:3001(1000) ack 1 id 7", label.CauseUnknown},

		{"octets that no timeout sends first", tail + "+0 A>B . 2001:3001(1000) ack 1 id 5\n+.3 A>B . 1001:2001(1000) ack 1 id 6", label.CauseUnknown},
		{"those that it sends first", tail + "+0 A>B . 2001:3001(1000) ack 1 id 5\n+.3 A>B . 1:1001(1000) ack 1 id 6", label.CauseRTO},
		{"others behind what a timeout sent, with nothing heard since", tail + "+0 A>B . 2001:3001(1000) ack 1 id 5\n+.3 A>B . 1:1001(1000) ack 1 id 6\n+.3 A>B . 1001:2001(1000) ack 1 id 7", label.CauseUnknown},

		{"a loss in a repair of which D-SACK reports a part", tail + "+0 A>B . 2001:3001(1000) ack 1 id 5\n+0 A>B . 3001:4001(1000) ack 1 id 6\n+.02 B>A . 1 ack 1 <sack 1001:2001>\n" +
			"+.0001 A>B . 1:1001(1000) ack 1 id 7\n+.0001 A>B . 2001:3001(1000) ack 1 id 8\n+.2 B>A . 1 ack 2001 <sack 1:1001>\n+.0001 A>B . 3001:4001(1000) ack 1 id 9", label.CauseFast},
		{"a loss in a repair of which D-SACK reports all", tail + "+0 A>B . 2001:3001(1000) ack 1 id 5\n+0 A>B . 3001:4001(1000) ack 1 id 6\n+.02 B>A . 1 ack 1 <sack 1001:2001>\n" +
			"+.0001 A>B . 1:1001(1000) ack 1 id 7\n+.2 B>A . 1 ack 2001 <sack 1:1001>\n+.0001 A>B . 3001:4001(1000) ack 1 id 9", label.CauseUnknown},
	} {
		t.Run(c.name, func(t *testing.T) { checkCause(t, c.text, c.want) })
	}
}

// TestRenoTimers: without SACK, a timeout while duplicate ACKs arrive is told from what they
// call for only where just three have come, or none for long.
func TestRenoTimers(t *testing.T) {
	const (
		head  = "A>B . 1:1001(1000) ack 1 id 9"
		data  = "B>A P. 1:101(100) ack 1\n"
		after = "\n+.02 B>A . 1 ack 2001 win 65160\n+.0001 A>B . 2001:3001(1000) ack 1 id 10"
	)
	dups := func(n int) string { return strings.Repeat(oneDup, n) }
	for _, c := range []struct {
		name, text string
		want       label.Cause
	}{
		{"at the third, late", renoSix + "+.2 B>A . 1 ack 1 win 65160\n" + dups(2) + "+.0001 " + head, label.CauseFast},
		{"soon after the third, late", renoSix + "+.2 B>A . 1 ack 1 win 65160\n" + dups(2) + "+.01 " + head, label.CauseUnknown},
		{"at the second, late", renoSix + "+.2 B>A . 1 ack 1 win 65160\n" + dups(1) + "+.0001 " + head, label.CauseRTO},
		{"at the fourth, late", renoSix + "+.2 B>A . 1 ack 1 win 65160\n" + dups(3) + "+.0001 " + head, label.CauseUnknown},
		{"at the fourth, too soon for a timeout", renoSix + "+.1 B>A . 1 ack 1 win 65160\n" + dups(3) + "+.0001 " + head, label.CauseFast},
		{"reported by SACK, late", tail + "+0 A>B . 2001:3001(1000) ack 1 id 5\n+.2 B>A . 1 ack 1 <sack 1001:2001>\n+.01 A>B . 1:1001(1000) ack 1 id 9", label.CauseFast},
		{"long after the fourth", renoSix + "+.02 B>A . 1 ack 1 win 65160\n" + dups(3) + "+.2 " + head, label.CauseRTO},
		{"long after the fourth, while octets arrive", renoSix + "+.02 B>A . 1 ack 1 win 65160\n" + dups(3) + "+.19 " + data + "+.01 " + head, label.CauseRTO},
		{"what follows one that may be either", renoSix + "+.2 B>A . 1 ack 1 win 65160\n" + dups(3) + "+.0001 " + head + after + "\n+.3 A>B . 5001:6001(1000) ack 1 id 11", label.CauseUnknown},
		{"at progress, however old the octets", renoSix + "+.3 B>A . 1 ack 1001 win 65160\n+.0001 A>B . 1001:2001(1000) ack 1 id 9", label.CauseUnknown},
		{"long after progress", renoSix + "+.02 B>A . 1 ack 1001 win 65160\n+.2 A>B . 1001:2001(1000) ack 1 id 9", label.CauseRTO},
		{"after an opening in which a SYN was lost", strings.ReplaceAll(near20Again, ",sackOK", "") + strings.TrimPrefix(renoSix, renoOpened) + "+.02 B>A . 1 ack 1 win 65160\n" + dups(3) + "+.3 " + head, label.CauseRTO},
		{"the repaired octets with others, which were sent later", renoFlight + "+.19 A>B . 4001:5001(1000) ack 1 id 8\n+.01 B>A . 1 ack 1 win 65160\n+.01 A>B . 1:5001(5000) ack 1 id 9", label.CauseUnknown},
		{"the same, too soon for a timeout", renoFlight + "+.09 A>B . 4001:5001(1000) ack 1 id 8\n+.01 B>A . 1 ack 1 win 65160\n+.01 A>B . 1:5001(5000) ack 1 id 9", label.CauseFast},
		{"at the fourth, late, where no SYN was captured", unopened + strings.TrimPrefix(renoSix, renoOpened) + "+.2 B>A . 1 ack 1 win 65160\n" + dups(3) + "+.0001 " + head, label.CauseUnknown},
		{"reported by SACK, late, where none was captured", unopened + strings.TrimPrefix(renoSix, renoOpened) + "+.2 B>A . 1 ack 1 win 65160 <sack 1001:2001>\n+.01 " + head, label.CauseFast},
		{"in a repair, at the third that follows progress", renoFlight + "+.02 B>A . 1 ack 2001 win 65160\n+.17 B>A . 1 ack 2001 win 65160\n+0 B>A . 1 ack 2001 win 65160\n+0 B>A . 1 ack 2001 win 65160\n+.0001 A>B . 2001:3001(1000) ack 1 id 8", label.CauseUnknown},
		{"in a repair, soon after progress", renoFlight + "+.02 B>A . 1 ack 2001 win 65160\n+.1 B>A . 1 ack 2001 win 65160\n+0 B>A . 1 ack 2001 win 65160\n+0 B>A . 1 ack 2001 win 65160\n+.0001 A>B . 2001:3001(1000) ack 1 id 8", label.CauseFast},

		{"at the fourth, octets of which no copy was captured", strings.Replace(renoSix, "+1 A>B . 1:1001(1000) ack 1 id 3\n+0", "+1", 1) + "+.2 B>A . 1 ack 1 win 65160\n" + dups(3) + "+.0001 " + head, label.CauseUnknown},
		{"for a receiver, after five", renoFar(5) + "+.04 A>B . 1001:2001(1000) ack 1 id 20", label.CauseFast},
		{"for a receiver, after two", renoFar(2) + "+.17 A>B . 1001:2001(1000) ack 1 id 20", label.CauseUnknown},
		{"for a receiver, a way after the third, long after progress", renoFar(0) + farThree + "+.022 A>B . 2001:3001(1000) ack 1 id 20", label.CauseFast},
		{"for a receiver, more than a way after it", renoFar(0) + farThree + "+.04 A>B . 2001:3001(1000) ack 1 id 20", label.CauseUnknown},
		{"for a receiver, the repair after that", renoFar(2) + farAgain, label.CauseUnknown},
		{"for a receiver, the repair after what came long after five", renoFar(5) + farAgain, label.CauseUnknown},
		{"for a receiver, the repair after what came sooner after two", renoFar(2) + strings.Replace(farAgain, "+.17 ", "+.1 ", 1), label.CauseUnknown},
		{"at the fourth, late, octets that no timeout sends first", renoSix + "+.2 B>A . 1 ack 1 win 65160\n" + dups(3) + "+.0001 A>B . 1001:2001(1000) ack 1 id 9", label.CauseFast},
	} {
		t.Run(c.name, func(t *testing.T) { checkCause(t, c.text, c.want) })
	}
}

// renoFar is, at the receiver's tap, a flight without SACK of which the second segment and others were
// lost, so that there are n duplicate ACKs; a moment later octets of the receiver follow.
func renoFar(n int) string {
	text := "0 A>B S 0:0(0) win 64240 id 1 <mss 1460>\n+.0001 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>\n+.02 A>B . 1:1(0) ack 1 win 64240 id 2\n" +
		"+1 A>B . 1:1001(1000) ack 1 id 3\n+.0001 B>A . 1 ack 1001 win 65160\n"
	for i := range n {
		from := 2001 + i*1000 + i/2*1000
		text += fmt.Sprintf("+.0001 A>B . %d:%d(1000) ack 1 id %d\n+.0001 B>A . 1 ack 1001 win 65160\n", from, from+1000, 5+i+i/2)
	}
	return text + "+.0001 B>A P. 1:101(100) ack 1001 win 65160\n"
}

// farAgain is a retransmission of what was lost first, much later, and, when others have
// arrived, of the next.
const farAgain = "+.17 A>B . 1001:2001(1000) ack 1 id 20\n+.0001 B>A . 101 ack 3001 win 65160\n+.01 A>B . 11001:12001(1000) ack 1 id 21\n" +
	"+0 B>A . 101 ack 3001 win 65160\n+0 A>B . 12001:13001(1000) ack 1 id 22\n+0 B>A . 101 ack 3001 win 65160\n+0 A>B . 13001:14001(1000) ack 1 id 23\n" +
	"+0 B>A . 101 ack 3001 win 65160\n+.02 A>B . 3001:4001(1000) ack 1 id 24"

// farThree is three segments after one that was lost, long after progress, and their answers.
const farThree = "+.01 A>B . 1001:2001(1000) ack 1 id 4\n+.0001 B>A . 101 ack 2001 win 65160\n+.2 A>B . 3001:4001(1000) ack 1 id 6\n+.0001 B>A . 101 ack 2001 win 65160\n" +
	"+0 A>B . 4001:5001(1000) ack 1 id 7\n+.0001 B>A . 101 ack 2001 win 65160\n+0 A>B . 5001:6001(1000) ack 1 id 8\n+.0001 B>A . 101 ack 2001 win 65160\n"

// TestHiddenTimeoutCauses: after a pause, new octets at a receiver's tap may be a timeout's
// retransmission whose flight was lost before the tap, and what is missing after them belong to its
// repair (RFC 5682 §2.1, step 2b).
func TestHiddenTimeoutCauses(t *testing.T) {
	const (
		begun  = far300 + "+1 A>B . 1:1001(1000) ack 1 id 3\n+.0001 B>A . 1 ack 1001\n"
		next   = "+.6 A>B . 1001:2001(1000) ack 1 id 20\n+.0001 B>A . 1 ack 2001\n"
		beyond = "A>B . 5001:6001(1000) ack 1 id 21\n+.0001 B>A . 1 ack 2001 <sack 5001:6001>\n"
		repair = "+.3 A>B . 2001:3001(1000) ack 1 id 22"
		rest   = "\n+.0001 B>A . 1 ack 3001 <sack 5001:6001>\n+.3 A>B . 3001:4001(1000) ack 1 id 23"
	)
	const gap = "+.01 A>B . 4001:5001(1000) ack 1 id 21\n+.0001 B>A . 1 ack 2001 <sack 4001:5001>\n"
	soon := strings.Replace(next, "+.6", "+.1", 1)
	going := begun + strings.Replace(next, "+.6", "+.01", 1)
	for _, c := range []struct {
		name, text string
		want       label.Cause
	}{
		{"octets after a pause, and others that answer their acknowledgement", begun + next + "+.3 " + beyond + repair, label.CauseUnknown},
		{"the rest of that repair", begun + next + "+.3 " + beyond + repair + rest, label.CauseUnknown},
		{"others at once", begun + next + "+.0001 " + beyond + repair, label.CauseFast},
		{"octets without a pause", begun + soon + "+.3 " + beyond + repair, label.CauseFast},
		{"octets after a pause of one end only", begun + "+.5 B>A . 1 ack 1001 <sack 1:1001>\n" + soon + "+.3 " + beyond + repair, label.CauseFast},
		{"octets with a gap of their own", begun + strings.NewReplacer("1001:2001", "1201:2001", "(1000)", "(800)", "ack 2001", "ack 1001 <sack 1201:2001>").Replace(next) +
			"+.3 A>B . 1001:1201(200) ack 1 id 21\n+.0001 B>A . 1 ack 2001\n+.3 " + strings.ReplaceAll(beyond, "id 21", "id 22") + strings.ReplaceAll(repair, "id 22", "id 23"), label.CauseFast},
		{"what was lost with octets that nothing called for", going + "+.01 A>B . 4001:4001(0) ack 1 id 21\n+.1 A>B . 2001:3001(1000) ack 1 id 23\n+.0001 B>A . 1 ack 3001\n+.3 A>B . 5001:6001(1000) ack 1 id 24\n" +
			"+.0001 B>A . 1 ack 3001 <sack 5001:6001>\n+.3 A>B . 3001:4001(1000) ack 1 id 25", label.CauseUnknown},
		{"a loss after the last octets, which may have been a probe", going + "+.01 A>B . 3001:3001(0) ack 1 id 21\n+.1 A>B . 2001:3001(1000) ack 1 id 23\n+.0001 B>A . 1 ack 3001\n+.3 A>B . 4001:5001(1000) ack 1 id 24\n" +
			"+.0001 B>A . 1 ack 3001 <sack 4001:5001>\n+.3 A>B . 3001:4001(1000) ack 1 id 25", label.CauseFast},
		{"a loss after octets that SACK called for", going + "+.01 A>B . 4001:5001(1000) ack 1 id 21\n+.0001 B>A . 1 ack 2001 <sack 4001:5001>\n+.3 A>B . 2001:3001(1000) ack 1 id 23\n+.0001 B>A . 1 ack 3001 <sack 4001:5001>\n" +
			"+.3 A>B . 3001:4001(1000) ack 1 id 25", label.CauseFast},
		{"octets that fill a gap sooner than a report of it can have been answered", going + gap + "+.22 A>B . 2001:3001(1000) ack 1 id 23", label.CauseUnknown},
		{"the same, no sooner", going + gap + "+.2252 A>B . 2001:3001(1000) ack 1 id 23", label.CauseFast},
		{"the rest of a repair that no report began", going + gap + "+.22 A>B . 2001:3001(1000) ack 1 id 23\n+.0001 B>A . 1 ack 3001 <sack 4001:5001>\n+.3 A>B . 3001:4001(1000) ack 1 id 25", label.CauseUnknown},
		{"octets that fill a new gap in a repair", going + gap + "+.3 A>B . 2001:3001(1000) ack 1 id 23\n+0 A>B . 6001:7001(1000) ack 1 id 24\n+.0001 B>A . 1 ack 3001 <sack 6001:7001>\n+.2 A>B . 5001:6001(1000) ack 1 id 25", label.CauseUnknown},
		{"the rest of that repair, which reports began", going + gap + "+.3 A>B . 2001:3001(1000) ack 1 id 23\n+0 A>B . 6001:7001(1000) ack 1 id 24\n+.0001 B>A . 1 ack 3001 <sack 6001:7001>\n+.2 A>B . 5001:6001(1000) ack 1 id 25\n" +
			"+.0001 B>A . 1 ack 3001 <sack 4001:7001>\n+.1 A>B . 3001:4001(1000) ack 1 id 26", label.CauseFast},
		{"octets before all that was captured", "0 B>A P. 1:101(100) ack 1 <TS val 1 ecr 1>\n+.3 A>B . 4001:5001(1000) ack 101 <TS val 1300 ecr 1>\n" +
			"+.0001 B>A . 101 ack 1 <TS val 1300 ecr 1300, sack 4001:5001>\n+.1 A>B . 1:1001(1000) ack 101 <TS val 1400 ecr 1300>", label.CauseFast},
		{"octets that fill a gap where the way is not known", strings.Replace(going, far300, "", 1) + gap + "+.1 A>B . 2001:3001(1000) ack 1 id 23", label.CauseFast},
		{"the same without SACK", strings.ReplaceAll(going, ",sackOK", "") + "+.01 A>B . 3001:3001(0) ack 1 id 21\n+.1 A>B . 2001:3001(1000) ack 1 id 23\n+.0001 B>A . 1 ack 3001\n+.3 A>B . 4001:5001(1000) ack 1 id 24\n" +
			"+.0001 B>A . 1 ack 3001\n+.01 A>B . 5001:6001(1000) ack 1 id 25\n+.0001 B>A . 1 ack 3001\n+.01 A>B . 6001:7001(1000) ack 1 id 26\n+.0001 B>A . 1 ack 3001\n+.3 A>B . 3001:4001(1000) ack 1 id 27", label.CauseUnknown},
		{"octets after a pause in a timeout's repair", timedOut + "+.2 A>B . 3001:4001(1000) ack 1 id 7\n+.2 A>B . 5001:6001(1000) ack 1 id 9\n+.01 B>A . 1 ack 1001\n+.0001 A>B . 1001:2001(1000) ack 1 id 10", label.CauseRTO},
		{"a loss after that repair", begun + next + "+.3 " + beyond + repair + "\n+.0001 B>A . 1 ack 6001\n+.3 A>B . 7001:8001(1000) ack 1 id 23\n+.0001 B>A . 1 ack 6001 <sack 7001:8001>\n+.3 A>B . 6001:7001(1000) ack 1 id 24", label.CauseFast},
	} {
		t.Run(c.name, func(t *testing.T) { checkCause(t, c.text, c.want) })
	}
}

// TestHeardBackwards: a clock that runs backwards a little, as between the two ports of a tap, makes no
// silence of what was just heard; nor is a long one over when the clock of ticks comes round.
func TestHeardBackwards(t *testing.T) {
	const flight = near20 + "2 A>B . 1:1001(1000) ack 1 id 3\n+0 A>B . 1001:2001(1000) ack 1 id 4\n2.03 B>A . 1 ack 1 <sack 1001:2001>\n"
	for _, c := range []struct {
		name, text string
		want       label.Cause
	}{
		{"a tenth of a millisecond", flight + "2.0299 A>B . 1:1001(1000) ack 1 id 5", label.CauseFast},
		{"ten minutes", strings.NewReplacer("\n2", "\n602").Replace(flight) + "2.04 A>B . 1:1001(1000) ack 1 id 5", label.CauseFast},
		{"forward by 77 hours", flight + "+277200 A>B . 1:1001(1000) ack 1 id 5", label.CauseRTO},
	} {
		t.Run(c.name, func(t *testing.T) { checkCause(t, c.text, c.want) })
	}
}
