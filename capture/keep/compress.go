package keep

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// frameOctets is how much is compressed at one time at most.
const frameOctets = 1 << 20

// compressor makes frames that stand by themselves: a gzip member, a zstd or
// lz4 frame, an xz stream. A file of several is one file to every program that
// undoes these compressions, and it is whole after each: nothing has to be
// written behind the last one. At a frame of up to a mebibyte this costs less
// than a hundredth in size.
type compressor struct {
	kind  string
	out   bytes.Buffer
	close func()
	// frame compresses src into out.
	frame func(src []byte) error
}

// compressions are the endings of names that are compressed.
var compressions = map[string]func() *compressor{
	".gz": func() *compressor {
		w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
		return streamed("gzip", w, w.Reset)
	},
	".zst": newZstd,
	".lz4": func() *compressor {
		w := lz4.NewWriter(nil)
		_ = w.Apply(lz4.ConcurrencyOption(1), lz4.BlockSizeOption(lz4.Block1Mb)) // both are valid
		return streamed("lz4", w, w.Reset)
	},
	".xz": func() *compressor {
		c := &compressor{kind: "xz"}
		c.frame = func(src []byte) error {
			// It cannot be used again: each frame makes its own.
			w, err := xz.WriterConfig{DictCap: frameOctets}.NewWriter(&c.out)
			if err != nil {
				return err
			}
			if _, err := w.Write(src); err != nil {
				return err
			}
			return w.Close()
		}
		return c
	},
}

func newZstd() *compressor {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		panic(err) // an option that is not valid: a mistake of this file
	}
	c := &compressor{kind: "zstd", close: func() { w.Close() }}
	c.frame = func(src []byte) error {
		c.out.Grow(w.MaxEncodedSize(len(src)))
		_, err := c.out.Write(w.EncodeAll(src, c.out.AvailableBuffer()))
		return err
	}
	return c
}

func streamed(kind string, w io.WriteCloser, reset func(io.Writer)) *compressor {
	c := &compressor{kind: kind}
	c.frame = func(src []byte) error {
		reset(&c.out)
		if _, err := w.Write(src); err != nil {
			return err
		}
		return w.Close()
	}
	return c
}

// compress returns src as one frame, valid until the next call.
func (c *compressor) compress(src []byte) ([]byte, error) {
	c.out.Reset()
	err := c.frame(src)
	return c.out.Bytes(), err
}

// most is how long the frame of n octets can become: none of the compressions
// adds more than this to octets that cannot be compressed.
func most(n int) int64 { return int64(n) + int64(n)/64 + 512 }

// byName chooses container and compression by the end of a file's name.
func byName(name string, o *Options) (encoder, *compressor) {
	_, form, compression := split(name)
	var c *compressor
	if begin := compressions[strings.ToLower(compression)]; begin != nil {
		c = begin()
	}
	if strings.ToLower(form) == ".pcap" {
		return &pcap{}, c
	}
	return &pcapng{application: o.Application, os: o.OS, hardware: o.Hardware, filter: o.Filter, local: o.Local}, c
}

// split takes a name apart: what numbers are put behind, the ending of the
// container, and that of the compression. Either ending may be empty.
func split(name string) (stem, form, compression string) {
	stem = name
	if ext := filepath.Ext(stem); compressions[strings.ToLower(ext)] != nil && len(filepath.Base(stem)) > len(ext) {
		stem, compression = strings.TrimSuffix(stem, ext), ext
	}
	if ext := filepath.Ext(stem); len(filepath.Base(stem)) > len(ext) {
		stem, form = strings.TrimSuffix(stem, ext), ext
	}
	return stem, form, compression
}
