package capture

import "slices"

// tally is what is counted over all inputs of a timeline.
type tally struct {
	files      []FileStats
	interfaces []InterfaceStats
	packets    uint64
	octets     uint64
	backwards  uint64
	untimed    uint64
	cut        uint64
	cutAt      int
	end        int64  // as Stats.End
	same       []int  // of each interface what its packets' Same is
	over       []int  // interfaces of files that ended, which none goes on yet
	spans      []span // of each file of several
}

// span is when a file's packets were captured.
type span struct {
	first, last int64
	pause       int64 // the longest time without a packet, also of the parts that it goes on
}

func newTally(files []FileStats) *tally {
	return &tally{files: files, spans: make([]span, len(files))}
}

// mostOver is how many interfaces of ended files are remembered: with more of them a
// continuation cannot be identified.
const mostOver = 64

// ended notes the interfaces of a file that has ended.
func (t *tally) ended(file int) {
	for i := range t.interfaces {
		if o := &t.interfaces[i]; o.File == file && o.Packets > 0 && len(t.over) <= mostOver {
			t.over = append(t.over, i)
		}
	}
}

// goesOn finds the interface of which s is the next part, as a packet's Same: pcap has no
// interface names, and rotated captures describe each interface anew. It must be the only
// interface of ended files with the same name, link type and snaplen, and its file must have
// ended before the first packet of that of s, by no more than its longest pause. Files whose
// times overlap are separate captures, and a longer gap may be another place whose clock
// differs by more than the length of its capture. A heuristic: another place may follow at
// once.
func (t *tally) goesOn(s *InterfaceStats) int {
	found, at := 0, 0
	for k, i := range t.over {
		if o := &t.interfaces[i]; o.Name == s.Name && o.Link == s.Link && o.Snaplen == s.Snaplen {
			found, at = found+1, k
		}
	}
	if found != 1 || len(t.over) > mostOver {
		return 0
	}
	i := t.over[at]
	before, here := &t.spans[t.interfaces[i].File], &t.spans[s.File]
	if here.first < before.last {
		return 0
	}
	t.over = slices.Delete(t.over, at, at+1) // files come in order of time: no later one fits better
	if here.first-before.last > before.pause {
		return 0
	}
	here.pause = max(here.pause, before.pause)
	if t.same[i] > 0 {
		return t.same[i]
	}
	return i + 1
}

// count counts p, which in is about to give, and numbers it.
func (t *tally) count(p *Packet, in *input) {
	t.packets++
	p.Number = t.packets
	in.packets++
	n := len(p.Data)
	t.octets += uint64(n)
	if in.packets > 1 && p.Time < in.last {
		t.backwards++
	}
	in.last, t.end = p.Time, max(t.end, p.Time)
	if p.Untimed {
		t.untimed++
	}
	if n < p.Length {
		t.countCut(n)
	}
	t.interfaces[p.Interface].Packets++
}

// measure adds p, which in, one of several inputs, is about to give, to the span of its
// file, and says which interface it continues. It is called before count.
func (t *tally) measure(p *Packet, in *input) {
	at := &t.spans[in.file]
	if in.packets > 0 {
		at.pause = max(at.pause, p.Time-in.last)
	}
	at.last = p.Time
	p.Same = t.same[p.Interface]
}

func (t *tally) countCut(n int) {
	if t.cut == 0 || n < t.cutAt {
		t.cutAt = n
	}
	t.cut++
}

// stats returns a copy that the caller may keep.
func (t *tally) stats() Stats {
	s := Stats{
		Files:          slices.Clone(t.files),
		Interfaces:     slices.Clone(t.interfaces),
		Packets:        t.packets,
		Octets:         t.octets,
		BackwardsSteps: t.backwards,
		UntimedPackets: t.untimed,
		CutPackets:     t.cut,
		CutAt:          t.cutAt,
		End:            t.end,
	}
	for i := range s.Files {
		s.Files[i].Comments = slices.Clone(s.Files[i].Comments)
	}
	return s
}
