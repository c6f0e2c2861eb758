package stream_test

// endCases are about octets beside a SYN, a FIN or a RST.
var endCases = []told{
	{"data in the SYN is accepted", `
0    A>B S  0:10(10) <tfo 0102030405060708>
+.1 B>A S. 0 ack 11
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 21`, `
client octets 0+10 of 1 ack 2
client octets 10+10 of 3 ack 4`},
	{"data in the SYN is not accepted", `
0    A>B S  0:10(10) <tfo 0102030405060708>
+.1 B>A S. 0 ack 1
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11`, `
client outside 0+10 syn-data of 1
client octets 0+10 of 3 ack 4`},
	{"data in the SYN is accepted in part", `
0    A>B S  0:10(10) <tfo 0102030405060708>
+.1 B>A S. 0 ack 5
+.1 A>B P. 5:11(6) ack 1
+.1 B>A . 1 ack 11`, `
client outside 4+6 syn-data of 1
client octets 0+4 of 1 ack 2
client octets 4+6 of 3 ack 4`},
	{"data in a SYN that nobody answers", `
0    A>B S  0:10(10) <tfo 0102030405060708>`, `
client outside 0+10 syn-data of 1`},
	{"data in a SYN, after which the client goes on, alone", `
0    A>B S  0:10(10) <tfo 0102030405060708>
+.1 A>B . 11 ack 1
+.1 A>B P. 11:21(10) ack 1`, `
client octets 0+10 syn-data of 1
client octets 10+10 of 3`},
	{"data in a SYN that is sent again, alone", `
0    A>B S  0:10(10) <tfo 0102030405060708>
+.1 A>B . 11 ack 1
+.1 A>B P. 1:11(10) ack 1`, `
client conflict 0+10 syn-data of 1 kept of 3
client octets 0+10 of 3`},
	{"data in a SYN, after which the client goes on and keeps alive, alone", `
0    A>B S  0:10(10) <tfo 0102030405060708>
+.1 A>B . 11 ack 1
+60 A>B . 10 ack 1`, `
client octets 0+10 syn-data of 1`},
	{"data in a SYN, after which the client goes on, and that was not acknowledged", `
0    A>B S  0:10(10) <tfo 0102030405060708>
+.1 A>B . 11 ack 1
+.1 B>A . 1 ack 1
+.1 A>B . 11 ack 1`, `
client outside 0+10 syn-data of 1`},
	{"data in a SYN before one with a higher ISN that was not captured", `
0    A>B S  0:10(10) <tfo 0102030405060708>
isn A 90000000
+1  B>A S. 0 ack 1
+.1 A>B .  1 ack 1
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11`, `
client outside 0+10 syn-data of 1
client octets 0+10 of 4 ack 5`},
	{"data in a SYN before one with a lower ISN that was not captured", `
isn A 90000000
0    A>B S  0:10(10) <tfo 0102030405060708>
isn A 1000
+1  B>A S. 0 ack 1
+.1 A>B .  1 ack 1
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 21:31(10) ack 1
+.1 B>A . 1 ack 31`, `
client outside 0+10 syn-data of 1
client octets 0+10 of 4 ack 6
client gap 10+10 not-captured of 5 ack 6
client octets 20+10 of 5 ack 6`},
	{"the answer to another SYN, behind which only the server goes on", `
0    A>B S  0
isn A 90000000
+1  B>A S. 0 ack 1
+.1 B>A P. 1:11(10) ack 1
+.1 B>A P. 11:21(10) ack 101`, `
server octets 0+10 of 3
client gap 0+100 not-captured ack 4
server octets 10+10 of 4`},
	{"the answer to another SYN with a lower ISN, behind which only the server goes on", `
isn A 90000000
0    A>B S  0
isn A 1000
+1  B>A S. 0 ack 1
+.1 B>A P. 1:11(10) ack 101`, `
client gap 0+100 not-captured ack 3
server octets 0+10 of 3`},
	{"the answer to another SYN, which is refused, and then the one to its own", `
isn A 1000
0    A>B S  0
isn A 71000
+.1 B>A S. 0 ack 1
isn A 1000
+1  A>B S  0
+.1 B>A S. 0 ack 1
+.1 B>A . 1 ack 80001
+.1 B>A . 1 ack 80001`, `
client gap 0+80000 not-captured ack 6`},
	{"the answer to another SYN with a lower ISN, behind which the server goes on with its own", `
isn A 90000000
0    A>B S  0
isn A 1000
+.1 B>A S. 0 ack 1
isn A 90000000
+1  B>A P. 1:11(10) ack 101`, `
client gap 0+100 not-captured ack 3
server octets 0+10 of 3`},
	{"data in a SYN whose answer is for another one, which is refused", `
0    A>B S  0:10(10) <tfo 0102030405060708>
+.1 B>A S. 0 ack 90000000
+.1 A>B R 90000000
+1  A>B S  0:10(10) <tfo 0102030405060708>
+.1 B>A S. 0 ack 1
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11`, `
client outside 0+10 syn-data of 1
client octets 0+10 of 6 ack 7`},
	{"data in a SYN-ACK before one with another ISN", `
0    A>B S 0
+.1 B>A S. 0:6(6) ack 1
isn B 70000000
+1  B>A S. 0 ack 1
+.1 A>B . 1 ack 1
+.1 B>A P. 1:7(6) ack 1
+.1 A>B . 1 ack 7`, `
server outside 0+6 syn-data of 2
server octets 0+6 of 5 ack 6`},
	{"data after the FIN of the other side", opened + `
+.1 A>B F. 1 ack 1
+.1 B>A P. 1:11(10) ack 2
+.1 A>B . 2 ack 11
+.1 B>A F. 11 ack 2
+.1 A>B . 2 ack 12`, `
server octets 0+10 of 5 ack 6`},
	{"data after the own FIN", opened + `
+.1 A>B FP. 1:11(10) ack 1
+.1 B>A . 1 ack 12
+.1 A>B P. 12:22(10) ack 1
+.1 B>A . 1 ack 12`, `
client octets 0+10 of 4 ack 5
client outside 11+10 after-fin of 6`},
	{"octets on both sides of a FIN, not acknowledged", opened + `
+.1 A>B F. 11 ack 1
+.1 A>B P. 1:21(20) ack 1`, `
client octets 0+10 of 5
client outside 10+10 after-fin of 5`},
	{"a FIN without ACK ends nothing", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B F 11
+.1 A>B P. 11:21(10) ack 1`, `
client octets 0+10 of 4
client octets 10+10 of 6`},
	{"a FIN without ACK, and one octet with its number", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B F 11
+.1 A>B P. 11:12(1) ack 1
+.1 B>A . 1 ack 12`, `
client octets 0+10 of 4 ack 7
client octets 10+1 of 6 ack 7`},
	{"a forged FIN that was not accepted", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B F. 11 ack 1
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 21`, `
client octets 0+10 of 4 ack 7
client octets 10+10 of 6 ack 7`},
	{"forged FINs before the true one", opened + `
+.1 A>B P. 1:11(10) ack 1
+.01 A>B F. 1001 ack 1
+.01 A>B F. 1002 ack 1
+.01 A>B F. 1003 ack 1
+.01 A>B F. 1004 ack 1
+.01 B>A . 1 ack 11
+.1 A>B P. 11:21(10) ack 1
+.1 A>B F. 21 ack 1
+.1 B>A . 1 ack 22`, `
client octets 0+10 of 4 ack 9
client octets 10+10 of 10 ack 12`},
	{"a FIN after octets that were not captured", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B F. 21 ack 1
+.1 B>A . 1 ack 22`, `
client octets 0+10 of 4 ack 6
client gap 10+10 not-captured ack 6`},
	{"a RST ends it", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A R. 1 ack 11
+.1 A>B P. 11:21(10) ack 1`, `
client octets 0+10 of 4 ack 5
client outside 10+10 after-rst of 6`},
	{"a RST that was not obeyed", opened + `
+.1 B>A R. 1 ack 1
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11
+.1 A>B P. 11:21(10) ack 1`, `
client octets 0+10 of 5 ack 6
client octets 10+10 of 7`},
	{"a RST that was not accepted", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A R. 1000 ack 11
+.1 A>B P. 11:21(10) ack 1`, `
client octets 0+10 of 4
client octets 10+10 of 6`},
	{"a spoilt RST", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 1
+.1 B>A R. 1 ack 11 badsum
+.1 A>B P. 11:21(10) ack 1`, `
client octets 0+10 of 4
client octets 10+10 of 7`},
	{"a SYN that was refused is tried again", `
0    A>B S  0
+.1 B>A R. 0 ack 1
+1  A>B S  0
+.1 B>A S. 0 ack 1
+.1 A>B P. 1:11(10) ack 1`, `
client octets 0+10 of 5`},
	{"text in a RST", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A R. 1:6(5) ack 11`, `
server outside 0+5 in-rst of 5
client octets 0+10 of 4 ack 5`},
	{"a FIN that was not captured, behind octets that were not", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 21
+.1 B>A . 1 ack 22
+.1 B>A F. 1 ack 22`, `
client octets 0+10 of 4 ack 5
client gap 10+10 not-captured ack 7`},
	{"likewise, and its sender goes on behind its number", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 21
+.1 B>A . 1 ack 22
+.1 B>A F. 1 ack 22
+.1 A>B . 22 ack 2`, `
client octets 0+10 of 4 ack 5
client gap 10+10 not-captured ack 7`},
	{"a FIN that was not captured, behind octets that were", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 12
+.1 B>A F. 1 ack 12
+.1 A>B . 12 ack 2`, `
client octets 0+10 of 4 ack 5`},
	{"a FIN that was not captured, and no octets", opened + `
+.1 B>A . 1 ack 2
+.1 B>A F. 1 ack 2
+.1 A>B . 2 ack 2`, ``},
	{"a FIN of an end of which nothing was captured", `
0   B>A S. 0 ack 1
+.1 B>A . 1 ack 501
+.1 B>A . 1 ack 502
+.1 B>A F. 1 ack 502`, `
client gap 0+500 not-captured ack 4`},
	{"likewise, and the other end goes on", `
0   B>A S. 0 ack 1
+.1 B>A . 1 ack 501
+.1 B>A . 1 ack 502
+.1 B>A P. 1:11(10) ack 502
+2  B>A P. 11:21(10) ack 502`, `
client gap 0+500 not-captured ack 5
server octets 0+10 of 4
server octets 10+10 of 5`},
	{"likewise without the SYN-ACK", `
0   B>A P. 1:11(10) ack 1
+.1 B>A . 11 ack 501
+.1 B>A . 11 ack 502
+.1 B>A F. 11 ack 502`, `
server octets 0+10 of 1
client gap 0+500 not-captured ack 4`},
	{"an octet that was acknowledged alone, and more after it", `
0   B>A S. 0 ack 1
+.1 B>A . 1 ack 501
+.1 B>A P. 1:11(10) ack 502
+2  B>A P. 11:21(10) ack 1002`, `
client gap 0+501 not-captured ack 4
server octets 0+10 of 3
client gap 501+500 not-captured ack 4
server octets 10+10 of 4`},
	{"likewise, and a while after it", opened + `
+.1 B>A . 1 ack 501
+.1 B>A . 1 ack 502
+.1 B>A P. 1:11(10) ack 502
+.1 A>B . 502 ack 11
+2  B>A P. 11:21(10) ack 502
+.1 A>B . 502 ack 21
+.1 B>A . 21 ack 1002`, `
client gap 0+500 not-captured ack 6
server octets 0+10 of 6 ack 7
server octets 10+10 of 8 ack 9
client gap 500+501 not-captured ack 10`},
	{"octets that were acknowledged one by one", `
0   B>A S. 0 ack 1
+.1 B>A . 1 ack 2
+.1 B>A . 1 ack 3
+.1 B>A . 1 ack 4`, `
client gap 0+3 not-captured ack 4`},
	{"likewise, and the other end closes", `
0   B>A S. 0 ack 1
+.1 B>A . 1 ack 2
+.1 B>A . 1 ack 3
+.1 B>A F. 1 ack 4`, `
client gap 0+2 not-captured ack 4`},
	{"octets that were not captured, and no FIN", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11
+.1 B>A . 1 ack 21
+.1 B>A F. 1 ack 21`, `
client octets 0+10 of 4 ack 5
client gap 10+10 not-captured ack 7`},
	{"a FIN behind octets that were not captured, with octets", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B PF. 21:31(10) ack 1
+.1 B>A . 1 ack 32`, `
client octets 0+10 of 4 ack 6
client gap 10+10 not-captured of 5 ack 6
client octets 20+10 of 5 ack 6`},
	{"a FIN behind octets that were not captured, captured when it was sent again", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 21
+.1 B>A . 1 ack 22
+.1 A>B F. 21 ack 1
+.1 B>A . 1 ack 22`, `
client octets 0+10 of 4 ack 5
client gap 10+10 not-captured ack 6`},
	{"a FIN with octets, of which nothing was captured", `
0   B>A S. 0 ack 1
+.1 B>A . 1 ack 502
+.1 B>A F. 1 ack 502`, `
client gap 0+501 not-captured ack 3`},
	{"an octet that was acknowledged alone before a FIN that was captured", opened + `
+.1 A>B F. 21 ack 1
+.1 B>A . 1 ack 11
+.1 B>A . 1 ack 12
+.1 B>A P. 1:11(10) ack 12
+.1 A>B . 22 ack 11
+2  B>A P. 11:21(10) ack 12
+.1 A>B . 22 ack 21
+.1 B>A . 21 ack 22`, `
client gap 0+11 not-captured ack 6
server octets 0+10 of 7 ack 8
server octets 10+10 of 9 ack 10
client gap 11+9 not-captured ack 11`},
	{"an octet that was acknowledged alone before octets that were captured", opened + `
+.1 A>B P. 31:41(10) ack 1
+.1 B>A . 1 ack 11
+.1 B>A . 1 ack 12
+.1 B>A P. 1:11(10) ack 12
+.1 A>B . 41 ack 11
+2  B>A P. 11:21(10) ack 12
+.1 A>B . 41 ack 21
+.1 B>A . 21 ack 41`, `
client gap 0+11 not-captured ack 6
server octets 0+10 of 7 ack 8
server octets 10+10 of 9 ack 10
client gap 11+19 not-captured of 4 ack 11
client octets 30+10 of 4 ack 11`},
	{"octets that were not captured, with a FIN behind them that was not either, acknowledged at once", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B . 21 ack 1
+.1 B>A F. 1 ack 22`, `
client octets 0+10 of 4 ack 6
client gap 10+10 not-captured ack 6`},
}
