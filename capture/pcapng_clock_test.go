package capture

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// slowClock is the definition: t units, plus the offset, in whole nanoseconds.
func slowClock(resolution byte, offset int64, t uint64) int64 {
	base, n := int64(10), int64(resolution)
	if resolution&0x80 != 0 {
		base, n = 2, n&0x7f
	}
	unit := new(big.Int).Exp(big.NewInt(base), big.NewInt(n), nil)
	ns := new(big.Int).Mul(new(big.Int).SetUint64(t), big.NewInt(second))
	ns.Div(ns, unit)
	ns.Add(ns, new(big.Int).Mul(big.NewInt(offset), big.NewInt(second)))
	switch {
	case ns.Cmp(big.NewInt(latest)) > 0:
		return latest
	case ns.Cmp(big.NewInt(earliest)) < 0:
		return earliest
	}
	return ns.Int64()
}

func TestClock(t *testing.T) {
	tests := []struct {
		resolution byte
		offset     int64
		t          uint64
		want       int64
	}{
		{6, 0, 1_500_001, 1_500_001_000},
		{9, 0, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789},
		{3, 0, 1500, 1_500_000_000},
		{0, 0, 7, 7_000_000_000},
		{12, 0, 1_999_999_999_999, 1_999_999_999},
		{6, 3600, 1_000_000, 3_601_000_000_000},
		{6, -3600, 1_000_000, -3_599_000_000_000},
		{0x80 | 20, 0, 1 << 19, 500_000_000}, // half a second, exactly
		{0x80 | 20, 0, 1, 953},               // 953.67 ns
		{0x80 | 0, 0, 7, 7_000_000_000},
		{0x80 | 32, 0, 1<<32 + 1<<31, 1_500_000_000},
		{0x80 | 63, 0, 1<<63 + 1<<62, 1_500_000_000},
		{0x80 | 64, 0, 1 << 63, 500_000_000},
		{0x80 | 127, 0, math.MaxUint64, 0},
		{19, 0, 15_000_000_000_000_000_000, 1_500_000_000},
		{20, 0, 15_000_000_000_000_000_000, 150_000_000},
		{28, 0, math.MaxUint64, 1},
		{70, 0, math.MaxUint64, 0},
		{127, 5, math.MaxUint64, 5_000_000_000},
		{0, 0, math.MaxUint64, latest},
		{9, 3_000_000_000, 3_000_000_000_000_000_000, latest},
		{9, 1_000_000_000, 4_000_000_000_000_000_000, latest},
		{9, -4_000_000_000, 3, -4_000_000_000_000_000_000 + 3},
		{6, math.MaxInt64, 1, latest},
		{6, math.MinInt64, 1, earliest},
		{0, math.MinInt64, 1 << 63, 0},
	}
	for _, test := range tests {
		c := newClock(test.resolution, test.offset)
		if got := c.nanoseconds(test.t); got != test.want {
			t.Errorf("resolution %#x offset %d: %d is %d ns, want %d", test.resolution, test.offset, test.t, got, test.want)
		}
	}
}

// Against arithmetic without bounds, over all resolutions. The
// second that holds the smallest time is drawn often.
func TestClockAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		resolution := rapid.Byte().Draw(t, "resolution")
		offset := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1<<34, 1<<34), rapid.Just(int64(math.MinInt64/second-1))).Draw(t, "offset")
		ticks := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, second)).Draw(t, "ticks")
		c := newClock(resolution, offset)
		got, want := c.nanoseconds(ticks), slowClock(resolution, offset, ticks)
		if got != want {
			t.Fatalf("%d ns, want %d", got, want)
		}
	})
}
