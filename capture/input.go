package capture

import (
	"errors"
	"io"
	"math"
	"os"
)

// container reads the packets of one file format. Its errors are io.EOF, a
// *DamageError without file and packet number, or the error of a stop.
type container interface {
	next(p *Packet) error
	format() string
}

// input is one opened file.
type input struct {
	name    string
	file    int // index into tally.files
	win     *window
	body    container
	tally   *tally
	closers []io.Closer // innermost first
	packets uint64      // given
	last    int64       // time of the packet before
}

// opener opens inputs for one timeline.
type opener struct {
	opts  Options
	pool  filePool
	stdin bool // standard input is taken
	// ahead has compressed inputs decompressed in goroutines of their own.
	// State shared by the inputs of a timeline is for one goroutine.
	ahead bool
}

// target is where an input comes from.
type target struct {
	name    string
	regular bool  // can be opened again
	size    int64 // octets on disk; -1 where it is not known
	open    func(m *meter) (io.ReadCloser, error)
}

// locate finds out what path is without reading it.
func (o *opener) locate(path string) (target, error) {
	if path == "-" {
		return o.locateStdin()
	}
	fail := func(err error) (target, error) {
		return target{}, &DamageError{File: path, Reason: errorText(err), Err: err}
	}
	info, err := os.Stat(path)
	if err != nil {
		return fail(err)
	}
	switch {
	case info.IsDir():
		return fail(errors.New("is a directory"))
	case info.Mode().IsRegular():
		open := func(m *meter) (io.ReadCloser, error) {
			d := &diskFile{path: path, pool: &o.pool}
			if err := d.reopen(); err != nil {
				return nil, err
			}
			return &metered{d, o.opts.Context, m}, nil
		}
		return target{path, true, info.Size(), open}, nil
	}
	open := func(m *meter) (io.ReadCloser, error) {
		p := newPump(o.opts.Context, func() (io.ReadCloser, error) { return os.Open(path) })
		return &metered{p, o.opts.Context, m}, nil
	}
	return target{path, false, -1, open}, nil
}

const stdinName = "standard input"

func (o *opener) locateStdin() (target, error) {
	if o.stdin {
		return target{}, &DamageError{File: stdinName, Reason: "is named twice"}
	}
	o.stdin = true
	src := o.opts.Stdin
	if src == nil {
		src = os.Stdin
	}
	if f, ok := src.(*os.File); ok {
		info, err := f.Stat()
		if err == nil && info.Mode().IsRegular() {
			at, err := f.Seek(0, io.SeekCurrent)
			if err != nil {
				at = 0
			}
			open := func(m *meter) (io.ReadCloser, error) {
				return &metered{io.NopCloser(f), o.opts.Context, m}, nil
			}
			return target{stdinName, false, max(info.Size()-at, 0), open}, nil
		}
	}
	open := func(m *meter) (io.ReadCloser, error) {
		p := newPump(o.opts.Context, func() (io.ReadCloser, error) { return io.NopCloser(src), nil })
		return &metered{p, o.opts.Context, m}, nil
	}
	return target{stdinName, false, -1, open}, nil
}

// open opens t up to its first packet, as file number file of tally.
func (o *opener) open(t target, file int, tally *tally, m *meter, buffer int) (*input, error) {
	in := &input{name: t.name, file: file, tally: tally, last: math.MinInt64}
	raw, err := t.open(m)
	if err != nil {
		return nil, in.failed(err)
	}
	in.closers = []io.Closer{raw}
	var waits io.Closer
	if !t.regular {
		waits = raw
	}
	if err := in.unwrap(o, raw, waits, buffer); err != nil {
		in.Close()
		return nil, in.failed(err)
	}
	return in, nil
}

// unwrap detects compression and container. waits is raw if its Read may block
// for long.
func (in *input) unwrap(o *opener, raw io.Reader, waits io.Closer, buffer int) error {
	in.win = newWindow(o.opts.Context, raw, buffer)
	kind, err := sniff(in.win, unknownContent)
	if err != nil {
		return err
	}
	format := ""
	if kind.compressed() {
		plain, err := newDecompressor(kind, &windowReader{win: in.win})
		if err != nil {
			if in.win.stopped() {
				return err
			}
			return cutAt(0, err, "the start of the file", 0, 0)
		}
		in.closers = append([]io.Closer{plain}, in.closers...)
		var src io.Reader = plain
		if o.ahead {
			beside := newAhead(plain, waits)
			in.closers = append([]io.Closer{beside}, in.closers...)
			src = beside
		}
		in.win = newWindow(o.opts.Context, src, buffer)
		format = ", " + kind.String()
		if kind, err = sniff(in.win, kind); err != nil {
			return err
		}
	}
	body, err := in.container(kind)
	if err != nil {
		return err
	}
	in.body = body
	in.tally.files[in.file].Format = in.body.format() + format
	return nil
}

func (in *input) container(kind content) (container, error) {
	if kind == pcapContent {
		return newPcap(in.win, in.addInterface)
	}
	return newPcapng(in.win, in)
}

// addInterface adds an interface found by the container to the tally and
// returns its index there.
func (in *input) addInterface(s InterfaceStats) int {
	s.File = in.file
	in.tally.same = append(in.tally.same, in.tally.goesOn(&s))
	in.tally.interfaces = append(in.tally.interfaces, s)
	return len(in.tally.interfaces) - 1
}

// next reads a packet without counting it.
func (in *input) next(p *Packet) error {
	err := in.body.next(p)
	if err == nil {
		return nil
	}
	return in.failed(err)
}

// failed fills in what the container does not know about an error.
func (in *input) failed(err error) error {
	var d *DamageError
	if errors.As(err, &d) {
		d.File = in.name
		if in.body != nil {
			d.Packet = in.packets + 1
		}
		return d
	}
	if err == io.EOF || in.win != nil && in.win.stopped() {
		return err
	}
	return &DamageError{File: in.name, Reason: errorText(err), Err: err}
}

// measure brings the file's counters up to date.
func (in *input) measure() {
	f := &in.tally.files[in.file]
	f.Packets = in.packets
	f.Octets = uint64(in.win.offset())
}

func (in *input) Close() error {
	if in.body != nil {
		in.measure()
	}
	var errs []error
	for _, c := range in.closers {
		errs = append(errs, c.Close())
	}
	in.closers = nil
	return errors.Join(errs...)
}

// windowReader passes the compressed octets in a window to a decompressor.
type windowReader struct{ win *window }

func (r *windowReader) Read(b []byte) (int, error) {
	w := r.win
	if w.r == w.w {
		if _, err := w.fill(1); err != nil {
			return 0, err
		}
	}
	n := copy(b, w.buf[w.r:w.w])
	w.r += n
	return n, nil
}

// ReadByte saves the decompressors a buffer of their own.
func (r *windowReader) ReadByte() (byte, error) {
	w := r.win
	if w.r == w.w {
		if _, err := w.fill(1); err != nil {
			return 0, err
		}
	}
	w.r++
	return w.buf[w.r-1], nil
}
