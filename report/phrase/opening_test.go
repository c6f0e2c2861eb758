package phrase

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestTryTime: how long a client tried is the time from its first SYN to its last; where SYNs are left
// out of the record it is more than that, and of one SYN there is no time.
func TestTryTime(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*analyze.Connection)
		want   string
	}{
		{"three", func(*analyze.Connection) {}, " over 3.00 s"},
		{"two", func(c *analyze.Connection) { c.Steps, c.Opening.SynCount = c.Steps[:2], 2 }, " over 1.50 s"},
		{"two, and one left out", func(c *analyze.Connection) { c.Steps = c.Steps[:2] }, " over more than 1.50 s"},
		{"one", func(c *analyze.Connection) { c.Steps, c.Opening.SynCount = c.Steps[:1], 1 }, ""},
		{"one, and one left out", func(c *analyze.Connection) { c.Steps = c.Steps[:1] }, ""},
		{"one of the server after them", func(c *analyze.Connection) {
			c.Steps = append(c.Steps, analyze.Step{Packet: 60, Time: c.Start + 9e9, Flags: wire.SYN})
		}, " over 3.00 s"},
		{"a SYN-ACK and a RST of the client after them", func(c *analyze.Connection) {
			c.Steps = append(c.Steps, analyze.Step{Packet: 60, Time: c.Start + 9e9, Flags: wire.SYN | wire.ACK, FromClient: true},
				analyze.Step{Packet: 61, Time: c.Start + 9e9, Flags: wire.RST, FromClient: true})
		}, " over 3.00 s"},
	} {
		conn := reporttest.Unanswered(t)
		c.change(conn)
		if got := prose.Unglue(TryTime(conn)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestContradicting: the number behind a SYN proxy is none of an end, and not counted.
func TestContradicting(t *testing.T) {
	if got, want := prose.Unglue(Contradicting(&analyze.Opening{SynAckCount: 3, SynAckISNs: 2})), "3 SYN-ACKs with 2 different ISNs"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := prose.Unglue(Contradicting(&analyze.Opening{SynAckCount: 3, SynAckISNs: 3, Renumbered: 1})), "3 SYN-ACKs with 2 different ISNs"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestSentTimes: a SYN that was held up on the way was captured, not sent once more; one with another
// window is not like the one before it.
func TestSentTimes(t *testing.T) {
	for _, c := range []struct {
		late []uint16 // windows of SYNs after the handshake
		n    uint32
		want string
	}{
		{nil, 1, "sent once"},
		{nil, 3, "sent 3 times"},
		{[]uint16{5}, 2, "captured twice, once held up on the way"},
		{[]uint16{5, 5}, 3, "captured 3 times, twice held up on the way"},
		{[]uint16{7}, 2, "captured twice, once after the handshake, with another window"},
		{[]uint16{5, 7, 5}, 4, "captured 4 times, twice held up on the way, once after the handshake, with another window"},
	} {
		conn := &analyze.Connection{Opening: analyze.Opening{AckPacket: 3}}
		conn.Steps = []analyze.Step{{Packet: 1, FromClient: true, Phase: label.SYN, Window: 5}}
		for i, window := range c.late {
			conn.Steps = append(conn.Steps, analyze.Step{Packet: uint64(4 + i), FromClient: true, Phase: label.SYN, Window: window})
		}
		if got := prose.Unglue(SentTimes(conn, label.SYN, c.n)); got != c.want {
			t.Errorf("%+v: %q, want %q", c, got, c.want)
		}
	}
}

// TestBeforeAnswer: that nothing came is said of a client which reset the opening, not where the server did
// or something had come.
func TestBeforeAnswer(t *testing.T) {
	for _, c := range []struct {
		by      analyze.Side
		packets uint64
		want    string
	}{
		{analyze.ClientSide, 0, ", and nothing of the server was captured"}, {analyze.ClientSide, 1, ""}, {analyze.ServerSide, 0, ""}, {analyze.NoSide, 0, ""},
	} {
		conn := &analyze.Connection{Closing: analyze.Closing{RstBy: c.by}, FromServer: analyze.Direction{Packets: c.packets}}
		if got := BeforeAnswer(conn); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestSilence: what came back to an unanswered SYN, the most telling first. One SYN may not have
// been watched long enough for an answer.
func TestSilence(t *testing.T) {
	const (
		ownSYN   = "the server sent a SYN of its own, but no acknowledgement"
		onlyRST  = "only a RST came back that does not acknowledge it, so that the client drops it (RFC 9293 §3.10.7.3)"
		other    = "nothing came back that acknowledges it"
		segments = "no segment came back"
		reset    = "nothing came back until the client sent a RST (packet 60)"
		short    = "no answer was captured"
		nothing  = "nothing came back"
	)
	for _, c := range []struct {
		name                   string
		syns, serverSyns, rsts uint32
		packets, icmp          uint64
		own                    bool // the client sent a RST
		want                   string
	}{
		{"nothing", 3, 0, 0, 0, 0, false, nothing},
		{"nothing, to two", 2, 0, 0, 0, 0, false, nothing},
		{"nothing, to one", 1, 0, 0, 0, 0, false, short},
		{"nothing, until a RST", 1, 0, 1, 0, 0, true, reset},
		{"an ICMP error", 1, 0, 0, 0, 1, false, segments},
		{"an ICMP error, and a RST later", 2, 0, 1, 0, 59, true, segments},
		{"a segment", 1, 0, 0, 1, 59, false, other},
		{"a RST", 1, 0, 1, 1, 59, false, onlyRST},
		{"a SYN", 1, 1, 0, 1, 59, false, ownSYN},
		{"a SYN and a RST", 1, 1, 1, 2, 0, false, ownSYN},
	} {
		conn := reporttest.Unanswered(t)
		conn.Opening.SynCount, conn.Opening.ServerSynCount, conn.Opening.ICMPPacket = c.syns, c.serverSyns, c.icmp
		conn.FromServer.Packets, conn.Closing.RstIgnored = c.packets, c.rsts
		if c.own {
			conn.Steps = append(conn.Steps, analyze.Step{Packet: 60, FromClient: true, Flags: wire.RST, Phase: label.RST})
		}
		if got := Silence(conn); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestRefusal: who answers a SYN with a RST may not be the server; who sent a SYN-ACK before is.
func TestRefusal(t *testing.T) {
	for _, c := range []struct {
		synAcks uint32
		packet  uint64
		want    string
	}{
		{0, 2, "the server, or something between, answered the SYN with a RST (packet 2)"},
		{1, 3, "the server reset the connection after its SYN-ACK (packet 3)"},
		{0, 0, "the server, or something between, answered the SYN with a RST"},
	} {
		conn := &analyze.Connection{Opening: analyze.Opening{SynAckCount: c.synAcks}, Closing: analyze.Closing{RstPacket: c.packet}}
		if got := Refusal(conn); got != c.want {
			t.Errorf("%+v: %q, want %q", c, got, c.want)
		}
	}
}
