package report

import (
	"net/netip"

	"tcpwatch/analyze/verdict"
)

// alikeKey is a reason that kept openings from working, and the hosts: a scan, a server that is
// down or a load balancer's checks are one thing to look at, not as many as there are connections.
// server is the zero Addr where the client scans (HALF-OPEN-SCAN), client that where there are too many pairs.
type alikeKey struct {
	why            reason
	client, server netip.Addr
}

// alike are the connections of one key.
type alike struct {
	rows  []notableRow // the heaviest, at most notableFirst
	count uint64
}

// mostPairs bounds how many pairs are remembered, and how many servers beside them; connections of others
// are listed one by one.
const mostPairs = 1024

// alikeOf counts a connection with those like it; nil: it is listed by itself.
func (n *notables) alikeOf(why reason, c *connection, verdicts []verdict.Verdict) *alike {
	if why > whyOpeningReset {
		return nil
	}
	k := alikeKey{why: why, client: c.Client.Addr(), server: c.Server.Addr()}
	if scans(verdicts) {
		k.server = netip.Addr{}
	}
	a := n.alike[k]
	if a == nil && len(n.alike) >= mostPairs {
		k.client = netip.Addr{}
		a = n.alike[k]
	}
	if a == nil {
		if len(n.alike) >= 2*mostPairs {
			return nil
		}
		if n.alike == nil {
			n.alike = make(map[alikeKey]*alike)
		}
		a = &alike{}
		n.alike[k] = a
	}
	a.count++
	return a
}

// scans reports whether HALF-OPEN-SCAN is among the verdicts.
func scans(list []verdict.Verdict) bool {
	for i := range list {
		if list[i].ID == verdict.HalfOpenScan {
			return true
		}
	}
	return false
}

// joined returns the rows for each reason, heaviest first: of connections that are alike one that
// stands for all, where they are more than a few.
func (n *notables) joined() (best [reasonCount][]notableRow) {
	for why := range best {
		best[why] = append(best[why], n.best[why]...)
	}
	before, crowds := n.scanned(), n.crowds()
	for k, a := range n.alike {
		if n.ofScan(k) || crowds[k.ofServer()].crowd() {
			continue
		}
		best[k.why] = standFor(best[k.why], a.rows, a.count+before[k], k.likewise())
	}
	for k, c := range crowds {
		if c.crowd() {
			best[k.why] = standFor(best[k.why], c.rows, c.count, " to this address, of several clients")
		}
	}
	return best
}

// standFor adds the rows of connections that are alike to a list, or one that stands for so many.
func standFor(list, rows []notableRow, count uint64, whose string) []notableRow {
	if count > notableFirst {
		r := rows[0]
		r.likewise = count - 1
		r.why += "; " + thousands(r.likewise) + " more" + whose + ": " + r.reason.String() + ", too"
		rows = []notableRow{r}
	}
	for _, r := range rows {
		list = insertRow(list, notableEach, r)
	}
	return list
}

// likewise says what the connections of a key have in common.
func (k alikeKey) likewise() string {
	if !k.server.IsValid() {
		return " of this client"
	}
	return " of this client to this address"
}

// ofScan reports whether a scanner had tried that before it was known for one: it counts with the rest.
func (n *notables) ofScan(k alikeKey) bool {
	return k.server.IsValid() && n.alike[alikeKey{why: k.why, client: k.client}] != nil
}

// scanned counts what scanners had tried before they were known for that.
func (n *notables) scanned() map[alikeKey]uint64 {
	before := map[alikeKey]uint64{}
	for k, a := range n.alike {
		if n.ofScan(k) {
			before[alikeKey{why: k.why, client: k.client}] += a.count
		}
	}
	return before
}

// ofServer is the key of what has the same server.
func (k alikeKey) ofServer() alikeKey { return alikeKey{why: k.why, server: k.server} }

// crowds puts together what has one server: one that is down, or flooded with SYNs, has many clients.
func (n *notables) crowds() map[alikeKey]*serverCrowd {
	crowds := map[alikeKey]*serverCrowd{}
	for k, a := range n.alike {
		if !k.server.IsValid() || n.ofScan(k) {
			continue
		}
		c := crowds[k.ofServer()]
		if c == nil {
			c = &serverCrowd{}
			crowds[k.ofServer()] = c
		}
		c.count += a.count
		if c.clients++; !k.client.IsValid() {
			c.clients += notableFirst
		}
		for _, r := range a.rows {
			c.rows = insertRow(c.rows, notableFirst, r)
		}
	}
	return crowds
}

// serverCrowd is the connections of one server.
type serverCrowd struct {
	alike
	clients int
}

// crowd reports whether there are more than a few clients.
func (c *serverCrowd) crowd() bool { return c != nil && c.clients > notableFirst }
