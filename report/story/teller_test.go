package story

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
	"tcpwatch/capture/wire"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// told is the stories of connections, with what stands below them.
func told(width int, list ...*analyze.Connection) string {
	var out bytes.Buffer
	var judge verdict.Judge
	t := Teller{Style: &prose.Style{Width: width}, Encap: func(uint32) string { return "" }, MSL: analyze.DefaultMSL}
	for _, c := range list {
		t.Tell(&out, c, list[0].Start, judge.Connection(c))
		out.WriteByte('\n')
	}
	for _, text := range t.Remarks() {
		t.Style.WriteWrapped(&out, prose.Quiet, "", text)
	}
	return out.String()
}

// TestSentences wants, for every outcome, the words that say it.
func TestSentences(t *testing.T) {
	a := analyze.Connection{Opening: analyze.Opening{Outcome: analyze.OpeningComplete, Form: analyze.FormThreeWay, RTTServer: -1, RTTClient: -1, Took: -1},
		Closing: analyze.Closing{HalfClosedFor: -1}, FromClient: reporttest.NoRTT(analyze.Direction{Packets: 3}), FromServer: reporttest.NoRTT(analyze.Direction{Packets: 2})}
	a.Client, a.Server = reporttest.Endpoint("192.0.2.1:1"), reporttest.Endpoint("192.0.2.2:2")
	for _, c := range []struct {
		change func(*analyze.Connection)
		want   string
	}{
		{func(c *analyze.Connection) {}, "complete: SYN → SYN-ACK → ACK"},
		{func(c *analyze.Connection) {}, "none seen: the connection is open where the capture of it ends"},
		{func(c *analyze.Connection) { c.Opening.Form = analyze.FormSplit }, "a split handshake, or a simultaneous open whose first SYN did not arrive"},
		{func(c *analyze.Connection) { c.Opening.Form = analyze.FormNone }, "not every segment of it was captured"},
		{func(c *analyze.Connection) { c.Opening.Outcome, c.RolesGuessed = analyze.OpeningMidstream, true },
			"the capture begins in the middle of the connection; who is client and who is server is a guess"},
		{func(c *analyze.Connection) { c.Opening.Outcome = analyze.OpeningSimultaneous }, "before the other's arrived (RFC 9293 §3.5, figure 7)"},
		{func(c *analyze.Connection) {
			c.Opening.Outcome, c.Closing.RstPacket, c.Closing.RstBy = analyze.OpeningRefused, 7, analyze.ServerSide
		}, "refused: the server, or something between, answered the SYN with a RST (packet 7)"},
		{func(c *analyze.Connection) {
			c.Opening.Outcome, c.Closing.RstPacket, c.Closing.RstBy = analyze.OpeningReset, 8, analyze.ClientSide
		}, "the client, or something between, sent a RST (packet 8)"},
		{func(c *analyze.Connection) { c.Opening.Outcome, c.Opening.SynAckCount = analyze.OpeningHalfOpen, 5 }, "the SYN-ACK was sent 5 times and no acknowledgement"},
		{func(c *analyze.Connection) {
			c.Opening.Outcome, c.Opening.SynCount, c.FromServer.Packets = analyze.OpeningUnanswered, 1, 0
		}, "the SYN was sent once, and no answer was captured"},
		{func(c *analyze.Connection) {
			c.Opening.Outcome, c.Opening.SynCount, c.FromServer.Packets, c.Opening.ICMPPacket = analyze.OpeningUnanswered, 1, 0, 4
		}, "the SYN was sent once, and no segment came back; an ICMP error of"},
		{func(c *analyze.Connection) { c.Opening.Outcome, c.FromClient.Packets = analyze.OpeningOneWay, 0 }, "only what the server sent was captured"},
		{func(c *analyze.Connection) { c.Opening.SynAckFirst = true }, "the SYN-ACK stands before the SYN"},
		{func(c *analyze.Connection) { c.Opening.SynAckCount, c.Opening.SynAckISNs = 2, 2 }, "2 SYN-ACKs with 2 different ISNs"},
		{func(c *analyze.Connection) { c.Opening.BadAcks = 1 }, "1 SYN-ACK acknowledged something other"},
		{func(c *analyze.Connection) { c.Opening.SynData = 12 }, "the SYN carried 12 B"},
		{func(c *analyze.Connection) {
			c.Client, c.Opening.ICMPPacket, c.Opening.ICMPType, c.Opening.ICMPCode = reporttest.Endpoint("[2001:db8::1]:1"), 4, 1, 4
		}, "an ICMP error of an unknown address (packet 4: port unreachable, type 1, code 4) quotes a segment of it"},
		{func(c *analyze.Connection) { c.Opening.ICMPPacket, c.Opening.ICMPType, c.Opening.ICMPCode = 4, 1, 4 }, "(packet 4: type 1, code 4)"},
		{func(c *analyze.Connection) {
			c.ICMP = analyze.ICMP{Packet: 9, Count: 1, Type: 3, Code: 1, From: reporttest.Endpoint("192.0.2.9:0").Addr()}
		}, "ICMP       an ICMP error of 192.0.2.9 (packet 9: host unreachable, type 3, code 1) quotes a segment that was not yet answered\n"},
		{func(c *analyze.Connection) {
			c.ICMP = analyze.ICMP{Packet: 9, Count: 10, Type: 3, Code: 4, NextMTU: 1200}
		}, "(packet 9: fragmentation needed, type 3, code 4) quotes a segment that was not yet answered: the next link takes no more than 1,200 B in one packet; 10 such errors in all"},
		{func(c *analyze.Connection) { c.ICMP = analyze.ICMP{Packet: 9, Count: 2, Type: 3, Code: 4} }, "not yet answered; 2 such errors in all"},
		{func(c *analyze.Connection) { c.FromClient.Timeouts = 4 }, "nothing sent twice; nothing missing"}, // all was acknowledged
		{func(c *analyze.Connection) { c.Closing.Outcome = analyze.ClosingSimultaneous }, "(RFC 9293 §3.6, figure 13)"},
		{func(c *analyze.Connection) {
			c.Closing.Outcome, c.Closing.ActiveCloser, c.Closing.FinPackets, c.Closing.HalfClosedFor = analyze.ClosingHalfClosed, analyze.ServerSide, []uint64{9}, 2e9
		}, "half-closed: the server sent a FIN, no FIN of the client was captured; its packets go on for 2.00 s"},
		{func(c *analyze.Connection) { c.Closing.RstIgnored = 1 }, "1 RST was ignored"},
		{reporttest.Reset(analyze.RstAbort), "aborted: the client sent a RST (packet 11) in the open connection"},
		{reporttest.Reset(analyze.RstAfterFIN), "reset after a FIN: the client sent a RST (packet 11)"},
		{reporttest.Reset(analyze.RstUnreadData), "reset with data outstanding: the client sent a RST (packet 11), and data of the server was not acknowledged"},
		{func(c *analyze.Connection) {
			reporttest.Reset(analyze.RstUnreadData)(c)
			c.Closing.ActiveCloser, c.Closing.HalfClosedOctets = analyze.ClientSide, 27
		}, "closed, then reset: the client had sent its FIN, and answered data of the server that came afterwards with a RST (packet 11)"},
		{func(c *analyze.Connection) {
			reporttest.Reset(analyze.RstUnreadData)(c)
			c.Closing.ActiveCloser, c.Closing.HalfClosedOctets = analyze.ServerSide, 27
		}, "reset with data outstanding: the client sent a RST (packet 11), and data of the server was not acknowledged"},
		{func(c *analyze.Connection) {
			reporttest.Reset(analyze.RstUnreadData)(c)
			c.Closing.ActiveCloser = analyze.ServerSide
			c.Steps = []analyze.Step{{Packet: 10, FromClient: true, Phase: label.FIN, Flags: wire.FIN | wire.ACK}}
		}, "reset with data outstanding: the client sent a RST (packet 11), and data of the server was not acknowledged, or came after the FIN of the client (packet 10)"},
		{func(c *analyze.Connection) {
			reporttest.Reset(analyze.RstUnreadData)(c)
			c.Closing.ActiveCloser = analyze.ClientSide
		}, "reset with data outstanding: the client sent a RST (packet 11), and data of the server was not acknowledged"},
		{reporttest.Reset(analyze.RstHandshake), "reset in the handshake: the client sent a RST (packet 11)"},
		{synAgain(wire.SYN|wire.ECE|wire.CWR, 0, wire.SYN, 0), "the same ISN, without ECN"},
		{synAgain(wire.SYN|wire.ECE|wire.CWR, 0, wire.SYN|wire.ECE|wire.CWR, 0), "the same ISN  "},
		{synAgain(wire.SYN, 0, wire.SYN, 0), "the same ISN  "},
		{synAgain(wire.SYN, 10, wire.SYN, 0), "the same ISN, without payload"},
		{synAgain(wire.SYN, 10, wire.SYN, 10), "the same ISN  "},
		{func(c *analyze.Connection) { c.FromClient.Retransmissions, c.FromClient.Causes[label.CauseRTO] = 2, 2 }, "; sent again: 2 segments of the client: by timeout; nothing missing"},
		{func(c *analyze.Connection) {
			c.FromClient.Retransmissions, c.FromServer.Retransmissions = 3, 3
			c.FromClient.Causes = [label.CauseCount]uint32{label.CauseRTO: 1, label.CauseTLP: 1, label.CauseUnknown: 1}
			c.FromServer.Causes = [label.CauseCount]uint32{label.CauseFast: 1, label.CauseSpurious: 1, label.CauseUnknown: 1}
		}, "; sent again: 3 segments of the client, 3 segments of the server: 1 by timeout, 1 fast, 1 as tail loss probe or timeout, 1 needless, 2 unclear why; nothing missing"},
		{func(c *analyze.Connection) { c.FromClient.Retransmissions = 2 }, "; sent again: 2 segments of the client; nothing missing"},
		{reporttest.Crossing(1, 1), "; sent again: 1 segment of the client, 1 segment of the server: in answer to a SYN; nothing missing"},
		{reporttest.Crossing(2, 1), "; sent again: 2 segments of the client, 1 segment of the server: 1 unclear why, 2 in answer to a SYN; nothing missing"},
		{func(c *analyze.Connection) {
			reporttest.Crossing(0, 1)(c)
			c.Steps = c.Steps[2:] // the server sent no SYN of its own
		}, "; sent again: 1 segment of the server: unclear why; nothing missing"},
		{func(c *analyze.Connection) { c.Labels[label.BadChecksum], c.Labels[label.ChecksumOffload] = 2, 1 },
			"; 2 segments with a wrong checksum, which receivers drop, unless left to the NIC (offload) as others are; nothing missing"},
		{func(c *analyze.Connection) { c.Labels[label.BadChecksum] = 2 }, "; 2 segments with a wrong checksum, which receivers drop, unless left to the NIC (offload); nothing missing"},
		{func(c *analyze.Connection) { c.FromClient.DuplicatePackets, c.FromServer.DuplicatePackets = 3, 1 }, "; copies captured: 3 of the client, 1 of the server\n"},
		{func(c *analyze.Connection) { c.FromClient.KeepAlives, c.Labels[label.KeepAliveAck] = 5, 2 }, "; keep-alives: 5 of the client; answers to keep-alives: 2\n"},
		{func(c *analyze.Connection) { c.FromClient.KeepAlives, c.Labels[label.KeepAliveAck] = 5, 5 }, "; keep-alives: 5 of the client\n"},
		{func(c *analyze.Connection) { c.FromClient.KeepAlives, c.FromServer.Packets = 5, 0 }, "; keep-alives: 5 of the client\n"},
		{func(c *analyze.Connection) { c.FromClient.Unacknowledged, c.FromClient.Timeouts = 5, 4 },
			"; the last 5 B of the client got no acknowledgement, in spite of 4 timeouts in a row;"},
		{func(c *analyze.Connection) {
			c.FromClient.Unacknowledged, c.FromClient.Timeouts, c.FromClient.Stuck = 5, 4, analyze.Stuck{Packet: 9, Idle: 1e9}
		}, "in spite of 4 timeouts in a row (first sent in packet 9, 1.00 s after the last segment of the server);"},
		{func(c *analyze.Connection) {
			c.FromServer.Unacknowledged, c.FromServer.Timeouts, c.FromServer.Stuck = 5, 4, analyze.Stuck{Packet: 9, Idle: 30e9}
		}, "in a row (first sent in packet 9, 30.0 s after the last segment of the client: something on the way may have forgotten the connection by then);"},
		{func(c *analyze.Connection) {
			c.FromClient.Unacknowledged, c.FromClient.Timeouts, c.FromClient.Stuck = 5, 4, analyze.Stuck{Packet: 9, Idle: 1e9 - 1}
		}, "in spite of 4 timeouts in a row;"},
		{func(c *analyze.Connection) {
			c.FromClient.Unacknowledged, c.FromClient.Timeouts, c.FromClient.Long = 5, 4, analyze.LongClue{Tries: 3, Least: 1500}
		}, "in a row (sent again in packets of 1,500 B or more, and no packet of this end that was so long was ever acknowledged: the path may not take such, or the other end is out of reach);"},
		{func(c *analyze.Connection) {
			c.FromClient.Unacknowledged, c.FromClient.Timeouts, c.FromClient.Long = 5, 4, analyze.LongClue{Tries: 3, Least: 1500, Alive: 9}
		}, "in spite of 4 timeouts in a row;"},
		{func(c *analyze.Connection) { c.FromServer.Unacknowledged, c.FromServer.Timeouts = 1, 1 },
			"; the last 1 B of the server got no acknowledgement, in spite of a timeout;"},
		{func(c *analyze.Connection) {
			c.FromClient.Unacknowledged, c.FromClient.Timeouts = 1, 4
			c.Closing.Outcome = analyze.ClosingNormal
		}, "; the FIN of the client got no acknowledgement, in spite of 4 timeouts in a row;"},
		{func(c *analyze.Connection) {
			c.FromClient.Unacknowledged, c.FromClient.Timeouts = 11, 4
			c.Closing.Outcome = analyze.ClosingNormal
		}, "; the last 10 B of the client and its FIN got no acknowledgement, in spite of 4 timeouts in a row;"},
		{reporttest.Reset(analyze.RstNoConnection), "no connection: the client knows of none, and answered a segment without SYN and ACK with a RST (packet 11)"},
		{func(c *analyze.Connection) {
			c.Opening.Outcome, c.Closing.Outcome, c.Closing.RstAfter, c.Closing.RstBy = analyze.OpeningMidstream, analyze.ClosingReset, analyze.RstNoConnection, analyze.ServerSide
		}, "none: the client sent neither a SYN nor an ACK, without which no connection begins or goes on (RFC 9293 §3.1): a probe, or damage"},
		{func(c *analyze.Connection) {
			reporttest.Reset(analyze.RstKeepAlive)(c)
			c.FromServer.KeepAlives, c.FromClient.KeepAlives = 5, 3
		}, "given up: the client sent a RST (packet 11); it had sent 3 keep-alives, the last ones unanswered"},
		{func(c *analyze.Connection) {
			reporttest.Reset(analyze.RstKeepAlive)(c)
			c.FromServer.KeepAlives, c.Closing.RstBy = 2, analyze.ServerSide
		}, "given up: the server sent a RST (packet 11); it had sent 2 keep-alives, the last ones unanswered"},
		{reporttest.Reset(analyze.RstTimeWait), "(packet 11) reached an end in TIME-WAIT (RFC 1337)"},
		{timeWait(analyze.TimeWait{Holders: analyze.ServerSide, Until: 60e9}), "held by the server until 60.00 s (2MSL = 60.0 s, --msl): 192.0.2.2:2 cannot be used towards 192.0.2.1:1"},
		{timeWait(analyze.TimeWait{Holders: analyze.BothSides, Until: 60e9}), "held by both ends until"},
		{timeWait(analyze.TimeWait{Holders: analyze.ClientSide, Since: 1e9, Until: 2e9, ReusedBy: 5, Reuse: analyze.ReuseISN}),
			"held by the client until 2.000 s, not for all of 2MSL (60.0 s, --msl): "},
		{timeWait(analyze.TimeWait{Holders: analyze.ClientSide, Since: 1e9, Until: 61e9, ReusedBy: 5}), "until 61.00 s (2MSL = 60.0 s, --msl): "},
		{func(c *analyze.Connection) { c.ClientState, c.ServerState = state.Closed, state.Closed }, "at the end both ends are in CLOSED"},
		{func(c *analyze.Connection) { c.ClientState, c.ServerState = state.Closed, state.Established }, "at the end the client is in CLOSED, the server in ESTABLISHED"},
		{timeWait(analyze.TimeWait{Holders: analyze.ClientSide, Restarts: 2}), "restarted twice by a FIN that came again"},
		{timeWait(analyze.TimeWait{Holders: analyze.ClientSide, ReusedBy: 5, Reuse: analyze.ReuseISN}), "used again by connection 5, whose SYN has a higher ISN"},
		{timeWait(analyze.TimeWait{Holders: analyze.ClientSide, ReusedBy: 5, Reuse: analyze.ReuseUnproved}), "with neither a higher ISN nor a later timestamp: the SYN may be answered with an ACK"},
		{timeWait(analyze.TimeWait{Holders: analyze.ClientSide, ReusedBy: 5, Reuse: analyze.ReuseEarlier}), "used again by connection 5, whose SYN has a higher ISN but an earlier timestamp: the SYN may be answered with an ACK"},
		{timeWait(analyze.TimeWait{Holders: analyze.ClientSide, Since: 1e9, Until: 2e9, CutBy: 31}), "entered by the client at 1.000 s and cut short at 2.000 s by the RST in packet 31, unless its stack takes none there (RFC 1337)"},
		{func(c *analyze.Connection) {
			timeWait(analyze.TimeWait{Holders: analyze.ClientSide, Since: 1e9, Until: 2e9, CutBy: 31})(c)
			c.Closing.RstPacket, c.Closing.RstBy = 31, analyze.ClientSide
		}, "by the RST in packet 31: it has forgotten the connection\n"},
		{func(c *analyze.Connection) {
			timeWait(analyze.TimeWait{Holders: analyze.ClientSide, Since: 1e9, Until: 2e9, CutBy: 31})(c)
			c.Closing.RstPacket, c.Closing.RstBy = 31, analyze.ServerSide
		}, "by the RST in packet 31, unless its stack takes none there (RFC 1337)"},
		{func(c *analyze.Connection) {
			timeWait(analyze.TimeWait{Holders: analyze.ClientSide, Since: 1e9, Until: 2e9, CutBy: 31})(c)
			c.Closing.RstPacket, c.Closing.RstBy = 30, analyze.ClientSide
		}, "by the RST in packet 31, unless its stack takes none there (RFC 1337)"},
		{func(c *analyze.Connection) { c.FromClient.Retransmissions, c.FromClient.RetransmittedBytes = 1, 456 }, "456 B of payload in it captured before"},
		{func(c *analyze.Connection) {
			c.FromClient.Retransmissions, c.FromServer.Retransmissions, c.FromClient.RetransmittedBytes = 1, 1, 456
		}, "456 B of payload in them captured before"},
		{func(c *analyze.Connection) { c.Labels[label.WindowShrunk] = 2 }, "; a window shrank twice: room that was given was taken back (RFC 9293 §3.8.6)\n"},
		{func(c *analyze.Connection) { c.Evicted = true }, "given up to make room (--max-connections)"},
	} {
		conn := a
		c.change(&conn)
		out := told(1000, &conn)
		if !strings.Contains(out, c.want) {
			t.Errorf("%q is not in\n%s", c.want, out)
		}
	}
}

// synAgain gives a connection two SYNs, with these flags and so much payload.
func synAgain(first wire.Flags, firstLen uint32, again wire.Flags, againLen uint32) func(*analyze.Connection) {
	return func(c *analyze.Connection) {
		c.Opening.SynCount = 2
		c.Steps = []analyze.Step{
			{Packet: 1, FromClient: true, Phase: label.SYN, Flags: first, Len: firstLen},
			{Packet: 2, FromClient: true, Phase: label.SYN, Flags: again, Len: againLen, Repeated: true},
		}
	}
}

func timeWait(tw analyze.TimeWait) func(*analyze.Connection) {
	return func(c *analyze.Connection) { c.TimeWait = tw }
}

// TestInferredAgain: what is inferred to have been sent again is marked, and the mark explained.
func TestInferredAgain(t *testing.T) {
	for _, inferred := range []bool{false, true} {
		c := reporttest.HalfClose(t)
		last := len(c.Steps) - 2
		if lexicon.Label(c.Steps[last].Phase) != "FIN" {
			t.Fatalf("step %d is %s", last, lexicon.Label(c.Steps[last].Phase))
		}
		c.Steps[last].Repeated, c.Steps[last].Inferred = true, inferred
		out := told(120, c)
		if !strings.Contains(out, "FIN again") || strings.Contains(out, "FIN again?") != inferred || strings.Contains(out, lexicon.InferredNote) != inferred {
			t.Errorf("inferred %v:\n%s", inferred, out)
		}
	}
}

// TestFastOpenArithmetic: an acknowledgement of the data in a SYN covers it also where the
// SYN was sent again without it; one of the SYN alone does not (RFC 7413 §4.2.2).
func TestFastOpenArithmetic(t *testing.T) {
	c := reporttest.HalfClose(t)
	syn, synAck := c.Steps[0], c.Steps[1]
	syn.Len = 100
	again := syn
	again.Packet, again.Len, again.Repeated = 2, 0, true
	synAck.Packet, synAck.Ack = 3, syn.Seq+101
	c.Steps = append([]analyze.Step{syn, again, synAck}, c.Steps[2:]...)
	out := told(200, c)
	if !strings.Contains(out, "+ 1 + 100 ✓ (covers the data)") {
		t.Errorf("%s", out)
	}
	c.Steps[2].Ack = syn.Seq + 1
	out = told(200, c)
	if strings.Count(out, "+ 1 ✓ (not the data)") != 1 {
		t.Errorf("%s", out)
	}
}

// TestZero: the story of the first connection has the times of other views; of a later
// one it says what those call its beginning.
func TestZero(t *testing.T) {
	first, later := reporttest.HalfClose(t), reporttest.HalfClose(t)
	later.Number, later.Start, later.End = 2, first.Start+15e8, first.End+15e8
	out := told(200, first, later)
	var zeros []string
	for l := range strings.Lines(out) {
		if _, says, found := strings.Cut(l, "times since "); found {
			_, after, _ := strings.Cut(strings.TrimSpace(says), "Z")
			zeros = append(zeros, after)
		}
	}
	if want := []string{"", " (1.500000 s in other views)"}; !slices.Equal(zeros, want) {
		t.Errorf("%q, want %q", zeros, want)
	}
}

// TestCutOptionsTold: where the capture cuts the options of a SYN, what was agreed is not
// told as all.
func TestCutOptionsTold(t *testing.T) {
	for _, cut := range []bool{false, true} {
		c := reporttest.HalfClose(t)
		if cut {
			c.Opening.ServerOptions.Set |= wire.OptCut
		}
		out := told(200, c)
		if strings.Contains(out, "the capture cuts the options off") != cut {
			t.Errorf("cut %v:\n%s", cut, out)
		}
	}
}

// TestOptionsOfOneEnd: an option that one end alone has is not agreed, and is told; so is
// what the end offered whose SYN alone was captured.
func TestOptionsOfOneEnd(t *testing.T) {
	for _, test := range []struct {
		change func(o *analyze.Opening)
		want   string
	}{
		{func(o *analyze.Opening) { o.ServerOptions.Set &^= wire.OptTimestamps }, "  one end  timestamps (client)\n"},
		{func(o *analyze.Opening) { o.ClientOptions.Set &^= wire.OptSACKPermitted }, "  one end  SACK (server)\n"},
		{func(o *analyze.Opening) { o.ClientOptions.ECN = analyze.ECNClassic }, "SACK · timestamps\n"},
		{func(o *analyze.Opening) { o.ClientOptions.ECN, o.ServerOptions.Known = analyze.ECNClassic, false },
			"  offered by the client  MSS 1460 · window scale 10 · SACK · timestamps · ECN\n"},
	} {
		c := reporttest.HalfClose(t)
		test.change(&c.Opening)
		if out := prose.Unglue(told(200, c)); !strings.Contains(out, test.want) {
			t.Errorf("%q is not in\n%s", test.want, out)
		}
	}
}

// TestWithoutECNThrice: the third SYN asks for less than the first, too.
func TestWithoutECNThrice(t *testing.T) {
	c := reporttest.HalfClose(t)
	synAgain(wire.SYN|wire.ECE|wire.CWR, 0, wire.SYN, 0)(c)
	c.Steps = append(c.Steps, c.Steps[1])
	c.Steps[2].Packet = 3
	out := told(200, c)
	if n := strings.Count(out, "the same ISN, without ECN"); n != 2 {
		t.Errorf("said of %d:\n%s", n, out)
	}
}

// TestListeningNotShown: only where a SYN was captured could a SYN-ACK have shown that the
// server was listening.
func TestListeningNotShown(t *testing.T) {
	for _, syns := range []uint32{0, 1} {
		c := reporttest.HalfClose(t)
		c.Opening.SynCount, c.Opening.SynAckCount = syns, 0
		c.Closing.Outcome, c.ServerState = analyze.ClosingOpen, state.Unknown
		out := told(200, c)
		if strings.Contains(out, "no SYN-ACK showed that it was listening") != (syns > 0) {
			t.Errorf("%d SYNs:\n%s", syns, out)
		}
	}
}

// TestRSTBesideSYNs: a RST that answers a SYN and changes nothing stands with the
// handshake, where nothing else came of that.
func TestRSTBesideSYNs(t *testing.T) {
	for _, outcome := range []analyze.OpeningOutcome{analyze.OpeningUnanswered, analyze.OpeningHalfOpen, analyze.OpeningRefused, analyze.OpeningReset, analyze.OpeningMidstream} {
		c := reporttest.HalfClose(t)
		c.Opening.Outcome, c.Opening.AckPacket = outcome, 0
		c.Steps = []analyze.Step{{Packet: 1, FromClient: true, Phase: label.SYN, Flags: wire.SYN}, {Packet: 2, Phase: label.RST, Flags: wire.RST | wire.ACK}}
		opening, closing := (&telling{conn: c}).partSteps()
		if want := outcome != analyze.OpeningMidstream; (len(opening) == 2) != want || (len(closing) == 0) != want {
			t.Errorf("%s: %v and %v", outcome, opening, closing)
		}
	}
}

// TestColumnsWithoutRoom: columns that a table of segments has no room for are named, and none where
// rows are records, which have all.
func TestColumnsWithoutRoom(t *testing.T) {
	const seq, ack = "no room everywhere for the columns SEQ and ACK", "no room for the column ACK"
	for width := 60; width <= 120; width++ {
		out := told(width, reporttest.HalfClose(t))
		joined := strings.Join(strings.Fields(out), " ")
		want := ""
		for l := range strings.Lines(out) {
			switch heading := strings.HasPrefix(l, "  PACKET  "); { // of a table
			case heading && !strings.Contains(l, "SEQ"):
				want = seq
			case heading && !strings.Contains(l, " ACK") && want == "":
				want = ack
			}
		}
		if strings.Contains(joined, seq) != (want == seq) || strings.Contains(joined, ack) != (want == ack) {
			t.Errorf("%d columns, want %q:\n%s", width, want, out)
		}
	}
}
