package live

import (
	"net/netip"

	"tcpwatch/capture/wire"
)

// Interface describes a network interface.
type Interface struct {
	Name  string
	Index int
	State State
	// Addresses are those of IP, with their prefix lengths.
	Addresses []netip.Prefix
	// Link is the link type that packets have when captured; LinkKnown
	// distinguishes 0 (LINKTYPE_NULL) from "not known before capturing".
	Link      wire.LinkType
	LinkKnown bool
	// Loopback interfaces carry what the host sends to itself.
	Loopback bool
	// NoIP is set if the interface carries no IP at all, such as a CAN bus.
	NoIP bool
}

// State says whether an interface carries packets now.
type State uint8

// The states: Down is switched off, NoCarrier is on but without a partner.
const (
	Up State = iota
	NoCarrier
	Down
)

func (s State) String() string {
	switch s {
	case Up:
		return "up"
	case NoCarrier:
		return "no carrier"
	}
	return "down"
}
