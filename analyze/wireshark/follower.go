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
	Tracker
	key          key
	older, newer int32
}

// Follower follows all streams of a capture. It is not safe for concurrent use.
type Follower struct {
	index map[key]int32
	// slots grows up to limit streams; index 0 is the anchor of the ring of
	// streams in the order of use.
	slots  []slot
	limit  int
	spans  *store
	values Values
}

// New returns a Follower of at most maxConnections streams, at least one; the
// stream that was silent for the longest time makes room for a new one.
func New(maxConnections int) *Follower {
	return &Follower{
		index: make(map[key]int32),
		slots: make([]slot, 1),
		limit: min(max(maxConnections, 1), 1<<30),
		spans: newStore(maxSpans),
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
	t := &f.slots[i].Tracker
	s := t.Segment(seg, from)
	f.values = t.values
	return s
}

// Values returns what goes with the names of the latest segment.
func (f *Follower) Values() Values { return f.values }

// Len returns how many streams are remembered.
func (f *Follower) Len() int { return len(f.index) }

// begin makes room for a stream, if need be that of the oldest.
func (f *Follower) begin(k key) int32 {
	i := int32(len(f.slots))
	if len(f.slots) > f.limit {
		i = f.slots[0].newer
		delete(f.index, f.slots[i].key)
		f.unlink(i)
	} else {
		f.slots = append(f.slots, slot{Tracker: Tracker{spans: f.spans}})
		f.slots[i].older, f.slots[i].newer = i, i
	}
	f.slots[i].key = k
	f.slots[i].Reset()
	f.index[k] = i
	return i
}

// touch moves a stream to the end of the ring.
func (f *Follower) touch(i int32) {
	f.unlink(i)
	last := f.slots[0].older
	f.slots[i].older, f.slots[i].newer = last, 0
	f.slots[last].newer, f.slots[0].older = i, i
}

// unlink takes a stream out of the ring.
func (f *Follower) unlink(i int32) {
	s := &f.slots[i]
	f.slots[s.older].newer, f.slots[s.newer].older = s.newer, s.older
	s.older, s.newer = i, i
}

// keyOf returns the key of both directions and who sent the segment. An end
// that talks to itself is one side only.
func keyOf(t *wire.Tuple) (key, Side) {
	c := bytes.Compare(t.Src[:], t.Dst[:])
	if c < 0 || c == 0 && t.SrcPort <= t.DstPort {
		return key{[2]wire.Addr{t.Src, t.Dst}, [2]uint16{t.SrcPort, t.DstPort}, t.IPv6}, 0
	}
	return key{[2]wire.Addr{t.Dst, t.Src}, [2]uint16{t.DstPort, t.SrcPort}, t.IPv6}, 1
}
