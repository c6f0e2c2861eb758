package main

// Who is right.
const (
	ours   = "tcpwatch"
	either = "either" // two defensible answers to two questions
	theirs = "the peer"
)

// Why a peer's count differs, for the captures that share a reason.
const (
	oneSYNEach = "the client sends 23 SYNs with 23 initial sequence numbers and no answer: each is another attempt to open " +
		"(RFC 9293 §3.4.1, §3.10.1). tcptrace joins the first two of each tuple"
	probes = "five zero-window probes of one octet (such as packet 399) are followed by segments that begin with that octet " +
		"(packet 402): the octet was sent twice. tcptrace counts it as a probe and not as sent again"
	expected = "tshark announces the FTP data connections before their first packet and then misses their SYNs (packets 30, " +
		"47, 70): tcp.completeness has no bit for them. All six handshakes are captured whole"
	noTunnels = "tcptrace does not look into MPLS, VXLAN or FabricPath and leaves those packets out"
	finFirst  = "the client sends a FIN (packet 2) before the SYN-ACK. tcptrace takes the SYN-ACK for a new connection; its " +
		"acknowledgement is the ISN of packet 1 plus 1 (RFC 9293 §3.10.7.3), and packet 4 sends the FIN again"
	finAtISN = "a FIN with the number of the SYN lies before what its receiver takes, and closes nothing " +
		"(RFC 9293 §3.10.7.4, first check). tshark and tcptrace do not check the numbers"
	beyondWindow = "the third segment lies 100,000 octets beyond the window, but acknowledges the SYN-ACK: the client's side of the " +
		"handshake is captured whole, and tcpwatch says that 100,000 octets are missing. tshark asks for an ACK without data"
	synAndFIN = "packet 6 sends the SYN again and a FIN for the first time, in one segment: tcptrace counts it as sent again, tcpwatch counts " +
		"only segments of which everything had been captured, and the octet of packet 10 that had"
	synFIN   = "SYN and FIN in one segment: tshark leaves the FIN out of tcp.completeness"
	rstOfISN = "the RST carries the number of the SYN, which is never the RCV.NXT of its receiver (RFC 9293 §3.10.7.4), or answers an " +
		"ACK that was not for the SYN, so that the client stays in SYN-SENT (§3.10.7.3): nothing is reset"
	synAckFirst = "the SYN-ACK stands before its SYN in the file: tshark then counts neither. Packets 1 to 3 acknowledge " +
		"each other exactly (RFC 9293 §3.5)"
	rstAckZero = "packet 2 is a forged RST whose acknowledgement is not that of the SYN: RFC 9293 §3.10.7.3 drops it, and " +
		"packets 3 to 8 show that the client did. tcptrace closes there and begins anew at the SYN-ACK"
	clockSplits = "the clock of the file jumps by years inside the handshake. tcptrace begins a new connection after 4 minutes; " +
		"the sequence numbers fit exactly"
	idleSplits  = "4 minutes and more of silence: tcptrace begins a new connection. RFC 9293 knows no such limit (§3.8.4), and the numbers go on where they stood"
	idleFuzzed  = "a fuzzed file: minutes of silence and numbers that jump by a million. tcptrace begins a new connection each time"
	survivesRST = "a RST (packet 2) and a FIN (packet 3), forged to deceive observers, stand before the true SYN-ACK, whose ISN is " +
		"another. The client acknowledges the SYN-ACK and both ends exchange data: one connection, and no reset"
	rstWithoutACK = "the RST that answers the SYN has no ACK bit: in SYN-SENT such a RST is dropped (RFC 9293 §3.10.7.3)"
	notTCP        = "tcptrace reads a malformed packet as TCP from port 0; tshark, as tcpwatch, finds no TCP in it"
	splitShake    = "a split handshake: the server acknowledges the SYN (packet 2) and then sends its own SYN (packet 3), which the " +
		"client's SYN-ACK (packet 4) answers with its first ISN: one connection (RFC 9293 §3.5). tshark begins another at packet 3"
	noSYN = "the capture begins with the SYN-ACK. tcpwatch: the SYN-ACK and its ACK prove the SYN, so the connection opened; " +
		"tshark and tcptrace ask for a captured SYN"
	firstFrame  = "tshark does not count the flags of the first frame of a stream that begins without a SYN"
	oneLinkType = "the file has several link types; tcptrace gets only the packets of the first, as pcap has room for one"
	portsOnly   = "the capture ends inside the first 20 octets of the TCP header: tshark shows the ports, tcpwatch counts the " +
		"packets as cut in the TCP header"
	tunnels = "the same addresses and ports under different tags or network identifiers (VLAN, VXLAN) are different connections " +
		"here (RFC 7348 §4, IEEE 802.1Q): both captures hold the traffic of a tuple in three of them. tshark and tcptrace leave the tags out"
	fuzzedNumbers = "a fuzzed file: sequence numbers jump by 2^31 and back, so that what was sent before has no single answer"
)

// Where tcpwatch is wrong, or not clearly right.
const (
	twoVLANs = "each direction has its own VLAN (81 and 80). A VLAN is part of a connection's identity here, since the same tuple in two of " +
		"them is two connections; but this SYN-ACK acknowledges the SYN of the other VLAN, so this is one, and tcpwatch calls it two one-way ones"
	synWithFIN = "a fuzzed file: a segment with SYN and FIN, no SYN-ACK, and then traffic both ways: tcpwatch takes it for opened, tshark asks for the SYN-ACK"
)
