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

// pieceOctets is the most that is compressed at once.
const pieceOctets = 1 << 20

// compressor compresses a file piece by piece, so that each piece can be
// decompressed as soon as it is written.
//
// With gzip and xz a piece is a member or stream of its own, and every
// decompressor reads a file of several as one. With zstd and lz4 a file is one
// frame, flushed after each piece: Wireshark up to 4.0 reads the first frame only.
// There a new frame begins only after a piece that could not be written, because a
// flushed piece depends on those before it.
type compressor struct {
	kind string
	out  bytes.Buffer
	// piece compresses src into out; fresh: as the first of a frame.
	piece func(src []byte, fresh bool) error
	close func()
	// mark ends a frame; nil where each piece ends by itself.
	mark []byte

	open bool // the file has a frame without an end
	torn bool // and what is compressed next cannot go on with it
}

// compressions maps file name extensions to compressors.
var compressions = map[string]func() *compressor{
	".gz":  newGzip,
	".zst": newZstd,
	".lz4": newLZ4,
	".xz":  newXZ,
}

func newGzip() *compressor {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	c := &compressor{kind: "gzip"}
	c.piece = func(src []byte, _ bool) error {
		w.Reset(&c.out)
		if _, err := w.Write(src); err != nil {
			return err
		}
		return w.Close()
	}
	return c
}

func newXZ() *compressor {
	c := &compressor{kind: "xz"}
	c.piece = func(src []byte, _ bool) error {
		// It cannot be reused: each piece makes its own.
		w, err := xz.WriterConfig{DictCap: pieceOctets}.NewWriter(&c.out)
		if err != nil {
			return err
		}
		if _, err := w.Write(src); err != nil {
			return err
		}
		return w.Close()
	}
	return c
}

// newZstd makes frames without a checksum, so that an empty last block (RFC 8878
// §3.1.1.2) is all that ends one.
func newZstd() *compressor {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
	if err != nil {
		panic(err) // an option that is not valid: a mistake of this file
	}
	c := &compressor{kind: "zstd", close: func() { w.Close() }, mark: []byte{1, 0, 0}}
	c.piece = func(src []byte, fresh bool) error { return flushed(w, src, fresh, &c.out) }
	return c
}

// newLZ4 makes frames without a checksum of their content, so that the end mark
// of the frame format, a block of length 0, is all that ends one.
func newLZ4() *compressor {
	w := lz4.NewWriter(nil)
	if err := w.Apply(lz4.ConcurrencyOption(1), lz4.BlockSizeOption(lz4.Block1Mb), lz4.ChecksumOption(false)); err != nil {
		panic(err)
	}
	c := &compressor{kind: "lz4", mark: []byte{0, 0, 0, 0}}
	c.piece = func(src []byte, fresh bool) error { return flushed(w, src, fresh, &c.out) }
	return c
}

// flushed compresses src with a writer that continues its frame.
func flushed(w interface {
	io.Writer
	Reset(io.Writer)
	Flush() error
}, src []byte, fresh bool, out io.Writer) error {
	if fresh {
		w.Reset(out)
	}
	if _, err := w.Write(src); err != nil {
		return err
	}
	return w.Flush()
}

// compress returns src as the next piece of the file, valid until the next call.
// taken or failed must be called with the outcome.
func (c *compressor) compress(src []byte) ([]byte, error) {
	c.out.Reset()
	if c.torn {
		c.out.Write(c.mark)
	}
	err := c.piece(src, !c.open || c.torn)
	return c.out.Bytes(), err
}

func (c *compressor) taken()  { c.open, c.torn = c.mark != nil, false }
func (c *compressor) failed() { c.torn = c.open }

// newFile forgets the file before.
func (c *compressor) newFile() { c.open, c.torn = false, false }

// most is the greatest length of a compressed piece of n octets: no compression
// adds more than this to incompressible octets.
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

// split splits a name into the part to which numbers are appended, the
// extension of the container, and that of the compression. Either extension may
// be empty.
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
