// Package live captures packets from network interfaces.
//
// On Linux it reads rings that the kernel fills (PACKET_RX_RING, TPACKET_V3)
// through golang.org/x/sys/unix, without cgo and without a copy: a packet is
// lent from the ring until the next one. It promises that packets come as they
// were on the wire, with the VLAN tags that the kernel strips put back; that a
// packet of a loopback interface comes once; that what was captured on several
// interfaces comes in the order of time; and that losses are counted. Within one
// interface packets come in the order in which the kernel took them: where several
// processors receive, their times can be some microseconds apart the other way. Such
// packets, and those that a busy machine hands over too late, are counted
// (capture.Stats.BackwardsSteps).
//
// It does not decode. Built with the tag `pcap` it captures by libpcap instead,
// which needs cgo; on systems other than Linux it needs that tag.
package live
