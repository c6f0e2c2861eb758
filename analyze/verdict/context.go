package verdict

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
)

// context is what a match function may look at.
type context struct {
	*analyze.Connection
	beside beside
	given  []Verdict // already given, in the order of All

	// syns and synAcks index the Steps that are SYNs of the client, and SYN-ACKs
	// of the server, copies left out.
	syns, synAcks   [analyze.MaxSteps]uint8
	nSyns, nSynAcks int
	// rst indexes the Step of the first acceptable RST; -1: none.
	rst int
	// again is the first SYN-ACK that the server sent again although the ACK that completes the
	// handshake had passed the tap, and agains their number: those later than a round trip to the
	// server, and before the server is known to be open.
	again  *analyze.Step
	agains int
}

func (x *context) read(c *analyze.Connection) {
	x.Connection, x.nSyns, x.nSynAcks, x.rst = c, 0, 0, -1
	for i := range c.Steps[:min(len(c.Steps), analyze.MaxSteps)] {
		s := &c.Steps[i]
		switch {
		case s.Copy:
		case s.Phase == label.SYN && s.FromClient:
			x.syns[x.nSyns] = uint8(i)
			x.nSyns++
		case s.Phase == label.SynAck && !s.FromClient:
			x.synAcks[x.nSynAcks] = uint8(i)
			x.nSynAcks++
		case s.Phase == label.RST && s.Packet == c.Closing.RstPacket:
			x.rst = i
		}
	}
	x.again, x.agains = nil, 0
	if c.Opening.AckPacket != 0 && x.nSyns > 0 {
		x.notTaken()
	}
}

// notTaken finds the SYN-ACKs that show that the ACK was not accepted. If no round trip
// was measured, as many as there are SYNs, copies included, may answer those.
func (x *context) notTaken() {
	passed, way, proved := x.completed(), x.wayToServer(), x.Clues.ServerProved
	for i := range x.nSynAcks {
		a := x.synAck(i)
		if a.Packet < x.Opening.AckPacket || way < 0 && i < x.asked() || proved != 0 && a.Packet > proved || a.Time-passed <= way || !x.sentBefore(i) {
			continue
		}
		if x.agains++; x.again == nil {
			x.again = a
		}
	}
}

func (x *context) syn(i int) *analyze.Step { return &x.Steps[x.syns[i]] }

func (x *context) synAck(i int) *analyze.Step { return &x.Steps[x.synAcks[i]] }

func (x *context) lastSyn() *analyze.Step { return x.syn(x.nSyns - 1) }

func (x *context) has(id ID) bool {
	for i := range x.given {
		if x.given[i].ID == id {
			return true
		}
	}
	return false
}

// complete reports whether the handshake is complete as far as its segments say.
func (x *context) complete() bool {
	return x.Opening.Outcome == analyze.OpeningComplete && x.Opening.Form == analyze.FormThreeWay
}

// completed returns the time of the segment that completed the handshake.
func (x *context) completed() int64 { return x.syn(0).Time + x.Opening.Took }

// rstInOpening reports whether a RST in the server's name came before the
// handshake was complete.
func (x *context) rstInOpening() bool {
	return x.rst >= 0 && x.Closing.RstBy == analyze.ServerSide && x.nSyns > 0 &&
		(x.Closing.RstAfter == analyze.RstRefused || x.Closing.RstAfter == analyze.RstHandshake)
}

// wayToServer is the first of trips.
func (x *context) wayToServer() int64 {
	way, _ := x.trips()
	return way
}

// trips returns the round trips from the tap to both ends in nanoseconds: those
// of the handshake, else the longest measured later; -1: not measured.
func (x *context) trips() (server, client int64) {
	server, client = x.Opening.RTTServer, x.Opening.RTTClient
	if server < 0 {
		server = x.FromClient.RTT.Max
	}
	if client < 0 {
		client = x.FromServer.RTT.Max
	}
	return server, client
}

// rstBetween reports whether an acceptable RST of the server lies between two
// packets.
func (x *context) rstBetween(a, b uint64) bool {
	for i := range x.Steps {
		s := &x.Steps[i]
		if s.Phase == label.RST && !s.FromClient && s.Acceptable && s.Packet > a && s.Packet < b {
			return true
		}
	}
	return false
}

// listenerAnswers reports whether the listener answered connections that began
// before this one from shortly before its first SYN on.
func (x *context) listenerAnswers() bool {
	a := x.beside.listener.answered
	return a != 0 && a >= x.syn(0).Time-meanwhile
}

// bothOpened reports whether the server sent a SYN of its own, so that SYNs
// crossed or the handshake was split.
func bothOpened(x *context) bool {
	return x.Opening.Form == analyze.FormSimultaneous || x.Opening.Form == analyze.FormSplit || x.Opening.Outcome == analyze.OpeningSimultaneous
}

// nearServer is the round trip to the server, in nanoseconds, below which a tap
// is near it: what stays unanswered there was hardly lost beyond the tap. A
// heuristic.
const nearServer = int64(1e6)

// toServer returns the shortest round trip from the tap to the server that was
// measured, in nanoseconds, -1 where none was, and whether the tap is near it.
func (x *context) toServer() (way int64, near bool) {
	way = x.Opening.RTTServer
	if later := x.FromClient.RTT.Min; later >= 0 && (way < 0 || later < way) {
		way = later
	}
	return way, way >= 0 && way < nearServer
}
