package stream

import (
	"cmp"

	"tcpwatch/analyze"
)

// deliver hands on what waits in d before limit, up to the first gap that is
// still awaited: a gap that was acknowledged becomes final after a while.
func (v *conversation) deliver(d *direction, limit int64) {
	if len(d.chunks) == 0 || d.begun && limit <= d.next {
		return
	}
	d.busy = true
	for len(d.chunks) > 0 {
		c := d.chunks[0]
		if limit < c.from || limit <= d.due(c.from) {
			break
		}
		if !v.ready(d, c, limit) {
			break
		}
		if len(d.chunks) == 0 || d.chunks[0] != c {
			continue
		}
		if v.begin(d, c.from); len(d.chunks) == 0 || d.chunks[0] != c {
			continue
		}
		if d.next < c.from {
			v.skip(d, c.from, NotCaptured, c.packet, d.ackPacket)
		}
		if limit <= c.from {
			break
		}
		v.hand(d, c, min(c.to, limit), d.ackPacket)
	}
	v.settle(d)
	d.busy = false
}

// ready reports whether the octets of c, which are acknowledged up to limit, may
// be handed on: what its sender had received was handed on, and what is missing
// before it is no longer awaited. Without a SYN, the beginning is missing.
func (v *conversation) ready(d *direction, c *chunk, limit int64) bool {
	switch {
	case d.due(c.from) < c.from:
		if !v.final(d, c.from) {
			return false
		}
	case !d.begun && !d.fixed:
		if !v.final(d, c.from+1) {
			return false
		}
	}
	if limit <= c.from || !c.hasAfter {
		return true
	}
	o := v.other(d)
	if c.doubt == BadChecksum {
		// It was accepted nevertheless: then its acknowledgement counts, too, as
		// far as the rest of the capture confirms it.
		if to := min(c.after, o.seen); to == c.after && to > o.acked {
			o.acked, o.ackPacket, o.anyACK = to, c.packet, true
		}
	}
	return v.ensure(o, c.after)
}

// due returns the number that is handed on next, where octets at number at are
// the first that wait.
func (d *direction) due(at int64) int64 {
	switch {
	case d.begun:
		return d.next
	case d.fixed:
		return d.start
	}
	return at
}

// begin fixes the beginning of d at its first octets, unless a SYN did.
func (v *conversation) begin(d *direction, at int64) {
	if d.begun {
		return
	}
	d.next = d.due(at)
	d.begun, d.start = true, d.next
	d.total.Begun, d.total.FromStart = true, d.fixed
	// Where the SYN was learned late, octets before the first may wait.
	for len(d.chunks) > 0 && d.chunks[0].from < d.start {
		c := d.chunks[0]
		p := c.part()
		p = p.cut(c.from, min(c.to, d.start))
		v.outside(d, &p, BeforeStart)
		if c.to > d.start {
			break
		}
		v.buffer().give(d.pop())
	}
}

// ensure hands on what of o is before number after: the sender of the octets
// that are due, which the other end has accepted, had received it. It reports
// false if some of it is still awaited.
func (v *conversation) ensure(o *direction, after int64) bool {
	limit := min(after, max(o.acked, o.beyond))
	if !o.known || o.begun && limit <= o.next {
		return true
	}
	limit = min(limit, o.fin())
	if o.busy {
		return v.ensureGap(o, limit)
	}
	v.deliver(o, limit)
	if len(o.chunks) > 0 && o.chunks[0].from < limit {
		return o.begun && o.next >= limit
	}
	at, known := o.beginning()
	if o.begun && o.next >= limit || !o.begun && !(known && limit > at) {
		return true
	}
	if limit == o.seen+1 {
		return true // one number that was not captured may as well be the FIN
	}
	if !v.final(o, limit) {
		return false
	}
	if len(o.chunks) == 0 && limit == max(o.acked, o.beyond) && v.mayBeFIN(o) {
		if limit--; limit == o.due(at) {
			return true
		}
	}
	v.begin(o, at)
	v.skip(o, limit, NotCaptured, 0, cmp.Or(o.beyondPacket, o.ackPacket))
	return true
}

// ensureGap is ensure if o waits for the other direction itself: the gap before
// its waiting octets depends on nothing of that.
func (v *conversation) ensureGap(o *direction, limit int64) bool {
	if limit = min(limit, o.chunks[0].from); limit <= o.due(limit) {
		return true
	}
	if !v.final(o, limit) {
		return false
	}
	v.begin(o, limit)
	v.skip(o, limit, NotCaptured, o.chunks[0].packet, o.ackPacket)
	return true
}

// skip hands on a gap from the first number that is due up to to.
func (v *conversation) skip(d *direction, to int64, why Reason, packet, ack uint64) {
	p := Piece{Kind: Gap, Reason: why, Offset: d.next - d.start, Len: to - d.next, Packet: packet, AckPacket: ack}
	d.miss(d.next, to)
	d.next = to
	v.emit(d, &p)
}

// hand hands on the first chunk up to number to, and removes it when nothing is
// left of it.
func (v *conversation) hand(d *direction, c *chunk, to int64, ack uint64) {
	from, why := d.next, NoReason
	if c.doubt == BadChecksum && d.goodSums {
		why = BadChecksum
	}
	if c.doubt == SYNData && ack == 0 {
		why = SYNData
	}
	if c.data == nil {
		v.skip(d, to, Cut, c.packet, ack)
	} else {
		p := Piece{
			Kind: Octets, Reason: why, Offset: from - d.start, Len: to - from, Data: c.data[from-c.from : to-c.from],
			Packet: c.packet, Time: c.time, AckPacket: ack,
		}
		d.next = to
		v.emit(d, &p)
		if c.doubt == AfterRST { // only acknowledged octets with this doubt are handed on
			v.reset = false // the RST was not obeyed
		}
	}
	if to < c.to {
		return
	}
	d.pop()
	v.over(c)
}

// makeRoom makes room in the buffer for n more octets. What was handed on is
// forgotten first; then the direction that has waited longest is handed on
// early.
func (v *conversation) makeRoom(n int) {
	b := v.buffer()
	need := cost(n) + 2*overhead
	for b.used+need > b.most && b.past > 0 {
		b.forget()
	}
	for b.used+need > b.most && b.waiting.first != nil {
		w := b.waiting.first.of.(*direction)
		w.of.press(w, BufferFull)
		for b.past > 0 && b.used+need > b.most {
			b.forget()
		}
	}
}

// press hands on what waits in d without waiting for more: what was acknowledged
// or, if nothing was, its first chunk.
func (v *conversation) press(d *direction, why Reason) {
	c := d.chunks[0]
	v.hurry = true
	v.deliver(d, d.limit())
	v.hurry = false
	if len(d.chunks) > 0 && d.chunks[0] == c {
		v.force(d, why)
	}
}

// force hands on the first chunk of d unconditionally. The gap before it is
// given up, for the reason given.
func (v *conversation) force(d *direction, why Reason) {
	if v.begin(d, d.chunks[0].from); len(d.chunks) == 0 {
		v.settle(d)
		return
	}
	c := d.chunks[0]
	ack := uint64(0)
	switch {
	case max(c.from, d.next) >= d.fin():
		v.dropFirst(d, AfterFIN)
		v.settle(d)
		return
	case d.acked >= c.to:
		ack = d.ackPacket
	case c.doubt != NoReason && !(c.doubt == BadChecksum && !(d.goodSums && d.anyACK)) && !d.wentOn(c):
		d.refused, d.refusedFor = c.to, c.doubt
		v.dropFirst(d, c.doubt)
		v.settle(d)
		return
	}
	if c.hasAfter {
		d.busy = true
		v.ensure(v.other(d), c.after)
		d.busy = false
	}
	if to := min(d.acked, c.from); d.next < to {
		v.skip(d, to, NotCaptured, c.packet, d.ackPacket)
	}
	if d.next < c.from {
		if d.refused > d.next {
			why = d.refusedFor
		}
		v.skip(d, c.from, why, c.packet, 0)
	}
	v.hand(d, c, min(c.to, d.fin()), ack)
	v.settle(d)
}

// wentOn reports whether the octets of c, from a SYN, seem to have been accepted
// although nothing of the other end was captured: their sender went on after
// them, and never sent them again as RFC 7413 §4.2.2 requires if the data was
// refused.
func (d *direction) wentOn(c *chunk) bool {
	return c.doubt == SYNData && !d.anyACK && d.went >= c.to
}

// finish hands on what is left when the connection is over: what was
// acknowledged, and then the rest as it was captured.
func (v *conversation) finish(c *analyze.Connection) {
	v.hurry = true
	for i := range v.way {
		d := &v.way[i]
		v.deliver(d, d.limit())
	}
	why := Unknown
	if c.Evicted {
		why = ClosedEarly
	}
	for {
		d := v.earlier()
		if d == nil {
			break
		}
		v.force(d, why)
	}
	for i := range v.way {
		v.missingEnd(&v.way[i], c)
	}
	v.flushGap()
	for i := range v.way {
		d := &v.way[i]
		d.total.AnyACK = d.anyACK
		d.total.Tuple, d.total.Contradicted = v.tupleOf(d), v.contradicted
		d.total.FromStart = d.fixed && (!d.begun || d.total.FromStart)
		for _, c := range d.past.chunks {
			v.buffer().drop(c)
		}
		d.past = queue{}
	}
}

// earlier returns the direction whose first waiting octets were captured first.
func (v *conversation) earlier() *direction {
	x, y := &v.way[0], &v.way[1]
	switch {
	case len(x.chunks) == 0 && len(y.chunks) == 0:
		return nil
	case len(x.chunks) == 0:
		return y
	case len(y.chunks) == 0 || x.chunks[0].packet <= y.chunks[0].packet:
		return x
	}
	return y
}

// missingEnd hands on the gap after the last octets captured, where a FIN or
// the other end's acknowledgements show that there were more.
func (v *conversation) missingEnd(d *direction, c *analyze.Connection) {
	fin, said := d.fin(), max(d.acked, d.beyond)
	d.total.FIN = len(d.fins) > 0 // fin took off those that were not accepted
	at, known := d.beginning()
	if !d.begun && !known {
		return // nothing tells where it begins
	}
	end := said
	if d.total.FIN {
		end = fin
	} else if c.Closing.Inferred && (said == d.due(at)+1 || said == d.seen+1) || v.mayBeFIN(d) {
		end-- // the last number is taken for the FIN, or may as well be
	}
	if !d.begun && end > at {
		v.begin(d, at)
	}
	if !d.begun || end <= d.next {
		return
	}
	if said > d.next {
		v.skip(d, min(end, said), NotCaptured, 0, cmp.Or(d.beyondPacket, d.ackPacket))
	}
	if d.next < end {
		v.skip(d, end, Unknown, 0, 0)
	}
}

// mayBeFIN reports whether the last number that was acknowledged, if it was not captured, may as well be that of
// the FIN of d, which is no octet (RFC 9293 §3.4): it was acknowledged alone, and the ones before it were not, as
// octets are that are sent one by one, unless the other end has closed, too.
func (v *conversation) mayBeFIN(d *direction) bool {
	return len(d.fins) == 0 && d.step == 1 && (d.before != 1 || len(v.other(d).fins) > 0)
}
