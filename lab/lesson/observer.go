package lesson

import (
	"slices"
	"sync"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/order"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
	"tcpwatch/capture/wire"
	"tcpwatch/lab"
)

// observer is the witness of a lesson.
type observer struct {
	tell    func(*Item)
	kernels func(host int) ([]lab.KernelSocket, error)
	now     func() time.Duration

	taps   [2]*analyze.Analyzer
	judged [2][]verdict.Verdict
	seen   analyze.Observation // the last one, of whichever tap
	landed struct {            // between Arriving and Arrived
		moved bool
		key   key
		state state.State
		// row is the Landing; nil where nothing was sent on the connection since the
		// segment that arrives. before are the ends as they were then.
		row, last *Row // last is what was told before it
		before    [2]End
	}

	// earlier is what both kernels said of the latest connection before a program
	// acted last.
	earlier struct {
		key     key
		kernels [2]lab.KernelState
		at      time.Duration
		known   bool
		acting  bool // it acts right now
	}

	mu       sync.Mutex
	changed  *sync.Cond
	talks    map[key]*talk
	current  *talk // the one that had a segment last
	rows     []*Row
	byNumber map[uint64]*Row
	waiting  []*Item // not told, because an earlier one is not complete
	react    []*reaction
	last     time.Duration // when something happened last
	err      error
}

// reaction is something that a program does at once when a segment has arrived.
type reaction struct {
	host int
	name string
	do   func()
}

func newObserver(tell func(*Item)) *observer {
	o := &observer{tell: tell, talks: map[key]*talk{}, byNumber: map[uint64]*Row{}}
	o.changed = sync.NewCond(&o.mu)
	for i := range o.taps {
		var judge verdict.Judge
		inOrder := order.New(func(c *analyze.Connection) { o.judged[i] = append(o.judged[i], judge.Connection(c)...) })
		o.taps[i] = analyze.New(analyze.Config{Packet: func(x *analyze.Observation) { o.seen = *x }, Connection: inOrder.Connection})
	}
	return o
}

// verdicts returns the verdicts at both taps. Nothing may follow it.
func (o *observer) verdicts() [2][]verdict.Verdict {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, t := range o.taps {
		t.Flush()
	}
	return o.judged
}

// look shows the tap at host h a segment that host from sent, and moves that
// host's own state. The other end's state is what this tap infers as long as
// its own tap has seen nothing.
func (o *observer) look(h, from int, t *talk, seg *wire.Segment) {
	o.taps[h].Segment(seg)
	states := [2]state.State{o.seen.ClientState, o.seen.ServerState}
	if o.seen.FromClient != (from == 0) { // this tap saw the server's SYN first
		states[0], states[1] = states[1], states[0]
	}
	t.seen[h], t.at[h] = true, states[h]
	if !t.seen[1-h] {
		t.at[1-h] = states[1-h]
	}
}

// Departed implements lab.Witness.
func (o *observer) Departed(p *lab.Passage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.newRow(p)
	if p.Segment == nil {
		r.Datagram = datagram(p.Data)
	} else {
		t := o.talk(p.From, p.Segment)
		last := t.last
		o.current, t.last, t.asked[p.From] = t, r, false
		o.look(p.From, p.From, t, p.Segment)
		o.describe(r, t, p.Segment)
		r.Labels, r.Cause = o.seen.Labels, o.seen.Cause
		for h := range r.Ends {
			if t.asked[h] && last != nil {
				r.Ends[h] = last.Ends[h] // its kernel may be ahead of what it has sent
				continue
			}
			r.Ends[h] = o.end(h, keyOf(p.From, p.Segment), t.at[h])
		}
	}
	if !p.Lost {
		r.awaited = 1
	}
	o.byNumber[r.Number] = r
	o.add(&Item{At: r.At, Row: r})
}

func (o *observer) newRow(p *lab.Passage) *Row {
	r := &Row{Number: p.Number, At: p.At, From: p.From, Lost: p.Lost, Corrupt: p.Corrupt, Held: p.Held, Copied: p.Copied && !p.Lost, Copy: p.Copy}
	o.rows = append(o.rows, r)
	o.last = p.At
	return r
}

// kernel asks a host's kernel for its socket of a connection, or for the
// listening one if the end is assumed to listen.
func (o *observer) kernel(h int, k key, inferred state.State) lab.KernelState {
	local, remote := k.client, k.server
	if h == 1 {
		local, remote = remote, local
	}
	list, err := o.kernels(h)
	if err != nil && o.err == nil {
		o.err = err
	}
	connection, listener := lab.FindSocket(list, local, remote)
	switch {
	case connection != nil && connection.State != lab.KernelClosed:
		return connection.State
	case listener != nil && inferred.Base() == state.Listen:
		return lab.KernelListen
	}
	return lab.KernelNone
}

// Acting implements lab.Witness.
func (o *observer) Acting() {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.current
	o.earlier.acting, o.earlier.known = true, t != nil
	if t == nil {
		return
	}
	o.earlier.key = t.key
	for h := range o.earlier.kernels {
		o.earlier.kernels[h] = o.kernel(h, t.key, t.at[h])
	}
}

// Acted implements lab.Witness.
func (o *observer) Acted() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.earlier.acting, o.earlier.at = false, o.now()
}

// late is how long a segment sent by a timer of the kernel may take to the
// link.
const late = 5 * time.Millisecond

// end compares an inferred state with a host's kernel. A kernel may delay the
// processing of a segment, so that a different answer is asked for again, for
// some milliseconds at most: the world stands still meanwhile, so the answer can
// only become final. And a segment that a timer sent at the moment when a program
// acted may have been sent before that: then the kernel's state is the previous
// one.
func (o *observer) end(h int, k key, inferred state.State) End {
	e := End{Inferred: inferred}
	for wait := 100 * time.Microsecond; ; wait *= 4 {
		e.Kernel = o.kernel(h, k, inferred)
		if e.Verdict() == Equal || o.err != nil || e.Guessed() {
			return e
		}
		if b := &o.earlier; b.known && b.key == k && (b.acting || o.now()-b.at < late) {
			if was := (End{inferred, b.kernels[h]}); was.Verdict() == Equal {
				return was
			}
		}
		if wait > 7*time.Millisecond {
			return e
		}
		time.Sleep(wait)
	}
}

// Arriving implements lab.Witness.
func (o *observer) Arriving(p *lab.Passage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.landed.moved, o.landed.row = false, nil
	o.last = p.At
	r := o.byNumber[p.Number]
	if p.Copy {
		original := r
		r = o.newRow(p)
		r.Number, r.Arrived, r.Datagram = p.Number, true, original.Datagram
		o.add(&Item{At: r.At, Row: r})
	}
	if p.Segment == nil {
		return
	}
	to := 1 - p.From
	t := o.talk(p.From, p.Segment)
	before := t.at[to]
	t.asked[to] = t.asked[to] || !p.Corrupt && p.Segment.Flags.Any(wire.SYN|wire.FIN)
	o.look(to, p.From, t, p.Segment)
	o.landed.key, o.landed.state, o.landed.moved = keyOf(p.From, p.Segment), t.at[to], t.at[to] != before
	if o.landed.moved && !p.Copy && t.last != r {
		l := *r
		l.At, l.Landing, l.Arrived, l.awaited = p.At, true, true, 1
		o.landed.row, o.landed.before = &l, t.last.Ends
		o.landed.last, t.last = t.last, &l
		o.rows = append(o.rows, &l)
		o.add(&Item{At: l.At, Row: &l})
	}
	if p.Copy {
		o.describe(r, t, p.Segment)
		r.Labels = o.seen.Labels
		for h := range r.Ends {
			r.Ends[h] = o.end(h, keyOf(p.From, p.Segment), t.at[h])
		}
	}
	r.Landed = o.seen.Labels
}

// Arrived implements lab.Witness.
func (o *observer) Arrived(p *lab.Passage, replied bool) {
	o.mu.Lock()
	r := o.byNumber[p.Number]
	if to := 1 - p.From; o.landed.moved && !p.Copy {
		// The segment alone shows the step: no answer has to be waited for. An
		// answer that was given at once may show a further one.
		e, l := o.end(to, o.landed.key, o.landed.state), o.landed.row
		if tells := !replied || e.Verdict() == Equal; tells && l == nil {
			r.Ends[to] = e
		} else if tells {
			l.Ends = o.landed.before
			l.Ends[to], r.landing = e, l
		}
	}
	if l := o.landed.row; l != nil {
		l.awaited = 0
		if r.landing != l {
			o.forget(l)
			if t := o.talks[o.landed.key]; t.last == l {
				t.last = o.landed.last
			}
		}
	}
	r.Arrived = r.Arrived || !p.Copy
	if !p.Copy {
		r.awaited--
	}
	o.release()
	var due []func()
	for i := 0; i < len(o.react); {
		x := o.react[i]
		if x.host == 1-p.From && x.name == r.name() {
			due = append(due, x.do)
			o.react = append(o.react[:i], o.react[i+1:]...)
			continue
		}
		i++
	}
	o.mu.Unlock()
	for _, do := range due {
		// A timer may have sent something between the arrival and this, as an ACK
		// that was put off for no time at all.
		o.Acting()
		do()
		o.Acted()
	}
	o.mu.Lock()
	o.changed.Broadcast()
	o.mu.Unlock()
}

// onArrival registers an action for the arrival of a segment at a host, before
// anything else happens.
func (o *observer) onArrival(host int, name string, do func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.react = append(o.react, &reaction{host, name, do})
}

// forget removes a Landing that shows nothing.
func (o *observer) forget(l *Row) {
	o.rows = slices.DeleteFunc(o.rows, func(r *Row) bool { return r == l })
	o.waiting = slices.DeleteFunc(o.waiting, func(i *Item) bool { return i.Row == l })
}

// add appends to the story; so does say.
func (o *observer) add(i *Item) {
	o.waiting = append(o.waiting, i)
	o.release()
	o.changed.Broadcast()
}

// set tells how the hosts were set up.
func (o *observer) set(s *Set) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.add(&Item{At: o.now(), Setting: s})
}

// underway reports whether anything is on the link that will arrive.
func (o *observer) underway() bool {
	return slices.ContainsFunc(o.waiting, func(i *Item) bool { return i.Row != nil && i.Row.awaited > 0 })
}

func (o *observer) say(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.add(&Item{At: o.now(), Say: text})
}

// release passes on what is complete, in order.
func (o *observer) release() {
	for len(o.waiting) > 0 && (o.waiting[0].Row == nil || o.waiting[0].Row.awaited <= 0) {
		o.tell(o.waiting[0])
		o.waiting = o.waiting[1:]
	}
}

// finish passes on what never became complete.
func (o *observer) finish() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, i := range o.waiting {
		o.tell(i)
	}
	o.waiting = nil
}
