package live

import (
	"strings"
	"testing"
)

func TestInUnits(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 1: "1", 1000: "1000", 1023: "1023", 1 << 10: "1KiB", 1<<10 + 1: "1025", 1536: "1536", 96 << 10: "96KiB", 3 << 20: "3MiB",
		3<<20 + 1<<10: "3073KiB", 1 << 30: "1GiB", -1 << 10: "-1KiB",
	} {
		if got := InUnits(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// TestSizesInMessages: sizes are told in the units in which they are given.
func TestSizesInMessages(t *testing.T) {
	for want, o := range map[string]Options{
		"a block must be a power of two from 64KiB to 8MiB, not 3MiB":  {BlockSize: 3 << 20},
		"a block must be a power of two from 64KiB to 8MiB, not 16MiB": {BlockSize: 16 << 20},
		"a block of 64KiB does not hold a packet of 262144 octets":     {BlockSize: 64 << 10},
		"a ring must be from 1MiB to ":                                 {RingSize: 512 << 10},
		"a ring of 15MiB does not hold two blocks of 8MiB: ":           {RingSize: 15 << 20, BlockSize: 8 << 20},
	} {
		o.Interfaces = []string{"lo"}
		if err := o.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
