package capture

import (
	"context"
	"io"
)

const (
	// soleBuffer is the buffer of an input that is read alone, mergedBuffer of
	// one among several: hundreds of them may exist at once.
	soleBuffer   = 256 << 10
	mergedBuffer = 64 << 10
	// probeBuffer is for a look at the first packet of a file.
	probeBuffer = 16 << 10
	// emptyReads is how many reads in a row may return nothing without an
	// error.
	emptyReads = 100
)

// window is a stream seen through a buffer in which records are read in place.
// It grows only when it is full of octets that were really read, so a length
// from the input costs no memory by itself.
type window struct {
	src  io.Reader
	ctx  context.Context
	buf  []byte
	r, w int   // buf[r:w] is not consumed yet
	base int64 // offset of buf[0] in the stream
	err  error // what ended the stream; given when the buffer has run out
}

func newWindow(ctx context.Context, src io.Reader, size int) *window {
	return &window{src: src, ctx: ctx, buf: make([]byte, size)}
}

// offset counts the octets consumed so far.
func (s *window) offset() int64 { return s.base + int64(s.r) }

// need returns all unread octets that are at hand, at least n of them. If the
// stream ends earlier it returns the remaining ones and the reason. The slice
// is valid until the next call of need or skip.
func (s *window) need(n int) ([]byte, error) {
	if s.w-s.r >= n {
		return s.buf[s.r:s.w], nil
	}
	return s.fill(n)
}

func (s *window) fill(n int) ([]byte, error) {
	if s.r > 0 {
		s.base += int64(s.r)
		s.w = copy(s.buf, s.buf[s.r:s.w])
		s.r = 0
	}
	for empty := 0; s.w < n; {
		if s.err != nil {
			return s.buf[:s.w], s.err
		}
		if s.err = s.ctx.Err(); s.err != nil {
			continue
		}
		if s.w == len(s.buf) {
			grown := make([]byte, 2*len(s.buf))
			copy(grown, s.buf)
			s.buf = grown
		}
		m, err := s.src.Read(s.buf[s.w:])
		s.w += m
		s.err = err
		if m > 0 {
			empty = 0
		} else if empty++; empty > emptyReads && err == nil {
			s.err = io.ErrNoProgress
		}
	}
	return s.buf[:s.w], nil
}

// skip consumes n octets without keeping them and returns how many it found.
func (s *window) skip(n int64) (int64, error) {
	left := n
	for left > 0 {
		if s.r == s.w {
			if _, err := s.fill(1); err != nil {
				return n - left, err
			}
		}
		m := min(left, int64(s.w-s.r))
		s.r += int(m)
		left -= m
	}
	return n, nil
}

// stopped reports whether reading was ended by the caller, not by the input.
func (s *window) stopped() bool { return s.ctx.Err() != nil }

// broken converts the error that ended the stream inside what into a
// *DamageError at the offset of what; a stop by the caller is returned
// unchanged.
func (s *window) broken(err error, what string, got, want int64) error {
	if s.stopped() {
		return s.ctx.Err()
	}
	return cutAt(s.offset(), err, what, got, want)
}
