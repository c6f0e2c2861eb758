package analyze_test

import (
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// receive is SEGMENT ARRIVES (RFC 9293 §3.10.7). It reports whether the end
// read the ACK field, or let itself be reset.
func (e *simEnd) receive(seg *wire.Segment) (taken bool) {
	switch e.st {
	case state.Closed:
		if !seg.Flags.Has(wire.RST) {
			e.refuse(seg)
		}
		return false
	case state.Listen:
		return e.receiveListen(seg)
	case state.SynSent:
		return e.receiveSynSent(seg)
	}
	if seg.Flags.Has(wire.RST) {
		return e.receiveRST(seg)
	}
	if seg.Flags.Has(wire.SYN) {
		return e.receiveSYN(seg)
	}
	if seg.End().Before(e.rcv) || !seg.Seq.Before(e.rcv+simWindow) {
		e.sendACK()
		return false
	}
	if !seg.Flags.Has(wire.ACK) || !e.receiveACK(seg) {
		return false
	}
	if e.st != state.Closed {
		e.receiveText(seg)
		e.output()
	}
	return true
}

func (e *simEnd) receiveListen(seg *wire.Segment) bool {
	switch {
	case seg.Flags.Has(wire.RST):
	case seg.Flags.Has(wire.ACK):
		e.refuse(seg)
	case seg.Flags.Has(wire.SYN):
		e.irs, e.rcv = seg.Seq, seg.Seq+1
		e.una, e.nxt, e.passive = e.iss, e.iss+1, true
		e.set(state.SynReceived)
		e.send(wire.SYN|wire.ACK, e.iss, 0)
		e.arm()
		e.output()
	}
	return false
}

func (e *simEnd) receiveSynSent(seg *wire.Segment) bool {
	ack := seg.Flags.Has(wire.ACK)
	if ack && seg.Ack != e.nxt {
		if !seg.Flags.Has(wire.RST) {
			e.refuse(seg)
		}
		return false
	}
	switch {
	case seg.Flags.Has(wire.RST):
		if ack {
			e.end()
		}
		return ack
	case !seg.Flags.Has(wire.SYN):
		return false
	}
	e.irs, e.rcv = seg.Seq, seg.Seq+1
	if !ack {
		e.crossedSYN = true
		e.set(state.SynReceived)
		e.send(wire.SYN|wire.ACK, e.iss, 0)
		e.arm()
		return false
	}
	e.acked(seg.Ack)
	e.set(state.Established)
	e.ackDue = true
	e.output()
	if e.ackDue {
		e.sendACK()
	}
	return true
}

// receiveRST follows RFC 5961 §3.2.
func (e *simEnd) receiveRST(seg *wire.Segment) bool {
	switch {
	case seg.Seq != e.rcv:
		if seg.Seq.In(e.rcv, e.rcv+simWindow) {
			e.sendACK()
		}
		return false
	case e.st == state.SynReceived && e.passive:
		e.trouble = true
		e.timer++
		e.set(state.Listen)
	default:
		e.end()
	}
	return true
}

func (e *simEnd) receiveSYN(seg *wire.Segment) (taken bool) {
	switch {
	case seg.Seq != e.irs || e.una != e.iss:
		e.sendACK()
	case !seg.Flags.Has(wire.ACK):
		e.send(wire.SYN|wire.ACK, e.iss, 0)
	default:
		if taken = e.receiveACK(seg); taken {
			e.sendACK()
			e.output()
		}
	}
	return taken
}

// receiveACK is the fifth check.
func (e *simEnd) receiveACK(seg *wire.Segment) bool {
	switch {
	case seg.Ack.After(e.nxt):
		e.sendACK()
		return false
	case e.st == state.SynReceived && !seg.Ack.After(e.una):
		e.refuse(seg)
		return false
	case e.st == state.SynReceived:
		e.acked(seg.Ack)
		e.set(state.Established)
	}
	e.acked(seg.Ack)
	if e.finSent && e.una.After(e.finSeq) {
		switch e.st {
		case state.FinWait1:
			e.set(state.FinWait2)
		case state.Closing:
			e.set(state.TimeWait)
		case state.LastAck:
			e.timer++
			e.set(state.Closed)
		}
	}
	return true
}

func (e *simEnd) acked(ack wire.Seq) {
	if !ack.After(e.una) {
		return
	}
	e.una = ack
	e.note()
	e.timer++
	e.rto, e.tries = simRTO, 0
	e.arm()
}

// receiveText is the seventh and the eighth check.
func (e *simEnd) receiveText(seg *wire.Segment) {
	if seg.SeqLen() == 0 {
		return
	}
	switch e.st {
	case state.Established, state.FinWait1, state.FinWait2:
	default: // a FIN again, or what came before it
		if e.st == state.TimeWait && seg.Flags.Has(wire.FIN) {
			e.restarts++
		}
		e.sendACK()
		return
	}
	for i := range seg.Len {
		if s := seg.Seq.Add(i); !s.Before(e.rcv) {
			e.got[s] = true
		}
	}
	for e.got[e.rcv] {
		delete(e.got, e.rcv)
		e.rcv++
	}
	if seg.Flags.Has(wire.FIN) {
		e.hasFIN, e.finAt = true, seg.End()-1
	}
	if e.hasFIN && e.rcv == e.finAt {
		e.rcv++
		e.gotFIN = true
		switch e.st {
		case state.Established:
			e.set(state.CloseWait)
			e.net.peerClosed(e)
		case state.FinWait1:
			e.set(state.Closing)
		case state.FinWait2:
			e.set(state.TimeWait)
		}
		e.note()
	}
	e.acknowledge()
}

// acknowledge answers now, or in a while when nothing else is sent before.
func (e *simEnd) acknowledge() {
	e.ackDue = true
	if e.net.rnd.IntN(4) > 0 {
		e.sendACK()
		return
	}
	e.net.after(int64(40e6), func() {
		if e.ackDue && e.st > state.Listen {
			e.sendACK()
		}
	})
}
