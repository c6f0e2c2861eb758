package script

import (
	"encoding/hex"
	"fmt"
	"strings"

	"tcpwatch/capture/wire"
)

// plain are the options without an argument.
var plain = map[string]struct {
	set     wire.OptionSet
	subtype uint8
}{
	"nop": {}, "sackOK": {set: wire.OptSACKPermitted}, "md5": {set: wire.OptMD5}, "ao": {set: wire.OptAO},
	"uto": {set: wire.OptUserTimeout}, "accecn": {set: wire.OptAccECN},
	// The subtypes of RFC 8684 §3.
	"mp_capable": {wire.OptMPTCP, 0}, "mp_join": {wire.OptMPTCP, 1}, "dss": {wire.OptMPTCP, 2},
	"add_addr": {wire.OptMPTCP, 3}, "remove_addr": {wire.OptMPTCP, 4}, "mp_prio": {wire.OptMPTCP, 5},
	"mp_fail": {wire.OptMPTCP, 6}, "mp_fastclose": {wire.OptMPTCP, 7}, "mp_tcprst": {wire.OptMPTCP, 8},
}

// parseOptions reads what stood between < and >.
func parseOptions(seg *wire.Segment, text string, other wire.Seq) error {
	seg.HeaderLen = 20
	if text == "" {
		return nil
	}
	o := &seg.Options
	for item := range strings.SplitSeq(text, ",") {
		words := strings.Fields(item)
		if len(words) == 0 {
			return fmt.Errorf("an empty option")
		}
		had := o.Set
		if err := parseOption(o, words, other); err != nil {
			return err
		}
		if had == o.Set && words[0] != "nop" {
			return fmt.Errorf("option %s twice", words[0])
		}
	}
	return fit(seg)
}

// fit sets the header length, and fails if the encoded options would be decoded
// differently.
func fit(seg *wire.Segment) error {
	probe := wire.Segment{Options: seg.Options, Checksum: wire.ChecksumGood}
	packet := wire.AppendPacket(nil, &probe)
	var got wire.Segment
	var walk wire.Walker
	if skip := walk.IP(packet, len(packet), &got); skip != wire.Segmented || got.Options != seg.Options {
		return fmt.Errorf("the options do not fit into 40 octets, or their values cannot be")
	}
	seg.HeaderLen = got.HeaderLen
	return nil
}

func parseOption(o *wire.Options, words []string, other wire.Seq) (err error) {
	if p, ok := plain[words[0]]; ok {
		if len(words) > 1 {
			return fmt.Errorf("option %s takes no argument", words[0])
		}
		o.Set |= p.set
		if p.set == wire.OptMPTCP {
			o.MPTCPSubtype = p.subtype
		}
		return nil
	}
	var n uint64
	switch name, args := words[0], words[1:]; {
	case name == "mss" && len(args) == 1:
		n, err = number(args[0], 65535)
		o.MSS = uint16(n)
		o.Set |= wire.OptMSS
	case name == "wscale" && len(args) == 1:
		n, err = number(args[0], 255)
		o.WindowScale = uint8(n)
		o.Set |= wire.OptWindowScale
	case name == "TS" && len(args) == 4 && args[0] == "val" && args[2] == "ecr":
		if n, err = number(args[1], 1<<32-1); err != nil {
			return err
		}
		o.TSVal = uint32(n)
		n, err = number(args[3], 1<<32-1)
		o.TSEcr = uint32(n)
		o.Set |= wire.OptTimestamps
	case name == "sack" && len(args) >= 1 && len(args) <= wire.MaxSACKBlocks:
		err = parseSACK(o, args, other)
	case name == "tfo" && len(args) <= 1:
		cookie, bad := hex.DecodeString(strings.Join(args, ""))
		if bad != nil || len(cookie) > 16 {
			return fmt.Errorf("tfo: the cookie is not up to 16 octets in hexadecimal")
		}
		o.FastOpenLen = uint8(len(cookie))
		o.Set |= wire.OptFastOpen
	default:
		err = fmt.Errorf("option %q is not understood", strings.Join(words, " "))
	}
	return err
}

func parseSACK(o *wire.Options, args []string, other wire.Seq) (err error) {
	for i, word := range args {
		left, right, ok := strings.Cut(word, ":")
		if !ok {
			return fmt.Errorf("sack %q is not FIRST:END", word)
		}
		if o.SACK[i].Left, err = parseSeq(left, other); err != nil {
			return err
		}
		if o.SACK[i].Right, err = parseSeq(right, other); err != nil {
			return err
		}
	}
	o.SACKBlocks = uint8(len(args))
	o.Set |= wire.OptSACK
	return nil
}
