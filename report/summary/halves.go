package summary

import (
	"net/netip"
	"strconv"
	"strings"

	"tcpwatch/analyze"
)

// halves finds connections whose two directions were captured in different VLANs or
// tunnels, as at trunks and mirror ports that tag each direction differently. The
// encapsulation is part of a connection's identity, so such a connection is reported as
// two, each captured in one direction only. The zero value is ready for use.
type halves struct {
	name   func(encap uint32) string
	pairs  uint64
	first  [2]half // the first pair, the client's half or else the earlier number first
	vlans  bool    // what is around the halves of the first pair differs by VLANs only
	open   map[halfKey]half
	recent [mostHalves]struct { // a ring of those that were put into open
		halfKey
		number uint64
	}
	next   int
	encap  uint32 // of the first half
	varied bool   // there was another
}

// mostHalves bounds the halves that wait for the other half.
const mostHalves = 1024

// halfApart is the greatest distance in time between two halves, in
// nanoseconds: a single segment and its answer. A heuristic.
const halfApart = int64(1e9)

// halfKey is the two ends of a connection, who sent first.
type halfKey struct{ from, to netip.AddrPort }

// half is a connection of which only one end was captured.
type half struct {
	number     uint64
	encap      uint32
	fromClient bool
	start, end int64
	sent, told analyze.Base // of the end that sent, and of the other
}

// add takes a connection, in the order of their numbers.
func (h *halves) add(c *analyze.Connection) {
	client, server := c.FromClient.Packets != 0, c.FromServer.Packets != 0
	if client == server || c.Self() {
		return
	}
	one := half{number: c.Number, encap: c.EncapID, fromClient: client, start: c.Start, end: c.End, sent: c.ClientBase, told: c.ServerBase}
	key := halfKey{c.Client, c.Server}
	if server {
		key, one.sent, one.told = halfKey{c.Server, c.Client}, c.ServerBase, c.ClientBase
	}
	if h.open == nil {
		h.open, h.encap = make(map[halfKey]half), c.EncapID
	}
	if !h.varied {
		if h.varied = c.EncapID != h.encap; !h.varied && len(h.open) == mostHalves {
			return // so far nothing differs: those suffice that came first
		}
	}
	if other, ok := h.open[halfKey{key.to, key.from}]; ok && one.fits(&other) {
		delete(h.open, halfKey{key.to, key.from})
		h.found(other, one)
		return
	}
	oldest := &h.recent[h.next]
	if h.open[oldest.halfKey].number == oldest.number { // not found, and not another with the same ends
		delete(h.open, oldest.halfKey)
	}
	h.open[key], oldest.halfKey, oldest.number = one, key, one.number
	h.next = (h.next + 1) % mostHalves
}

// fits reports whether two halves with mirrored ends can be one connection.
func (a *half) fits(b *half) bool {
	return a.encap != b.encap && a.start <= b.end+halfApart && b.start <= a.end+halfApart && agree(a.sent, b.told) && agree(b.sent, a.told)
}

// agree reports whether what two halves say about the ISN of one end is the same, if
// both say it.
func agree(a, b analyze.Base) bool { return !a.ISN || !b.ISN || a.Number == b.Number }

func (h *halves) found(a, b half) {
	if h.pairs++; h.pairs > 1 {
		return
	}
	if b.fromClient && !a.fromClient {
		a, b = b, a
	}
	h.first = [2]half{a, b}
	h.vlans = withoutVLANs(h.around(a.encap)) == withoutVLANs(h.around(b.encap))
}

func (h *halves) around(encap uint32) string {
	if h.name == nil {
		return ""
	}
	return h.name(encap)
}

// withoutVLANs removes the VLANs from an encapsulation.
func withoutVLANs(encap string) string {
	var rest []string
	for part := range strings.SplitSeq(encap, "/") {
		if !strings.HasPrefix(part, "vlan ") {
			rest = append(rest, part)
		}
	}
	return strings.Join(rest, "/")
}

// text describes the halves found; "" if there are none.
func (h *halves) text() string {
	if h.pairs == 0 {
		return ""
	}
	one := func(i int) string {
		around := h.around(h.first[i].encap)
		if around == "" {
			around = "without any"
		}
		return strconv.FormatUint(h.first[i].number, 10) + " (" + around + ")"
	}
	text := "pairs of connections, of each of which only one direction was captured, fit each other but for the VLANs or tunnels around them, such as "
	if h.pairs == 1 {
		text = "pair of connections, of each of which only one direction was captured, that fit each other but for the VLANs or tunnels around them: "
	}
	text += one(0) + " and " + one(1) + ": what is said of each alone is wrong if they are one"
	if h.vlans {
		text += "; --ignore-vlans takes them for one"
	}
	return text
}
