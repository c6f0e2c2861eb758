package phrase

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/reporttest"
)

// TestICMPErrorExplains: what is unclear about segments that were sent again may be due to
// an error that says how long packets may be, save where SYNs that crossed explain it.
func TestICMPErrorExplains(t *testing.T) {
	for _, c := range []struct {
		unclear uint32
		mtu     uint16
		change  func(*analyze.Connection)
		want    bool
	}{
		{1, 1300, nil, true},
		{0, 1300, nil, false},
		{1, 0, nil, false},
		{0, 1300, reporttest.Crossing(1, 0), false},
	} {
		conn := reporttest.HalfClose(t)
		conn.FromServer.Causes[label.CauseUnknown] = c.unclear
		conn.ICMP = analyze.ICMP{Packet: 9, Count: 1, Type: 3, Code: 4, NextMTU: c.mtu}
		if c.change != nil {
			c.change(conn)
		}
		for clause, client := range map[string]string{"RFC 1191 §6.4": "192.0.2.1:1", "RFC 8201 §5.4": "[2001:db8::1]:1"} {
			conn.Client = reporttest.Endpoint(client)
			if got := ICMP(conn); strings.Contains(got, ", which may be why it was sent again, in shorter ones ("+clause+")") != c.want {
				t.Errorf("%d unclear, next MTU %d, of %s: %s", c.unclear, c.mtu, client, got)
			}
		}
	}
}

// TestICMPOfWhat: an ICMP error is about the SYN-ACK where it quotes the server, and one was captured.
func TestICMPOfWhat(t *testing.T) {
	for _, c := range []struct {
		ofServer bool
		synAcks  uint32
		want     string
	}{{true, 1, "quotes the SYN-ACK"}, {false, 1, "quotes a segment of it"}, {true, 0, "quotes a segment of it"}} {
		conn := reporttest.Unanswered(t)
		conn.Opening.ICMPOfServer, conn.Opening.SynAckCount = c.ofServer, c.synAcks
		if got := ICMPOfOpening(conn); !strings.HasSuffix(got, c.want) {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
