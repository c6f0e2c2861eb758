package summary

import "strings"

// singulars maps the beginnings of summary texts after a number to those after 1.
// Longer beginnings come before shorter ones.
var singulars = []struct{ many, one string }{
	{"segments acknowledge ", "segment acknowledges "},
	{"segments larger than the MSS (offload): counted as this host saw them,", "segment larger than the MSS (offload): counted as this host saw it,"},
	{"segments with numbers of a second ISN, behind something that answers SYNs for the server (a SYN proxy): they are left out, being the others",
		"segment with numbers of a second ISN, behind something that answers SYNs for the server (a SYN proxy): it is left out, being another"},
	{"segments ", "segment "},
	{"TCP segments", "TCP segment"},
	{"packets earlier than the one before them", "packet earlier than the one before it"},
	{"packets cut by the snaplen, the shortest at ", "packet cut by the snaplen, at "},
	{"packets ", "packet "},
	{"copies: ", "copy: "},
	{"connections seen from the middle: their ", "connection seen from the middle: its "},
	{"connections ", "connection "},
	{"checksums left to the NIC (offload): they say ", "checksum left to the NIC (offload): it says "},
	{"wrong checksums: their receivers drop these segments, unless these were", "wrong checksum: its receiver drops this segment, unless it was"},
	{"wrong checksums beside others of their connections that were left to the NIC (offload): these may", "wrong checksum beside others of its connection that were left to the NIC (offload): this one may"},
	{"octets ", "octet "},
	{"SYN-ACKs ", "SYN-ACK "},
	{"RSTs ", "RST "},
	{"tail loss probes, or timeouts due", "tail loss probe, or timeout due"},
	{"duplicate acknowledgements", "duplicate acknowledgement"},
	{"zero windows", "zero window"},
	{"keep-alives", "keep-alive"},
	{"reset before they were complete", "reset before it was complete"},
	{"held by other hosts", "held by another host"},
	{"of all these shown to have been unnecessary, when they passed or", "of all these shown to have been unnecessary, when it passed or"},
	{"although acknowledged already when they passed here", "although acknowledged already when it passed here"},
}

// behindCount returns text in the form that it has after n.
func behindCount(n uint64, text string) string {
	if n != 1 {
		return text
	}
	for _, s := range singulars {
		if rest, found := strings.CutPrefix(text, s.many); found {
			return s.one + rest
		}
	}
	return text
}
