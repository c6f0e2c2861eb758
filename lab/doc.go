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
// It needs Linux, /dev/net/tun, and root or a user namespace (see Available). It
// does not promise the same packets for the same seed: the seed decides what the
// link does to the n-th packet, the kernel decides what that packet is.
package lab
