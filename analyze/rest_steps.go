package analyze

import (
	"encoding/binary"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/rest"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// A Step is packed by what is expected of it: what it did, by the step at its place
// in another connection of the kind, and its numbers, by the flow's memory of the
// same segment or by the previous steps.

// stepShape is what a Step did, and the header fields that rarely differ.
type stepShape struct {
	bits           uint8 // Step.bits
	phase          label.ID
	client, server state.State
	window         uint16
}

func shapeOf(s *Step) stepShape {
	return stepShape{s.bits(), s.Phase, s.ClientState, s.ServerState, s.Window}
}

// shapes returns the shapes of a connection's steps.
func (a *companion) shapes(n *note) (all []stepShape) {
	for i := n.firstStep; i != 0; i = a.steps.At(i).next {
		all = append(all, shapeOf(&a.steps.At(i).Step))
	}
	return all
}

// Which parts of a Step are as expected.
const (
	stepShaped    = 1 << iota // its shape
	stepTraced                // time, numbers, length and flags, by the flow's Trace
	stepGoesOn                // Seq and Ack go on where the ends were
	stepEmpty                 // no payload
	stepUnstamped             // no timestamps
)

// The flags in Step.bits.
const (
	bitFromClient = 1 << iota
	bitRepeated
	bitCopy
	bitAcceptable
	bitInferred
)

// bits returns the boolean fields of a Step in an octet.
func (s *Step) bits() uint8 {
	return bit(s.FromClient)*bitFromClient | bit(s.Repeated)*bitRepeated | bit(s.Copy)*bitCopy |
		bit(s.Acceptable)*bitAcceptable | bit(s.Inferred)*bitInferred
}

func bit(v bool) uint8 {
	if v {
		return 1
	}
	return 0
}

// setBits sets the fields that bits returned.
func (s *Step) setBits(b uint8) {
	s.FromClient, s.Repeated, s.Copy = b&bitFromClient != 0, b&bitRepeated != 0, b&bitCopy != 0
	s.Acceptable, s.Inferred = b&bitAcceptable != 0, b&bitInferred != 0
}

// goingOn is where the steps so far have taken each side: what is expected of
// the next.
type goingOn [2]struct {
	nxt   wire.Seq
	tsval uint32
}

// sideOfStep returns the side that sent a step.
func sideOfStep(f *flow.Flow, fromClient bool) flow.Side {
	if fromClient {
		return f.Client
	}
	return f.Client.Other()
}

func beginSteps(f *flow.Flow) (g goingOn) {
	for s := range f.Half {
		h := &f.Half[s]
		g[s].nxt, g[s].tsval = h.ISN, h.TSVal
	}
	return g
}

func (g *goingOn) after(from flow.Side, s *Step) {
	g[from].nxt, g[from].tsval = s.Seq.Add(s.Len), s.TSVal
	if s.Flags.Any(wire.SYN | wire.FIN) {
		g[from].nxt++
	}
}

func (a *companion) appendSteps(dst []byte, f *flow.Flow, n *note, like *likeness, c *rest.Coder) []byte {
	g := beginSteps(f)
	for k, i := 0, n.firstStep; i != 0; k, i = k+1, a.steps.At(i).next {
		s := &a.steps.At(i).Step
		head := len(dst)
		what := byte(0)
		dst = append(dst, 0)
		if shape := shapeOf(s); k < len(like.steps) && shape == like.steps[k] {
			what |= stepShaped
		} else {
			dst = shape.append(dst)
		}
		dst = c.Append(dst, s.Packet)
		from := sideOfStep(f, s.FromClient)
		if t := a.table.TraceOf(&f.Half[from], s.Packet); t != nil && traced(s, t) {
			what |= stepTraced
		} else {
			dst = g.append(dst, s, from, &what, c)
		}
		if s.TSVal|s.TSEcr == 0 {
			what |= stepUnstamped
		} else {
			dst = rest.AppendNear(dst, s.TSEcr, g[from.Other()].tsval)
		}
		dst[head] = what
		g.after(from, s)
	}
	return dst
}

// traced reports whether a Trace of the segment has the same values as the
// Step.
func traced(s *Step, t *flow.Trace) bool {
	return s.Time == t.Time && s.Seq == t.Seq && s.Ack == t.Ack && s.Flags == t.Flags && s.TSVal == t.TSVal && s.Len == lengthOf(t)
}

// lengthOf returns the payload length of a remembered segment, in octets.
func lengthOf(t *flow.Trace) uint32 {
	n := uint32(t.End - t.Seq)
	if t.Flags.Has(wire.SYN) {
		n--
	}
	if t.Flags.Has(wire.FIN) {
		n--
	}
	return n
}

// append appends the fields that a Trace would have.
func (g *goingOn) append(dst []byte, s *Step, from flow.Side, what *byte, c *rest.Coder) []byte {
	dst = c.Append(dst, uint64(s.Time))
	dst = binary.AppendUvarint(dst, uint64(s.Flags))
	dst = rest.AppendNear(dst, s.TSVal, g[from].tsval)
	if s.Seq == g[from].nxt && s.Ack == g[from.Other()].nxt {
		*what |= stepGoesOn
	} else {
		dst = rest.AppendNear(dst, uint32(s.Seq), uint32(g[from].nxt))
		dst = rest.AppendNear(dst, uint32(s.Ack), uint32(g[from.Other()].nxt))
	}
	if s.Len == 0 {
		*what |= stepEmpty
	} else {
		dst = binary.AppendUvarint(dst, uint64(s.Len))
	}
	return dst
}

func (a *companion) nextSteps(src []byte, f *flow.Flow, n *note, like *likeness, c *rest.Coder) []byte {
	g := beginSteps(f)
	n.firstStep, n.lastStep = 0, 0
	for k := range int(n.stepCount) {
		s := a.newStep(n)
		what := src[0]
		src = src[1:]
		var shape stepShape
		if what&stepShaped != 0 {
			shape = like.steps[k]
		} else {
			shape, src = nextShape(src)
		}
		shape.to(s)
		s.Packet, src = c.Next(src)
		from := sideOfStep(f, s.FromClient)
		if what&stepTraced != 0 {
			t := a.table.TraceOf(&f.Half[from], s.Packet)
			s.Time, s.Seq, s.Ack, s.Flags, s.TSVal, s.Len = t.Time, t.Seq, t.Ack, t.Flags, t.TSVal, lengthOf(t)
		} else {
			src = g.next(src, s, from, what, c)
		}
		if what&stepUnstamped == 0 {
			s.TSEcr, src = rest.NextNear(src, g[from.Other()].tsval)
		}
		g.after(from, s)
	}
	return src
}

func (g *goingOn) next(src []byte, s *Step, from flow.Side, what byte, c *rest.Coder) []byte {
	at, src := c.Next(src)
	s.Time = int64(at)
	flags, n := binary.Uvarint(src)
	s.Flags = wire.Flags(flags)
	s.TSVal, src = rest.NextNear(src[n:], g[from].tsval)
	s.Seq, s.Ack = g[from].nxt, g[from.Other()].nxt
	if what&stepGoesOn == 0 {
		var seq, ack uint32
		seq, src = rest.NextNear(src, uint32(s.Seq))
		ack, src = rest.NextNear(src, uint32(s.Ack))
		s.Seq, s.Ack = wire.Seq(seq), wire.Seq(ack)
	}
	if what&stepEmpty == 0 {
		n, size := binary.Uvarint(src)
		s.Len, src = uint32(n), src[size:]
	}
	return src
}

func (h stepShape) append(dst []byte) []byte {
	dst = append(dst, h.bits, byte(h.phase), byte(h.client), byte(h.server))
	return binary.LittleEndian.AppendUint16(dst, h.window)
}

func nextShape(src []byte) (h stepShape, behind []byte) {
	return stepShape{
		src[0], label.ID(src[1]), state.State(src[2]), state.State(src[3]), binary.LittleEndian.Uint16(src[4:]),
	}, src[6:]
}

func (h *stepShape) to(s *Step) {
	s.setBits(h.bits)
	s.Phase, s.ClientState, s.ServerState, s.Window = h.phase, h.client, h.server, h.window
}
