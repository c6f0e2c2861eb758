package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// compressors makes one whole stream of each format.
var compressors = map[content]func(testing.TB, []byte) []byte{
	gzipContent: func(t testing.TB, b []byte) []byte {
		var out bytes.Buffer
		return finish(t, &out, gzip.NewWriter(&out), b)
	},
	zstdContent: func(t testing.TB, b []byte) []byte {
		var out bytes.Buffer
		w, err := zstd.NewWriter(&out, zstd.WithEncoderCRC(true), zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		return finish(t, &out, w, b)
	},
	xzContent: func(t testing.TB, b []byte) []byte {
		var out bytes.Buffer
		w, err := xz.WriterConfig{BlockSize: 4000, DictCap: 1 << 16}.NewWriter(&out)
		if err != nil {
			t.Fatal(err)
		}
		return finish(t, &out, w, b)
	},
	lz4Content: func(t testing.TB, b []byte) []byte {
		var out bytes.Buffer
		w := lz4.NewWriter(&out)
		if err := w.Apply(lz4.BlockSizeOption(lz4.Block64Kb), lz4.ChecksumOption(true)); err != nil {
			t.Fatal(err)
		}
		return finish(t, &out, w, b)
	},
}

func finish(t testing.TB, out *bytes.Buffer, w io.WriteCloser, b []byte) []byte {
	t.Helper()
	_, err := w.Write(b)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(out.Bytes())
}

// randomPcap has packets that do not compress.
func randomPcap(packets, size int) (*pcapFile, []string) {
	r := rand.New(rand.NewPCG(1, 2))
	f := &pcapFile{link: 1}
	var want []string
	for i := range packets {
		b := make([]byte, size)
		for k := range b {
			b[k] = byte(r.Uint32())
		}
		want = append(want, string(b))
		f.packet(uint32(i), 0, want[i])
	}
	return f, want
}

func TestCompressed(t *testing.T) {
	f, want := randomPcap(300, 100)
	plain := f.bytes()
	for kind, compress := range compressors {
		one := compress(t, plain)
		parts := append(compress(t, plain[:1000]), compress(t, plain[1000:])...)
		withEmpty := slices.Concat(compress(t, nil), one, compress(t, nil))
		for name, b := range map[string][]byte{"one stream": one, "two streams": parts, "with empty streams": withEmpty} {
			t.Run(kind.String()+", "+name, func(t *testing.T) {
				packets, damages, stats := readAll(t, b)
				if len(packets) != len(want) || len(damages) > 0 {
					t.Fatalf("%d packets, %v", len(packets), damages)
				}
				for i, p := range packets {
					if p.data != want[i] {
						t.Fatalf("packet %d differs", i+1)
					}
				}
				if f := stats.Files[0]; f.Format != "pcap, "+kind.String() || f.Octets != uint64(len(plain)) {
					t.Errorf("%+v", f)
				}
			})
		}
	}
}

// A stream that is cut anywhere gives a prefix of the packets and one damage.
func TestCompressedCut(t *testing.T) {
	f, want := randomPcap(12, 500)
	for kind, compress := range compressors {
		t.Run(kind.String(), func(t *testing.T) {
			b := compress(t, f.bytes())
			path := filepath.Join(t.TempDir(), "file")
			for cut := 1; cut < len(b); cut += 1 + cut/40 {
				if err := os.WriteFile(path, b[:cut], 0o600); err != nil {
					t.Fatal(err)
				}
				s, err := Open([]string{path}, Options{})
				if err != nil {
					continue
				}
				packets, damages := drain(t, s)
				checkPrefix(t, packets, want)
				if len(damages) != 1 {
					t.Errorf("cut to %d of %d: %d packets, damages %v", cut, len(b), len(packets), damages)
				}
			}
		})
	}
}

func checkPrefix(t testing.TB, packets []got, want []string) {
	t.Helper()
	if len(packets) > len(want) {
		t.Errorf("%d packets, only %d were written", len(packets), len(want))
		return
	}
	for i, p := range packets {
		if p.data != want[i] {
			t.Errorf("packet %d differs", i+1)
		}
	}
}

// A flipped bit late in the stream is found by the format's own checks.
func TestCompressedDamage(t *testing.T) {
	f, want := randomPcap(300, 500)
	for kind, compress := range compressors {
		t.Run(kind.String(), func(t *testing.T) {
			b := compress(t, f.bytes())
			b[len(b)-100] ^= 4
			packets, damages, _ := readAll(t, b)
			if len(damages) != 1 || !strings.Contains(damages[0].Error(), fmt.Sprintf("the %s data are damaged", kind)) {
				t.Errorf("damages %v", damages)
			}
			if len(packets) < 100 {
				t.Errorf("only %d packets of %d", len(packets), len(want))
			}
		})
	}
}

func TestCompressedContents(t *testing.T) {
	inner := compressors[zstdContent](t, (&pcapFile{}).bytes())
	zeros := make([]byte, 1<<20)
	for name, test := range map[string]struct{ plain, want string }{
		"nested": {string(inner), "zstd data inside gzip data: only one compression is undone"},
		"text":   {"Hello", `gzip data: not a capture: starts with "Hello"`},
		"zeros":  {string(zeros), `gzip data: not a capture: starts with "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...`},
		"empty":  {"", "gzip data of no octets"},
		"snoop":  {"snoop\x00\x00\x00", "gzip data: not a capture that can be read: looks like a Sun snoop capture"},
	} {
		if got := openError(t, compressors[gzipContent](t, []byte(test.plain))); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	for kind, compress := range compressors {
		b := compress(t, (&pcapFile{}).bytes())
		got := openError(t, b[:8])
		if want := fmt.Sprintf("the start of the file: the %s data end too early", kind); got != want {
			t.Errorf("%s cut to 8 octets: %q, want %q", kind, got, want)
		}
	}
}

// Parallel zstd writers start with a skippable frame.
func TestZstdSkippableFrame(t *testing.T) {
	b := append([]byte("\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"), compressors[zstdContent](t, (&pcapFile{}).packet(1, 0, "a").bytes())...)
	if packets, damages, _ := readAll(t, b); len(packets) != 1 || len(damages) > 0 {
		t.Errorf("%v %v", packets, damages)
	}
}

// A quarter of a megabyte that stands for a quarter of a gigabyte of zeros after a file header.
func TestCompressedZerosEndSoon(t *testing.T) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write((&pcapFile{}).packet(1, 0, "abcd").bytes())
	zeros := make([]byte, 1<<20)
	for range 256 {
		w.Write(zeros)
	}
	w.Close()
	start := time.Now()
	packets, damages, s := readAll(t, out.Bytes())
	if len(packets) != 1 || len(damages) != 1 || s.Files[0].Octets > 1000 {
		t.Errorf("%d packets, %v, %d octets", len(packets), damages, s.Files[0].Octets)
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
}

// Memory that a header asks for and that no data fill.
func TestCompressedMemoryIsBounded(t *testing.T) {
	plain := (&pcapFile{}).packet(1, 0, "abcd").bytes()
	bigXZ := func(property byte, plain []byte) []byte {
		b := compressors[xzContent](t, plain)
		header := b[12:][:4*(int(b[12])+1)]
		i := bytes.Index(header, []byte{0x21, 1})
		header[i+2] = property
		binary.LittleEndian.PutUint32(header[len(header)-4:], crc32.ChecksumIEEE(header[:len(header)-4]))
		return b
	}
	tests := map[string]struct {
		file []byte
		want string
	}{
		"xz -9":               {bigXZ(28, plain), ""}, // 64 MiB
		"xz of 4 GiB":         {bigXZ(40, plain), "the start of the file: the xz data are damaged: a dictionary of more than 67108864 octets is asked for"},
		"xz of 96 MiB":        {bigXZ(29, plain), "the start of the file: the xz data are damaged: a dictionary of more than 67108864 octets is asked for"},
		"zstd window 256 MiB": {[]byte("\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00"), "the start of the file: the zstd data are damaged: window size exceeded"},
		"xz, second block":    {append(compressors[xzContent](t, plain), bigXZ(40, plain)...), "late"},
		"xz, many streams":    {slices.Concat(bigXZ(28, plain), bytes.Repeat(bigXZ(28, plain[24:]), 100)), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if test.want == "late" {
				_, damages, _ := readAll(t, test.file)
				if len(damages) != 1 || !strings.Contains(damages[0].Error(), "asked for") {
					t.Errorf("damages %v", damages)
				}
			} else if got := openError(t, test.file); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			runtime.ReadMemStats(&after)
			// One dictionary of 64 MiB, which the next block and stream have again.
			if grown := after.HeapSys - before.HeapSys; int64(grown) > 100<<20 {
				t.Errorf("heap grew by %d MiB", grown>>20)
			}
		})
	}
}

// A decoder that panics is an error.
func TestDecoderPanicIsContained(t *testing.T) {
	d := &decompressor{kind: lz4Content, src: panicking{}}
	if _, err := d.Read(make([]byte, 1)); err == nil || err.Error() != "the lz4 data are damaged: decoder failed: boom" {
		t.Error(err)
	}
	if _, err := d.Read(make([]byte, 1)); err == nil {
		t.Error("read on")
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("boom") }

// TestCompressionErrorIsNoEnd: a compressed stream that ends too early is not taken for the
// end of the capture.
func TestCompressionErrorIsNoEnd(t *testing.T) {
	for cause, want := range map[error]error{io.EOF: io.ErrUnexpectedEOF, io.ErrUnexpectedEOF: io.ErrUnexpectedEOF, io.ErrNoProgress: io.ErrNoProgress} {
		if err := error(&compressionError{gzipContent, cause}); !errors.Is(err, want) || errors.Is(err, io.EOF) {
			t.Errorf("%v: %v", cause, errors.Unwrap(err))
		}
	}
}
