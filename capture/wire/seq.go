package wire

// Seq is a TCP sequence number: 32 bits that wrap (RFC 9293 §3.4). Two numbers
// can be compared while they are less than 2^31 apart; the comparison methods
// take the shorter way around.
type Seq uint32

// Before reports whether a lies before b in sequence space.
func (a Seq) Before(b Seq) bool { return int32(a-b) < 0 }

// After reports whether a lies after b in sequence space.
func (a Seq) After(b Seq) bool { return int32(a-b) > 0 }

// Add returns the number n octets after a.
func (a Seq) Add(n uint32) Seq { return a + Seq(n) }

// Diff returns how many octets a lies after b: negative when it lies before.
func (a Seq) Diff(b Seq) int32 { return int32(a - b) }

// In reports whether a lies in the half-open range [from, to).
func (a Seq) In(from, to Seq) bool { return uint32(a-from) < uint32(to-from) }

// MaxSeq returns the later of a and b.
func MaxSeq(a, b Seq) Seq {
	if a.Before(b) {
		return b
	}
	return a
}
