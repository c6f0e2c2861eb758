package verdict

// Beginnings of examples.
const (
	// opened is a handshake with timestamps.
	opened = "0     A>B S  0 win 64240 <mss 1460,sackOK,TS val 100 ecr 0>\n" +
		"+.010 B>A S. 0 ack 1 win 65160 <mss 1460,sackOK,TS val 700 ecr 100>\n" +
		"+.001 A>B .  1 ack 1 <TS val 111 ecr 700>\n"
	// plain is a handshake without options but the MSS.
	plain = "0     A>B S  0 win 64240 <mss 1460>\n+.010 B>A S. 0 ack 1 win 65160 <mss 1460>\n+.001 A>B .  1 ack 1\n"
	// other is another client of B, whose request B answers.
	other = "addr C 192.0.2.3:40003\n" +
		"0     C>B S  0 win 64240 <mss 1460>\n+.010 B>C S. 0 ack 1 win 65160 <mss 1460>\n+.001 C>B .  1 ack 1\n" +
		"+.001 C>B P. 1:11(10) ack 1\n+.010 B>C P. 1:101(100) ack 11\n+.001 C>B . 11 ack 101\n"
	// oneWay is another client of B, of whose connection only what the client sends was captured.
	oneWay = "addr E 192.0.2.5:40005\n0 E>B S 0\n+.02 E>B . 1 ack =9000\n+.001 E>B P. 1:11(10) ack =9000\n+.02 E>B . 11 ack =9100\n"
	// answeredSoon completes a handshake, and the server answers data within 10 ms.
	answeredSoon = "+.001 A>B . 1 ack 1\n+.1 A>B P. 1:11(10) ack 1\n+.01 B>A . 1 ack 11\n"
	// slowAnswer is a path whose round trip takes longer than the timer of the SYN.
	slowAnswer = "0 A>B S 0 <TS val 100 ecr 0>\n+1 A>B S 0 <TS val 1100 ecr 0>\n+.4 B>A S. 0 ack 1 <TS val 7 ecr 100>\n" +
		"+.001 A>B . 1 ack 1 <TS val 1501 ecr 7>\n+.001 A>B P. 1:11(10) ack 1 <TS val 1502 ecr 7>\n+1.395 B>A . 1 ack 11 <TS val 1404 ecr 1502>\n"
)
