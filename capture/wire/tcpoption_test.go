package wire

import (
	"strings"
	"testing"
)

func TestOptions(t *testing.T) {
	const ts = OptTimestamps
	tests := []struct {
		name string
		data string // of the header's options
		cut  int    // octets of them that were not captured
		set  OptionSet
	}{
		{"none", "", 0, 0},
		{"end", "00ffffff", 0, 0},
		{"syn", "020405b4 0402 080a 00000001 00000000 01 030307", 0, OptMSS | OptSACKPermitted | ts | OptWindowScale},
		{"timestamps", "0101080a 00000001 00000002", 0, ts},
		{"timestamps and sack", "0101080a 00000001 00000002 0101050a 00000001 00000002", 0, ts | OptSACK},
		{"fast open request", "2202 0101", 0, OptFastOpen},
		{"fast open cookie", "220a 0102030405060708 0101", 0, OptFastOpen},
		{"fast open odd cookie", "2207 0102030405 01", 0, OptMalformed},
		{"fast open experimental", "fe0c f989 0102030405060708", 0, OptFastOpen},
		{"fast open experimental request", "fe04 f989", 0, OptFastOpen},
		{"experimental", "fe04 1234", 0, OptOther},
		{"experimental without an identifier", "fe03 f9 01", 0, OptOther},
		{"mptcp", "1e0c 0081 0102030405060708", 0, OptMPTCP},
		{"mptcp short", "1e02 0101", 0, OptMalformed},
		{"mptcp of a subtype to come, as short as can be", "1e03 90 01", 0, OptMPTCP},
		{"mptcp of a subtype to come, as long as can be", "1e28 90" + strings.Repeat("00", 37), 0, OptMPTCP},
		{"mptcp removing no address", "1e03 40 01", 0, OptMalformed},
		{"mptcp removing addresses", "1e04 40 01", 0, OptMPTCP},
		{"mptcp data of 28", "1e1c 20" + strings.Repeat("00", 25), 0, OptMPTCP},
		{"mptcp data of 29", "1e1d 20" + strings.Repeat("00", 26) + "010101", 0, OptMalformed},
		{"mptcp capable of 5", "1e05 00 0000 010101", 0, OptMalformed},
		{"md5", "1312 000102030405060708090a0b0c0d0e0f 0101", 0, OptMD5},
		{"ao", "1d10 0001 000102030405060708090a0b", 0, OptAO},
		{"user timeout", "1c04 8001", 0, OptUserTimeout},
		{"accecn", "ac0b 000001 000001 000001 01", 0, OptAccECN},
		{"accecn without a field", "ae02 0101", 0, OptAccECN},
		{"accecn with two thirds of a field", "ae04 0000", 0, OptAccECN},
		{"accecn with more than three fields", "ac0e 000001 000001 000001 000001 0101", 0, OptAccECN},
		{"unknown", "4d04 0000", 0, OptOther},
		{"length 0", "020405b4 03000101", 0, OptMSS | OptMalformed},
		{"length 1", "020405b4 03010101", 0, OptMSS | OptMalformed},
		{"length beyond the header", "020405b4 03280101", 0, OptMSS | OptMalformed},
		{"kind without length", "020405b4 01010103", 0, OptMSS | OptMalformed},
		{"mss of 3, then window scale", "020305 01 030307 01", 0, OptMalformed | OptWindowScale},
		{"sack of 9", "0509 00000001 000000 010101", 0, OptMalformed},
		{"sack of 2", "0502 0101", 0, OptMalformed},
		{"cut in an option", "020405b4 0101080a 00000001 00000002", 4, OptMSS | OptCut},
		{"cut between options", "020405b4 0402 080a 00000001 00000000 0101", 14, OptMSS | OptCut},
		{"cut after the end", "020405b4 00000000", 3, OptMSS},
		{"cut, but malformed before", "020405b4 0328 0101", 1, OptMSS | OptMalformed | OptCut},
	}
	for _, tt := range tests {
		data := hx(tt.data)
		o := Options{Set: 0xffff, SACKBlocks: 4}
		parseOptions(data[:len(data)-tt.cut], len(data), &o)
		if o.Set != tt.set {
			t.Errorf("%s: %b, want %b", tt.name, o.Set, tt.set)
		}
		if o.Set.Has(OptMSS) && o.MSS != 1460 || o.Set.Has(OptTimestamps) && o.TSVal != 1 || o.Set.Has(OptWindowScale) && o.WindowScale != 7 {
			t.Errorf("%s: %+v", tt.name, o)
		}
	}
}
