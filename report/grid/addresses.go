package grid

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"tcpwatch/report/prose"
)

// Addresses decides how addresses are shown without their middles: each one
// always in the same way, and no two alike. The number of addresses it remembers is
// bounded; later ones may look like others.
type Addresses struct {
	shown map[netip.Addr]int8
	alike map[look][]netip.Addr // in the order in which they came
}

// Short returns an IPv6 endpoint without the middle of its address, in at most
// room columns if the port, the last group and one digit of the first leave that much;
// addresses that would look alike keep a group that distinguishes them, or are whole.
// Any other text is returned unchanged.
func (t *Addresses) Short(style *prose.Style, s string, room int) string {
	if len(s) <= room || !shortens(s) {
		return s
	}
	group := strings.LastIndexByte(s[:max(strings.LastIndexByte(s, ']'), 0)], ':')
	if group < 0 {
		return s
	}
	least, dots, tail := len("[2"), style.Plain("…"), s[group:] // ":5678]:443"
	if at, err := netip.ParseAddrPort(s); err == nil {
		switch k := t.of(at.Addr()); {
		case k == whole:
			return s
		case k == 0:
			least = len("[") + len(groupText(at.Addr(), 0))
		case k > 0:
			tail = ":" + groupText(at.Addr(), int(k)) + dots + tail
		}
	}
	head := max(room-prose.Width(dots)-prose.Width(tail), least)
	if head+prose.Width(dots)+prose.Width(tail) >= len(s) {
		return s
	}
	return strings.TrimRight(s[:head], ":") + dots + tail
}

// shortens reports whether s is an IPv6 endpoint. Those that contain an IPv4 address
// are short enough.
func shortens(s string) bool { return strings.HasPrefix(s, "[") && strings.IndexByte(s, '.') < 0 }

// How an address is shown without its middle: as it is, whole, or with one group
// shown in full, whose index from 0 this is.
const (
	noGroup int8 = -1
	whole   int8 = 8
)

// look is the shortest form of an address.
type look struct {
	first byte // digit of the first group
	last  uint16
}

// Bounds of Addresses, which a capture cannot outgrow.
const (
	mostShown = 8192
	mostAlike = 16 // beyond that they are shown whole
)

// of returns how an address is shown.
func (t *Addresses) of(a netip.Addr) int8 {
	if _, ok := t.shown[a]; !ok {
		t.meet([]netip.Addr{a})
	}
	if k, ok := t.shown[a]; ok {
		return k
	}
	return noGroup
}

// meet decides how a group of addresses is shown.
func (t *Addresses) meet(all []netip.Addr) {
	if t.shown == nil {
		t.shown, t.alike = map[netip.Addr]int8{}, map[look][]netip.Addr{}
	}
	from := len(all)
	for i, a := range all {
		if _, ok := t.shown[a]; ok || len(t.shown) >= mostShown {
			continue
		}
		from = min(from, i)
		t.shown[a] = whole
		if l := lookOf(a); len(t.alike[l]) < mostAlike {
			t.alike[l] = append(t.alike[l], a)
			t.shown[a] = undecided
		}
	}
	for _, a := range all[from:] {
		if t.shown[a] == undecided {
			t.shown[a] = t.telling(a)
		}
	}
}

// undecided marks an address that has just been added.
const undecided int8 = -2

// telling returns the group that distinguishes an address from all others that look
// like it: one that none of them has there, nor shows in another place.
func (t *Addresses) telling(a netip.Addr) int8 {
	alike := t.alike[lookOf(a)]
	if len(alike) == 1 {
		return noGroup
	}
	for k := range whole - 1 {
		group := groupOf(a, int(k))
		if !slices.ContainsFunc(alike, func(b netip.Addr) bool {
			other := t.shown[b]
			return a != b && (group == groupOf(b, int(k)) || other > 0 && other < whole && group == groupOf(b, int(other)))
		}) {
			return k
		}
	}
	return whole
}

func lookOf(a netip.Addr) look { return look{groupText(a, 0)[0], groupOf(a, 7)} }

func groupOf(a netip.Addr, k int) uint16 {
	b := a.As16()
	return uint16(b[2*k])<<8 | uint16(b[2*k+1])
}

func groupText(a netip.Addr, k int) string { return strconv.FormatUint(uint64(groupOf(a, k)), 16) }
