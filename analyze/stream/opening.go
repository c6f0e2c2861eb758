package stream

import (
	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// opening is a connection of which only a bare SYN was captured: in a flood or
// a scan there are many. It takes a tenth of a conversation.
type opening struct {
	tuple      wire.Tuple
	seq        wire.Seq
	checksum   wire.Checksum
	fromClient bool
	relative   int64 // seq, as in analyze.Observation
	packet     uint64
	time       int64
}

// opens reports whether a segment is a bare SYN, which says where a stream begins
// and nothing else.
func opens(o *analyze.Observation) bool {
	s := o.Segment
	return s.Flags&(wire.SYN|wire.ACK|wire.RST|wire.FIN) == wire.SYN && s.Len == 0 && !o.Stray
}

// openWith processes the segment of a connection that has no conversation yet,
// and returns the conversation that it needs, or nil.
func (f *Follower) openWith(o *analyze.Observation) *conversation {
	s := o.Segment
	was, known := f.opened[o.Connection]
	switch {
	case opens(o) && !known:
		f.opened[o.Connection] = opening{
			tuple: s.Tuple, seq: s.Seq, checksum: s.Checksum, fromClient: o.FromClient, relative: o.Seq, packet: s.Packet, time: s.Time,
		}
		return nil
	case opens(o) && s.Tuple == was.tuple && s.Seq == was.seq:
		return nil // sent again
	case known:
		return f.converse(o.Connection, &was)
	}
	v := newConversation(f, o.Connection, s.Tuple)
	f.open[o.Connection] = v
	return v
}

// endOpening ends a connection that consists of a SYN only.
func (f *Follower) endOpening(c *analyze.Connection) {
	was, known := f.opened[c.Number]
	if !known {
		return
	}
	delete(f.opened, c.Number)
	if f.cfg.End == nil {
		return
	}
	client, server := Total{Tuple: was.tuple, FromStart: true}, Total{Tuple: was.tuple.Reverse()}
	if !was.fromClient {
		client, server = server, client
	}
	f.cfg.End(c, client, server)
}

// converse makes a conversation from an opening.
func (f *Follower) converse(number uint64, was *opening) *conversation {
	delete(f.opened, number)
	v := newConversation(f, number, was.tuple)
	f.open[number] = v
	v.segment(&analyze.Observation{
		Segment: &wire.Segment{
			Packet: was.packet, Time: was.time, Tuple: was.tuple, Flags: wire.SYN, Seq: was.seq, Checksum: was.checksum,
		},
		Connection: number, FromClient: was.fromClient, Seq: was.relative,
	})
	return v
}
