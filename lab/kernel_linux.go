package lab

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// sizeofDiagMsg is the length of struct inet_diag_msg (linux/inet_diag.h).
const sizeofDiagMsg = 72

// inet asks the kernel for the sockets of a host: sock_diag(7). Unlike /proc it
// includes the minimal sockets: those in SYN-RECEIVED, which are only requests,
// and those in TIME-WAIT.
type inet struct {
	*netlink
	body []byte
}

// sockets returns the TCP sockets of one family.
func (s *inet) sockets(family uint8, list []KernelSocket) ([]KernelSocket, error) {
	const everyState = 1<<32 - 1
	b := append(s.body[:0], family, unix.IPPROTO_TCP, 0, 0) // struct inet_diag_req_v2
	b = native.AppendUint32(b, everyState)
	b = append(b, make([]byte, 48)...) // struct inet_diag_sockid: any
	s.body = b
	err := s.ask(unix.SOCK_DIAG_BY_FAMILY, unix.NLM_F_DUMP, b, func(m []byte) error {
		if len(m) < sizeofDiagMsg {
			return fmt.Errorf("sock_diag: a message of %d octets", len(m))
		}
		list = append(list, diagSocket(m))
		return nil
	})
	return list, err
}

func diagSocket(m []byte) KernelSocket {
	size := 4
	if m[0] == unix.AF_INET6 {
		size = 16
	}
	local, _ := netip.AddrFromSlice(m[8 : 8+size])
	remote, _ := netip.AddrFromSlice(m[24 : 24+size])
	k := KernelSocket{
		State:  KernelState(m[1]),
		Timer:  m[2],
		Local:  netip.AddrPortFrom(local.Unmap(), binary.BigEndian.Uint16(m[4:])),
		Remote: netip.AddrPortFrom(remote.Unmap(), binary.BigEndian.Uint16(m[6:])),
		RecvQ:  native.Uint32(m[56:]),
		SendQ:  native.Uint32(m[60:]),
	}
	if k.State == kernelNewSynRecv {
		k.State = KernelSynReceived
	}
	return k
}

// Sockets asks the kernel for the TCP sockets of host h. The slice is the
// caller's.
func (s *Session) Sockets(h int) ([]KernelSocket, error) {
	s.asking.Lock()
	defer s.asking.Unlock()
	list, err := s.hosts[h].inet.sockets(unix.AF_INET, nil)
	if err == nil && s.scenario.IPv6 {
		list, err = s.hosts[h].inet.sockets(unix.AF_INET6, list)
	}
	if err != nil {
		return nil, fmt.Errorf("asking the %s's kernel for its sockets: %w", sides[h], err)
	}
	return list, nil
}
