// Package zeek tells what Zeek would log of a connection: conn_state and
// history, by the definitions of Zeek 7
// (https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html).
//
// Zeek keeps one coarse state for each end, moved by flags alone: it accepts
// any RST, and takes an end for established when the SYN-ACK passes. That is
// not what package state says of an end; it is here so that results can be
// laid beside Zeek's logs.
//
// What it does not do: Zeek's timers, which cut a connection in two, and the
// decision that a SYN begins another connection, are the caller's.
package zeek

import "tcpwatch/capture/wire"

// endState is Zeek's state of one end.
type endState uint8

const (
	inactive endState = iota // nothing sent
	synSent
	synAckSent  // a SYN-ACK by the originator
	partial     // something other than a SYN came first
	established // the SYN-ACK was seen
	closed      // FIN sent
	reset       // RST sent
)

// What an end has already in the history: the letters that are not repeated.
const (
	sawSYN uint8 = 1 << iota // S or H
	sawFIN
	sawRST
	sawFINRST // I
	sawData   // D
	sawACK    // A
	sawMixed  // Q
	anyFIN    // a FIN, in a mixed segment also
)

// Kinds of letters that come at the 1st, 10th, 100th … occurrence.
const (
	checksum = iota
	gap
	retransmission
	zeroWindow
	kinds
)

var kindLetters = [kinds]byte{'C', 'G', 'T', 'W'}

// end is one end. Sequence numbers of the last SYN, FIN and RST, relative to
// start, are kept as 16 bits of a hash: a repeated flag whose number differs is
// missed once in 65,536 times.
type end struct {
	start, last   wire.Seq // start is that of the SYN, as if there had been one
	syn, fin, rst uint16
	counts        [kinds]uint16
	packed        uint8 // state, three bits; the state before, three; acked, two
	saw           uint8
}

const (
	prevShift  = 3
	ackedShift = 6
	stateMask  = 7
)

func (e *end) state() endState { return endState(e.packed & stateMask) }
func (e *end) prev() endState  { return endState(e.packed >> prevShift & stateMask) }

// acked counts the octets that the other end acknowledged, the SYN included; it
// stops at enough.
func (e *end) acked() uint8 { return e.packed >> ackedShift }

func (e *end) setAcked(n uint8) { e.packed = e.packed&(1<<ackedShift-1) | n<<ackedShift }

func (e *end) set(s endState) {
	if s != e.state() {
		e.packed = e.packed&^(1<<ackedShift-1) | uint8(e.state())<<prevShift | uint8(s)
	}
}

// Tracker follows one connection. The zero value is ready; it holds no pointer
// and is 64 octets large. It is not safe for concurrent use.
type Tracker struct {
	ends    [2]end // originator, responder
	history [2]uint64
}

// Ends in Tracker.ends.
const (
	orig = iota
	resp
)

// Segment takes the next segment of the connection. fromOriginator tells which
// end sent it. gapSeen says that its acknowledgement covers payload that was never
// captured and that no earlier acknowledgement covered. The originator is the
// end that the caller holds for the client; if the responder speaks first, Zeek
// had to turn the roles round, and the history begins with "^".
func (t *Tracker) Segment(seg *wire.Segment, fromOriginator, gapSeen bool) {
	me, peer := &t.ends[orig], &t.ends[resp]
	if !fromOriginator {
		me, peer = peer, me
		if t.history[0] == 0 {
			t.add('^')
		}
	}
	if seg.Checksum == wire.ChecksumBad {
		t.scaled(me, fromOriginator, checksum)
		return
	}
	opens := seg.Flags.Has(wire.SYN) || me.state() == inactive
	if opens {
		me.initialise(seg)
	}
	t.record(me, fromOriginator, seg)
	if seg.Window == 0 && !seg.Flags.Has(wire.RST) && peer.state() != closed && me.state() != reset {
		t.scaled(me, fromOriginator, zeroWindow)
	}
	if seg.Flags.Has(wire.ACK) && !seg.Flags.Has(wire.RST) && peer.state() != inactive {
		peer.acknowledge(seg.Ack)
	}
	if me.advance(seg) {
		t.scaled(me, fromOriginator, retransmission)
	}
	if opens || seg.Flags.Any(wire.FIN|wire.RST) {
		me.move(peer, seg, fromOriginator)
	}
	if gapSeen && me.clean() && peer.clean() {
		t.scaled(peer, !fromOriginator, gap)
	}
}

// seqLen is the sequence space that Zeek counts: it takes the payload of a RST
// for no part of the stream.
func seqLen(seg *wire.Segment) uint32 {
	n := seg.SeqLen()
	if seg.Flags.Has(wire.RST) {
		n -= seg.Len
	}
	return n
}

// initialise sets the numbers of an end at its first segment, and again at a
// SYN that seems to open the connection anew.
func (e *end) initialise(seg *wire.Segment) {
	syn := seg.Flags.Has(wire.SYN)
	switch {
	case e.state() == inactive && !syn:
		e.start, e.last = seg.Seq-1, seg.Seq
	case !syn || e.state() == closed || e.state() == reset && e.prev() != inactive:
		return
	case (e.state() == synSent || e.state() == synAckSent) && seg.Seq == e.start:
		return
	default:
		e.start, e.last = seg.Seq, seg.Seq.Add(seqLen(seg))
	}
	e.setAcked(0)
}

// tooFar is the jump of a sequence number that is not believed of a SYN or RST.
const tooFar = 1 << 20

// advance moves the highest sequence number and reports whether Zeek takes the
// segment for a retransmission: payload that does not advance it, which
// reordering does not either.
func (e *end) advance(seg *wire.Segment) (again bool) {
	end := seg.Seq.Add(seqLen(seg))
	delta := end.Diff(e.last)
	switch {
	case seg.Flags.Any(wire.SYN|wire.RST) && (delta > tooFar || delta < -tooFar):
	case seg.Flags.Has(wire.FIN) && e.last == e.start+1:
		e.last = end
	case e.state() == reset:
	case delta > 0:
		e.last = end
	default:
		return seg.Len > 0
	}
	return false
}

// enough is where counting the sequence space of an end stops: only whether
// there was payload beside SYN and FIN is asked for.
const enough = 3

func (e *end) acknowledge(ack wire.Seq) {
	n := ack.Diff(e.start)
	if ack == 0 && n > tooFar {
		return // a broken acknowledgement rather than a large connection
	}
	e.setAcked(uint8(max(int32(e.acked()), min(n, enough))))
}

// empty reports whether the end is not known to have sent payload.
func (e *end) empty() bool {
	n := max(min(uint32(e.last-e.start), enough), uint32(e.acked()))
	if e.saw&anyFIN != 0 {
		return n <= 2
	}
	return n <= 1
}

// clean reports whether the end's stream is one in which Zeek reports gaps.
func (e *end) clean() bool {
	return e.state() == established || e.state() == closed && e.prev() == established
}
