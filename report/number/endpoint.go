package number

import (
	"encoding/binary"
	"net/netip"
	"strconv"
)

// AppendEndpoint appends "192.0.2.1:443" or "[2001:db8::1]:443"; nothing for
// the zero value. Zones do not occur: addresses come from headers.
func AppendEndpoint(b []byte, a netip.AddrPort) []byte {
	if !a.IsValid() {
		return b
	}
	if !a.Addr().Is4() {
		return a.AppendTo(b)
	}
	return AppendIPv4(b, a.Addr().As4(), a.Port())
}

// AppendIPv4 appends an IPv4 address and a port.
func AppendIPv4(b []byte, a [4]byte, port uint16) []byte {
	b = appendDotted(appendDotted(b, a[0], a[1]), a[2], a[3])
	b[len(b)-1] = ':'
	return AppendUint(b, uint64(port))
}

// appendDotted appends two octets of an IPv4 address, with a dot after each.
func appendDotted(b []byte, x, y byte) []byte {
	t, u := dotted[x], dotted[y]
	n := t >> 56
	b = binary.LittleEndian.AppendUint64(b, t&(1<<32-1)|u<<(8*n&63))
	return b[:len(b)-8+int(n+u>>56)]
}

// dotted is the decimal form of every octet with a dot after it, the first character in
// the lowest octet, and its length in the highest: two of them are written at a time,
// since every row has addresses.
var dotted = func() (t [256]uint64) {
	for i := range t {
		text := strconv.Itoa(i) + "."
		for k := range text {
			t[i] |= uint64(text[k]) << (8 * k)
		}
		t[i] |= uint64(len(text)) << 56
	}
	return t
}()
