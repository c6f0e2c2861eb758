package main

import (
	"path/filepath"
	"slices"
	"testing"
)

// zeekByHand is what Zeek's rules for conn_state and history give for
// connections of public captures, worked out with pencil and paper from the
// packets that tshark shows: the letters packet by packet, and how the state
// follows. Rows that Zeek itself recorded are compared in analyze/zeek.
var zeekByHand = []struct {
	capture    string
	connection uint64
	state      string
	history    string
	why        string
}{
	{"public/zeek+zeek__testing__btest__Traces__tcp__tcp-fast-open.pcap", 1, "SF", "ShDadfF",
		"the client's first segment after the SYN-ACK carries data, so no A; both ends sent a FIN"},
	{"public/zeek+zeek__testing__btest__Traces__tcp__handshake-reorder.pcap", 1, "SF", "^hSADadFf",
		"the SYN-ACK comes first, so the roles are turned round: ^; both ends sent a FIN"},
	{"public/chrissanders+packets__tcp_teardown.pcapng", 1, "SF", "^fAFa",
		"the server's FIN comes first: ^; two FINs are SF, whatever was missed before"},
	{"public/arkime+arkime__tests__pcap__CVE-2018-6794.pcap", 1, "SF", "ShdfADFTR",
		"data and FIN of the server before the client's first ACK; FINs sent again give one T and no F; a RST after both FINs changes nothing"},
	{"public/OISF+suricata-verify__tests__tcp-split-handshake-01-4whs__split-handshake-4whs.pcap", 1, "RSTO", "SsaDR",
		"the client's SYN-ACK repeats the number of its SYN: no letter; the server's SYN makes both ends established"},
	{"more/zeek+zeek__testing__btest__Traces__http__get-gzip.pcap", 1, "SF", "ShADadFf",
		"the client's second FIN has the number of the first: no letter"},
	{"more/OISF+suricata-verify__tests__ftp-quit__input.pcap", 1, "RSTR", "ShAfDr",
		"the server sends a FIN, then a RST before the client's FIN: its state is reset again"},
	{"more/OISF+suricata-verify__tests__security-4710-01__input.pcap", 1, "RSTO", "ShARDadfFtR",
		"Zeek believes the first RST; the second has another number: R again; the FIN sent again with its data gives t"},
	{"more/OISF+suricata-verify__tests__http-auth-unrecognized__input.pcap", 1, "SF", "ShAaDdFf",
		"the last two packets are the FINs"},
	{"more/zeek+zeek__testing__btest__Traces__modbus__modbus-and-non-modbus-p502.pcap", 5, "REJ", "ShRDr",
		"both ends reset; after its RST the client's data does not count, so both sizes are 0"},
	{"more/zeek+zeek__testing__btest__Traces__tcp__syn-then-rst.pcap", 1, "RSTOS0", "SR",
		"a SYN and a RST of the originator, and nothing from the other end"},
	{"more/zeek+zeek__testing__btest__Traces__tcp__syn-then-ack-then-rst.pcap", 1, "RSTOS0", "SaR",
		"an ACK without SYN leaves the responder inactive"},
	{"more/zeek+zeek__testing__btest__Traces__tcp__syn-then-stuff-then-rst.pcap", 1, "OTH", "SaFR",
		"an F between S and R"},
	{"more/zeek+zeek__testing__btest__Traces__tcp__single-rst.pcap", 1, "OTH", "R",
		"no S before the R"},
	{"more/zeek+zeek__testing__btest__Traces__tcp__ctu-64702-888.pcap", 1, "SF", "^hAfdtFr",
		"every packet twice; data after the FIN's number is t, though it was overtaken; the RST comes after both FINs"},
}

// TestZeekByHand compares the zeek field with what was worked out by hand.
func TestZeekByHand(t *testing.T) {
	root := sharedCaptures(t)
	for _, c := range zeekByHand {
		path := filepath.Join(root, filepath.FromSlash(c.capture))
		all := objects[connection](t, read(t, path, "-q", "--view", "connections", "--format", "ndjson").out)
		i := slices.IndexFunc(all, func(o connection) bool { return o.Connection == c.connection })
		if i < 0 {
			t.Errorf("%s: no connection %d", c.capture, c.connection)
			continue
		}
		if z := all[i].Zeek; z.ConnState != c.state || z.History != c.history {
			t.Errorf("%s, connection %d: %s %s, by hand %s %s: %s", c.capture, c.connection, z.ConnState, z.History, c.state, c.history, c.why)
		}
	}
}
