package verdict_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/script"
	"tcpwatch/analyze/verdict"
)

const (
	lone = "addr C 192.0.2.3:40003\n"
	// served: C's request is answered by B.
	served = lone + "0 C>B S 0 <mss 1460>\n+.010 B>C S. 0 ack 1 <mss 1460>\n+.001 C>B . 1 ack 1\n+.001 C>B P. 1:11(10) ack 1\n+.010 B>C P. 1:101(100) ack 11\n+.001 C>B . 11 ack 101\n"
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

// cases are the branches that examples and near misses leave.
var cases = []struct{ name, script, want string }{
	{"an ordinary connection", served, ""},
	{"a client that opens a connection and resets many others", "0 A>B S 0\n" + opens(1) + resets(17), "HALF-OPEN-SCAN possible"},
	{"a client that opens a connection and resets some others", "0 A>B S 0\n" + opens(1) + resets(16), ""},
	{"a client that opens more than it resets", "0 A>B S 0\n" + opens(20) + resets(20), ""},
	{"a client that opens fewer than it resets", "0 A>B S 0\n" + opens(20) + resets(22), "HALF-OPEN-SCAN possible"},
	{"a client that found many silent before it opened one", many(40) + "+1 A>B S 0\n" + opens(1) + resets(1), ""},
	{"a client that resets many and finds one silent", "0 A>B S 0\n" + opens(1) + resets(30) + "addr Z 198.51.100.1:99\n+1 A>Z S 0\n", ""},
	{"SYN lost, no timestamps", "0 A>B S 0\n+.3 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", "SYN-LOST possible, SLOW-SYN likely"},
	{"two SYNs not answered beside others that are", served + ".5 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+1 A>B S 0 <TS val 2100 ecr 0>\n+.01 B>A S. 0 ack 1 <TS val 7 ecr 2100>\n+.001 A>B . 1 ack 1 <TS val 2111 ecr 7>\n", "SYN-LOST possible, SLOW-SYN certain"},
	{"two SYNs not answered, others long before", served + "3 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+1 A>B S 0 <TS val 2100 ecr 0>\n+.01 B>A S. 0 ack 1 <TS val 7 ecr 2100>\n+.001 A>B . 1 ack 1 <TS val 2111 ecr 7>\n", "SYN-LOST likely, SLOW-SYN certain"},
	{"SYNs not answered beside others that are, and given up with a RST", served + ".5 A>B S 0\n+1 A>B S 0\n+1 A>B S 0\n+4 A>B R 1\n", "DROPPED likely, ACCEPT-QUEUE-FULL possible"},
	{"one SYN not answered beside others that are", served + ".5 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.01 B>A S. 0 ack 1 <TS val 7 ecr 1100>\n+.001 A>B . 1 ack 1 <TS val 1111 ecr 7>\n", "SYN-LOST likely, SLOW-SYN certain"},
	{"two SYNs not answered, nobody beside", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+1 A>B S 0 <TS val 2100 ecr 0>\n+.01 B>A S. 0 ack 1 <TS val 7 ecr 2100>\n+.001 A>B . 1 ack 1 <TS val 2111 ecr 7>\n", "SYN-LOST likely, SLOW-SYN certain"},
	{"one SYN not answered near the server", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.0009 B>A S. 0 ack 1 <TS val 7 ecr 1100>\n+.02 A>B . 1 ack 1 <TS val 1111 ecr 7>\n", "SYN-LOST possible, SLOW-SYN certain"},
	{"one SYN not answered not so near the server", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.0011 B>A S. 0 ack 1 <TS val 7 ecr 1100>\n+.02 A>B . 1 ack 1 <TS val 1111 ecr 7>\n", "SYN-LOST likely, SLOW-SYN certain"},
	{"one SYN not answered near the server, as is shown later", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.0011 B>A S. 0 ack 1 <TS val 7 ecr 1100>\n+.02 A>B . 1 ack 1 <TS val 1121 ecr 7>\n" +
		"+.001 A>B P. 1:11(10) ack 1 <TS val 1122 ecr 7>\n+.0001 B>A . 1 ack 11 <TS val 28 ecr 1122>\n", "SYN-LOST possible, SLOW-SYN certain"},
	{"two SYNs, two answers of different machines, the second of them late", "0 A>B S 0\n+1 A>B S 0\n+.04 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n+.7 B>A S. 70000 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.04 B>A . 1 ack 11\n",
		"SLOW-SYN certain"},
	{"two answers of different machines, the first of them acknowledged", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 B>A S. 70000 ack 1\n+.001 A>B . 1 ack 1\n", ""},
	{"two answers of different machines, the first of them acknowledged, the second of them late", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.3 B>A S. 70000 ack 1\n+.001 A>B . 1 ack 1\n", ""},
	{"two answers of different machines, the second of them acknowledged", "0 A>B S 0\n+.01 B>A S. =8000 ack 1\n+.001 B>A S. =70000 ack 1\n+.001 A>B . 1 ack =70001\n", "SYN-ACK-LOST possible"},
	{"two answers of different machines, the second of them late and acknowledged", "0 A>B S 0\n+.01 B>A S. =8000 ack 1\n+.3 B>A S. =70000 ack 1\n+.001 A>B . 1 ack =70001\n", "SYN-ACK-LOST likely, SLOW-SYN certain"},
	{"the same with payload, all acknowledged", "0 A>B S 0\n+.01 B>A S. =8000(10) ack 1\n+.3 B>A S. =70000(10) ack 1\n+.001 A>B . 1 ack =70011\n", "SYN-ACK-LOST likely, SLOW-SYN certain"},
	{"the same with payload, which is not acknowledged", "0 A>B S 0\n+.01 B>A S. =8000(10) ack 1\n+.3 B>A S. =70000(10) ack 1\n+.001 A>B . 1 ack =70001\n", "SYN-ACK-LOST likely, SLOW-SYN likely"},
	{"the same with payload, the first of them acknowledged without it", "0 A>B S 0\n+.01 B>A S. 0(10) ack 1\n+.3 B>A S. 70000(10) ack 1\n+.001 A>B . 1 ack 1\n", ""},
	{"three SYNs, and two answers of different machines", "0 A>B S 0\n+1 A>B S 0\n+2 A>B S 0\n+.04 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n+.7 B>A S. 70000 ack 1\n",
		"SYN-LOST possible, SLOW-SYN likely"},
	{"two SYNs, answered together, and one of the answers acknowledged", "0 A>B S 0\n+1 A>B S 0\n+.1 B>A S. 0 ack 1\n+.001 B>A S. 0 ack 1\n+.1 A>B . 1 ack 1\n", "SLOW-SYN likely"},
	{"a SYN-ACK for each SYN, one ACK, and a window update", strings.TrimSuffix(twoAnswers, "\n") + " win 2058\n+.0001 A>B . 1 ack 1 win 4096\n", "SYN-ACK-LOST likely, SLOW-SYN likely"},
	{"a SYN-ACK for each SYN, and one ACK", twoAnswers, "SYN-ACK-LOST likely, SLOW-SYN likely"},
	{"an ICMP error about the SYN-ACK", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B icmp 3/1 quoting B>A 0\n", "UNREACHABLE certain"},
	{"SYN sent again, and given up by a RST", "0 A>B S 0\n+1 A>B S 0\n+.5 A>B R 1\n", "DROPPED possible"},
	{"SYN sent again, and given up by a RST of another number", "0 A>B S 0\n+1 A>B S 0\n+.5 A>B R 0\n", "DROPPED possible"},
	{"SYN sent again, and answered in the end by what the client resets", "0 A>B S 0\n+1 A>B S 0\n+.5 B>A S. 0 ack 1\n+.001 A>B R 1\n", "SYN-LOST possible"},
	{"SYN sent again after a RST", "0 A>B S 0\n+.01 B>A R. 0 ack 1\n+.1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", ""},
	{"SYN sent again beside a RST that answers no SYN of it", "0 A>B S 0\n+.01 B>A R. 0 ack 500\n+.99 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n",
		"SYN-LOST possible, SLOW-SYN likely, BLIND-RST certain"},
	{"SYN answered by an older connection that the client does not reset", "0 A>B S 0\n+.01 B>A . =500 ack =5\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n",
		"TIME-WAIT-COLLISION possible, SLOW-SYN likely"},
	{"SYN-ACK again after a copy of the SYN", "0 A>B S 0 id 7\n+.0001 B>A S. 0 ack 1 id 30\n+.0004 A>B S 0 id 7\n+.0001 B>A S. 0 ack 1 id 31\n+.01 A>B . 1 ack 1\n", ""},
	{"SYN-ACK again, and no copy of the SYN", "0 A>B S 0 id 7\n+.0001 B>A S. 0 ack 1 id 30\n+.0005 B>A S. 0 ack 1 id 31\n+.01 A>B . 1 ack 1\n", "SYN-ACK-LOST possible"},
	{"SYN again, answered by a bare ACK before the SYN-ACK", "0 A>B S 0\n+1 A>B S 0\n+.01 B>A . 1 ack 1\n+.5 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", "SYN-ACK-LOST likely, SLOW-SYN likely"},
	{"SYN again, answered by a bare ACK that acknowledges more than the SYN-ACK", "0 A>B S 0(10)\n+1 A>B S 0(10)\n+.01 B>A . 1 ack 11\n+.5 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n",
		"SYN-LOST possible, SLOW-SYN likely"},
	{"SYN again, answered by a bare ACK after the SYN-ACK", "0 A>B S 0\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 B>A . 1 ack 1\n+.001 A>B . 1 ack 1\n", "SYN-LOST possible, SLOW-SYN likely"},
	{"the first SYN answered by a bare ACK, and no other", "0 A>B S 0\n+.01 B>A . 1 ack 1\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", "SYN-ACK-LOST likely, SLOW-SYN certain"},
	{"SYN answered by an older connection, and then by a SYN-ACK", "0 A>B S 0\n+.01 B>A . =500 ack =5\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", "TIME-WAIT-COLLISION possible"},
	{"SYN answered by an older connection that the client resets, and the opening after it missed", "0 A>B S 0\n+.01 B>A . =500 ack =5\n+.001 A>B R =5\n+1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n",
		"TIME-WAIT-COLLISION likely"},
	{"SYN answered by an older connection, and again, and the SYN-ACK missed", "0 A>B S 0\n+.01 B>A . =500 ack =5\n+1 A>B S 0\n+.02 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n",
		"TIME-WAIT-COLLISION possible"},
	{"SYN and octets missed, and a close without a connection", "0 A>B S 0\n+.01 B>A . 1 ack 6\n+1 A>B F. 6 ack 1\n+.01 B>A P. 1:6(5) ack 7\n+.001 A>B R 7\n", ""},
	{"SYN and octets missed, both FINs acknowledged", "0 A>B S 0\n+5 B>A F. 1 ack 845\n+.01 A>B F. 845 ack 2\n", ""},
	{"SYN answered by an ACK of more, which the client resets", "0 A>B S 0\n+.01 B>A . 1 ack 6\n+.001 A>B R 6\n", "TIME-WAIT-COLLISION likely"},
	{"SYN answered by an ACK of more, and a RST that answers another", "0 A>B S 0\n+.01 B>A . 1 ack 6\n+1 B>A . 1 ack 20\n+.001 A>B R 20\n", "TIME-WAIT-COLLISION possible"},
	{"SYN answered by an ACK of more, and no more of the client", "0 A>B S 0\n+.01 B>A . 1 ack 501\n+1 A>B . 1 ack 1\n", "TIME-WAIT-COLLISION possible"},
	{"SYN answered by an ACK of more, then by a SYN-ACK", "0 A>B S 0\n+.01 B>A . 1 ack 6\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.001 A>B P. 1:11(10) ack 1\n+.01 A>B . 11 ack 1\n",
		"TIME-WAIT-COLLISION possible, SLOW-SYN certain"},
	{"SYN again after a SYN-ACK that it crossed", "0 A>B S 0\n+1 B>A S. 0 ack 1\n+.05 A>B S 0\n+.05 A>B . 1 ack 1\n", ""},
	{"a SYN answered late, no timestamps", "0 A>B S 0\n+.22 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", "SLOW-SYN-ACK likely"},
	{"a SYN answered late, and nothing measured after it", "0 A>B S 0\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n", ""},
	{"two SYNs answered late, together", "0 A>B S 0\n+1 A>B S 0\n+.4 B>A S. 0 ack 1\n+.0005 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.15 B>A . 1 ack 11\n", "SLOW-SYN-ACK likely"},
	{"the same, and a copy of one SYN", "0 A>B S 0\n+1 A>B S 0\n+.0001 A>B S 0\n+.4 B>A S. 0 ack 1\n+.0005 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.15 B>A . 1 ack 11\n", ""},
	{"a SYN answered late, twice", "0 A>B S 0\n+1 B>A S. 0 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", "SYN-ACK-LOST possible, SLOW-SYN-ACK likely"},
	{"a SYN answered later than anything is on its way", "0 A>B S 0\n+241 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", ""},
	{"a SYN answered late and captured twice", "0 A>B S 0 id 7\n+.0001 A>B S 0 id 7\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B P. 1:11(10) ack 1\n", ""},
	{"the answer before the SYN", "0 B>A S. 0 ack 1\n+1 A>B S 0\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", ""},

	{"SYN again after a SYN-ACK", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", "SYN-ACK-LOST likely, SLOW-SYN likely"},
	{"SYN-ACK echoes the first SYN", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.01 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 1112 ecr 7>\n",
		"SYN-ACK-LOST likely, SLOW-SYN likely"},
	{"SYN-ACK a timer later than the longest round trip", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.25 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 1501 ecr 7>\n" +
		"+.001 A>B P. 1:11(10) ack 1 <TS val 1502 ecr 7>\n+1.04 B>A . 1 ack 11 <TS val 1404 ecr 1502>\n", "SYN-ACK-LOST likely, SLOW-SYN likely"},
	{"SYN-ACK no timer later than the longest round trip", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.25 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 1501 ecr 7>\n" +
		"+.001 A>B P. 1:11(10) ack 1 <TS val 1502 ecr 7>\n+1.06 B>A . 1 ack 11 <TS val 1404 ecr 1502>\n", ""},
	{"SYN-ACK repeated, no timestamps", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+1 B>A S. 0 ack 1\n+.04 A>B . 1 ack 1\n", "SYN-ACK-LOST possible, SLOW-SYN likely"},
	{"ACK lost before the tap", "0 A>B S 0 <TS val 100 ecr 0>\n+.0002 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+1.02 B>A S. 0 ack 1 <TS val 1029 ecr 100>\n+.04 A>B . 1 ack 1 <TS val 1162 ecr 7>\n",
		"LAST-ACK-LOST possible, SLOW-SYN likely"},
	{"last ACK lost twice", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+2 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 B>A P. 1:2(1) ack 1\n",
		"ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"last ACK and the request after it lost", lastACK + "+.01 A>B P. 1:11(10) ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+.2 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", "LAST-ACK-LOST likely"},
	{"the request was sent twice before the SYN-ACK", lastACK + "+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.7 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+.2 A>B P. 1:11(10) ack 1\n" +
		"+.01 B>A . 1 ack 11\n", "ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"last ACK lost, with the request in it", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B P. 1:11(10) ack 1\n+1 B>A S. 0 ack 1\n+.2 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", "LAST-ACK-LOST likely"},
	{"a server that waits for data", lastACK + "+3 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B P. 1:11(10) ack 1\n+.01 B>A P. 1:11(10) ack 11\n", "LAST-ACK-LOST possible"},
	{"payload after more segments than are counted", lastACK + strings.Repeat("+.1 A>B . 0 ack 1\n", 255) + "+.1 A>B P. 1:11(10) ack 1\n+.5 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n" +
		"+1 A>B P. 1:11(10) ack 1\n+.01 B>A P. 1:11(10) ack 11\n", "LAST-ACK-LOST possible"},
	{"a server that waits for data, and keepalives", lastACK + strings.Repeat("+.5 A>B . 0 ack 1\n", 5) + "+.5 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B P. 1:11(10) ack 1\n+.01 B>A P. 1:11(10) ack 11\n", "LAST-ACK-LOST possible"},

	{"refused sooner than an answer could come", thrice + "+1 A>D S 0\n+.001 D>A R. 0 ack 1\n", "REFUSED-BETWEEN possible"},
	{"refused sooner than an answer could come, from nearer", thrice + "+1 A>D S 0\n+.001 D>A R. 0 ack 1 ttl 63\n", "REFUSED-BETWEEN likely"},
	{"refused with the highest TTL that the host had before", fromAfar(60, 50), "REFUSED certain"},
	{"refused with the lowest", fromAfar(50, 60), "REFUSED certain"},
	{"reset in the opening with a TTL that its own SYN-ACK alone has", served6 + "1 A>B S 0\n+.010 B>A S. 0 ack 1 ttl 50\n+.001 B>A R. 1 ack 1 ttl 50\n", ""},
	{"reset in the opening with a TTL that its host had before", served6 + "1 A>B S 0\n+.010 B>A S. 0 ack 1 ttl 50\n+.001 B>A R. 1 ack 1 ttl 60\n", ""},
	{"a stranger's SYN-ACK into a connection that a SYN-ACK sent again had opened", "0 A>B S 0 <TS val 100 ecr 0>\n+.010 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+1 B>A S. 0 ack 1 <TS val 1007 ecr 100>\n" +
		"+.001 A>B . 1 ack 1 <TS val 1111 ecr 1007>\n+1 B>A S. 0 ack 5000\n+.001 A>B . 1 ack 1 <TS val 2111 ecr 1007>\n", "SYN-ACK-LOST likely, SLOW-SYN certain"},
	{"an ACK of the SYN and of octets after it, the SYN-ACK missed", "0 A>B S 0\n+.02 A>B P. 1:1001(1000) ack =7 badsum\n+.01 B>A P. =7:=107(100) ack 1001\n+.01 A>B . 1001 ack =107\n", ""},
	{"a SYN with octets, and an ACK of more than these", "0 A>B S 0:1000(1000)\n+.02 B>A . =7 ack 2001\n", "TIME-WAIT-COLLISION possible"},
	{"a SYN with octets, and an ACK of all", "0 A>B S 0:1000(1000)\n+.02 B>A . =7 ack 1001\n", ""},
	{"a SYN-ACK that answers the SYN before the last", "0 A>B S 0\n+.3 A>B S 0\n+.003 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.028 B>A . 1 ack 11\n", ""},
	{"a SYN-ACK that answers the last SYN", "0 A>B S 0\n+.3 A>B S 0\n+.027 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.028 B>A . 1 ack 11\n", "SYN-LOST possible, SLOW-SYN certain"},
	{"two SYNs, answered together, and both answers acknowledged", "0 A>B S 0\n+1 A>B S 0\n+.1 B>A S. 0 ack 1\n+.001 B>A S. 0 ack 1\n+.1 A>B . 1 ack 1\n+.001 A>B . 1 ack 1\n", "SLOW-SYN likely"},
	{"a SYN-ACK somewhat sooner after the last SYN than a short round trip", "0 A>B S 0\n+1 A>B S 0\n+.0006 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.0015 B>A . 1 ack 11\n", "SYN-LOST possible, SLOW-SYN certain"},
	{"three SYNs, two answered together", "0 A>B S 0\n+1 A>B S 0\n+2 A>B S 0\n+.1 B>A S. 0 ack 1\n+.001 B>A S. 0 ack 1\n+.1 A>B . 1 ack 1\n", "SYN-LOST possible, SLOW-SYN likely"},
	{"two SYNs, answered together, later than round trips take", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n" + together, "SLOW-SYN-ACK certain"},
	{"two SYNs, answered together, no timestamps", regexp.MustCompile(" <[^>]*>").ReplaceAllString("0 A>B S 0\n+1 A>B S 0\n"+together, ""), "SLOW-SYN-ACK likely"},
	{"two SYNs, the first answered, later than round trips take", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n" + strings.Replace(together, "+.001 B>A S. 0 ack 1 <TS val 7 ecr 100>\n", "", 1), "SYN-ACK-LOST likely, SLOW-SYN certain"},
	{"two SYNs, answered together, a round trip after the last", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n" + strings.Replace(together, "+.3 ", "+.019 ", 1), "SYN-ACK-LOST likely, SLOW-SYN certain"},
	{"two SYNs, answered at once, a round trip after the last", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n" + strings.NewReplacer("+.3 ", "+.019 ", "+.001 B", "+.0001 B", "+.001 A", "+.0001 A").Replace(together), "SYN-ACK-LOST possible, SLOW-SYN likely"},
	{"two SYNs at one moment, and one answer that echoes the first, no round trips", "0 A>B S 0 <TS val 100 ecr 0>\n+.001 A>B S 0 <TS val 1100 ecr 0>\n+.02 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 1122 ecr 7>\n", ""},
	{"two SYNs, and one answer that echoes the first 200 ms later, no round trips", "0 A>B S 0 <TS val 100 ecr 0>\n+.19 A>B S 0 <TS val 290 ecr 0>\n+.01 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 301 ecr 7>\n", "SYN-ACK-LOST likely"},
	{"three SYNs, two answered together, later than round trips take", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+2 A>B S 0 <TS val 3100 ecr 0>\n" + together, "SYN-ACK-LOST likely, SLOW-SYN certain"},
	{"two SYNs, answered together, the last of them first", "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n" + strings.ReplaceAll(together, "ecr 100>", "ecr 1100>"), ""},
	{"a SYN again after a SYN-ACK, and both answers acknowledged", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.3 A>B S 0\n+.01 B>A S. 0 ack 1\n+.05 A>B . 1 ack 1\n+.001 A>B P. 1:11(10) ack 1\n+.001 B>A . 1 ack 11\n+.05 A>B . 11 ack 1\n", ""},
	{"a SYN again after a SYN-ACK, and one of the answers acknowledged", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.3 A>B S 0\n+.01 B>A S. 0 ack 1\n+.05 A>B . 1 ack 1\n+.001 A>B P. 1:11(10) ack 1\n+.001 B>A P. 1:11(10) ack 11\n+.05 A>B . 11 ack 11\n", "SYN-ACK-LOST likely, SLOW-SYN certain"},
	{"a SYN-ACK for each SYN, one ACK, and the answer to a keep-alive", twoAnswers + "+60 B>A . 0 ack 1\n+.01 A>B . 1 ack 1\n", "SYN-ACK-LOST likely, SLOW-SYN likely"},
	{"a SYN-ACK for each SYN, one ACK, and a keep-alive", twoAnswers + "+60 A>B . 0 ack 1\n", "SYN-ACK-LOST likely, SLOW-SYN likely"},
	{"a SYN-ACK for each SYN, one ACK, and a duplicate one", twoAnswers + "+.1 B>A P. 11:21(10) ack 1\n+.01 A>B . 1 ack 1\n", "SYN-ACK-LOST likely, SLOW-SYN likely"},
	{"a SYN-ACK again that echoes an ACK that the capture missed", stamps + "+1 B>A S. 0 ack 1 <mss 1460,TS val 1007 ecr 111>\n+.001 A>B . 1 ack 1 <TS val 1111 ecr 7>\n", ""},
	{"the same, and the ACK echoes that", stamps + "+1 B>A S. 0 ack 1 <mss 1460,TS val 1007 ecr 111>\n+.001 A>B . 1 ack 1 <TS val 1111 ecr 1007>\n", ""},
	{"a SYN-ACK again that echoes the SYN before the ACK", stamps + "+1 B>A S. 0 ack 1 <mss 1460,TS val 1007 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 1111 ecr 1007>\n", "SYN-ACK-LOST likely, SLOW-SYN certain"},
	{"a SYN-ACK again that echoes something older than the SYN", stamps + "+1 B>A S. 0 ack 1 <mss 1460,TS val 1007 ecr 50>\n+.001 A>B . 1 ack 1 <TS val 1111 ecr 1007>\n", "SYN-ACK-LOST likely, SLOW-SYN certain"},
	{"a SYN-ACK again without timestamps, though the SYN has a high one", "0 A>B S 0 <TS val 4000000000 ecr 0>\n+.01 B>A S. 0 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", "SYN-ACK-LOST possible, SLOW-SYN likely"},
	{"a SYN-ACK again that echoes what came after the ACK", defers + "+.2 B>A S. 0 ack 1 <TS val 1007 ecr 911>\n" + deferred, ""},
	{"a SYN-ACK again that echoes the ACK", defers + "+.2 B>A S. 0 ack 1 <TS val 1007 ecr 111>\n" + deferred, ""},
	{"a SYN-ACK again that echoes the SYN", defers + "+.2 B>A S. 0 ack 1 <TS val 1007 ecr 100>\n" + deferred, "LAST-ACK-LOST likely"},
	{"a request that was sent again for nothing", "0 A>B S 0 <mss 1460,TS val 100 ecr 0>\n+.010 B>A S. 0 ack 1 <mss 1460,TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 111 ecr 7>\n" +
		"+.01 A>B P. 1:11(10) ack 1 <TS val 121 ecr 7>\n+.3 A>B P. 1:11(10) ack 1 <TS val 421 ecr 7>\n+.6 A>B P. 1:11(10) ack 1 <TS val 1021 ecr 7>\n+1.2 A>B P. 1:11(10) ack 1 <TS val 2221 ecr 7>\n" +
		"+.01 B>A . 1 ack 11 <TS val 2137 ecr 121>\n", ""},
	{"reset by the server behind a SYN proxy", "0 A>B S 0 win 64240\n+.01 B>A S. 0 ack 1 win 0 <mss 1460> ttl 64\n+.001 A>B . 1 ack 1 win 64240\n+.001 B>A R. 1 ack 1 ttl 55\n", ""},
	{"by one whose SYN-ACK lets the client send", "0 A>B S 0 win 64240\n+.01 B>A S. 0 ack 1 win 65160 <mss 1460> ttl 64\n+.001 A>B . 1 ack 1 win 64240\n+.001 B>A R. 1 ack 1 ttl 55\n", "RESET-BETWEEN possible"},
	{"after an update of the window", "0 A>B S 0 win 64240\n+.01 B>A S. 0 ack 1 win 0 <mss 1460> ttl 64\n+.001 A>B . 1 ack 1 win 64240\n+.001 B>A . 1 ack 1 win 65160 ttl 64\n+.1 B>A R. 1 ack 1 ttl 55\n", "RESET-BETWEEN likely"},
	{"by the client behind a SYN proxy", "0 A>B S 0 win 64240\n+.01 B>A S. 0 ack 1 win 0 <mss 1460> ttl 64\n+.001 A>B . 1 ack 1 win 64240\n+.001 A>B R. 1 ack 1 ttl 250\n", "RESET-BETWEEN likely"},
	{"reset with a TTL and an identification of its own", "0 A>B S 0\n+.01 B>A S. 0 ack 1 ttl 60 id 100\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1 ttl 60 id 101\n+.001 A>B . 1 ack 11\n" +
		"+.01 B>A P. 11:21(10) ack 1 ttl 60 id 102\n+.001 A>B . 1 ack 21\n+.1 B>A R. 21 ack 1 ttl 250 id 20000\n", "RESET-BETWEEN likely"},
	{"reset with an identification of its own", "0 A>B S 0\n+.01 B>A S. 0 ack 1 ttl 60 id 100\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1 ttl 60 id 101\n+.001 A>B . 1 ack 11\n" +
		"+.01 B>A P. 11:21(10) ack 1 ttl 60 id 102\n+.001 A>B . 1 ack 21\n+.1 B>A R. 21 ack 1 ttl 60 id 20000\n", "RESET-BETWEEN possible"},
	{"refused sooner than any of 256 answers", answered(256) + "addr D 198.51.100.1:81\n+1 A>D S 0\n+.001 D>A R. 0 ack 1\n", "REFUSED-BETWEEN possible"},
	{"refused sooner than the one answer that was seen", served + "addr D 198.51.100.1:81\n1 A>D S 0\n+.001 D>A R. 0 ack 1\n", "REFUSED certain"},
	{"refused as soon as an answer comes", thrice + "+1 A>D S 0\n+.009 D>A R. 0 ack 1\n", "REFUSED certain"},
	{"refused sooner than two of three answers", thrice + "addr G 198.51.100.1:82\n+1 C>G S 0\n+.0019 G>C S. 0 ack 1\n+.001 C>G . 1 ack 1\n+1 A>D S 0\n+.001 D>A R. 0 ack 1\n", "REFUSED certain"},
	{"near the server half of nothing is no evidence", lone + "0 C>B S 0\n+.0005 B>C S. 0 ack 1\n+.01 C>B . 1 ack 1\naddr D 198.51.100.1:81\n1 A>D S 0\n+.00005 D>A R. 0 ack 1\n", "REFUSED certain"},
	{"the server answers after a RST", "0 A>B S 0\n+.002 B>A R. 0 ack 1\n+.008 B>A S. 0 ack 1\n", "REFUSED-BETWEEN likely"},
	{"the server answers the next SYN", "0 A>B S 0\n+.01 B>A R. 0 ack 1\n+.008 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", ""},
	{"RST with another identification", "0 A>B S 0\n+.01 B>A S. 0 ack 1 id 100\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1 id 101\n+.01 B>A P. 11:21(10) ack 1 id 102\n+.01 A>B . 1 ack 21\n+.1 B>A R. 21 ack 1 id 9000\n",
		"RESET-BETWEEN possible"},
	{"RST without ACK, with another identification", "0 A>B S 0\n+.01 B>A S. 0 ack 1 id 100\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1 id 101\n+.01 B>A P. 11:21(10) ack 1 id 102\n+.01 A>B . 1 ack 21\n+.1 B>A R 21 id 9000\n", ""},
	{"RST without ACK, with another TTL and identification", "0 A>B S 0\n+.01 B>A S. 0 ack 1 ttl 60 id 100\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1 ttl 60 id 101\n+.01 A>B . 1 ack 11\n+.1 B>A R 11 ttl 250 id 9000\n",
		"RESET-BETWEEN likely"},
	{"RST with the next identification", "0 A>B S 0\n+.01 B>A S. 0 ack 1 id 100\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1 id 101\n+.01 B>A P. 11:21(10) ack 1 id 102\n+.01 A>B . 1 ack 21\n+.1 B>A R. 21 ack 1 id 103\n", ""},
	{"a RST after which the end that it names goes on", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.01 B>A R 1 ttl 60\n+.02 B>A P. 1:11(10) ack 11 ttl 60\n+.22 B>A P. 1:11(10) ack 11 ttl 60\n", "RESET-BETWEEN possible"},
	{"the same, and the RST has an identification of its own", counted + "+.001 B>A P. 11:21(10) ack 1 id 103\n+.1 B>A R. 21 ack 1 id 9000\n+.3 B>A P. 11:21(10) ack 1 id 104\n", "RESET-BETWEEN likely"},
	{"the end goes on with an identification after that of the RST", counted + "+.1 B>A R. 11 ack 1 id 103\n+.3 B>A P. 1:11(10) ack 1 id 104\n", "RESET-BETWEEN likely"},
	{"with none, late", counted + "+.1 B>A R. 11 ack 1 id 103\n+.3 B>A P. 1:11(10) ack 1 id 0\n", "RESET-BETWEEN possible"},
	{"at once", counted + "+.1 B>A R. 11 ack 1 id 103\n+.001 B>A P. 1:11(10) ack 1 id 104\n", "RESET-BETWEEN likely"},
	{"with one before it, held up for long", counted + "+.1 B>A R. 11 ack 1 id 104\n+.5 B>A P. 1:11(10) ack 1 id 103\n", ""},
	{"with one between its own and that of a RST far from them", counted + "+.1 B>A R. 11 ack 1 id 5000\n+.3 B>A P. 1:11(10) ack 1 id 2000\n", "RESET-BETWEEN likely"},
	{"with one after it, and the RST is made of what it answers", counted + "+.1 B>A R 11 id 103\n+.3 B>A P. 1:11(10) ack 1 id 104\n", "RESET-BETWEEN possible"},
	{"with one after it, and the RST has the identification 0", "0 A>B S 0\n+.01 B>A S. 0 ack 1 id 1\n+.001 A>B . 1 ack 1\n+.01 B>A . 1 ack 1 id 2\n+.01 B>A P. 1:11(10) ack 1 id 3\n+.01 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 id 0\n+.001 B>A P. 1:11(10) ack 1 id 4\n", ""},
	{"the end goes on with a later timestamp than the RST", clocked + "+.01 B>A R 1001 <TS val 1050 ecr 1>\n+.001 B>A P. 1:1001(1000) ack 1 <TS val 1051 ecr 1>\n", "RESET-BETWEEN likely"},
	{"with a later one than the RST, which has the last", clocked + "+.01 B>A R 1001 <TS val 1017 ecr 1>\n+.001 B>A P. 1:1001(1000) ack 1 <TS val 1018 ecr 1>\n", "RESET-BETWEEN likely"},
	{"with the same, late", clocked + "+.01 B>A R 1001 <TS val 1050 ecr 1>\n+.3 B>A P. 1:1001(1000) ack 1 <TS val 1050 ecr 1>\n", "RESET-BETWEEN possible"},
	{"with an earlier one, held up for long", clocked + "+.01 B>A R 1001 <TS val 1050 ecr 1>\n+.5 B>A P. 1:1001(1000) ack 1 <TS val 1049 ecr 1>\n", ""},
	{"the RST has a timestamp of another clock", clocked + "+.01 B>A R 1001 <TS val 5 ecr 1>\n+.5 B>A P. 1:1001(1000) ack 1 <TS val 1049 ecr 1>\n", "RESET-BETWEEN possible"},
	{"the end goes on with a timestamp that its clock had not reached", clocked + "+.01 B>A R 1001\n+.15 B>A P. 1:1001(1000) ack 1 <TS val 1180 ecr 1>\n", "RESET-BETWEEN likely"},
	{"with one that it may have had", clocked + "+.01 B>A R 1001\n+.3 B>A P. 1:1001(1000) ack 1 <TS val 1040 ecr 1>\n", "RESET-BETWEEN possible"},
	{"with one that a clock may have had of which few ticks were counted", "0 A>B S 0 <TS val 1 ecr 0>\n+.0001 B>A S. 0 ack 1 <TS val 7 ecr 1>\n+.0001 A>B . 1 ack 1 <TS val 1 ecr 7>\n" +
		"+.0889 B>A P. 1:11(10) ack 1 <TS val 15 ecr 1>\n+.0001 A>B . 1 ack 11 <TS val 9 ecr 15>\n+100 B>A R 11\n+.0001 B>A P. 11:21(10) ack 1 <TS val 10016 ecr 9>\n", ""},
	{"with one that it may have had, by a count so short that the next may be any", "0 A>B S 0 <TS val 1 ecr 0>\n+.01 B>A S. 0 ack 1 <TS val 7 ecr 1>\n+.0001 A>B . 1 ack 1 <TS val 11 ecr 7>\n" +
		"+.009901 B>A P. 1:11(10) ack 1 <TS val 17 ecr 11>\n+.0001 A>B . 1 ack 11 <TS val 21 ecr 17>\n+260 A>B . 1 ack 11 <TS val 21 ecr 17>\n+.0001 B>A R 11\n+.0001 B>A P. 11:21(10) ack 1 <TS val 260030 ecr 21>\n", ""},
	{"possible first, and then shown", clocked + "+.01 B>A R 1001\n+.3 B>A P. 1:1001(1000) ack 1 <TS val 1040 ecr 1>\n+.6 B>A P. 1:1001(1000) ack 1 <TS val 1950 ecr 1>\n", "RESET-BETWEEN likely"},
	{"a RST with another TTL than the one segment of its end", plain6 + "+.1 B>A R. 1 ack 1 ttl 250\n", "RESET-BETWEEN possible"},
	{"a RST with another TTL than both segments of its end", plain6 + "+.1 B>A . 1 ack 1 ttl 60\n+.1 B>A R. 1 ack 1 ttl 250\n", "RESET-BETWEEN likely"},
	{"RST with another identification than two", "0 A>B S 0\n+.01 B>A S. 0 ack 1 id 100\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1 id 101\n+.01 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 id 9000\n", ""},
	{"a RST after which the end that it names goes on at once", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.01 B>A R. 1 ack 11 ttl 60\n+.001 B>A P. 1:11(10) ack 11 ttl 60\n", "RESET-BETWEEN likely"},
	{"a RST without ACK that overtakes what its end had sent", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.01 B>A R 1 ttl 60\n+.001 B>A P. 1:11(10) ack 11 ttl 60\n", ""},
	{"a RST that overtakes what its end had sent, before it", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.01 B>A R. 11 ack 11 ttl 60\n+.001 B>A P. 1:11(10) ack 11 ttl 60\n", ""},
	{"a RST that overtakes what its end had sent, by no more than 200 ms", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.01 B>A R 1 ttl 60\n+.20 B>A P. 1:11(10) ack 11 ttl 60\n", ""},
	{"a RST after which the end that it names answers a keep-alive", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.01 B>A R. 1 ack 11 ttl 60\n+5 B>A . 1 ack 11 ttl 60\n", ""},
	{"a RST after which its receiver goes on", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.01 B>A R. 1 ack 11 ttl 60\n+.001 A>B R 11\n", ""},
	{"a RST after which another connection begins", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.01 A>B R. 11 ack 1\n+5 A>B S =90000\n", ""},
	{"a RST from three hops nearer", plain6 + "+.01 B>A P. 1:11(10) ack 1 ttl 60\n+.01 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 ttl 63\n", "RESET-BETWEEN possible"},
	{"a RST from three hops farther", plain6 + "+.01 B>A P. 1:11(10) ack 1 ttl 60\n+.01 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 ttl 57\n", "RESET-BETWEEN possible"},
	{"a RST with another initial TTL, from as far", plain6 + "+.01 B>A P. 1:11(10) ack 1 ttl 52\n+.01 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 ttl 243\n", ""},
	{"a RST with another initial TTL, from nearer", plain6 + "+.01 B>A P. 1:11(10) ack 1 ttl 52\n+.01 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 ttl 252\n", "RESET-BETWEEN likely"},
	{"a RST with another initial TTL, from as far as some of the data", plain6 + "+.01 B>A P. 1:11(10) ack 1 ttl 58\n+.01 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 ttl 28\n", ""},
	{"a RST with another initial TTL, from between two of the data", plain6 + "+.01 B>A P. 1:11(10) ack 1 ttl 58\n+.01 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 ttl 250\n", ""},
	{"data that must come from the next host, and its RST", "0 A>B S 0 ttl 255\n+.01 B>A S. 0 ack 1 ttl 255\n+.001 A>B . 1 ack 1 ttl 255\n+.01 B>A P. 1:11(10) ack 1 ttl 255\n+.01 A>B . 1 ack 11 ttl 255\n" +
		"+.1 B>A R. 11 ack 1 ttl 64\n", ""},
	{"refused with another initial TTL, from as far", served6 + "+1 A>D S 0\n+.010 D>A R. 0 ack 1 ttl 124\n", "REFUSED certain"},
	{"refused with another initial TTL than one segment had, from nearer", served6 + "+1 A>D S 0\n+.010 D>A R. 0 ack 1 ttl 125\n", "REFUSED-BETWEEN possible"},
	{"refused with another initial TTL than single segments of two connections had, from nearer", served6 + "addr E 192.0.2.5:40005\n+1 E>B S 0\n+.010 B>E S. 0 ack 1 ttl 60\n+.001 E>B . 1 ack 1\n" +
		"+1 A>D S 0\n+.010 D>A R. 0 ack 1 ttl 125\n", "REFUSED-BETWEEN likely"},
	{"refused with another initial TTL, from nearer", served6 + "+.001 B>C P. 1:11(10) ack 1 ttl 60\n+1 A>D S 0\n+.010 D>A R. 0 ack 1 ttl 125\n", "REFUSED-BETWEEN likely"},
	{"a copy has another TTL", plain6 + "+.01 B>A P. 1:11(10) ack 1 ttl 60 id 5\n+.00001 B>A P. 1:11(10) ack 1 ttl 64 id 5\n+.01 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 ttl 64\n", "RESET-BETWEEN likely"},
	{"RST with the identification 0", "0 A>B S 0\n+.01 B>A S. 0 ack 1 id 20000\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1 id 20001\n+.01 A>B . 1 ack 11\n+.1 B>A R. 11 ack 1 id 0\n", ""},

	{"a stranger's RST in the client's name, and both go on", plain6 + "+.01 A>B P. 1:11(10) ack 1 ttl 50\n+.01 B>A . 1 ack 11 ttl 60\n+.1 A>B R. 11 ack 1 ttl 250\n" +
		"+.5 A>B P. 11:21(10) ack 1 ttl 50\n+.01 B>A P. 1:11(10) ack 21 ttl 60\n+.01 A>B . 21 ack 11 ttl 50\n", ""},
	{"a stranger's RST, and both go on at once", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11 ttl 60\n+.1 B>A R. 1 ack 11 ttl 250\n+.005 A>B P. 11:21(10) ack 1\n" +
		"+.005 B>A . 1 ack 21 ttl 60\n+.1 A>B P. 21:31(10) ack 1\n+.01 B>A . 1 ack 31 ttl 60\n", ""},
	{"a stranger's RST that ends one end, and the other goes on", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11 ttl 60\n+.1 B>A R. 1 ack 11 ttl 250\n" +
		"+.5 B>A P. 1:11(10) ack 11 ttl 60\n+.001 A>B R 11\n", "RESET-BETWEEN likely"},
	{"a stranger's RST that ended nothing, and one that does", plain6 + "+.01 B>A P. 1:11(10) ack 1 ttl 60\n+.001 A>B . 1 ack 11\n+.1 A>B R. 1 ack 11 ttl 250\n+.5 A>B P. 1:11(10) ack 11\n" +
		"+.01 B>A P. 11:21(10) ack 11 ttl 60\n+.001 A>B . 11 ack 21\n+.1 A>B R 11 ack 21\n", ""},
	{"a stranger's RST for the first attempt", "0 A>B S 0\n+.01 B>A R. 0 ack 1 ttl 250\n+.1 A>B S 0\n+.01 B>A S. 0 ack 1 ttl 60\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1 ttl 60\n", ""},

	{"the client's RST for an older connection", "0 A>B S 0\n+.01 B>A . =5000 ack =777 ttl 60\n+.001 A>B R =777\n+1 A>B S 0\n+.01 B>A S. 0 ack 1 ttl 60\n+.001 A>B . 1 ack 1\n",
		"TIME-WAIT-COLLISION likely, SLOW-SYN likely"},

	{"a SYN in the window of an older connection, and again", inWindow + "+.001 A>B R =1001\n+1 A>B S =31000\n+.01 B>A S. =70000 ack =31001\n+.001 A>B . =31001 ack =70001\n", "TIME-WAIT-COLLISION likely"},
	{"a SYN in the window of an older connection, and again without a RST", inWindow + "+1 A>B S =31000\n+.01 B>A S. =70000 ack =31001\n+.001 A>B . =31001 ack =70001\n", ""},
	{"a SYN in the window of an older connection, and another", inWindow + "+.001 A>B R =1001\n+1 A>B S =31001\n+.01 B>A S. =70000 ack =31002\n+.001 A>B . =31002 ack =70001\n", ""},
	{"a SYN in the window of an older connection that nothing answers, and again", plain6 + "+30 A>B S =31000\n+1 A>B S =31000\n+.01 B>A S. =70000 ack =31001\n+.001 A>B . =31001 ack =70001\n", ""},
	{"the server's data after a SYN in the window", plain6 + "+30 A>B S =31000\n+.01 B>A P. 1:11(10) ack 1\n+.001 A>B R =1001\n+1 A>B S =31000\n+.01 B>A S. =70000 ack =31001\n+.001 A>B . =31001 ack =70001\n", "TIME-WAIT-COLLISION likely"},
	{"a stranger's SYN in the window, and the end opens with its number later", inWindow + "+.1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n+1 A>B R. 11 ack 1\n+1 A>B S =31000\n+.01 B>A S. =70000 ack =31001\n" +
		"+.001 A>B . =31001 ack =70001\n", ""},
	{"two SYNs in the window, the second again and reset", plain6 + "+30 A>B S =30000\n+.01 B>A . 1 ack 1\n+.1 A>B S =31000\n+.01 B>A . 1 ack 1\n+.001 A>B R =1001\n+1 A>B S =31000\n+.01 B>A S. =70000 ack =31001\n+.001 A>B . =31001 ack =70001\n", "TIME-WAIT-COLLISION likely"},

	{"dropped while the listener answers", served + "1 A>B S 0\n+1 A>B S 0\n", "DROPPED likely, ACCEPT-QUEUE-FULL possible"},
	{"dropped while the host answers", served + "addr D 198.51.100.1:81\n1 A>D S 0\n+1 A>D S 0\n", "DROPPED likely"},
	{"dropped while the host refuses", lone + "addr E 198.51.100.1:82\n0 C>E S 0\n+.01 E>C R. 0 ack 1\n+.5 A>B S 0\n+1 A>B S 0\n", "DROPPED likely"},
	{"dropped long after an answer", served + "5 A>B S 0\n+1 A>B S 0\n", "DROPPED possible"},
	{"dropped, another host answers", served + "addr D 198.51.100.2:80\n1 A>D S 0\n+1 A>D S 0\n", "DROPPED possible"},

	{"a client that sends nothing but a keep-alive, beside others that go on", served + ".5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1.2 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+60 A>B . 0 ack 1\n",
		"ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"a client that sends nothing but its FIN, twice, beside others that go on", served + ".5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+6 A>B F. 1 ack 1\n+.2 A>B F. 1 ack 1\n+.4 A>B F. 1 ack 1\n",
		"ACCEPT-QUEUE-FULL possible, SYN-COOKIE possible"},
	{"a client that sends nothing, and a second SYN-ACK again, beside others that go on", served + ".5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1.2 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+2.4 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n",
		"ACCEPT-QUEUE-FULL likely, LAST-ACK-LOST possible"},
	{"nothing captured of the server, and the client echoes more of it", stamps + "+.001 A>B . 1 ack 1 <TS val 111 ecr 7>\n+.001 A>B P. 1:73(72) ack 1 <TS val 112 ecr 7>\n+.3 A>B P. 73:122(49) ack 1 <TS val 412 ecr 62>\n" +
		"+.4 A>B P. 73:122(49) ack 1 <TS val 812 ecr 62>\n+.8 A>B P. 73:122(49) ack 1 <TS val 1612 ecr 62>\n+1.6 A>B P. 73:122(49) ack 1 <TS val 3212 ecr 62>\n", ""},
	{"nothing captured of the server, and the client acknowledges more of it", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.001 A>B P. 1:73(72) ack 1\n+.3 A>B P. 73:122(49) ack 11\n" +
		"+.4 A>B P. 73:122(49) ack 11\n+.8 A>B P. 73:122(49) ack 11\n+1.6 A>B P. 73:122(49) ack 11\n", ""},
	{"nothing of the server, and the client echoes its SYN-ACK", stamps + "+.001 A>B . 1 ack 1 <TS val 111 ecr 7>\n+.001 A>B P. 1:73(72) ack 1 <TS val 112 ecr 7>\n+.3 A>B P. 1:73(72) ack 1 <TS val 412 ecr 7>\n" +
		"+.4 A>B P. 1:73(72) ack 1 <TS val 812 ecr 7>\n+.8 A>B P. 1:73(72) ack 1 <TS val 1612 ecr 7>\n", "ACCEPT-QUEUE-FULL possible"},
	{"nothing is taken of what has no timestamps though the SYNs have", "0 A>B S 0 <TS val 100 ecr 0>\n+.01 B>A S. 0 ack 1 <TS val 4000000000 ecr 100>\n" + strings.TrimPrefix(neverTaken, "+.01 B>A S. 0 ack 1\n"), "ACCEPT-QUEUE-FULL possible, OPTIONS-CHANGED likely"},
	{"nothing is taken, beside others that go on", served + ".5 A>B S 0\n" + neverTaken, "ACCEPT-QUEUE-FULL possible"},
	{"nothing is taken near the server, beside others that go on", served + ".5 A>B S 0\n" + strings.Replace(neverTaken, "+.01", "+.0005", 1), "ACCEPT-QUEUE-FULL likely"},
	{"nothing is taken but long segments were sent, near the server, beside others that go on", served + ".5 A>B S 0\n" + strings.NewReplacer("+.01 B", "+.0005 B", "1:11(10)", "1:1001(1000)").Replace(neverTaken),
		"ACCEPT-QUEUE-FULL possible"},
	{"two segments are left unanswered near the server, beside others that go on", served + ".5 A>B S 0\n+.0005 B>A S. 0 ack 1\n+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n", ""},
	{"nothing is taken, and the SYN-ACK comes again, beside others that go on", served + ".5 A>B S 0\n" + neverTaken + "+.1 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n", "ACCEPT-QUEUE-FULL likely, LAST-ACK-LOST possible"},
	{"nothing is taken, long after others went on", served + "5 A>B S 0\n" + neverTaken, "ACCEPT-QUEUE-FULL possible"},
	{"nothing is taken, and no others are seen", "0 A>B S 0\n" + neverTaken, "ACCEPT-QUEUE-FULL possible"},
	{"the server repeats its SYN-ACK after ACKs", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+2 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n",
		"ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"the server repeats its SYN-ACK after ACKs, and the client gives up", lastACK + strings.Repeat("+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", 3) + "+1 A>B R. 1 ack 1\n", "ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"the server repeats its SYN-ACK after ACKs, and gives up", lastACK + strings.Repeat("+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", 3) + "+1 B>A R. 1 ack 1\n", "LAST-ACK-LOST possible"},
	{"another SYN-ACK after the ACK", lastACK + "+1 B>A S. 0 ack 5000\n+.001 A>B . 1 ack 1\n", ""},
	{"the server repeats its SYN-ACK once", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 B>A S. 0 ack 1\n", "LAST-ACK-LOST possible"},
	{"nothing is taken, SYN-ACK repeated", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+3 A>B P. 1:11(10) ack 1\n", "ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"the server repeats its SYN-ACK once, near it", strings.Replace(lastACK, "+.01", "+.0005", 1) + "+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 B>A P. 1:11(10) ack 1\n",
		"ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"a server that waits for data and gets a FIN, near it", strings.Replace(lastACK, "+.01", "+.0005", 1) + "+3 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+5 A>B F. 1 ack 1\n+.0001 B>A F. 1 ack 2\n", "LAST-ACK-LOST possible"},
	{"a server that waits for more than a FIN, near it", strings.Replace(lastACK, "+.01", "+.0005", 1) + "+3 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+5 A>B F. 1 ack 1\n+.3 A>B F. 1 ack 1\n+.0001 B>A F. 1 ack 2\n", "ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"a server that waits for data, near it", strings.Replace(lastACK, "+.01", "+.0005", 1) + "+3 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B P. 1:11(10) ack 1\n+.0001 B>A . 1 ack 11\n", "LAST-ACK-LOST possible"},
	{"a server that repeats its SYN-ACK and does not take the first request after it, near it", strings.Replace(lastACK, "+.01", "+.0005", 1) +
		"+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.0001 B>A . 1 ack 11\n", "ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"the server repeats its SYN-ACK after the request, near it", strings.Replace(lastACK, "+.01", "+.0005", 1) + "+.01 A>B P. 1:11(10) ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+.2 A>B P. 1:11(10) ack 1\n" +
		"+.0001 B>A . 1 ack 11\n", "ACCEPT-QUEUE-FULL likely, LAST-ACK-LOST possible"},
	{"the server repeats its SYN-ACK after the request, beside others that go on", served + ".5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n" +
		"+.6 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+.2 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", "ACCEPT-QUEUE-FULL likely, LAST-ACK-LOST possible"},
	{"the server repeats its SYN-ACK after the request, beside others that went on long before", served + "5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n" +
		"+.6 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+.2 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", "ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"a SYN-ACK after what shows that the server is open", lastACK + "+.01 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n+1 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+2 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n", ""},
	{"a request near the server stands before the SYN-ACK that comes again, and only new octets after it", "0 A>B S 0\n+.0001 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.001 A>B P. 1:11(10) ack 1\n+1 B>A S. 0 ack 1\n" +
		"+.1 A>B P. 11:21(10) ack 1\n+.0001 B>A . 1 ack 1\n", "ACCEPT-QUEUE-FULL likely, LAST-ACK-LOST possible"},
	{"two wait at one time", two("+.5"), "ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"two wait at one time, without payload", strings.NewReplacer("+.01 C>B P. 1:11(10) ack 1\n", "", "+.01 A>B P. 1:11(10) ack 1\n", "", " . 11 ", " . 1 ",
		"+.2 C>B P. 1:11(10) ack 1\n+.01 B>C . 1 ack 11\n", "+.01 B>C P. 1:11(10) ack 1\n", "+.2 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", "+.01 B>A P. 1:11(10) ack 1\n").Replace(two("+.5")), "LAST-ACK-LOST possible"},
	{"two wait one after the other", two("+3"), "LAST-ACK-LOST likely"},
	{"one waits, and then another that began before it", lone + "0 C>B S 0\n+.01 B>C S. 0 ack 1\n.5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 A>B P. 1:11(10) ack 1\n" +
		"+1 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+.2 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n3 C>B . 1 ack 1\n+.01 C>B P. 1:11(10) ack 1\n" +
		"+1 B>C S. 0 ack 1\n+.001 C>B . 11 ack 1\n+.2 C>B P. 1:11(10) ack 1\n+.01 B>C . 1 ack 11\n", "LAST-ACK-LOST likely"},
	{"a request is lost twice", lastACK + "+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", ""},
	{"a server without memory takes the request in the end", lastACK + "+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n+1.2 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", "ACCEPT-QUEUE-FULL possible"},
	{"a server without memory takes a long request in the end, near it", strings.Replace(lastACK, "+.01", "+.0005", 1) +
		"+.01 A>B P. 1:1001(1000) ack 1\n+.3 A>B P. 1:1001(1000) ack 1\n+.6 A>B P. 1:1001(1000) ack 1\n+.0001 B>A . 1 ack 1001\n", ""},
	{"a server without memory takes the request in the end, beside others that go on", served + ".5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n" +
		"+.6 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", "ACCEPT-QUEUE-FULL possible"},
	{"a short request taken near the server in the end", strings.Replace(lastACK, "+.01", "+.0005", 1) +
		"+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n+.0001 B>A . 1 ack 11\n", "ACCEPT-QUEUE-FULL possible"},
	{"a short request taken near the server in the end, a D-SACK", strings.Replace(lastACK, "+.01", "+.0005", 1) +
		"+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n+.0001 B>A . 1 ack 11 <sack 1:11>\n", "OPTIONS-CHANGED likely"},
	{"a long request passes in the end", lastACK + "+.01 A>B P. 1:1001(1000) ack 1\n+.3 A>B P. 1:1001(1000) ack 1\n+.6 A>B P. 1:1001(1000) ack 1\n+.01 B>A . 1 ack 1001\n", ""},
	{"a long request passes in the end, beside others that go on", served + ".5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 A>B P. 1:1001(1000) ack 1\n+.3 A>B P. 1:1001(1000) ack 1\n" +
		"+.6 A>B P. 1:1001(1000) ack 1\n+.01 B>A . 1 ack 1001\n", ""},
	{"a long request never passes, beside others that go on", served + ".5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 A>B P. 1:1001(1000) ack 1\n+.3 A>B P. 1:1001(1000) ack 1\n" +
		"+.6 A>B P. 1:1001(1000) ack 1\n", "ACCEPT-QUEUE-FULL possible"},
	{"only a FIN, taken in the end", lastACK + "+.01 A>B F. 1 ack 1\n+.3 A>B F. 1 ack 1\n+.6 A>B F. 1 ack 1\n+.6 A>B F. 1 ack 1\n+.01 B>A . 1 ack 2\n", "ACCEPT-QUEUE-FULL possible"},
	{"a request of the least length that every path takes", lastACK + "+.01 A>B P. 1:537(536) ack 1\n+.3 A>B P. 1:537(536) ack 1\n+.6 A>B P. 1:537(536) ack 1\n+1.2 A>B P. 1:537(536) ack 1\n+.01 B>A . 1 ack 537\n", "ACCEPT-QUEUE-FULL possible"},
	{"a server closes that has taken none of a request", lastACK + "+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n+1.2 A>B P. 1:11(10) ack 1\n+15 B>A F. 1 ack 1\n+.01 A>B . 11 ack 2\n", ""},
	{"a server closes that has taken a request", lastACK + "+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n+1.2 A>B P. 1:11(10) ack 1\n+.01 B>A F. 1 ack 11\n+.01 A>B . 11 ack 2\n", "ACCEPT-QUEUE-FULL possible"},
	{"a request is lost once", lastACK + "+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", ""},
	{"a client without a request gives up", lastACK + "+6 A>B F. 1 ack 1\n+.3 A>B F. 1 ack 1\n", "ACCEPT-QUEUE-FULL possible, SYN-COOKIE possible"},
	{"two SYNs, each answered, and the capture ends", served + ".5 A>B S 0\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.0001 A>B . 1 ack 1\n+.0001 A>B P. 1:11(10) ack 1\n+.002 B>A S. 0 ack 1\n+.0001 A>B . 11 ack 1\n", "SLOW-SYN likely"},
	{"nothing of a long request is taken, SYN-ACK repeated", lastACK + "+.01 A>B P. 1:1001(1000) ack 1\n+.3 A>B P. 1:1001(1000) ack 1\n+.7 B>A S. 0 ack 1\n+.001 A>B . 1001 ack 1\n", "ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"a RST before what the server sends late", lastACK + "+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n+.3 A>B R. 11 ack 1\n+.005 B>A . 1 ack 11\n", ""},
	{"a server without memory takes a request in the ACK, beside others that go on", served + ".5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n" +
		"+.6 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", "ACCEPT-QUEUE-FULL possible"},
	{"the server repeats its SYN-ACK twice after the request, beside others that go on", served + ".5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 A>B P. 1:11(10) ack 1\n" +
		"+.9 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+2 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+.2 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", "ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"the server repeats its SYN-ACK after the request, beside another that goes on later", lone + "0 C>B S 0\n+.01 B>C S. 0 ack 1\n+.001 C>B . 1 ack 1\n" +
		".5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n" +
		"+.6 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+.2 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n5 C>B P. 1:11(10) ack 1\n+.01 B>C . 1 ack 11\n", "ACCEPT-QUEUE-FULL possible, LAST-ACK-LOST possible"},
	{"the server takes what was sent again, by a clock that went back", lastACK + "+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n+1.2 A>B P. 1:11(10) ack 1\n.005 B>A . 1 ack 11\n", ""},
	{"SYNs crossed, and one end says no more", crossed + "+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n", ""},
	{"SYNs crossed, and one end answers late", crossed + "+.01 A>B P. 1:11(10) ack 1\n+.3 A>B P. 1:11(10) ack 1\n+.6 A>B P. 1:11(10) ack 1\n+1.2 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n", ""},
	{"a late ACK alone", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+4 A>B . 1 ack 1\n", ""},
	{"nothing is taken, SYN-ACK once", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B P. 1:11(10) ack 1\n+3 A>B P. 1:11(10) ack 1\n", "ACCEPT-QUEUE-FULL possible, SYN-COOKIE possible"},
	{"options gone, with timestamps", lone + "0 C>B S 0 <mss 1460,sackOK,TS val 1 ecr 0>\n+.01 B>C S. 0 ack 1 <mss 1460,sackOK,TS val 9 ecr 1>\n+.001 C>B . 1 ack 1 <TS val 2 ecr 9>\n" +
		"1 A>B S 0 <mss 1460,sackOK,TS val 5 ecr 0>\n+.01 B>A S. 0 ack 1 <mss 1460,TS val 9 ecr 5>\n+.001 A>B . 1 ack 1 <TS val 6 ecr 9>\n+.01 B>A P. 1:2(1) ack 1 <TS val 9 ecr 6>\n", ""},

	{"a scan of open ports", many(40) + "50 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B R 1\n", "HALF-OPEN-SCAN likely"},
	{"a SYN-ACK answered with a RST by a client that has opened others", "addr C 198.51.100.1:81\n0 A>C S 0\n+.01 C>A S. 0 ack 1\n+.001 A>C . 1 ack 1\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B R 1\n", ""},
	{"a SYN-ACK answered with a RST by a client that could open no other", "addr C 198.51.100.1:81\n0 A>C S 0\n+.01 C>A R. 0 ack 1\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B R 1\n", "HALF-OPEN-SCAN possible"},
	{"timestamps that were not agreed on after a spoilt SYN-ACK", "0 A>B S 0 <mss 1460>\n+.01 B>A S. 0 ack 1 <mss 1460> badsum\n+.001 A>B . 1 ack 1 <TS val 1 ecr 2>\n", ""},
	{"a scan of closed ports", many(40) + "50 A>B S 0\n+.01 B>A R. 0 ack 1\n", "REFUSED certain, HALF-OPEN-SCAN possible"},
	{"a RST for a SYN-ACK after an older connection", "0 A>B S 0\n+.01 B>A . =500 ack =5\n+.001 A>B R =5\n+.01 B>A S. 0 ack 1\n+.001 A>B R 1\n", "TIME-WAIT-COLLISION likely"},
	{"a few ports tried", many(9) + "50 A>B S 0\n+.01 B>A R. 0 ack 1\n", "REFUSED certain"},
	{"a scan after an open connection", many(20) + "addr Y 203.0.113.1:80\n30 A>Y S 0\n+.01 Y>A S. 0 ack 1\n+.001 A>Y . 1 ack 1\n" + many(40) + "50 A>B S 0\n+.01 B>A R. 0 ack 1\n", "REFUSED certain"},

	{"no timestamps after the handshake", stamps + "+.001 A>B . 1 ack 1\n+.01 B>A P. 1:2(1) ack 1 <TS val 9 ecr 100>\n", "OPTIONS-CHANGED likely"},
	{"one segment without timestamps later", stamps + "+.001 A>B . 1 ack 1 <TS val 101 ecr 7>\n+.01 A>B P. 1:2(1) ack 1\n", ""},
	{"SACK blocks without permission", wide + "+.01 B>A P. 11:21(10) ack 1\n+.01 A>B . 1 ack 1 <sack 11:21>\n", "OPTIONS-CHANGED likely"},
	{"SACK blocks after any window", narrow + "+.01 B>A . 1 ack 1 win 4000 <sack 40001:41001>\n", "OPTIONS-CHANGED likely"},
	{"SACK blocks that grow before the ISN", narrow + "+.01 B>A . 1 ack 1 win 4000 <sack -9000:-8000>\n+0 B>A . 1 ack 1 win 4000 <sack -9000:-7000>\n", "OPTIONS-CHANGED likely"},
	{"a SACK block from before the ISN to after the acknowledgement", narrow + "+.01 B>A . 1 ack 1 win 4000 <sack -9000:2>\n", "OPTIONS-CHANGED likely"},
	{"a D-SACK of an older connection", narrow + "+.01 B>A . 1 ack 1 win 4000 <sack -1000:-900>\n", ""},
	{"a D-SACK of an older connection twice", narrow + "+.01 B>A . 1 ack 1 win 4000 <sack -9000:-8000>\n+0 B>A . 1 ack 1 win 4000 <sack -9000:-8000>\n", ""},
	{"two of them after each other", narrow + "+.01 B>A . 1 ack 1 win 4000 <sack -9000:-8000>\n+0 B>A . 1 ack 1 win 4000 <sack -8000:-7000>\n", ""},
	{"SACK blocks before the ISN, one of which is no D-SACK", narrow + "+.01 B>A . 1 ack 1 win 4000 <sack -9000:-8000 -7000:-6000>\n", "OPTIONS-CHANGED likely"},
	{"a D-SACK of an older connection, and a block that A cannot have sent", narrow + "+.01 B>A . 1 ack 1 win 4000 <sack -9000:-8000 40001:41001>\n", "OPTIONS-CHANGED likely"},
	{"a D-SACK of an older connection, and SACK", narrow + "+.01 B>A . 1 ack 1 win 4000 <sack -9000:-8000 1001:2001>\n", ""},
	{"SACK blocks of the SYN", narrow + "+.01 B>A . 1 ack 1 win 4000 <sack 0:1>\n", ""},
	{"SACK blocks after what was captured, within the window", narrow + "+.01 B>A . 1 ack 1 win 4000 <sack 3001:4001>\n", ""},
	{"SACK blocks within a window that was larger before", narrow + "+.01 B>A . 1 ack 1 win 60000 <sack 1001:2001>\n+.01 B>A . 1 ack 1 win 4000 <sack 40001:41001>\n", ""},
	{"SACK blocks after a window whose scale is not known", strings.Join(strings.SplitAfter(narrow, "\n")[2:], "") + "+.01 B>A . 1 ack 1 win 4000 <sack 40001:41001>\n", ""},
	{"SACK blocks of an end whose SYN-ACK was not captured", strings.Join(append(strings.SplitAfter(narrow, "\n")[:1], strings.SplitAfter(narrow, "\n")[2:]...), "") +
		"+.01 B>A . 1 ack 1 win 4000 <sack 40001:41001>\n", ""},
	{"more in flight than a window without scaling", wide + flight(3), "OPTIONS-CHANGED likely"},
	{"as much as a window without scaling", wide + flight(2), ""},
	{"a segment far out of the window", wide + "+.01 A>B . 90000:90100(100) ack 1\n", ""},
	{"a RST without ACK that answers what came before the FIN", late + "+.01 B>A R 11\n+3 A>B P. 1:11(10) ack 22\n", ""},
	{"the same with the number of no answer", late + "+.01 B>A R 5000\n+3 A>B P. 1:11(10) ack 22\n", "BLIND-RST likely"},
	{"the same with the number of its SYN, which nothing acknowledges", late + "+.01 B>A R 0\n+3 A>B P. 1:11(10) ack 22\n", "BLIND-RST likely"},
	{"the same with ACK", late + "+.01 B>A R. 11 ack 1\n+3 A>B P. 1:11(10) ack 22\n", "BLIND-RST likely"},
	{"the same, and the end that it names goes on", late + "+.01 B>A R 11\n+3 A>B P. 1:11(10) ack 22\n+.01 B>A . 22 ack 11\n", "BLIND-RST certain"},
	{"a RST captured twice", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 B>A R. 5000 ack 1 id 9\n+.00001 B>A R. 5000 ack 1 id 9\n+.1 A>B P. 1:2(1) ack 1\n", "BLIND-RST likely"},
	{"a RST that is challenged and repeated with the right number", gone + "+.01 A>B . 1 ack 11\n+.01 B>A R 11 ttl 60\n", ""},
	{"a RST that is challenged by the first ACK of what was sent", plain6 + "+.01 B>A P. 1:11(10) ack 1\n+.001 B>A R. 1011 ack 1\n+.01 A>B . 1 ack 11\n", ""},
	{"a RST that is challenged, and no answer", gone + "+.01 A>B . 1 ack 11\n+.01 A>B . 1 ack 11\n", ""},
	{"a RST that is challenged, and data that crossed it", gone + "+.0005 A>B P. 1:11(10) ack 11\n+.001 A>B . 11 ack 11\n", "BLIND-RST possible"},
	{"a RST that is challenged, data that crossed it, and overtaken data", gone + "+.0005 A>B P. 1:11(10) ack 11\n+.0001 B>A P. 11:1011(1000) ack 1 ttl 60\n", "BLIND-RST possible"},
	{"a RST that is challenged, data that crossed it, overtaken data, and the right RST", gone + "+.0005 A>B P. 1:11(10) ack 11\n+.0001 B>A P. 11:1011(1000) ack 1 ttl 60\n+.01 B>A R 1011 ttl 60\n", ""},
	{"a RST that is challenged, and an end that acknowledges what crossed it", gone + "+.0005 A>B P. 1:11(10) ack 11\n+.009 B>A . 11 ack 11 ttl 60\n", "BLIND-RST certain"},
	{"a RST that is challenged, and an end that sends the octets after it", gone + "+.0005 A>B P. 1:11(10) ack 11\n+.0001 B>A . 1011:1021(10) ack 1 ttl 60\n", "BLIND-RST certain"},
	{"a RST that is challenged, and an ACK a round trip later", gone + "+.0005 A>B P. 1:11(10) ack 11\n+.01 B>A . 11 ack 1 ttl 60\n", "BLIND-RST certain"},
	{"a RST that is challenged, and an ACK that it overtook", gone + "+.0005 A>B P. 1:11(10) ack 11\n+.001 B>A . 11 ack 1 ttl 60\n", "BLIND-RST possible"},
	{"a RST that is challenged, and an old ACK a round trip later", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n+.001 B>A R. 1011 ack 11\n+.0005 A>B P. 11:21(10) ack 1\n+.02 B>A . 1 ack 1\n",
		"BLIND-RST possible"},
	{"a RST that is challenged, a receiver that goes on, and no round trip", "0 A>B P. 1:11(10) ack 1\n+.01 B>A R. 1011 ack 11\n+.5 A>B P. 11:21(10) ack 1\n", "BLIND-RST possible"},
	{"a RST that is challenged, and a receiver that goes on for less than the longest round trip", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.5 B>A . 1 ack 11\n+.1 B>A R. 1011 ack 11\n+.4 A>B P. 11:21(10) ack 1\n",
		"BLIND-RST possible"},
	{"a RST that is challenged, and a receiver that goes on for more than the longest round trip", plain6 + "+.01 A>B P. 1:11(10) ack 1\n+.5 B>A . 1 ack 11\n+.1 B>A R. 1011 ack 11\n+.6 A>B P. 11:21(10) ack 1\n",
		"BLIND-RST likely"},
	{"a RST that is challenged, and both go on", gone + "+.01 A>B . 1 ack 11\n+.1 B>A P. 11:21(10) ack 1\n+.01 A>B . 1 ack 21\n", "BLIND-RST certain"},
	{"a RST that is challenged, and an abort long after it", gone + "+.01 A>B . 1 ack 11\n+.1 B>A P. 11:21(10) ack 1\n+.01 A>B . 1 ack 21\n+9 B>A R. 21 ack 1\n", "BLIND-RST certain"},
	{"a RST that is challenged, and the other end aborts", gone + "+.01 A>B . 1 ack 11\n+.1 A>B P. 1:11(10) ack 11\n+.1 A>B R. 11 ack 11\n", "BLIND-RST likely"},
	{"a RST that is challenged, and a close", gone + "+.01 A>B . 1 ack 11\n+.1 A>B F. 1 ack 11\n", "BLIND-RST likely"},
}

// TestCases wants every verdict on the last connection of a script, with its
// confidence.
func TestCases(t *testing.T) {
	for _, c := range cases {
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

// TestDroppedBeside: the nearer neighbour is named.
func TestDroppedBeside(t *testing.T) {
	for text, want := range map[string]verdict.Reason{
		served + "1 A>B S 0\n+1 A>B S 0\n":                         verdict.ListenerAnswers,
		served + "addr D 198.51.100.1:81\n1 A>D S 0\n+1 A>D S 0\n": verdict.HostAnswers,
		served + "5 A>B S 0\n+1 A>B S 0\n":                         verdict.SynAgain,
	} {
		v, ok := find(judge(t, text), verdict.Dropped)
		if e := v.Evidence(); !ok || e[len(e)-1].Why != want {
			t.Errorf("%q, want %q last", names([]verdict.Verdict{v}), want)
		}
	}
}

// TestSynAgainAsksForLess: a SYN that got through without what the first had is told apart.
func TestSynAgainAsksForLess(t *testing.T) {
	const answered = "+.010 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n"
	for text, want := range map[string]verdict.Reason{
		"0 A>B SEW 0\n+1 A>B S 0\n" + answered:                                           verdict.SynAgainWithoutECN,
		"0 A>B SEW 0\n+1 A>B S 0\n+2 A>B S 0\n" + answered:                               verdict.SynAgainWithoutECN,
		"0 A>B SEW 0\n+1 A>B SEW 0\n" + answered:                                         verdict.SynAgain,
		"0 A>B SE 0\n+1 A>B S 0\n" + answered:                                            verdict.SynAgain,
		"0 A>B S 0\n+1 A>B SEW 0\n" + answered:                                           verdict.SynAgain,
		"0 A>B S 0:10(10) <tfo 01020304>\n+1 A>B S 0\n" + answered:                       verdict.SynAgainWithoutData,
		"0 A>B S 0:10(10) <tfo 01020304>\n+1 A>B S 0:10(10) <tfo 01020304>\n" + answered: verdict.SynAgain,
		"0 A>B S 0\n+1 A>B S 0\n" + answered:                                             verdict.SynAgain,
	} {
		v, ok := find(judge(t, text), verdict.SynLost)
		if e := v.Evidence(); !ok || e[1].Why != want {
			t.Errorf("%q in\n%s", names([]verdict.Verdict{v}), text)
		}
	}
}

// TestSignedSYN: that a SYN is signed stands after what was not answered, where it is.
func TestSignedSYN(t *testing.T) {
	for text, want := range map[string]verdict.Reason{
		"0 A>B S 0 <mss 1460,md5>\n+1 A>B S 0 <mss 1460,md5>\n": verdict.SynSigned,
		"0 A>B S 0 <mss 1460,ao>\n+1 A>B S 0 <mss 1460,ao>\n":   verdict.SynSignedAO,
		"0 A>B S 0 <mss 1460>\n+1 A>B S 0 <mss 1460>\n":         verdict.SynAgain,
	} {
		v, ok := find(judge(t, text), verdict.Dropped)
		if e := v.Evidence(); !ok || e[1].Why != want {
			t.Errorf("%q in\n%s", names([]verdict.Verdict{v}), text)
		}
	}
}

// TestMemory: what is remembered of others is bounded, and the latest are kept.
func TestMemory(t *testing.T) {
	var j verdict.Judge
	if n := verdict.Remembered(&j, 50000); n > 3*2*4096 {
		t.Errorf("%d entries after 50,000 servers", n)
	}
}

// TestPackets lists each packet of the evidence once.
func TestPackets(t *testing.T) {
	v := verdict.Verdict{}
	v.Items[0], v.Items[1], v.Len = verdict.Item{Packet: 5, Than: 2}, verdict.Item{Packet: 2, Than: 7}, 2
	if got := v.Packets([]uint64{2}); !slices.Equal(got, []uint64{2, 5, 2, 7}) {
		t.Errorf("packets %v after a list of the caller's", got)
	}
	v.Items[0], v.Len = verdict.Item{Packet: 5}, 1
	if got := v.Packets(nil); !slices.Equal(got, []uint64{5}) {
		t.Errorf("packets %v of evidence with one", got)
	}
}

// TestNoAllocation: judging a connection whose like was seen costs nothing.
func TestNoAllocation(t *testing.T) {
	var kept *analyze.Connection
	keep(t, served, func(c *analyze.Connection) { kept = c.Clone() })
	var j verdict.Judge
	j.Connection(kept)
	if n := testing.AllocsPerRun(100, func() { j.Connection(kept) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// says judges the last connection of a script and wants a piece of evidence of
// one verdict, and not another.
func says(t *testing.T, script string, id verdict.ID, want, not verdict.Reason) {
	t.Helper()
	v, ok := find(judge(t, script), id)
	has := func(why verdict.Reason) bool {
		return slices.ContainsFunc(v.Evidence(), func(it verdict.Item) bool { return it.Why == why })
	}
	if !ok || !has(want) || has(not) {
		t.Errorf("%s: %q, want %q and not %q\n%s", id, names([]verdict.Verdict{v}), want, not, script)
	}
}

// TestLongestRoundTrip: what is added up of the longest round trips is called so,
// and only that.
func TestLongestRoundTrip(t *testing.T) {
	const again = "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n"
	says(t, again+"+.01 B>A S. 0 ack 1 <TS val 7 ecr 1100>\n+.001 A>B . 1 ack 1 <TS val 1111 ecr 7>\n", verdict.SlowSyn, verdict.RoundTrip, verdict.LongestRoundTrip)
	says(t, again+"+.0001 B>A S. 0 ack 1 <TS val 7 ecr 100>\n+.001 A>B . 1 ack 1 <TS val 1111 ecr 7>\n"+
		"+.01 A>B P. 1:11(10) ack 1 <TS val 1121 ecr 7>\n+.0001 B>A . 1 ack 11 <TS val 17 ecr 1121>\n"+
		"+.01 A>B P. 11:21(10) ack 1 <TS val 1131 ecr 17>\n+.2 B>A . 1 ack 21 <TS val 217 ecr 1131>\n", verdict.SlowSyn, verdict.LongestRoundTrip, verdict.RoundTrip)
}

// TestOtherSynAck: a SYN-ACK with another ISN is not said to be sent again, and one that is has the
// number of the first.
func TestOtherSynAck(t *testing.T) {
	says(t, "0 A>B S 0\n+.01 B>A S. =8000 ack 1\n+.3 B>A S. =70000 ack 1\n+.001 A>B . 1 ack =70001\n", verdict.SynAckLost, verdict.SynAckOther, verdict.SynAckAgain)
	says(t, "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+1 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", verdict.SynAckLost, verdict.SynAckAgain, verdict.SynAckOther)
}

// TestNotKnownTaken: that nothing of the server came after an ACK does not show
// that the ACK was not taken; the way back, or the way of long segments, may be broken.
func TestNotKnownTaken(t *testing.T) {
	v, ok := find(judge(t, "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B P. 1:11(10) ack 1\n+3 A>B P. 1:11(10) ack 1\n"), verdict.SynCookie)
	const want = "SYN-COOKIE (possible); SYN-ACK in packet 2 was not sent again in 4.00 s although nothing shows that its ACK was taken"
	if got := strings.Join(names([]verdict.Verdict{v}), ""); !ok || got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestBareAck: where no payload went with the ACK, a server that waits for it is named.
func TestBareAck(t *testing.T) {
	says(t, lastACK+"+3 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+1 A>B P. 1:11(10) ack 1\n+.01 B>A P. 1:11(10) ack 11\n", verdict.LastAckLost, verdict.BareAckPassed, verdict.AckPassed)
	says(t, verdict.All[verdict.LastAckLost].Example, verdict.LastAckLost, verdict.AckPassed, verdict.BareAckPassed)
}

// TestMaybeDropped: what speaks for a server that dropped the SYN is said.
func TestMaybeDropped(t *testing.T) {
	const near = "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.0001 B>A S. 0 ack 1 <TS val 7 ecr 1100>\n+.02 A>B . 1 ack 1 <TS val 1120 ecr 7>\n"
	const busy = served + ".5 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+1 A>B S 0 <TS val 2100 ecr 0>\n+.0001 B>A S. 0 ack 1 <TS val 7 ecr 2100>\n" +
		"+.02 A>B . 1 ack 1 <TS val 2120 ecr 7>\n"
	says(t, near, verdict.SynLost, verdict.ServerNear, verdict.ListenerAnswers)
	says(t, busy, verdict.SynLost, verdict.ListenerAnswers, verdict.ServerNear)
	v, _ := find(judge(t, near), verdict.SynLost)
	const want = "SYN-LOST (possible); packet 1 passed this tap and was not answered: lost between here and the server, or dropped by the server, whose queue may be full; " +
		"SYN again in packet 2, 1.00 s after packet 1; SYN-ACK in packet 3 echoes the timestamp of packet 2; a round trip to the server takes 100 µs only, in which little is lost"
	if got := strings.Join(names([]verdict.Verdict{v}), ""); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestOldSynAgain: the SYN that fell into the older connection is the last one
// of its number, not one before which its sender went on.
func TestOldSynAgain(t *testing.T) {
	v, ok := find(judge(t, inWindow+"+.1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n+100 A>B S =31000\n+.01 B>A . 1 ack 11\n+.001 A>B R =1011\n"+
		"+1 A>B S =31000\n+.01 B>A S. =70000 ack =31001\n+.001 A>B . =31001 ack =70001\n"), verdict.TimeWaitCollision)
	const want = "TIME-WAIT-COLLISION (likely); SYN answered in packet 9 by an ACK that is not for it; the client resets that in packet 10; SYN again in packet 11, 1.01 s after packet 8"
	if got := strings.Join(names([]verdict.Verdict{v}), ""); !ok || got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestElsewhere: what repeats a packet at another interface, and nothing else tells
// whether it was sent again, is no more than possible.
func TestElsewhere(t *testing.T) {
	near := strings.Replace(lastACK, "+.01", "+.0005", 1) + "+.01 A>B P. 1:11(10) ack 1\n+.5 B>A S. 0 ack 1\n+.001 A>B . 11 ack 1\n+.2 A>B P. 1:11(10) ack 1\n+.0001 B>A . 1 ack 11\n"
	for _, c := range []struct {
		script      string
		at          int // the packet
		here, there string
	}{
		{"0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.5 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n", 3, "SYN-ACK-LOST likely, SLOW-SYN likely", "SYN-ACK-LOST possible, SLOW-SYN likely"},
		{strings.Replace(near, ".0005", ".01", 1), 5, "LAST-ACK-LOST likely", "LAST-ACK-LOST possible"},
		{near, 5, "ACCEPT-QUEUE-FULL likely, LAST-ACK-LOST possible", "LAST-ACK-LOST possible"},
	} {
		for face, want := range map[int32]string{0: c.here, 1: c.there} {
			s, err := script.Parse(c.script)
			if err != nil {
				t.Fatal(err)
			}
			s.Events[c.at-1].Segment.Interface = face
			var (
				j   verdict.Judge
				got []string
			)
			a := analyze.New(analyze.Config{Connection: func(k *analyze.Connection) {
				for _, v := range j.Connection(k) {
					got = append(got, v.ID.String()+" "+v.Confidence.String())
				}
			}})
			s.Feed(a)
			a.Flush()
			if list := strings.Join(got, ", "); list != want {
				t.Errorf("packet %d at interface %d: %q, want %q\n%s", c.at, face, list, want, c.script)
			}
		}
	}
}

// TestInWords: every number of a piece of evidence stands in its words.
func TestInWords(t *testing.T) {
	for want, it := range map[string]verdict.Item{
		"TTL 250 in packet 7, which no other segment of this host has":                                            {Why: verdict.RstTTL, Packet: 7, Value: 250},
		"IP ID of packet 7 lies -5000 from that of the host's packet before":                                      {Why: verdict.RstIPID, Packet: 7, Value: -5000},
		"SYN again in packet 12, 1.00 s after packet 3":                                                           {Why: verdict.SynAgain, Packet: 12, Than: 3, Value: 1e9},
		"the client answers the SYN-ACK in packet 3 with a RST in packet 12":                                      {Why: verdict.RstAfterSynAck, Packet: 12, Than: 3},
		"a round trip takes 1.50 µs":                                                                              {Why: verdict.RoundTrip, Value: 1500},
		"a round trip takes 12.3 ms":                                                                              {Why: verdict.RoundTrip, Value: 12_345_678},
		"a round trip takes 457 ms":                                                                               {Why: verdict.RoundTrip, Value: 456_789_000},
		"connections to this host that began before it are answered meanwhile":                                    {Why: verdict.HostAnswers, Packet: 7, Than: 8, Value: 9},
		"nothing shows that the server took what the client sends from packet 3 on, until packet 9, 2.00 s later": {Why: verdict.KeptWaiting, Packet: 3, Than: 9, Value: 2e9},
	} {
		if got := string(it.Append(nil)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestQuotedInOpening: what the ICMP error quotes is named, a SYN or the SYN-ACK that shows that the SYN had arrived.
func TestQuotedInOpening(t *testing.T) {
	for script, want := range map[string]string{
		"0 A>B S 0\n+.01 B>A icmp 3/1 quoting A>B 0\n":                       "ICMP error in packet 2 quotes the SYN",
		"0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B icmp 3/1 quoting B>A 0\n": "ICMP error in packet 3 quotes the SYN-ACK: the SYN had arrived",
		"0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 B>A icmp 3/1 quoting A>B 0\n": "ICMP error in packet 3 quotes the SYN",
		"0 A>B S 0\n+.001 B>A S 0\n+.001 A>B icmp 3/1 quoting B>A 0\n":       "ICMP error in packet 3 quotes the SYN",
	} {
		list := judge(t, script)
		if len(list) != 1 {
			t.Fatalf("%q: %v", script, names(list))
		}
		if got := string(list[0].Evidence()[0].Append(nil)); got != want {
			t.Errorf("%q: %s, want %s", script, got, want)
		}
	}
}
