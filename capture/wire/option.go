package wire

// OptionSet is the set of TCP options of a segment.
type OptionSet uint16

// The options that the analysis reads. OptMalformed and OptCut cost only the
// options after them: what was read before stays valid.
const (
	OptMSS           OptionSet = 1 << iota // kind 2, RFC 9293 §3.7.1
	OptWindowScale                         // kind 3, RFC 7323 §2
	OptSACKPermitted                       // kind 4, RFC 2018 §2
	OptSACK                                // kind 5, RFC 2018 §3
	OptTimestamps                          // kind 8, RFC 7323 §3
	OptFastOpen                            // kind 34 (or 254 with magic F989), RFC 7413 §4.1, §9
	OptMPTCP                               // kind 30, RFC 8684 §3
	OptMD5                                 // kind 19, RFC 2385
	OptAO                                  // kind 29, RFC 5925
	OptUserTimeout                         // kind 28, RFC 5482
	OptAccECN                              // kinds 172 and 174, RFC 9768
	OptOther                               // anything else
	OptMalformed                           // a length that cannot be
	OptCut                                 // the capture ends inside the options
)

// Has reports whether all options in want are present.
func (o OptionSet) Has(want OptionSet) bool { return o&want == want }

// MaxSACKBlocks is the most that 40 octets of options can hold (RFC 2018 §3).
const MaxSACKBlocks = 4

// MaxWindowScale is the largest valid shift count: larger ones are treated as this (RFC
// 7323 §2.3).
const MaxWindowScale = 14

// SACKBlock is one range that the receiver holds: [Left, Right).
type SACKBlock struct{ Left, Right Seq }

// Options are the TCP options of one segment.
type Options struct {
	Set          OptionSet
	MSS          uint16 // octets
	WindowScale  uint8  // shift count as offered (MaxWindowScale)
	SACKBlocks   uint8  // how many of SACK are valid
	FastOpenLen  uint8  // octets of cookie; 0 asks for one
	MPTCPSubtype uint8  // RFC 8684 §3, figure 3
	TSVal, TSEcr uint32
	SACK         [MaxSACKBlocks]SACKBlock
}
