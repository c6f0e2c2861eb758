package capture

import (
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
	"github.com/pierrec/lz4/v4"
)

const (
	// maxZstdWindow is the limit of the zstd program itself, by default.
	maxZstdWindow = 128 << 20
	// maxXZDictionary is the dictionary of xz -9.
	maxXZDictionary = 64 << 20
)

// newDecompressor undoes one layer of compression, without goroutines. Files
// made by joining compressed files are read to the end of the last.
func newDecompressor(kind content, src io.Reader) (io.ReadCloser, error) {
	d := &decompressor{kind: kind}
	err := d.guard(func() (err error) {
		switch kind {
		case gzipContent:
			d.src, err = gzip.NewReader(src)
		case zstdContent:
			var z *zstd.Decoder
			z, err = zstd.NewReader(src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
				zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecodeBuffersBelow(0))
			if err == nil {
				d.src, d.close = z, z.Close
			}
		case xzContent:
			d.src, err = xz.NewReader(src, maxXZDictionary)
		case lz4Content:
			d.src = lz4.NewReader(src)
		}
		return err
	})
	return d, err
}

// decompressor names its format in every error and recovers from panics of the
// libraries.
type decompressor struct {
	kind  content
	src   io.Reader
	close func()
	err   error
}

func (d *decompressor) Read(b []byte) (n int, err error) {
	if d.err != nil {
		return 0, d.err
	}
	d.err = d.guard(func() (err error) {
		n, err = d.src.Read(b)
		return err
	})
	return n, d.err
}

func (d *decompressor) guard(read func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &compressionError{d.kind, fmt.Errorf("decoder failed: %v", r)}
		}
	}()
	switch err = read(); err {
	case nil, io.EOF:
		return err
	case xz.ErrBuf: // it found the input at its end, and not the stream
		err = io.ErrUnexpectedEOF
	case xz.ErrMemlimit:
		err = fmt.Errorf("a dictionary of more than %d octets is asked for", maxXZDictionary)
	}
	return &compressionError{d.kind, err}
}

func (d *decompressor) Close() error {
	if d.close != nil {
		d.close()
	}
	return nil
}

// compressionError is a compressed stream that could not be decompressed. It is
// never io.EOF, so that damage to the stream is not reported as a packet that
// is cut.
type compressionError struct {
	kind content
	err  error
}

func (e *compressionError) Error() string {
	if errors.Is(e.err, io.ErrUnexpectedEOF) || errors.Is(e.err, io.EOF) {
		return fmt.Sprintf("the %s data end too early", e.kind)
	}
	return fmt.Sprintf("the %s data are damaged: %v", e.kind, e.err)
}

func (e *compressionError) Unwrap() error {
	if e.err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return e.err
}
