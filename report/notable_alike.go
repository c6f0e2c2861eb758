package report

import (
	"net/netip"

	"tcpwatch/analyze/verdict"
)

// alikeKey is a reason that kept openings from working, and the hosts: a scan, a server that is
// down or a load balancer's checks are one thing to look at, not as many as there are connections.
// server is the zero Addr where the client scans (HALF-OPEN-SCAN).
type alikeKey struct {
	why            reason
	client, server netip.Addr
}

// alike are the connections of one key.
type alike struct {
	rows  []notableRow // the heaviest, at most notableFirst
	count uint64
}

// mostPairs bounds how many keys are remembered; connections of others are listed one by one.
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
	if a == nil {
		if len(n.alike) >= mostPairs {
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
// stands for all, where they are more than a few. What a scanner had tried before it was known
// for one counts with the rest.
func (n *notables) joined() (best [reasonCount][]notableRow) {
	for why := range best {
		best[why] = append(best[why], n.best[why]...)
	}
	before := map[alikeKey]uint64{}
	for k, a := range n.alike {
		scan := alikeKey{why: k.why, client: k.client}
		if k.server.IsValid() && n.alike[scan] != nil {
			before[scan] += a.count
		}
	}
	for k, a := range n.alike {
		if k.server.IsValid() && n.alike[alikeKey{why: k.why, client: k.client}] != nil {
			continue
		}
		rows, count := a.rows, a.count+before[k]
		if count > notableFirst {
			rows = []notableRow{a.rows[0]}
			rows[0].likewise = count - 1
			rows[0].why += "; " + likewise(k, count-1)
		}
		for _, r := range rows {
			best[k.why] = insertRow(best[k.why], notableEach, r)
		}
	}
	return best
}

// likewise says how many more connections of the hosts a row stands for.
func likewise(k alikeKey, n uint64) string {
	at := ""
	if k.server.IsValid() {
		at = " to this address"
	}
	return thousands(n) + " more of this client" + at + ": " + k.why.String() + ", too"
}
