package stream_test

// numberCases are about numbers that are no octets or not accepted, and what was not captured.
var numberCases = []told{
	{"a keep-alive's octet is no conflict", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11
+60 A>B . 10:11(1) ack 1 otherdata
+.1 B>A . 1 ack 11`, `
client octets 0+10 of 4 ack 5`},
	{"a keep-alive before all data", opened + `
+60 A>B . 0:1(1) ack 1 otherdata
+.1 B>A . 1 ack 1`, ``},
	{"a zero-window probe's octet is the next one", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11 win 0
+.3 A>B . 11:12(1) ack 1
+.1 B>A . 1 ack 11 win 0
+.6 A>B . 11:12(1) ack 1
+.1 B>A . 1 ack 11 win 500
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 21 win 500`, `
client octets 0+10 of 4 ack 5
client octets 10+1 of 6 ack 11
client octets 11+9 of 10 ack 11`},
	{"beyond the window", `
0     A>B S  0
+.01  B>A S. 0 ack 1 win 1000
+.01  A>B .  1 ack 1
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11 win 10
+.1 A>B P. 2000:2010(10) ack 1
+.1 B>A . 1 ack 11 win 10`, `
client octets 0+10 of 4 ack 5
client outside 1999+10 beyond-window of 6`},
	{"before the SYN", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. -4:1(5) ack 1
+.1 B>A . 1 ack 11`, `
client outside 0+5 foreign-number of 5
client octets 0+10 of 4 ack 6`},
	{"from the number of the SYN on", opened + `
+.1 A>B P. 0:5(5) ack 1
+.1 A>B P. 0:1(1) ack 1
+.1 B>A . 1 ack 5`, `
client outside -1+1 before-start of 4
client outside -1+1 before-start of 5
client octets 0+4 of 4 ack 6`},
	{"up to the edge of the window", `
0     A>B S  0
+.01  B>A S. 0 ack 1 win 10
+.01  A>B .  1 ack 1
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 11 win 0`, `
client octets 0+10 of 4 ack 6
client outside 10+10 beyond-window of 5`},
	{"on both sides of the edge of the window", `
0     A>B S  0
+.01  B>A S. 0 ack 1 win 15
+.01  A>B .  1 ack 1
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 11:21(10) ack 1
+.1 A>B P. 16:26(10) ack 1 otherdata
+.1 B>A . 1 ack 16 win 0`, `
client conflict 15+5 beyond-window of 6 kept of 5
client octets 0+10 of 4 ack 7
client octets 10+5 of 5 ack 7
client outside 15+5 beyond-window of 5
client outside 20+5 beyond-window of 6`},
	{"beyond a window whose update was not captured", opened + `
+.1 B>A . 1 ack 1 win 0
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11 win 0`, `
client octets 0+10 of 5 ack 6`},
	{"without ACK, one direction alone", `
0   A>B P. 1:11(10) ack 1
+.1 A>B P  11:21(10)
+.1 A>B P. 21:31(10) ack 1`, `
client octets 0+10 of 1
client outside 10+10 no-ack of 2
client gap 10+10 no-ack of 3
client octets 20+10 of 3`},
	{"without ACK", opened + `
+.1 A>B P 1:11(10)
+.1 B>A . 1 ack 1`, `
client outside 0+10 no-ack of 4`},
	{"urgent data stays in line", opened + `
+.1 A>B PU. 1:11(10) ack 1 urg 5
+.1 B>A . 1 ack 11`, `
client octets 0+10 of 4 ack 5`},
	{"from the middle", `
0   A>B P. 5001:5011(10) ack 900
+.1 B>A P. 900:920(20) ack 5011
+.1 A>B . 5011 ack 920`, `
client octets 0+10 of 1 ack 2
server octets 0+20 of 2 ack 3`},
	{"one direction alone", `
0   A>B P. 5001:5011(10) ack 900
+.1 A>B P. 5021:5031(10) ack 950`, `
client octets 0+10 of 1
server gap 0+50 not-captured ack 2
client gap 10+10 unknown of 2
client octets 20+10 of 2`},
	{"a direction that was acknowledged and never captured", `
0     A>B S  0
+.01  A>B .  1 ack 5001
+.1 A>B P. 1:5(4) ack 5001
+.1 A>B . 5 ack 7001
+1.5 A>B P. 5:9(4) ack 10001
+1.5 A>B . 9 ack 10001
+.1 A>B F. 9 ack 10501
+.1 A>B . 10 ack 10502`, `
client octets 0+4 of 3
server gap 0+5000 not-captured ack 8
client octets 4+4 of 5
server gap 5000+500 not-captured ack 8`},
	{"a direction of which no octets were captured", `
0   A>B . 1 ack 900
+.1 B>A . 950 ack 1
+.1 A>B . 1 ack 950`, `
server gap 0+50 not-captured ack 3`},
	{"the SYN-ACK says where the client begins", `
0   B>A S. 0 ack 1
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 21`, `
client gap 0+10 not-captured of 2 ack 3
client octets 10+10 of 2 ack 3`},
	{"the numbers wrap", `
isn A 4294967290
` + opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 21`, `
client octets 0+10 of 4 ack 6
client octets 10+10 of 5 ack 6`},
	{"a tuple is used again", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A R. 1 ack 11
isn A 90000000
isn B 70000000
+1 A>B S 0
+.1 B>A S. 0 ack 1
+.1 A>B P. 1:21(20) ack 1
+.1 B>A . 1 ack 21`, `
client octets 0+10 of 4 ack 5
2 client octets 0+20 of 8 ack 9`},
	{"a spoilt segment acknowledges and ends nothing", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A P. 1:11(10) ack 11
+.1 A>B P. 11:21(10) ack 11
+.1 B>A F. 11 ack 21 badsum
+.1 B>A P. 11:16(5) ack 11`, `
client octets 0+10 of 4 ack 5
server octets 0+10 of 5 ack 6
client octets 10+10 of 6
server octets 10+5 of 8`},
	{"a spoilt FIN that was acknowledged", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A PF. 1:11(10) ack 11 badsum
+.1 A>B . 11 ack 12
+.1 A>B F. 11 ack 12
+.1 B>A . 12 ack 12`, `
client octets 0+10 of 4 ack 5
server octets 0+10 bad-checksum of 5 ack 6`},
	{"a spoilt FIN without octets", opened + `
+.1 B>A P. 1:11(10) ack 1
+.1 A>B . 1 ack 11
+.1 B>A F. 11 ack 1 badsum
+.1 A>B F. 1 ack 12
+.1 B>A . 12 ack 2`, `
server octets 0+10 of 4 ack 5`},
	{"what spoilt octets acknowledge, if they were accepted", opened + `
+.1 A>B . 1 ack 1
+.1 B>A . 1 ack 1
+.1 A>B P. 1:11(10) ack 1
+.1 B>A P. 1:6(5) ack 11 badsum
+.1 A>B P. 11:21(10) ack 6
+.1 B>A P. 6:11(5) ack 21
+.1 A>B . 21 ack 11`, `
client octets 0+10 of 6 ack 7
server octets 0+5 bad-checksum of 7 ack 8
client octets 10+10 of 8 ack 9
server octets 5+5 of 9 ack 10`},
	{"an acknowledgement beyond the window that was offered", opened + `
+.1 B>A . 1 ack 1 win 500
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11 win 500
+.1 B>A . 1 ack 900000001 win 500`, `
client octets 0+10 of 5 ack 6`},
	{"two acknowledgements beyond the window that was offered", opened + `
+.1 B>A . 1 ack 1 win 500
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11 win 500
+.1 B>A . 1 ack 900001 win 500
+.1 B>A . 1 ack 900101 win 500`, `
client octets 0+10 of 5 ack 6
client gap 10+900090 not-captured ack 8`},
	{"an acknowledgement beyond the window, a true one, and another beyond it", opened + `
+.1 B>A . 1 ack 1 win 500
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 900001 win 500
+.1 B>A . 1 ack 11 win 500
+.1 B>A . 1 ack 900101 win 500`, `
client octets 0+10 of 5 ack 7`},
	{"two acknowledgements beyond the window, the second lower", opened + `
+.1 B>A . 1 ack 1 win 500
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 900001 win 500
+.1 B>A . 1 ack 800001 win 500`, `
client octets 0+10 of 5`},
	{"an acknowledgement of octets not captured, overtaken by it one with a lower sequence number", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 6 ack 31
+.01 B>A P. 1:6(5) ack 11
+.1 A>B . 31 ack 6`, `
client octets 0+10 of 4 ack 5
server octets 0+5 of 6 ack 7
client gap 10+20 not-captured ack 5`},
	{"likewise one that acknowledges less than was captured", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 31
+.01 B>A . 1 ack 6`, `
client octets 0+10 of 4 ack 5
client gap 10+20 not-captured ack 5`},
	{"an acknowledgement of octets not captured that was taken back", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 31
+.01 B>A . 1 ack 11`, `
client octets 0+10 of 4 ack 5`},
	{"an acknowledgement beyond any window", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 2000000001`, `
client octets 0+10 of 4`},
	{"a RST's number is not believed beyond what was captured", opened + `
+.1 A>B R. 1 ack 1
+.1 A>B . 1 ack 100000001`, ``},
	{"nor inside the window after what was captured", opened + `
+.1 A>B R. 1 ack 1
+.1 A>B . 1 ack 5001`, ``},
	{"a RST in front makes no number known", `
0   A>B R. 1 ack 1
+.1 B>A .  1 ack 1
+.1 A>B .  1 ack 1`, ``},
	{"a blind RST acknowledges nothing", opened + `
+.1 A>B P. 1:11(10) ack 1
+.01 B>A R. 1000 ack 5001
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 21`, `
client octets 0+10 of 4 ack 7
client octets 10+10 of 6 ack 7`},
	{"a FIN that was not captured is no octet", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A P. 1:11(10) ack 12
+.1 B>A F. 11 ack 12`, `
client octets 0+10 of 4 ack 5
server octets 0+10 of 5`},
	{"a wrong checksum, one direction alone", `
0   A>B P. 1:11(10) ack 1
+.1 A>B P. 11:21(10) ack 1 badsum
+.1 A>B P. 21:31(10) ack 1`, `
client octets 0+10 of 1
client octets 10+10 bad-checksum of 2
client octets 20+10 of 3`},
	{"wrong checksums alone, which may be left to the NIC", `
0   B>A P. 900:920(20) ack 5001
+.1 A>B P. 5001:5011(10) ack 920 badsum
+.1 A>B P. 5011:5021(10) ack 920 badsum`, `
server octets 0+20 of 1 ack 2
client octets 0+10 of 2
client octets 10+10 of 3`},
	{"an acknowledgement that was taken back was forged", opened + `
+.1 B>A . 1 ack 30001
+.1 B>A . 1 ack 1
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 21:31(10) ack 1
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 31`, `
client octets 0+10 of 6 ack 9
client octets 10+10 of 8 ack 9
client octets 20+10 of 7 ack 9`},
	{"a socket connected with itself acknowledges its own octets", `
0   A>A S 0
+.1 A>A S. 0 ack 1
+.1 A>A P. 1:11(10) ack 1
+.1 A>A . 11 ack 11
+.1 A>A P. 21:31(10) ack 11
+.1 A>A P. 11:21(10) ack 11
+.1 A>A . 31 ack 31
+.1 A>A F. 31 ack 31
+.1 A>A . 32 ack 32`, `
client octets 0+10 of 3 ack 4
client octets 10+10 of 6 ack 7
client octets 20+10 of 5 ack 7`},
	{"what a SYN proxy gave other numbers is there once more", opened + `
+.1 B>A S. 100000000 ack 1
+.1 A>B . 1 ack 100000001
+.1 B>A P. 100000001:100000011(10) ack 1
+.1 B>A P. 1:11(10) ack 1
+.1 A>B . 1 ack 11`, `
server octets 0+10 of 7 ack 8`},
	{"what has other numbers for another reason is told", opened + `
+.1 B>A S. 100000000 ack 1
+.1 B>A P. 2000000001:2000000011(10) ack 1
+.1 B>A P. 1:11(10) ack 1
+.1 A>B . 1 ack 11`, `
server outside 0+10 foreign-number of 5
server octets 0+10 of 6 ack 7`},
}
