package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/journal"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// route finds the connection that a segment belongs to, or begins one; r is the
// newest of its tuple, 0 if there is none. A tuple may have had several: a SYN begins
// a new one only where the RFC lets it, and a segment that fits only the connection
// before belongs to that.
func (a *Analyzer) route(r flow.Ref, seg *wire.Segment, p *pair) *flow.Flow {
	from := p.from
	if r == 0 {
		return a.begin(p, seg, false)
	}
	f := a.flow(r)
	x := &f.Half[from]
	fresh := false
	switch {
	case seg.Flags.Has(wire.RST):
		// A RST does not begin a connection if there is one.
	case seg.Flags&(wire.SYN|wire.ACK) == wire.SYN:
		fresh = begins(f, x, &f.Half[f.Peer(from)], seg) || a.unchallenged(f, from, seg)
	case seg.Flags.Has(wire.SYN):
		fresh = a.begunUnseen(f, x, &f.Half[f.Peer(from)], seg)
	default:
		y := &f.Half[f.Peer(from)]
		fresh = seg.Len > 0 && finished(classOf(f)) && !fits(f, from, seg) &&
			(!x.Is(flow.Sent) || !inSpace(x, y, seg.Seq)) || // numbers from the sender's own space make it a stray
			seg.SeqLen() > 0 && (x.Has|y.Has)&flow.SentFIN != 0 && a.behindFINs(f, x, y, seg)
	}
	if older := a.table.Older(r); older != 0 && seg.Flags&(wire.SYN|wire.ACK) != wire.SYN {
		if o := a.flow(older); belongs(o, from, seg) && (!belongs(f, from, seg) || livesOn(f, o, from, seg)) {
			a.answeredByOlder(f, from, seg)
			return o
		}
	}
	if fresh {
		return a.begin(p, seg, a.attempt(f))
	}
	return f
}

// pair is the two ends of a segment as the table of flows has them.
type pair struct {
	key  flow.Key
	hash uint32    // of key
	from flow.Side // who sent it
}

// fill sets p to the ends of a tuple without copying: every segment needs it.
func (p *pair) fill(table *flow.Table, t *wire.Tuple) {
	p.from = p.key.Fill(t)
	p.hash = table.Hash(&p.key)
}

// begins reports whether a SYN without ACK opens another connection than f.
func begins(f *flow.Flow, x, y *flow.Half, seg *wire.Segment) bool {
	if x.Is(flow.SentSYN) {
		if x.ISN == seg.Seq {
			return false // retransmitted
		}
		if ended(x) || ended(y) {
			return true
		}
		// A live end answers any SYN with an ACK and goes on (RFC 9293
		// §3.10.7.4), but its peer may have lost its memory and open anew
		// (§3.5.1). Our reading: a SYN outside the old sequence space does that;
		// one inside is a stray until it is answered or the old connection is
		// over. A repeated SYN opens nothing if it is challenged: copies, old
		// duplicates and forged SYNs repeat too (RFC 5961 §4).
		return !x.State.Synchronized() && !x.HasOldSYN || !inSpace(x, y, seg.Seq)
	}
	if classOf(f) == flow.Closed || ended(x) || ended(y) {
		return true
	}
	switch {
	case y.Is(flow.SentSYN): // SYN-ACK before its SYN, or both ends open at once
		return false
	case x.Is(flow.Sent):
		return x.Low != seg.Seq+1 && !inSpace(x, y, seg.Seq)
	case y.Is(flow.SentACK):
		return y.Ack != seg.Seq+1
	}
	return true
}

// unchallenged reports whether a SYN comes again inside the sequence space of f
// after the first retransmission timeout (RFC 6298 §2.1), and the other end
// sent nothing meanwhile: a live end would have challenged it (RFC 5961 §4.2).
// A heuristic: the challenge may be lost before the capture.
func (a *Analyzer) unchallenged(f *flow.Flow, from flow.Side, seg *wire.Segment) bool {
	x, y := &f.Half[from], &f.Half[f.Peer(from)]
	if !x.HasOldSYN || x.OldSYN != seg.Seq || x.State.Base() != state.SynSent {
		return false
	}
	s := &a.notes.At(f.Extra).clues.stray
	return y.LastTime < s.at && seg.Time-s.at >= longRoundTrip
}

// ended reports whether a new SYN finds no connection at this end any more.
func ended(h *flow.Half) bool {
	b := h.State.Base()
	return b == state.Closed || b == state.TimeWait || h.Any(flow.GotRST|flow.SentRST) && b == state.Listen
}

// begunUnseen reports whether a SYN-ACK shows a connection whose SYN was not
// captured, in place of f.
func (a *Analyzer) begunUnseen(f *flow.Flow, x, y *flow.Half, seg *wire.Segment) bool {
	if x.Is(flow.SentSYN) && x.ISN == seg.Seq {
		return false
	}
	if y.Is(flow.SentSYN) {
		if seg.Ack == y.ISN+1 {
			return false
		}
		if y.State.Base() == state.SynSent && y.HasOldSYN && seg.Ack == y.OldSYN+1 {
			return true // the SYN inside the old sequence space was accepted after all
		}
		return classOf(f) == flow.Closed || classOf(f) == flow.TimeWait
	}
	if x.Is(flow.SentSYN) {
		return classOf(f) != flow.Opening
	}
	switch {
	case x.Is(flow.Sent):
		return x.Low != seg.Seq+1
	case y.Is(flow.Sent):
		return y.Low != seg.Ack
	}
	return false
}

// behindFINs reports whether a segment with octets or a FIN shows another connection than f, by numbers that lie behind the FINs: an
// end sends nothing after its FIN (RFC 9293 §3.6), so that it has only one, and nothing behind it is acknowledged. What comes right
// behind a FIN knows the connection. Where one of both numbers does so, the segment may be forged, unless all that was captured are FINs
// and RSTs: such a capture shows no other beginning.
func (a *Analyzer) behindFINs(f *flow.Flow, x, y *flow.Half, seg *wire.Segment) bool {
	if x == y || seg.Checksum == wire.ChecksumBad && x.Is(flow.SumsGood) {
		return false
	}
	n := a.notes.At(f.Extra)
	own := x.Closed() && (seg.Seq.After(x.FinEnd) || seg.Flags.Has(wire.FIN) && seg.End().Before(x.FinEnd))
	other := seg.Flags.Has(wire.ACK) && y.Closed() && seg.Ack.After(y.FinEnd)
	if own && other {
		return !n.renumbered.answered
	}
	return (own || other) && uint64(n.labels[label.FIN])+uint64(n.labels[label.RST]) == x.Packets+y.Packets
}

// inSpace reports whether s lies in the sequence space that x has used or may
// use next: from its first number up to the window that y gave it.
func inSpace(x, y *flow.Half, s wire.Seq) bool {
	low := x.Low
	if x.Nxt.Diff(low) < 0 {
		low = x.Nxt - 1<<31 // beyond 2 GiB the distance would wrap
	}
	room := max(y.ScaledWindow(y.Window, false), 1<<16-1)
	return s.In(low, x.Nxt.Add(room))
}

// fits reports whether a segment's numbers belong to the sequence spaces of f.
func fits(f *flow.Flow, from flow.Side, seg *wire.Segment) bool {
	x, y := &f.Half[from], &f.Half[f.Peer(from)]
	if x.Is(flow.Sent) && !inSpace(x, y, seg.Seq) {
		return false
	}
	if !seg.Flags.Has(wire.ACK) || !y.Is(flow.Sent) {
		return true
	}
	return inSpace(y, x, seg.Ack)
}

// belongs is a stricter fits, without allowance for missed segments: the
// segment acknowledges nothing that was not seen, and its number, if it has no
// payload, was used before. It decides between two connections of one tuple.
func belongs(f *flow.Flow, from flow.Side, seg *wire.Segment) bool {
	x, y := &f.Half[from], &f.Half[f.Peer(from)]
	if x.Is(flow.Sent) && (seg.Seq.Before(x.Low) || seg.Len == 0 && seg.Seq.After(x.Nxt)) {
		return false
	}
	if seg.Flags.Has(wire.ACK) && y.Is(flow.Sent) && (seg.Ack.Before(y.Low) || seg.Ack.After(y.Nxt)) {
		return false
	}
	return fits(f, from, seg)
}

// livesOn reports whether the sender of the SYN that began f goes on in the connection
// before, o, which it had not closed: f is no more than that SYN, and the segment does not
// come next after it, as the first of a client does (RFC 9293 §3.10.7.3), but where o stands.
// Then the SYN was an old duplicate or forged (RFC 5961 §4).
func livesOn(f, o *flow.Flow, from flow.Side, seg *wire.Segment) bool {
	x, y := &f.Half[from], &f.Half[f.Peer(from)]
	was, peer := &o.Half[from], &o.Half[o.Peer(from)]
	return seg.Flags.Has(wire.ACK) && x.Is(flow.SentSYN) && x.Nxt == x.ISN+1 && !y.Is(flow.Sent) && seg.Seq != x.Nxt &&
		was.HasOldSYN && peer.Is(flow.Sent) && !over(peer) && !seg.Seq.After(was.Nxt)
}

// attempt reports whether f is no more than a SYN that did not end the previous connection:
// a series of SYNs with changing numbers (RFC 5961 §4) must not put that connection out of
// reach.
func (a *Analyzer) attempt(f *flow.Flow) bool {
	x, y := &f.Half[f.Client], &f.Half[f.Peer(f.Client)]
	older := a.table.Older(f.Ref)
	if older == 0 || !x.Is(flow.SentSYN) || x.Nxt != x.ISN+1 || x.Is(flow.SentACK) || y.Is(flow.Sent) {
		return false
	}
	o := a.flow(older)
	peer := &o.Half[o.Peer(f.Client)]
	return !finished(classOf(o)) && peer.State.Synchronized() && !over(peer)
}

// begin opens a connection at a segment. past is set if the newest one of its tuple
// is an attempt.
func (a *Analyzer) begin(p *pair, seg *wire.Segment, past bool) *flow.Flow {
	from := p.from
	a.room()
	r, f := a.table.New(&p.key, p.hash, past)
	f.Number = a.stats.Connections + 1
	a.start(f, from, seg)
	if a.unread.beside && journal.Opens(seg) {
		a.table.Beside(f, from, seg)
	}
	if older := a.table.Older(r); older != 0 {
		was := a.table.Class(older)
		a.succeeded(f, from, seg)
		a.reused(f, from, was, seg)
	}
	a.begun(r)
	return f
}

// room makes room for a connection if there is none.
func (a *Analyzer) room() {
	if a.table.Len() >= a.cfg.MaxConnections {
		a.makeRoom()
	}
	if a.shard != nil {
		a.shard.makeRoom()
	}
}

// begun counts a connection that is new in the table.
func (a *Analyzer) begun(r flow.Ref) {
	a.stats.Connections++
	a.stats.MostLive = max(a.stats.MostLive, a.table.Len())
	if a.shard != nil {
		a.shard.began(r)
	}
}

// start begins the analysis of a connection at its first segment, and decides who is
// the client.
func (a *Analyzer) start(f *flow.Flow, from flow.Side, seg *wire.Segment) {
	f.Extra = a.newNote()
	f.FirstPacket, f.Start = seg.Packet, seg.Time
	switch {
	case seg.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN:
		f.Client, f.RolesKnown = from, true
	case seg.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN|wire.ACK:
		f.Client, f.RolesKnown = f.Peer(from), true
	default:
		f.Client = guessClient(f, from, seg)
	}
}

// guessClient names the client of a connection whose handshake was not
// captured. It uses a heuristic: servers listen on low ports, and a RST with
// ACK and sequence number 0 answers a SYN (RFC 9293 §3.5.2).
func guessClient(f *flow.Flow, from flow.Side, seg *wire.Segment) flow.Side {
	if seg.Flags.Has(wire.RST|wire.ACK) && seg.Seq == 0 {
		return f.Peer(from)
	}
	switch k := &f.Key; {
	case k.Port[0] > k.Port[1]:
		return 0
	case k.Port[0] < k.Port[1]:
		return 1
	}
	return from
}
