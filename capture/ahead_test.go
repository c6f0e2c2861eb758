package capture

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"testing"
	"time"
)

// stalls gives some octets and then nothing more until it is closed.
type stalls struct {
	data  *bytes.Reader
	close chan struct{}
}

func (s *stalls) Read(b []byte) (int, error) {
	if n, _ := s.data.Read(b); n > 0 {
		return n, nil
	}
	<-s.close
	return 0, io.EOF
}

// TestAheadStalled: a compressed input that gives nothing more can be closed, and
// can be interrupted, and its packets up to there are given.
func TestAheadStalled(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	f := &pcapFile{}
	for i := range uint32(20_000) {
		f.packet(i, i, "a packet of some length")
	}
	w.Write(f.bytes())
	w.Flush() // what follows never comes
	// What is left fits in the buffers, so that more is waited for; or does not, and one to fill is.
	for i, how := range []string{"close", "interrupt", "close", "interrupt"} {
		taken := []int{19_900, 15_000}[i/2]
		ctx, cancel := context.WithCancel(context.Background())
		s := &stalls{bytes.NewReader(z.Bytes()), make(chan struct{})}
		src, err := Open([]string{"-"}, Options{Stdin: s, Context: ctx})
		if err != nil {
			t.Fatal(err)
		}
		var p Packet
		for n := range taken {
			if err := src.Next(&p); err != nil {
				t.Fatalf("packet %d: %v", n+1, err)
			}
		}
		done := make(chan error, 1)
		go func() {
			if how == "close" {
				done <- src.Close()
				return
			}
			time.AfterFunc(10*time.Millisecond, cancel)
			var err error
			for err == nil {
				err = src.Next(&p)
			}
			src.Close()
			done <- err
		}()
		select {
		case err := <-done:
			if (how == "interrupt") != (err == context.Canceled) {
				t.Errorf("%s: %v", how, err)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: waits for ever", how)
		}
		cancel()
		close(s.close)
	}
}
