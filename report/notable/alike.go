package notable

import (
	"net/netip"
	"slices"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// alikeKey is a reason that kept openings from working, a RST of an end of which nothing else was captured, or the decisive
// verdicts, and the hosts: a scan, a server that is down or was started anew, a full accept queue or a load balancer's checks
// are one thing to look at, not one for each connection. server is the zero Addr if the client scans (HALF-OPEN-SCAN),
// client is if there are too many pairs.
type alikeKey struct {
	why            Reason
	found          uint64 // the verdicts that decide, bits; 0: none does
	port           uint16 // of the server, with found: each listener has an accept queue of its own
	client, server netip.Addr
}

// alike are the connections of one key.
type alike struct {
	rows  []Row // the heaviest, at most MostFirst
	count uint64
}

// mostPairs bounds how many pairs are remembered, and how many servers and scanners beside them;
// other connections are listed one by one.
const mostPairs = 1024

// alikeOf counts a connection with those like it; nil: it is listed by itself.
func (n *List) alikeOf(why Reason, c *analyze.Connection, verdicts []verdict.Verdict) *alike {
	k := alikeKey{why: why, client: c.Client.Addr(), server: c.Server.Addr()}
	switch {
	case why > whyOpeningReset:
		if k.found = deciders(verdicts); k.found != 0 {
			k.port = c.Server.Port()
		} else if why != whyReset || !record.ResetOnly(c) { // probes of a scan, or all that a host knew before it was started anew
			return nil
		}
	case scans(verdicts):
		k.server = netip.Addr{}
	}
	a := n.alike[k]
	if a == nil && len(n.alike) >= mostPairs && k.server.IsValid() {
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

// joined returns the rows for each reason, heaviest first: if more than a few connections are
// alike, one row stands for all of them.
func (n *List) joined() (best [Count][]Row) {
	for why := range best {
		best[why] = append(best[why], n.best[why]...)
	}
	before, crowds := n.scanned(), n.crowds()
	for k, a := range n.alike {
		if n.ofScan(k) || crowds[k.ofServer()].crowd() {
			continue
		}
		rows, count := a.rows, a.count
		if b := before[k]; b != nil {
			rows, count = joinRows(b.rows, rows), count+b.count
		}
		best[k.why] = standFor(best[k.why], rows, count, k.likewise()+k.what())
	}
	for k, c := range crowds {
		if c.crowd() {
			best[k.why] = standFor(best[k.why], c.rows, c.count, k.towards()+c.whose()+k.what())
		}
	}
	return best
}

// standFor adds the rows of connections that are alike to a list, or one that stands for all of
// them.
func standFor(list, rows []Row, count uint64, like string) []Row {
	if count > MostFirst {
		r := rows[0]
		r.Likewise = count - 1
		r.Why += "; " + prose.Thousands(r.Likewise) + " more" + like + ", too"
		rows = []Row{r}
	}
	for _, r := range rows {
		list = insertRow(list, MostEach, r)
	}
	return list
}

// what says what was found about the connections of a key.
func (k alikeKey) what() string {
	if k.found == 0 {
		return ": " + k.why.String()
	}
	var names []string
	for id := range verdict.Count {
		if k.found&(1<<id) != 0 {
			names = append(names, id.String())
		}
	}
	return ": " + strings.Join(names, ", ")
}

// likewise says whose the connections of a key are.
func (k alikeKey) likewise() string {
	if !k.server.IsValid() {
		return " of this client"
	}
	return " of this client" + k.towards()
}

// towards says what of the server they have in common.
func (k alikeKey) towards() string {
	if k.found != 0 {
		return " to the server's address and port"
	}
	return " to the server's address"
}

// ofScan reports whether the connection was an attempt of a scanner before it was known as one.
func (n *List) ofScan(k alikeKey) bool {
	return k.server.IsValid() && n.alike[k.ofClient()] != nil
}

// scanned gathers the attempts of scanners before they were known as such.
func (n *List) scanned() map[alikeKey]*alike {
	before := map[alikeKey]*alike{}
	for k, a := range n.alike {
		if !n.ofScan(k) {
			continue
		}
		scan := k.ofClient()
		if before[scan] == nil {
			before[scan] = &alike{}
		}
		before[scan].count += a.count
		before[scan].rows = joinRows(before[scan].rows, a.rows)
	}
	return before
}

// joinRows returns the heaviest of two lists.
func joinRows(a, b []Row) []Row {
	list := slices.Clone(a)
	for _, r := range b {
		list = insertRow(list, MostFirst, r)
	}
	return list
}

// ofServer is the key of everything with the same server.
func (k alikeKey) ofServer() alikeKey {
	k.client = netip.Addr{}
	return k
}

// ofClient is that of everything with the same client.
func (k alikeKey) ofClient() alikeKey {
	k.server = netip.Addr{}
	return k
}

// crowds gathers the connections of each server: one that is down, or flooded with SYNs, has many
// clients.
func (n *List) crowds() map[alikeKey]*serverCrowd {
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
		c.rows = joinRows(c.rows, a.rows)
		if k.client.IsValid() {
			c.clients++
		} else {
			c.untold = true
		}
	}
	return crowds
}

// serverCrowd is the connections of one server.
type serverCrowd struct {
	alike
	clients int  // that are told apart
	untold  bool // there are others, or one of them again
}

// crowd reports whether there are, or may be, more than a few clients.
func (c *serverCrowd) crowd() bool { return c != nil && (c.untold || c.clients > MostFirst) }

// whose says of whom the connections of a server are.
func (c *serverCrowd) whose() string {
	if c.clients > MostFirst {
		return ", of several clients"
	}
	return ""
}
