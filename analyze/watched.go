package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// watched is what must be remembered of a connection to tell a Moment once: what
// was said of it last. It holds no pointer, and exists only where Config.Moment
// is set.
type watched struct {
	has     [2]flow.Has
	states  [2]state.State
	opening saidOpening
	closing saidClosing
	held    [2]bool // TIME-WAIT was told of the side
	cut     bool    // and that a RST cut it short
	unsure  bool    // the opening told is inferred
	again   uint32  // restarts of TIME-WAIT that were told
	bursts  [2]burst
}

// saidOpening is the outcome told, plus 1; 0: none.
type saidOpening uint8

func told(o OpeningOutcome) saidOpening { return saidOpening(o) + 1 }

// saidClosing is the outcome told and by whom; the zero value: none.
type saidClosing struct {
	outcome ClosingOutcome
	by      Side
}

// moments tells what the segment shows to have happened. It runs after
// everything that learns from the segment.
func (a *Analyzer) moments(f *flow.Flow, n *note, seg *wire.Segment, phase label.ID) {
	w := a.watching.At(n.watched)
	a.resends(f, n, w, seg, phase)
	if !n.twRestart && f.Half[0].Has == w.has[0] && f.Half[1].Has == w.has[1] && (phase == label.Data || phase == label.Ack) &&
		f.Half[0].State == w.states[0] && f.Half[1].State == w.states[1] {
		return // most segments: nothing that the outcomes follow from has changed
	}
	a.ackLost(f, w, seg)
	for s := range f.Half {
		w.has[s], w.states[s] = f.Half[s].Has, f.Half[s].State
	}
	at := occasion{packet: seg.Packet, time: seg.Time}
	a.sayOpening(f, n, w, at)
	a.sayClosing(f, n, w, at)
	a.sayTimeWait(f, n, w, seg)
}

// last tells, when a connection is handed over, what only silence shows.
func (a *Analyzer) last(f *flow.Flow, n *note, end Ending) {
	w := a.watching.At(n.watched)
	for _, s := range ends(f) {
		a.endBurst(f, w, s, a.clock, f.LastPacket, end)
	}
	at := occasion{packet: f.LastPacket, time: a.clock, end: end}
	a.sayOpening(f, n, w, at)
	a.sayClosing(f, n, w, at)
}

// ends returns the sides in the order in which simultaneous events of both are
// told.
func ends(f *flow.Flow) []flow.Side {
	if f.Peer(f.Client) == f.Client {
		return sides[f.Client][:1]
	}
	return sides[f.Client][:]
}

var sides = [2][2]flow.Side{{0, 1}, {1, 0}}

// occasion is when and why an outcome is checked. end is set when the
// connection is handed over.
type occasion struct {
	packet uint64
	time   int64
	end    Ending
}

// unfinished reports whether the connection was handed over although more may
// have come: then silence proves nothing.
func (o *occasion) unfinished() bool { return o.end == EndCapture || o.end == EndEvicted }

// openingKinds are the Moments of the outcomes.
var openingKinds = [...]MomentKind{
	OpeningMidstream: MomentMidstream, OpeningComplete: MomentOpened, OpeningSimultaneous: MomentOpened,
	OpeningRefused: MomentRefused, OpeningReset: MomentOpeningReset, OpeningHalfOpen: MomentHalfOpen,
	OpeningUnanswered: MomentUnanswered, OpeningOneWay: MomentOneWay,
}

// sayOpening tells a new outcome of the opening, and takes back the one told
// before.
func (a *Analyzer) sayOpening(f *flow.Flow, n *note, w *watched, at occasion) {
	now := openingOutcome(f, n, &f.Half[f.Client], &f.Half[f.Peer(f.Client)])
	said, next := w.opening, told(now)
	if at.end == EndNone && (now == OpeningHalfOpen || now == OpeningUnanswered || now == OpeningOneWay) {
		if now == OpeningOneWay && said == told(OpeningMidstream) {
			return
		}
		next = 0 // an answer may still come
	}
	if next == said {
		if w.unsure && n.complete {
			a.confirms(f, n, w, at)
		}
		return
	}
	w.opening, w.unsure = next, false
	if said != 0 && !(said == told(OpeningMidstream) && now == OpeningOneWay) {
		a.takesBack(f, openingKinds[said-1], at, NoSide)
	}
	if next == 0 {
		return
	}
	m := a.momentOf(openingKinds[now], f, at.packet, at.time)
	a.soFar(f, n)
	m.Connection, m.End = &a.conn, at.end
	switch m.Kind {
	case MomentMidstream:
		m.By = sideOf(f, firstSender(f))
	case MomentOpened:
		m.Inferred, w.unsure = !n.complete, !n.complete
	case MomentRefused, MomentOpeningReset:
		m.By = sideOf(f, n.rstSide)
	case MomentHalfOpen, MomentUnanswered:
		m.By, m.Inferred = ClientSide, at.unfinished()
	case MomentOneWay:
		m.By, m.Inferred = sideOf(f, firstSender(f)), at.unfinished()
	}
	a.tell(m)
}

// confirms tells that the segment came that completes the handshake of a connection that was
// said to be open by inference.
func (a *Analyzer) confirms(f *flow.Flow, n *note, w *watched, at occasion) {
	w.unsure = false
	m := a.momentOf(MomentConfirmed, f, at.packet, at.time)
	a.soFar(f, n)
	m.Of, m.Connection = MomentOpened, &a.conn
	a.tell(m)
}

// firstSender returns the side that sent the first segment, or the only one that
// sent any.
func firstSender(f *flow.Flow) flow.Side {
	if f.Half[0].Packets == 0 {
		return 1
	}
	return 0
}

// sayClosing tells a new outcome of the close, and takes back the one told before
// where it is not a step on the way to this one. A close by FINs is told when
// both are acknowledged, and a half-close when the FIN is: until then the other
// end may not know of it.
func (a *Analyzer) sayClosing(f *flow.Flow, n *note, w *watched, at occasion) {
	c := &a.closingNow
	*c = Closing{}
	n.closing(f, c)
	now := saidClosing{c.Outcome, c.ActiveCloser}
	x, y := &f.Half[0], &f.Half[f.Peer(0)]
	final := at.end != EndNone
	switch c.Outcome {
	case ClosingReset:
		now.by = c.RstBy
		if w.opening == told(OpeningRefused) || w.opening == told(OpeningReset) {
			now = saidClosing{} // already told as the end of the opening
		}
	case ClosingNormal, ClosingSimultaneous:
		if !final && !(x.Is(flow.FINProved) && y.Is(flow.FINProved)) {
			if w.closing.outcome != ClosingHalfClosed && w.closing != now {
				return
			}
			now = w.closing
		}
	case ClosingHalfClosed:
		first := flow.Side(0)
		if !x.Is(flow.SentFIN) {
			first = 1
		}
		now.by = sideOf(f, first)
		// If only one direction is captured, no proof will ever come; if the
		// other one appears later, the FIN that was told still stands.
		if !final && now != w.closing && !f.Half[first].Is(flow.FINProved) && f.Half[f.Peer(first)].Packets > 0 {
			now = saidClosing{}
		}
	}
	said := w.closing
	if now == said {
		return
	}
	w.closing = now
	if said.outcome != ClosingOpen && !(said.outcome == ClosingHalfClosed && now.outcome != ClosingOpen && now.outcome != ClosingHalfClosed) {
		a.takesBack(f, closingKind(said.outcome), at, said.by)
	}
	if now.outcome == ClosingOpen {
		return
	}
	m := a.momentOf(closingKind(now.outcome), f, at.packet, at.time)
	a.soFar(f, n)
	m.Connection, m.By, m.End = &a.conn, now.by, at.end
	m.Inferred = c.Inferred || final && now.outcome != ClosingReset
	a.tell(m)
}

func closingKind(o ClosingOutcome) MomentKind {
	if o == ClosingHalfClosed {
		return MomentHalfClosed
	}
	return MomentClosed
}

func (a *Analyzer) takesBack(f *flow.Flow, of MomentKind, at occasion, by Side) {
	m := a.momentOf(MomentTakenBack, f, at.packet, at.time)
	m.Of, m.By = of, by
	a.tell(m)
}

// sayTimeWait tells who has entered TIME-WAIT, and what became of it.
func (a *Analyzer) sayTimeWait(f *flow.Flow, n *note, w *watched, seg *wire.Segment) {
	t := &n.tw
	for _, s := range ends(f) {
		side := sideOf(f, s)
		switch {
		case t.held[s] && !w.held[s]:
			m := a.momentOf(MomentTimeWait, f, seg.Packet, seg.Time)
			m.By, m.Until, m.Inferred = side, t.until, f.Half[s].State.IsInferred() || f.Half[s].Is(flow.FINGuessed)
			a.tell(m)
		case w.held[s] && !t.held[s]:
			a.takesBack(f, MomentTimeWait, occasion{packet: seg.Packet, time: seg.Time}, side)
		}
	}
	if t.restarts > w.again {
		m := a.momentOf(MomentTimeWaitRestarted, f, seg.Packet, seg.Time)
		m.By, m.Until, m.Count = sideOf(f, a.facts.From), t.until, uint64(t.restarts)
		a.tell(m)
	}
	if t.cutBy == seg.Packet && !w.cut {
		for _, s := range ends(f) { // a RST may come from either end, and end both
			if t.held[s] {
				m := a.momentOf(MomentTimeWaitOver, f, seg.Packet, seg.Time)
				m.By, m.End = sideOf(f, s), EndReset
				a.tell(m)
			}
		}
	}
	w.held, w.again, w.cut = t.held, t.restarts, t.cutBy != 0
}

// ackLost tells of an ACK that was taken to have arrived but had not: the end
// sends again what it acknowledged.
func (a *Analyzer) ackLost(f *flow.Flow, w *watched, seg *wire.Segment) {
	for _, s := range ends(f) {
		h := &f.Half[s]
		gone := w.has[s] &^ h.Has
		syn := gone&flow.SYNAcked != 0 && h.Is(flow.SentSYN)
		if gone&flow.FINProved != 0 {
			continue // the proof itself was guessed
		}
		if !syn && (gone&flow.FINAcked == 0 || !h.Is(flow.SentFIN)) {
			continue
		}
		m := a.momentOf(MomentAckLost, f, seg.Packet, seg.Time)
		m.By, m.SYN = sideOf(f, s), syn
		a.tell(m)
	}
}

// leaves lets a side leave TIME-WAIT, if it is in it.
func (a *Analyzer) leaves(f *flow.Flow, s flow.Side, packet uint64, at int64, end Ending) {
	h := &f.Half[s]
	if h.State.Base() != state.TimeWait {
		return
	}
	if a.cfg.Moment != nil {
		m := a.momentOf(MomentTimeWaitOver, f, packet, at)
		m.By, m.End, m.Inferred = sideOf(f, s), end, end == EndTimer
		a.tell(m)
	}
	h.State = h.State.After(state.TwoMSL)
}

// reused tells that the connection f begins with the addresses and ports of an
// older one that is remembered, and what that was in.
func (a *Analyzer) reused(f *flow.Flow, from flow.Side, was flow.Class, seg *wire.Segment) {
	if a.cfg.Moment == nil {
		return
	}
	o := a.flow(a.table.Older(f.Ref))
	m := a.momentOf(MomentTupleReused, f, seg.Packet, seg.Time)
	m.By, m.Previous, m.Was = sideOf(f, from), o.Number, was
	if was == flow.TimeWait {
		m.Right = a.notes.At(o.Extra).tw.right
	}
	a.tell(m)
}

// evictedPause is the least capture time between two Moments about evictions:
// in a flood, every new connection evicts one.
const evictedPause = int64(1e9)

// evicted counts a connection given up to make room, and tells of such
// connections from time to time.
func (a *Analyzer) evicted(f *flow.Flow) {
	a.evictions.untold++
	if a.evictions.told && a.clock-a.evictions.at < evictedPause {
		return
	}
	m := a.momentOf(MomentEvicted, f, f.LastPacket, a.clock)
	m.Count = a.evictions.untold
	a.evictions = evictions{told: true, at: a.clock}
	a.tell(m)
}

// evictions are those not told yet.
type evictions struct {
	told   bool
	at     int64
	untold uint64
}

// restEvicted tells, at the end, of the remaining evictions.
func (a *Analyzer) restEvicted() {
	if a.cfg.Moment == nil || a.evictions.untold == 0 {
		return
	}
	a.moment = Moment{Kind: MomentEvicted, Time: a.clock, Count: a.evictions.untold}
	a.evictions.untold = 0
	a.tell(&a.moment)
}
