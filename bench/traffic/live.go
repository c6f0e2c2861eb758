package traffic

import (
	"math"
	"math/rand/v2"

	"tcpwatch/capture/wire"
)

// mostLive is how many connections Live can have: as many as there are tuples
// to one server, and no more than an int counts.
const mostLive = min(60_000*250*250, math.MaxInt)

const (
	turnQuestion = 100 // octets
	turnAnswer   = 200
	betweenTurns = 10_000 // nanoseconds from a packet to the next
)

// turns writes n packets of k.live connections that are all open to the end.
// Nothing is remembered of a connection: its numbers follow from its number and
// from how often its turn has come.
func (k Kind) turns(p *printer, n int, r *rand.Rand) error {
	salt := r.Uint64()
	// A step that has no divisor in common with the number of connections
	// reaches each of them once in a round, in no order that a cache could use.
	step := k.live*5/8 | 1
	for common(step, k.live) != 1 {
		step += 2
	}
	var s wire.Segment
	for round, i := 0, 0; ; i++ {
		if i == k.live {
			round, i = round+1, 0
		}
		c := turn{tuple(i*step%k.live, 1), salt, round}
		for part := range c.parts() {
			if p.made.Packets == n {
				return nil
			}
			c.segment(&s, part)
			s.Time = int64(p.made.Packets) * betweenTurns
			if err := p.print(&s); err != nil {
				return err
			}
			if round == 0 && part == 0 {
				p.made.Connections++
			}
		}
	}
}

func common(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// turn is what a connection sends in its turn: in round 0 it opens.
type turn struct {
	ends  wire.Tuple
	salt  uint64
	round int
}

func (t *turn) parts() int {
	if t.round == 0 {
		return 3
	}
	return 2
}

// segment makes one segment of the turn.
func (t *turn) segment(s *wire.Segment, part int) {
	client := wire.Seq(t.number(0))
	server := wire.Seq(t.number(1))
	*s = wire.Segment{Tuple: t.ends, Flags: wire.ACK, Window: 502, TTL: 64, HasIPID: true, DontFragment: true}
	s.IPID = uint16(uint32(client)>>16) + uint16(t.round)
	asked := client.Add(1 + uint32(max(t.round-1, 0))*turnQuestion)
	told := server.Add(1 + uint32(max(t.round-1, 0))*turnAnswer)
	switch {
	case t.round == 0 && part == 0:
		s.Flags, s.Seq, s.Window = wire.SYN, client, 64240
		s.Options = wire.Options{Set: wire.OptMSS | wire.OptWindowScale, MSS: 1460, WindowScale: 7}
	case t.round == 0 && part == 1:
		s.Tuple, s.Flags, s.Seq, s.Ack, s.Window = t.ends.Reverse(), wire.SYN|wire.ACK, server, client.Add(1), 64240
		s.Options = wire.Options{Set: wire.OptMSS | wire.OptWindowScale, MSS: 1460, WindowScale: 7}
	case t.round == 0:
		s.Seq, s.Ack = asked, told
	case part == 0:
		s.Flags, s.Seq, s.Ack, s.Len = wire.ACK|wire.PSH, asked, told, turnQuestion
	default:
		s.Tuple = t.ends.Reverse()
		s.Flags, s.Seq, s.Ack, s.Len = wire.ACK|wire.PSH, told, asked.Add(turnQuestion), turnAnswer
	}
	s.Payload = payload(s.Seq, int(s.Len))
}

// number is the initial sequence number of an end: a mix of the tuple and the
// seed (the finalizer of SplitMix64).
func (t *turn) number(end uint64) uint32 {
	x := t.salt + end + uint64(t.ends.SrcPort)<<16 + uint64(t.ends.Src[14])<<40 + uint64(t.ends.Src[15])<<48
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return uint32(x ^ x>>31)
}
