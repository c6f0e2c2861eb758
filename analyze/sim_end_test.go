package analyze_test

import (
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// simEnd is one TCP endpoint by RFC 9293 §3.10, small enough to be checked by
// eye. It shares no code with the analysis: its states move by what it does and
// gets, not by package state's table.
//
// In two points it follows what hosts do in place of the letter of the RFC: a
// segment that ends at RCV.NXT is old but its ACK field is read (appendix A.2,
// and figure 7 line 6 wants it), and a SYN that comes again in SYN-RECEIVED is
// answered with the SYN-ACK.
type simEnd struct {
	net  *simNet
	side int
	st   state.State
	// passive is set while the end would go back to LISTEN (MUST-11).
	passive bool

	iss, una, nxt wire.Seq
	irs, rcv      wire.Seq
	written       uint32 // octets that the application gave to send
	closed        bool   // the application called CLOSE
	finSent       bool
	finSeq        wire.Seq
	finAt         wire.Seq // the peer's FIN, with hasFIN
	hasFIN        bool
	got           map[wire.Seq]bool // octets beyond RCV.NXT

	rto     int64
	tries   int
	timer   int // generation: a timer of another generation is stale
	ackDue  bool
	trouble bool // aborted or was reset

	leftIn state.State // where the application first closed or aborted

	moves      []simMove
	crossedSYN bool // in SYN-SENT it got a SYN without ACK
	finFirst   bool // its FIN left before the peer's FIN came
	gotFIN     bool
	timeWait   bool
	restarts   int
}

// simMove is what held at an end from a time on.
type simMove struct {
	at    int64
	st    state.State
	una   wire.Seq
	facts simFacts
}

// simFacts are the things that can have happened at an end.
type simFacts uint8

const (
	didOpen   simFacts = 1 << iota // sent a SYN
	gotSYN                         // got the peer's SYN
	synAcked                       // got an ACK of its SYN
	didClose                       // sent a FIN
	gotFIN                         // got the peer's FIN, in order
	finAcked                       // got an ACK of its FIN
	wasClosed                      // was CLOSED after it had opened, or refused to open
)

const (
	simMSS    = 20
	simWindow = 65535
	simRTO    = int64(300e6)
	simMaxRTO = int64(5e9)
)

func (e *simEnd) set(s state.State) {
	if s == state.TimeWait {
		e.timeWait = true
	}
	e.st = s
	e.note()
}

func (e *simEnd) note() {
	f := simFacts(0)
	if len(e.moves) > 0 {
		f = e.moves[len(e.moves)-1].facts
	}
	switch e.st {
	case state.SynSent:
		f |= didOpen
	case state.Closed:
		f |= wasClosed
	case state.Listen:
	default:
		f |= didOpen | gotSYN
	}
	if f&didOpen != 0 && e.una.After(e.iss) {
		f |= synAcked
	}
	if e.finSent {
		f |= didClose
		if e.una.After(e.finSeq) {
			f |= finAcked
		}
	}
	if e.gotFIN {
		f |= gotFIN
	}
	e.moves = append(e.moves, simMove{e.net.now, e.st, e.una, f})
}

func (e *simEnd) dataEnd() wire.Seq { return e.iss.Add(1 + e.written) }

// send transmits a segment with RCV.NXT in its ACK field, where it has one.
func (e *simEnd) send(flags wire.Flags, seq wire.Seq, n uint32) {
	seg := wire.Segment{Flags: flags, Seq: seq, Len: n, Window: simWindow, HeaderLen: 20}
	if flags.Has(wire.ACK) {
		seg.Ack = e.rcv
		e.ackDue = false
	}
	e.net.transmit(e.side, seg)
}

func (e *simEnd) sendACK() { e.send(wire.ACK, e.nxt, 0) }

// refuse answers a segment that belongs to nothing (§3.5.2).
func (e *simEnd) refuse(seg *wire.Segment) {
	if seg.Flags.Has(wire.ACK) {
		e.net.transmit(e.side, wire.Segment{Flags: wire.RST, Seq: seg.Ack, HeaderLen: 20})
		return
	}
	e.net.transmit(e.side, wire.Segment{Flags: wire.RST | wire.ACK, Ack: seg.End(), HeaderLen: 20})
}

// open is the active OPEN call.
func (e *simEnd) open() {
	if len(e.moves) > 1 { // once only
		return
	}
	e.passive = false
	e.una, e.nxt = e.iss, e.iss+1
	e.set(state.SynSent)
	e.send(wire.SYN, e.iss, 0)
	e.arm()
}

// write and close are the SEND and CLOSE calls.
func (e *simEnd) write(n uint32) {
	if !e.closed {
		e.written += n
		e.output()
	}
}

func (e *simEnd) close() {
	e.closed = true
	e.output()
}

// abort is the ABORT call, in the states in which it sends a RST.
func (e *simEnd) abort() {
	switch e.st {
	case state.SynReceived, state.Established, state.FinWait1, state.FinWait2, state.CloseWait:
		if e.net.rnd.IntN(2) == 0 {
			e.send(wire.RST, e.nxt, 0)
		} else {
			e.send(wire.RST|wire.ACK, e.nxt, 0)
		}
		e.leaves()
		e.end()
	}
}

func (e *simEnd) leaves() {
	if e.leftIn == state.Unknown {
		e.leftIn = e.st
	}
}

func (e *simEnd) end() {
	e.trouble = true
	e.timer++
	e.set(state.Closed)
}

// output sends what the state lets it send: data, then the FIN.
func (e *simEnd) output() {
	switch e.st {
	case state.Established, state.CloseWait:
	case state.SynReceived: // §3.10.4: a FIN only when there is nothing to send
		if !e.closed || e.written > 0 {
			return
		}
	default:
		return
	}
	for e.nxt.Before(e.dataEnd()) {
		n := min(uint32(e.dataEnd()-e.nxt), simMSS)
		flags := wire.ACK | wire.PSH
		if e.closed && e.nxt.Add(n) == e.dataEnd() && e.net.rnd.IntN(2) == 0 {
			e.finish(flags, n)
			return
		}
		e.send(flags, e.nxt, n)
		e.nxt = e.nxt.Add(n)
		e.arm()
	}
	if e.closed && !e.finSent {
		e.finish(wire.ACK, 0)
	}
}

// finish sends the FIN after n octets.
func (e *simEnd) finish(flags wire.Flags, n uint32) {
	seq := e.nxt
	e.finSent, e.finSeq, e.finFirst = true, seq.Add(n), !e.gotFIN
	e.nxt = e.finSeq + 1
	e.leaves()
	if e.st == state.CloseWait {
		e.set(state.LastAck)
	} else {
		e.set(state.FinWait1)
	}
	e.send(flags|wire.FIN, seq, n)
	e.arm()
}

func (e *simEnd) arm() {
	if e.una == e.nxt {
		return
	}
	e.timer++
	generation := e.timer
	e.net.after(e.rto, func() { e.expire(generation) })
}

// expire is the retransmission timeout (§3.10.8): the front of the queue again.
func (e *simEnd) expire(generation int) {
	if generation != e.timer || e.una == e.nxt || e.st <= state.Listen || e.st == state.TimeWait {
		return
	}
	if e.tries++; e.tries > 14 {
		return
	}
	switch {
	case e.una == e.iss && e.st == state.SynSent:
		e.send(wire.SYN, e.iss, 0)
	case e.una == e.iss:
		e.send(wire.SYN|wire.ACK, e.iss, 0)
	default:
		last := e.dataEnd()
		if !e.finSent && last.After(e.nxt) {
			last = e.nxt
		}
		n := uint32(0)
		if e.una.Before(last) {
			n = min(uint32(last-e.una), simMSS*uint32(1+e.net.rnd.IntN(2)))
		}
		flags := wire.ACK
		if e.finSent && e.una.Add(n) == e.finSeq {
			flags |= wire.FIN
		}
		e.send(flags, e.una, n)
	}
	e.rto = min(2*e.rto, simMaxRTO)
	e.arm()
}
