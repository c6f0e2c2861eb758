// Package filter compiles the filter expressions of pcap-filter(7) to classic
// BPF, and applies them to captured packets.
//
// Parse reads an expression, Compile makes the program for one link type, and a
// Matcher runs such programs over packets of any link type.
//
// It promises that a program chooses the packets that the program of libpcap
// 1.10 chooses for the same expression, as it is before libpcap's optimizer
// forgets to look for fields that do not matter; where it does not, the list in
// difference_test.go says why. What it cannot compile rightly it refuses, with
// the column of the offending word: names of hosts, networks and services
// (nothing is looked up), gateway, protochain, and the primitives of link types
// that carry no IP (802.11, ATM, SS7, pf logs, DECnet addresses, IS-IS).
//
// What libpcap does not see is not seen here: proto[...] of a transport protocol
// reads IPv4 packets only, and ports in IPv6 are found where the transport
// header follows the IPv6 header at once. As the mask of the network is not
// known, ip broadcast means the addresses of all ones and of all zeros.
//
// As with libpcap every packet is judged by its own octets alone. So a later
// fragment has no ports, and an ICMP error has not the ports of what it quotes;
// a packet cut so short that a field is missing is left out, also where the
// condition on the field is negated.
package filter
