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
		"a block must be a power of two from 64KiB to 8MiB, not 64":    {BlockSize: 64},
		"a block of 64KiB does not hold a packet of 262144 octets":     {BlockSize: 64 << 10, Snaplen: MaxSnaplen},
		"a ring must be from 1MiB to ":                                 {RingSize: 512 << 10},
		"a ring of 15MiB does not hold two blocks of 8MiB: ":           {RingSize: 15 << 20, BlockSize: 8 << 20},
	} {
		o.Interfaces = []string{"lo"}
		if err := o.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestBlocks: a ring has many blocks by default, of which each holds a packet; what cannot work is refused.
func TestBlocks(t *testing.T) {
	one, two := []string{"a"}, []string{"a", "b"}
	const kib, mib = 1 << 10, 1 << 20
	for _, c := range []struct {
		o              Options
		block, snaplen int
		refused        string
	}{
		{Options{Interfaces: one}, 512 * kib, MaxSnaplen, ""},
		{Options{Interfaces: two, Rings: 8}, 512 * kib, MaxSnaplen, ""},
		{Options{Interfaces: two, RingSize: mib}, 128 * kib, 128*kib - frameOverhead, ""},
		{Options{Interfaces: two, RingSize: 4 * mib}, 128 * kib, 128*kib - frameOverhead, ""},
		{Options{Interfaces: two, RingSize: 4 * mib, Snaplen: 96}, 64 * kib, 96, ""},
		{Options{Interfaces: two, RingSize: 4 * mib, Snaplen: MaxSnaplen}, 512 * kib, MaxSnaplen, ""},
		{Options{Interfaces: two, RingSize: 16 * mib}, 256 * kib, 256*kib - frameOverhead, ""},
		{Options{Interfaces: one, RingSize: 64 * mib}, mib, MaxSnaplen, ""},
		{Options{Interfaces: one, RingSize: MaxRingSize}, mib, MaxSnaplen, ""},
		{Options{Interfaces: two, RingSize: 8 * mib, BlockSize: mib}, mib, MaxSnaplen, ""},
		{Options{Interfaces: two, RingSize: 8*mib - 1, BlockSize: mib}, 0, 0, "several rings need 8"},
		{Options{Interfaces: one, RingSize: 4 * mib, BlockSize: mib, Rings: 2}, 0, 0, "a ring of 4MiB has 4 blocks of 1MiB; several rings need 8"},
		{Options{Interfaces: []string{Any}, RingSize: 4 * mib, BlockSize: mib, Rings: 2}, 0, 0, "several rings need 8"},
		{Options{Interfaces: two, RingSize: mib, Snaplen: 150_000}, 0, 0, "several rings need 8"},
		{Options{Interfaces: one, RingSize: mib, Snaplen: MaxSnaplen}, 512 * kib, MaxSnaplen, ""},
		{Options{Interfaces: []string{Any}, RingSize: 2 * mib, BlockSize: mib}, mib, MaxSnaplen, ""},
		{Options{Interfaces: one, BlockSize: 256 * kib}, 256 * kib, 256*kib - frameOverhead, ""},
		{Options{Interfaces: one, BlockSize: 64 * kib}, 64 * kib, 64*kib - frameOverhead, ""},
		{Options{Interfaces: one, BlockSize: 64 * kib, Snaplen: 64*kib - frameOverhead + 1}, 0, 0, "does not hold a packet of 65"},
		{Options{Interfaces: one, BlockSize: 256 * kib, Snaplen: MaxSnaplen}, 0, 0, "does not hold a packet of 262144 octets"},
		{Options{Interfaces: []string{"a", "a"}, RingSize: 4 * mib, BlockSize: mib}, mib, MaxSnaplen, ""},
	} {
		err := c.o.check()
		switch {
		case c.refused != "":
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%+v: %v", c.o, err)
			}
		case err != nil || c.o.BlockSize != c.block || c.o.Snaplen != c.snaplen:
			t.Errorf("%+v: %v; want blocks of %s, snaplen %d", c.o, err, InUnits(c.block), c.snaplen)
		}
	}
}
