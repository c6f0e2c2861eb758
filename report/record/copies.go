package record

import "tcpwatch/analyze"

// CapturedTwice reports whether more than half of the packets of both ends were
// captured twice: then there may be two taps.
func CapturedTwice(client, server *analyze.Direction) bool {
	copies, all := client.DuplicatePackets+server.DuplicatePackets, client.Packets+server.Packets
	return 2*copies > all-min(all, copies)
}

// Resent counts the segments of both ends that were sent again.
func Resent(c *analyze.Connection) uint64 {
	return c.FromClient.Retransmissions + c.FromServer.Retransmissions
}
