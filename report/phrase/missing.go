package phrase

import (
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/state"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// Missing says what was never captured; "" if nothing is missing. A gap of
// one sequence number may be the FIN of an end of which none was captured.
func Missing(c *analyze.Connection) string {
	var parts []string
	for _, p := range []struct {
		side analyze.Side
		n    uint64
	}{{analyze.ClientSide, c.FromClient.MissingBytes}, {analyze.ServerSide, c.FromServer.MissingBytes}} {
		switch {
		case p.n == 0:
		case p.n == 1 && mayBeFIN(c, p.side):
			parts = append(parts, "1"+prose.NBSP+"sequence number of "+Side(p.side)+" (an octet or its FIN) was never captured")
		case p.n == 1:
			parts = append(parts, prose.Octets(p.n)+" of "+Side(p.side)+" was never captured")
		default:
			parts = append(parts, prose.Octets(p.n)+" of "+Side(p.side)+" were never captured")
		}
	}
	return strings.Join(parts, ", ")
}

// mayBeFIN reports whether a number that was not captured may have been the
// FIN of an end.
func mayBeFIN(c *analyze.Connection, side analyze.Side) bool {
	st := record.OfSide(side, c.ClientState, c.ServerState)
	open := st == state.Established || st == state.CloseWait // its last segments show that it had not closed
	return !record.FinSeen(c, side) && !open
}
