package lab

import "net/netip"

// KernelState is the state of a TCP socket as Linux numbers it
// (include/net/tcp_states.h).
type KernelState uint8

// The states. KernelNone is ours: there is no such socket.
const (
	KernelNone KernelState = iota
	KernelEstablished
	KernelSynSent
	KernelSynReceived
	KernelFinWait1
	KernelFinWait2
	KernelTimeWait
	KernelClosed
	KernelCloseWait
	KernelLastAck
	KernelListen
	KernelClosing
	kernelNewSynRecv // a request that has no socket yet
)

// The names are those of RFC 9293 §3.3.2.
var kernelNames = [...]string{
	"none", "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2",
	"TIME-WAIT", "CLOSED", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "SYN-RECEIVED",
}

// String spells the state as the RFC does; "none" where there is no socket.
func (s KernelState) String() string {
	if int(s) >= len(kernelNames) {
		return "?"
	}
	return kernelNames[s]
}

// KernelSocket is a socket as the kernel describes it (sock_diag(7)).
type KernelSocket struct {
	State         KernelState
	Local, Remote netip.AddrPort
	// RecvQ and SendQ are octets not yet read and not yet acknowledged; of a
	// listening socket, the connections that wait to be accepted and how many
	// may wait.
	RecvQ, SendQ uint32
	// Timer is 0 none, 1 retransmission, 2 keep-alive, 3 TIME-WAIT, 4 window
	// probe.
	Timer uint8
}

// FindSocket returns the socket of a connection among those of one host, or
// else the socket that listens on the local port.
func FindSocket(list []KernelSocket, local, remote netip.AddrPort) (connection, listener *KernelSocket) {
	for i := range list {
		k := &list[i]
		switch {
		case k.Local == local && k.Remote == remote && k.State != KernelListen:
			connection = k
		case k.State == KernelListen && k.Local.Port() == local.Port():
			listener = k
		}
	}
	return connection, listener
}
