package report

import (
	"cmp"
	"net/netip"
	"slices"

	"tcpwatch/analyze"
)

// Bounds of holds, named heuristics: enough for the busiest captures seen, and
// 24 MB of intervals at most.
const (
	maxHolds = 1 << 20 // intervals kept; later ones are counted only
	maxHosts = 4096    // hosts told apart; later ones are counted together
)

// holds remembers who held TIME-WAIT when, to find out how many ends each host
// held at one time. The intervals come from the records; a tuple that is used
// again ends its interval at that moment.
type holds struct {
	hosts  []hostHolds
	index  map[hostKey]int
	kept   []interval
	reused map[uint64][2]int // connection that uses the tuple next → intervals of its ends, plus 1; 0: none
	// dropped counts intervals beyond maxHolds, strangers those of hosts
	// beyond maxHosts.
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
	kept     uint64
	atEnd    uint64 // still held when the capture ended
	most     uint64 // at one time
	restarts uint64
	reused   uint64
	cut      uint64
}

type interval struct {
	host         int
	since, until int64
}

func (h *holds) add(c *connection) {
	if ends, ok := h.reused[c.Number]; ok {
		for _, i := range ends {
			if i > 0 {
				h.kept[i-1].until = min(h.kept[i-1].until, c.Start)
			}
		}
		delete(h.reused, c.Number)
	}
	tw := &c.TimeWait
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
		if len(h.hosts) == maxHosts {
			h.strangers++
			return
		}
		if h.index == nil {
			h.index, h.reused = map[hostKey]int{}, map[uint64][2]int{}
		}
		i = len(h.hosts)
		h.index[k] = i
		h.hosts = append(h.hosts, hostHolds{hostKey: k})
	}
	host := &h.hosts[i]
	host.total++
	host.restarts += uint64(tw.Restarts)
	count(&host.reused, tw.ReusedBy != 0)
	count(&host.cut, tw.CutBy != 0)
	if len(h.kept) == maxHolds {
		h.dropped++
		return
	}
	host.kept++
	h.kept = append(h.kept, interval{i, tw.Since, tw.Until})
	if tw.ReusedBy != 0 {
		ends := h.reused[tw.ReusedBy]
		if k.side == analyze.ServerSide {
			ends[1] = len(h.kept)
		} else {
			ends[0] = len(h.kept)
		}
		h.reused[tw.ReusedBy] = ends
	}
}

// measure fills in atEnd and most, and orders the hosts by most, then address.
func (h *holds) measure(end int64) {
	// A sweep over starts and ends: at one moment, ends come before starts.
	type change struct {
		host int
		at   int64
		by   int64
	}
	changes := make([]change, 0, 2*len(h.kept))
	for _, v := range h.kept {
		if v.until > end {
			h.hosts[v.host].atEnd++
		}
		changes = append(changes, change{v.host, v.since, 1}, change{v.host, max(v.since, v.until), -1})
	}
	slices.SortFunc(changes, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.host, b.host), cmp.Compare(a.at, b.at), cmp.Compare(a.by, b.by))
	})
	now, host := int64(0), -1
	for _, c := range changes {
		if c.host != host {
			now, host = 0, c.host
		}
		now += c.by
		h.hosts[host].most = max(h.hosts[host].most, uint64(max(now, 0)))
	}
	slices.SortStableFunc(h.hosts, func(a, b hostHolds) int {
		return cmp.Or(cmp.Compare(b.most, a.most), cmp.Compare(b.total, a.total), a.addr.Compare(b.addr), cmp.Compare(a.side, b.side))
	})
	h.index, h.reused, h.kept = nil, nil, nil
}
