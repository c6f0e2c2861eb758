package wire

import "encoding/binary"

// TCP option kinds (IANA, TCP parameters).
const (
	kindEnd          = 0
	kindNoOp         = 1
	kindMSS          = 2
	kindWindowScale  = 3
	kindSACKPermit   = 4
	kindSACK         = 5
	kindTimestamps   = 8
	kindMD5          = 19
	kindUserTimeout  = 28
	kindAO           = 29
	kindMPTCP        = 30
	kindFastOpen     = 34
	kindAccECN0      = 172
	kindAccECN1      = 174
	kindExperimental = 254

	fastOpenMagic = 0xf989 // its experiment identifier: RFC 7413 §9
)

// parseOptions reads the captured part of TCP options; full is how many octets
// the header gives them. An option of a length that its RFC does not allow is
// skipped as Linux does, and marked; a length that leads nowhere ends the
// reading.
func parseOptions(data []byte, full int, o *Options) {
	*o = Options{}
	if len(data) < full {
		o.Set = OptCut
	}
	// The layout of nearly every segment with timestamps (RFC 7323 appendix A).
	if len(data) >= 12 && binary.BigEndian.Uint32(data) == 0x0101080a {
		o.Set |= OptTimestamps
		o.TSVal = binary.BigEndian.Uint32(data[4:])
		o.TSEcr = binary.BigEndian.Uint32(data[8:])
		data, full = data[12:], full-12
	}
	for len(data) > 0 {
		kind := data[0]
		if kind == kindEnd {
			o.Set &^= OptCut // nothing after it counts (RFC 9293 §3.2)
			return
		}
		if kind == kindNoOp {
			data, full = data[1:], full-1
			continue
		}
		if full < 2 {
			o.Set |= OptMalformed
			return
		}
		if len(data) < 2 {
			return // cut
		}
		n := int(data[1])
		if n < 2 || n > full {
			o.Set |= OptMalformed
			return
		}
		if n > len(data) {
			return // cut
		}
		parseOption(kind, data[2:n], o)
		data, full = data[n:], full-n
	}
}

// parseOption reads one option; v is its value, without kind and length.
func parseOption(kind uint8, v []byte, o *Options) {
	set := OptMalformed
	switch kind {
	case kindMSS:
		if len(v) == 2 {
			set, o.MSS = OptMSS, binary.BigEndian.Uint16(v)
		}
	case kindWindowScale:
		if len(v) == 1 {
			set, o.WindowScale = OptWindowScale, v[0]
		}
	case kindSACKPermit:
		if len(v) == 0 {
			set = OptSACKPermitted
		}
	case kindSACK:
		set = parseSACK(v, o)
	case kindTimestamps:
		if len(v) == 8 {
			set = OptTimestamps
			o.TSVal = binary.BigEndian.Uint32(v)
			o.TSEcr = binary.BigEndian.Uint32(v[4:])
		}
	case kindFastOpen:
		set = parseFastOpen(v, o)
	case kindExperimental:
		set = OptOther
		if len(v) >= 2 && binary.BigEndian.Uint16(v) == fastOpenMagic {
			set = parseFastOpen(v[2:], o)
		}
	case kindMPTCP:
		if mptcpLength(v) {
			set, o.MPTCPSubtype = OptMPTCP, v[0]>>4
		}
	case kindMD5:
		if len(v) == 16 {
			set = OptMD5
		}
	case kindAO:
		if len(v) >= 2 {
			set = OptAO
		}
	case kindUserTimeout:
		if len(v) == 2 {
			set = OptUserTimeout
		}
	case kindAccECN0, kindAccECN1:
		set = OptAccECN // of any length: what is none of three 24-bit fields is padding (RFC 9768 §3.2.3)
	default:
		set = OptOther
	}
	o.Set |= set
}

// parseSACK reads one to four blocks (RFC 2018 §3).
func parseSACK(v []byte, o *Options) OptionSet {
	n := len(v) / 8
	if n < 1 || n > MaxSACKBlocks || len(v)%8 != 0 {
		return OptMalformed
	}
	o.SACKBlocks = uint8(n)
	for i := range n {
		o.SACK[i].Left = Seq(binary.BigEndian.Uint32(v[8*i:]))
		o.SACK[i].Right = Seq(binary.BigEndian.Uint32(v[8*i+4:]))
	}
	return OptSACK
}

// parseFastOpen checks a cookie: none, or an even number of 4 to 16 octets
// (RFC 7413 §4.1.1).
func parseFastOpen(v []byte, o *Options) OptionSet {
	n := len(v)
	if n != 0 && (n < 4 || n > 16 || n%2 != 0) {
		return OptMalformed
	}
	o.FastOpenLen = uint8(n)
	return OptFastOpen
}

// mptcpLengths are the option lengths that RFC 8684 §3 and RFC 6824 §3 allow,
// as bits, by subtype.
var mptcpLengths = [16]uint64{
	0: 1<<4 | 1<<12 | 1<<20 | 1<<22 | 1<<24,                         // MP_CAPABLE
	1: 1<<12 | 1<<16 | 1<<24,                                        // MP_JOIN
	2: (1<<29 - 1) &^ (1<<4 - 1),                                    // DSS
	3: 1<<8 | 1<<10 | 1<<16 | 1<<18 | 1<<20 | 1<<22 | 1<<28 | 1<<30, // ADD_ADDR
	4: (1<<41 - 1) &^ (1<<4 - 1),                                    // REMOVE_ADDR
	5: 1<<3 | 1<<4,                                                  // MP_PRIO
	6: 1 << 12,                                                      // MP_FAIL
	7: 1 << 12,                                                      // MP_FASTCLOSE
	8: 1 << 4,                                                       // MP_TCPRST
	9: anyLength, 10: anyLength, 11: anyLength, 12: anyLength, 13: anyLength, 14: anyLength, 15: anyLength,
}

const anyLength = (1<<41 - 1) &^ (1<<3 - 1)

func mptcpLength(v []byte) bool {
	return len(v) > 0 && mptcpLengths[v[0]>>4]>>(len(v)+2)&1 != 0
}
