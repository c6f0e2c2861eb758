package main

// streamKey names a direction of a capture, and who was asked about it.
type streamKey struct{ capture, peer, way string }

// streamDifference is a direction of which a peer and tcpwatch have different
// octets, as type streams writes them.
type streamDifference struct {
	streamKey
	theirs, ours string
	// right names who is right, evidence why.
	right, evidence string
}

// Why streams differ.
const (
	inSYN = "octets in a SYN that nobody acknowledged, or that lie on the number of the SYN: the server has not taken them " +
		"(RFC 9293 §3.10.7.2, RFC 7413 §3). tcpwatch reports them as left out; the peer takes them for the stream"
	withoutACK = "a segment without ACK and SYN: its receiver drops it (RFC 9293 §3.10.7.4, fifth check), and nobody acknowledged it. " +
		"tcpwatch reports it as left out"
	afterRST = "captured after a RST that RFC 5961 §3.2 accepts, and never acknowledged: nobody was there to take it. tcpwatch reports it as left out"
	inRST    = "the text of a RST (RFC 9293 §3.5.3) is no part of the stream. tcpwatch reports it as left out"
	spoilt   = "packet 18 has a wrong checksum, where the others of its sender are right, and was not acknowledged: its receiver drops it " +
		"(RFC 9293 §3.1). tcpwatch reports it as left out"
	wrongSums = "segments with wrong checksums were sent again with right ones and other content (packets 16 and 39, 31 and 50): tcpwatch takes " +
		"the good copy, the peer that which came first, or last"
	beyond = "the octets lie 100,000 beyond the window and were not acknowledged (RFC 9293 §3.10.7.4, first check). tcpwatch reports " +
		"them as left out; tcpflow has them after 100,000 zeros"
	behindOpenGap = "octets after a gap that nobody acknowledged: tcpwatch hands them on at the end, after a gap that it calls unknown; " +
		"tshark ends before the gap"
	unprovedSYN = "a SYN with payload, wrong checksums and reserved bits, then a segment 251,658,112 numbers on: fuzzed numbers that have no single answer"
	laterKept   = "two versions of the same octets (tcpwatch reports the conflict): tcpwatch and tshark keep the first, tcpflow the last. " +
		"RFC 9293 §3.10 keeps what came first; receivers do either"
	gapGarbage = "tcpflow fills the gap between packets 8 and 2 with octets that are in no packet; tcpwatch has a hole"
	cutIPv6    = "the capture cut the packets: of IPv6 tcpflow writes as many octets as the header says, those after the captured ones from " +
		"memory that is not theirs; tcpwatch has a gap"
	noLength = "the IP header gives no length (segmentation offload): tcpflow leaves the packet out"
	ownVXLAN = tunnels
	twoISNs  = "the tuple opens twice, with ISNs 1111 and 3333 (RFC 9293 §3.4.1): tcpflow puts both into one file, the second at the distance " +
		"of the ISNs"
	fuzzedStream = fuzzedNumbers
)

var streamDifferences = []streamDifference{
	{streamKey{"OISF+suricata-verify__tests__bug-3844__input.pcap", "tcpflow", "1.1.1.1:12345>2.2.2.2:8080"}, "2227:f8e01a31", "5:d5db44dc", ours, twoISNs},
	{streamKey{"OISF+suricata-verify__tests__bug-4571-04__ipv6_over_ipv4.pcap", "tcpflow", "[2001:db8:85a3::8a2e:370:7334]:80>[2001:db8:85a3::8a2e:370:7335]:80"}, "12:ffab723a", "", ours, withoutACK},
	{streamKey{"OISF+suricata-verify__tests__bug-4571-04__ipv6_over_ipv4.pcap", "tshark", "[2001:db8:85a3::8a2e:370:7334]:80>[2001:db8:85a3::8a2e:370:7335]:80"}, "12:ffab723a", "", ours, withoutACK},
	{streamKey{"OISF+suricata-verify__tests__bug-4571-06__ipv4_over_ipv6.pcap", "tcpflow", "10.1.0.1:80>10.1.0.2:80"}, "12:ffab723a", "", ours, withoutACK},
	{streamKey{"OISF+suricata-verify__tests__bug-4571-06__ipv4_over_ipv6.pcap", "tshark", "10.1.0.1:80>10.1.0.2:80"}, "12:ffab723a", "", ours, withoutACK},
	{streamKey{"OISF+suricata-verify__tests__detect-bytejump-01__input.pcap", "tcpflow", "127.0.0.1:20>127.0.0.1:80"}, "38:9b2850bc", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__detect-bytejump-01__input.pcap", "tshark", "127.0.0.1:20>127.0.0.1:80"}, "38:9b2850bc", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__eve-overlap-payload-04-partial-overlap__tcp-overlap2.pcap", "tcpflow", "1.1.1.1:12345>2.2.2.2:8080"}, "4:52face0a", "4:5a11a326", either, laterKept},
	{streamKey{"OISF+suricata-verify__tests__firewall__tcp-session-ipv6-stream-out-of-window__input.pcap", "tcpflow", "[2001:db8::10]:43210>[2001:db8:1::5]:80"}, "100011:106ef4c1", "", ours, beyond},
	{streamKey{"OISF+suricata-verify__tests__firewall__tcp-session-stream-out-of-window__input.pcap", "tcpflow", "192.0.2.10:43210>198.51.100.5:80"}, "100011:106ef4c1", "", ours, beyond},
	{streamKey{"OISF+suricata-verify__tests__issue-3341-tcphdr-01__urgent11_cve_2019_12260.pcap", "tcpflow", "192.168.1.24:31337>178.128.142.56:443"}, "1024:b83afff4", "", ours, afterRST},
	{streamKey{"OISF+suricata-verify__tests__issue-3341-tcphdr-01__urgent11_cve_2019_12260.pcap", "tshark", "192.168.1.24:31337>178.128.142.56:443"}, "1023:88308bee", "", ours, afterRST},
	{streamKey{"OISF+suricata-verify__tests__smtp-to-comma__10.7.29.101_49898-178.63.41.150_25.pcap", "tcpflow", "10.7.29.101:49898>178.63.41.150:25"}, "1683:11efca59", "223:b5bcba7a", ours, spoilt},
	{streamKey{"OISF+suricata-verify__tests__smtp-to-comma__10.7.29.101_49898-178.63.41.150_25.pcap", "tshark", "10.7.29.101:49898>178.63.41.150:25"}, "1683:11efca59", "223:b5bcba7a", ours, spoilt},
	{streamKey{"OISF+suricata-verify__tests__tcp-5379__input.pcap", "tcpflow", "127.0.0.1:20>127.0.0.1:80"}, "60:30eef043", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__tcp-5379__input.pcap", "tshark", "127.0.0.1:20>127.0.0.1:80"}, "60:30eef043", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__tcp-protodetect-bailout__input.pcap", "tshark", "127.0.0.1:56052>127.0.0.1:8001"}, "8:6efc19a7", "17:fa0a47bf", either, behindOpenGap},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-03__input.pcap", "tcpflow", "192.168.1.1:80>192.168.1.5:41424"}, "5:82619713", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-03__input.pcap", "tcpflow", "192.168.1.5:41424>192.168.1.1:80"}, "9:01348231", "8:e755e8e9", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-03__input.pcap", "tshark", "192.168.1.1:80>192.168.1.5:41424"}, "5:82619713", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-03__input.pcap", "tshark", "192.168.1.5:41424>192.168.1.1:80"}, "9:01348231", "8:e755e8e9", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-05__input.pcap", "tcpflow", "192.168.1.1:80>192.168.1.5:41424"}, "9:01348231", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-05__input.pcap", "tcpflow", "192.168.1.5:41424>192.168.1.1:80"}, "9:01348231", "8:e755e8e9", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-05__input.pcap", "tshark", "192.168.1.1:80>192.168.1.5:41424"}, "9:01348231", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-05__input.pcap", "tshark", "192.168.1.5:41424>192.168.1.1:80"}, "9:01348231", "8:e755e8e9", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-06__input.pcap", "tcpflow", "192.168.1.1:80>192.168.1.5:41424"}, "9:01348231", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-06__input.pcap", "tcpflow", "192.168.1.5:41424>192.168.1.1:80"}, "9:01348231", "8:e755e8e9", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-06__input.pcap", "tshark", "192.168.1.1:80>192.168.1.5:41424"}, "9:01348231", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-06__input.pcap", "tshark", "192.168.1.5:41424>192.168.1.1:80"}, "9:01348231", "8:e755e8e9", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-08__input.pcap", "tcpflow", "192.168.1.1:80>192.168.1.5:41424"}, "9:01348231", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-08__input.pcap", "tcpflow", "192.168.1.5:41424>192.168.1.1:80"}, "9:01348231", "8:e755e8e9", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-08__input.pcap", "tshark", "192.168.1.1:80>192.168.1.5:41424"}, "9:01348231", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-08__input.pcap", "tshark", "192.168.1.5:41424>192.168.1.1:80"}, "9:01348231", "8:e755e8e9", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-10__input.pcap", "tcpflow", "192.168.1.1:80>192.168.1.5:41424"}, "9:01348231", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-10__input.pcap", "tcpflow", "192.168.1.5:41424>192.168.1.1:80"}, "9:01348231", "8:e755e8e9", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-10__input.pcap", "tshark", "192.168.1.1:80>192.168.1.5:41424"}, "9:01348231", "", ours, inSYN},
	{streamKey{"OISF+suricata-verify__tests__util-action-tests__util-action-10__input.pcap", "tshark", "192.168.1.5:41424>192.168.1.1:80"}, "9:01348231", "8:e755e8e9", ours, inSYN},
	{streamKey{"arkime+arkime__tests__pcap__tcpseq_synthetic.pcap", "tcpflow", "30.0.0.0:0>0.0.3.0:0"}, "8:507a3006 8:b031e4aa", "251658119:huge", either, unprovedSYN},
	{streamKey{"arkime+arkime__tests__pcap__tcpseq_synthetic.pcap", "tshark", "30.0.0.0:0>0.0.3.0:0"}, "8:507a3006", "8:b031e4aa", either, unprovedSYN},
	{streamKey{"chrissanders+packets__tcp_dupack.pcapng", "tcpflow", "195.81.202.68:80>172.31.136.85:38760"}, "15048:1d1b42cb", "15048:e276fab2", ours, gapGarbage},
	{streamKey{"chrissanders+packets__tcp_dupack.pcapng", "tshark", "195.81.202.68:80>172.31.136.85:38760"}, "4104:7805c034", "5472:e4e2ce60", either, behindOpenGap},
	{streamKey{"seladb+PcapPlusPlus__Tests__Fuzzers__RegressionTests__regression_samples__clusterfuzz-testcase-minimized-FuzzTarget-5165538295939072", "tcpflow", "241.0.128.19:55044>49.8.0.1:5061"}, "30666:c37effab", "", ours, inSYN},
	{streamKey{"seladb+PcapPlusPlus__Tests__Fuzzers__RegressionTests__regression_samples__clusterfuzz-testcase-minimized-FuzzTarget-5165538295939072", "tshark", "241.0.128.19:55044>49.8.0.1:5061"}, "30666:c37effab", "", ours, inSYN},
	{streamKey{"seladb+PcapPlusPlus__Tests__Fuzzers__RegressionTests__regression_samples__clusterfuzz-testcase-minimized-FuzzTarget-5487001111429120", "tcpflow", "32.32.32.32:8224>32.32.32.32:25"}, "11:2fa87884", "", ours, withoutACK},
	{streamKey{"seladb+PcapPlusPlus__Tests__Fuzzers__RegressionTests__regression_samples__clusterfuzz-testcase-minimized-FuzzTarget-5487001111429120", "tshark", "32.32.32.32:8224>32.32.32.32:25"}, "11:2fa87884", "", ours, withoutACK},
	{streamKey{"seladb+PcapPlusPlus__Tests__Fuzzers__RegressionTests__regression_samples__clusterfuzz-testcase-minimized-FuzzTarget-5755755617189888", "tcpflow", "93.49.246.255:65241>250.255.255.0:80"}, "", "65535:03ae8d55", ours, noLength},
	{streamKey{"seladb+PcapPlusPlus__Tests__Fuzzers__RegressionTests__regression_samples__clusterfuzz-testcase-minimized-FuzzTarget-5758569646653440", "tcpflow", "13.0.128.19:179>239.8.0.1:0"}, "197:b4c766f9", "", ours, withoutACK},
	{streamKey{"seladb+PcapPlusPlus__Tests__Fuzzers__RegressionTests__regression_samples__clusterfuzz-testcase-minimized-FuzzTarget-5758569646653440", "tshark", "13.0.128.19:179>239.8.0.1:0"}, "197:b4c766f9", "", ours, withoutACK},
	{streamKey{"seladb+PcapPlusPlus__Tests__Packet++Test__PacketExamples__SllPacket.pcap", "tcpflow", "[2404:6800:8004::68]:80>[2404:138:4002:4000:230:48ff:fedd:53]:50243"}, "1208:eba587c0", "40:e0f333fa", ours, cutIPv6},
	{streamKey{"seladb+PcapPlusPlus__Tests__Packet++Test__PacketExamples__Smtp.pcap", "tcpflow", "10.10.1.4:1470>74.53.140.153:25"}, "60:6de054bc", "60:ab193670", either, laterKept},
	{streamKey{"seladb+PcapPlusPlus__Tests__Packet++Test__PacketExamples__Smtp.pcap", "tcpflow", "74.53.140.153:25>10.10.1.4:1470"}, "336:ab847840", "336:5dce740f", either, laterKept},
	{streamKey{"seladb+PcapPlusPlus__Tests__Packet++Test__PacketExamples__doipPackets.pcapng", "tcpflow", "169.254.117.238:13400>169.254.117.239:53854"}, "16:03ff33b9", "16:746022b7", either, laterKept},
	{streamKey{"seladb+PcapPlusPlus__Tests__Packet++Test__PacketExamples__ldap.pcapng", "tcpflow", "52.57.162.88:389>192.168.86.104:35313"}, "1132:df7f4028", "1132:4692ea63", either, laterKept},
	{streamKey{"seladb+PcapPlusPlus__Tests__Packet++Test__PacketExamples__ldap.pcapng", "tshark", "52.57.162.88:389>192.168.86.104:35313"}, "363:0d250f97", "407:ba41f930", either, behindOpenGap},
	{streamKey{"seladb+PcapPlusPlus__Tests__Pcap++Test__PcapExamples__pcapng-example.pcapng", "tcpflow", "[2404:6800:8004::68]:80>[2404:138:4002:4000:230:48ff:fedd:53]:50243"}, "1638:3e4ff0b2", "1248:dd1e1b5d", ours, cutIPv6},
	{streamKey{"the-tcpdump-group+tcpdump__tests__beep-oobr.pcap", "tcpflow", "[3030:3030:3030:3030:3030:3030:3030:3030]:10288>[3030:3030:3030:3030:3030:3030:3030:3030]:12336"}, "12308:d643e0de", "", ours, cutIPv6},
	{streamKey{"the-tcpdump-group+tcpdump__tests__bgp-bfd-cease.pcap", "tcpflow", "127.0.0.1:20>127.0.0.1:179"}, "21:f39cf4fd", "", ours, inSYN},
	{streamKey{"the-tcpdump-group+tcpdump__tests__bgp-bfd-cease.pcap", "tshark", "127.0.0.1:20>127.0.0.1:179"}, "21:f39cf4fd", "", ours, inSYN},
	{streamKey{"the-tcpdump-group+tcpdump__tests__bgp-cease-hard-reset.pcap", "tshark", "1.0.0.2:179>1.0.0.1:43091"}, "65:a3e2a8b9", "88:5cc4eca8", either, behindOpenGap},
	{streamKey{"the-tcpdump-group+tcpdump__tests__bgp-shutdown-msg-variations.pcap", "tcpflow", "127.0.0.1:20>127.0.0.1:179"}, "41:b0f67c08", "", ours, inSYN},
	{streamKey{"the-tcpdump-group+tcpdump__tests__bgp-shutdown-msg-variations.pcap", "tshark", "127.0.0.1:20>127.0.0.1:179"}, "41:b0f67c08", "", ours, inSYN},
	{streamKey{"the-tcpdump-group+tcpdump__tests__tcp_rst_diag_payload-trunc.pcap", "tcpflow", "192.0.2.1:43018>192.168.0.1:8080"}, "6:087939a0", "", ours, inRST},
	{streamKey{"the-tcpdump-group+tcpdump__tests__tcp_rst_diag_payload-trunc.pcap", "tshark", "192.0.2.1:43018>192.168.0.1:8080"}, "6:087939a0", "", ours, inRST},
	{streamKey{"the-tcpdump-group+tcpdump__tests__tcp_rst_diag_payload.pcap", "tcpflow", "192.0.2.1:39829>192.168.0.1:8080"}, "8:b0db2e67", "", ours, inRST},
	{streamKey{"the-tcpdump-group+tcpdump__tests__tcp_rst_diag_payload.pcap", "tshark", "192.0.2.1:39829>192.168.0.1:8080"}, "8:b0db2e67", "", ours, inRST},
	{streamKey{"zeek+zeek__doc__advanced__devel__plugins__connkey-vxlan-fivetuple-plugin-src__Traces__vxlan-overlapping-http-get.pcap", "tcpflow", "141.142.228.5:59856>192.150.187.43:80"}, "136:3935eff6", "136:3935eff6 136:3935eff6 136:3935eff6", ours, ownVXLAN},
	{streamKey{"zeek+zeek__doc__advanced__devel__plugins__connkey-vxlan-fivetuple-plugin-src__Traces__vxlan-overlapping-http-get.pcap", "tcpflow", "192.150.187.43:80>141.142.228.5:59856"}, "5007:c44178d0", "5007:c44178d0 5007:c44178d0 5007:c44178d0", ours, ownVXLAN},
	{streamKey{"zeek+zeek__doc__advanced__devel__plugins__connkey-vxlan-fivetuple-plugin-src__Traces__vxlan-overlapping-http-get.pcap", "tshark", "141.142.228.5:59856>192.150.187.43:80"}, "136:3935eff6", "136:3935eff6 136:3935eff6 136:3935eff6", ours, ownVXLAN},
	{streamKey{"zeek+zeek__doc__advanced__devel__plugins__connkey-vxlan-fivetuple-plugin-src__Traces__vxlan-overlapping-http-get.pcap", "tshark", "192.150.187.43:80>141.142.228.5:59856"}, "5007:c44178d0", "5007:c44178d0 5007:c44178d0 5007:c44178d0", ours, ownVXLAN},
	{streamKey{"zeek+zeek__testing__btest__Traces__modbus__fuzz-1011.pcap", "tshark", "10.10.5.104:502>10.1.1.234:51411"}, "209:0138cd7f", "627:e5458ce7", either, behindOpenGap},
	{streamKey{"zeek+zeek__testing__btest__Traces__modbus__fuzz-72.pcap", "tcpflow", "166.161.16.230:502>192.168.66.235:2582"}, "131126:2c5aa19e 6:b1c2a1a3 9:5f8d24f7", "131161:55f5aa62", either, fuzzedStream},
	{streamKey{"zeek+zeek__testing__btest__Traces__modbus__fuzz-72.pcap", "tcpflow", "192.168.66.235:2582>166.161.16.230:502"}, "4294967284:9e0e2c17", "504:64f5ad14", either, fuzzedStream},
	{streamKey{"zeek+zeek__testing__btest__Traces__modbus__fuzz-72.pcap", "tshark", "166.161.16.230:502>192.168.66.235:2582"}, "51:4b653e88", "78:4525b87d", either, fuzzedStream},
	{streamKey{"zeek+zeek__testing__btest__Traces__modbus__fuzz-72.pcap", "tshark", "192.168.66.235:2582>166.161.16.230:502"}, "212:ebb0ba23", "236:134f4628", either, fuzzedStream},
	{streamKey{"zeek+zeek__testing__btest__Traces__modbus__modbus-and-non-modbus-p502.pcap", "tcpflow", "198.74.56.135:60293>192.168.10.111:502"}, "109:cab04ff1", "", ours, afterRST},
	{streamKey{"zeek+zeek__testing__btest__Traces__modbus__modbus-and-non-modbus-p502.pcap", "tshark", "198.74.56.135:60293>192.168.10.111:502"}, "109:cab04ff1", "", ours, afterRST},
	{streamKey{"zeek+zeek__testing__btest__Traces__tcp__reassembly.pcap", "tcpflow", "63.193.213.194:2564>128.3.97.175:80"}, "33208:402b9e76", "33208:18d69493", ours, wrongSums},
	{streamKey{"zeek+zeek__testing__btest__Traces__tcp__reassembly.pcap", "tshark", "63.193.213.194:2564>128.3.97.175:80"}, "28832:ef0c4331", "28832:306bfbe3", ours, wrongSums},
	{streamKey{"zeek+zeek__testing__btest__Traces__tcp__rst-inject-rae.pcap", "tcpflow", "1.2.0.2:2527>1.2.0.3:6649"}, "175:2fe5967b", "25:4434525f", ours, afterRST},
	{streamKey{"zeek+zeek__testing__btest__Traces__tcp__rst-inject-rae.pcap", "tshark", "1.2.0.2:2527>1.2.0.3:6649"}, "175:2fe5967b", "25:4434525f", ours, afterRST},
}
