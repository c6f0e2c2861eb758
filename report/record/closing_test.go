package record

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/reporttest"
)

const (
	none   = analyze.NoSide
	client = analyze.ClientSide
	server = analyze.ServerSide
	both   = analyze.BothSides
)

// TestBegun: what was refused, reset or never answered in the opening was no connection that could
// be closed; one of which a part was captured may have been one.
func TestBegun(t *testing.T) {
	begun := map[analyze.OpeningOutcome]bool{analyze.OpeningMidstream: true, analyze.OpeningComplete: true, analyze.OpeningSimultaneous: true, analyze.OpeningOneWay: true}
	for o := analyze.OpeningMidstream; o <= analyze.OpeningOneWay; o++ {
		if got := Begun(&analyze.Connection{Opening: analyze.Opening{Outcome: o}}); got != begun[o] {
			t.Errorf("%v: %v", o, got)
		}
	}
}

// TestFinPacket: the FIN of an end is the first that it sent; one that is sent again does not count,
// nor does a segment with RST, whose FIN says nothing.
func TestFinPacket(t *testing.T) {
	conn := &analyze.Connection{Steps: []analyze.Step{
		{Packet: 4, Flags: wire.ACK, FromClient: true}, {Packet: 5, Flags: wire.FIN | wire.RST, FromClient: true},
		{Packet: 6, Flags: wire.FIN | wire.ACK}, {Packet: 7, Flags: wire.FIN, FromClient: true}, {Packet: 8, Flags: wire.FIN, FromClient: true},
	}}
	if c, s := FinPacket(conn, client), FinPacket(conn, server); c != 7 || s != 6 {
		t.Errorf("%d of the client, %d of the server; want 7 and 6", c, s)
	}
	if got := FinPacket(&analyze.Connection{Steps: conn.Steps[:2]}, client); got != 0 {
		t.Errorf("packet %d, and none was captured", got)
	}
}

// TestFinSeen: that both FINs passed is known of a close that rests on no inference; else the FIN is
// among the steps, or may be among those that were left out.
func TestFinSeen(t *testing.T) {
	for name, c := range map[string]struct {
		closing analyze.Closing
		fins    []analyze.Side
		dropped uint32
		client  bool
		server  bool
	}{
		"normal":                 {analyze.Closing{Outcome: analyze.ClosingNormal}, nil, 0, true, true},
		"simultaneous":           {analyze.Closing{Outcome: analyze.ClosingSimultaneous}, nil, 0, true, true},
		"half":                   {analyze.Closing{Outcome: analyze.ClosingHalfClosed}, []analyze.Side{client}, 0, true, false},
		"of the server":          {analyze.Closing{Outcome: analyze.ClosingHalfClosed}, []analyze.Side{server}, 0, false, true},
		"inferred":               {analyze.Closing{Outcome: analyze.ClosingNormal, Inferred: true}, []analyze.Side{server}, 0, false, true},
		"open":                   {analyze.Closing{}, nil, 0, false, false},
		"one step was left out":  {analyze.Closing{}, nil, 1, true, true},
		"inferred, one left out": {analyze.Closing{Outcome: analyze.ClosingNormal, Inferred: true}, nil, 1, true, true},
	} {
		conn := reporttest.Closed(t, c.closing.Outcome, c.fins...)
		conn.Closing.Inferred, conn.StepsDropped = c.closing.Inferred, c.dropped
		if gotClient, gotServer := FinSeen(conn, client), FinSeen(conn, server); gotClient != c.client || gotServer != c.server {
			t.Errorf("%s: of the client %v, of the server %v", name, gotClient, gotServer)
		}
	}
}

// TestFinGuessed: a FIN is guessed where the close is inferred and that FIN was not captured.
func TestFinGuessed(t *testing.T) {
	for name, c := range map[string]struct {
		outcome  analyze.ClosingOutcome
		inferred bool
		fins     []analyze.Side
		want     analyze.Side
	}{
		"nothing is inferred":             {analyze.ClosingHalfClosed, false, nil, none},
		"both were captured":              {analyze.ClosingNormal, true, []analyze.Side{client, server}, none},
		"neither of a normal close":       {analyze.ClosingNormal, true, nil, both},
		"neither of a simultaneous close": {analyze.ClosingSimultaneous, true, nil, both},
		"that of the client":              {analyze.ClosingNormal, true, []analyze.Side{server}, client},
		"that of the server":              {analyze.ClosingSimultaneous, true, []analyze.Side{client}, server},
		"the one that is inferred":        {analyze.ClosingHalfClosed, true, nil, server},
		"half, and it was captured":       {analyze.ClosingHalfClosed, true, []analyze.Side{client}, none},
		"half, and it was the server's":   {analyze.ClosingHalfClosed, true, []analyze.Side{server}, none},
		"half, and another end's came":    {analyze.ClosingHalfClosed, true, []analyze.Side{server, client}, none},
		"reset":                           {analyze.ClosingReset, true, nil, none},
		"open":                            {analyze.ClosingOpen, true, nil, none},
	} {
		conn := reporttest.Closed(t, c.outcome, c.fins...)
		conn.Closing.Inferred = c.inferred
		if got := FinGuessed(conn); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestFinSideByState: where no FIN was captured, an end that waits for the other's has sent its own:
// FIN-WAIT-1, FIN-WAIT-2 and TIME-WAIT follow none but one's own (RFC 9293 figure 5).
func TestFinSideByState(t *testing.T) {
	waits := map[state.State]bool{state.FinWait1: true, state.FinWait2: true, state.TimeWait: true}
	for st := state.State(0); st < state.Count; st++ {
		conn := reporttest.Closed(t, analyze.ClosingHalfClosed)
		conn.ClientState = st | state.Inferred
		if got := FinSide(conn); (got == client) != waits[st] {
			t.Errorf("%v: %v", st, got)
		}
	}
}

// TestMayHaveClosedFirstOfWhom: the end in doubt is the other one than the record calls the first, and
// there is none where the record names none.
func TestMayHaveClosedFirstOfWhom(t *testing.T) {
	for _, c := range []struct {
		closer, want analyze.Side
	}{{client, server}, {server, client}, {none, none}} {
		conn := reporttest.Closed(t, analyze.ClosingNormal, client, server)
		conn.Closing.ActiveCloser = c.closer
		for i := range conn.Steps {
			conn.Steps[i].ClientState, conn.Steps[i].ServerState = state.LastAck|state.Inferred, state.LastAck|state.Inferred
			conn.Steps[i].Repeated = c.closer == none
		}
		if got, again := MayHaveClosedFirst(conn); got != c.want || again {
			t.Errorf("after %v: %v, sent again %v; want %v", c.closer, got, again, c.want)
		}
	}
}

// TestHalfCloseKnown: the time between the FINs is known where both ends were captured, and so was
// the first FIN; in the middle of a connection another may have come before it, unless something
// shows that the other end was still open.
func TestHalfCloseKnown(t *testing.T) {
	for name, c := range map[string]struct {
		outcome analyze.ClosingOutcome
		change  func(*analyze.Connection)
		want    bool
	}{
		"half":                            {analyze.ClosingHalfClosed, func(*analyze.Connection) {}, true},
		"normal":                          {analyze.ClosingNormal, func(*analyze.Connection) {}, true},
		"the least time":                  {analyze.ClosingHalfClosed, func(c *analyze.Connection) { c.Closing.HalfClosedFor = 1 }, true},
		"no time":                         {analyze.ClosingHalfClosed, func(c *analyze.Connection) { c.Closing.HalfClosedFor = 0 }, false},
		"none that is known":              {analyze.ClosingHalfClosed, func(c *analyze.Connection) { c.Closing.HalfClosedFor = -1 }, false},
		"a FIN is inferred":               {analyze.ClosingHalfClosed, func(c *analyze.Connection) { c.Closing.Inferred, c.Steps = true, nil }, false},
		"simultaneous":                    {analyze.ClosingSimultaneous, func(*analyze.Connection) {}, false},
		"one end was not captured":        {analyze.ClosingHalfClosed, func(c *analyze.Connection) { c.FromServer.Packets = 0 }, false},
		"from the middle":                 {analyze.ClosingHalfClosed, midstream, false},
		"from the middle, normal":         {analyze.ClosingNormal, midstream, true},
		"from the middle, with payload":   {analyze.ClosingHalfClosed, func(c *analyze.Connection) { midstream(c); c.Closing.HalfClosedOctets = 1 }, true},
		"from the middle, simultaneous":   {analyze.ClosingSimultaneous, func(c *analyze.Connection) { midstream(c); c.Closing.HalfClosedOctets = 1 }, false},
		"from the middle, and then reset": {analyze.ClosingReset, midstream, false},
	} {
		conn := reporttest.Closed(t, c.outcome, client)
		c.change(conn)
		if got := HalfCloseKnown(conn); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func midstream(c *analyze.Connection) { c.Opening.Outcome = analyze.OpeningMidstream }

// TestIgnored: a RST changed nothing that no end had to accept, or that came before the one
// that ended the connection.
func TestIgnored(t *testing.T) {
	for _, c := range []struct {
		acceptable bool
		ended      uint64
		packet     uint64
		want       bool
	}{
		{true, 9, 9, false}, {true, 9, 10, false}, {true, 9, 8, true}, {true, 0, 9, true}, {false, 9, 9, true}, {false, 9, 10, true},
	} {
		conn := &analyze.Connection{Closing: analyze.Closing{RstPacket: c.ended}}
		if got := Ignored(conn, &analyze.Step{Packet: c.packet, Flags: wire.RST, Acceptable: c.acceptable}); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
