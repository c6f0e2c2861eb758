package capture

import (
	"errors"
	"io"
	"sync"
)

// aheadBlock is how much is decompressed at a time, aheadBlocks how many such
// blocks there are: one is read while the next one is filled.
const (
	aheadBlock  = 256 << 10
	aheadBlocks = 3
)

// ahead decompresses in a goroutine of its own, beside whoever reads what comes
// out. The goroutine alone uses the decompressor and what lies under it.
type ahead struct {
	full  chan block
	empty chan []byte
	quit  chan struct{}
	ended chan struct{} // closed when the goroutine uses nothing any more
	once  sync.Once
	// waits is an input under src whose Read may wait for long, until it is closed;
	// nil: none does.
	waits io.Closer
	cur   block
	held  []byte // the buffer under cur
}

var errClosed = errors.New("closed")

func newAhead(src io.Reader, waits io.Closer) *ahead {
	a := &ahead{
		full: make(chan block, aheadBlocks), empty: make(chan []byte, aheadBlocks),
		quit: make(chan struct{}), ended: make(chan struct{}), waits: waits,
	}
	for range aheadBlocks {
		a.empty <- make([]byte, aheadBlock)
	}
	go a.run(src)
	return a
}

func (a *ahead) run(src io.Reader) {
	defer close(a.ended)
	for err := error(nil); err == nil; {
		select {
		case <-a.quit:
			return
		case buf := <-a.empty:
			var n int
			n, err = src.Read(buf)        // given on at once: a pipe may stall behind it
			a.full <- block{buf[:n], err} // never blocks: there is a place for each buffer
		}
	}
}

func (a *ahead) Read(b []byte) (int, error) {
	if len(a.cur.data) == 0 && a.cur.err == nil {
		if a.held != nil {
			a.empty <- a.held
			a.held = nil
		}
		select {
		case a.cur = <-a.full:
			a.held = a.cur.data[:cap(a.cur.data)]
		case <-a.quit:
			return 0, errClosed
		}
	}
	n := copy(b, a.cur.data)
	a.cur.data = a.cur.data[n:]
	if len(a.cur.data) == 0 {
		return n, a.cur.err
	}
	return n, nil
}

// Close stops the goroutine and waits until it uses nothing any more.
func (a *ahead) Close() error {
	a.once.Do(func() {
		close(a.quit)
		if a.waits != nil {
			a.waits.Close()
		}
		<-a.ended
	})
	return nil
}
