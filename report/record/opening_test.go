package record

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// TestOpenedByFIN: a FIN opened a connection if it is the segment that completed the handshake;
// without such a segment there is nothing that it could be.
func TestOpenedByFIN(t *testing.T) {
	for _, c := range []struct {
		ack  uint64
		fins []uint64
		want bool
	}{{3, []uint64{3}, true}, {1, []uint64{9, 1}, true}, {3, []uint64{4}, false}, {3, nil, false}, {0, []uint64{0}, false}} {
		conn := &analyze.Connection{Opening: analyze.Opening{AckPacket: c.ack}, Closing: analyze.Closing{FinPackets: c.fins}}
		if got := OpenedByFIN(conn); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// opened is a connection of two ends that both sent a SYN, the server's state after it and at the
// end as given, with a segment of each kind of both ends.
func opened(after, last state.State) *analyze.Connection {
	c := &analyze.Connection{ClientState: state.Established, ServerState: last}
	c.Opening.AckPacket = 3
	c.FromClient.Packets, c.FromServer.Packets = 3, 2
	c.Steps = []analyze.Step{
		{Packet: 1, FromClient: true, Flags: wire.SYN, ClientState: state.SynSent},
		{Packet: 2, Flags: wire.SYN | wire.ACK, ServerState: state.SynReceived},
		{Packet: 3, FromClient: true, Flags: wire.ACK, ClientState: state.Established, ServerState: after},
		{Packet: 9, Flags: wire.RST, ServerState: state.Closed},
	}
	return c
}

// TestMayHaveRefused: an end may not have taken the ACK of its SYN where that leaves it in SYN-RECEIVED
// by inference and it never shows that it went on.
func TestMayHaveRefused(t *testing.T) {
	const doubt = state.SynReceived | state.Inferred
	for name, c := range map[string]struct {
		conn   *analyze.Connection
		change func(*analyze.Connection)
		want   analyze.Side
	}{
		"nothing but SYNs and RSTs":        {opened(doubt, state.Closed), nil, server},
		"in SYN-RECEIVED at the end":       {opened(doubt, doubt), func(c *analyze.Connection) { c.FromServer.Packets = 9 }, server},
		"in SYN-RECEIVED, and that proved": {opened(doubt, state.SynReceived), func(c *analyze.Connection) { c.FromServer.Packets = 9 }, none},
		"it went on to close": {opened(doubt, state.LastAck), func(c *analyze.Connection) {
			c.FromServer.Packets = 3
			c.Steps = append(c.Steps, analyze.Step{Packet: 10, Flags: wire.FIN | wire.ACK, ServerState: state.LastAck})
		}, none},
		"it went on":                {opened(doubt, state.Established), func(c *analyze.Connection) { c.FromServer.Packets = 3 }, none},
		"the ACK arrived":           {opened(state.Established, state.Closed), nil, none},
		"proved after the ACK":      {opened(state.SynReceived, state.Closed), nil, none},
		"after another segment":     {opened(doubt, state.Closed), func(c *analyze.Connection) { c.Opening.AckPacket = 4 }, none},
		"in doubt at the end alone": {opened(state.Established, doubt), nil, none},
		"the client": {opened(state.Established, state.Established), func(c *analyze.Connection) {
			c.Steps[2] = analyze.Step{Packet: 3, Flags: wire.ACK, ClientState: doubt, ServerState: state.Established}
			c.FromClient.Packets = 1
		}, client},
	} {
		if c.change != nil {
			c.change(c.conn)
		}
		if got := MayHaveRefused(c.conn); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestHeldUp: a SYN was held up on the way that comes after the handshake without being a
// repetition, and like one that was sent before it; with another window it is something else.
func TestHeldUp(t *testing.T) {
	syn := func(n uint64) analyze.Step {
		return analyze.Step{Packet: n, FromClient: true, Phase: label.SYN, Seq: 70, Window: 64240}
	}
	synAck := func(n uint64) analyze.Step {
		return analyze.Step{Packet: n, Phase: label.SynAck, Seq: 90, Window: 64240}
	}
	with := func(s analyze.Step, change func(*analyze.Step)) analyze.Step {
		change(&s)
		return s
	}
	for name, c := range map[string]struct {
		ack       uint64
		phase     label.ID
		steps     []analyze.Step
		n, others uint32
	}{
		"a SYN":                       {3, label.SYN, []analyze.Step{syn(1), syn(4)}, 1, 0},
		"two SYNs":                    {3, label.SYN, []analyze.Step{syn(1), syn(4), syn(5)}, 2, 0},
		"a SYN-ACK":                   {3, label.SynAck, []analyze.Step{syn(1), synAck(2), synAck(4)}, 1, 0},
		"of the other kind":           {3, label.SYN, []analyze.Step{syn(1), synAck(2), synAck(4)}, 0, 0},
		"before the handshake's end":  {3, label.SYN, []analyze.Step{syn(1), syn(2)}, 0, 0},
		"what ended the handshake":    {3, label.SynAck, []analyze.Step{synAck(2), synAck(3)}, 0, 0},
		"without a handshake's end":   {0, label.SYN, []analyze.Step{syn(1), syn(4)}, 0, 0},
		"none before it":              {3, label.SYN, []analyze.Step{syn(4)}, 0, 0},
		"a repetition":                {3, label.SYN, []analyze.Step{syn(1), with(syn(4), func(s *analyze.Step) { s.Repeated = true })}, 0, 0},
		"a copy":                      {3, label.SYN, []analyze.Step{syn(1), with(syn(4), func(s *analyze.Step) { s.Copy = true })}, 0, 0},
		"of another connection":       {3, label.SYN, []analyze.Step{with(syn(1), func(s *analyze.Step) { s.Seq = 71 }), with(syn(4), func(s *analyze.Step) { s.Seq = 71 })}, 0, 0},
		"another SYN-ACK":             {3, label.SynAck, []analyze.Step{synAck(2), with(synAck(4), func(s *analyze.Step) { s.Seq = 91 })}, 0, 0},
		"a second one of another":     {3, label.SynAck, []analyze.Step{with(synAck(2), func(s *analyze.Step) { s.Seq = 91 }), with(synAck(4), func(s *analyze.Step) { s.Seq = 91 })}, 1, 0},
		"a RST with its number":       {3, label.SYN, []analyze.Step{syn(1), with(syn(4), func(s *analyze.Step) { s.Phase = label.RST })}, 0, 0},
		"a SYN of the server":         {3, label.SYN, []analyze.Step{syn(1), with(syn(4), func(s *analyze.Step) { s.FromClient = false })}, 0, 0},
		"a SYN-ACK of the client":     {3, label.SynAck, []analyze.Step{synAck(2), with(synAck(4), func(s *analyze.Step) { s.FromClient = true })}, 0, 0},
		"one like it of the client":   {3, label.SynAck, []analyze.Step{with(synAck(2), func(s *analyze.Step) { s.FromClient = true }), synAck(4)}, 0, 0},
		"with another window":         {3, label.SYN, []analyze.Step{syn(1), with(syn(4), func(s *analyze.Step) { s.Window = 1 })}, 1, 1},
		"with the window of one":      {3, label.SYN, []analyze.Step{syn(1), with(syn(2), func(s *analyze.Step) { s.Window = 1 }), with(syn(4), func(s *analyze.Step) { s.Window = 1 })}, 1, 0},
		"with the window of another":  {3, label.SYN, []analyze.Step{syn(1), with(syn(2), func(s *analyze.Step) { s.Window, s.Seq = 1, 71 }), with(syn(4), func(s *analyze.Step) { s.Window = 1 })}, 1, 1},
		"with the window of a SYN":    {3, label.SynAck, []analyze.Step{syn(1), with(synAck(2), func(s *analyze.Step) { s.Window = 1 }), synAck(4)}, 1, 1},
		"the first segment, ACK in 0": {0, label.SYN, []analyze.Step{syn(0), syn(0)}, 0, 0},
	} {
		conn := &analyze.Connection{Steps: c.steps}
		conn.Opening.ClientISN, conn.Opening.AckPacket = 70, c.ack
		if n, other := HeldUp(conn, c.phase); n != c.n || other != c.others {
			t.Errorf("%s: %d, of which other %d; want %d and %d", name, n, other, c.n, c.others)
		}
	}
}

// TestResentInOpening: what was captured twice was sent twice, save those held up on the way, and
// SYN-ACKs with numbers of their own.
func TestResentInOpening(t *testing.T) {
	for _, c := range []struct {
		name               string
		syns, synAcks      uint32
		isns               uint8
		renumbered         uint32
		lateSYN, lateACK   bool
		synAgain, ackAgain bool
	}{
		{"once", 1, 1, 1, 0, false, false, false, false},
		{"none", 0, 0, 0, 0, false, false, false, false},
		{"twice", 2, 2, 1, 0, false, false, true, true},
		{"once and held up", 2, 2, 1, 0, true, true, false, false},
		{"twice and held up", 3, 3, 1, 0, true, true, true, true},
		{"two SYN-ACKs with two numbers", 1, 2, 2, 0, false, false, false, false},
		{"three SYN-ACKs with two numbers", 1, 3, 2, 0, false, false, false, true},
		{"two SYN-ACKs, and a third behind a proxy, whose number does not count", 1, 2, 2, 5, false, false, false, true},
		{"numbers unknown", 1, 2, 0, 0, false, false, false, true},
	} {
		conn := &analyze.Connection{Opening: analyze.Opening{SynCount: c.syns, SynAckCount: c.synAcks, SynAckISNs: c.isns, Renumbered: c.renumbered, AckPacket: 3}}
		conn.Steps = []analyze.Step{{Packet: 1, FromClient: true, Phase: label.SYN}, {Packet: 2, Phase: label.SynAck}}
		if c.lateSYN {
			conn.Steps = append(conn.Steps, analyze.Step{Packet: 4, FromClient: true, Phase: label.SYN})
		}
		if c.lateACK {
			conn.Steps = append(conn.Steps, analyze.Step{Packet: 5, Phase: label.SynAck})
		}
		if syn, ack := SynResent(conn), SynAckResent(conn); syn != c.synAgain || ack != c.ackAgain {
			t.Errorf("%s: SYN %v, SYN-ACK %v; want %v and %v", c.name, syn, ack, c.synAgain, c.ackAgain)
		}
	}
}

// TestSynAckNumbers: the second number behind a SYN proxy does not count, one of an end does.
func TestSynAckNumbers(t *testing.T) {
	for _, c := range []struct {
		isns       uint8
		renumbered uint32
		want       uint32
	}{{0, 0, 0}, {0, 1, 0}, {1, 0, 1}, {2, 0, 2}, {2, 1, 1}, {3, 9, 2}, {1, 1, 0}} {
		if got := SynAckNumbers(&analyze.Opening{SynAckISNs: c.isns, Renumbered: c.renumbered}); got != c.want {
			t.Errorf("%d, renumbered %d: %d, want %d", c.isns, c.renumbered, got, c.want)
		}
	}
}

// TestBothSentSYN: each end opened in a simultaneous opening and in a split handshake.
func TestBothSentSYN(t *testing.T) {
	for _, c := range []struct {
		outcome analyze.OpeningOutcome
		form    analyze.OpeningForm
		want    bool
	}{
		{analyze.OpeningSimultaneous, analyze.FormNone, true}, {analyze.OpeningHalfOpen, analyze.FormSimultaneous, true}, {analyze.OpeningComplete, analyze.FormSplit, true},
		{analyze.OpeningComplete, analyze.FormThreeWay, false}, {analyze.OpeningUnanswered, analyze.FormNone, false},
	} {
		if got := BothSentSYN(&analyze.Opening{Outcome: c.outcome, Form: c.form}); got != c.want {
			t.Errorf("%v, %v: %v", c.outcome, c.form, got)
		}
	}
}
