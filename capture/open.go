package capture

import (
	"context"
	"errors"
	"io"
)

// Options changes how Open reads. The zero value is usable.
type Options struct {
	// Stdin is read for the path "-"; nil means os.Stdin. It is not closed.
	Stdin io.Reader
	// Context ends reading early: soon after it is done Next returns its error,
	// also when a pipe gives nothing; packets already in the buffer may come
	// first. nil means never. If a pipe stays silent, the goroutine that waits
	// for it lives on until the pipe delivers something or the process ends.
	Context context.Context
	// Progress is called from within Open and Next, or concurrently if a file is
	// compressed, one call at a time, at most about ten times a second, with the
	// octets of all inputs that were read, as they lie on disk, and their total;
	// total is 0 if the size of one of them is unknown.
	Progress func(done, total int64)
}

// Open opens saved captures as one timeline; "-" is standard input. A single
// file is given in its own order. Several are merged by the time of their next
// packets, ties in the order of paths; the order inside a file is kept, even
// where its time runs backwards. They are read lazily: a file is open only while
// its packets are due, so that hundreds of rotated captures cost no more than
// one, and captures of several interfaces interleave.
//
// Each file is a pcap or a pcapng, plain or compressed once with gzip, zstd, xz
// or lz4, told by content; what was put after each other, of one format and link
// type, counts as one file. Where some of several cannot be opened the others
// are read all the same, and Next first returns a *DamageError for each that
// could not. Only where none can be opened does Open fail, with all reasons.
func Open(paths []string, opts Options) (Source, error) {
	if len(paths) == 0 {
		return nil, errors.New("no capture is named")
	}
	if opts.Context == nil {
		opts.Context = context.Background()
	}
	o := &opener{opts: opts}
	if len(paths) > 1 {
		return openTimeline(o, paths)
	}
	o.ahead = true
	t, err := o.locate(paths[0])
	if err != nil {
		return nil, err
	}
	m := &meter{hook: opts.Progress}
	m.expect(t.size)
	tally := newTally([]FileStats{{Name: t.name}})
	in, err := o.open(t, 0, tally, m, soleBuffer)
	if err != nil {
		return nil, err
	}
	return &sole{in: in, tally: tally, meter: m}, nil
}

// sole is the timeline of one file.
type sole struct {
	in    *input
	tally *tally
	meter *meter
}

func (s *sole) Next(p *Packet) error {
	if err := s.in.body.next(p); err != nil {
		return s.ended(err)
	}
	s.tally.count(p, s.in)
	return nil
}

// ended returns the reason of the end once and closes the file.
func (s *sole) ended(err error) error {
	err = s.in.failed(err)
	s.in.Close()
	s.in.body = over{err: io.EOF}
	s.meter.finish()
	if s.in.win.stopped() {
		s.in.body = over{err: err}
	}
	return err
}

func (s *sole) Stats() Stats {
	s.in.measure()
	return s.tally.stats()
}

func (s *sole) Close() error {
	err := s.in.Close()
	s.in.body = over{err: io.EOF}
	return err
}

// over is the container of an input that has ended.
type over struct{ err error }

func (o over) next(*Packet) error { return o.err }
func (o over) format() string     { return "" }
