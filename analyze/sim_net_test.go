package analyze_test

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"strings"

	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// simPlan is what a run is like; everything in it follows from the seed.
type simPlan struct {
	seed                     uint64
	lossBefore, lossBehind   float64 // of segments, before the tap and after it
	dup                      float64 // of copies, on either side of the tap
	unseen                   float64 // delivered, but not captured
	jitter                   int64   // up to which a copy is late; 0 keeps the order
	split                    float64 // share of the way from end 0 to the tap
	startAt                  int64   // what passes earlier is not captured
	blind                    int     // the direction that is not captured; -1: none
	simultaneous, refuse     bool
	ids, stamps              bool // IP identifications that rise, timestamps
	writes                   [2]int
	closeAt, abortAt, dallyA [2]int64 // -1: never; dallyA: CLOSE so long after the peer's FIN
}

// simCopy is one copy of a segment on its way.
type simCopy struct {
	sending   int // copies of one transmission have the same number
	from      int
	seg       wire.Segment
	sent, tap int64
	captured  int   // index among the captured ones; -1: not captured
	arrived   int64 // -1: lost
	taken     bool  // its ACK field was read, or its RST obeyed
	moved     bool  // it changed the state of the end
}

type simEvent struct {
	at int64
	n  int // events at the same time keep their order
	do func()
}

type simQueue []simEvent

func (q simQueue) Len() int { return len(q) }
func (q simQueue) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].n < q[j].n
}
func (q simQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *simQueue) Push(x any)   { *q = append(*q, x.(simEvent)) }
func (q *simQueue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

// simNet joins two ends by a path with a tap on it.
type simNet struct {
	plan   simPlan
	rnd    *rand.Rand
	now    int64
	n      int
	queue  simQueue
	end    [2]*simEnd
	copies []*simCopy
	tapped []*simCopy // those captured, in order

	sendings int
	last     [4]int64 // when the last copy left each stretch of the path
	nextID   [2]uint16
}

const (
	simDelay   = int64(20e6)  // one way
	simHorizon = int64(180e9) // below the analysis's timeouts
	simStart   = int64(1.7e18)
)

func (n *simNet) after(d int64, do func()) {
	n.n++
	heap.Push(&n.queue, simEvent{n.now + d, n.n, do})
}

func (n *simNet) chance(p float64) bool { return p > 0 && n.rnd.Float64() < p }

// travel lets a copy pass a stretch of the path: before the tap or after it,
// one for each direction.
func (n *simNet) travel(stretch int, share float64, do func()) {
	at := n.now + int64(share*float64(simDelay)) + 1000
	if n.plan.jitter > 0 {
		at += n.rnd.Int64N(n.plan.jitter)
	} else {
		at = max(at, n.last[stretch]+1000)
	}
	n.last[stretch] = at
	n.after(at-n.now, do)
}

// transmit sends a segment on its way from one end.
func (n *simNet) transmit(from int, seg wire.Segment) {
	seg.Tuple = simTuple(from)
	share := n.plan.split
	if from == 1 {
		share = 1 - share
	}
	n.identify(from, &seg)
	n.sendings++
	times := 1
	if n.chance(n.plan.dup) {
		times = 2
	}
	for range times {
		c := &simCopy{sending: n.sendings, from: from, seg: seg, sent: n.now, captured: -1, arrived: -1}
		n.copies = append(n.copies, c)
		if n.chance(n.plan.lossBefore) {
			continue
		}
		n.travel(from, share, func() { n.pass(c, 1-share) })
	}
}

// identify gives the segment what tells transmissions apart.
func (n *simNet) identify(from int, seg *wire.Segment) {
	if n.plan.ids {
		n.nextID[from]++
		seg.HasIPID, seg.IPID = true, n.nextID[from]
	}
	if n.plan.stamps {
		seg.Options = wire.Options{Set: wire.OptTimestamps, TSVal: uint32(n.now/1e6) + 1000}
	}
}

// pass is the moment at the tap.
func (n *simNet) pass(c *simCopy, rest float64) {
	c.tap = n.now
	if n.now >= n.plan.startAt && c.from != n.plan.blind && !n.chance(n.plan.unseen) {
		c.captured = len(n.tapped)
		n.tapped = append(n.tapped, c)
	}
	if n.chance(n.plan.lossBehind) {
		return
	}
	times := 1
	if n.chance(n.plan.dup) {
		times = 2
	}
	for range times {
		n.travel(2+c.from, rest, func() {
			seg, e := c.seg, n.end[1-c.from]
			before := e.st
			taken := e.receive(&seg)
			c.moved = c.moved || e.st != before
			c.arrived = max(c.arrived, n.now)
			c.taken = c.taken || taken
		})
	}
}

// peerClosed is the application's answer to the other end's FIN.
func (n *simNet) peerClosed(e *simEnd) {
	if d := n.plan.dallyA[e.side]; d >= 0 {
		n.after(d, e.close)
	}
}

func simTuple(from int) wire.Tuple {
	t := wire.Tuple{
		Src: wire.AddrFrom4([4]byte{192, 0, 2, 1}), Dst: wire.AddrFrom4([4]byte{198, 51, 100, 1}),
		SrcPort: 40000, DstPort: 80,
	}
	if from == 1 {
		t = t.Reverse()
	}
	return t
}

// run lets everything happen.
func (n *simNet) run() {
	p := &n.plan
	for i := range n.end {
		e := &simEnd{net: n, side: i, st: state.Closed, rto: simRTO, got: map[wire.Seq]bool{}, iss: wire.Seq(n.rnd.Uint32())}
		n.end[i], n.nextID[i] = e, uint16(1000*i)
		if i == 1 && !p.refuse {
			e.st = state.Listen
		}
		e.note()
	}
	n.after(0, n.end[0].open)
	if p.simultaneous {
		n.after(n.rnd.Int64N(2*simDelay), n.end[1].open)
	}
	for i, e := range n.end {
		for range p.writes[i] {
			n.after(n.rnd.Int64N(int64(500e6)), func() { e.write(uint32(1 + n.rnd.IntN(3*simMSS))) })
		}
		if p.closeAt[i] >= 0 {
			n.after(p.closeAt[i], e.close)
		}
		if p.abortAt[i] >= 0 {
			n.after(p.abortAt[i], e.abort)
		}
	}
	for len(n.queue) > 0 && n.queue[0].at < simHorizon {
		e := heap.Pop(&n.queue).(simEvent)
		n.now = e.at
		e.do()
	}
	for i, c := range n.tapped {
		c.seg.Packet, c.seg.Time = uint64(i+1), simStart+c.tap
	}
}

// trace tells the run for a failure message.
func (n *simNet) trace(told []simTold) string {
	var b strings.Builder
	fmt.Fprintf(&b, "plan %+v\n", n.plan)
	for i, c := range n.tapped {
		s := &c.seg
		e, o := n.end[c.from], n.end[1-c.from]
		fate := "lost"
		if c.arrived >= 0 {
			fate = fmt.Sprintf("arrived %.3f taken %v", float64(c.arrived)/1e9, c.taken)
		}
		fmt.Fprintf(&b, "%3d %8.3f %c>%c %-8v seq %d len %d ack %d  %s", i+1, float64(c.tap)/1e9,
			'A'+rune(c.from), 'B'-rune(c.from), s.Flags, s.Seq-e.iss, s.Len, s.Ack-o.iss, fate)
		if i < len(told) {
			fmt.Fprintf(&b, " | %v %v %v", told[i].labels, told[i].st[0], told[i].st[1])
		}
		b.WriteByte('\n')
	}
	for _, c := range n.copies {
		if c.captured < 0 {
			fmt.Fprintf(&b, "    not captured: sent %.3f from %c %v seq %d len %d ack %d arrived %d\n", float64(c.sent)/1e9,
				'A'+rune(c.from), c.seg.Flags, c.seg.Seq-n.end[c.from].iss, c.seg.Len, c.seg.Ack-n.end[1-c.from].iss, c.arrived)
		}
	}
	for _, e := range n.end {
		fmt.Fprintf(&b, "%c:", 'A'+rune(e.side))
		for _, m := range e.moves {
			fmt.Fprintf(&b, " %.3f %v/%d", float64(m.at)/1e9, m.st, m.una-e.iss)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
