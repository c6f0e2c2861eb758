package capture

import (
	"context"
	"errors"
	"io"
	"sync"
)

// relay passes what one goroutine reads to another, in buffers that go back and
// forth.
type relay struct {
	ctx   context.Context // when it is done, blocked callers are released
	full  chan block
	empty chan []byte
	quit  chan struct{}
	once  sync.Once // closes quit
	cur   block     // what is not yet copied of the block at hand
	held  []byte    // the buffer under cur
}

type block struct {
	data []byte
	err  error
}

var errClosed = errors.New("closed")

// newRelay makes a relay with buffers buffers of octets octets.
func newRelay(ctx context.Context, buffers, octets int) *relay {
	r := &relay{ctx: ctx, full: make(chan block, buffers), empty: make(chan []byte, buffers), quit: make(chan struct{})}
	for range buffers {
		r.empty <- make([]byte, octets)
	}
	return r
}

// fill reads src until it fails or quit is closed.
func (r *relay) fill(src io.Reader) {
	for err := error(nil); err == nil; {
		select {
		case <-r.quit:
			return
		case buf := <-r.empty:
			var n int
			n, err = src.Read(buf)        // given on at once: a pipe may stall behind it
			r.full <- block{buf[:n], err} // never blocks: there is a place for each buffer
		}
	}
}

func (r *relay) Read(b []byte) (int, error) {
	if len(r.cur.data) == 0 && r.cur.err == nil {
		if r.held != nil {
			r.empty <- r.held
			r.held = nil
		}
		select {
		case r.cur = <-r.full:
			r.held = r.cur.data[:cap(r.cur.data)]
		case <-r.quit:
			return 0, errClosed
		case <-r.ctx.Done():
			return 0, r.ctx.Err()
		}
	}
	n := copy(b, r.cur.data)
	r.cur.data = r.cur.data[n:]
	if len(r.cur.data) == 0 {
		return n, r.cur.err
	}
	return n, nil
}
