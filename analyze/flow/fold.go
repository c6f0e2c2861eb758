package flow

import (
	"unsafe"

	"tcpwatch/analyze/rest"
)

var flowLayout = rest.LayoutOf[Flow]()

// near says of a field of 32 bits near which other one its number lies, by their
// offsets in a Flow. What is near to a number is packed as the distance.
type near struct{ at, to uintptr }

// nears are in such an order that a field is not replaced by a distance before
// those near it are.
var nears = func() (all []near) {
	half := func(s int) uintptr { return unsafe.Offsetof(Flow{}.Half) + uintptr(s)*unsafe.Sizeof(Half{}) }
	var h Half
	nxt, isn, ack := unsafe.Offsetof(h.Nxt), unsafe.Offsetof(h.ISN), unsafe.Offsetof(h.Ack)
	tsval, tsfirst := unsafe.Offsetof(h.TSVal), unsafe.Offsetof(h.tsFirst)
	for s := range 2 {
		x, y := half(s), half(1-s)
		all = append(all,
			near{x + unsafe.Offsetof(h.HeldAck), x + ack},
			near{x + unsafe.Offsetof(h.SYNHeldAck), y + isn},
			near{x + ack, y + nxt},
		)
	}
	for s := range 2 {
		x := half(s)
		all = append(all,
			near{x + unsafe.Offsetof(h.Base), x + isn},
			near{x + unsafe.Offsetof(h.Low), x + isn},
			near{x + unsafe.Offsetof(h.FinEnd), x + nxt},
			near{x + unsafe.Offsetof(h.rtt) + unsafe.Offsetof(h.rtt.end), x + nxt},
			near{x + unsafe.Offsetof(h.Repair) + unsafe.Offsetof(h.Repair.Point), x + nxt},
			near{x + unsafe.Offsetof(h.Repair) + unsafe.Offsetof(h.Repair.High), x + nxt},
			near{x + isn, x + nxt},
			near{x + unsafe.Offsetof(h.first) + unsafe.Offsetof(h.first.TSVal), x + tsfirst},
			near{x + unsafe.Offsetof(h.echo) + unsafe.Offsetof(h.echo.val), x + tsval},
			near{x + tsfirst, x + tsval},
			near{x + unsafe.Offsetof(h.lastWindow), x + unsafe.Offsetof(h.MostWindow)},
		)
	}
	return all
}()

// folded returns a copy of f for packing: with distances, and without what is
// packed apart or is not kept.
func (t *Table) folded(f *Flow) *Flow {
	c := &t.copied
	*c = *f
	c.Key, c.Number, c.Ref, c.Extra, c.Start, c.FirstPacket, c.used = Key{}, 0, 0, 0, 0, 0, false
	for s := range c.Half {
		if h := &c.Half[s]; h.nsent <= packedTraces {
			h.sentHead, h.sentTail = 0, 0
		}
	}
	for _, n := range nears {
		at, to := lane(c, n.at), lane(c, n.to)
		*at = rest.Fold(*at, *to)
	}
	return c
}

// unfold takes the distances back.
func (f *Flow) unfold() {
	for i := len(nears) - 1; i >= 0; i-- {
		at, to := lane(f, nears[i].at), lane(f, nears[i].to)
		*at = rest.Unfold(*at, *to)
	}
}

func lane(f *Flow, offset uintptr) *uint32 {
	return (*uint32)(unsafe.Add(unsafe.Pointer(f), offset))
}
