//go:build !pcap

package live

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// taken is an interface being captured, or all of them.
type taken struct {
	name  string // that it was taken by
	now   string // its present name, if it was given another one; "" else
	index int    // of the interface; 0: all of them
	kind  uint16 // ARPHRD_ value
	entry int    // index into the tally's interfaces
	rings []*ring
	state presence
	// refused is the index of an interface of this name that cannot be
	// captured.
	refused int
}

// presence is the state of an interface being captured.
type presence uint8

const (
	present  presence = iota
	shutDown          // there, but down
	vanished
)

// called is what notes call the interface.
func (t *taken) called() string {
	if t.now == "" {
		return t.name
	}
	return t.now + " (captured as " + t.name + ")"
}

// takeInterface begins to capture an interface.
func (s *Source) takeInterface(name string) (*taken, error) {
	t := &taken{name: name}
	var program []unix.SockFilter
	var err error
	cooked := false
	if name == Any {
		var bareToo bool
		program, bareToo, err = s.o.programForAny()
		if err == nil {
			s.noteUnfiltered(bareToo)
		}
	} else {
		d, ok := s.watch.named(name)
		if !ok {
			return nil, fmt.Errorf("%s: there is no such interface", name)
		}
		if withoutIP(d.kind) {
			return nil, fmt.Errorf("%s: this kind of interface carries no IP", name)
		}
		t.index, t.kind = d.index, d.kind
		if !d.up() {
			t.state = shutDown
		}
		_, cooked = linkOf(d.kind)
		program, err = s.o.programFor(d.kind)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t.entry = s.tally.add(t)
	if err := s.ring(t, cooked, program); err != nil {
		var denied *PermissionError
		if errors.As(err, &denied) {
			return t, err
		}
		return t, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// noteUnfiltered names the interfaces from which, with Any, nothing passes a
// filter: see programForAny. bareToo: bare packets may.
func (s *Source) noteUnfiltered(bareToo bool) {
	if s.o.Filter == nil {
		return
	}
	var names []string
	for _, d := range s.watch.devices {
		_, cooked := linkOf(d.kind)
		fits := !cooked && d.kind != unix.ARPHRD_IEEE80211 && d.kind != unix.ARPHRD_IEEE80211_PRISM && d.kind != unix.ARPHRD_IEEE80211_RADIOTAP ||
			bareToo && slices.Contains(bare, d.kind)
		if !fits && !withoutIP(d.kind) {
			names = append(names, d.name)
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		s.o.Note(strings.Join(names, ", ") + ": a filter on all interfaces does not fit this kind: nothing of it is captured, save perhaps by its name")
	}
}

// ring makes t's rings and binds them. Several rings reject everything until
// they have divided the flows among them: before that each would get every
// packet.
func (s *Source) ring(t *taken, cooked bool, program []unix.SockFilter) error {
	first := program
	if s.o.Rings > 1 {
		first = refuseAll
	}
	for range s.o.Rings {
		r, err := newRing(&s.o, cooked, first)
		if err != nil {
			return err
		}
		t.rings = append(t.rings, r)
		if err := r.bind(t.index, !s.o.NotPromiscuous); err != nil {
			return err
		}
	}
	if len(t.rings) == 1 {
		return nil
	}
	if err := share(t.rings); err != nil {
		return err
	}
	for _, r := range t.rings {
		if err := r.attach(program); err != nil {
			return err
		}
	}
	return nil
}

// anyUp returns an error if nothing can come because every interface is down,
// and notes those that are.
func (s *Source) anyUp() error {
	var down []string
	for _, t := range s.taken {
		if t.state != present {
			down = append(down, t.name)
		}
	}
	if len(down) == 0 {
		return nil
	}
	list := strings.Join(down, ", ")
	if len(down) < len(s.taken) {
		s.o.Note(list + ": down; captured when it comes up")
		return nil
	}
	verb := "is"
	if len(down) > 1 {
		verb = "are"
	}
	return fmt.Errorf("%s %s down: nothing can be captured (ip link set %s up)", list, verb, down[0])
}

// attend checks the interfaces, reports what has changed, and captures again
// those that came back.
func (s *Source) attend() {
	if !s.watch.refresh() {
		return
	}
	changed := false
	for _, t := range s.taken {
		if t.index == 0 {
			continue
		}
		if was := t.state; s.look(t) != was {
			changed = true
		}
	}
	s.tally.reused(s.watch)
	if changed && !s.lost && s.left() == 0 {
		s.lost = true
		s.o.Note("no interface is left: the capture ends")
		s.end()
	}
}

// left counts the existing interfaces. One that is down may come up again, and
// its socket stays bound meanwhile.
func (s *Source) left() (n int) {
	for _, t := range s.taken {
		if t.state != vanished {
			n++
		}
	}
	return n
}

// look updates the state of t.
func (s *Source) look(t *taken) presence {
	d, ok := s.watch.devices[t.index]
	ok = ok && !s.watch.removed[t.index]
	if !ok || t.state == vanished {
		if next, found := s.watch.named(t.name); found && next.index != t.refused {
			s.again(t, next)
			return t.state
		}
	}
	if t.state == vanished {
		return t.state
	}
	if ok {
		s.renamed(t, d)
	}
	now := present
	switch {
	case !ok:
		now = vanished
	case !d.up():
		now = shutDown
	}
	if now == t.state {
		return now
	}
	t.state = now
	if s.lost {
		return now // the capture is over: nothing is captured again
	}
	switch now {
	case vanished:
		s.o.Note(t.called() + " is gone")
	case shutDown:
		s.o.Note(t.called() + " went down")
	case present:
		s.o.Note(t.called() + " is up: captured again")
	}
	return now
}

// renamed notes that t has another name. It is still what is captured: packets and counts keep the name
// that it was taken by, as does the file that they are written to.
func (s *Source) renamed(t *taken, d device) {
	was := t.name
	if t.now != "" {
		was = t.now
	}
	if d.name == was || d.name == "" {
		return
	}
	t.now = d.name
	if d.name == t.name {
		t.now = ""
	}
	s.o.Note(fmt.Sprintf("%s is called %s now: its packets go on as those of %s", was, d.name, t.name))
}

// again captures an interface that has come back under a new index. The sockets
// are bound anew, which needs no capability; those that share an interface's
// flows cannot be (packet(7), PACKET_FANOUT), so that new ones are made, if the
// process still may.
func (s *Source) again(t *taken, d device) {
	delete(s.tally.entries, t.index)
	fail := func(why string) {
		t.state, t.refused = vanished, d.index
		s.o.Note(t.name + " is back, but is not captured: " + why)
	}
	if d.kind != t.kind { // its program and its link type would not fit
		fail("it is of another kind")
		return
	}
	if len(t.rings) > 1 {
		fail("with several rings an interface is taken once")
		return
	}
	if err := t.rings[0].bind(d.index, !s.o.NotPromiscuous); err != nil {
		fail(err.Error())
		return
	}
	t.index, t.state, t.now = d.index, present, ""
	if !d.up() {
		t.state = shutDown
		s.o.Note(t.name + " is back, but down")
		return
	}
	s.o.Note(t.name + " is back: captured again")
}

// count updates the kernel's counts of t.
func (t *taken) count(to *tally) {
	var sum counts
	for _, r := range t.rings {
		r.count()
		sum.received += r.counts.received
		sum.dropped += r.counts.dropped + r.counts.abandoned
		sum.abandoned += r.counts.abandoned
		sum.full += r.counts.full
	}
	e := &to.interfaces[t.entry]
	e.Received, e.ReceivedKnown = sum.received, true
	e.Dropped, e.DropsKnown = sum.dropped, true
	e.RingFull, e.Abandoned = sum.full, sum.abandoned
}
