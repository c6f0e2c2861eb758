package keep

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"tcpwatch/capture"
)

// Options changes what Open makes. The zero value writes one file.
type Options struct {
	// Size is the maximum length of a file, in octets on disk, except if a
	// single packet takes more; 0: no limit.
	Size int64
	// Every is the time, by the packets' clock, after which another file
	// begins, counted from the first packet; 0: never. A file begins with a
	// packet, so that none is empty.
	Every time.Duration
	// Files is how many files are kept; the oldest is removed. 0: all.
	Files int
	// PerPacket writes each packet at once.
	PerPacket bool
	// Stats returns the interfaces, when a packet of an unknown one comes, and
	// their counters, at the end of each file: it is Source.Stats. nil:
	// interfaces have no name and the link type of their first packet.
	Stats func() capture.Stats
	// Clock is the time of the capture's clock, in nanoseconds, for the
	// beginning and end of files in their statistics; nil: the times of their
	// packets.
	Clock func() int64
	// Application, OS and Hardware say who wrote a pcapng and where; Filter is
	// the filter in force, beside those that interfaces were captured with.
	// Local: the interfaces are those of this machine.
	Application, OS, Hardware, Filter string
	Local                             bool
	// Spare are files that must not be overwritten, above all the inputs.
	Spare []os.FileInfo
	// Context ends the wait for a reader of a named pipe. nil: never.
	Context context.Context
}

// rotates reports whether there can be more than one file.
func (o *Options) rotates() bool { return o.Size > 0 || o.Every > 0 }

// Open creates name, or files named after it if Options ask for several, which
// are then created as packets come. The end of the name chooses the container,
// ".pcap" or pcapng, and the compression: ".gz", ".zst", ".lz4", ".xz". A FIFO
// is waited for until it has a reader. The error names no file.
func Open(name string, o Options) (*Writer, error) {
	w, err := newWriter(name, o)
	if err != nil {
		return nil, err
	}
	if o.rotates() {
		if w.names, err = newNames(name); err != nil {
			return nil, err
		}
		return w, hasPlace(name)
	}
	if w.out, err = create(w.o.Context, name, o.Spare); err != nil {
		return nil, err
	}
	w.result.Files = 1
	return w, nil
}

// hasPlace returns an error if no files can be made whose names begin with
// name.
func hasPlace(name string) error {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return errors.New("is a directory")
	}
	dir := filepath.Dir(name)
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = syscall.ENOTDIR
	}
	return plain(err)
}

// To writes to out, which is not closed, and takes container and compression
// from name. It cannot rotate.
func To(out io.Writer, name string, o Options) (*Writer, error) {
	if o.rotates() {
		return nil, errors.New("only files can be rotated")
	}
	w, err := newWriter(name, o)
	if err != nil {
		return nil, err
	}
	w.out = lend(out, name)
	w.result.Files = 1
	return w, nil
}

// Admit returns an error if a file of this name could not hold packets of the
// interfaces in s.
func Admit(name string, s capture.Stats) error {
	enc, _ := byName(name, &Options{})
	return enc.admit(&s)
}

func newWriter(name string, o Options) (*Writer, error) {
	if o.Files > 0 && !o.rotates() {
		return nil, errors.New("a number of files needs a size or a time after which another one begins")
	}
	if o.Context == nil {
		o.Context = context.Background()
	}
	w := &Writer{o: o, limit: bufferOctets}
	w.enc, w.c = byName(name, &o)
	w.result.Name, w.result.Format = name, w.enc.name()
	if w.c != nil {
		w.result.Format += ", " + w.c.kind
		w.limit = pieceOctets
		if o.Size > 0 {
			w.limit = int(min(pieceOctets, max(o.Size/8, 16<<10)))
		}
	}
	if o.Stats != nil {
		s := o.Stats()
		if err := w.take(&s); err != nil {
			return nil, err
		}
		w.comments.hear(&s)
	}
	if o.Clock != nil {
		w.start = o.Clock()
	}
	w.buf = make([]byte, 0, w.limit)
	return w, nil
}
