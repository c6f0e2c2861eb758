//go:build !pcap

package live

import (
	"maps"
	"math"
	"slices"
	"strings"

	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// maxEntries bounds how many interfaces are distinguished. On a host that makes
// and removes them without end, further ones share one entry.
const maxEntries = 4096

// tally is what is counted over all interfaces.
type tally struct {
	file       capture.FileStats
	interfaces []capture.InterfaceStats
	ethernet   []bool      // by entry: a tag goes before its EtherType
	entries    map[int]int // by index of the interface
	snaplen    uint32
	named      bool // interfaces have sockets of their own
	last       int64
	octets     uint64
	backwards  uint64
	cut        uint64
	cutAt      int
}

func (t *tally) init(o *Options) {
	t.file = capture.FileStats{Name: strings.Join(o.Interfaces, ","), Format: "live"}
	t.entries = map[int]int{}
	t.snaplen = uint32(o.Snaplen)
	t.named = o.Interfaces[0] != Any
	t.last = math.MinInt64
}

// cooked reports whether packets of a kind are taken from their network header
// on. Named interfaces of these kinds have sockets that do it themselves.
func (t *tally) cooked(kind uint16) bool {
	_, c := linkOf(kind)
	return c && !t.named
}

// add makes an entry for a named interface, or for the totals of all of them:
// that entry has the kernel's counts and no packets.
func (t *tally) add(k *taken) int {
	link, _ := linkOf(k.kind)
	if k.index == 0 {
		link = wire.LinkEthernet
	} else {
		t.entries[k.index] = len(t.interfaces)
	}
	return t.entry(k.name, link)
}

func (t *tally) entry(name string, link wire.LinkType) int {
	t.interfaces = append(t.interfaces, capture.InterfaceStats{Name: name, Link: link, Snaplen: t.snaplen})
	t.ethernet = append(t.ethernet, link == wire.LinkEthernet)
	return len(t.interfaces) - 1
}

// find returns the entry of the interface that a packet came from.
func (t *tally) find(s *Source, f *frame) int {
	if e, ok := t.entries[f.index]; ok {
		return e
	}
	return t.meet(s, f)
}

// meet makes an entry for a new interface, or finds that of an interface that
// had the name before.
func (t *tally) meet(s *Source, f *frame) int {
	if t.named {
		// An interface that came back: its index is known once its return is
		// noticed.
		for _, k := range s.taken {
			if k.index == f.index {
				t.entries[f.index] = k.entry
				return k.entry
			}
		}
		return 0
	}
	if _, known := s.watch.devices[f.index]; !known {
		s.watch.refresh()
	}
	name := s.watch.devices[f.index].name // "": gone already
	link, _ := linkOf(f.kind)
	same := func(i capture.InterfaceStats) bool { return i.Name == name && i.Link == link }
	e := slices.IndexFunc(t.interfaces, same)
	if e < 0 && len(t.interfaces) >= maxEntries {
		name = "(others)"
		e = slices.IndexFunc(t.interfaces, same)
	}
	if e < 0 {
		e = t.entry(name, link)
	}
	if len(t.entries) >= 4*maxEntries {
		clear(t.entries)
	}
	t.entries[f.index] = e
	return e
}

// reused forgets the entry of each index that another interface has after one that went
// away, and empties the watch's list of those. While no other has it, packets of the one
// before may still come, and the index stays on the list.
func (t *tally) reused(w *watch) {
	maps.DeleteFunc(w.removed, func(index int, _ bool) bool {
		_, met := t.entries[index]
		_, again := w.devices[index]
		if again && !t.named { // that of a named interface is forgotten where it is captured again
			delete(t.entries, index)
		}
		return again || !met || t.named
	})
}

// count numbers p and counts it.
func (t *tally) count(p *capture.Packet) {
	t.file.Packets++
	p.Number = t.file.Packets
	n := len(p.Data)
	t.octets += uint64(n)
	if p.Time < t.last {
		t.backwards++
	}
	t.last = p.Time
	if n < p.Length {
		if t.cut == 0 || n < t.cutAt {
			t.cutAt = n
		}
		t.cut++
	}
	t.interfaces[p.Interface].Packets++
}

// latest is the time of the last packet returned, or now if there was none.
func (t *tally) latest(now int64) int64 {
	if t.file.Packets == 0 {
		return now
	}
	return t.last
}

func (t *tally) stats() capture.Stats {
	file := t.file
	file.Octets = t.octets
	return capture.Stats{
		Files: []capture.FileStats{file}, Interfaces: slices.Clone(t.interfaces), Packets: file.Packets, Octets: t.octets,
		BackwardsSteps: t.backwards, CutPackets: t.cut, CutAt: t.cutAt,
	}
}
