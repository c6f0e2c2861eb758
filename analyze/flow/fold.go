package flow

import "tcpwatch/analyze/rest"

var flowLayout = rest.LayoutOf[Flow]()

// Numbers of one end that lie near numbers of the other.
var nearOther = []rest.Near{
	nearHalf("SYNHeldAck", "ISN"),
	nearHalf("HeldAck", "Nxt"),
	nearHalf("Ack", "Nxt"),
}

// Counts that lie near others of the same end.
var nearCount = []rest.Near{
	nearHalf("MostFlight", "MostLen"),
	nearHalf("Unique", "Payload"),
	nearHalf("Payload", "NxtRel"),
}

// Numbers and times that lie near others of the same end.
var nearOwn = []rest.Near{
	nearHalf("Base", "ISN"),
	nearHalf("Low", "ISN"),
	nearHalf("FinEnd", "Nxt"),
	nearHalf("rtt.end", "Nxt"),
	nearHalf("Repair.Point", "Nxt"),
	nearHalf("Repair.High", "Nxt"),
	nearHalf("ISN", "Nxt"),
	nearHalf("first.TSVal", "tsFirst"),
	nearHalf("echo.val", "TSVal"),
	nearHalf("tsFirst", "TSVal"),
	nearHalf("lastWindow", "MostWindow"),
	nearHalf("SYNAt", "first.Time"),
	nearHalf("tsAt", "first.Time"),
	nearHalf("FreshTime", "LastTime"),
	nearHalf("rtt.times.max", "rtt.times.min"),
	nearHalf("rtt.srtt", "rtt.times.min"),
	nearHalf("echo.times.max", "echo.times.min"),
}

func nearHalf(at, to string) rest.Near { return rest.NearOf[Half, Half](at, to) }

// folded returns a copy of f for packing: with distances, and without what is
// packed separately or not kept.
func (t *Table) folded(f *Flow) *Flow {
	c := &t.copied
	*c = *f
	c.Key, c.Number, c.Ref, c.Extra, c.Start, c.FirstPacket, c.used = Key{}, 0, 0, 0, 0, 0, false
	x, y := &c.Half[0], &c.Half[1]
	rest.FoldNear(x, y, nearOther)
	rest.FoldNear(y, x, nearOther)
	for s := range c.Half {
		h := &c.Half[s]
		if h.nsent <= PackedTraces {
			h.sentHead, h.sentTail, h.spanHead, h.spanTail, h.kept = 0, 0, 0, 0, 0
		}
		rest.FoldNear(h, h, nearCount)
		h.NxtRel -= int64(h.Nxt - h.Base)
		rest.FoldNear(h, h, nearOwn)
	}
	return c
}

// unfold reverses the distances.
func (f *Flow) unfold() {
	for s := range f.Half {
		h := &f.Half[s]
		rest.UnfoldNear(h, h, nearOwn)
		h.NxtRel += int64(h.Nxt - h.Base)
		rest.UnfoldNear(h, h, nearCount)
	}
	x, y := &f.Half[0], &f.Half[1]
	rest.UnfoldNear(y, x, nearOther)
	rest.UnfoldNear(x, y, nearOther)
}
