package stream_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"tcpwatch/analyze/stream"
	"tcpwatch/capture/wire"
)

// simTalk is a talk of two ends in turns, with what became of it: each sends a
// message, in segments, when it has the other's last one. Segments are lost in
// front of the tap and after it and sent again, cut anew; copies pass, and
// the tap holds some back after others, also after the acknowledgement of them.
type simTalk struct {
	talk
	r     *rand.Rand
	truth [2][]byte // what each end sent
	acked [2]int64  // of it, what the other has
	turns []simTurn
	// unseen are octets that were delivered and never captured.
	unseen [2][]bool
	late   []simLate // what the tap holds back
}

// simLate is a packet that is captured after so many others.
type simLate struct {
	simCopy
	after int
}

// simTurn is a message: octets of an end, sent when it had so many of the other.
type simTurn struct {
	from     int
	at, upon int64
}

type simCopy struct {
	from     int
	seq, ack int64
	data     []byte
}

func newSimTalk(seed uint64, blind float64) *simTalk {
	s := &simTalk{r: rand.New(rand.NewPCG(seed, 5))}
	s.isn = [2]wire.Seq{wire.Seq(s.r.Uint32()), wire.Seq(s.r.Uint32())}
	s.open()
	s.add(1, wire.ACK, 1, 1, nil)
	for turn := range 2 + s.r.IntN(8) {
		from := turn % 2
		s.turns = append(s.turns, simTurn{from, int64(len(s.truth[from])), int64(len(s.truth[1-from]))})
		message := make([]byte, 1+s.r.IntN(400))
		for i := range message {
			message[i] = byte(s.r.Uint32())
		}
		s.truth[from] = append(s.truth[from], message...)
		s.unseen[from] = append(s.unseen[from], make([]bool, len(message))...)
		s.send(from, blind)
	}
	for len(s.late) > 0 {
		s.pass(nil)
	}
	return s
}

// send delivers what end from has to send.
func (s *simTalk) send(from int, blind float64) {
	end := int64(len(s.truth[from]))
	have := make([]bool, end)
	captured := make([]bool, end)
	for s.acked[from] < end {
		for at := s.acked[from]; at < end; {
			n := min(1+s.r.Int64N(60), end-at)
			c := simCopy{from, at, s.acked[1-from], s.truth[from][at : at+n]}
			delivered := s.r.IntN(4) > 0
			if s.r.IntN(4) > 0 && s.r.Float64() >= blind { // it comes to the tap, which sees it
				s.pass(&c)
				for i := at; i < at+n; i++ {
					captured[i] = true
				}
				if s.r.IntN(8) == 0 {
					s.pass(&c)
				}
			} else if delivered && blind == 0 {
				delivered = false // lost before the tap
			}
			if delivered {
				for i := at; i < at+n; i++ {
					have[i] = true
				}
			}
			at += n
			if s.r.IntN(6) == 0 {
				at = max(at-s.r.Int64N(40), s.acked[from]) // overlapping
			}
		}
		for s.acked[from] < end && have[s.acked[from]] {
			i := s.acked[from]
			s.unseen[from][i] = !captured[i]
			s.acked[from]++
		}
		if s.r.IntN(3) > 0 || s.acked[from] == end { // not every ACK is captured
			s.pass(&simCopy{1 - from, int64(len(s.truth[1-from])), s.acked[from], nil})
		}
	}
}

// pass lets a packet pass the tap, which holds some of them back.
func (s *simTalk) pass(c *simCopy) {
	if c != nil && c.data != nil && s.r.IntN(6) == 0 {
		s.late = append(s.late, simLate{*c, 1 + s.r.IntN(8)})
		return
	}
	if c != nil {
		s.add(c.from, wire.ACK, c.seq+1, c.ack+1, c.data)
	}
	s.late = slices.DeleteFunc(s.late, func(l simLate) bool { return l.after == 0 })
	for i := range s.late {
		if l := &s.late[i]; l.after > 0 {
			if l.after--; l.after == 0 {
				s.add(l.from, wire.ACK, l.seq+1, l.ack+1, l.data)
			}
		}
	}
}

// TestTalks: where the tap sees all that is delivered, both streams come back
// whole, and no message before the one that it answers. Where it misses
// some, what comes back is true, and what is missing is in gaps.
func TestTalks(t *testing.T) {
	seeds := uint64(1500)
	if testing.Short() {
		seeds = 200
	}
	for _, blind := range []float64{0, 0.1} {
		for seed := range seeds {
			s := newSimTalk(seed, blind)
			if why := checkTalk(t, s, blind > 0); why != "" {
				told, _ := follow(s.segs, stream.Config{}, nil)
				for _, g := range s.segs {
					t.Logf("%d from %d seq %d ack %d len %d", g.Packet, g.SrcPort, g.Seq-s.isn[0], g.Ack-s.isn[1], g.Len)
				}
				t.Fatalf("seed %d, missed %.1f: %s\nturns %v\n%v", seed, blind, why, s.turns, told)
			}
		}
	}
}

// mayEndInFIN reports whether the last number before upon of an end may as well be that of a FIN: it was not captured, but
// the one before it was, or had been acknowledged without it.
func (s *simTalk) mayEndInFIN(end int, upon int64) bool {
	if upon == 0 || !s.unseen[end][upon-1] {
		return false
	}
	return upon == 1 || !s.unseen[end][upon-2] || slices.ContainsFunc(s.segs, func(g wire.Segment) bool {
		return g.Tuple == ends[1-end] && int64(g.Ack-s.isn[end]) == upon
	})
}

func checkTalk(t *testing.T, s *simTalk, blind bool) (why string) {
	var next [2]int64
	var back [2][]byte
	var missing [2][]bool
	follow(s.segs, stream.Config{}, func(p *stream.Piece) {
		from := 0
		if !p.FromClient {
			from = 1
		}
		switch p.Kind {
		case stream.Octets:
			back[from] = append(back[from], p.Data...)
			missing[from] = append(missing[from], make([]bool, p.Len)...)
		case stream.Gap:
			if p.Offset+p.Len > int64(len(s.truth[from])) {
				why = "a gap beyond the end: " + tell(p)
				return
			}
			back[from] = append(back[from], s.truth[from][p.Offset:p.Offset+p.Len]...)
			missing[from] = append(missing[from], slices.Repeat([]bool{true}, int(p.Len))...)
			if !blind {
				why = tell(p)
			}
		case stream.Conflict:
			why = tell(p)
			return
		default:
			return
		}
		for _, turn := range s.turns {
			upon := turn.upon
			if blind && turn.from == from && s.mayEndInFIN(1-from, upon) {
				upon--
			}
			if turn.from == from && p.Offset+p.Len > turn.at && p.Kind == stream.Octets && next[1-from] < upon {
				why = fmt.Sprintf("%s answers what was not handed on yet: %d of %d", tell(p), next[1-from], turn.upon)
			}
		}
		next[from] += p.Len
	})
	for i := range back {
		if n := len(s.truth[i]) - 1; blind && len(back[i]) == n && s.unseen[i][n] {
			back[i] = append(back[i], s.truth[i][n]) // one number may as well be a FIN
		}
		if why == "" && !bytes.Equal(back[i], s.truth[i]) {
			why = fmt.Sprintf("end %d: %d octets of %d, or others", i, len(back[i]), len(s.truth[i]))
		}
		for k, m := range missing[i] {
			if why == "" && k < len(s.unseen[i]) && s.unseen[i][k] && !m {
				why = fmt.Sprintf("end %d: octet %d was never captured", i, k)
			}
		}
	}
	return why
}
