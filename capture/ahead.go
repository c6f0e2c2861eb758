package capture

import (
	"context"
	"io"
)

// aheadBlock is how much is decompressed at a time, aheadBlocks the number of
// such blocks: one is read while the next one is filled.
const (
	aheadBlock  = 256 << 10
	aheadBlocks = 3
)

// ahead decompresses in a goroutine of its own, concurrently with the reader.
// Only the goroutine uses the decompressor and what is below it.
type ahead struct {
	*relay
	ended chan struct{} // closed when the goroutine uses nothing any more
	// waits is an input under src whose Read may block for long, until it is
	// closed; nil: none does.
	waits io.Closer
}

func newAhead(src io.Reader, waits io.Closer) *ahead {
	a := &ahead{relay: newRelay(context.Background(), aheadBlocks, aheadBlock), ended: make(chan struct{}), waits: waits}
	go func() {
		defer close(a.ended)
		a.fill(src)
	}()
	return a
}

// Close stops the goroutine and waits until it has finished.
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
