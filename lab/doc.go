// Package lab makes real TCP connections of the running kernel over a link
// whose every deed is known, and writes what a tap at either end saw together
// with the truth about it: which packets their sender had sent before, which
// were copied or overtaken on the way.
//
// It promises that the truth needs no analysis: every packet that a host sends
// passes the link before anything is lost, so that a list of what each host has
// sent decides, and what the link did to a packet is known because the link did
// it. It touches nothing of the machine's own network: both hosts are network
// namespaces of threads of the program and die with them.
//
// Whoever wants to see it happen gives Play a Witness. It is told of every packet
// while the world stands still, and may ask both kernels for their sockets
// (Session.Sockets). The scenarios for people are in lab/lesson.
//
// It needs Linux, and root or a user namespace (see Available, Isolate). The
// hosts' devices are TUN devices, or veth devices where /dev/net/tun is closed to
// the user. It does not promise the same packets for the same seed: the seed
// decides what the link does to the n-th packet, the kernel decides what that
// packet is.
package lab
