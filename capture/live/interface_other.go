//go:build !linux

package live

import (
	"net"
	"net/netip"
)

// Interfaces lists the network interfaces of this host. The link type is not
// known here before capturing.
func Interfaces() ([]Interface, error) {
	found, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var all []Interface
	for _, f := range found {
		i := Interface{Name: f.Name, Index: f.Index, Loopback: f.Flags&net.FlagLoopback != 0}
		switch {
		case f.Flags&net.FlagUp == 0:
			i.State = Down
		case f.Flags&net.FlagRunning == 0:
			i.State = NoCarrier
		}
		addresses, _ := f.Addrs() // gone meanwhile: it has none
		for _, a := range addresses {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				i.Addresses = append(i.Addresses, p)
			}
		}
		all = append(all, i)
	}
	return all, nil
}
