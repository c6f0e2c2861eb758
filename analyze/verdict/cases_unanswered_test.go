package verdict_test

import (
	"strings"
)

// unansweredCases are about servers that do not take what was sent, scans, and options that
// disappear on the way.
var unansweredCases = []branch{
	{"dropped while the listener answers", served + "1 A>B S 0\n+1 A>B S 0\n", "DROPPED likely, ACCEPT-QUEUE-FULL possible"},
	{"dropped while the host answers", served + "addr D 198.51.100.1:81\n1 A>D S 0\n+1 A>D S 0\n", "DROPPED likely"},
	{"dropped while the host refuses", lone + "addr E 198.51.100.1:82\n0 C>E S 0\n+.01 E>C R. 0 ack 1\n+.5 A>B S 0\n+1 A>B S 0\n", "DROPPED likely"},
	{"dropped long after an answer", served + "5 A>B S 0\n+1 A>B S 0\n", "DROPPED possible"},
	{"dropped a little too long after an answer", served + "1.6 A>B S 0\n+1 A>B S 0\n", "DROPPED possible"},
	{"a SYN again, and then its sender acknowledges more than was captured", "0 A>B S 0\n+1 A>B S 0\n+.01 A>B . 1 ack =900001\n", ""},
	{"no options are granted, nor were they before", lone + "0 C>B S 0\n+.01 B>C S. 0 ack 1\n+.001 C>B . 1 ack 1\n+30 A>B S 0 <mss 1460,sackOK>\n+.1 B>A S. 0 ack 1\n", ""},
	{"a SYN-ACK that answers another SYN, and a client that goes on", "0 A>B S 0\n+.01 B>A S. 0 ack 1001\n+.001 A>B . 1 ack 1\n+3.1 A>B . 1 ack 1\n", ""},
	{"dropped while another is, behind an answer", full + "+3 A>B S 0\n+1 A>B S 0\n+1 D>B S 0\n", "DROPPED possible, ACCEPT-QUEUE-FULL possible"},
	{"dropped after another was, behind an answer", full + "+3 D>B S 0\n+.1 A>B S 0\n+1 A>B S 0\n", "DROPPED possible"},
	{"dropped before another was for the last time", full + "+3 A>B S 0\n+.5 A>B S 0\n+1 D>B S 0\n", "DROPPED possible, ACCEPT-QUEUE-FULL possible"},
	{"dropped while another is that was dropped behind it, after the first", full + "+2.8 E>B S 0\n+.1 D>B S 0\n+1 E>B S 0\n+.5 A>B S 0\n+.5 E>B S 0\n+.5 A>B S 0\n", "DROPPED possible"},
	{"dropped at another port while one is, behind an answer", full + "addr F 198.51.100.1:81\n+3 A>F S 0\n+1 A>F S 0\n+1 D>B S 0\n", "DROPPED possible"},
	{"dropped while another is not taken", lone + "0 C>B S 0\n+.01 B>C S. 0 ack 1\n+.001 C>B . 1 ack 1\n+.01 C>B P. 1:11(10) ack 1\n+.3 C>B P. 1:11(10) ack 1\n+.6 C>B P. 1:11(10) ack 1\n" +
		"+.5 A>B S 0\n+1 A>B S 0\n+1 C>B P. 1:11(10) ack 1\n", "DROPPED possible, ACCEPT-QUEUE-FULL possible"},
	{"dropped before another is not taken", lone + "0 C>B S 0\n+.01 B>C S. 0 ack 1\n+2 A>B S 0\n+1 A>B S 0\n+2 C>B . 1 ack 1\n+.01 C>B P. 1:11(10) ack 1\n+3 C>B P. 1:11(10) ack 1\n+6 C>B P. 1:11(10) ack 1\n", "DROPPED possible"},
	{"dropped while an ACK of another is lost", lone + "0 C>B S 0\n+.01 B>C S. 0 ack 1\n+.001 C>B . 1 ack 1\n+1 B>C S. 0 ack 1\n+.001 C>B . 1 ack 1\n+1.5 A>B S 0\n+1 A>B S 0\n+1 C>B P. 1:11(10) ack 1\n+.01 B>C . 1 ack 11\n",
		"DROPPED possible"},
	{"unanswered where the host is not heard", oneSided + "+1 A>B S 0\n", "ANSWER-UNSEEN likely"},
	{"sent again where the host is not heard", oneSided + "+1 A>B S 0\n+1 A>B S 0\n", "ANSWER-UNSEEN likely"},
	{"unanswered where another host is not heard", oneSided + "addr D 198.51.100.2:80\n+1 A>D S 0\n", "ANSWER-UNSEEN possible"},
	{"unanswered where another host is not heard, and one is", oneSided + "addr D 198.51.100.2:80\naddr F 198.51.100.3:80\n+1 A>F S 0\n+.01 F>A R. 0 ack 1\n+.1 A>D S 0\n", ""},
	{"unanswered where the host is heard in some connections", oneSided + "addr F 198.51.100.1:81\n+1 A>F S 0\n+.01 F>A R. 0 ack 1\n+.1 A>B S 0\n", ""},
	{"quoted where the host is not heard", oneSided + "+1 A>B S 0\n+.01 B>A icmp 3/1 quoting A>B 0\n", "UNREACHABLE certain"},
	{"many in one direction, and one of them unanswered", manySided() + "+1 A>B S 0\n", "ANSWER-UNSEEN likely"},
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
	{"a connection opened and reset after a scan", resets(20) + "+100 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 A>B . 1 ack 1\n+.1 A>B R. 1 ack 1\n", ""},
	{"a SYN given up by a RST after a scan", resets(20) + "+100 A>B S 0\n+.1 A>B R 1\n", ""},
	{"a SYN-ACK answered with a RST by a client that goes on", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.01 A>B R 1\n+.01 A>B . 1 ack 1\n", ""},
	{"a scan of closed ports", many(40) + "50 A>B S 0\n+.01 B>A R. 0 ack 1\n", "REFUSED certain, HALF-OPEN-SCAN possible"},
	{"a RST for a SYN-ACK after an older connection", "0 A>B S 0\n+.01 B>A . =500 ack =5\n+.001 A>B R =5\n+.01 B>A S. 0 ack 1\n+.001 A>B R 1\n", "STALE-CONNECTION possible"},
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
	{"more in flight than two windows without scaling", wide + flight(5), "OPTIONS-CHANGED likely"},
	{"more in flight than a window without scaling, as where an ACK was missed", wide + flight(4), ""},
	{"more behind a gap than two windows without scaling", wide + "+.01 A>B . 60001:62001(2000) ack 1\n+.001 A>B . 62001:112001(50000) ack 1\n+.001 A>B . 112001:162001(50000) ack 1\n", ""},
	{"more than a window without scaling where the capture missed some before", wide + "+.01 A>B . 1:1001(1000) ack 1\n+.01 B>A . 1 ack 3001\n+.01 A>B . 3001:53001(50000) ack 1\n+.001 A>B . 53001:103001(50000) ack 1\n+.001 A>B . 103001:153001(50000) ack 1\n", ""},
	{"a window that is not scaled", scaled("64240", true) + "+.001 A>B . 1 ack 1 win 64240\n", "OPTIONS-CHANGED possible"},
	{"a window that is not scaled, a power of 2", scaled("8192", true) + "+.001 A>B . 1 ack 1 win 8192\n", ""},
	{"a fraction that is a power of 2", scaled("65535", false) + "+.001 A>B . 1 ack 1 win 16384\n", ""},
	{"a window that is scaled", scaled("64240", true) + "+.001 A>B . 1 ack 1 win 502\n", ""},
	{"a window that is not scaled, of an end whose shift is 0", strings.Replace(scaled("64240", true), "wscale 7", "wscale 0", 1) + "+.001 A>B . 1 ack 1 win 64240\n", ""},
	{"a window that is not scaled, after octets", scaled("64240", true) + "+.01 B>A P. 1:11(10) ack 1\n+.001 A>B . 1 ack 11 win 64240\n", ""},
	{"the largest window, twice", scaled("65535", true) + "+.001 A>B . 1 ack 1 win 65535\n", ""},
	{"a window that is scaled though one end only offered that", scaled("65160", false) + "+.001 A>B . 1 ack 1\n+.001 A>B P. 1:101(100) ack 1\n+.01 B>A . 1 ack 101 win 509\n", "OPTIONS-CHANGED likely"},
	{"the same, rounded up", scaled("65160", false) + "+.001 A>B . 1 ack 1\n+.001 A>B P. 1:101(100) ack 1\n+.01 B>A . 1 ack 101 win 510\n", "OPTIONS-CHANGED likely"},
	{"the same though none offered it", strings.Replace(scaled("65160", false), ",wscale 7", "", 1) + "+.001 A>B . 1 ack 1\n+.001 A>B P. 1:101(100) ack 1\n+.01 B>A . 1 ack 101 win 509\n", ""},
	{"a window taken back to no fraction of it", scaled("65160", false) + "+.001 A>B . 1 ack 1\n+.001 A>B P. 1:101(100) ack 1\n+.01 B>A . 1 ack 101 win 600\n", ""},
	{"a window taken back to half", scaled("65160", false) + "+.001 A>B . 1 ack 1\n+.001 A>B P. 1:101(100) ack 1\n+.01 B>A . 1 ack 101 win 32580\n", ""},
	{"a window taken back to almost nothing", scaled("65160", false) + "+.001 A>B . 1 ack 1\n+.001 A>B P. 1:101(100) ack 1\n+.01 B>A . 1 ack 101 win 4\n", ""},
	{"a window closed", scaled("65160", false) + "+.001 A>B . 1 ack 1\n+.001 A>B P. 1:101(100) ack 1\n+.01 B>A . 1 ack 101 win 0\n", ""},
	{"a fraction of a window in which much was received", scaled("65160", false) + "+.001 A>B . 1 ack 1\n+.001 A>B P. 1:5001(5000) ack 1\n+.01 B>A . 1 ack 5001 win 509\n", ""},
	{"a fraction of a window in a later segment", scaled("65160", false) + "+.001 A>B . 1 ack 1\n+.001 A>B P. 1:101(100) ack 1\n+.01 B>A . 1 ack 101 win 65000\n+.01 A>B P. 101:201(100) ack 1\n+.01 B>A . 1 ack 201 win 508\n", ""},
	{"as much as a window without scaling", wide + flight(2), ""},
}
