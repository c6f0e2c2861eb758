// Package wireshark tells what Wireshark says of a segment: the names under
// tcp.analysis, by the rules of its 4.0 releases, so that they can be laid
// beside the labels of this program. TestRecorded and TestRandom hold it to
// tshark 4.0.17; DIFFERENCES.md lists what differs.
//
// The rules are not the labels of this program. Wireshark decides with one
// number for each end, the furthest octet sent, and with fixed times, and it
// takes the number 0 for "not known"; all that is kept here. What the names mean
// is in Wireshark's user guide, "TCP Analysis"
// (https://www.wireshark.org/docs/wsug_html_chunked/ChAdvTCPAnalysis.html).
//
// What 4.2 and 4.4 do otherwise is not here: above all they call a segment
// retransmission, not out-of-order, where the same octets are still waiting for
// an ACK, and begin a new stream at a SYN after a FIN or RST. Names that need
// more than addresses, ports and the TCP header (tcp.analysis.tfo_ack and its
// kind) are not here either.
//
// Memory is bounded by the number of streams and of unacknowledged segments
// remembered; nothing is allocated for a segment once both have been reached.
package wireshark
