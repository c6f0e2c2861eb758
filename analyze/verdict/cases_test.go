package verdict_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const (
	lone = "addr C 192.0.2.3:40003\n"
	// served: C's request is answered by B.
	served = lone + "0 C>B S 0 <mss 1460>\n+.010 B>C S. 0 ack 1 <mss 1460>\n+.001 C>B . 1 ack 1\n+.001 C>B P. 1:11(10) ack 1\n+.010 B>C P. 1:101(100) ack 11\n+.001 C>B . 11 ack 101\n"
	// full is D, whose SYNs B ignores right after it answered C.
	full = served + "addr D 192.0.2.4:40004\naddr E 192.0.2.5:40005\n.1 D>B S 0\n+1 D>B S 0\n"
	// oneSided is C, of whose connection with B only one direction was captured.
	oneSided = lone + "0 C>B S 0\n+.01 C>B . 1 ack =9000\n+.01 C>B P. 1:11(10) ack =9000\n+.02 C>B . 11 ack =9100\n"
	// thrice are three connections to one host, the shortest round trip 10 ms, and
	// thrice's D is another port of it.
	thrice = served + "addr D 198.51.100.1:81\naddr E 192.0.2.5:40005\naddr F 192.0.2.6:40006\n" +
		"+1 E>B S 0\n+.011 B>E S. 0 ack 1\n+.001 E>B . 1 ack 1\n+1 F>B S 0\n+.012 B>F S. 0 ack 1\n+.001 F>B . 1 ack 1\n"
	served6 = lone + "addr D 198.51.100.1:81\n0 C>B S 0\n+.010 B>C S. 0 ack 1 ttl 60\n+.001 C>B . 1 ack 1\n"
	plain6  = "0 A>B S 0\n+.01 B>A S. 0 ack 1 ttl 60\n+.001 A>B . 1 ack 1\n"
	// counted is an end that counts its identifications, up to 102, and clocked one whose timestamps count
	// milliseconds, 7 and then 1017 a second later.
	counted = "0 A>B S 0\n+.01 B>A S. 0 ack 1 id 100\n+.001 A>B . 1 ack 1\n+.01 B>A . 1 ack 1 id 101\n+.01 B>A P. 1:11(10) ack 1 id 102\n+.01 A>B . 1 ack 11\n"
	clocked = "0 A>B S 0 <TS val 1 ecr 0>\n+.01 B>A S. 0 ack 1 <TS val 7 ecr 1>\n+.001 A>B . 1 ack 1 <TS val 2 ecr 7>\n+.009 B>A . 1 ack 1 <TS val 17 ecr 2>\n+1 B>A P. 1:1001(1000) ack 1 <TS val 1017 ecr 1>\n" +
		"+.01 A>B . 1 ack 1001 <TS val 1020 ecr 1017>\n"
	// missed is a connection of which octets were acknowledged that did not come here.
	missed = plain6 + "+.01 A>B P. 201:301(100) ack 1\n+.01 B>A . 1 ack 301\n"
	// gone is an end that resets after octets that did not come here.
	gone = plain6 + "+.01 B>A P. 1:11(10) ack 1 ttl 60\n+.01 A>B . 1 ack 11\n+.1 B>A R. 1011 ack 1 ttl 60\n"
	// late is an end that closes while data is on its way to it.
	late = plain6 + "+.01 B>A P. 1:11(10) ack 1\n+.001 A>B P. 1:11(10) ack 11\n+.001 B>A PF. 11:21(10) ack 1\n+.001 A>B . 11 ack 22\n"
	// defers is a handshake with its first payload, and deferred how it goes on after a SYN-ACK again.
	defers   = "0 A>B S 0 <TS val 100 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 111 ecr 7>\n+.8 A>B P. 1:11(10) ack 1 <TS val 911 ecr 7>\n"
	deferred = "+.001 A>B . 11 ack 1 <TS val 1112 ecr 7>\n+.01 B>A . 1 ack 11 <TS val 1020 ecr 911>\n"
	// lastACK is a handshake as far as its ACK.
	lastACK = "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"
	// neverTaken is what follows a SYN where nothing is taken, and nothing sent again but the request.
	neverTaken = "+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n"
	// timeWait is a connection that the server closes first.
	timeWait = plain6 + "+1 B>A F. 1 ack 1\n+.01 A>B F. 1 ack 2\n+.01 B>A . 2 ack 2\n"
	// crossed is two ends that open to each other, neither a listener.
	crossed = "0 A>B S 0\n+.001 B>A S 0\n+.01 A>B S. 0 ack 1\n+.001 B>A S. 0 ack 1\n"
	// inWindow is an open connection, a SYN that falls into its window, and the answer to that.
	inWindow = plain6 + "+30 A>B S =31000\n+.01 B>A . 1 ack 1\n"
	// twoAnswers is a handshake with a SYN-ACK for each of two SYNs, and one ACK.
	twoAnswers = "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n"
	// together are two SYN-ACKs at one moment, after two SYNs, and round trips of 10 ms.
	together = "+.3 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 1401 ecr 7>\n+.001 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 1403 ecr 7>\n" +
		"+.01 A>B P. 1:11(10) ack 1 <TS val 1413 ecr 7>\n+.01 B>A . 1 ack 11 <TS val 30 ecr 1413>\n"
	stamps = "0 A>B S 0 <mss 1460,TS val 100 ecr 0>\n+.010 B>A S. 0 ack 1 <mss 1460,TS val 7 ecr 100>\n"
	narrow = "0 A>B S 0 <mss 1460,sackOK>\n+.01 B>A S. 0 ack 1 win 4000 <mss 1460,sackOK>\n+.001 A>B . 1 ack 1\n+.001 A>B . 1:1001(1000) ack 1\n+0 A>B . 1001:2001(1000) ack 1\n"
	wide   = "0 A>B S 0 <mss 1460,wscale 7>\n+.010 B>A S. 0 ack 1 <mss 1460>\n+.001 A>B . 1 ack 1\n"
)

// scaled is two SYNs with a window; both offer scaling, or the client only.
func scaled(window string, both bool) string {
	s := "0 A>B S 0 win " + window + " <mss 1460,wscale 7>\n+.010 B>A S. 0 ack 1 win " + window + " <mss 1460"
	if both {
		s += ",wscale 7"
	}
	return s + ">\n"
}

// manySided is A opening connections to 20 ports of B's host, of which only what A sends was captured.
func manySided() string {
	s := ""
	for i := range 20 {
		s += fmt.Sprintf("addr Z 198.51.100.1:%d\n+1 A>Z S 0\n+.01 A>Z . 1 ack =9000\n+.01 A>Z P. 1:11(10) ack =9000\n", 4000+i)
	}
	return s
}

// many is a client that tries n other ports of B's host.
func many(n int) string {
	s := ""
	for i := range n {
		s += fmt.Sprintf("addr Z 198.51.100.1:%d\n%d A>Z S 0\n", 1000+i, i)
	}
	return s
}

// opens is A opening n connections to other ports of B's host, and resets A answering n SYN-ACKs of others with a RST.
func opens(n int) string  { return others(n, 2000, "+.001 A>Z . 1 ack 1\n") }
func resets(n int) string { return others(n, 3000, "+.001 A>Z R 1\n") }

func others(n, from int, third string) string {
	s := ""
	for i := range n {
		s += fmt.Sprintf("addr Z 198.51.100.1:%d\n+1 A>Z S 0\n+.01 Z>A S. 0 ack 1\n", from+i) + third
	}
	return s
}

// answered is n clients of B, to each of which a round trip takes 10 ms.
func answered(n int) string {
	s := ""
	for i := range n {
		s += fmt.Sprintf("addr Z 192.0.2.9:%d\n%d Z>B S 0\n+.010 B>Z S. 0 ack 1\n+.001 Z>B . 1 ack 1\n", 1000+i, i)
	}
	return s
}

// fromAfar is two connections to B, whose segments have passed more routers in one of them,
// and a RST of B's host with the TTL of the first.
func fromAfar(first, second int) string {
	return fmt.Sprintf(lone+"addr D 198.51.100.1:81\naddr E 192.0.2.5:40005\n0 C>B S 0\n+.010 B>C S. 0 ack 1 ttl %d\n+.001 C>B . 1 ack 1\n"+
		"+1 E>B S 0\n+.010 B>E S. 0 ack 1 ttl %d\n+.001 E>B . 1 ack 1\n+1 A>D S 0\n+.010 D>A R. 0 ack 1 ttl %d\n", first, second, first)
}

// two is two connections that repeat their SYN-ACK after their request, the
// second of which begins later by so many seconds.
func two(later string) string {
	const c = "0 C>B S 0\n+.01 B>C S. 0 ack 1\n+.001 C>B . 1 ack 1\n+.01 C>B P. 1:11(10) ack 1\n"
	a := strings.NewReplacer("0 C>B S 0", later+" A>B S 0", "C", "A").Replace(c)
	if later == "+.5" {
		return lone + c + a + "+.4 B>C S. 0 ack 1\n+.001 C>B . 11 ack 1\n+.2 C>B P. 1:11(10) ack 1\n+.01 B>C . 1 ack 11\n" +
			"+.4 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+.2 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n"
	}
	end := "+1 B>C S. 0 ack 1\n+.001 C>B . 11 ack 1\n+.2 C>B P. 1:11(10) ack 1\n+.01 B>C . 1 ack 11\n"
	return lone + c + end + a + strings.ReplaceAll(end, "C", "A")
}

// flight is a client that sends octets in segments of 30,000 without an ACK.
func flight(segments int) string {
	s := ""
	for i := range segments {
		s += fmt.Sprintf("+.001 A>B . %d:%d(30000) ack 1\n", 1+30000*i, 30001+30000*i)
	}
	return s
}

// A branch is one that examples and near misses leave: a script, and the verdicts on its last
// connection with their confidences.
type branch struct{ name, script, want string }

// TestCases wants every verdict on the last connection of a script, with its
// confidence.
func TestCases(t *testing.T) {
	for _, c := range slices.Concat(openingCases, resetCases, unansweredCases) {
		t.Run(c.name, func(t *testing.T) {
			list := judge(t, c.script)
			var got []string
			for _, v := range list {
				got = append(got, v.ID.String()+" "+v.Confidence.String())
			}
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("%q, want %q\n%s", s, c.want, strings.Join(names(list), "\n"))
			}
		})
	}
}
