package capture

import (
	"errors"
	"io"
	"math"
)

// timeline merges several inputs by the time of their next packets.
type timeline struct {
	opener *opener
	meter  *meter
	tally  *tally
	heap   []*node // the node with the earliest packet on top
	failed []error // not yet told: inputs that could not be opened
	end    error
}

// node is one input of a timeline: waiting to be opened, or open with its next
// packet read.
type node struct {
	file   int // index into tally.files, and the order of ties
	target target
	in     *input // nil: waiting
	time   int64  // of the next packet
	head   Packet
	ready  bool // head is read and not given yet
}

func (n *node) before(m *node) bool {
	return n.time < m.time || n.time == m.time && n.file < m.file
}

// openTimeline finds the time of the first packet of every input. Files are
// closed again until they are due; pipes stay open.
func openTimeline(o *opener, paths []string) (Source, error) {
	t := &timeline{opener: o, tally: newTally(make([]FileStats, len(paths)))}
	t.meter = &meter{hook: o.opts.Progress}
	for i, path := range paths {
		where, err := o.locate(path)
		t.tally.files[i].Name = path
		if err != nil {
			t.failed = append(t.failed, err)
			continue
		}
		t.tally.files[i].Name = where.name
		t.meter.expect(where.size)
		t.heap = append(t.heap, &node{file: i, target: where})
	}
	kept := t.heap[:0]
	for _, n := range t.heap {
		if err := t.probe(n); err != nil {
			t.failed = append(t.failed, err)
			t.meter.forget(n.target.size)
			continue
		}
		kept = append(kept, n)
	}
	t.heap = kept
	if err := o.opts.Context.Err(); err != nil {
		t.Close()
		return nil, err
	}
	if len(t.heap) == 0 {
		return nil, errors.Join(t.failed...)
	}
	for i := len(t.heap)/2 - 1; i >= 0; i-- {
		t.down(i)
	}
	return t, nil
}

// probe finds the time of n's first packet. An input without one is read at
// once: what it holds, or what is wrong with it, is then told by Next.
func (t *timeline) probe(n *node) error {
	n.time = math.MinInt64
	if !n.target.regular {
		in, err := t.opener.open(n.target, n.file, t.tally, t.meter, mergedBuffer)
		if err != nil {
			return err
		}
		n.in = in
		return nil
	}
	scratch := newTally(make([]FileStats, 1))
	in, err := t.opener.open(n.target, 0, scratch, nil, probeBuffer)
	if err != nil {
		return err
	}
	defer in.Close()
	if in.next(&n.head) == nil {
		n.time = n.head.Time
		t.tally.spans[n.file].first = n.time
	}
	n.head = Packet{}
	t.tally.files[n.file].Format = scratch.files[0].Format
	return nil
}

// Next gives the earliest packet. While one input stays the earliest, as with
// rotated captures, the heap is only looked at.
func (t *timeline) Next(p *Packet) error {
	if len(t.failed) > 0 {
		err := t.failed[0]
		t.failed = t.failed[1:]
		return err
	}
	for t.end == nil {
		if len(t.heap) == 0 {
			t.end = io.EOF
			t.meter.finish()
			break
		}
		n := t.heap[0]
		if n.ready {
			// Its octets are lent until the next call, which then advances it.
			n.ready = false
			*p = n.head
			t.tally.measure(p, n.in)
			t.tally.count(p, n.in)
			return nil
		}
		if err := t.advance(n); err != nil {
			return err
		}
	}
	return t.end
}

// advance reads the next packet of the top node and puts the node in its place.
// The error is a damage of it or a stop.
func (t *timeline) advance(n *node) error {
	var err error
	if n.in == nil {
		n.in, err = t.opener.open(n.target, n.file, t.tally, t.meter, mergedBuffer)
	}
	if err == nil {
		if err = n.in.next(&n.head); err == nil {
			n.time, n.ready = n.head.Time, true
			t.down(0)
			return nil
		}
	}
	if stop := t.opener.opts.Context.Err(); stop != nil {
		t.end = stop
		return stop
	}
	if n.in != nil {
		n.in.Close()
	}
	t.remove()
	t.tally.ended(n.file)
	if err == io.EOF {
		return nil
	}
	return err
}

// remove removes the top node.
func (t *timeline) remove() {
	last := len(t.heap) - 1
	t.heap[0] = t.heap[last]
	t.heap[last] = nil
	if t.heap = t.heap[:last]; last > 0 {
		t.down(0)
	}
}

// down moves node i to its place below.
func (t *timeline) down(i int) {
	h := t.heap
	n := h[i]
	for {
		c := 2*i + 1
		if c >= len(h) {
			break
		}
		if c+1 < len(h) && h[c+1].before(h[c]) {
			c++
		}
		if n.before(h[c]) {
			break
		}
		h[i] = h[c]
		i = c
	}
	h[i] = n
}

func (t *timeline) Stats() Stats {
	for _, n := range t.heap {
		if n.in != nil {
			n.in.measure()
		}
	}
	return t.tally.stats()
}

func (t *timeline) Close() error {
	var errs []error
	for _, n := range t.heap {
		if n.in != nil {
			errs = append(errs, n.in.Close())
		}
	}
	t.heap = nil
	return errors.Join(errs...)
}
