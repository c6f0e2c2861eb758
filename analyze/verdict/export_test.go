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
	return b.listeners.size() + b.hosts.size() + b.sources.size()
}

func (r *recent[K, V]) size() int { return len(r.now.index) + len(r.before.index) }
