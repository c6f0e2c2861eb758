package analyze

import (
	"encoding/binary"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/rest"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

var noteLayout, watchedLayout = rest.LayoutOf[note](), rest.LayoutOf[watched]()

// companion lets notes, and what hangs on them, rest with their flows.
type companion struct {
	*Analyzer
	likes  []note // of each kind, folded
	copied note   // for folding
}

// Rest implements flow.Companion.
func (a *companion) Rest(f *flow.Flow, kind int, c *rest.Coder, dst []byte) []byte {
	n := a.notes.At(f.Extra)
	a.copied = *n
	a.copied.firstStep, a.copied.lastStep, a.copied.watched = 0, 0, 0
	a.copied.near(f, func(s *wire.Seq, to wire.Seq) { *s = wire.Seq(rest.Fold(uint32(*s), uint32(to))) })
	if kind == len(a.likes) && kind < flow.Kinds {
		a.likes = append(a.likes, a.copied)
	}
	dst = c.AppendWords(dst, noteLayout, rest.Words(&a.copied), rest.Words(a.like(kind)))
	dst = a.appendSteps(dst, f, n, c)
	if n.watched != 0 {
		dst = c.AppendWords(dst, watchedLayout, rest.Words(a.watching.At(n.watched)), rest.Words(&unwatched))
	}
	a.dropNote(f.Extra)
	return dst
}

// Wake implements flow.Companion.
func (a *companion) Wake(f *flow.Flow, kind int, c *rest.Coder, src []byte) []byte {
	i, n := a.notes.New()
	src = c.NextWords(src, noteLayout, rest.Words(n), rest.Words(a.like(kind)))
	n.near(f, func(s *wire.Seq, to wire.Seq) { *s = wire.Seq(rest.Unfold(uint32(*s), uint32(to))) })
	src = a.nextSteps(src, f, n, c)
	if a.cfg.Moment != nil {
		w, said := a.watching.New()
		src = c.NextWords(src, watchedLayout, rest.Words(said), rest.Words(&unwatched))
		n.watched = w
	}
	f.Extra = i
	if a.table.Class(f.Ref) == flow.Lapsed {
		// 2MSL ran out while it was at rest.
		for s := range f.Half {
			f.Half[s].State = lapse(f.Half[s].State)
		}
	}
	return src
}

// like returns the note that others of the kind are like.
func (a *companion) like(kind int) *note {
	if kind < len(a.likes) {
		return &a.likes[kind]
	}
	return &blank
}

var (
	blank     note
	unwatched watched
)

// lapse lets an end leave TIME-WAIT, if it is in it.
func lapse(s state.State) state.State {
	if s.Base() == state.TimeWait {
		return s.After(state.TwoMSL)
	}
	return s
}

// near calls do for the sequence numbers of the note, each with a number of the
// flow that it lies near.
func (n *note) near(f *flow.Flow, do func(s *wire.Seq, to wire.Seq)) {
	for s := range f.Half {
		x, y := &f.Half[s], &f.Half[1-s]
		do(&n.ackOfISN[s], x.ISN)
		do(&n.rstNxt[s], x.Nxt)
		do(&n.windows[s].ack, x.Nxt)
		do(&n.firstAck[s], y.ISN)
		do(&n.finAck[s], y.FinEnd)
	}
	orig, resp := &f.Half[f.Client], &f.Half[f.Client.Other()]
	n.zeek.Numbers(func(start, last *wire.Seq, isOrig bool) {
		h := orig
		if !isOrig {
			h = resp
		}
		do(start, h.ISN)
		do(last, h.Nxt)
	})
}

// What of a Step is as expected, or true of it.
const (
	stepFromClient = 1 << iota
	stepRepeated
	stepCopy
	stepAcceptable
	stepNumbers // Seq and Ack go on where both ends were
	stepStamped // TSVal or TSEcr is not 0
	stepLen     // has payload
	stepHop     // TTL and Window are those of the sender's step before
)

// goingOn is what the next step of each end is likely to have, the client first.
type goingOn [2]struct {
	nxt    wire.Seq
	tsval  uint32
	ttl    uint8
	window uint16
}

func expectedSteps(f *flow.Flow) (g goingOn) {
	for i, s := range ends(f) {
		h := &f.Half[s]
		g[i].nxt, g[i].tsval, g[i].ttl, g[i].window = h.ISN, h.TSVal, h.TTL, h.Window
	}
	return g
}

// after takes a step, and returns the expected numbers of it.
func (g *goingOn) of(s *Step) (seq, ack wire.Seq, tsval, tsecr uint32) {
	x, y := 0, 1
	if !s.FromClient {
		x, y = 1, 0
	}
	return g[x].nxt, g[y].nxt, g[x].tsval, g[y].tsval
}

func (g *goingOn) after(s *Step) {
	x := 0
	if !s.FromClient {
		x = 1
	}
	g[x].nxt, g[x].tsval, g[x].ttl, g[x].window = s.Seq.Add(s.Len), s.TSVal, s.TTL, s.Window
	if s.Flags.Any(wire.SYN | wire.FIN) {
		g[x].nxt++
	}
}

func (a *companion) appendSteps(dst []byte, f *flow.Flow, n *note, c *rest.Coder) []byte {
	g := expectedSteps(f)
	for i := n.firstStep; i != 0; i = a.steps.At(i).next {
		s := &a.steps.At(i).Step
		dst = g.append(dst, s, c)
		g.after(s)
	}
	return dst
}

func (g *goingOn) append(dst []byte, s *Step, c *rest.Coder) []byte {
	head := len(dst)
	what := byte(0)
	for i, b := range [...]bool{s.FromClient, s.Repeated, s.Copy, s.Acceptable} {
		if b {
			what |= 1 << i
		}
	}
	dst = append(dst, 0, byte(s.Phase), byte(s.ClientState), byte(s.ServerState))
	dst = binary.AppendUvarint(dst, uint64(s.Flags))
	dst = c.Append(dst, s.Packet)
	dst = c.Append(dst, uint64(s.Time))
	seq, ack, tsval, tsecr := g.of(s)
	if s.Seq == seq && s.Ack == ack {
		what |= stepNumbers
	} else {
		dst = appendNear(dst, uint32(s.Seq), uint32(seq))
		dst = appendNear(dst, uint32(s.Ack), uint32(ack))
	}
	if s.TSVal != 0 || s.TSEcr != 0 {
		what |= stepStamped
		dst = appendNear(dst, s.TSVal, tsval)
		dst = appendNear(dst, s.TSEcr, tsecr)
	}
	if s.Len != 0 {
		what |= stepLen
		dst = binary.AppendUvarint(dst, uint64(s.Len))
	}
	x := 0
	if !s.FromClient {
		x = 1
	}
	if g[x].ttl == s.TTL && g[x].window == s.Window {
		what |= stepHop
	} else {
		dst = binary.LittleEndian.AppendUint16(append(dst, s.TTL), s.Window)
	}
	dst[head] = what
	return dst
}

func (a *companion) nextSteps(src []byte, f *flow.Flow, n *note, c *rest.Coder) []byte {
	g := expectedSteps(f)
	for range n.stepCount {
		i, node := a.steps.New()
		node.next = 0
		src = g.next(src, &node.Step, c)
		g.after(&node.Step)
		if n.firstStep == 0 {
			n.firstStep = i
		} else {
			a.steps.At(n.lastStep).next = i
		}
		n.lastStep = i
	}
	return src
}

func (g *goingOn) next(src []byte, s *Step, c *rest.Coder) []byte {
	what := src[0]
	*s = Step{
		FromClient: what&stepFromClient != 0, Repeated: what&stepRepeated != 0, Copy: what&stepCopy != 0, Acceptable: what&stepAcceptable != 0,
		Phase: label.ID(src[1]), ClientState: state.State(src[2]), ServerState: state.State(src[3]),
	}
	flags, size := binary.Uvarint(src[4:])
	s.Flags = wire.Flags(flags)
	var at uint64
	s.Packet, src = c.Next(src[4+size:])
	at, src = c.Next(src)
	s.Time = int64(at)
	seq, ack, tsval, tsecr := g.of(s)
	if what&stepNumbers == 0 {
		var x, y uint32
		x, src = nextNear(src, uint32(seq))
		y, src = nextNear(src, uint32(ack))
		seq, ack = wire.Seq(x), wire.Seq(y)
	}
	s.Seq, s.Ack = seq, ack
	if what&stepStamped != 0 {
		s.TSVal, src = nextNear(src, tsval)
		s.TSEcr, src = nextNear(src, tsecr)
	}
	if what&stepLen != 0 {
		n, size := binary.Uvarint(src)
		s.Len, src = uint32(n), src[size:]
	}
	x := 0
	if !s.FromClient {
		x = 1
	}
	s.TTL, s.Window = g[x].ttl, g[x].window
	if what&stepHop == 0 {
		s.TTL, s.Window, src = src[0], binary.LittleEndian.Uint16(src[1:]), src[3:]
	}
	return src
}

func appendNear(dst []byte, v, to uint32) []byte {
	return binary.AppendUvarint(dst, uint64(rest.Fold(v, to)))
}

func nextNear(src []byte, to uint32) (v uint32, behind []byte) {
	z, n := binary.Uvarint(src)
	return rest.Unfold(uint32(z), to), src[n:]
}
