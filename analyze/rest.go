package analyze

import (
	"unsafe"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/rest"
)

// This file and rest_steps.go pack what the Analyzer keeps of a connection when
// its Flow is put to rest.

// companion implements flow.Companion.
type companion struct {
	*Analyzer
	likes  []likeness // of each kind
	copied note       // for folding
}

// likeness is a connection that others of its kind resemble.
type likeness struct {
	note  note // folded
	steps []stepShape
}

var (
	noteLayout, watchedLayout = rest.LayoutOf[note](), rest.LayoutOf[watched]()
	unwatched                 watched
	strange                   likeness // for connections that resemble none
)

// Whatever rests must consist of whole 64-bit words, on 32-bit systems too; otherwise
// this does not compile (rest.LayoutOf).
var _, _ [0]byte = [unsafe.Sizeof(note{}) % 8]byte{}, [unsafe.Sizeof(watched{}) % 8]byte{}

// Plain implements flow.Companion.
func (a *companion) Plain(f *flow.Flow) bool {
	x, y := &f.Half[0], &f.Half[1]
	return a.unread.keeps && settled(x) && settled(y)
}

// Rest implements flow.Companion.
func (a *companion) Rest(f *flow.Flow, kind int, c *rest.Coder, dst []byte) []byte {
	n := a.notes.At(f.Extra)
	a.fold(n, f)
	if kind == len(a.likes) && kind < flow.Kinds {
		a.likes = append(a.likes, likeness{a.copied, a.shapes(n)})
	}
	like := a.like(kind)
	dst = c.AppendWords(dst, noteLayout, rest.Words(&a.copied), rest.Words(&like.note))
	dst = a.appendSteps(dst, f, n, like, c)
	if n.watched != 0 {
		dst = c.AppendWords(dst, watchedLayout, rest.Words(a.watching.At(n.watched)), rest.Words(&unwatched))
	}
	a.dropNote(f.Extra)
	return dst
}

// Forget implements flow.Companion.
func (a *companion) Forget(f *flow.Flow) { a.dropNote(f.Extra) }

// Wake implements flow.Companion.
func (a *companion) Wake(f *flow.Flow, kind int, c *rest.Coder, src []byte) {
	i, n := a.notes.New()
	like := a.like(kind)
	src = c.NextWords(src, noteLayout, rest.Words(n), rest.Words(&like.note))
	n.unfold(f)
	src = a.nextSteps(src, f, n, like, c)
	if a.cfg.Moment != nil {
		w, said := a.watching.New()
		c.NextWords(src, watchedLayout, rest.Words(said), rest.Words(&unwatched))
		n.watched = w
	}
	f.Extra = i
	a.outlive(f)
}

func (a *companion) like(kind int) *likeness {
	if kind < len(a.likes) {
		return &a.likes[kind]
	}
	return &strange
}

// Which numbers in a note lie near which in its Flow: those of the same side, of
// the other side, of the client and the server, and times.
var (
	noteSame = [2][]rest.Near{
		{nearNote("ackOfISN.0", "ISN"), nearNote("rstNxt.0", "Nxt"), nearNote("windows.0.ack", "Nxt")},
		{nearNote("ackOfISN.1", "ISN"), nearNote("rstNxt.1", "Nxt"), nearNote("windows.1.ack", "Nxt")},
	}
	noteOther = [2][]rest.Near{
		{nearNote("firstAck.0", "ISN"), nearNote("finAck.0", "FinEnd")},
		{nearNote("firstAck.1", "ISN"), nearNote("finAck.1", "FinEnd")},
	}
	noteEnds = [2][]rest.Near{
		{nearNote("zeek.ends.0.start", "ISN"), nearNote("zeek.ends.0.last", "Nxt")},
		{nearNote("zeek.ends.1.start", "ISN"), nearNote("zeek.ends.1.last", "Nxt")},
	}
	noteFlow = []rest.Near{
		rest.NearOf[note, flow.Flow]("firstSYN", "Start"),
		rest.NearOf[note, flow.Flow]("waits.talkAt", "Last"),
		rest.NearOf[note, flow.Flow]("waits.ended", "LastPacket"),
		rest.NearOf[note, flow.Flow]("waits.answers.0.Packet", "LastPacket"),
		rest.NearOf[note, flow.Flow]("waits.answers.1.Packet", "LastPacket"),
	}
	noteOwn = []rest.Near{
		rest.NearOf[note, note]("tw.until", "tw.since"),
		rest.NearOf[note, note]("rstLast", "rstAt"),
	}
)

func nearNote(at, to string) rest.Near { return rest.NearOf[note, flow.Half](at, to) }

// fold makes a.copied a copy of n for packing: with distances, and without what is
// packed separately.
func (a *companion) fold(n *note, f *flow.Flow) {
	c := &a.copied
	*c = *n
	c.firstStep, c.lastStep, c.watched = 0, 0, 0
	for s, side := range sides[f.Client] {
		rest.FoldNear(c, &f.Half[s], noteSame[s])
		rest.FoldNear(c, &f.Half[1-s], noteOther[s])
		rest.FoldNear(c, &f.Half[side], noteEnds[s])
	}
	rest.FoldNear(c, f, noteFlow)
	rest.FoldNear(c, c, noteOwn)
}

// unfold reverses the distances.
func (n *note) unfold(f *flow.Flow) {
	for s, side := range sides[f.Client] {
		rest.UnfoldNear(n, &f.Half[s], noteSame[s])
		rest.UnfoldNear(n, &f.Half[1-s], noteOther[s])
		rest.UnfoldNear(n, &f.Half[side], noteEnds[s])
	}
	rest.UnfoldNear(n, f, noteFlow)
	rest.UnfoldNear(n, n, noteOwn)
}
