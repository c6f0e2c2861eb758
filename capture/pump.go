package capture

import (
	"context"
	"io"
	"sync"
)

const pumpBlock = 128 << 10

// pump reads a pipe, a terminal or a device in a goroutine of its own, because
// neither opening nor reading one can be interrupted: when the context is done
// the pump's reader is let go at once. The goroutine ends with its next read,
// which for a silent pipe is when the process does.
type pump struct {
	ctx   context.Context
	full  chan block
	empty chan []byte
	quit  chan struct{}
	once  sync.Once
	cur   block  // what is not yet copied of the block at hand
	held  []byte // the buffer under cur
}

type block struct {
	data []byte
	err  error
}

// newPump starts the goroutine. It opens the input itself and closes it.
func newPump(ctx context.Context, open func() (io.ReadCloser, error)) *pump {
	p := &pump{ctx: ctx, full: make(chan block, 2), empty: make(chan []byte, 2), quit: make(chan struct{})}
	p.empty <- make([]byte, pumpBlock)
	p.empty <- make([]byte, pumpBlock)
	go p.run(open)
	return p
}

func (p *pump) run(open func() (io.ReadCloser, error)) {
	src, err := open()
	if err != nil {
		p.full <- block{err: err}
		return
	}
	defer src.Close()
	for err == nil {
		select {
		case <-p.quit:
			return
		case <-p.ctx.Done():
			return
		case buf := <-p.empty:
			var n int
			n, err = src.Read(buf)
			// Never blocks: there are two buffers and two places.
			p.full <- block{buf[:n], err}
		}
	}
}

func (p *pump) Read(b []byte) (int, error) {
	if len(p.cur.data) == 0 && p.cur.err == nil {
		if p.held != nil {
			p.empty <- p.held
			p.held = nil
		}
		select {
		case p.cur = <-p.full:
			p.held = p.cur.data[:cap(p.cur.data)]
		case <-p.quit:
			return 0, errClosed
		case <-p.ctx.Done():
			return 0, p.ctx.Err()
		}
	}
	n := copy(b, p.cur.data)
	p.cur.data = p.cur.data[n:]
	if len(p.cur.data) == 0 && p.cur.err != nil {
		return n, p.cur.err
	}
	return n, nil
}

// Close stops the goroutine when its present read returns, and lets go whoever
// waits in Read.
func (p *pump) Close() error {
	p.once.Do(func() { close(p.quit) })
	return nil
}
