package summary

import (
	"cmp"
	"math"
	"net/netip"
	"slices"

	"tcpwatch/analyze"
)

// Bounds of holds. They are heuristics: enough for the busiest captures seen,
// and at most 32 MB of intervals, twice that if all their tuples are used
// again.
const (
	MaxHolds = 1 << 20 // intervals kept at one time; others are counted only
	MaxHosts = 4096    // hosts told apart; later ones are counted together
	// sweepHolds is how many intervals wait before finished ones are counted
	// and forgotten. Up to that number the result does not depend on the order
	// of connections.
	sweepHolds = 1 << 17
)

// holds remembers who held TIME-WAIT when, to find out how many ends each host
// held at one time. The intervals come from the records; a tuple that is used
// again ends its interval at that moment.
//
// Connections come in the order in which they began, so no later one holds
// anything before the last one began: everything before that can be counted.
type holds struct {
	hosts []hostHolds
	index map[hostKey]int32
	kept  []interval
	// fresh counts the holds since the last sweep, carried those that it left
	// over.
	fresh, carried int
	reused         map[uint64][2]int32 // connection that uses the tuple next → intervals of its ends, plus 1; 0: none
	// dropped counts intervals beyond MaxHolds, strangers those of hosts
	// beyond MaxHosts.
	dropped, strangers uint64
}

type hostKey struct {
	addr netip.Addr
	side analyze.Side
}

// hostHolds is what one host held as client or as server.
type hostHolds struct {
	hostKey
	total    uint64
	kept     uint64 // of total, those that atEnd and most are counted over
	atEnd    uint64 // still held when the capture ended
	most     uint64 // at one time
	restarts uint64
	reused   uint64
	cut      uint64
}

type interval struct {
	since, until int64
	next         uint64 // connection that uses the tuple next; 0: none
	host         int32
}

func (h *holds) add(c *analyze.Connection) {
	if ends, ok := h.reused[c.Number]; ok {
		for _, i := range ends {
			if i > 0 {
				h.kept[i-1].until = min(h.kept[i-1].until, c.Start)
			}
		}
		delete(h.reused, c.Number)
	}
	tw := &c.TimeWait
	if tw.Holders == analyze.NoSide {
		return
	}
	if h.fresh >= max(sweepHolds, h.carried) {
		h.sweep(c.Start)
	}
	if tw.Holders == analyze.ClientSide || tw.Holders == analyze.BothSides {
		h.hold(hostKey{c.Client.Addr(), analyze.ClientSide}, tw)
	}
	if tw.Holders == analyze.ServerSide || tw.Holders == analyze.BothSides {
		h.hold(hostKey{c.Server.Addr(), analyze.ServerSide}, tw)
	}
}

func (h *holds) hold(k hostKey, tw *analyze.TimeWait) {
	i, ok := h.index[k]
	if !ok {
		if len(h.hosts) == MaxHosts {
			h.strangers++
			return
		}
		if h.index == nil {
			h.index, h.reused = map[hostKey]int32{}, map[uint64][2]int32{}
		}
		i = int32(len(h.hosts))
		h.index[k] = i
		h.hosts = append(h.hosts, hostHolds{hostKey: k})
	}
	host := &h.hosts[i]
	h.fresh++
	host.total++
	host.restarts += uint64(tw.Restarts)
	count(&host.reused, tw.ReusedBy != 0)
	count(&host.cut, tw.CutBy != 0)
	if len(h.kept) >= MaxHolds {
		h.dropped++
		return
	}
	host.kept++
	h.kept = append(h.kept, interval{tw.Since, tw.Until, tw.ReusedBy, i})
	h.await(len(h.kept) - 1)
}

// await notes an interval that ends if its tuple is used again.
func (h *holds) await(i int) {
	v := &h.kept[i]
	if v.next == 0 {
		return
	}
	ends := h.reused[v.next]
	if h.hosts[v.host].side == analyze.ServerSide {
		ends[1] = int32(i + 1)
	} else {
		ends[0] = int32(i + 1)
	}
	h.reused[v.next] = ends
}

// sweep finds the most held at one time until now, and forgets the intervals that
// are over by then.
func (h *holds) sweep(now int64) {
	h.most(now)
	waiting := h.kept
	h.kept = h.kept[:0]
	clear(h.reused)
	for _, v := range waiting {
		if v.until > now {
			h.kept = append(h.kept, v)
			h.await(len(h.kept) - 1)
		}
	}
	h.fresh, h.carried = 0, len(h.kept)
}

// most finds the most intervals of each host at one time up to now: it goes
// through their starts and ends in the order of time. At one moment, ends come
// before starts.
func (h *holds) most(now int64) {
	first := make([]int32, len(h.hosts)+1) // of each host in starts and ends
	for i := range h.kept {
		first[h.kept[i].host+1]++
	}
	for i := range h.hosts {
		first[i+1] += first[i]
	}
	starts, ends := make([]int64, len(h.kept)), make([]int64, len(h.kept))
	at := slices.Clone(first)
	for i := range h.kept {
		v := &h.kept[i]
		starts[at[v.host]], ends[at[v.host]] = v.since, max(v.since, v.until)
		at[v.host]++
	}
	for i := range h.hosts {
		starts, ends := starts[first[i]:first[i+1]], ends[first[i]:first[i+1]]
		slices.Sort(starts)
		slices.Sort(ends)
		host, over := &h.hosts[i], 0
		for begun, since := range starts {
			if since > now {
				break
			}
			for over < len(ends) && ends[over] <= since {
				over++
			}
			host.most = max(host.most, uint64(max(0, begun+1-over)))
		}
	}
}

// measure fills in atEnd and most, and orders the hosts by most, then address.
func (h *holds) measure(end int64) {
	h.most(math.MaxInt64)
	for i := range h.kept {
		if h.kept[i].until > end {
			h.hosts[h.kept[i].host].atEnd++
		}
	}
	slices.SortStableFunc(h.hosts, func(a, b hostHolds) int {
		return cmp.Or(cmp.Compare(b.most, a.most), cmp.Compare(b.total, a.total), a.addr.Compare(b.addr), cmp.Compare(a.side, b.side))
	})
	h.index, h.reused, h.kept = nil, nil, nil
}
