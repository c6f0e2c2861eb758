package lab

import (
	"errors"
	"fmt"
	"time"

	"tcpwatch/capture/wire"

	"golang.org/x/sys/unix"
)

// forwarder is the link: one thread that reads what both hosts send, decides,
// waits and delivers. One thread, so that the order at each tap is the order of
// events.
type forwarder struct {
	hosts [2]*host
	dir   [2]*direction // by sender
	taps  [2]*tap
	book  *ledger
	queue schedule
	pool  pool
	start time.Time
	stop  int // an eventfd that ends the loop

	walker wire.Walker
	buffer [65536]byte
	// latest is the most that a delivery came late, by waiting behind others or
	// because the machine was busy; stall the longest time that the thread did
	// not run when it should have; widest is the longest packet a host sent.
	latest, stall int64
	last          int64 // when the clock was read last
	widest        int
	seg           wire.Segment
	err           error
	done          chan struct{}
}

func newForwarder(hosts [2]*host, link [2]Path, taps [2]*tap, start time.Time, seed uint64) (*forwarder, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	f := &forwarder{hosts: hosts, taps: taps, book: newLedger(), start: start, stop: fd, done: make(chan struct{})}
	for i := range f.dir {
		f.dir[i] = &direction{path: link[i], seed: seed*2 + uint64(i)}
	}
	thread(f.run)
	return f, nil
}

// end stops the link; what is on its way is lost. It returns the first error.
func (f *forwarder) end() error {
	unix.Write(f.stop, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	<-f.done
	unix.Close(f.stop)
	return f.err
}

// now returns the lab's time and notices when much has passed since the last
// call: everything between two calls is short.
func (f *forwarder) now() int64 {
	t := int64(time.Since(f.start))
	f.stall = max(f.stall, t-f.last)
	f.last = t
	return t
}

// run owns the thread: its wake-ups are as exact as the system allows.
func (f *forwarder) run() {
	defer close(f.done)
	f.last = int64(time.Since(f.start))
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	// Real-time scheduling, where it is allowed, keeps the delays exact on a busy machine.
	unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}, 0)
	fds := []unix.PollFd{{Fd: int32(f.hosts[0].tun), Events: unix.POLLIN}, {Fd: int32(f.hosts[1].tun), Events: unix.POLLIN}, {Fd: int32(f.stop), Events: unix.POLLIN}}
	for f.err == nil {
		wait := f.queue.wait(f.now(), int64(time.Second))
		ts := unix.NsecToTimespec(wait)
		f.last += wait // until then it is right not to run
		if _, err := unix.Ppoll(fds, &ts, nil); err != nil && !errors.Is(err, unix.EINTR) {
			f.err = fmt.Errorf("ppoll: %w", err)
			return
		}
		if fds[2].Revents != 0 {
			return
		}
		f.drain(0)
		f.drain(1)
		for {
			d, ok := f.queue.due(f.now())
			if !ok {
				break
			}
			f.drain(d.to) // what the host sent before this reaches it
			f.deliver(d)
		}
	}
}

// drain takes everything that host h has sent.
func (f *forwarder) drain(h int) {
	for f.err == nil {
		n, err := unix.Read(f.hosts[h].tun, f.buffer[:])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if errors.Is(err, unix.EAGAIN) {
			return
		}
		if err != nil {
			f.err = fmt.Errorf("reading the TUN device: %w", err)
			return
		}
		f.take(h, f.buffer[:n])
	}
}

// take records a packet of host h and decides what becomes of it. The link
// carries TCP only.
func (f *forwarder) take(h int, data []byte) {
	now := f.now()
	if f.walker.IP(data, len(data), &f.seg) != wire.Segmented {
		return
	}
	f.widest = max(f.widest, len(data))
	p := f.book.send(h, &f.seg)
	f.taps[h].record(now, data, p.class, false)
	d := f.dir[h]
	fate := d.decide(&p)
	at, ok := d.arrival(now, len(data), &fate)
	if !ok || fate.lost {
		return
	}
	held := f.pool.take(data)
	if fate.corrupt {
		held[len(held)-1] ^= 0x55 // the last octet of the options or the payload
	}
	f.queue.add(delivery{at: at, to: 1 - h, data: held, seg: p})
	if fate.copied {
		f.queue.add(delivery{at: at + int64(d.path.CopyDelay), to: 1 - h, data: f.pool.take(held), seg: p, copy: true})
	}
}

// deliver hands a packet to its host. The tap records it first, so that the
// host's answer stands behind it.
func (f *forwarder) deliver(d delivery) {
	now := f.now()
	f.latest = max(f.latest, now-d.at)
	class, overtaken := NetDup, false
	if !d.copy {
		class, overtaken = d.seg.class, d.seg.arrive()
	}
	f.taps[d.to].record(now, d.data, class, overtaken)
	defer f.pool.give(d.data)
	for {
		_, err := unix.Write(f.hosts[d.to].tun, d.data)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			f.err = fmt.Errorf("writing to the TUN device: %w", err)
		}
		return
	}
}
