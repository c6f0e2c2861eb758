package stream

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// conversation is one connection with its two streams.
type conversation struct {
	f      *Follower
	number uint64
	tuple  wire.Tuple // of the segments of way[0]
	way    [2]direction
	self   bool // both ends are one, and all is on way[0]
	client int  // index of the client's way
	named  bool // a piece was handed on with it: it stays
	// contradicted is the packet that showed the other end to be the client
	// after that; 0: none.
	contradicted uint64
	reset        bool   // a RST that was acceptable was captured
	now          int64  // the latest time of a segment
	trip         int64  // least time from octets to their acknowledgement; 0: none known
	hurry        bool   // nothing more is waited for
	gap          *Piece // held back, since the next may go on where it ends; nil: none yet
	gapWay       *direction
}

func newConversation(f *Follower, number uint64, tuple wire.Tuple) *conversation {
	v := &conversation{f: f, number: number, tuple: tuple}
	v.self = tuple.Source() == tuple.Destination()
	v.way[0].of, v.way[1].of = v, v
	return v
}

func (v *conversation) buffer() *buffer { return &v.f.buffer }

// other returns the opposite direction: the same one of a socket that is connected with itself.
func (v *conversation) other(d *direction) *direction {
	if v.self {
		return d
	}
	if d == &v.way[0] {
		return &v.way[1]
	}
	return &v.way[0]
}

// segment processes the next segment of the connection: first its payload, then
// its acknowledgement, so that octets covered by an earlier acknowledgement are
// present when later ones are due.
func (v *conversation) segment(o *analyze.Observation) {
	seg := o.Segment
	v.now = max(v.now, seg.Time)
	i := 0
	if seg.Tuple != v.tuple {
		i = 1
	}
	v.roles(i, o)
	x := &v.way[i]
	y := v.other(x)
	if seg.Checksum == wire.ChecksumGood {
		x.goodSums = true
	}
	if o.Stray {
		if !o.Renumbered {
			p := partOf(seg, 0)
			v.outside(x, &p, ForeignNumber)
		}
		return
	}
	damaged := o.Labels.Has(label.BadChecksum) && x.goodSums
	acks := seg.Flags.Has(wire.ACK) && !damaged && !(seg.Flags.Has(wire.RST) && !o.Acceptable)
	if !seg.Flags.Has(wire.RST) {
		v.numbers(x, y, o)
		v.bring(x, y, o, damaged)
	} else if seg.Len > 0 {
		p := partOf(seg, 0)
		if x.known {
			p = partOf(seg, x.extend(seg.Seq))
		}
		v.outside(x, &p, InRST)
	}
	if acks && y.known { // a RST makes no number known, and may have any
		v.acknowledged(x, y, o)
	}
	if seg.Flags.Has(wire.RST) && o.Acceptable && !damaged {
		v.reset = true
	}
	v.deliver(y, y.limit())
	v.deliver(x, x.limit())
}

// roles notes who is the client, if a segment of way i shows it. Once a piece
// was handed on, the roles stay: one direction is one stream under one name.
func (v *conversation) roles(i int, o *analyze.Observation) {
	client := i
	if !o.FromClient {
		client = 1 - i
	}
	switch {
	case client == v.client:
		v.contradicted = 0
	case !v.named:
		v.client = client
	case v.contradicted == 0:
		v.contradicted = o.Segment.Packet
	}
}

// partOf returns what a segment brings, at number from.
func partOf(seg *wire.Segment, from int64) part {
	n := min(len(seg.Payload), int(seg.Len))
	return part{from: from, to: from + int64(n), data: seg.Payload[:n:n], packet: seg.Packet, time: seg.Time}
}

// numbers learns where the streams of both ends begin. Until something was
// handed on that may change: by a SYN with another ISN, or by a client that goes
// on behind one that was not captured.
func (v *conversation) numbers(x, y *direction, o *analyze.Observation) {
	seg := o.Segment
	syn := seg.Flags.Has(wire.SYN)
	x.know(seg.Seq)
	if syn {
		v.reset = false // it is tried again
	}
	if (syn || x.fixed) && !x.begun {
		v.startAt(x, x.extend(seg.Seq)-(o.Seq-1))
	}
	if !seg.Flags.Has(wire.ACK) || y.known {
		return
	}
	y.know(seg.Ack)
	if syn { // it answers the SYN before this number (RFC 9293 §3.5)
		y.fixed, y.start = true, y.ref
	}
}

// startAt fixes the beginning of d at a number. What was sent after another ISN, and
// acknowledged, went nowhere.
func (v *conversation) startAt(d *direction, at int64) {
	if d.fixed && d.start != at {
		v.dropAll(d, SYNData)
		*d = direction{of: v, known: true, ref: at - 1, seen: at - 1, goodSums: d.goodSums, total: d.total}
	}
	d.fixed, d.start = true, at
}

// bring processes the payload and the FIN of a segment.
func (v *conversation) bring(x, y *direction, o *analyze.Observation, damaged bool) {
	seg := o.Segment
	from := x.extend(seg.Seq)
	if seg.Flags.Has(wire.SYN) {
		from++
	}
	end := from + int64(seg.Len)
	if seg.Len > 0 && !v.probe(x, o, from) {
		x.carried = true
		v.payload(x, y, o, from)
	}
	doubt := v.doubt(x, o, from)
	if doubt == NoReason {
		x.went = max(x.went, from)
	}
	sure := !damaged && (doubt == NoReason || doubt == BadChecksum || doubt == SYNData)
	if seg.Flags.Has(wire.FIN) && sure {
		if !(x.fixed && end < x.start) {
			x.addFIN(end)
		}
		end++
	} else if seg.Flags.Has(wire.FIN) && doubt == BadChecksum {
		x.spoilt, x.hasSpoilt = end, true
	}
	x.reach(end, sure)
}

// probe reports whether the segment is a probe whose octet says nothing: one
// that the other end has acknowledged before (RFC 9293 §3.8.4 lets it be
// garbage). An octet that is still awaited was captured late instead: no
// keep-alive comes that soon.
func (v *conversation) probe(x *direction, o *analyze.Observation, from int64) bool {
	return o.Labels.Has(label.KeepAlive) && !v.awaited(x, from) ||
		o.Labels.Has(label.ZeroWindowProbe) && from < x.acked
}

// payload places the captured part of a segment's payload, and notes the part
// that was cut.
func (v *conversation) payload(x, y *direction, o *analyze.Observation, from int64) {
	seg := o.Segment
	p := partOf(seg, from)
	p.doubt = v.doubt(x, o, from)
	p.differs = o.Labels.Has(label.DifferentContent)
	if seg.Flags.Has(wire.ACK) {
		p.after, p.hasAfter = y.extend(seg.Ack), true
	}
	end := from + int64(seg.Len)
	if x.fixed && from < x.start {
		front := p.cut(from, max(from, min(p.to, x.start)))
		v.outside(x, &front, BeforeStart)
		p = p.cut(front.to, p.to)
		if from = x.start; end <= from {
			return
		}
	}
	if edge := x.edge; x.hasEdge && p.doubt == NoReason && p.from < edge && edge < p.to {
		v.place(x, p.cut(p.from, edge))
		p = p.cut(edge, p.to)
		p.doubt = BeyondWindow
	}
	if len(p.data) > 0 {
		v.place(x, p)
	}
	if cut := max(from, p.to); cut < end {
		p.from, p.to, p.data = cut, end, nil
		v.place(x, p)
	}
}

// doubt returns why the receiver may not have taken the octets of a segment.
func (v *conversation) doubt(x *direction, o *analyze.Observation, from int64) Reason {
	seg := o.Segment
	bad := o.Labels.Has(label.BadChecksum)
	switch {
	case seg.Flags.Has(wire.SYN):
		return SYNData
	case !seg.Flags.Has(wire.ACK):
		return NoACK
	case v.reset:
		return AfterRST
	case bad && x.goodSums:
		return BadChecksum
	case x.hasEdge && from >= x.edge && seg.Len > 0 && !o.Labels.Has(label.ZeroWindowProbe):
		return BeyondWindow
	case bad: // or left to the sending NIC: nothing tells yet
		return BadChecksum
	}
	return NoReason
}

// mostSegment is after the last octet that a SYN can carry.
const mostSegment = 1 << 16

// mostWindow is the largest window there is, octets (RFC 7323 §2.3). An
// acknowledgement of more than that beyond what was captured is not believed.
const mostWindow = 1 << 30

// acknowledged processes the acknowledgement and the window of a segment of x.
func (v *conversation) acknowledged(x, y *direction, o *analyze.Observation) {
	seg := o.Segment
	to := y.extend(seg.Ack)
	if !seg.Flags.Has(wire.RST) && v.answersOther(y, to, seg.Flags.Has(wire.SYN)) {
		return
	}
	if to-y.seen > mostWindow || to > y.seen && v.reset {
		return // no window is as large as that; and nothing new is proved after a RST
	}
	if !y.believes(to) {
		return
	}
	was := y.acked
	y.acknowledge(to, x.extend(seg.Seq), seg.Packet)
	v.timeTrip(y, was)
	if y.beyond > 0 || len(y.chunks) > 0 && y.due(y.chunks[0].from) < y.chunks[0].from {
		y.mark(v.now, v.patience())
	}
	if o.WindowScaled && to <= y.seen && !seg.Flags.Has(wire.RST) {
		y.edge = max(y.edge, to+int64(o.Window))
		y.hasEdge = true
	}
	if seg.Flags.Has(wire.SYN) {
		v.refuseSYNData(y, to)
	}
}

// answersOther reports whether an acknowledgement answers another SYN of y than the one captured. If that
// is not y's, y refuses the answer with a RST (RFC 9293 §3.10.7.3): a sender that goes on without SYN, with
// numbers that follow that answer, had it accepted, and y begins there.
func (v *conversation) answersOther(y *direction, to int64, syn bool) bool {
	if !y.fixed || y.begun {
		return false
	}
	if other := to < y.start || to > y.start+mostSegment; syn {
		if y.answered = 0; other {
			y.answered = to
		}
		return other
	}
	if at := y.answered; at != 0 && at <= to && (at > y.start || to < y.start) {
		v.startAt(y, at)
	}
	return false
}

// refuseSYNData drops the payload of a SYN beyond the acknowledgement number of
// the SYN-ACK: the server has not accepted it, and it is sent again (RFC 7413
// §4.2).
func (v *conversation) refuseSYNData(y *direction, to int64) {
	for i := 0; i < len(y.chunks) && y.chunks[i].from < y.start+mostSegment; {
		c := y.chunks[i]
		if c.doubt != SYNData || c.to <= to || y.begun && c.from < y.next {
			i++
			continue
		}
		all := c.part()
		refused := all.cut(max(c.from, to), c.to)
		v.outside(y, &refused, SYNData)
		if c.from < to {
			left := all.cut(c.from, to)
			y.insert(i, 1, v.chunkOf(y, &left))
			i++
		} else {
			y.insert(i, 1)
		}
		v.buffer().give(c)
	}
	v.settle(y)
}

// dropAll hands on everything that waits in d as outside the stream.
func (v *conversation) dropAll(d *direction, why Reason) {
	for len(d.chunks) > 0 {
		v.dropFirst(d, why)
	}
	v.settle(d)
}

// dropFirst hands on the first chunk of d as outside the stream.
func (v *conversation) dropFirst(d *direction, why Reason) {
	c := d.pop()
	p := c.part()
	if d.begun && p.from < d.next {
		p = p.cut(d.next, p.to)
	}
	v.outside(d, &p, why)
	v.buffer().give(c)
}

// settle removes d from the waiting directions if nothing of it waits.
func (v *conversation) settle(d *direction) {
	if len(d.chunks) == 0 {
		v.buffer().waiting.remove(&d.wait)
		if cap(d.array) > 1024 {
			d.queue = queue{} // one burst does not keep its array
		}
	}
}
