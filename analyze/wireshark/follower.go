package wireshark

import (
	"bytes"

	"tcpwatch/capture/wire"
)

// maxSpans bounds the unacknowledged segments of all streams together: 128 MiB.
// Beyond it Values.BytesInFlight and RTO become too small; no name depends on
// them.
const maxSpans = 1 << 22

// key names the two ends of a stream. Wireshark 4.0 looks at nothing else:
// the same pair in two VLANs or tunnels is one stream.
type key struct {
	addr [2]wire.Addr
	port [2]uint16
	ipv6 bool
}

// slot is a stream with its place in the order of use.
type slot struct {
	tracker
	key          key
	older, newer int32
}

const (
	chunkBits = 8
	chunkSize = 1 << chunkBits
)

// Follower follows all streams of a capture. It is not safe for concurrent use.
type Follower struct {
	index map[key]int32
	// chunks hold the streams, up to limit, and never move. Index 0 is the
	// anchor of the ring of streams in the order of use.
	chunks [][]slot
	used   int32 // highest index handed out
	limit  int32
	spans  *store
	values Values
}

// New returns a Follower of at most maxConnections streams, at least one; the
// stream that was silent for the longest time makes room for a new one. A stream
// takes less than 450 octets; unacknowledged segments come on top.
func New(maxConnections int) *Follower {
	return &Follower{
		index:  make(map[key]int32),
		chunks: [][]slot{make([]slot, chunkSize)},
		limit:  int32(min(max(maxConnections, 1), 1<<30)),
		spans:  newStore(maxSpans),
	}
}

// Segment takes the next segment of the capture, in its order, and returns the
// names that tshark gives it. It keeps nothing of seg.
func (f *Follower) Segment(seg *wire.Segment) Set {
	k, from := keyOf(&seg.Tuple)
	i, ok := f.index[k]
	if !ok {
		i = f.begin(k)
	}
	f.touch(i)
	t := &f.at(i).tracker
	s := t.segment(seg, from)
	f.values = t.values
	return s
}

// Values returns what goes with the names of the latest segment.
func (f *Follower) Values() Values { return f.values }

// Len returns how many streams are remembered.
func (f *Follower) Len() int { return len(f.index) }

func (f *Follower) at(i int32) *slot { return &f.chunks[i>>chunkBits][i&(chunkSize-1)] }

// begin makes room for a stream, if need be that of the oldest.
func (f *Follower) begin(k key) int32 {
	i := f.used + 1
	if f.used >= f.limit {
		i = f.at(0).newer
		delete(f.index, f.at(i).key)
		f.unlink(i)
	} else {
		f.used = i
		if int(i>>chunkBits) == len(f.chunks) {
			f.chunks = append(f.chunks, make([]slot, chunkSize))
		}
		s := f.at(i)
		s.spans, s.older, s.newer = f.spans, i, i
	}
	s := f.at(i)
	s.key = k
	s.reset()
	f.index[k] = i
	return i
}

// touch moves a stream to the end of the ring.
func (f *Follower) touch(i int32) {
	f.unlink(i)
	s, anchor := f.at(i), f.at(0)
	last := anchor.older
	s.older, s.newer = last, 0
	f.at(last).newer, anchor.older = i, i
}

// unlink takes a stream out of the ring.
func (f *Follower) unlink(i int32) {
	s := f.at(i)
	f.at(s.older).newer, f.at(s.newer).older = s.newer, s.older
	s.older, s.newer = i, i
}

// keyOf returns the key of both directions and who sent the segment. An end
// that talks to itself is one side only.
func keyOf(t *wire.Tuple) (key, side) {
	c := bytes.Compare(t.Src[:], t.Dst[:])
	if c < 0 || c == 0 && t.SrcPort <= t.DstPort {
		return key{[2]wire.Addr{t.Src, t.Dst}, [2]uint16{t.SrcPort, t.DstPort}, t.IPv6}, 0
	}
	return key{[2]wire.Addr{t.Dst, t.Src}, [2]uint16{t.DstPort, t.SrcPort}, t.IPv6}, 1
}
