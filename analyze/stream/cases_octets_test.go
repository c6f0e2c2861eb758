package stream_test

// octetCases are about the order of octets, gaps, other content and wrong checksums.
var octetCases = []told{
	{"request and answer", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A P. 1:21(20) ack 11
+.1 A>B . 11 ack 21`, `
client octets 0+10 of 4 ack 5
server octets 0+20 of 5 ack 6`},
	{"the answer stands before the request", opened + `
+.1 B>A P. 1:21(20) ack 11 win 500
+.1 A>B P. 1:11(10) ack 1
+.1 A>B . 11 ack 21`, `
client octets 0+10 of 5 ack 4
server octets 0+20 of 4 ack 6`},
	{"nothing is acknowledged", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 11:21(10) ack 1`, `
client octets 0+10 of 4
client octets 10+10 of 5`},
	{"an ACK in the middle of a segment", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 6
+.1 B>A . 1 ack 11`, `
client octets 0+5 of 4 ack 5
client octets 5+5 of 4 ack 6`},
	{"out of order, twice and overlapping", opened + `
+.1 A>B P. 11:21(10) ack 1
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 5:25(20) ack 1
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 25`, `
client octets 0+10 of 5 ack 8
client octets 10+10 of 4 ack 8
client octets 20+4 of 6 ack 8`},
	{"a gap that was acknowledged", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 21:31(10) ack 1
+.1 B>A . 1 ack 31`, `
client octets 0+10 of 4 ack 6
client gap 10+10 not-captured of 5 ack 6
client octets 20+10 of 5 ack 6`},
	{"a gap that was not acknowledged", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 21:31(10) ack 1
+.1 B>A . 1 ack 11`, `
client octets 0+10 of 4 ack 6
client gap 10+10 unknown of 5
client octets 20+10 of 5`},
	{"a gap that was acknowledged in part", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 21:31(10) ack 1
+.1 B>A . 1 ack 15`, `
client octets 0+10 of 4 ack 6
client gap 10+4 not-captured of 5 ack 6
client gap 14+6 unknown of 5
client octets 20+10 of 5`},
	{"a gap that was acknowledged, and nothing after it", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 21:31(10) ack 1
+.1 B>A . 1 ack 21
+2 A>B . 31 ack 1
+.1 B>A . 1 ack 21
+.1 A>B P. 11:21(10) ack 1`, `
client octets 0+10 of 4 ack 6
client gap 10+10 not-captured of 5 ack 6
client outside 10+10 late of 9
client octets 20+10 of 5`},
	{"one octet that comes after its acknowledgement is no keep-alive's", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 12
+.1 A>B P. 11:12(1) ack 1
+.1 A>B P. 12:22(10) ack 1
+.1 B>A . 1 ack 22`, `
client octets 0+10 of 4 ack 5
client octets 10+1 of 6 ack 5
client octets 11+10 of 7 ack 8`},
	{"octets that come after their gap was closed", opened + `
+.1 A>B P. 21:31(10) ack 1
+.1 B>A . 1 ack 31
+1 A>B P. 31:41(10) ack 1
+.1 A>B P. 11:21(10) ack 1`, `
client gap 0+20 not-captured of 4 ack 5
client octets 20+10 of 4 ack 5
client outside 10+10 late of 7
client octets 30+10 of 6`},
	{"octets that come after their acknowledgement", opened + `
+.1 A>B P. 21:31(10) ack 1
+.1 B>A P. 1:11(10) ack 31
+.1 A>B P. 11:21(10) ack 1
+.4 A>B P. 1:11(10) ack 1
+.1 A>B . 31 ack 11`, `
client octets 0+10 of 7 ack 5
client octets 10+10 of 6 ack 5
client octets 20+10 of 4 ack 5
server octets 0+10 of 5 ack 8`},
	{"a gap is final although octets go on", opened + `
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 21
+.7 A>B P. 31:41(10) ack 1
+.1 B>A . 1 ack 41
+.3 A>B P. 41:51(10) ack 1
+.1 A>B P. 21:31(10) ack 1
+.1 A>B P. 1:11(10) ack 1`, `
client gap 0+10 not-captured of 4 ack 7
client octets 10+10 of 4 ack 7
client octets 20+10 of 9 ack 7
client octets 30+10 of 6 ack 7
client outside 0+10 late of 10
client octets 40+10 of 8`},
	{"a gap is awaited for four round trips", opened + `
+.1 A>B P. 1:11(10) ack 1
+1  B>A . 1 ack 11
+.1 A>B P. 21:31(10) ack 1
+1  B>A . 1 ack 31
+3.9 A>B P. 31:41(10) ack 1
+0  A>B P. 11:21(10) ack 1`, `
client octets 0+10 of 4 ack 5
client octets 10+10 of 9 ack 7
client octets 20+10 of 6 ack 7
client octets 30+10 of 8`},
	{"and no longer", opened + `
+.1 A>B P. 1:11(10) ack 1
+1  B>A . 1 ack 11
+.1 A>B P. 21:31(10) ack 1
+1  B>A . 1 ack 31
+4  A>B P. 31:41(10) ack 1
+0  A>B P. 11:21(10) ack 1`, `
client octets 0+10 of 4 ack 5
client gap 10+10 not-captured of 6 ack 7
client octets 20+10 of 6 ack 7
client outside 10+10 late of 9
client octets 30+10 of 8`},
	{"the shortest round trip counts", opened + `
+.1 A>B P. 1:6(5) ack 1
+5  B>A . 1 ack 6
+.1 A>B P. 6:11(5) ack 1
+1  B>A . 1 ack 11
+.1 A>B P. 21:31(10) ack 1
+2  B>A . 1 ack 31
+4  A>B P. 31:41(10) ack 1
+0  A>B P. 11:21(10) ack 1`, `
client octets 0+5 of 4 ack 5
client octets 5+5 of 6 ack 7
client gap 10+10 not-captured of 8 ack 9
client octets 20+10 of 8 ack 9
client outside 10+10 late of 11
client octets 30+10 of 10`},
	{"however long round trips take, a gap is awaited for ten seconds", opened + `
+.1 A>B P. 1:11(10) ack 1
+5  B>A . 1 ack 11
+.1 A>B P. 21:31(10) ack 1
+5  B>A . 1 ack 31
+9.9 A>B P. 31:41(10) ack 1
+0  A>B P. 11:21(10) ack 1`, `
client octets 0+10 of 4 ack 5
client octets 10+10 of 9 ack 7
client octets 20+10 of 6 ack 7
client octets 30+10 of 8`},
	{"and no longer than that", opened + `
+.1 A>B P. 1:11(10) ack 1
+5  B>A . 1 ack 11
+.1 A>B P. 21:31(10) ack 1
+5  B>A . 1 ack 31
+10 A>B P. 31:41(10) ack 1
+0  A>B P. 11:21(10) ack 1`, `
client octets 0+10 of 4 ack 5
client gap 10+10 not-captured of 6 ack 7
client octets 20+10 of 6 ack 7
client outside 10+10 late of 9
client octets 30+10 of 8`},
	{"an acknowledgement that was taken back makes no gap final", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 61
+.5 B>A . 1 ack 11
+.6 A>B P. 21:31(10) ack 1
+.1 B>A . 1 ack 31
+.1 A>B P. 11:21(10) ack 1`, `
client octets 0+10 of 4 ack 5
client octets 10+10 of 9 ack 8
client octets 20+10 of 7 ack 8`},
	{"octets that come after two gaps were closed, on both sides of others", opened + `
+.1 A>B P. 11:21(10) ack 1
+.1 A>B P. 31:41(10) ack 1
+.1 B>A . 1 ack 41
+1.1 A>B P. 41:51(10) ack 1
+.1 A>B P. 1:31(30) ack 1
+.1 B>A . 1 ack 51`, `
client gap 0+10 not-captured of 4 ack 6
client octets 10+10 of 4 ack 6
client gap 20+10 not-captured of 5 ack 6
client octets 30+10 of 5 ack 6
client outside 0+10 late of 8
client outside 20+10 late of 8
client octets 40+10 of 7 ack 9`},
	{"other content from the number of the SYN on, after it was handed on", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11
+.1 A>B P. 0:11(11) ack 1 otherdata
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 21`, `
client octets 0+10 of 4 ack 5
client outside -1+1 before-start of 6
client conflict 0+10 of 6 kept of 4
client octets 10+10 of 7 ack 8`},
	{"octets from before the first that was handed on, without a SYN", `
0   A>B P. 5001:5011(10) ack 900
+.1 B>A . 900 ack 5011
+1.5 A>B P. 5011:5021(10) ack 900
+.1 B>A . 900 ack 5021
+.1 A>B P. 4991:5006(15) ack 900
+.1 B>A . 900 ack 5021`, `
client octets 0+10 of 1 ack 2
client octets 10+10 of 3 ack 4
client outside -10+10 before-start of 5`},
	{"other content inside a segment", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 4:6(2) ack 1 otherdata
+.1 B>A . 1 ack 11`, `
client conflict 3+2 of 5 kept of 4
client octets 0+10 of 4 ack 6`},
	{"the beginning comes after the acknowledgement", `
0   A>B P. 5011:5021(10) ack 900
+.1 B>A P. 900:920(20) ack 5021
+.1 A>B P. 5001:5011(10) ack 900
+.1 A>B . 5021 ack 920`, `
client octets 0+10 of 3 ack 2
client octets 10+10 of 1 ack 2
server octets 0+20 of 2 ack 4`},
	{"the last octets were not captured", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 21`, `
client octets 0+10 of 4 ack 5
client gap 10+10 not-captured ack 5`},
	{"the request was not captured", opened + `
+.1 B>A P. 1:21(20) ack 11
+.1 A>B . 11 ack 21
+.1 A>B P. 11:16(5) ack 21
+.1 B>A . 21 ack 16`, `
client gap 0+10 not-captured of 6 ack 7
server octets 0+20 of 4 ack 5
client octets 10+5 of 6 ack 7`},
	{"other content in what waits", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 1:11(10) ack 1 otherdata
+.1 B>A . 1 ack 11`, `
client conflict 0+10 of 5 kept of 4
client octets 0+10 of 4 ack 6`},
	{"other content in what was handed on", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11
+.1 A>B P. 5:15(10) ack 1 otherdata
+.1 B>A . 1 ack 15`, `
client octets 0+10 of 4 ack 5
client conflict 4+6 of 6 kept of 4
client octets 10+4 of 6 ack 7`},
	{"other content in what was handed on in part", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 6
+.1 A>B P. 1:11(10) ack 1 otherdata
+.1 B>A . 1 ack 11`, `
client octets 0+5 of 4 ack 5
client conflict 0+5 of 6 kept of 4
client conflict 5+5 of 6 kept of 4
client octets 5+5 of 4 ack 7`},
	{"other content over several segments and a gap", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 11:21(10) ack 1
+.1 A>B P. 31:41(10) ack 1
+.1 A>B P. 5:36(31) ack 1 otherdata
+.1 B>A . 1 ack 41`, `
client conflict 4+6 of 7 kept of 4
client conflict 10+10 of 7 kept of 5
client conflict 30+5 of 7 kept of 6
client octets 0+10 of 4 ack 8
client octets 10+10 of 5 ack 8
client octets 20+10 of 7 ack 8
client octets 30+10 of 6 ack 8`},
	{"likewise, the first two handed on", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 11:21(10) ack 1
+.1 A>B P. 31:41(10) ack 1
+.1 B>A . 1 ack 21
+.1 A>B P. 5:36(31) ack 1 otherdata
+.1 B>A . 1 ack 41`, `
client octets 0+10 of 4 ack 7
client octets 10+10 of 5 ack 7
client conflict 4+6 of 8 kept of 4
client conflict 10+10 of 8 kept of 5
client conflict 30+5 of 8 kept of 6
client octets 20+10 of 8 ack 9
client octets 30+10 of 6 ack 9`},
	{"a wrong checksum, then a good copy of its middle", opened + `
+.1 A>B . 1 ack 1
+.1 A>B P. 1:31(30) ack 1 badsum otherdata
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 31`, `
client conflict 10+10 bad-checksum of 5 kept of 6
client octets 0+10 bad-checksum of 5 ack 7
client octets 10+10 of 6 ack 7
client octets 20+10 bad-checksum of 5 ack 7`},
	{"a wrong checksum, handed on in part, then a good copy", opened + `
+.1 A>B . 1 ack 1
+.1 A>B P. 1:31(30) ack 1 badsum
+.1 B>A . 1 ack 6
+.1 A>B P. 1:31(30) ack 1
+.1 B>A . 1 ack 31`, `
client octets 0+5 bad-checksum of 5 ack 6
client octets 5+25 of 7 ack 8`},
	{"a wrong checksum, then a good copy with one octet more", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 11:21(10) ack 1 badsum
+.1 A>B P. 11:22(11) ack 1
+.1 B>A . 1 ack 22`, `
client octets 0+10 of 4 ack 7
client octets 10+10 of 6 ack 7
client octets 20+1 of 6 ack 7`},
	{"a wrong checksum, then a good copy", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A . 1 ack 11
+.1 A>B P. 11:21(10) ack 1 badsum otherdata
+.1 A>B P. 11:21(10) ack 1
+.1 B>A . 1 ack 21`, `
client octets 0+10 of 4 ack 5
client conflict 10+10 bad-checksum of 6 kept of 7
client octets 10+10 of 7 ack 8`},
	{"a good copy, then a wrong checksum", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 1:11(10) ack 1 badsum otherdata
+.1 B>A . 1 ack 11`, `
client conflict 0+10 bad-checksum of 5 kept of 4
client octets 0+10 of 4 ack 6`},
	{"a wrong checksum that was acknowledged", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 11:21(10) ack 1 badsum
+.1 B>A . 1 ack 21`, `
client octets 0+10 of 4 ack 6
client octets 10+10 bad-checksum of 5 ack 6`},
	{"a wrong checksum that was not", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 A>B P. 11:21(10) ack 1 badsum
+.1 A>B P. 21:31(10) ack 1
+.1 B>A . 1 ack 11`, `
client octets 0+10 of 4 ack 7
client outside 10+10 bad-checksum of 5
client gap 10+10 bad-checksum of 6
client octets 20+10 of 6`},
}
