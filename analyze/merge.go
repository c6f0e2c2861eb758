package analyze

// merger takes the results of all shards in order of their positions, gives the
// connections their numbers, and hands everything on.
type merger struct {
	cfg    Config
	inputs []mergeInput
	free   chan<- *batch // where batches go that are no longer needed

	connections    uint64
	live, mostLive int
}

// mergeInput is what comes from one shard.
type mergeInput struct {
	shard *shard
	head  *chunk // nil: none at hand
	next  int    // item of head
	until uint64 // no item at an entry before it will come any more
	ended bool
	// number is that of the connection of each Ref, next that of the connection
	// that took its tuple, 0 where none did.
	numbers []connectionNumbers
}

type connectionNumbers struct{ own, next uint64 }

// run takes everything until the shards have ended.
func (m *merger) run() {
	for {
		in := m.first()
		if in == nil {
			return
		}
		t := &in.head.items[in.next]
		in.next++
		m.tell(in, t)
	}
}

// first returns the input whose head has the first item of all; nil at the end.
// An input without an item at hand may still get an earlier one.
func (m *merger) first() *mergeInput {
	for {
		var first, empty *mergeInput
		for i := range m.inputs {
			in := &m.inputs[i]
			switch {
			case in.head != nil && in.next < len(in.head.items):
				if first == nil || in.item().before(&first.item().position) {
					first = in
				}
			case in.ended:
			case empty == nil || in.until < empty.until:
				empty = in
			}
		}
		if empty == nil || first != nil && first.item().entry < empty.until {
			return first
		}
		m.receive(empty)
	}
}

func (in *mergeInput) item() *result { return &in.head.items[in.next] }

// receive gives the input's chunk back and waits for the next one.
func (m *merger) receive(in *mergeInput) {
	if c := in.head; c != nil {
		in.head = nil
		b := c.batch
		in.shard.spare <- c
		if b != nil && int(b.released.Add(1)) == len(m.inputs) {
			m.free <- b
		}
	}
	c, ok := <-in.shard.done
	if !ok {
		in.ended = true
		return
	}
	in.head, in.next, in.until = c, 0, c.until
}

// tell hands one result on.
func (m *merger) tell(in *mergeInput, t *result) {
	c := in.head
	switch t.what {
	case begun:
		m.began(in, t)
	case aPacket:
		o := &c.packets[t.index]
		o.Connection = in.numbers[t.ref].own
		m.cfg.Packet(o)
	case anEpisode:
		e := &c.episodes[t.index]
		e.Connection = in.numbers[t.ref].own
		m.cfg.Episode(e)
	case aConnection:
		m.live--
		if m.cfg.Connection == nil {
			return
		}
		n := in.numbers[t.ref]
		r := &c.connections[t.index]
		r.Number = n.own
		if r.TimeWait.ReusedBy != 0 {
			r.TimeWait.ReusedBy = n.next
		}
		m.cfg.Connection(r)
	}
}

// began numbers a connection.
func (m *merger) began(in *mergeInput, t *result) {
	m.connections++
	m.live++
	m.mostLive = max(m.mostLive, m.live)
	for int(t.ref) >= len(in.numbers) {
		in.numbers = append(in.numbers, connectionNumbers{})
	}
	in.numbers[t.ref] = connectionNumbers{own: m.connections}
	if t.older != 0 {
		in.numbers[t.older].next = m.connections
	}
}
