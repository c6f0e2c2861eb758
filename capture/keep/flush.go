package keep

import (
	"errors"
	"fmt"
	"syscall"
)

// flush hands the buffer to the system. It reports whether the system took all;
// where it did not, whole blocks that it has not taken stay in the buffer.
func (w *Writer) flush() bool {
	if w.stopped != nil {
		return false
	}
	if len(w.buf) == 0 {
		return true
	}
	n, err := w.hand()
	if err == nil {
		w.taken(w.pending, w.pendingOctets)
		w.size += int64(n)
		w.buf = w.buf[:0]
		w.pending, w.pendingOctets = 0, 0
		w.blocked = nil
		return true
	}
	return w.fail(n, err)
}

// hand writes the buffer, as it is or compressed, and returns how many octets
// the system took.
func (w *Writer) hand() (int, error) {
	if w.out == nil {
		if err := w.createNext(); err != nil {
			return 0, err
		}
	}
	data := w.buf
	if w.c != nil {
		var err error
		if data, err = w.c.compress(w.buf); err != nil {
			return 0, fmt.Errorf("%s: %w", w.c.kind, err)
		}
	}
	n, err := w.out.w.Write(data)
	return n, plain(err)
}

// taken counts packets that the system took.
func (w *Writer) taken(packets, octets uint64) {
	w.result.Packets += packets
	w.result.Octets += octets
	if len(w.ring) > 0 {
		w.ring[len(w.ring)-1].packets += packets
	}
}

// fail is what follows when the system took n octets only, because of err.
func (w *Writer) fail(n int, err error) bool {
	if w.out == nil { // it could not be created
		w.note(err)
		w.blocked = err
		return false
	}
	if whole := w.mend(n); whole && full(err) {
		w.blocked = err
		return false
	}
	if w.names == nil {
		w.note(err)
		w.stopped = err
		w.loseBuffer(err)
		return false
	}
	if !errors.Is(err, syscall.EFBIG) {
		w.note(err) // what was taken before may not be safe either
	}
	// The next file takes over what is left, at once where this one took
	// something: otherwise there would be no end to them.
	useful := w.size > 0 && w.blocked == nil
	w.abandon()
	w.blocked = err
	return useful && w.flush()
}

// mend takes what is behind the last whole block away from the file, and keeps
// the blocks that are not in it. It reports whether the file's end is whole.
func (w *Writer) mend(n int) bool {
	at := 0
	var packets, octets uint64
	if w.c == nil { // a frame is whole, or none of it counts
		for at < len(w.buf) {
			k := w.enc.first(w.buf[at:], at == 0 && w.size == 0)
			if at+k.size > n {
				break
			}
			if at += k.size; k.packet {
				packets++
				octets += k.octets
			}
		}
	}
	mended := w.out.cut(n - at)
	w.taken(packets, octets)
	w.pending -= packets
	w.pendingOctets -= octets
	w.size += int64(at)
	w.buf = w.buf[:copy(w.buf, w.buf[at:])]
	return mended
}

// abandon gives a file up. What is left in the buffer gets the header of the
// next one in front.
func (w *Writer) abandon() {
	if err := w.out.close(); err != nil {
		w.note(err)
	}
	if w.size == 0 {
		removeEmpty(w.out)
		w.out = nil
		w.result.Files--
		return // the buffer begins with the header
	}
	w.out = nil
	left := w.buf
	described := len(w.interfaces)
	for at := 0; at < len(left); {
		k := w.enc.first(left[at:], false)
		if k.description {
			described--
		}
		at += k.size
	}
	if e, ok := w.enc.(*pcapng); ok {
		e.sections = 0
	}
	head := w.enc.header(nil, w.interfaces[:max(described, 0)], nil)
	w.buf = append(head, left...)
	w.size = 0
}
