package live

import (
	"golang.org/x/sys/unix"

	"tcpwatch/capture/wire"
)

// device is the kernel's description of an interface.
type device struct {
	index int
	name  string
	kind  uint16 // ARPHRD_ value
	flags uint32 // IFF_ values
}

func (d *device) up() bool { return d.flags&unix.IFF_UP != 0 }

func (d *device) state() State {
	switch {
	case !d.up():
		return Down
	case d.flags&unix.IFF_RUNNING == 0:
		return NoCarrier
	}
	return Up
}

// linkOf returns the link type for a kind of hardware. Cooked means that packets
// are taken from their network header on: the header before it has no link type
// that leads to TCP, differs from driver to driver (PPP, tunnels) or does not
// exist (TUN, WireGuard).
func linkOf(kind uint16) (link wire.LinkType, cooked bool) {
	switch kind {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return wire.LinkEthernet, false
	case unix.ARPHRD_IEEE80211:
		return wire.LinkWiFi, false
	case unix.ARPHRD_IEEE80211_PRISM:
		return wire.LinkPrism, false
	case unix.ARPHRD_IEEE80211_RADIOTAP:
		return wire.LinkRadiotap, false
	}
	return wire.LinkRaw, true
}

// bare are the kinds whose packets have no link header in the kernel either, so
// that a filter for raw IP fits them on a socket of type SOCK_RAW.
var bare = []uint16{unix.ARPHRD_NONE, unix.ARPHRD_RAWIP, unix.ARPHRD_TUNNEL, unix.ARPHRD_TUNNEL6, unix.ARPHRD_SIT, unix.ARPHRD_PPP}

// withoutIP reports whether a kind of hardware carries no IP.
func withoutIP(kind uint16) bool {
	switch kind {
	case unix.ARPHRD_CAN, unix.ARPHRD_NETLINK, unix.ARPHRD_VSOCKMON, unix.ARPHRD_IEEE802154, unix.ARPHRD_IEEE802154_MONITOR, unix.ARPHRD_PHONET, unix.ARPHRD_CAIF:
		return true
	}
	return false
}
