package stream_test

import (
	"fmt"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/script"
	"tcpwatch/analyze/stream"
	"tcpwatch/capture/wire"
)

// follow gives segments to the analysis and to a Follower, and tells what that
// hands on, a line a piece:
//
//	client octets 0+10 of 4 ack 5
//
// is the client's octets from 0, ten of them, that packet 4 brought and packet 5
// acknowledged.
func follow(segs []wire.Segment, cfg stream.Config, each func(*stream.Piece)) (told []string, totals [][2]stream.Total) {
	cfg.Piece = func(p *stream.Piece) {
		told = append(told, tell(p))
		if each != nil {
			each(p)
		}
	}
	cfg.End = func(_ *analyze.Connection, client, server stream.Total) {
		totals = append(totals, [2]stream.Total{client, server})
	}
	f := stream.New(cfg)
	a := analyze.New(analyze.Config{Packet: f.Packet, Connection: f.Connection})
	for i := range segs {
		a.Segment(&segs[i])
	}
	a.Flush()
	if n := f.Held(); n != 0 {
		told = append(told, fmt.Sprintf("%d octets still held", n))
	}
	return told, totals
}

func tell(p *stream.Piece) string {
	from := "server"
	if p.FromClient {
		from = "client"
	}
	if p.Connection != 1 {
		from = fmt.Sprint(p.Connection, " ", from)
	}
	s := fmt.Sprintf("%s %s %d+%d", from, p.Kind, p.Offset, p.Len)
	if p.Reason != stream.NoReason {
		s += " " + p.Reason.String()
	}
	if p.Packet != 0 {
		s += fmt.Sprint(" of ", p.Packet)
	}
	if p.KeptPacket != 0 {
		s += fmt.Sprint(" kept of ", p.KeptPacket)
	}
	if p.AckPacket != 0 {
		s += fmt.Sprint(" ack ", p.AckPacket)
	}
	return s
}

const opened = `0     A>B S  0      <mss 1460,wscale 7>
+.01  B>A S. 0 ack 1 <mss 1460,wscale 7>
+.01  A>B .  1 ack 1 win 500
`

// cases are segments and the pieces that must come of them. The script's octets
// depend on their numbers alone, so that the test knows them.
var cases = []struct{ name, script, want string }{
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
	{"text in a RST", opened + `
+.1 A>B P. 1:11(10) ack 1
+.1 B>A R. 1:6(5) ack 11`, `
server outside 0+5 in-rst of 5
client octets 0+10 of 4 ack 5`},
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

// TestRolesStay: what one end sent has one name, also where a SYN tells late who
// the client is.
func TestRolesStay(t *testing.T) {
	s, err := script.Parse(`
0    A>B P. 1:7(6) ack 1
+.01 A>B P. 1:7(6) ack 1 otherdata
+.01 B>A . 1 ack 7
+.01 A>B S 0
+.01 B>A S. 0 ack 1
+.01 A>B P. 7:13(6) ack 1
+.01 B>A P. 1:8(7) ack 13
+.01 A>B . 13 ack 8`)
	if err != nil {
		t.Fatal(err)
	}
	segs := s.Segments()
	for i := range segs { // by its port A would be the server
		for _, port := range []*uint16{&segs[i].SrcPort, &segs[i].DstPort} {
			switch *port {
			case 80:
				*port = 50000
			case 40000:
				*port = 80
			}
		}
	}
	names := map[wire.Tuple]bool{}
	told, totals := follow(segs, stream.Config{}, func(p *stream.Piece) {
		if was, ok := names[p.Tuple]; ok && was != p.FromClient {
			t.Errorf("%s: it had the other name before", tell(p))
		}
		names[p.Tuple] = p.FromClient
	})
	if len(names) != 2 || len(totals) != 1 {
		t.Fatalf("%v, %v", told, totals)
	}
	for i, total := range totals[0] {
		if names[total.Tuple] != (i == 0) || total.Contradicted != 4 {
			t.Errorf("%v: %+v\n%v", names, total, told)
		}
	}
}

func TestScripts(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, err := script.Parse(c.script)
			if err != nil {
				t.Fatal(err)
			}
			segs := s.Segments()
			told, _ := follow(segs, stream.Config{}, func(p *stream.Piece) {
				if p.Kind == stream.Octets && !strings.Contains(string(segs[p.Packet-1].Payload), string(p.Data)) {
					t.Errorf("%s: %q is not of that packet", tell(p), p.Data)
				}
				if p.Kind != stream.Gap && int64(len(p.Data)) != p.Len || p.Kept != nil && len(p.Kept) != len(p.Data) {
					t.Errorf("%s: %d octets, %d kept", tell(p), len(p.Data), len(p.Kept))
				}
			})
			if got, want := strings.Join(told, "\n"), strings.TrimSpace(c.want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
