package traffic

import (
	"container/heap"
	"math/rand/v2"

	"tcpwatch/capture/wire"
)

// printer turns segments into frames and counts them.
type printer struct {
	out     *Frames
	snaplen int
	frame   []byte
	made    Made
}

func (p *printer) print(s *wire.Segment) error {
	p.frame = wire.AppendFrame(p.frame[:0], s)
	p.made.Packets++
	p.made.Marks[s.Packet]++
	data := p.frame
	if p.snaplen > 0 {
		data = data[:min(len(data), p.snaplen)]
	}
	return p.out.Write(Start+s.Time, data, len(p.frame))
}

// betweenTalks is the longest time from the end of a connection to the start of
// the next one, in nanoseconds.
const betweenTalks = 2e6

// talks writes n packets of connections that follow their script.
func (k Kind) talks(p *printer, n int, r *rand.Rand) error {
	var open talks
	begin := func(t *talk, at int64) {
		t.begin(p.made.Connections, at)
		if k.sharedCounter && p.made.Connections%2 == 1 {
			t.end[client].shared, t.end[server].shared = true, true
		}
		p.made.Connections++
		k.script(t)
	}
	for at := int64(0); len(open) < k.atOneTime && len(open) < n; at += r.Int64N(betweenTalks) {
		t := &talk{r: r}
		begin(t, at)
		heap.Push(&open, t)
	}
	unseen := len(open) // talks whose first packet is not written yet
	for range n {
		t := open[0]
		s := &t.segments[t.next]
		if t.next == 0 {
			unseen--
		}
		t.next++
		if err := p.print(s); err != nil {
			return err
		}
		if t.next == len(t.segments) {
			begin(t, s.Time+r.Int64N(betweenTalks))
			unseen++
		}
		heap.Fix(&open, 0)
	}
	p.made.Connections -= unseen
	return nil
}

// talks is a heap of connections by the time of their next packet.
type talks []*talk

func (h talks) Len() int { return len(h) }
func (h talks) Less(i, j int) bool {
	if a, b := h[i].at(), h[j].at(); a != b {
		return a < b
	}
	return h[i].number < h[j].number
}
func (h talks) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *talks) Push(x any)   { *h = append(*h, x.(*talk)) }

// Pop is what heap.Interface asks for: no connection is taken away.
func (h *talks) Pop() any { panic("unused") }
