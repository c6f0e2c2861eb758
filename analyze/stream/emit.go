package stream

import "tcpwatch/capture/wire"

// emit hands on a piece of d. Consecutive gaps with the same reason are joined,
// so one is held back until something else comes.
func (v *conversation) emit(d *direction, p *Piece) {
	if p.Kind == Gap {
		if g := v.gap; v.gapWay == d && g.Reason == p.Reason {
			g.Len += p.Len
			g.AckPacket = p.AckPacket
			return
		}
		v.flushGap()
		if v.gap == nil {
			v.gap = new(Piece)
		}
		*v.gap, v.gapWay = *p, d
		return
	}
	v.flushGap()
	v.pass(d, p)
}

// flushGap hands on the gap that was held back.
func (v *conversation) flushGap() {
	if d := v.gapWay; d != nil {
		v.gapWay = nil
		v.pass(d, v.gap)
	}
}

// pass counts a piece and calls Config.Piece.
func (v *conversation) pass(d *direction, p *Piece) {
	t := &d.total
	v.named = true
	p.Connection, p.FromClient = v.number, d == &v.way[v.client]
	p.Tuple = v.tupleOf(d)
	p.Continues = t.Octets+t.Missing > 0
	switch p.Kind {
	case Octets:
		t.Octets += p.Len
		if p.AckPacket == 0 {
			t.Unacked += p.Len
		}
	case Gap:
		t.Gaps++
		t.Missing += p.Len
		if p.Reason.letGo() {
			t.LetGo += p.Len
		}
	case Conflict:
		t.Conflicts++
	case Outside:
		t.Outside += p.Len
	}
	if v.f.cfg.Piece != nil {
		// The Follower's own piece: a local one, passed to the caller's
		// function, would be allocated on the heap.
		v.f.piece = *p
		v.f.cfg.Piece(&v.f.piece)
		v.f.piece = Piece{}
	}
}

// tupleOf returns the tuple of the segments of d.
func (v *conversation) tupleOf(d *direction) wire.Tuple {
	if d == &v.way[1] {
		return v.tuple.Reverse()
	}
	return v.tuple
}

// outside hands on octets that are not part of the stream.
func (v *conversation) outside(d *direction, p *part, why Reason) {
	if p.from >= p.to {
		return
	}
	q := Piece{Kind: Outside, Reason: why, Offset: p.from - d.start, Len: p.to - p.from, Data: p.data, Packet: p.packet, Time: p.time}
	if why == ForeignNumber || !d.fixed && !d.begun {
		q.Offset = 0
	}
	v.emit(d, &q)
}

// conflict hands on two versions of the same octets.
func (v *conversation) conflict(d *direction, kept, other *part) {
	start := d.start
	if !d.begun && !d.fixed {
		start = d.chunks[0].from
	}
	q := Piece{
		Kind: Conflict, Reason: other.doubt, Offset: other.from - start, Len: other.to - other.from,
		Data: other.data, Packet: other.packet, Time: other.time,
	}
	if kept != nil {
		q.Kept, q.KeptPacket = kept.data, kept.packet
	}
	v.emit(d, &q)
}
