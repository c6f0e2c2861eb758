package summary

import (
	"net/netip"
	"strconv"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
)

// twins finds connections that are one connection, captured before and behind something that
// changes its addresses or ports (NAT, a load balancer), or outside and inside a tunnel: as on
// all interfaces of a router, or of a host of containers. The ISNs stay, and two connections with
// both ISNs the same by chance are one in 2^64. The zero value is ready for use.
type twins struct {
	pairs  uint64
	first  [2]uint64 // the numbers of the first pair
	moved  bool      // the addresses or ports of the first pair differ
	recent [mostTwins]twin
}

// mostTwins is the number of places for connections that wait for their twin. One takes
// the place that its ISNs choose.
const mostTwins = 1024

// twinsApart is the greatest distance in time between the first segments of twins, in nanoseconds:
// what forwards a SYN, or asks another SYN for it, takes less. A heuristic.
const twinsApart = int64(1e9)

type twin struct {
	isns           uint64 // 0: none
	number         uint64
	client, server netip.AddrPort
	encap          uint32
	start, end     int64
	sent           [2]uint64 // payload, but what was sent again: of that one place may have missed some
	stamps         uint64    // the timestamps of the first SYN and SYN-ACK; 0: one has none
}

// add takes a connection, in the order of their numbers.
func (t *twins) add(c *analyze.Connection) {
	o := &c.Opening
	if !o.ClientISNKnown || !o.ServerISNKnown || o.ClientISN == o.ServerISN {
		return // a program that makes up segments may give both ends one ISN, and all connections
	}
	isns := uint64(o.ClientISN)<<32 | uint64(o.ServerISN)
	at := &t.recent[isns*0x9e3779b97f4a7c15>>(64-10)]
	if at.isns == isns && at.fits(c) {
		if t.pairs++; t.pairs == 1 {
			t.first, t.moved = [2]uint64{at.number, c.Number}, at.client != c.Client || at.server != c.Server
		}
	}
	*at = twin{isns, c.Number, c.Client, c.Server, c.EncapID, c.Start, c.End, [2]uint64{c.FromClient.UniqueOctets, c.FromServer.UniqueOctets}, stampsOf(c)}
}

// stampsOf returns the timestamps of the first SYN and the first SYN-ACK; 0: one has none.
func stampsOf(c *analyze.Connection) uint64 {
	var syn, answer uint32
	for i := range c.Steps {
		switch s := &c.Steps[i]; {
		case s.Phase == label.SYN && s.FromClient && syn == 0:
			syn = s.TSVal
		case s.Phase == label.SynAck && !s.FromClient && answer == 0:
			answer = s.TSVal
		}
	}
	if syn == 0 || answer == 0 {
		return 0
	}
	return uint64(syn)<<32 | uint64(answer)
}

// fits reports whether a connection with the same ISNs is a twin: elsewhere, at the same time, with
// as many octets of payload, or, as where a device between them has stopped to pass some, with the same
// timestamps in both SYNs. Of twins none is over before the other begins, as those of a program that
// makes up segments, each time with the same ISNs, may be.
func (a *twin) fits(c *analyze.Connection) bool {
	apart := c.Start - a.start
	return (a.client != c.Client || a.server != c.Server || a.encap != c.EncapID) && apart <= twinsApart && -apart <= twinsApart &&
		c.Start <= a.end && a.start <= c.End &&
		(a.sent == [2]uint64{c.FromClient.UniqueOctets, c.FromServer.UniqueOctets} || a.stamps != 0 && a.stamps == stampsOf(c))
}

// text describes the twins found.
func (t *twins) text() string {
	by := "addresses or ports, as before and behind NAT or a load balancer"
	if !t.moved {
		by = "VLANs or tunnels around them"
	}
	such := strconv.FormatUint(t.first[0], 10) + " and " + strconv.FormatUint(t.first[1], 10)
	if t.pairs == 1 {
		return "connection has both ISNs of another one, but other " + by + " (" + such + "): most likely the same one, counted twice, its TIME-WAIT too"
	}
	return "connections have both ISNs of another one, but other " + by + " (such as " + such + "): most likely the same ones, counted twice, their TIME-WAIT too"
}
