package keep

import (
	"errors"
	"sync"
	"time"

	"tcpwatch/capture"
)

const (
	// bufferOctets is how much is written at once without compression.
	bufferOctets = 256 << 10
	// tickEvery is how long a packet waits in the buffer, if Tick is called as
	// often.
	tickEvery = int64(time.Second)
)

var errClosed = errors.New("closed")

// Writer writes packets to a file, or to one after the other. Its methods may be
// called from several goroutines; Options.Stats and Options.Clock are called from
// within Write and Close only.
//
// Where the system takes no more, the Writer goes on in its buffer, and when
// that is full it counts what it loses. What happens next depends on the error:
//
//   - A full disk or quota may have room again. The Writer tries at each Tick
//     and goes on in the same file, whose end is whole: a partial block was
//     taken away. It does not begin another file, since that would have as
//     little room, and it removes no file that the ring would have kept: other
//     programs would soon fill that room, and the packets would be gone for
//     nothing.
//   - After any other error (EIO, ESTALE, EBADF, EFBIG, …) nothing good is to be
//     expected of that file. With rotation the next file takes over, beginning
//     with what was still in the buffer; without it the Writer stops.
//   - Where the next of several files cannot be created, that is tried again at
//     each Tick.
type Writer struct {
	mu  sync.Mutex
	o   Options
	enc encoder
	c   *compressor // nil: plain

	names  *names  // nil: one file
	name   string  // of the next file, where it could not be created so far
	out    *output // nil: the next file is to be created
	ring   []ringFile
	size   int64  // octets of this file that the system took
	inFile uint64 // packets in them

	buf           []byte // whole blocks that the system has not taken yet
	pending       uint64 // packets in buf
	pendingOctets uint64
	limit         int // of buf, octets

	interfaces []iface
	refused    error // further interfaces cannot be held
	comments   commentTeller
	begun      bool   // buf or the file holds the header
	packets    uint64 // taken in this file
	start      int64  // of this file, by Options.Clock
	begin, end int64  // times of this file's packets
	next       int64  // when the next file is due, once nextSet
	nextSet    bool
	ticked     int64 // time of the last Tick that flushed

	blocked error // why the system takes nothing at present
	full    error // the same, once the buffer has no room either
	stopped error // why nothing is written any more
	trouble error // what went wrong first besides
	closed  bool
	result  Result
}

// Write takes p; p.Data is copied. Interface, Link, Time, Data and Length of p
// are used. The error says why p was not written: Lost then counts it, and
// other packets can still be written.
func (w *Writer) Write(p *capture.Packet) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.closed:
		return errClosed
	case w.stopped != nil:
		w.lose(p, w.stopped)
		return w.stopped
	}
	if err := w.prepare(p); err != nil {
		w.lose(p, err)
		return err
	}
	w.buf = w.enc.packet(w.buf, p)
	w.pending++
	w.pendingOctets += uint64(len(p.Data))
	w.interfaces[p.Interface].packets++
	if w.packets++; w.packets == 1 {
		w.begin, w.end = p.Time, p.Time
	}
	w.end = max(w.end, p.Time)
	if w.o.PerPacket {
		w.flush()
	}
	return nil
}

// prepare makes the buffer ready for p: in the right file, with its interface
// described, in a section that holds its time, with room.
func (w *Writer) prepare(p *capture.Packet) error {
	if p.Interface < 0 || p.Interface >= len(w.interfaces) {
		if err := w.learn(p); err != nil {
			return err
		}
	}
	if p.Link != w.interfaces[p.Interface].Link {
		return errLinkChanged
	}
	if err := w.enc.refuse(p); err != nil {
		return err
	}
	need := w.enc.room(p)
	switch {
	case !w.begun:
		w.beginFile(p.Time)
	case w.due(p, need):
		w.rotate(p.Time)
	}
	if w.stopped != nil {
		return w.stopped
	}
	if offset := w.enc.wants(p.Time); offset != w.offset() {
		if !w.flush() {
			return w.why()
		}
		w.enc.(*pcapng).offset = offset
		w.buf = w.enc.header(w.buf, w.interfaces, nil)
	}
	return w.makeRoom(need)
}

// makeRoom returns an error if need octets have no place in the buffer. A
// packet larger than the buffer has one to itself.
func (w *Writer) makeRoom(need int) error {
	fits := func() bool { return w.full == nil && len(w.buf)+need <= w.limit }
	if fits() || len(w.buf) == 0 || w.flush() || w.stopped == nil && fits() {
		return nil
	}
	// From here to the next success everything is lost: one gap, into which
	// no small packets slip when larger ones had no room.
	w.full = w.blocked
	return w.why()
}

// offset is the time offset of the present section.
func (w *Writer) offset() int64 {
	if e, ok := w.enc.(*pcapng); ok {
		return e.offset
	}
	return 0
}

// why is the reason for which nothing is written at present.
func (w *Writer) why() error {
	if w.stopped != nil {
		return w.stopped
	}
	return w.blocked
}

// learn asks the Source about the interface of p and describes all interfaces
// up to it, in its order.
func (w *Writer) learn(p *capture.Packet) error {
	if p.Interface < 0 || p.Interface >= maxInterfaces {
		return errManyInterfaces
	}
	if w.refused == nil && w.o.Stats != nil {
		s := w.o.Stats()
		w.refused = w.take(&s)
	}
	if w.refused != nil {
		return w.refused
	}
	for len(w.interfaces) <= p.Interface {
		w.add(capture.InterfaceStats{Link: p.Link})
	}
	return nil
}

// take updates what is known of the interfaces.
func (w *Writer) take(s *capture.Stats) error {
	if err := w.enc.admit(s); err != nil {
		return err
	}
	for i := range s.Interfaces[:min(len(s.Interfaces), maxInterfaces)] {
		if i < len(w.interfaces) {
			known := w.interfaces[i].InterfaceStats
			known.Received, known.ReceivedKnown = s.Interfaces[i].Received, s.Interfaces[i].ReceivedKnown
			known.Dropped, known.DropsKnown = s.Interfaces[i].Dropped, s.Interfaces[i].DropsKnown
			known.SystemDropped = s.Interfaces[i].SystemDropped
			w.interfaces[i].InterfaceStats = known
			continue
		}
		w.add(s.Interfaces[i])
	}
	return nil
}

func (w *Writer) add(s capture.InterfaceStats) {
	w.interfaces = append(w.interfaces, iface{InterfaceStats: s})
	if w.begun {
		w.buf = w.enc.describe(w.buf, &w.interfaces[len(w.interfaces)-1])
	}
}

// Tick writes the buffer if the last Tick that did so was a second ago. now is in
// nanoseconds of any clock. A caller that calls it at least once a second loses
// no more than that when the program is killed; it is also when a Writer that
// found no room tries again.
func (w *Writer) Tick(now int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.stopped != nil || now-w.ticked < tickEvery && now >= w.ticked && w.ticked != 0 {
		return
	}
	w.ticked = now
	if _, ng := w.enc.(*pcapng); !w.begun && ng && w.names == nil {
		w.beginFile(0) // who reads a pipe learns at once what it is
	}
	w.try()
}

// Lost returns what could not be written so far.
func (w *Writer) Lost() Lost {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.result.Lost
}

// Close ends the last file with the statistics and closes it. The Result is
// complete even if there is an error, which is the first one, apart from
// packets that were only refused. A second Close returns the same Result.
func (w *Writer) Close(stats capture.Stats) (Result, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return w.result, w.trouble
	}
	w.closed = true
	if !w.begun && w.names == nil && w.stopped == nil {
		_ = w.take(&stats) // a pcap of no packets admits everything
		w.beginFile(0)
	}
	if w.begun && w.stopped == nil {
		w.finish(&stats)
		w.try()
	}
	if len(w.buf) > 0 {
		w.loseBuffer(w.why())
	}
	w.closeFile()
	if w.c != nil && w.c.close != nil {
		w.c.close()
	}
	if w.trouble == nil {
		w.trouble = w.result.Lost.Why
	}
	return w.result, w.trouble
}
