package filter

import (
	"bytes"
	"strings"

	"tcpwatch/capture/wire"
)

// differences are filters for which our program chooses other packets than
// tcpdump's, or that only one of the two accepts, and why that is right.
var differences = map[string]string{
	"10 / ip[9] = 1": checkBothSides,
	"(len - 14) * 3 + (ip[8] - 3) * (ip[9] + 2) > 1000": checkBothSides,
	"ip[1] << 40 % 9 = 0":                               wholeRightSide,
}

const (
	// checkBothSides: libpcap forgets, in a sum or product, that what its right
	// side reads must be there, and reads whatever lies in that place. The manual
	// promises the check for every access.
	checkBothSides = "tcpdump does not check that the right operand's header is there"
	// wholeRightSide: libpcap looks at the first number of the right side only:
	// it takes 40 % 9 for 40.
	wholeRightSide = "tcpdump takes the first number of the right operand for all of it"
)

// refusedByRule tells the errors for expressions that tcpdump takes, or refuses
// only where its optimizer finds out, and that can mean nothing.
func refusedByRule(err error) bool {
	for clause := range ruled {
		if strings.HasSuffix(err.Error(), clause) {
			return true
		}
	}
	return false
}

var ruled = map[string]string{
	"division by zero":             "tcpdump rejects every packet where the zero is the result of a sum of constants",
	"a shift by more than 31 bits": "tcpdump gives 0, the Linux kernel takes the lowest five bits of such a number",
	"an octet before the header, or after any packet, cannot be read": "tcpdump lets the offset wrap, in the kernel it means other memory",
}

// rejectsAll is what tcpdump says of a filter that it finds to match nothing.
// Whether it does depends on its optimizer. Ours is a program that matches
// nothing: that is an answer too, above all where only one of the link types of
// a capture cannot have what is asked for.
const rejectsAll = "expression rejects all packets"

// foreignFamily tells the packets of BSD loopback whose address family was not
// written by a little-endian Linux. tcpdump compiles for the byte order of the
// file and the families of the host that it runs on, so that it finds no IPv6 in
// captures of other systems. Ours takes either byte order and the families of
// Linux, the BSDs and Darwin.
func foreignFamily(link wire.LinkType, data []byte) bool {
	return link == wire.LinkNull && !bytes.HasPrefix(data, []byte{2, 0, 0, 0}) && !bytes.HasPrefix(data, []byte{10, 0, 0, 0})
}
