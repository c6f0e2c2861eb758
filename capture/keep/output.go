package keep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// output is an open file, or another destination.
type output struct {
	w    io.Writer
	file *os.File // nil: not a file
	// regular: what is written can be removed again.
	regular bool
	own     bool // to be closed
	name    string
}

// create opens name for writing and truncates it, unless it is one of those to
// spare.
func create(ctx context.Context, name string, spare []os.FileInfo) (*output, error) {
	before, err := os.Stat(name)
	if err == nil {
		if err := writable(before, spare); err != nil {
			return nil, err
		}
	}
	var f *os.File
	if err == nil && before.Mode()&os.ModeNamedPipe != 0 {
		f, err = openPipe(ctx, name)
	} else {
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	}
	if err != nil {
		return nil, plain(err)
	}
	out := &output{w: f, file: f, own: true, name: name}
	if info, err := f.Stat(); err == nil {
		out.regular = info.Mode().IsRegular()
	}
	return out, nil
}

// writable returns an error if packets are not written to what info describes.
// Named pipes that are not in use here, and character devices such as /dev/null, are
// allowed, as in tcpdump.
func writable(info os.FileInfo, spare []os.FileInfo) error {
	mode := info.Mode()
	switch {
	case mode.IsDir():
		return errors.New("is a directory")
	case mode&os.ModeDevice != 0 && mode&os.ModeCharDevice == 0:
		return errors.New("is a block device")
	case mode.IsRegular(), mode&os.ModeNamedPipe != 0:
		for _, s := range spare {
			switch {
			case !os.SameFile(info, s):
			case mode.IsRegular():
				return errors.New("would write over a file that is in use here")
			default:
				return errors.New("is a pipe that is in use here")
			}
		}
	}
	return nil
}

// openPipe waits for a reader of the named pipe, or for ctx.
func openPipe(ctx context.Context, name string) (*os.File, error) {
	type opened struct {
		f   *os.File
		err error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		done <- opened{f, err}
	}()
	select {
	case o := <-done:
		return o.f, o.err
	case <-ctx.Done():
		return nil, fmt.Errorf("nobody reads the pipe: %w", ctx.Err())
	}
}

// lend takes a writer that stays open.
func lend(w io.Writer, name string) *output {
	out := &output{w: w, name: name}
	if f, ok := w.(*os.File); ok {
		out.file = f
		if info, err := f.Stat(); err == nil {
			out.regular = info.Mode().IsRegular()
		}
	}
	return out
}

// cut removes the last n octets written, and reports whether it could.
func (o *output) cut(n int) bool {
	if n == 0 {
		return true
	}
	if !o.regular {
		return false
	}
	at, err := o.file.Seek(0, io.SeekCurrent)
	if err != nil || at < int64(n) || o.file.Truncate(at-int64(n)) != nil {
		return false
	}
	_, err = o.file.Seek(at-int64(n), io.SeekStart)
	return err == nil
}

// remove deletes the file, if its name still refers to it.
func (o *output) remove() {
	mine, err := o.file.Stat()
	if err != nil || !o.regular {
		return
	}
	if info, err := os.Stat(o.name); err == nil && os.SameFile(info, mine) {
		os.Remove(o.name)
	}
}

func (o *output) close() error {
	if !o.own {
		return nil
	}
	return plain(o.file.Close())
}

// full reports whether err may pass when something else frees space.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// plain is err without the path that it repeats.
func plain(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
