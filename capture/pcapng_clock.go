package capture

import "math/bits"

// clock turns the timestamps of one interface into nanoseconds
// (draft-ietf-opsawg-pcapng section 4.2, if_tsresol and if_tsoffset). The result
// is exact and rounded down to a nanosecond; times that are out of bounds become
// earliest or latest.
type clock struct {
	resolution byte
	offset     int64 // seconds
	// Where no overflow is possible: nanoseconds = t*scale + shift for t <= most.
	most, scale uint64
	shift       int64
}

const second = 1_000_000_000

// A time is between these, in nanoseconds since 1970: in November 1823 and February 2116. So the
// difference of two is an int64, and no time that the analysis adds to one overflows.
const (
	earliest = -1 << 62
	latest   = 1 << 62
)

// inBounds tells a time from one that was out of bounds.
func inBounds(t int64) bool { return t > earliest && t < latest }

func newClock(resolution byte, offset int64) clock {
	c := clock{resolution: resolution, offset: offset}
	const offsets = latest / 4 // of the range; the rest is for the timestamp, until 2079
	if resolution <= 9 && offset >= -offsets/second && offset <= offsets/second {
		c.scale = pow10(9 - uint(resolution))
		c.most = (latest - offsets - 1) / c.scale
		c.shift = offset * second
	}
	return c
}

func (c *clock) nanoseconds(t uint64) int64 {
	if t <= c.most && c.scale != 0 {
		return int64(t*c.scale) + c.shift
	}
	return c.slow(t)
}

// slow splits t into seconds and nanoseconds with 128-bit products.
func (c *clock) slow(t uint64) int64 {
	var sec, nano uint64
	n := uint(c.resolution & 0x7f)
	switch {
	case c.resolution&0x80 != 0 && n < 64:
		sec = t >> n
		hi, lo := bits.Mul64(t-sec<<n, second)
		nano = lo>>n | hi<<(64-n) // n == 0: shifts by 64 give 0
	case c.resolution&0x80 != 0:
		hi, _ := bits.Mul64(t, second)
		nano = hi >> (n - 64)
	case n <= 9:
		unit := pow10(n)
		sec, nano = t/unit, t%unit*pow10(9-n)
	case n <= 19:
		unit := pow10(n)
		sec, nano = t/unit, t%unit/pow10(n-9)
	case n-9 <= 19: // t is below one second
		nano = t / pow10(n-9)
	}
	return joinTime(sec, c.offset, nano)
}

// joinTime adds up seconds, an offset in seconds and nanoseconds below 1e9.
func joinTime(sec uint64, offset int64, nano uint64) int64 {
	const most = latest / second // whole seconds
	var sum int64
	if offset < 0 {
		back := -uint64(offset) // right for MinInt64 too
		if sec >= back {
			sum = int64(min(sec-back, most+1))
		} else {
			sum = -int64(min(back-sec, most+2))
		}
	} else {
		total, carry := bits.Add64(sec, uint64(offset), 0)
		if carry != 0 || total > most {
			total = most + 1
		}
		sum = int64(total)
	}
	return min(max(sum*second+int64(nano), earliest), latest)
}

func pow10(n uint) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}
