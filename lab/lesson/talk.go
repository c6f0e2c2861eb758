package lesson

import (
	"net/netip"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// key is a connection's tuple as the client sends it.
type key struct{ client, server netip.AddrPort }

func keyOf(from int, seg *wire.Segment) key {
	k := key{seg.Source(), seg.Destination()}
	if from == 1 {
		k.client, k.server = k.server, k.client
	}
	return k
}

// talk is one connection of a lesson.
type talk struct {
	number int
	isn    [2]wire.Seq // of the SYNs without ACK
	opened [2]bool
	seen   [2]bool // whether the tap at that end saw anything of it
	key    key
	last   *Row           // the latest that was sent
	at     [2]state.State // the end's state by the tap at that end
	sent   [2]numbers
	before *Past // what the tuple was used for before; nil if for nothing
	// asked tells that a SYN or a FIN has arrived at an end which has sent nothing
	// since: the answer is what shows that it moved.
	asked [2]bool
}

// numbers are those of one end.
type numbers struct {
	known bool
	next  wire.Seq // after the highest that was sent
	past  Past     // as they would be for whoever uses the tuple again
	acks  bool
	acked wire.Seq // the highest of the other end's that was acknowledged
}

// talk finds the connection of a segment; a SYN with another ISN begins one.
func (o *observer) talk(from int, seg *wire.Segment) *talk {
	k := keyOf(from, seg)
	t := o.talks[k]
	syn := seg.Flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN
	if t == nil || syn && (t.opened[from] && t.isn[from] != seg.Seq || !t.opened[from] && t.at[from].Base() > state.SynSent) {
		old := t
		t = &talk{number: 1, key: k}
		if old != nil && old.sent[from].known {
			past := old.sent[from].past
			t.before = &past
		}
		for _, other := range o.talks {
			t.number = max(t.number, other.number+1)
		}
		if old != nil && old.at[1-from].Base() != state.Closed {
			t.at[1-from], t.seen[1-from] = old.at[1-from], old.seen[1-from] // it is still in TIME-WAIT, say
		}
		o.talks[k] = t
	}
	if syn {
		t.opened[from], t.isn[from] = true, seg.Seq
	}
	return t
}

// describe copies what is kept of a segment.
func (o *observer) describe(r *Row, t *talk, seg *wire.Segment) {
	x := &o.seen
	r.Connection, r.Window, r.Options = t.number, x.Window, seg.Options
	r.Step = analyze.Step{
		Packet: r.Number, Time: int64(r.At), Seq: seg.Seq, Ack: seg.Ack, Flags: seg.Flags, Len: seg.Len, TSVal: seg.Options.TSVal, Window: seg.Window,
		FromClient: r.From == 0, Phase: phase(x.Labels), Repeated: x.Labels.Has(label.Retransmission), Copy: r.Copy, Acceptable: true,
		ClientState: t.at[0], ServerState: t.at[1],
	}
	if r.Copy {
		return
	}
	if seg.Flags&(wire.SYN|wire.ACK) == wire.SYN {
		r.Before = t.before
	}
	r.Acked = t.sent[r.From].send(seg)
}

// send takes a segment that the end sends into account and returns how many of
// the other end's numbers it is the first to acknowledge, the SYN's aside.
func (n *numbers) send(seg *wire.Segment) (acked uint32) {
	if end := seg.End(); !n.known || end.After(n.next) {
		n.known, n.next = true, end
	}
	n.past.Next = n.next
	if seg.Options.Set.Has(wire.OptTimestamps) {
		n.past.Stamped, n.past.TSVal = true, seg.Options.TSVal
	}
	if !seg.Flags.Has(wire.ACK) || seg.Flags.Has(wire.RST) {
		return 0
	}
	if n.acks && seg.Ack.After(n.acked) {
		acked = uint32(seg.Ack - n.acked)
	}
	if !n.acks || acked > 0 {
		n.acks, n.acked = true, seg.Ack
	}
	return acked
}

// phase returns the one label of the group Phase in a set.
func phase(set label.Set) label.ID {
	for id := label.RST; id < label.Ack; id++ {
		if set.Has(id) {
			return id
		}
	}
	return label.Ack
}
