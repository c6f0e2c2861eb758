// Package listener aggregates the records of connections by the address and
// port that they were opened to: how many attempts were answered and how, how
// long handshakes took, how many were in SYN-RECEIVED at one time, and whether
// that looks like a SYN flood or a full accept queue.
//
// Memory is bounded by the constants below, whatever the capture holds; what
// was given up for that is counted (Table.Dropped).
package listener

import (
	"cmp"
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"slices"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/verdict"
)

// Bounds of a Table.
const (
	// MaxListeners is how many are remembered; beyond it the quarter with
	// the fewest attempts is given up.
	MaxListeners = 1024
	// maxEvents bounds the events waiting to be counted for SYN-RECEIVED,
	// over all listeners; beyond it connections are left out of that count.
	maxEvents = 1 << 18
	// passEvery is the number of connections between two checks of all listeners
	// for due events, unless giveUp has passed: as many as there can be
	// listeners, so that a flood costs one look at one listener for each.
	passEvery = MaxListeners
)

// Heuristics.
const (
	// giveUp is how long a server keeps a connection in SYN-RECEIVED after its
	// last SYN-ACK when nothing more is captured, nanoseconds: what Linux takes
	// with its default of five repetitions, rounded up.
	giveUp = int64(64e9)
	// A flood is reported if floodOpen connections were in SYN-RECEIVED at one
	// time, or floodSilent attempts, half of all, were not answered at all, as
	// when the queue is full or a filter drops them; and fewer than one attempt in
	// floodShare was completed, and the others came from at least floodSources
	// addresses.
	floodOpen    = 100
	floodSilent  = 1000
	floodShare   = 10
	floodSources = 16
)

// Listener aggregates the connections to one address and port. Connections
// captured from the middle or in one direction only are not attempts.
type Listener struct {
	Address netip.AddrPort
	EncapID uint32 // as in analyze.Connection

	Attempts, Completed, Refused, Reset, HalfOpen, Unanswered uint64
	First, Last                                               int64 // when the first and the last attempt began, nanoseconds since 1970
	// SynReceived is how many connections were in SYN-RECEIVED at the end of
	// the capture, MostSynReceived at most at one time; AtLeast is set when
	// some were left out because there were too many to follow.
	SynReceived, MostSynReceived uint64
	AtLeast                      bool
	// NotAccepted counts connections that look as if the accept queue was full
	// (verdict.AcceptQueueFull), including those accepted late; IgnoredSegments counts
	// the client's segments in them that the server left unanswered.
	NotAccepted, IgnoredSegments uint64
	// Handshakes are the times from the first SYN to the segment that completed
	// the handshake, nanoseconds; none if Table.WithoutTimes is set.
	Handshakes Histogram

	open    int64
	events  events
	sources [4]uint64 // of attempts that were not completed, by hash
}

// Flood reports whether the listener was under a SYN flood, by the heuristic
// above.
func (l *Listener) Flood() bool {
	many := l.MostSynReceived >= floodOpen || l.Unanswered >= floodSilent && 2*l.Unanswered >= l.Attempts
	return many && l.Completed*floodShare < l.Attempts && l.Sources() >= floodSources
}

// Sources returns about how many addresses the attempts that were not completed
// came from; counts above 200 are too low.
func (l *Listener) Sources() int {
	n := 0
	for _, w := range l.sources {
		n += bits.OnesCount64(w)
	}
	return n
}

type key struct {
	at    netip.AddrPort
	encap uint32
}

// Table holds the listeners. The zero value is ready for use; it is not safe
// for concurrent use.
type Table struct {
	// WithoutTimes leaves Listener.Handshakes empty, which is faster: their counts are
	// more than a cache holds.
	WithoutTimes bool

	of      map[key]*Listener
	spare   []*Listener // given up; their memory is reused
	pending int         // events of all listeners
	since   int         // connections since the events of all were counted
	passed  int64       // the time up to which they were
	// Dropped counts the listeners given up for others, DroppedAttempts the
	// attempts at them.
	Dropped, DroppedAttempts uint64
}

// Add takes the next record, in the order of connection numbers, with the
// verdicts on it. It keeps nothing of either.
func (t *Table) Add(c *analyze.Connection, verdicts []verdict.Verdict) {
	o := &c.Opening
	if c.Self() {
		return // nobody listens
	}
	if o.SynCount == 0 && o.SynAckCount == 0 || o.Outcome == analyze.OpeningMidstream || o.Outcome == analyze.OpeningOneWay {
		return
	}
	l := t.listener(key{c.Server, c.EncapID})
	if l.Attempts == 0 {
		l.First = c.Start
	}
	l.Attempts++
	l.Last = max(l.Last, c.Start)
	switch o.Outcome {
	case analyze.OpeningComplete, analyze.OpeningSimultaneous:
		l.Completed++
		if took := o.OpenedIn(); took >= 0 && !t.WithoutTimes {
			l.Handshakes.Add(took)
		}
	case analyze.OpeningRefused:
		l.Refused++
	case analyze.OpeningReset:
		l.Reset++
	case analyze.OpeningHalfOpen:
		l.HalfOpen++
	case analyze.OpeningUnanswered:
		l.Unanswered++
	}
	if o.Outcome != analyze.OpeningComplete && o.Outcome != analyze.OpeningSimultaneous {
		n := hash(c.Client.Addr()) % 256
		l.sources[n/64] |= 1 << (n % 64)
	}
	for i := range verdicts {
		if verdicts[i].ID == verdict.AcceptQueueFull {
			l.NotAccepted++
			l.IgnoredSegments += uint64(c.Clues.Ignored)
			switch {
			case c.Clues.Ignored == 0:
				l.IgnoredSegments += uint64(o.SynCount)
			case c.Clues.ServerProved != 0:
				l.IgnoredSegments-- // the server accepted the last of them
			}
		}
	}
	t.synReceived(l, c)
}

// synReceived counts the connection into SYN-RECEIVED from its first SYN-ACK to
// its completion, its RST, or the end of the server's patience.
func (t *Table) synReceived(l *Listener, c *analyze.Connection) {
	// Connections come in the order in which they began, so that none to come
	// enters before this one began.
	t.pending -= l.pass(c.Start)
	t.since++
	var firstSyn, enter, last, leave int64
	for i := range c.Steps {
		switch s := &c.Steps[i]; {
		case s.Phase == label.SYN && firstSyn == 0:
			firstSyn = s.Time
		case s.Phase == label.SynAck && !s.FromClient:
			if enter == 0 {
				enter = s.Time
			}
			last = s.Time
		}
	}
	if enter == 0 {
		return
	}
	leave = last + giveUp
	switch o := &c.Opening; {
	case o.AckPacket != 0 && o.OpenedIn() >= 0 && firstSyn != 0:
		leave = firstSyn + o.Took
	case o.AckPacket != 0:
		leave = last + max(0, o.RTTClient)
	default:
		for i := range c.Steps {
			if s := &c.Steps[i]; s.Packet == c.Closing.RstPacket && s.Phase == label.RST && s.Time >= enter {
				leave = s.Time
			}
		}
	}
	if t.pending+2 > maxEvents && (t.since >= passEvery || c.Start-t.passed >= giveUp) {
		t.passAll(c.Start) // listeners without new connections hold events too
	}
	if t.pending+2 > maxEvents {
		l.AtLeast = true
		return
	}
	t.pending += 2
	l.events.push(event{enter, 1})
	l.events.push(event{max(enter, leave), -1})
}

// pass counts the events up to a time and returns how many those were.
func (l *Listener) pass(now int64) int {
	n := 0
	for len(l.events) > 0 && l.events[0].time <= now {
		e := l.events.pop()
		l.open += int64(e.change)
		l.MostSynReceived = max(l.MostSynReceived, uint64(max(0, l.open)))
		n++
	}
	l.SynReceived = uint64(max(0, l.open))
	return n
}

// passAll counts the events of every listener up to a time.
func (t *Table) passAll(now int64) {
	for _, l := range t.of {
		t.pending -= l.pass(now)
	}
	t.since, t.passed = 0, now
}

func (t *Table) listener(k key) *Listener {
	if l := t.of[k]; l != nil {
		return l
	}
	if t.of == nil {
		t.of = map[key]*Listener{}
	}
	if len(t.of) >= MaxListeners {
		t.makeRoom()
	}
	l := new(Listener)
	if n := len(t.spare); n > 0 {
		l, t.spare = t.spare[n-1], t.spare[:n-1]
		l.Handshakes.clear()
		*l = Listener{Handshakes: l.Handshakes, events: l.events[:0]}
	}
	l.Address, l.EncapID = k.at, k.encap
	t.of[k] = l
	return l
}

// makeRoom gives up the quarter of the listeners that has the fewest attempts.
func (t *Table) makeRoom() {
	list := t.all()
	keep := len(list) * 3 / 4
	partition(list, keep)
	for _, l := range list[keep:] {
		t.Dropped++
		t.DroppedAttempts += l.Attempts
		t.pending -= len(l.events)
		delete(t.of, key{l.Address, l.EncapID})
		t.spare = append(t.spare, l)
	}
}

// partition moves the n that come first by compare to the front, in any order,
// without sorting the rest (quickselect): in a port scan it is called for every
// 256th connection.
func partition(list []*Listener, n int) {
	for len(list) > 1 && n > 0 && n < len(list) {
		pivot := list[rand.IntN(len(list))]
		before, same := 0, 0
		for i, l := range list {
			switch c := compare(l, pivot); {
			case c < 0:
				list[i] = list[before+same]
				list[before+same] = list[before]
				list[before] = l
				before++
			case c == 0:
				list[i], list[before+same] = list[before+same], l
				same++
			}
		}
		switch {
		case n < before:
			list = list[:before]
		case n <= before+same:
			return
		default:
			list, n = list[before+same:], n-before-same
		}
	}
}

// compare puts the listeners with the most attempts first.
func compare(a, b *Listener) int {
	return cmp.Or(cmp.Compare(b.Attempts, a.Attempts), a.Address.Compare(b.Address), cmp.Compare(a.EncapID, b.EncapID))
}

// all returns the listeners in no particular order.
func (t *Table) all() []*Listener {
	list := make([]*Listener, 0, len(t.of))
	for _, l := range t.of {
		list = append(list, l)
	}
	return list
}

// sorted returns the listeners, those with the most attempts first.
func (t *Table) sorted() []*Listener {
	list := t.all()
	slices.SortFunc(list, compare)
	return list
}

// List counts up to the end of the capture and returns the listeners, those
// with the most attempts first; they are the Table's own.
func (t *Table) List(end int64) []*Listener {
	list := t.sorted()
	for _, l := range list {
		t.pending -= l.pass(end)
	}
	return list
}

// hash is FNV-1a of an address.
func hash(a netip.Addr) uint32 {
	n := uint32(2166136261)
	for _, octet := range a.As16() {
		n = (n ^ uint32(octet)) * 16777619
	}
	return n ^ n>>16
}
