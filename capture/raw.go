package capture

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// maxOpenFiles bounds the descriptors held at once. A merge of more files than
// this closes the least recently read one and opens it again when its turn
// comes: once in a buffer's length, so it costs little.
const maxOpenFiles = 64

// filePool keeps the number of open files bounded.
type filePool struct {
	open  []*diskFile
	clock uint64
}

// diskFile is a regular file that may be closed and opened again between two
// reads. It stands between the file and everything that keeps state about it,
// decompression included.
type diskFile struct {
	path string
	pool *filePool
	info os.FileInfo // of the first opening
	file *os.File
	off  int64
	used uint64
}

func (d *diskFile) Read(b []byte) (int, error) {
	if d.file == nil {
		if err := d.reopen(); err != nil {
			return 0, err
		}
	}
	d.pool.clock++
	d.used = d.pool.clock
	n, err := d.file.Read(b)
	d.off += int64(n)
	return n, err
}

var errReplaced = errors.New("another file took its place while it was read")

func (d *diskFile) reopen() error {
	d.pool.makeRoom()
	f, err := os.Open(d.path)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && d.info != nil && !os.SameFile(info, d.info) {
		err = errReplaced
	}
	if err == nil && d.off > 0 {
		_, err = f.Seek(d.off, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return err
	}
	d.info, d.file = info, f
	d.pool.open = append(d.pool.open, d)
	return nil
}

// Close closes the file; a later Read would open it again.
func (d *diskFile) Close() error {
	if d.file == nil {
		return nil
	}
	for i, o := range d.pool.open {
		if o == d {
			d.pool.open = append(d.pool.open[:i], d.pool.open[i+1:]...)
			break
		}
	}
	err := d.file.Close()
	d.file = nil
	return err
}

func (p *filePool) makeRoom() {
	if len(p.open) < maxOpenFiles {
		return
	}
	oldest := p.open[0]
	for _, o := range p.open {
		if o.used < oldest.used {
			oldest = o
		}
	}
	oldest.Close()
}

// meter counts the octets read of all inputs and tells Options.Progress.
type meter struct {
	hook        func(done, total int64)
	done, total int64
	unknown     bool // an input does not say how long it is
	last        time.Time
}

// expect adds an input of size octets, -1 where that is not known.
func (m *meter) expect(size int64) {
	m.unknown = m.unknown || size < 0
	if m.total += size; m.unknown {
		m.total = 0
	}
}

const progressInterval = 100 * time.Millisecond

func (m *meter) add(n int) {
	if m == nil || m.hook == nil {
		return
	}
	m.done += int64(n)
	if now := time.Now(); now.Sub(m.last) >= progressInterval {
		m.last = now
		m.hook(m.done, m.total)
	}
}

// forget removes an input that turned out not to be readable.
func (m *meter) forget(size int64) {
	if !m.unknown {
		m.total -= size
	}
}

// finish reports the final state, so that a display ends with all octets read.
func (m *meter) finish() {
	if m.hook != nil {
		m.hook(m.done, m.total)
	}
}

// metered reads an input as it lies on disk: it counts and stops.
type metered struct {
	src   io.ReadCloser
	ctx   context.Context
	meter *meter // nil: not counted
}

func (m *metered) Read(b []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.src.Read(b)
	m.meter.add(n)
	return n, err
}

func (m *metered) Close() error { return m.src.Close() }
