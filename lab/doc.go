// Package lab makes real TCP connections of the running kernel over a link whose
// every action is known, and writes what a tap at either end saw together with
// the truth about it: which packets their sender had sent before, which were
// copied or overtaken on the way.
//
// It promises that the truth needs no analysis: every packet that a host sends
// passes the link before anything is lost, so a list of what each host has sent
// decides, and what happened to a packet on the link is known because the link
// did it. It does not touch the machine's own network: both hosts are network
// namespaces of threads of the program and end with them.
//
// To see it happen, pass Play a Witness. It is told of every packet while the
// world stands still, and may ask both kernels for their sockets
// (Session.Sockets). The scenarios for tests are in lab/scenario, those for people
// in lab/lesson.
//
// It needs Linux, and root or a user namespace (see Available, Isolate). The
// hosts' devices are TUN devices, or veth devices if /dev/net/tun is not
// accessible. It does not promise the same packets for the same seed: the seed
// decides what the link does to the n-th packet, the kernel decides what that
// packet is.
package lab
