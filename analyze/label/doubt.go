package label

import "math/bits"

// Doubt is a set of defects in how a connection was captured, as far as its
// packets up to now show. Conclusions from evidence that one of them affects are
// marked.
type Doubt uint8

// The doubts.
const (
	ClockBack     Doubt = 1 << iota // the capture's clock ran backwards within the connection
	SeveralClocks                   // its packets come from several interfaces, whose clocks may differ
	Missed                          // octets were acknowledged that never passed the tap
	OneDirection                    // nothing of the other end was captured
	Merged                          // segments larger than the MSS: offload joins or cuts them
	lastDoubt     = iota
)

// DoubtTexts are the fixed phrase of each doubt and its meaning, in the order
// of the bits.
var DoubtTexts = [lastDoubt]struct{ Text, Means string }{
	{"clock ran backwards", "a packet of the connection is more than 0.2 ms earlier than the one before it (a heuristic: no rule looks closer)"},
	{"several interfaces", "the connection's packets were captured on several interfaces, whose clocks may differ"},
	{"capture missed packets", "octets of the connection, or a FIN, were acknowledged that had not been captured (ACK-UNSEEN)"},
	{"one direction captured", "nothing of the other end was captured"},
	{"offload", "segments of the connection are larger than the MSS (LARGE-SEGMENT): one packet here was several on the wire"},
}

// BackStep is how far back in time a packet must lie for ClockBack, in
// nanoseconds. A heuristic: queues of one NIC differ by less, and no rule needs
// a finer resolution.
const BackStep = soon

// String lists the fixed words.
func (d Doubt) String() string {
	s := ""
	for ; d != 0; d &= d - 1 {
		if s != "" {
			s += ", "
		}
		s += DoubtTexts[bits.TrailingZeros8(uint8(d))].Text
	}
	return s
}

// append appends " (in doubt: clock ran backwards, offload)", or nothing.
func (d Doubt) append(b []byte) []byte {
	if d == 0 {
		return b
	}
	b = append(b, " (in doubt: "...)
	for ; d != 0; d &= d - 1 {
		b = append(b, DoubtTexts[bits.TrailingZeros8(uint8(d))].Text...)
		if d&(d-1) != 0 {
			b = append(b, ", "...)
		}
	}
	return append(b, ')')
}
