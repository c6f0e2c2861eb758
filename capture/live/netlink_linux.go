package live

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// socket is where messages about interfaces come from. Nothing of it waits but wait.
type socket interface {
	send(b []byte) error
	// receive returns the messages of one datagram of the kernel, in b; none if it is not the kernel's. Where
	// b is too small the error is a cut.
	receive(b []byte) ([]byte, error)
	// wait waits until something can be received, or for so long.
	wait(d time.Duration) bool
}

// netlink is the descriptor of a netlink(7) socket.
type netlink int

func (n netlink) send(b []byte) error {
	return unix.Sendto(int(n), b, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
}

func (n netlink) receive(b []byte) ([]byte, error) {
	got, from, err := unix.Recvfrom(int(n), b, unix.MSG_TRUNC)
	if err != nil {
		return nil, err
	}
	if a, ok := from.(*unix.SockaddrNetlink); !ok || a.Pid != 0 {
		return nil, nil // another process's, that may send to netlink sockets (CAP_NET_ADMIN)
	}
	if got > len(b) {
		return nil, cut(got)
	}
	return b[:got], nil
}

// cut is the length of a datagram of which the end is lost.
type cut int

func (c cut) Error() string { return fmt.Sprintf("a message of %d octets is cut off", int(c)) }

func (n netlink) wait(d time.Duration) bool {
	end := time.Now().Add(d)
	for {
		fds := []unix.PollFd{{Fd: int32(n), Events: unix.POLLIN}}
		got, err := unix.Poll(fds, int(max(0, time.Until(end)).Milliseconds()))
		if err != unix.EINTR {
			return got != 0 || err != nil // what failed says so when it is read
		}
	}
}

// link reads struct ifinfomsg and the name after it.
func link(b []byte) (d device, ok bool) {
	if len(b) < unix.SizeofIfInfomsg || b[0] != unix.AF_UNSPEC {
		return device{}, false // AF_BRIDGE tells of ports of a bridge, not of interfaces
	}
	d = device{
		kind:  binary.NativeEndian.Uint16(b[2:]),
		index: int(int32(binary.NativeEndian.Uint32(b[4:]))),
		flags: binary.NativeEndian.Uint32(b[8:]),
	}
	attributes(b[unix.SizeofIfInfomsg:], func(kind uint16, value []byte) {
		if kind == unix.IFLA_IFNAME {
			d.name = string(bytes.TrimRight(value, "\x00"))
		}
	})
	return d, true
}

// address reads struct ifaddrmsg and the address after it.
func address(b []byte) (index int, p netip.Prefix) {
	if len(b) < unix.SizeofIfAddrmsg {
		return 0, p
	}
	var of, local netip.Addr
	attributes(b[unix.SizeofIfAddrmsg:], func(kind uint16, value []byte) {
		a, ok := netip.AddrFromSlice(value)
		switch {
		case !ok:
		case kind == unix.IFA_LOCAL:
			local = a // IFA_ADDRESS is the other end's on a point-to-point link
		case kind == unix.IFA_ADDRESS:
			of = a
		}
	})
	if local.IsValid() {
		of = local
	}
	return int(binary.NativeEndian.Uint32(b[4:])), netip.PrefixFrom(of, int(b[1]))
}

// attributeKind is NLA_TYPE_MASK of linux/netlink.h: two bits are flags.
const attributeKind = 0x3fff

// attributes calls f for each attribute (struct rtattr).
func attributes(b []byte, f func(kind uint16, value []byte)) {
	for len(b) >= unix.SizeofRtAttr {
		n := int(binary.NativeEndian.Uint16(b))
		if n < unix.SizeofRtAttr || n > len(b) {
			return
		}
		f(binary.NativeEndian.Uint16(b[2:])&attributeKind, b[unix.SizeofRtAttr:n])
		b = b[min((n+3)&^3, len(b)):]
	}
}
