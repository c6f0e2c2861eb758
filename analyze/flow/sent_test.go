package flow

import "testing"

// TestOlder: which packets of an end were sent before one that was captured in front
// of them. The highest identification counts, not the last.
func TestOlder(t *testing.T) {
	counted := func(ids ...uint16) (h Half) {
		for _, id := range ids {
			h.Remember(&Mark{IPID: id, HasID: true}, false)
		}
		return h
	}
	stamped := func(tsval uint32, ids ...uint16) Half {
		h := counted(ids...)
		h.TSVal, h.HasTS = tsval, true
		return h
	}
	after := func(h Half, id uint16) Half {
		h.Remember(&Mark{IPID: id, HasID: true, Time: copyHorizon}, false)
		return h
	}
	for _, c := range []struct {
		name         string
		h            Half
		m            Mark
		older, newer bool
	}{
		{"the next", counted(10, 11, 12), Mark{IPID: 13, HasID: true}, false, true},
		{"the same", counted(10, 11, 12), Mark{IPID: 12, HasID: true}, false, false},
		{"the one before", counted(10, 11, 12), Mark{IPID: 11, HasID: true}, true, false},
		{"between what was overtaken and the highest", counted(10, 11, 12, 20, 13), Mark{IPID: 14, HasID: true}, true, false},
		{"behind the highest", counted(10, 11, 12, 20, 13), Mark{IPID: 21, HasID: true}, false, true},
		{"across zero", counted(65533, 65534, 65535), Mark{IPID: 1, HasID: true}, false, true},
		{"before zero", counted(65534, 65535, 1, 2), Mark{IPID: 65534, HasID: true}, true, false},
		{"a counter that began anew", counted(60000, 60001, 60002, 60003, 60004, 60005, 60006, 60007, 60008, 60009, 60010, 60011, 10, 11), Mark{IPID: 12, HasID: true}, false, true},
		{"identifications in no order", counted(10, 30000, 11, 50000, 12), Mark{IPID: 11, HasID: true}, false, false},
		{"the one before, long after", counted(10, 11, 12), Mark{IPID: 11, HasID: true, Time: copyHorizon}, false, false},
		{"behind one that fell, long after", after(counted(10, 11, 12), 5), Mark{IPID: 6, HasID: true, Time: copyHorizon}, false, true},
		{"no identification", counted(10, 11, 12), Mark{}, false, false},
		{"an earlier timestamp", stamped(100), Mark{TSVal: 99, HasTS: true}, true, false},
		{"a later timestamp", stamped(100), Mark{TSVal: 101, HasTS: true}, false, true},
		{"the same timestamp", stamped(100), Mark{TSVal: 100, HasTS: true}, false, false},
		{"the same timestamp, and identifications", stamped(100, 10, 11, 12), Mark{TSVal: 100, HasTS: true, IPID: 11, HasID: true}, true, false},
		{"a later timestamp goes before identifications", stamped(100, 10, 11, 12), Mark{TSVal: 101, HasTS: true, IPID: 11, HasID: true}, false, true},
	} {
		if older, newer := c.h.older(&c.m), c.h.newer(&c.m); older != c.older || newer != c.newer {
			t.Errorf("%s: older %v, newer %v; want %v and %v", c.name, older, newer, c.older, c.newer)
		}
	}
}
