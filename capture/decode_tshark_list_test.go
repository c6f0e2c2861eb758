package capture

// Reasons that several captures share.
const (
	beyondFrame = "the IP header gives more octets than the frame had on the wire: tshark shortens the segment, " +
		"we believe the header (in reassembly.pcap the sender's next sequence numbers prove it right)"
	portsOnly = "the capture ends inside the first 20 octets of the TCP header: tshark shows the ports, " +
		"here it is no segment but counted as cut in the TCP header"
)

// tsharkDifferences are the frames that tshark 4.0.17 reads otherwise, with the
// reason; no frames stands for all.
var tsharkDifferences = []struct {
	capture string
	frames  []uint64
	reason  string
}{
	{"simsong+tcpflow__tests__simson.pcap", nil, portsOnly},
	{"the-tcpdump-group+tcpdump__tests__tcp_header_heapoverflow.pcap", nil, portsOnly},
	{"zeek+zeek__testing__btest__Traces__tcp__reassembly.pcap", []uint64{7, 26, 35, 39, 85}, beyondFrame},
	{"zeek+zeek__testing__btest__Traces__modbus__fuzz-72.pcap", []uint64{1, 20}, beyondFrame},
	{"zeek+zeek__testing__btest__Traces__cisco-fabric-path.pcap",
		[]uint64{34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62, 64},
		"tshark takes the last four octets of the TCP header for a frame check sequence and shows no length"},
	{"clusterfuzz-testcase-minimized-FuzzTarget-5755755617189888", []uint64{1},
		"IPv4 total length 0 in a damaged file that gives the packet 3.6 GB: tshark says 2^31, we use what was captured"},
}
