package main

// difference is one count of one capture on which a peer and tcpwatch differ.
type difference struct {
	capture, peer, measure string
	theirs, ours           int
	// right names who is right, evidence why.
	right, evidence string
}

type differenceKey struct{ capture, peer, measure string }

func (d *difference) key() differenceKey { return differenceKey{d.capture, d.peer, d.measure} }

func listedDifference(k differenceKey) (difference, bool) {
	for _, d := range peerDifferences {
		if d.key() == k {
			return d, true
		}
	}
	return difference{}, false
}

// peerDifferences lists every difference with its reason, those too in which the
// peer is right. DIFFERENCES.md is made of it.
var peerDifferences = []difference{
	{"OISF+suricata-verify__tests__bug-7657-01__input.pcap", "tcptrace", "connections", 12, 24, ours, oneSYNEach},
	{"OISF+suricata-verify__tests__http-mime-truncated__input.pcap", "tcptrace", "octets again", 0, 5, either, probes},
	{"zeek+zeek__testing__btest__Traces__ftp__ipv6.pcap", "tshark", "handshakes", 3, 6, ours, expected},
	{"zeek+zeek__testing__btest__Traces__mixed-vlan-mpls.pcap", "tcptrace", "packets", 36, 47, ours, noTunnels},
	{"zeek+zeek__testing__btest__Traces__mixed-vlan-mpls.pcap", "tcptrace", "connections", 2, 3, ours, noTunnels},
	{"zeek+zeek__testing__btest__Traces__tcp__fin_retransmission.pcap", "tshark", "with FIN", 1, 0, ours, finAtISN},
	{"zeek+zeek__testing__btest__Traces__tcp__fin_retransmission.pcap", "tcptrace", "connections", 2, 1, ours, finFirst},
	{"zeek+zeek__testing__btest__Traces__tcp__handshake-reorder.pcap", "tshark", "handshakes", 0, 1, ours, synAckFirst},
	{"zeek+zeek__testing__btest__Traces__tcp__rst-inject-rae.pcap", "tcptrace", "connections", 2, 1, ours, rstAckZero},
	{"zeek+zeek__testing__btest__Traces__tcp__rst-inject-rae.pcap", "tcptrace", "reset", 2, 1, ours, rstAckZero},
	{"OISF+suricata-verify__tests__bug-1450-04__tls_DER-incomplete-header.pcap", "tcptrace", "connections", 2, 1, ours, clockSplits},
	{"OISF+suricata-verify__tests__bug-1450-05__tls_DER-incomplete-content.pcap", "tcptrace", "connections", 2, 1, ours, clockSplits},
	{"OISF+suricata-verify__tests__bug-3286-02-linux-evasion__with_evasion_linux.pcap", "tshark", "reset", 1, 0, ours, survivesRST},
	{"OISF+suricata-verify__tests__bug-3286-02-linux-evasion__with_evasion_linux.pcap", "tcptrace", "reset", 1, 0, ours, survivesRST},
	{"OISF+suricata-verify__tests__bug-3286-02-linux-evasion__with_evasion_linux.pcap", "tcptrace", "connections", 2, 1, ours, survivesRST},
	{"OISF+suricata-verify__tests__bug-3286-03-windows-evasion__with_evasion_windows.pcap", "tshark", "reset", 1, 0, ours, survivesRST},
	{"OISF+suricata-verify__tests__bug-3286-03-windows-evasion__with_evasion_windows.pcap", "tcptrace", "connections", 2, 1, ours, survivesRST},
	{"OISF+suricata-verify__tests__bug-3286-03-windows-evasion__with_evasion_windows.pcap", "tcptrace", "reset", 1, 0, ours, survivesRST},
	{"OISF+suricata-verify__tests__bug-3844__input.pcap", "tshark", "reset", 2, 1, ours, rstWithoutACK},
	{"OISF+suricata-verify__tests__bug-3844__input.pcap", "tcptrace", "reset", 2, 1, ours, rstWithoutACK},
	{"OISF+suricata-verify__tests__firewall__tcp-session-ipv6-decode-malformed__input.pcap", "tcptrace", "connections", 2, 1, ours, notTCP},
	{"OISF+suricata-verify__tests__firewall__tcp-session-ipv6-decode-malformed__input.pcap", "tcptrace", "reset", 1, 0, ours, notTCP},
	{"OISF+suricata-verify__tests__tcp-split-handshake-02-5whs__split-handshake-5whs.pcap", "tshark", "connections", 2, 1, ours, splitShake},
	{"secdev+scapy__test__pcaps__dcerpc_msdrsr_cracknames.pcapng.gz", "tshark", "handshakes", 0, 1, either, noSYN},
	{"secdev+scapy__test__pcaps__dcerpc_msdrsr_cracknames.pcapng.gz", "tcptrace", "complete", 0, 1, either, noSYN},
	{"seladb+PcapPlusPlus__Tests__Fuzzers__RegressionTests__regression_samples__clusterfuzz-testcase-minimized-FuzzTarget-5755755617189888", "tshark", "with FIN", 0, 1, ours, firstFrame},
	{"seladb+PcapPlusPlus__Tests__Packet++Test__PacketExamples__Smtp.pcap", "tcptrace", "connections", 3, 2, ours, idleSplits},
	{"seladb+PcapPlusPlus__Tests__Packet++Test__PacketExamples__Smtp.pcap", "tcptrace", "octets again", 0, 66, ours, idleSplits},
	{"seladb+PcapPlusPlus__Tests__Pcap++Test__PcapExamples__pcapng-example.pcapng", "tcptrace", "packets", 59, 159, ours, oneLinkType},
	{"seladb+PcapPlusPlus__Tests__Pcap++Test__PcapExamples__pcapng-example.pcapng", "tcptrace", "complete", 0, 1, ours, oneLinkType},
	{"seladb+PcapPlusPlus__Tests__Pcap++Test__PcapExamples__pcapng-example.pcapng", "tcptrace", "reset", 0, 1, ours, oneLinkType},
	{"simsong+tcpflow__tests__simson.pcap", "tshark", "packets", 303, 0, either, portsOnly},
	{"simsong+tcpflow__tests__simson.pcap", "tshark", "connections", 1, 0, either, portsOnly},
	{"simsong+tcpflow__tests__test1-part1.pcap", "tshark", "with FIN", 0, 1, ours, firstFrame},
	{"simsong+tcpflow__tests__test1.pcap", "tshark", "with FIN", 0, 1, ours, firstFrame},
	{"the-tcpdump-group+tcpdump__tests__tcp_eight_lowest_weight_flags_set.pcap", "tshark", "reset", 0, 1, ours, firstFrame},
	{"the-tcpdump-group+tcpdump__tests__tcp_header_heapoverflow.pcap", "tshark", "packets", 1, 0, either, portsOnly},
	{"the-tcpdump-group+tcpdump__tests__tcp_header_heapoverflow.pcap", "tshark", "connections", 1, 0, either, portsOnly},
	{"the-tcpdump-group+tcpdump__tests__tcp_rst_diag_payload-trunc.pcap", "tshark", "reset", 0, 1, ours, firstFrame},
	{"the-tcpdump-group+tcpdump__tests__tcp_rst_diag_payload.pcap", "tshark", "reset", 0, 1, ours, firstFrame},
	{"the-tcpdump-group+tcpdump__tests__timestamp_invalid_nano.pcap", "tcptrace", "connections", 2, 1, ours, clockSplits},
	{"zeek+zeek__doc__advanced__devel__plugins__connkey-vxlan-fivetuple-plugin-src__Traces__vxlan-overlapping-http-get.pcap", "tshark", "connections", 1, 3, ours, tunnels},
	{"zeek+zeek__doc__advanced__devel__plugins__connkey-vxlan-fivetuple-plugin-src__Traces__vxlan-overlapping-http-get.pcap", "tshark", "handshakes", 1, 3, ours, tunnels},
	{"zeek+zeek__doc__advanced__devel__plugins__connkey-vxlan-fivetuple-plugin-src__Traces__vxlan-overlapping-http-get.pcap", "tshark", "with FIN", 1, 3, ours, tunnels},
	{"zeek+zeek__doc__advanced__devel__plugins__connkey-vxlan-fivetuple-plugin-src__Traces__vxlan-overlapping-http-get.pcap", "tcptrace", "packets", 14, 42, ours, tunnels},
	{"zeek+zeek__doc__advanced__devel__plugins__connkey-vxlan-fivetuple-plugin-src__Traces__vxlan-overlapping-http-get.pcap", "tcptrace", "connections", 1, 3, ours, tunnels},
	{"zeek+zeek__doc__advanced__devel__plugins__connkey-vxlan-fivetuple-plugin-src__Traces__vxlan-overlapping-http-get.pcap", "tcptrace", "complete", 1, 3, ours, tunnels},
	{"zeek+zeek__testing__btest__Traces__cisco-fabric-path.pcap", "tcptrace", "packets", 16, 32, ours, noTunnels},
	{"zeek+zeek__testing__btest__Traces__cisco-fabric-path.pcap", "tcptrace", "octets again", 0, 16, ours, noTunnels},
	{"zeek+zeek__testing__btest__Traces__modbus__fuzz-1011.pcap", "tcptrace", "connections", 4, 1, either, idleFuzzed},
	{"zeek+zeek__testing__btest__Traces__modbus__fuzz-72.pcap", "tcptrace", "octets again", 52, 96, either, fuzzedNumbers},
	{"zeek+zeek__testing__btest__Traces__tcp__ctu-64702-888.pcap", "tshark", "handshakes", 0, 1, either, noSYN},
	{"zeek+zeek__testing__btest__Traces__tcp__retransmit-timeout.pcapng", "tcptrace", "connections", 2, 1, ours, idleSplits},
	{"zeek+zeek__testing__btest__Traces__tcp__retransmit-timeout.pcapng", "tcptrace", "octets again", 0, 18, ours, idleSplits},
	{"zeek+zeek__testing__btest__Traces__tcp__single-rst.pcap", "tshark", "reset", 0, 1, ours, firstFrame},
	{"zeek+zeek__testing__btest__Traces__vlan-pcp-dei.pcapng", "tshark", "connections", 1, 3, ours, tunnels},
	{"zeek+zeek__testing__btest__Traces__vlan-pcp-dei.pcapng", "tshark", "handshakes", 1, 3, ours, tunnels},
	{"zeek+zeek__testing__btest__Traces__vlan-pcp-dei.pcapng", "tcptrace", "packets", 6, 9, ours, tunnels},
	{"zeek+zeek__testing__btest__Traces__vlan-pcp-dei.pcapng", "tcptrace", "connections", 1, 3, ours, tunnels},
	{"zeek+zeek__testing__btest__Traces__vlan-pcp-dei.pcapng", "tcptrace", "octets again", 2, 0, ours, tunnels},
	{"zeek+zeek__testing__btest__Traces__tcp__fin_retransmission.pcap", "tcptrace", "octets again", 1, 0, ours, finAtISN},
	{"OISF+suricata-verify__tests__firewall__tcp-session-ipv6-stream-out-of-window__input.pcap", "tshark", "handshakes", 0, 1, either, beyondWindow},
	{"OISF+suricata-verify__tests__firewall__tcp-session-stream-out-of-window__input.pcap", "tshark", "handshakes", 0, 1, either, beyondWindow},
	{"OISF+suricata-verify__tests__issue-3341-tcphdr-01__urgent11_cve_2019_12260.pcap", "tshark", "with FIN", 0, 1, ours, synFIN},
	{"seladb+PcapPlusPlus__Tests__Fuzzers__RegressionTests__regression_samples__clusterfuzz-testcase-minimized-FuzzTarget-5165538295939072", "tshark", "with FIN", 0, 1, ours, synFIN},
	{"zeek+zeek__testing__btest__Traces__modbus__fuzz-72.pcap", "tshark", "with FIN", 0, 1, ours, synFIN},
	{"seladb+PcapPlusPlus__Tests__Pcap++Test__PcapExamples__pcapng-example.pcapng", "tcptrace", "connections", 2, 15, ours, oneLinkType},
	{"the-tcpdump-group+tcpdump__tests__timestamp_invalid_micro.pcap", "tcptrace", "connections", 2, 1, ours, clockSplits},
	{"zeek+zeek__testing__btest__Traces__tcp__syn-then-ack-then-rst.pcap", "tshark", "reset", 1, 0, ours, rstOfISN},
	{"zeek+zeek__testing__btest__Traces__tcp__syn-then-ack-then-rst.pcap", "tcptrace", "reset", 1, 0, ours, rstOfISN},
	{"zeek+zeek__testing__btest__Traces__tcp__syn-then-rst.pcap", "tshark", "reset", 1, 0, ours, rstOfISN},
	{"zeek+zeek__testing__btest__Traces__tcp__syn-then-rst.pcap", "tcptrace", "reset", 1, 0, ours, rstOfISN},
	{"zeek+zeek__testing__btest__Traces__tcp__syn-then-stuff-then-rst.pcap", "tshark", "reset", 1, 0, ours, rstOfISN},
	{"zeek+zeek__testing__btest__Traces__tcp__syn-then-stuff-then-rst.pcap", "tcptrace", "reset", 1, 0, ours, rstOfISN},
	{"zeek+zeek__testing__btest__Traces__tcp__syn-then-stuff-then-rst.pcap", "tcptrace", "octets again", 1, 0, ours, finAtISN},
	{"zeek+zeek__testing__btest__Traces__ldap__modify-request.pcapng", "tshark", "connections", 1, 2, theirs, twoVLANs},
	{"zeek+zeek__testing__btest__Traces__ldap__modify-request.pcapng", "tshark", "handshakes", 1, 0, theirs, twoVLANs},
	{"zeek+zeek__testing__btest__Traces__modbus__fuzz-72.pcap", "tshark", "handshakes", 0, 1, either, synWithFIN},
	{"OISF+suricata-verify__tests__issue-3341-tcphdr-01__urgent11_cve_2019_12260.pcap", "tcptrace", "octets again", 2, 1, either, synAndFIN},
}
