package capture

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

// idleReader gives nothing so many times, and then its last octet with an error.
type idleReader struct {
	idle int // below 0: for ever
	last string
	err  error
}

func (r *idleReader) Read(b []byte) (int, error) {
	if r.idle != 0 {
		r.idle--
		return 0, nil
	}
	n := copy(b, r.last)
	r.last = r.last[n:]
	return n, r.err
}

// TestNoProgress: a reader that gives nothing and no error is asked again, but
// not for ever.
func TestNoProgress(t *testing.T) {
	for _, c := range []struct {
		name string
		in   idleReader
		want string
		err  error
	}{
		{"for ever", idleReader{idle: -1}, "", io.ErrNoProgress},
		{"too often", idleReader{idle: emptyReads + 1, last: "a"}, "", io.ErrNoProgress},
		{"as often as is allowed", idleReader{idle: emptyReads, last: "a"}, "a", nil},
		{"as often as is allowed, and then the end", idleReader{idle: emptyReads, err: io.EOF}, "", io.EOF},
	} {
		win := newWindow(context.Background(), &c.in, 16)
		if got, err := win.need(1); string(got) != c.want || err != c.err {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, got, err, c.want, c.err)
		}
	}
	in := &idleReader{idle: -1}
	if _, err := Open([]string{"-"}, Options{Stdin: in}); !errors.Is(err, io.ErrNoProgress) || !strings.HasPrefix(err.Error(), "standard input: ") {
		t.Errorf("standard input that gives nothing: %v", err)
	}
}
