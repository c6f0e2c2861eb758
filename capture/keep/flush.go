package keep

import (
	"errors"
	"fmt"
	"syscall"
)

// flush writes the buffer. It reports whether everything was written; if not,
// the unwritten whole blocks stay in the buffer. While writing fails, it is not
// tried again for every packet.
func (w *Writer) flush() bool { return w.blocked == nil && w.try() }

// leastPiece is the least that is compressed at once if larger pieces have no
// room, in octets.
const leastPiece = 16 << 10

// try is flush, even if writing failed before.
func (w *Writer) try() bool {
	if w.stopped != nil {
		return false
	}
	most := w.limit
	for len(w.buf) > 0 {
		part := w.part(most)
		n, err := w.hand(part)
		switch {
		case err == nil:
			w.settle(part)
			w.size += int64(n)
		case w.c != nil && part > leastPiece && (full(err) || errors.Is(err, syscall.EFBIG)) && w.out != nil && w.out.cut(n):
			most = part / 2 // what room there is holds a shorter piece perhaps
		default:
			return w.fail(n, err)
		}
	}
	w.blocked, w.full = nil, nil
	return true
}

// part is how much of the buffer is written at once: everything or, if it is
// compressed, as many whole blocks as fit into most octets, at least one.
func (w *Writer) part(most int) int {
	if w.c == nil || len(w.buf) <= most {
		return len(w.buf)
	}
	end := 0
	for end < len(w.buf) {
		k := w.enc.first(w.buf[end:], end == 0 && w.size == 0)
		if end > 0 && end+k.size > most {
			break
		}
		end += k.size
	}
	return end
}

// hand writes the first octets of the buffer, as they are or compressed, and
// returns how many octets were written.
func (w *Writer) hand(part int) (int, error) {
	if w.out == nil {
		if err := w.createNext(); err != nil {
			return 0, err
		}
	}
	data := w.buf[:part]
	if w.c != nil {
		var err error
		if data, err = w.c.compress(data); err != nil {
			return 0, fmt.Errorf("%s: %w", w.c.kind, err)
		}
	}
	n, err := w.out.w.Write(data)
	switch {
	case w.c != nil && err == nil:
		w.c.taken()
	case w.c != nil:
		w.c.failed()
	}
	return n, plain(err)
}

// endFrame ends the compressed frame, if pieces do not end by themselves. A file
// without that end can be read nevertheless, but with a warning.
func (w *Writer) endFrame() error {
	if w.c == nil || !w.c.open {
		return nil
	}
	w.c.newFile()
	n, err := w.out.w.Write(w.c.mark)
	if err != nil {
		w.out.cut(n)
		return fmt.Errorf("the end of the %s data: %w", w.c.kind, plain(err))
	}
	return nil
}

// settle counts the whole blocks in the first n octets of the buffer as written
// and removes them. It returns their size in octets.
func (w *Writer) settle(n int) int {
	if n == len(w.buf) {
		w.taken(w.pending, w.pendingOctets)
		w.pending, w.pendingOctets = 0, 0
		w.buf = w.buf[:0]
		return n
	}
	at := 0
	var packets, octets uint64
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
	w.taken(packets, octets)
	w.pending -= packets
	w.pendingOctets -= octets
	w.buf = w.buf[:copy(w.buf, w.buf[at:])]
	return at
}

// taken counts packets that were written.
func (w *Writer) taken(packets, octets uint64) {
	w.result.Packets += packets
	w.result.Octets += octets
	w.inFile += packets
	if len(w.ring) > 0 {
		w.ring[len(w.ring)-1].packets += packets
	}
}

// fail handles the case that only n octets were written, because of err.
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
	_ = w.endFrame() // if it still can be
	if w.names == nil {
		w.note(err)
		w.stopped = err
		w.loseBuffer(err)
		return false
	}
	if !errors.Is(err, syscall.EFBIG) {
		w.note(err) // what was taken before may not be safe either
	}
	// The next file takes over what is left, at once if this one took packets:
	// otherwise there would be no end to it.
	useful := w.inFile > 0
	w.abandon()
	w.blocked = err
	return useful && w.try()
}

// mend removes what is after the last whole block from the file, and keeps the
// blocks that are not in it. It reports whether the file's end is whole.
func (w *Writer) mend(n int) bool {
	at := 0
	if w.c == nil { // of a piece that is not whole nothing counts
		at = w.settle(n)
	}
	w.size += int64(at)
	return w.out.cut(n - at)
}

// abandon gives a file up, and removes it if it holds no packet. What is left in
// the buffer is prefixed with the header of the next file.
func (w *Writer) abandon() {
	if w.inFile == 0 {
		w.out.remove()
		w.result.Files--
		w.ring = w.ring[:max(0, len(w.ring)-1)]
	}
	if err := w.out.close(); err != nil {
		w.note(err)
	}
	w.out = nil
	w.inFile = 0
	if w.size == 0 {
		return // the buffer begins with the header
	}
	left := w.buf
	described := len(w.interfaces)
	for at := 0; at < len(left); {
		k := w.enc.first(left[at:], false)
		if k.description {
			described--
		}
		at += k.size
	}
	head := w.enc.header(nil, w.interfaces[:max(described, 0)], nil)
	w.buf = append(head, left...)
	w.size = 0
}
