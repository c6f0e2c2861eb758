package capture

import "slices"

// tally is what is counted over all inputs of a timeline.
type tally struct {
	files      []FileStats
	interfaces []InterfaceStats
	packets    uint64
	octets     uint64
	backwards  uint64
	cut        uint64
	cutAt      int
	end        int64 // as Stats.End
}

// count takes p, which in is about to give, into the tally and numbers it.
func (t *tally) count(p *Packet, in *input) {
	t.packets++
	p.Number = t.packets
	in.packets++
	n := len(p.Data)
	t.octets += uint64(n)
	if p.Time < in.last {
		t.backwards++
	}
	in.last = p.Time
	if n < p.Length {
		t.countCut(n)
	}
	t.interfaces[p.Interface].Packets++
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
		CutPackets:     t.cut,
		CutAt:          t.cutAt,
		End:            t.end,
	}
	for i := range s.Files {
		s.Files[i].Comments = slices.Clone(s.Files[i].Comments)
	}
	return s
}
