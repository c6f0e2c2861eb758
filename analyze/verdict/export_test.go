package verdict

import (
	"net/netip"

	"tcpwatch/analyze"
)

// Remembered lets a Judge see n servers and clients and returns how many
// entries it has then.
func Remembered(j *Judge, n int) int {
	for i := range n {
		a := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		j.Connection(&analyze.Connection{Client: netip.AddrPortFrom(a, 9), Server: netip.AddrPortFrom(a, 80),
			Steps: []analyze.Step{{Packet: 1, FromClient: true, Phase: 1}}})
	}
	b := &j.beside
	return len(b.listeners.now) + len(b.listeners.before) + len(b.hosts.now) + len(b.hosts.before) + len(b.sources.now) + len(b.sources.before)
}
