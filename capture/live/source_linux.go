//go:build !pcap

package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/capture"
)

// Source is a capture that continues until its context is done or no interface
// is left. It is a capture.Source for one goroutine.
type Source struct {
	o     Options
	watch *watch
	taken []*taken
	// rings are those of all of taken; with more than one their packets are
	// merged by time.
	rings []*ring
	lent  frame
	tally tally
	now   func() int64 // the clock; tests have their own

	attended int64 // when the interfaces were looked at last
	lost     bool  // no interface is left
	ended    bool

	// stopAt is when the capture ends, in nanoseconds since 1970; later packets
	// are not returned.
	stopAt atomic.Int64
	wake   waker
	stop   func() bool // releases the context
}

var _ capture.Live = (*Source)(nil)

// quiet is how long Next waits before it reports that nothing came. It is also
// how often the interfaces are checked while packets come.
const quiet = 100 * time.Millisecond

// drain is how long after its end a capture may still return earlier packets.
// It takes that long only if more came than could be read. Tests have another.
var drain = time.Second

// Open begins to capture. The error is a *PermissionError if the process lacks
// the permission.
func Open(o Options) (*Source, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	w, err := newWatch()
	if err != nil {
		return nil, err
	}
	s := &Source{o: o, watch: w, now: clock, stop: func() bool { return true }}
	s.stopAt.Store(math.MaxInt64)
	s.tally.init(&s.o)
	if err := s.open(); err != nil {
		s.Close()
		return nil, err
	}
	s.stop = context.AfterFunc(o.Context, s.end)
	return s, nil
}

func (s *Source) open() error {
	if err := s.wake.open(); err != nil {
		return err
	}
	for i, name := range s.o.Interfaces {
		if slices.Contains(s.o.Interfaces[:i], name) {
			continue
		}
		t, err := s.takeInterface(name)
		if t != nil {
			s.taken = append(s.taken, t)
			s.rings = append(s.rings, t.rings...)
		}
		if err != nil {
			return err
		}
	}
	return s.anyUp()
}

// end ends the capture now. It may be called from any goroutine.
func (s *Source) end() {
	s.stopAt.CompareAndSwap(math.MaxInt64, time.Now().UnixNano())
	s.wake.up()
}

// Next returns the next packet. It returns capture.ErrQuiet at least every tenth
// of a second while none comes, and io.EOF at the end; no other error. The octets
// are lent from the ring.
func (s *Source) Next(p *capture.Packet) error {
	for !s.ended {
		r, waiting := s.earliest()
		if r == nil {
			if s.anyFailed() {
				continue
			}
			if err := s.wait(waiting); err != nil {
				return err
			}
			continue
		}
		if at := s.stopAt.Load(); at != math.MaxInt64 && s.over(r, at) {
			break
		}
		if !r.take(&s.lent, s.tally.cooked) {
			s.ringFailed(r)
			continue
		}
		s.give(p)
		if d := s.lent.time - s.attended; d >= int64(quiet) || d < 0 {
			s.attended = s.lent.time
			s.attend()
		}
		return nil
	}
	return io.EOF
}

// over reports whether a capture that ends at a time is over, where r has the next
// packet.
func (s *Source) over(r *ring, at int64) bool {
	if r.time > at {
		s.ended = true
	}
	return s.ended || s.expire()
}

// give fills p with the packet that was taken.
func (s *Source) give(p *capture.Packet) {
	f := &s.lent
	iface := s.tally.find(s, f)
	if s.tally.ethernet[iface] {
		f.tagged()
	}
	f.data = f.data[:min(len(f.data), s.o.Snaplen)]
	*p = capture.Packet{
		Time: f.time, Data: f.data, Length: f.length, Link: s.tally.interfaces[iface].Link, Interface: iface,
	}
	s.tally.count(p)
}

// wait waits for packets, or until a packet that is there is due.
func (s *Source) wait(waiting bool) error {
	if s.expire() {
		return nil
	}
	fds := []unix.PollFd{{Fd: int32(s.wake.fd), Events: unix.POLLIN}, {Fd: int32(s.watch.fd), Events: unix.POLLIN}}
	limit := quiet
	stopping := s.stopAt.Load() != math.MaxInt64
	if waiting || stopping {
		limit = retire / 4
	}
	if stopping {
		fds[0].Fd = -1
	}
	for _, r := range s.rings {
		f := unix.PollFd{Fd: int32(r.fd), Events: unix.POLLIN | unix.POLLERR}
		if waiting && r.left > 0 {
			f.Fd = -1 // what is there already must not end the waiting
		}
		fds = append(fds, f)
	}
	n, err := unix.Poll(fds, int((limit+time.Millisecond-1)/time.Millisecond))
	switch {
	case errors.Is(err, unix.EINTR):
		return nil
	case err != nil:
		return fmt.Errorf("waiting for packets: %w", err)
	case n == 0 && !waiting && !stopping:
		s.attend()
		return capture.ErrQuiet
	}
	troubled := fds[1].Revents != 0
	for i, r := range s.rings {
		if fds[i+2].Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) != 0 {
			// Reading the error clears it; its meaning is seen from the interfaces.
			unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
			troubled = true
		}
	}
	if troubled {
		s.attend()
	}
	return nil
}

// expire ends the capture when its time for returning earlier packets has run
// out.
func (s *Source) expire() bool {
	at := s.stopAt.Load()
	if at == math.MaxInt64 {
		return false
	}
	now := s.now()
	late := now >= at+int64(drain) || now < at-int64(time.Second) // the clock was set back
	if !late && now >= at+int64(2*retire) {
		late = !slices.ContainsFunc(s.rings, func(r *ring) bool {
			if r.ready() {
				return r.time <= at
			}
			return r.filling() // it may have begun before the end
		})
	}
	if late && !s.ended {
		s.ended = true
		s.abandon()
	}
	return late
}

// abandon counts as dropped what came before the end and was not returned.
func (s *Source) abandon() {
	n := uint64(0)
	for _, r := range s.rings {
		for r.ready() && r.time <= s.stopAt.Load() && r.take(&s.lent, s.tally.cooked) {
			r.counts.abandoned++
			n++
		}
	}
	if n > 0 {
		s.o.Note(fmt.Sprintf("%d packets were waiting at the end and are not analysed", n))
	}
}

// anyFailed gives up a ring whose next block cannot be read, if there is one: its socket would end every wait.
func (s *Source) anyFailed() bool {
	for _, r := range s.rings {
		if r.err != nil {
			s.ringFailed(r)
			return true
		}
	}
	return false
}

// ringFailed gives up a ring with invalid content.
func (s *Source) ringFailed(r *ring) {
	s.o.Note(r.err.Error() + ": it is not read on")
	s.rings = slices.DeleteFunc(s.rings, func(x *ring) bool { return x == r })
	if len(s.rings) == 0 {
		s.lost, s.ended = true, true
	}
}

// Lost reports whether the capture has ended because no interface was left.
func (s *Source) Lost() bool { return s.lost }

// Stats returns the counts so far, those of the kernel included. They no longer
// change after Close.
func (s *Source) Stats() capture.Stats {
	for _, t := range s.taken {
		t.count(&s.tally)
	}
	all := s.tally.stats()
	all.End = s.Horizon()
	return all
}

// Close ends the capture. Lent data is invalid afterwards; Stats still works.
func (s *Source) Close() error {
	s.stop()
	if !s.ended || s.stopAt.Load() == math.MaxInt64 {
		// What came after the last packet returned is not known.
		s.stopAt.Store(s.tally.latest(time.Now().UnixNano()))
	}
	s.ended = true
	// The kernel waits some 20 ms for all processors with each socket; beside each other they wait once.
	var closing sync.WaitGroup
	for _, t := range s.taken {
		for _, r := range t.rings {
			closing.Go(r.close)
		}
	}
	closing.Wait()
	for _, t := range s.taken {
		t.count(&s.tally)
	}
	s.wake.close()
	if s.watch.fd >= 0 {
		s.watch.close()
		s.watch.fd = -1
	}
	return nil
}

// waker ends a poll from another goroutine.
type waker struct {
	mu sync.Mutex
	fd int
}

func (w *waker) open() (err error) {
	w.fd, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		w.fd = -1
		return fmt.Errorf("an eventfd cannot be made: %w", err)
	}
	return nil
}

func (w *waker) up() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fd > 0 {
		unix.Write(w.fd, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

func (w *waker) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fd > 0 {
		unix.Close(w.fd)
	}
	w.fd = -1
}
