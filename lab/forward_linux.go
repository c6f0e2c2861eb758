package lab

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tcpwatch/capture/wire"

	"golang.org/x/sys/unix"
)

// forwarder is the link: one thread that reads what both hosts send, decides,
// waits and delivers. One thread, so that the order at each tap is the order of
// events.
type forwarder struct {
	hosts   [2]*host
	dir     [2]*direction // by sender
	taps    [2]*tap
	book    *ledger
	queue   schedule
	pool    pool
	start   time.Time
	wake    int  // an eventfd that ends a wait
	carry   bool // what is not TCP, too
	offload Offload

	// mu is held while packets are read, recorded and delivered. Where there is a
	// witness, programs act on their sockets under it (see act).
	mu      sync.Mutex
	ended   bool
	witness Witness
	sent    uint64    // packets so far, of both hosts
	other   [2]stream // what is not TCP, by sender
	passage Passage

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

func newForwarder(hosts [2]*host, sc *Scenario, taps [2]*tap, start time.Time, seed uint64, w Witness) (*forwarder, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	f := &forwarder{hosts: hosts, taps: taps, book: newLedger(), start: start, wake: fd, done: make(chan struct{}), witness: w, carry: sc.Carry, offload: sc.Offload}
	f.walker.Verify = w != nil // to tell a witness of damage
	for i := range f.dir {
		f.dir[i] = &direction{path: sc.Link[i], seed: seed*2 + uint64(i)}
	}
	f.last = int64(time.Since(f.start))
	thread(f.run)
	return f, nil
}

// end stops the link; what is on its way is lost. It returns the first error.
func (f *forwarder) end() error {
	f.mu.Lock()
	f.ended = true
	f.mu.Unlock()
	f.nudge()
	<-f.done
	unix.Close(f.wake)
	return f.err
}

// conclude takes what was sent last, and from then on nothing: do is called
// between the two, so that the kernels' counters that it reads are those of what
// the link has seen. Where a timer of a kernel ran out meanwhile it is called again.
func (f *forwarder) conclude(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drain(0)
	f.drain(1)
	for range 10 {
		do()
		client, server := f.drain(0), f.drain(1)
		if !client && !server {
			break
		}
	}
	f.ended = true
}

// nudge has the loop look again.
func (f *forwarder) nudge() { unix.Write(f.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0}) }

// act does what programs want to do with sockets, one after the other, and takes
// what each sends at once. With a witness nothing else happens meanwhile, so that
// each packet is told in the state that it was sent in.
func (f *forwarder) act(todo ...func()) {
	if f.witness == nil {
		for _, do := range todo {
			do()
		}
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, do := range todo {
		if f.ended {
			do()
			continue
		}
		f.now()
		f.drain(0) // what a timer of the kernel has sent before
		f.drain(1)
		f.witness.Acting()
		do()
		f.drain(0)
		f.drain(1)
		f.witness.Acted()
	}
	if !f.ended {
		f.nudge()
	}
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
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	// Real-time scheduling, where it is allowed, keeps the delays exact on a busy machine.
	unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}, 0)
	fds := []unix.PollFd{{Fd: int32(f.hosts[0].device.fd), Events: unix.POLLIN}, {Fd: int32(f.hosts[1].device.fd), Events: unix.POLLIN}, {Fd: int32(f.wake), Events: unix.POLLIN}}
	for {
		f.mu.Lock()
		f.forward()
		wait := f.queue.wait(f.now(), int64(time.Second))
		f.last += wait // until then it is right not to run
		over := f.ended || f.err != nil
		f.mu.Unlock()
		if over {
			return
		}
		ts := unix.NsecToTimespec(wait)
		if _, err := unix.Ppoll(fds, &ts, nil); err != nil && !errors.Is(err, unix.EINTR) {
			f.mu.Lock()
			f.err = fmt.Errorf("ppoll: %w", err)
			f.mu.Unlock()
			return
		}
		if fds[2].Revents != 0 {
			unix.Read(f.wake, make([]byte, 8))
		}
	}
}

// forward takes what both hosts have sent and delivers what is due.
func (f *forwarder) forward() {
	if f.ended {
		return
	}
	f.drain(0)
	f.drain(1)
	for f.err == nil {
		d, ok := f.queue.due(f.now())
		if !ok {
			return
		}
		f.drain(d.to) // what the host sent before this reaches it
		f.deliver(d)
	}
}

// drain takes everything that host h has sent and reports whether there was
// anything.
func (f *forwarder) drain(h int) (any bool) {
	for f.err == nil {
		n, err := f.hosts[h].device.read(f.buffer[:])
		if err != nil {
			f.err = fmt.Errorf("reading what the %s sent: %w", sides[h], err)
			return any
		}
		if n < 0 {
			return any
		}
		any = f.take(h, f.buffer[:n]) || any
	}
	return any
}

// take records a packet of host h and decides what becomes of it. It reports
// whether the link carries such packets: all but TCP are left out of the
// captures, and carried only where the scenario says so.
func (f *forwarder) take(h int, data []byte) bool {
	now := f.now()
	switch {
	case f.walker.IP(data, len(data), &f.seg) == wire.Segmented:
		f.widest = max(f.widest, len(data))
		if f.offload == Cut && f.hosts[h].device.header != (offloadHeader{}) {
			f.takeLarge(h, now, data)
			return true
		}
		p := f.book.send(h, &f.seg)
		fate, at := f.decide(h, now, len(data), &p)
		f.taps[h].record(now, data, deed{class: p.class, fate: fate.String()})
		f.depart(h, now, at, data, true, &p, &fate)
		return true
	case f.carry && len(data) > 0 && data[0]>>4 == 4 && !proves(data): // IPv6 hosts multicast by themselves
		p := sent{stream: &f.other[h], class: Bare}
		p.is[AnyDatagram] = true
		fate, at := f.decide(h, now, len(data), &p)
		f.depart(h, now, at, data, false, &p, &fate)
		return true
	}
	return false
}

// takeLarge takes a segment that the device completes: its checksum, and where it is a
// large one its packets, which the tap of the host does not see.
func (f *forwarder) takeLarge(h int, now int64, data []byte) {
	d := f.hosts[h].device
	size := d.header.size()
	if size == 0 {
		size = len(data)
	}
	d.header = offloadHeader{}
	type packet struct {
		data []byte
		p    sent
		fate fate
		at   int64
	}
	var all []packet
	lost := true
	cut(data, &f.seg, size, nil, func(b []byte) {
		var one wire.Segment
		f.walker.IP(b, len(b), &one)
		p := f.book.send(h, &one)
		fate, at := f.decide(h, now, len(b), &p)
		lost = lost && fate.lost
		all = append(all, packet{slices.Clone(b), p, fate, at})
	})
	whole := fate{lost: lost}
	f.taps[h].record(now, data, deed{class: all[0].p.class, fate: whole.String()})
	for i := range all {
		x := &all[i]
		f.depart(h, now, x.at, x.data, true, &x.p, &x.fate)
	}
}

// decide draws what becomes of a packet of size octets and when it arrives.
func (f *forwarder) decide(h int, now int64, size int, p *sent) (fate fate, at int64) {
	f.sent++
	fate = f.dir[h].decide(p)
	at, ok := f.dir[h].arrival(now, size, &fate)
	fate.lost = !ok || fate.lost
	return fate, at
}

// depart sends a packet of host h on its way, to arrive at the time at.
func (f *forwarder) depart(h int, now, at int64, data []byte, tcp bool, p *sent, fate *fate) {
	if f.witness != nil {
		f.tell(h, now, data, tcp, p)
		f.passage.Number = f.sent
		f.passage.Lost, f.passage.Corrupt, f.passage.Held, f.passage.Copied = fate.lost, fate.corrupt, fate.held, fate.copied
		f.witness.Departed(&f.passage)
	}
	if fate.tooBig {
		f.queue.add(delivery{at: now + 2*int64(f.dir[h].path.Delay), to: h, data: tooBig(data), seg: sent{stream: &f.other[1-h]}, number: f.sent})
	}
	if fate.lost {
		return
	}
	held := f.pool.take(data)
	if fate.marked {
		congested(held)
	}
	if fate.corrupt {
		held[len(held)-1] ^= 0x55 // the last octet of the options or the payload
	}
	header := f.hosts[h].device.header
	f.queue.add(delivery{at: at, to: 1 - h, data: held, seg: *p, number: f.sent, tcp: tcp, held: fate.held, corrupt: fate.corrupt, tap: f.taps[h].n, header: header})
	if fate.copied {
		f.queue.add(delivery{at: at + int64(f.dir[h].path.CopyDelay), to: 1 - h, data: f.pool.take(held), seg: *p, copy: true, number: f.sent, tcp: tcp, corrupt: fate.corrupt, tap: f.taps[h].n, header: header})
	}
}

// tell fills the passage of a packet of host h that is seen at the lab's time
// at; side is where it was just recorded.
func (f *forwarder) tell(h int, at int64, data []byte, tcp bool, p *sent) {
	f.passage = Passage{At: time.Duration(at), From: h, Data: data, Class: p.class}
	if tcp {
		f.seg.Time = f.taps[h].epoch + at
		f.seg.Packet = f.taps[h].n
		f.passage.Segment, f.passage.Tap = &f.seg, f.taps[h].n
	}
}

// deliver hands a packet to its host. The tap records it first, so that the
// host's answer stands after it.
func (f *forwarder) deliver(d delivery) {
	now := f.now()
	f.latest = max(f.latest, now-d.at)
	class, overtaken := NetDup, false
	if !d.copy {
		class, overtaken = d.seg.class, d.seg.arrive()
	}
	if d.tcp {
		did := fate{corrupt: d.corrupt, held: d.held}
		f.taps[d.to].record(now, d.data, deed{class: class, overtaken: overtaken, fate: did.String(), came: d.tap})
	}
	if f.witness != nil {
		f.announce(now, &d, class)
	}
	defer f.pool.give(d.data)
	if err := f.hosts[d.to].device.write(d.data, &d.header); err != nil {
		f.err = fmt.Errorf("giving the %s a packet: %w", sides[d.to], err)
		return
	}
	if f.witness != nil {
		told := f.passage
		replied := f.drain(d.to)
		f.witness.Arrived(&told, replied)
		f.drain(d.to) // what the host sends because the witness had it react
	}
}

// announce tells the witness what is about to arrive.
func (f *forwarder) announce(now int64, d *delivery, class Class) {
	tcp := d.tcp && f.walker.IP(d.data, len(d.data), &f.seg) == wire.Segmented
	f.tell(1-d.to, now, d.data, tcp, &d.seg)
	f.passage.Class, f.passage.Number, f.passage.Copy = class, d.number, d.copy
	f.passage.Held, f.passage.Corrupt = d.held, d.corrupt
	if tcp {
		f.passage.Tap, f.seg.Packet = f.taps[d.to].n, f.taps[d.to].n
	}
	f.witness.Arriving(&f.passage)
	f.passage.Segment = nil // the next packet overwrites it
}

// congested marks an IP packet of an ECN-capable transport with CE (RFC 3168 §5);
// others it leaves as they are.
func congested(b []byte) {
	switch {
	case b[0]>>4 == 6 && b[1]>>4&3 != 0:
		b[1] |= 3 << 4
	case b[0]>>4 == 4 && b[1]&3 != 0:
		was := b[1]
		b[1] |= 3
		// RFC 1624: the checksum is less by what the field is more.
		sum := uint32(b[10])<<8 | uint32(b[11])
		sum = sum + 0xffff - uint32(b[1]-was)
		sum = sum&0xffff + sum>>16
		b[10], b[11] = byte(sum>>8), byte(sum)
	}
}

// tooBig returns the ICMP message by which a router answers a packet that is longer
// than smallerMTU (RFC 792, RFC 1191 §4; RFC 4443 §3.2).
func tooBig(data []byte) []byte {
	if data[0]>>4 == 6 {
		b := append([]byte{0x60, 0, 0, 0, 0, 8 + 48, 58, 64}, data[24:40]...)
		b = append(b, data[8:24]...)
		b = append(b, 2, 0, 0, 0, 0, 0, smallerMTU>>8, smallerMTU&0xff)
		b = append(b, data[:48]...)
		sum := fold(sum(b[8:40]) + 58 + 8 + 48 + sum(b[40:]))
		b[42], b[43] = byte(^sum>>8), byte(^sum)
		return b
	}
	b := append([]byte{0x45, 0, 0, 20 + 8 + 28, 0, 0, 0, 0, 64, 1, 0, 0}, data[16:20]...)
	b = append(b, data[12:16]...)
	h := ^fold(sum(b))
	b[10], b[11] = byte(h>>8), byte(h)
	b = append(b, 3, 4, 0, 0, 0, 0, smallerMTU>>8, smallerMTU&0xff)
	b = append(b, data[:28]...)
	c := ^fold(sum(b[20:]))
	b[22], b[23] = byte(c>>8), byte(c)
	return b
}
