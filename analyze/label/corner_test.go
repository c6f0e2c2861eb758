package label_test

import (
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze/label"
)

const shaken = "0 A>B S 0 win 64240 id 1\n+.01 B>A S. 0 ack 1 win 65160 id 1\n+.01 A>B . 1 ack 1 win 64240 id 2\n"

// gap is of the octets from 101 on.
const gap = shaken + "+1 A>B P. 1(100) ack 1 id 3\n+.001 A>B P. 201(100) ack 1 id 5\n"

const stamped = "0 A>B S 0 <mss 1460,TS val 100 ecr 0>\n+.01 B>A S. 0 ack 1 <mss 1460,TS val 7 ecr 100>\n" +
	"+.01 A>B . 1 ack 1 <TS val 120 ecr 7>\n+1 A>B P. 21(20) ack 1 <TS val 500 ecr 7>\n"

// slow is a client whose timestamps stand still, and that sends octets after a gap; queued, a server
// that has acknowledged something since it sent octets; alone, a client whose server was not captured.
const (
	slow = "0 A>B S 0 <mss 1460,TS val 100 ecr 0>\n+.01 B>A S. 0 ack 1 <mss 1460,TS val 7 ecr 100>\n" +
		"+.01 A>B . 1 ack 1 <TS val 100 ecr 7>\n+.01 A>B P. 21(20) ack 1 <TS val 100 ecr 7>\n"
	queued = "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n+.01 B>A P. 1(100) ack 1\n+.01 A>B P. 1(10) ack 1\n+.01 B>A . 101 ack 11\n"
	alone  = "0 A>B P. 1(10) ack 1 id 1\n+.001 A>B P. 11(10) ack 1 id 2\n+.001 A>B P. 21(10) ack 1 id 3\n"
)

const ipv6 = "addr A [2001:db8::1]:40000\naddr B [2001:db8::2]:80\n" +
	"0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n"

// shut is a client that has sent as much as the server's window takes; probed, that it
// has sent one octet more, which the server did not take before it opened its window.
const (
	shut   = "0 A>B S 0 win 64240 <mss 1460>\n+.01 B>A S. 0 ack 1 win 1000 <mss 1460>\n+.001 A>B . 1 ack 1\n+.1 A>B P. 1(1000) ack 1\n"
	probed = shut + "+.01 B>A . 1 ack 1001 win 0\n+.3 A>B . 1001(1) ack 1\n+.01 B>A . 1 ack 1001 win 0\n+.1 B>A . 1 ack 1001 win 1000\n"
)

// again is a client that sends octets again; againUnstamped, without timestamps.
const (
	again = "0 A>B S 0 <mss 1460,TS val 100 ecr 0>\n+.01 B>A S. 0 ack 1 <mss 1460,TS val 7 ecr 100>\n+.01 A>B . 1 ack 1 <TS val 120 ecr 7>\n" +
		"+1 A>B P. 1(100) ack 1 <TS val 500 ecr 7>\n+.3 A>B P. 1(100) ack 1 <TS val 800 ecr 7>\n"
	againUnstamped = "0 A>B S 0 <mss 1460>\n+.01 B>A S. 0 ack 1 <mss 1460>\n+.01 A>B . 1 ack 1\n+1 A>B P. 1(100) ack 1\n+.3 A>B P. 1(100) ack 1\n"
)

// wrongSum is a client that a wrong checksum does not harm: its NIC puts the right one.
const wrongSum = "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n+1 A>B P. 1(10) ack 1 badsum\n+.01 B>A . 1 ack 11\n"

// sackOpened is a connection whose ends tell by SACK, D-SACK and timestamps why they
// acknowledge: whole is an acknowledgement of it, early one so soon after the handshake
// that the handshake's own may come late.
const (
	sackOpened = "addr A [2001:db8::1]:40000\naddr B [2001:db8::2]:80\n0 A>B S 0 <mss 1460,sackOK,TS val 100 ecr 0>\n" +
		"+.01 B>A S. 0 ack 1 <mss 1460,sackOK,TS val 7 ecr 100>\n+.01 A>B . 1 ack 1 <TS val 110 ecr 7>\n"
	early = sackOpened + "+.001 A>B P. 1(100) ack 1 <TS val 200 ecr 7>\n+.01 B>A . 1 ack 101 win 500 <TS val 117 ecr 200>\n"
	whole = sackOpened + "+.1 A>B P. 1(100) ack 1 <TS val 200 ecr 7>\n+.01 B>A . 1 ack 101 win 500 <TS val 117 ecr 200>\n"
)

// tail is an end that numbers its packets, and whose flight is acknowledged as far as it was captured.
const tail = "0 A>B S 0 id 10\n+.01 B>A S. 0 ack 1 id 50\n+.01 A>B . 1 ack 1 id 11\n+.1 A>B . 1(100) ack 1 id 12\n" +
	"+.0001 A>B . 101(100) ack 1 id 13\n+.0001 B>A . 1 ack 201 id 51\n"

// unheard is the tail of a server of whose client only the SYN was captured. Its numbers lie after 2^31.
const unheard = "isn B 3000000000\n0 A>B S 0 id 50\n+.01 B>A S. 0 ack 1 id 11\n+.02 B>A . 1(100) ack 1 id 12\n+.0001 B>A . 101(100) ack 1 id 13\n"

// partial is a repair without SACK, timestamps and identifications that a partial
// acknowledgement keeps going.
const partial = "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n+.1 A>B . 1(100) ack 1\n+0 A>B . 101(100) ack 1\n+0 A>B . 201(100) ack 1\n" +
	"+.012 A>B . 301(100) ack 1\n+0 A>B . 401(100) ack 1\n+.008 B>A . 1 ack 1\n+0 B>A . 1 ack 1\n+0 B>A . 1 ack 1\n+.0001 A>B . 1(100) ack 1\n+.001 B>A . 1 ack 301\n"

// sackPartial is the same where both ends permitted SACK; noRepair, where nothing was lost.
var (
	sackPartial = strings.NewReplacer("S 0", "S 0 <mss 1460,sackOK>", "S. 0 ack 1", "S. 0 ack 1 <mss 1460,sackOK>",
		"+.008 B>A . 1 ack 1\n", "+.008 B>A . 1 ack 1 <sack 101:301>\n").Replace(partial)
	noRepair = strings.Replace(partial, "+.0001 A>B . 1(100) ack 1\n", "", 1)
)

// TestCorners are further near misses and hits on the last segment, each for a
// part of a condition that the Specs' own do not isolate.
func TestCorners(t *testing.T) {
	for _, c := range []struct {
		why, script string
		id          label.ID
		want        bool
	}{
		{"neither SYN nor ACK", "0 A>B - 1(0)", label.SYN, false},
		{"neither SYN nor ACK, with a FIN", "0 A>B F 1(0)", label.SYN, false},
		{"SYN and FIN", "0 A>B SF 0", label.FIN, false},
		{"SYN and FIN", "0 A>B SF 0", label.SYN, true},
		{"an ACK of what was not sent", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.01 A>B . 1 ack 200000", label.HandshakeAck, false},
		{"a SYN-ACK sent again is acknowledged again", shaken + "+1 B>A S. 0 ack 1 win 65160 id 2\n+.01 A>B . 1 ack 1 id 3", label.HandshakeAck, true},
		{"a FIN sent again is acknowledged again", shaken + "+1 A>B F. 1 ack 1 id 3\n+.01 B>A . 1 ack 2 id 2\n+1 A>B F. 1 ack 1 id 4\n+.01 B>A . 1 ack 2 id 3", label.AckOfFin, true},
		{"an ACK of data that covers the FIN", shaken + "+1 A>B F. 1 ack 1 id 3\n+.01 B>A P. 1(5) ack 2 id 2", label.AckOfFin, true},
		{"a SYN sent again after its ACK", "0 A>B S 0 id 1\n+.01 B>A S. 0 ack 1 id 1\n+1 A>B S 0 id 2", label.KeepAlive, false},
		{"a RST one below the next number", shaken + "+1 A>B R. 0 ack 1 id 3", label.KeepAlive, false},
		{"two below the next number", shaken + "+1 A>B P. 1(2) ack 1 id 3\n+.01 B>A . 1 ack 3 id 2\n+9 A>B . 1(1) ack 1 id 4", label.KeepAlive, false},
		{"one octet of garbage", shaken + "+60 A>B . 0(1) ack 1 id 3", label.KeepAlive, true},
		{"old octets with new ones after", shaken + "+1 A>B P. 1(10) ack 1 id 3\n+1 A>B P. 1(30) ack 1 id 4", label.Retransmission, true},
		{"old octets after new ones", shaken + "+1 A>B P. 1(10) ack 1 id 3\n+.1 A>B P. 31(10) ack 1 id 5\n+1 A>B P. 11(25) ack 1 id 6", label.Retransmission, true},
		{"a gap filled by a later timestamp", stamped + "+.001 A>B P. 1(20) ack 1 <TS val 501 ecr 7>", label.Retransmission, true},
		{"a gap filled by an earlier timestamp", stamped + "+.001 A>B P. 1(20) ack 1 <TS val 499 ecr 7>", label.OutOfOrder, true},
		{"the FIN again, with data in front", shaken + "+1 A>B P. 1(10) ack 1 id 3\n+.001 A>B F. 11 ack 1 id 4\n+1 A>B FP. 1(10) ack 1 id 5", label.Retransmission, true},
		{"what a partial acknowledgement leaves open, at once", partial + "+.0001 A>B . 301(100) ack 1", label.Retransmission, true},
		{"what stands after that, at once", partial + "+.0001 A>B . 401(100) ack 1", label.DuplicatePacket, true},
		{"what a partial acknowledgement leaves open, where SACK would tell", sackPartial + "+.0001 A>B . 301(100) ack 1", label.DuplicatePacket, true},
		{"what an acknowledgement leaves open, and nothing was repaired", noRepair + "+.0001 A>B . 301(100) ack 1", label.DuplicatePacket, true},
		{"a probe of a tail that was lost whole", tail + "+.06 A>B P. 301(50) ack 1 id 16", label.Retransmission, true},
		{"a probe of a tail leaves a gap, too", tail + "+.06 A>B P. 301(50) ack 1 id 16", label.MissingSegment, true},
		{"the same of an end of which no acknowledgement was captured", unheard + "+.06 B>A P. 301(50) ack 1 id 16", label.Retransmission, true},
		{"the same of an end that is so many routers away", tail + "+.06 A>B P. 301(50) ack 1 id 16 ttl 33", label.Retransmission, true},
		{"a TTL that shows that the end began with less than 64", tail + "+.06 A>B P. 301(50) ack 1 id 16 ttl 32", label.Retransmission, false},
		{"a TTL that shows that it began with more", tail + "+.06 A>B P. 301(50) ack 1 id 16 ttl 65", label.Retransmission, false},
		{"a tail of which the end is sent for the first time", tail + "+.06 A>B P. 301(50) ack 1 id 15", label.Retransmission, false},
		{"a tail of which two packets more did not pass", tail + "+.06 A>B P. 301(50) ack 1 id 17", label.Retransmission, false},
		{"a tail that comes sooner than a probe", tail + "+.015 A>B P. 301(50) ack 1 id 16", label.Retransmission, false},
		{"a gap of segments that were not whole", tail + "+.06 A>B P. 351(50) ack 1 id 16", label.Retransmission, false},
		{"a segment that is no tail", tail + "+.06 A>B . 301(50) ack 1 id 16", label.Retransmission, false},
		{"a tail whose first octets arrived, and the capture missed them", tail + "+.01 B>A . 1 ack 301 id 52\n+.06 A>B P. 301(50) ack 1 id 16", label.Retransmission, false},
		{"a tail that answers, as a bare ACK may have done", tail + "+.01 B>A P. 1(20) ack 201 id 52\n+.06 A>B P. 301(50) ack 21 id 16", label.Retransmission, false},
		{"an ACK that says nothing that the one before it did not", whole + "+.0002 B>A . 1 ack 101 win 500 <TS val 117 ecr 200>", label.DuplicatePacket, true},
		{"the same with another window", whole + "+.0002 B>A . 1 ack 101 win 501 <TS val 117 ecr 200>", label.DuplicatePacket, false},
		{"the same with a later timestamp", whole + "+.0002 B>A . 1 ack 101 win 500 <TS val 118 ecr 200>", label.DuplicatePacket, false},
		{"the same with another echo", whole + "+.0002 B>A . 1 ack 101 win 500 <TS val 117 ecr 201>", label.DuplicatePacket, false},
		{"the same with a D-SACK", whole + "+.0002 B>A . 1 ack 101 win 500 <TS val 117 ecr 200,sack 1:101>", label.DuplicatePacket, false},
		{"the same when octets can have come again", whole + "+.03 B>A . 1 ack 101 win 500 <TS val 117 ecr 200>", label.DuplicatePacket, false},
		{"the same where the ACK of the handshake may come late", early + "+.0002 B>A . 1 ack 101 win 500 <TS val 117 ecr 200>", label.DuplicatePacket, false},
		{"the same after a copy of the octets", whole + "+.0001 A>B P. 1(100) ack 1 <TS val 200 ecr 7>\n+.0001 B>A . 1 ack 101 win 500 <TS val 117 ecr 200>", label.DuplicatePacket, false},
		{"the same after a keep-alive", whole + "+.0001 A>B . 100(1) ack 1 <TS val 210 ecr 117>\n+.0001 B>A . 1 ack 101 win 500 <TS val 117 ecr 200>", label.DuplicatePacket, false},
		{"the same over IPv4, without identification", whole[strings.Index(whole, "0 A>B"):] + "+.0002 B>A . 1 ack 101 win 500 <TS val 117 ecr 200>", label.DuplicatePacket, false},
		{"the same beside its end", strings.ReplaceAll(whole, "+.01 B>A", "+.0005 B>A") + "+.0002 B>A . 1 ack 101 win 500 <TS val 117 ecr 200>", label.DuplicatePacket, false},
		{"the same without SACK", strings.ReplaceAll(whole, "sackOK,", "") + "+.0002 B>A . 1 ack 101 win 500 <TS val 117 ecr 200>", label.DuplicatePacket, false},
		{"the same of a FIN", whole + "+.1 A>B F. 101 ack 1 <TS val 300 ecr 117>\n+.01 B>A . 1 ack 102 win 500 <TS val 217 ecr 300>\n+.0002 B>A . 1 ack 102 win 500 <TS val 217 ecr 300>", label.DuplicatePacket, false},
		{"the ACK of a SYN-ACK twice", sackOpened + "+.0002 A>B . 1 ack 1 <TS val 110 ecr 7>", label.DuplicatePacket, false},
		{"a SYN-ACK again of which a timer may have sent one", "0 A>B S 0\n+1 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 B>A S. 0 ack 1\n+.5 B>A S. 0 ack 1\n+.0002 B>A S. 0 ack 1", label.DuplicatePacket, false},
		{"the same where the SYNs were captured twice", "0 A>B S 0\n+.0002 A>B S 0\n+1 A>B S 0\n+.0002 A>B S 0\n+.01 B>A S. 0 ack 1\n+.001 B>A S. 0 ack 1\n+.5 B>A S. 0 ack 1\n+.0002 B>A S. 0 ack 1", label.DuplicatePacket, true},
		{"a gap filled with an earlier identification", gap + "+.1 A>B P. 101(100) ack 1 id 4", label.OutOfOrder, true},
		{"a gap filled with an earlier identification and a later acknowledgement", gap + "+.001 B>A P. 1(10) ack 101 id 9\n+.1 A>B P. 101(100) ack 11 id 4", label.Retransmission, true},
		{"a gap filled a second later, within a tick of a slow clock", slow + "+1 A>B P. 1(20) ack 1 <TS val 100 ecr 7>", label.Retransmission, true},
		{"a gap filled by a segment without identification", gap + "+.1 A>B P. 101(100) ack 1", label.Retransmission, true},
		{"a gap before a segment without identification", shaken + "+1 A>B P. 1(100) ack 1 id 3\n+.001 A>B P. 201(100) ack 1\n+.001 A>B P. 101(100) ack 1 id 5", label.OutOfOrder, true},
		{"octets again as they were queued, with their acknowledgement", queued + "+.5 B>A P. 1(100) ack 1", label.Retransmission, true},
		{"a packet not captured, and a pause longer than a timer", shaken + "+1.2 A>B P. 1(10) ack 1 id 4", label.Retransmission, true},
		{"a packet not captured, and a pause longer than any timer", shaken + "+1.201 A>B P. 1(10) ack 1 id 4", label.Retransmission, false},
		{"a packet not captured that may answer an end of which nothing is known", alone + "+.25 A>B P. 31(10) ack 101 id 5", label.Retransmission, false},
		{"a SYN after the ACK, within the lifetime of a segment", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n+119 A>B S 0", label.OutOfOrder, true},
		{"a SYN after the ACK, later than a segment lasts", "0 A>B S 0\n+.01 B>A S. 0 ack 1\n+.01 A>B . 1 ack 1\n+121 A>B S 0", label.OutOfOrder, false},
		{"a bare ACK at an old number", shaken + "+1 A>B P. 1(10) ack 1 id 3\n+1 A>B . 1 ack 1 id 4", label.Retransmission, false},
		{"a SYN beyond the next number", shaken + "+1 A>B S 500 id 3", label.MissingSegment, false},
		{"the first of its end, beyond an ACK of the other", "0 B>A . 1 ack 1 id 1\n+.1 A>B P. 101(100) ack 1 id 1", label.MissingSegment, false},
		{"a bare ACK beyond the next number", shaken + "+1 A>B . 101 ack 1 id 3", label.MissingSegment, true},
		{"a SYN-ACK again while data is outstanding", shaken + "+1 A>B P. 1(10) ack 1 id 3\n+.01 B>A S. 0 ack 1 win 65160 id 2", label.DupAck, false},
		{"a RST with the same acknowledgement", shaken + "+1 B>A P. 1(10) ack 1 id 2\n+.01 A>B R. 1 ack 1 win 64240 id 3", label.DupAck, false},
		{"the first ACK of its end, of number 0", "0 B>A P. =0(100) ack 1 id 1\n+.1 A>B . 1 ack =0 win 0 id 1", label.DupAck, false},
		{"the SYNs were not captured, SACK with another window", "0 A>B . 1 ack 1 win 100\n+.1 B>A P. 101(100) ack 1\n+.1 A>B . 1 ack 1 win 200 <sack 101:201>", label.DupAck, true},
		{"the SYNs were not captured, another window", "0 A>B . 1 ack 1 win 100\n+.1 B>A P. 101(100) ack 1\n+.1 A>B . 1 ack 1 win 200", label.DupAck, false},
		{"the ACK of a FIN again, with a larger window", shaken + "+1 B>A F. 1 ack 1 id 2\n+.01 A>B . 1 ack 2 win 64240 id 3\n+1 B>A F. 1 ack 1 id 3\n+.01 A>B . 1 ack 2 win 65000 id 4", label.WindowUpdate, false},
		{"a SYN with octets and an earlier timestamp", stamped + "+1 A>B S 41(10) <TS val 50 ecr 0>", label.OldTimestamp, false},
		{"536 octets to an end that announced no MSS", shaken + "+1 A>B P. 1(536) ack 1", label.LargeSegment, false},
		{"537 octets to an end that announced no MSS", shaken + "+1 A>B P. 1(537) ack 1", label.LargeSegment, true},
		{"1,220 octets of IPv6 to an end that announced no MSS", ipv6 + "+1 A>B P. 1(1220) ack 1", label.LargeSegment, false},
		{"1,221 octets of IPv6 to an end that announced no MSS", ipv6 + "+1 A>B P. 1(1221) ack 1", label.LargeSegment, true},
		{"a window of 0 in a SYN", "0 A>B S 0 win 0", label.ZeroWindow, false},
		{"a window of 0 in a RST", shaken + "+1 A>B R. 1 ack 1 win 0 id 3", label.ZeroWindow, false},
		{"a next octet alone to a closed window, with all acknowledged", shut + "+.01 B>A . 1 ack 1001 win 0\n+.2 A>B . 1001(1) ack 1", label.ZeroWindowProbe, true},
		{"a next octet alone to a closed window, with octets outstanding", shut + "+.01 B>A . 1 ack 501 win 0\n+.2 A>B . 1001(1) ack 1", label.ZeroWindowProbe, false},
		{"a FIN at a number before the next", shaken + "+1 A>B P. 1(10) ack 1 id 3\n+1 A>B F. 5 ack 1 id 4", label.Retransmission, false},
		{"a FIN after old octets, at a number before the next", shaken + "+1 A>B P. 1(10) ack 1 id 3\n+1 A>B FP. 1(4) ack 1 id 4", label.Retransmission, true},
		{"a segment that begins with the octet of a probe", probed + "+.1 A>B P. 1001(100) ack 1", label.Retransmission, false},
		{"the octet of a probe again, where the window is open", probed + "+.1 A>B P. 1001(1) ack 1", label.Retransmission, true},
		{"a segment that begins with the octet of a probe, again", probed + "+.1 A>B P. 1001(100) ack 1\n+.3 A>B P. 1001(100) ack 1", label.Retransmission, true},
		{"a segment that begins before the octet of a probe", probed + "+.1 A>B P. 991(100) ack 1", label.Retransmission, true},
		{"a segment that begins with an old octet by which a probe was made", shut + "+.01 B>A . 1 ack 1001 win 0\n+.3 A>B . 1000(1) ack 1\n+.01 B>A . 1 ack 1001 win 1000\n+.1 A>B P. 1000(100) ack 1", label.Retransmission, true},
		{"an earlier echo that acknowledges octets sent again", again + "+.001 B>A . 1 ack 101 <TS val 70 ecr 500>", label.ShownSpurious, true},
		{"an earlier echo after a retransmission that acknowledges nothing", again + "+.001 B>A . 1 ack 1 <TS val 70 ecr 500>", label.ShownSpurious, false},
		{"an acknowledgement of octets sent again, sooner than a round trip", againUnstamped + "+.001 B>A . 1 ack 101", label.ShownSpurious, true},
		{"what acknowledges nothing, sooner than a round trip after a retransmission", againUnstamped + "+.001 B>A . 1 ack 1", label.ShownSpurious, false},
		{"a wrong checksum after one that was acknowledged", wrongSum + "+.1 A>B P. 11(10) ack 1 badsum", label.ChecksumOffload, true},
		{"a wrong checksum after one that was acknowledged and a right one", wrongSum + "+.1 A>B P. 11(10) ack 1\n+.1 A>B P. 21(10) ack 1 badsum", label.BadChecksum, false},
		{"and two right ones", wrongSum + "+.1 A>B P. 11(10) ack 1\n+.1 A>B P. 21(10) ack 1\n+.1 A>B P. 31(10) ack 1 badsum", label.BadChecksum, true},
		{"a window of 0 with data", shaken + "+1 A>B P. 1(5) ack 1 win 0 id 3", label.ZeroWindow, true},
	} {
		got := run(t, c.script)
		if got.labels.Has(c.id) != c.want {
			t.Errorf("%s: %s is %v, with %v\n%s", c.why, c.id, !c.want, got.names, c.script)
		}
	}
}

// TestEveryFlag: every combination of flags, in every situation of a
// connection, has exactly one phase, and no label of a RST's data.
func TestEveryFlag(t *testing.T) {
	letters := "FSRP.UEWe"
	starts := []string{"", "0 A>B S 0\n", "0 A>B S 0\n+.1 B>A S. 0 ack 1\n", shaken, shaken + "+1 B>A FP. 1(5) ack 1\n", shaken + "+1 B>A R 1\n"}
	step := 1
	if testing.Short() {
		step = 7 // all bits are in some, set and not
	}
	for bits := 0; bits < 1<<len(letters); bits += step {
		flags, ack := "", ""
		for i, l := range letters {
			if bits>>i&1 != 0 {
				flags += string(l)
				if l == '.' {
					ack = " ack 1"
				}
			}
		}
		if flags == "" {
			flags = "-"
		}
		for _, start := range starts {
			got := run(t, start+"+.5 A>B "+flags+" 1(3)"+ack)
			phases := slices.DeleteFunc(slices.Clone(got.names), func(name string) bool {
				id, _ := label.Find(name)
				return label.All[id].Group != label.Phase
			})
			want := ""
			switch syn, fin, rst := bits&2 != 0, bits&1 != 0, bits&4 != 0; {
			case rst:
				want = "RST"
			case syn && ack != "":
				want = "SYN-ACK"
			case syn:
				want = "SYN"
			case fin:
				want = "FIN"
			}
			if len(phases) != 1 || want != "" && phases[0] != want {
				t.Fatalf("%q after %q: phases %v, want %q", flags, start, phases, want)
			}
		}
	}
}

// TestReasonAlone: a packet that is not remembered is not named.
func TestReasonAlone(t *testing.T) {
	for reason := range label.Reasons {
		it := label.Item{Reason: label.Reason(reason)}
		if got := string(it.Append(nil)); got != it.Reason.String() {
			t.Errorf("%q of packet 0, want %q", got, it.Reason)
		}
	}
}
