package lab

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Numbers of linux/if_link.h and linux/veth.h that the system package lacks.
const vethInfoPeer = 1 // VETH_INFO_PEER

var native = binary.NativeEndian

// attribute appends a netlink attribute (netlink(7)): length, type, value,
// padded to four octets.
func attribute(b []byte, kind uint16, value []byte) []byte {
	b = native.AppendUint16(b, uint16(4+len(value)))
	b = native.AppendUint16(b, kind)
	b = append(b, value...)
	return pad4(b)
}

func pad4(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// makeVeth asks rtnetlink(7) for a pair of veth devices in the calling thread's
// namespace.
func makeVeth() error {
	text := func(s string) []byte { return append([]byte(s), 0) }
	header := make([]byte, unix.SizeofIfInfomsg)
	peer := attribute(header[:len(header):len(header)], unix.IFLA_IFNAME, text(linkName))
	peer = attribute(peer, unix.IFLA_ADDRESS, linkAddress[:])
	info := attribute(nil, unix.IFLA_INFO_KIND, text("veth"))
	info = attribute(info, unix.IFLA_INFO_DATA, attribute(nil, vethInfoPeer, peer))
	body := attribute(header[:len(header):len(header)], unix.IFLA_IFNAME, text(Device))
	body = attribute(body, unix.IFLA_ADDRESS, hostAddress[:])
	body = attribute(body, unix.IFLA_LINKINFO, info)

	s, err := openNetlink(unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer s.close()
	return s.ask(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_ACK, body, nil)
}

// netlink is a netlink socket. It belongs to the namespace that it was made in,
// whichever thread uses it. It is not safe for concurrent use.
type netlink struct {
	fd     int
	buffer []byte
	out    []byte
	seq    uint32
}

func openNetlink(protocol int) (*netlink, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return nil, fmt.Errorf("netlink socket: %w", err)
	}
	// The kernel answers at once; a lost answer must not stop the program.
	tv := unix.NsecToTimeval(2e9)
	unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv)
	return &netlink{fd: fd, buffer: make([]byte, 1<<16)}, nil
}

func (s *netlink) close() { unix.Close(s.fd) }

// ask sends a request and calls each for the body of every message of the
// answer, until the kernel says that it is complete.
func (s *netlink) ask(kind, flags uint16, body []byte, each func([]byte) error) error {
	s.seq++
	b := native.AppendUint32(s.out[:0], uint32(unix.SizeofNlMsghdr+len(body)))
	b = native.AppendUint16(b, kind)
	b = native.AppendUint16(b, flags|unix.NLM_F_REQUEST)
	b = native.AppendUint32(b, s.seq)
	b = native.AppendUint32(b, 0)
	s.out = append(b, body...)
	if err := unix.Sendto(s.fd, s.out, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return fmt.Errorf("netlink: %w", err)
	}
	for {
		n, _, err := unix.Recvfrom(s.fd, s.buffer, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return fmt.Errorf("netlink: %w", err)
		}
		done, err := s.messages(s.buffer[:n], each)
		if done || err != nil {
			return err
		}
	}
}

// messages goes through one datagram of an answer.
func (s *netlink) messages(b []byte, each func([]byte) error) (done bool, err error) {
	for len(b) >= unix.SizeofNlMsghdr {
		length := int(native.Uint32(b))
		if length < unix.SizeofNlMsghdr || length > len(b) {
			return true, errors.New("netlink: a message longer than its datagram")
		}
		body := b[unix.SizeofNlMsghdr:length]
		kind, seq := native.Uint16(b[4:]), native.Uint32(b[8:])
		b = b[min((length+3)&^3, len(b)):]
		switch {
		case seq != s.seq: // the answer to a question that was given up
		case kind == unix.NLMSG_DONE:
			return true, nil
		case kind == unix.NLMSG_ERROR:
			if len(body) < 4 {
				return true, errors.New("netlink: an error cut short")
			}
			if code := int32(native.Uint32(body)); code != 0 {
				return true, unix.Errno(-code)
			}
			return true, nil
		case each != nil:
			if err := each(body); err != nil {
				return true, err
			}
		}
	}
	return false, nil
}
