package record

import "tcpwatch/analyze"

// Heuristics.
const (
	// tapNear: the tap is near the end to which no more than a tenth of the
	// round trip lies.
	tapNear = 10
	// tapLeast is the round trip below which the times are those of the hosts
	// rather than of the path, in nanoseconds.
	tapLeast = int64(500e3)
)

// TapAt returns where the tap is, given the round trips from it to the server and
// to the client in nanoseconds, -1 if unknown: "client", "server" or "between"; ""
// if they do not show it.
func TapAt(server, client int64) string {
	trip := server + client
	switch {
	case server < 0 || client < 0 || trip < tapLeast:
		return ""
	case client <= trip/tapNear:
		return "client"
	case server <= trip/tapNear:
		return "server"
	}
	return "between"
}

// TapBy returns where the tap is by the round trips of the handshake of c, as TapAt does; "" if shorter ones that were
// measured later put it elsewhere: an ACK shows that a segment went to its sender and back (RFC 6298 §2), so what the
// handshake took beyond that is time of an end, as of a proxy that opens the way behind it first, and not of the path.
func TapBy(c *analyze.Connection, server, client int64) string {
	at := TapAt(server, client)
	if at != "" && at != TapAt(LeastTrip(server, c.FromClient.RTT.Min), LeastTrip(client, c.FromServer.RTT.Min)) {
		return ""
	}
	return at
}

// LeastTrip is the shorter of two round trips, of which the second may be unknown.
func LeastTrip(a, b int64) int64 {
	if b >= 0 {
		return min(a, b)
	}
	return a
}
