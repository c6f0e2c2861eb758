package label

// opened is the three-way handshake that most examples begin with.
const opened = `0     A>B S  0:0(0) win 64240 <mss 1460>
+.010 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>
+.001 A>B .  1:1(0) ack 1 win 64240
`

// withECN is opened with explicit congestion notification agreed.
const withECN = `0     A>B SEW 0:0(0) win 64240 <mss 1460>
+.010 B>A S.E 0:0(0) ack 1 win 65160 <mss 1460>
+.001 A>B .   1:1(0) ack 1 win 64240
`

// risingIDs is a connection whose client numbers its packets one by one and
// has sent 200 octets.
const risingIDs = `0     A>B S  0:0(0) win 64240 <mss 1460> id 10
+.010 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>
+.001 A>B .  1:1(0) ack 1 win 64240 id 11
+.1   A>B P. 1:101(100) ack 1 win 64240 id 12
+.001 A>B P. 101:201(100) ack 1 win 64240 id 13
`

// stopped is a client that fills the server's window of 1,000 octets, until the
// server closes it.
const stopped = `0     A>B S  0:0(0) win 64240 <mss 1460>
+.010 B>A S. 0:0(0) ack 1 win 1000 <mss 1460>
+.001 A>B .  1:1(0) ack 1 win 64240
+.1   A>B P. 1:1001(1000) ack 1 win 64240
+.010 B>A .  1:1(0) ack 1001 win 0
`

// stampedData is stamped with 100 octets of the client on the way.
const stampedData = stamped + "+.1 A>B P. 1:101(100) ack 1 win 64240 <TS val 120 ecr 7>\n"

// stamped is opened with timestamps.
const stamped = `0     A>B S  0:0(0) win 64240 <mss 1460,TS val 100 ecr 0>
+.010 B>A S. 0:0(0) ack 1 win 65160 <mss 1460,TS val 7 ecr 100>
+.001 A>B .  1:1(0) ack 1 win 64240 <TS val 110 ecr 7>
`
