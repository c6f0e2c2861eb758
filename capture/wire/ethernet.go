package wire

import "encoding/binary"

// EtherTypes that are walked here (IEEE 802 numbers, RFC 9542 appendix B).
const (
	EtherIPv4    = 0x0800
	EtherIPv6    = 0x86dd
	EtherVLAN    = 0x8100 // IEEE 802.1Q
	EtherQinQ    = 0x88a8 // IEEE 802.1ad
	EtherOldQinQ = 0x9100 // before 802.1ad
	// EtherLLC stands for an IEEE 802.2 header where a length stood in place of
	// an EtherType; it is no EtherType itself.
	EtherLLC = 0x0004
)

// Ethernet reads a 14-octet Ethernet header. A length instead of an EtherType
// (up to 1500) gives EtherLLC and the octets that the length allows. ok is
// false when the header is cut.
func Ethernet(data []byte) (etherType uint16, payload []byte, ok bool) {
	if len(data) < 14 {
		return 0, nil, false
	}
	etherType = binary.BigEndian.Uint16(data[12:])
	payload = data[14:]
	if etherType <= 1500 {
		if int(etherType) < len(payload) {
			payload = payload[:etherType]
		}
		etherType = EtherLLC
	}
	return etherType, payload, true
}

// VLAN reads the four octets after a VLAN EtherType (IEEE 802.1Q): id is the
// 12-bit VLAN identifier, 0 for a priority tag. A length instead of an inner
// EtherType gives EtherLLC. ok is false when the tag is cut.
func VLAN(data []byte) (id uint16, etherType uint16, payload []byte, ok bool) {
	if len(data) < 4 {
		return 0, 0, nil, false
	}
	id = binary.BigEndian.Uint16(data) & 0x0fff
	etherType = binary.BigEndian.Uint16(data[2:])
	payload = data[4:]
	if etherType <= 1500 {
		if int(etherType) < len(payload) {
			payload = payload[:etherType]
		}
		etherType = EtherLLC
	}
	return id, etherType, payload, true
}

// LLC reads an IEEE 802.2 header. SNAP (RFC 1042) gives its EtherType, as does
// the SAP that stands for IP (6); any other SAP gives EtherType 0. ok is false
// when the header is cut.
func LLC(data []byte) (etherType uint16, payload []byte, ok bool) {
	if len(data) < 3 {
		return 0, nil, false
	}
	dsap, ssap, control := data[0], data[1], data[2]
	switch {
	case dsap == 0xaa && ssap&^1 == 0xaa && control == 3:
		if len(data) < 8 {
			return 0, nil, false
		}
		return binary.BigEndian.Uint16(data[6:]), data[8:], true
	case dsap == 0x06 && ssap&^1 == 0x06 && control == 3:
		return EtherIPv4, data[3:], true
	}
	return 0, data[3:], true
}

// SLL reads the 16-octet header of a Linux cooked capture (LINKTYPE 113). The
// address length in it is not trusted: its field has eight octets always. A
// protocol that is no EtherType (ARPHRD_NETLINK and the like) gives 0.
func SLL(data []byte) (etherType uint16, payload []byte, ok bool) {
	if len(data) < 16 {
		return 0, nil, false
	}
	return sllProtocol(binary.BigEndian.Uint16(data[2:]), binary.BigEndian.Uint16(data[14:])), data[16:], true
}

// SLL2 reads the 20-octet header of the second version (LINKTYPE 276).
func SLL2(data []byte) (etherType uint16, payload []byte, ok bool) {
	if len(data) < 20 {
		return 0, nil, false
	}
	return sllProtocol(binary.BigEndian.Uint16(data[8:]), binary.BigEndian.Uint16(data)), data[20:], true
}

// sllProtocol reads the protocol field by the hardware type: netlink gives a
// netlink family there, and GRE (778) a GRE protocol, which is an EtherType.
func sllProtocol(arphrd, protocol uint16) uint16 {
	const netlink, radiotap, frameRelay = 824, 803, 770
	switch arphrd {
	case netlink, radiotap, frameRelay:
		return 0
	}
	switch {
	case protocol == EtherLLC: // "802.2 frames" in the SLL specification
		return EtherLLC
	case protocol <= 1500:
		return 0
	}
	return protocol
}

// Loopback reads the 4-octet address family before a BSD loopback packet
// (LINKTYPE 0 in the byte order of the machine, 108 in network byte order) and
// gives the EtherType that it stands for, 0 for any other family. ok is false
// when the header is cut.
func Loopback(data []byte) (etherType uint16, payload []byte, ok bool) {
	if len(data) < 4 {
		return 0, nil, false
	}
	family := binary.LittleEndian.Uint32(data)
	if family&0xffff == 0 { // the other byte order: families are small
		family = binary.BigEndian.Uint32(data)
	}
	switch family {
	case 2:
		return EtherIPv4, data[4:], true
	case 10, 24, 28, 30: // Linux; NetBSD, OpenBSD; FreeBSD; Darwin
		return EtherIPv6, data[4:], true
	}
	return 0, data[4:], true
}
