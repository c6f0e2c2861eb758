package capture

import (
	"context"
	"io"
)

const (
	pumpBlock  = 128 << 10
	pumpBlocks = 2
)

// pump reads a pipe, a terminal or a device in a goroutine of its own, because
// neither opening nor reading one can be interrupted: when the context is done
// the pump's reader is released at once. The goroutine ends with its next read,
// which for a silent pipe is when the process does.
type pump struct{ *relay }

// newPump starts the goroutine. It opens the input itself and closes it.
func newPump(ctx context.Context, open func() (io.ReadCloser, error)) *pump {
	p := &pump{newRelay(ctx, pumpBlocks, pumpBlock)}
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
	p.fill(src)
}

// Close stops the goroutine when its present read returns, and releases a
// caller blocked in Read.
func (p *pump) Close() error {
	p.once.Do(func() { close(p.quit) })
	return nil
}
