package wireshark_test

import (
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tcpwatch/capture/wire"
)

var (
	connections = flag.Int("connections", 300, "how many random connections TestRandom lays before tshark")
	seed        = flag.Uint64("seed", 1, "of TestRandom")
)

// TestRandom lays random segments of many connections before tshark, where it
// is installed, and wants the same names and values. The numbers are few and
// close together, so that every rule is met, with its edges.
func TestRandom(t *testing.T) {
	haveTshark(t)
	r := rand.New(rand.NewPCG(*seed, 0))
	var segments []wire.Segment
	var first []int // of each connection
	for number := range min(*connections, maxRandom) {
		first = append(first, len(segments))
		segments = appendRandom(segments, r, number)
	}
	first = append(first, len(segments))
	path := filepath.Join(t.TempDir(), "random.pcap")
	writePcap(t, path, segments)
	ours, theirs := follow(path), askTshark(t, path)
	wrong, from, to := 0, 0, len(segments)
	for c := range len(first) - 1 {
		for i := first[c]; i < first[c+1]; i++ {
			n := uint64(i + 1)
			if ours[n].names == theirs[n].names && ours[n].sameValues(theirs[n]) {
				continue
			}
			wrong++
			if i-first[c] < to-from {
				from, to = first[c], i
			}
			break
		}
	}
	if wrong == 0 {
		return
	}
	t.Errorf("%d connections differ; in the shortest:", wrong)
	for i := from; i <= to; i++ {
		n := uint64(i + 1)
		t.Logf("%s\n   ours   %v\n   tshark %v", describe(&segments[i]), ours[n], theirs[n])
	}
}

// maxRandom is how many connections have ports of their own.
const maxRandom = 40_000

func describe(s *wire.Segment) string {
	text := fmt.Sprintf("%v %d>%d %s seq %d len %d ack %d win %d", time.Unix(0, s.Time).UTC().Format("15:04:05.000000"),
		s.SrcPort, s.DstPort, s.Flags, s.Seq, s.Len, s.Ack, s.Window)
	if s.Options.Set.Has(wire.OptWindowScale) {
		text += fmt.Sprint(" scale ", s.Options.WindowScale)
	}
	for _, b := range s.Options.SACK[:s.Options.SACKBlocks] {
		text += fmt.Sprint(" sack ", b.Left, ":", b.Right)
	}
	return text
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// appendRandom appends the segments of one connection. Numbers do not come to
// 0, which Wireshark takes for "not known".
func appendRandom(dst []wire.Segment, r *rand.Rand, number int) []wire.Segment {
	g := generator{Rand: r, at: 1_700_000_000_000_000_000 + int64(number)*int64(time.Hour)}
	g.next = [2]wire.Seq{pick[wire.Seq](r, 1000, 1<<32-1000), pick[wire.Seq](r, 5000, 1<<31-2)}
	g.port = uint16(20000 + number)
	handshake := r.IntN(4) != 0
	for i := range 4 + r.IntN(20) {
		if handshake && i < 3 {
			dst = append(dst, g.opening(i))
		} else {
			dst = append(dst, g.segment())
		}
	}
	return dst
}

type generator struct {
	*rand.Rand
	at     int64
	next   [2]wire.Seq
	window [2]uint16
	port   uint16
}

// opening returns the segments of a handshake.
func (g *generator) opening(i int) wire.Segment {
	from := i % 2
	g.window[from] = pick[uint16](g.Rand, 0, 1, 2, 5, 10, 20)
	seg := g.start(from)
	seg.Flags = [3]wire.Flags{wire.SYN, wire.SYN | wire.ACK, wire.ACK}[i]
	g.scale(&seg)
	g.next[from] = seg.End()
	return seg
}

// segment returns any other.
func (g *generator) segment() wire.Segment {
	from := g.IntN(2)
	if g.IntN(4) == 0 {
		g.window[from] = pick[uint16](g.Rand, 0, 1, 2, 5, 10, 20)
	}
	seg := g.start(from)
	seg.Flags = wire.ACK
	if g.IntN(12) == 0 {
		seg.Flags = pick[wire.Flags](g.Rand, wire.SYN, wire.SYN|wire.ACK, wire.FIN|wire.ACK, wire.RST, wire.RST|wire.ACK, 0, wire.FIN)
	}
	seg.Len = pick[uint32](g.Rand, 0, 0, 0, 1, 2, 5, 10)
	off := []wire.Seq{^wire.Seq(0), ^wire.Seq(1), ^wire.Seq(4), ^wire.Seq(9), 1, 2, 5, 10}
	if g.IntN(3) == 0 {
		seg.Seq += pick(g.Rand, off...)
	}
	if g.IntN(4) == 0 {
		seg.Ack += pick(g.Rand, off...)
	}
	if g.IntN(8) == 0 {
		seg.Options.Set |= wire.OptSACK
		seg.Options.SACKBlocks = pick[uint8](g.Rand, 1, 2, 3, 4)
		for i := range seg.Options.SACKBlocks {
			left := seg.Ack + wire.Seq(g.IntN(8))
			seg.Options.SACK[i] = wire.SACKBlock{Left: left, Right: left + wire.Seq(g.IntN(5))}
		}
	}
	g.scale(&seg)
	if end := seg.End(); end.After(g.next[from]) {
		g.next[from] = end
	}
	return seg
}

// start returns an empty segment that is due, somewhat later than the last.
func (g *generator) start(from int) wire.Segment {
	g.at += int64(pick(g.Rand, 0, time.Microsecond, 100*time.Microsecond, 2*time.Millisecond, 3*time.Millisecond,
		19*time.Millisecond, 20*time.Millisecond, time.Second))
	seg := wire.Segment{TTL: 64, Window: g.window[from], Time: g.at, Seq: g.next[from], Ack: g.next[1-from]}
	seg.Src, seg.Dst = wire.AddrFrom4([4]byte{10, 0, 0, 1}), wire.AddrFrom4([4]byte{10, 0, 0, 2})
	seg.SrcPort, seg.DstPort = g.port, 19999
	if from == 1 {
		seg.Tuple = seg.Tuple.Reverse()
	}
	return seg
}

// scale offers window scaling in most SYNs.
func (g *generator) scale(seg *wire.Segment) {
	if seg.Flags.Has(wire.SYN) && g.IntN(3) != 0 {
		seg.Options.Set |= wire.OptWindowScale
		seg.Options.WindowScale = pick[uint8](g.Rand, 0, 1, 2)
	}
}

// writePcap writes a pcap file with nanoseconds.
func writePcap(t *testing.T, path string, segments []wire.Segment) {
	t.Helper()
	le := binary.LittleEndian
	out := le.AppendUint32(nil, 0xa1b23c4d)
	out = append(le.AppendUint16(le.AppendUint16(out, 2), 4), make([]byte, 8)...)
	out = le.AppendUint32(le.AppendUint32(out, 65535), uint32(wire.LinkEthernet))
	for i := range segments {
		frame := wire.AppendFrame(nil, &segments[i])
		at := segments[i].Time
		out = le.AppendUint32(le.AppendUint32(out, uint32(at/1e9)), uint32(at%1e9))
		out = append(le.AppendUint32(le.AppendUint32(out, uint32(len(frame))), uint32(len(frame))), frame...)
	}
	if err := os.WriteFile(path, out, 0o666); err != nil {
		t.Fatal(err)
	}
}
