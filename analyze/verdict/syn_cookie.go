package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/spec"
	"tcpwatch/capture/wire"
)

// neverAgain is the longest silence, in nanoseconds, of a server that holds the
// connection in SYN-RECEIVED: RFC 6298 §2.1 starts the timer of its SYN-ACK at
// 1 s, the earlier RFC 2988 §2.1 at 3 s. A heuristic.
const neverAgain = int64(3e9)

var synCookie = Spec{
	Name:       "SYN-COOKIE",
	Definition: "The server answered without remembering the SYN: what it must know of it is encoded in the sequence number of its SYN-ACK.",
	Conditions: []spec.Condition{
		{Text: "one of these: (a) the SYN offered window scale or SACK without timestamps, the SYN-ACK has neither, and connections to the same address and port " +
			"that began before were given one; or (b) the server acknowledged no segment of the client for more than 3 s (a heuristic) after its SYN-ACK",
			Miss: "0 A>B S 0 <mss 1460,wscale 7,sackOK>\n+.01 B>A S. 0 ack 1 <mss 1460>\n+.001 A>B . 1 ack 1\n+.1 B>A P. 1:11(10) ack 1\n"},
		{Text: "in case (b) it sent its SYN-ACK once only", Miss: plain + "+1 B>A S. 0 ack 1\n+0 A>B . 1 ack 1\n+2 A>B P. 1:11(10) ack 1\n+1 A>B P. 1:11(10) ack 1\n"},
		{Text: "in case (b) no ICMP error says why a segment of the client did not arrive", Miss: plain + "+2 A>B P. 1:11(10) ack 1\n+.01 B>A icmp 3/1 quoting A>B 1\n+2 A>B P. 1:11(10) ack 1\n"},
		{Text: "in case (b) more was left unanswered than payload in segments of more than 536 octets, which may not pass where shorter ones do (RFC 9293 §3.7.1)",
			Miss: plain + "+2 A>B . 1:1001(1000) ack 1\n+2 A>B . 1:1001(1000) ack 1\n"},
		{Text: "no RST ended the opening", Miss: plain + "+2 A>B P. 1:11(10) ack 1\n+2 A>B P. 1:11(10) ack 1\n+.01 B>A R. 1 ack 1\n"},
	},
	Clauses: []spec.Clause{{RFC: 4987, Section: "3.6"}},
	RestsOn: "what such servers must forget: options that have no room in a number, and that a SYN-ACK is to be sent again. A cookie that is taken " +
		"leaves nothing to see, and a SYN-ACK that was sent again outside this capture would speak against it",
	Next: "on a Linux server nstat -az TcpExtSyncookiesSent; whether SYNs flood it (view listeners), or only the backlog is small: that of its listen(), at most net.core.somaxconn; with net.ipv4.tcp_syncookies at 2 it answers every SYN so",
	Most: Possible,
	Example: "addr C 192.0.2.3:40003\n0 C>B S 0 <mss 1460,wscale 7,sackOK>\n+.01 B>C S. 0 ack 1 <mss 1460,wscale 7,sackOK>\n+.001 C>B . 1 ack 1\n" +
		"1 A>B S 0 <mss 1460,wscale 7,sackOK>\n+.01 B>A S. 0 ack 1 <mss 1460>\n+.001 A>B . 1 ack 1\n+.1 B>A P. 1:11(10) ack 1\n",
	match: func(x *context, v *Verdict) bool {
		if x.nSyns == 0 || x.nSynAcks == 0 || x.rst >= 0 {
			return false
		}
		c, s := &x.Opening.ClientOptions, &x.Opening.ServerOptions
		first := x.synAck(0)
		if grants(c) && !c.Set.Has(wire.OptTimestamps) && s.Known && !grants(s) && x.beside.listener.grants {
			v.add(Item{Why: OptionsGone, Packet: first.Packet, Than: x.syn(0).Packet})
			v.add(Item{Why: GrantedBefore})
		}
		silent := x.Clues.IgnoredAt - first.Time
		if x.Clues.ServerProved == 0 && x.Opening.AckPacket != 0 && x.nSynAcks == 1 &&
			x.Clues.Ignored >= 2 && silent > neverAgain && x.ICMP.Packet == 0 && !x.longOnly() {
			v.add(Item{Why: SynAckOnce, Packet: first.Packet, Value: silent})
		}
		v.Confidence = Possible
		return v.Len > 0
	},
}

// grants reports whether a SYN or SYN-ACK has window scale or SACK.
func grants(o *analyze.EndOptions) bool {
	return o.Known && o.Set&(wire.OptWindowScale|wire.OptSACKPermitted) != 0
}
