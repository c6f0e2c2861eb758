package label

// opened is the three-way handshake that most examples begin with.
const opened = `0     A>B S  0:0(0) win 64240 <mss 1460>
+.010 B>A S. 0:0(0) ack 1 win 65160 <mss 1460>
+.001 A>B .  1:1(0) ack 1 win 64240
`
