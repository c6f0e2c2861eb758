package record

import "tcpwatch/analyze"

// OverIPv6 reports whether the ends of a connection have IPv6 addresses, and ICMP errors about it
// those types.
func OverIPv6(c *analyze.Connection) bool {
	return c.Client.Addr().Is6() && !c.Client.Addr().Is4In6()
}

// OtherSide returns the server for the client, and the client for the server; any other side as it is.
func OtherSide(s analyze.Side) analyze.Side {
	switch s {
	case analyze.ClientSide:
		return analyze.ServerSide
	case analyze.ServerSide:
		return analyze.ClientSide
	}
	return s
}

// OfSide returns server for the server's side, else client.
func OfSide[T any](side analyze.Side, client, server T) T {
	if side == analyze.ServerSide {
		return server
	}
	return client
}

// A capture shows less of a close than what happened if one end was not
// captured at all, or if the capture begins in the middle: then a FIN may have
// come before the first one captured.

// Unseen returns the end of which nothing was captured, NoSide if both were.
func Unseen(c *analyze.Connection) analyze.Side {
	switch {
	case c.Self():
		return analyze.NoSide
	case c.FromClient.Packets == 0:
		return analyze.ClientSide
	case c.FromServer.Packets == 0:
		return analyze.ServerSide
	}
	return analyze.NoSide
}
