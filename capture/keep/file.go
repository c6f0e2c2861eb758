package keep

import (
	"fmt"
	"os"
	"slices"

	"tcpwatch/capture"
)

// ringFile is a file of a ring, whose number is limited.
type ringFile struct {
	name    string
	packets uint64
}

// commentTeller remembers which comments of the inputs were written.
type commentTeller struct {
	told []int // of each file
	next []string
}

// hear notes new comments.
func (c *commentTeller) hear(s *capture.Stats) {
	for i := range s.Files {
		if i == len(c.told) {
			c.told = append(c.told, 0)
		}
		c.next = append(c.next, s.Files[i].Comments[c.told[i]:]...)
		c.told[i] = len(s.Files[i].Comments)
	}
}

// beginFile puts the header of a file whose first packet is of time t into the
// buffer. The file itself is created when the buffer is written.
func (w *Writer) beginFile(t int64) {
	if e, ok := w.enc.(*pcapng); ok {
		e.offset = 0
		e.offset = e.wants(t)
	}
	w.buf = w.enc.header(w.buf, w.interfaces, w.comments.next)
	w.comments.next = nil
	w.begun = true
	w.size, w.inFile, w.packets = 0, 0, 0
	w.begin, w.end = t, t
	if !w.nextSet && w.o.Every > 0 {
		w.next, w.nextSet = later(t, int64(w.o.Every)), true
	}
}

// later adds two times without overflow.
func later(t, d int64) int64 {
	if t > 0 && t+d < t {
		return 1<<63 - 1
	}
	return t + d
}

// due reports whether p, which takes need octets, belongs into another file.
// While writing fails, no other file is begun.
func (w *Writer) due(p *capture.Packet, need int) bool {
	if w.names == nil || w.blocked != nil {
		return false
	}
	if w.o.Every > 0 && p.Time >= w.next {
		return true
	}
	if w.o.Size == 0 || w.size == 0 && w.pending == 0 {
		return false
	}
	tail := w.enc.tail(len(w.interfaces))
	if w.c == nil {
		return w.size+int64(len(w.buf)+need)+tail > w.o.Size
	}
	if w.size+most(len(w.buf)+need)+tail <= w.o.Size {
		return false
	}
	// The compressed size of the buffer is not known before it is compressed.
	// Towards the end of the file pieces would become ever shorter: a sixteenth
	// of the size is given up to avoid that.
	return !w.flush() || w.size+max(most(need)+tail, w.o.Size/16) > w.o.Size
}

// rotate ends the file and begins one whose first packet is of time t. While
// writing fails, packets stay in the old file.
func (w *Writer) rotate(t int64) {
	var s capture.Stats
	if w.o.Stats != nil {
		s = w.o.Stats()
	}
	w.finish(&s)
	if !w.flush() {
		return
	}
	w.closeFile()
	for i := range w.interfaces {
		w.interfaces[i].newFile()
	}
	if every := uint64(w.o.Every); every > 0 && t >= w.next {
		// The end of the interval that contains t, counted from the first
		// packet.
		w.next = later(t-int64(uint64(t-w.next)%every), int64(every))
	}
	w.beginFile(t)
}

// finish writes the Source's statistics of the interfaces after the packets of
// this file.
func (w *Writer) finish(s *capture.Stats) {
	_ = w.take(s)
	begin, end := w.begin, w.end
	if w.o.Clock != nil {
		begin, end = w.start, w.o.Clock()
		w.start = end
	}
	if w.closed {
		end = max(end, s.End) // what the capture knows of its own end
	}
	w.comments.hear(s)
	for i := range w.interfaces {
		k := &w.interfaces[i]
		if k.packets > 0 || k.lost > 0 || k.DropsKnown || k.ReceivedKnown {
			w.buf = w.enc.statistics(w.buf, i, k, begin, end, w.result.Lost.Why)
		}
	}
	// Comments from further on in the inputs, in later sections or files.
	if e, ok := w.enc.(*pcapng); ok && w.closed && len(w.comments.next) > 0 {
		w.buf = e.header(w.buf, nil, w.comments.next)
	}
}

// createNext creates the next file of several, and removes the oldest one.
func (w *Writer) createNext() error {
	if w.name == "" {
		w.name = w.names.next(w.begin)
	}
	name := w.name
	out, err := create(w.o.Context, name, w.o.Spare)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	w.out, w.name = out, ""
	if w.result.Files++; w.result.Files == 1 {
		w.result.Name = name
	}
	if w.o.Files == 0 {
		return nil
	}
	w.ring = slices.DeleteFunc(w.ring, func(f ringFile) bool { return f.name == name })
	w.ring = append(w.ring, ringFile{name: name})
	for len(w.ring) > w.o.Files {
		oldest := w.ring[0]
		w.ring = slices.Delete(w.ring, 0, 1)
		if err := os.Remove(oldest.name); err != nil && !os.IsNotExist(err) {
			w.note(fmt.Errorf("%s could not be removed: %w", oldest.name, plain(err)))
		}
		w.result.Removed++
		w.result.RemovedPackets += oldest.packets
	}
	return nil
}

// closeFile closes the file. Some file systems report write errors only then.
func (w *Writer) closeFile() {
	if w.out == nil {
		return
	}
	if err := w.endFrame(); err != nil {
		w.note(err)
	}
	if gone(w.out) {
		w.note(fmt.Errorf("%s was removed while it was written", w.out.name))
	}
	if err := w.out.close(); err != nil {
		w.note(fmt.Errorf("closing: %w", err))
	}
	w.out = nil
	w.begun = false
}

// note keeps the first error.
func (w *Writer) note(err error) {
	if w.trouble == nil {
		w.trouble = err
	}
}
