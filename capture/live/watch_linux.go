package live

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// watch knows the interfaces of the network namespace that it was made in and
// learns of changes (rtnetlink(7), group RTNLGRP_LINK). It needs no capability.
type watch struct {
	fd      int
	devices map[int]device
	// removed are the indexes of interfaces that went away; the reader empties
	// it. An index can be in use again already.
	removed map[int]bool
	buf     []byte
	lost    bool // the socket overflowed: the table must be asked for again
	// addresses are those of each interface, by index; only Interfaces asks for them.
	addresses map[int][]netip.Prefix
}

// newWatch returns a watch that knows every present interface.
func newWatch() (*watch, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("asking the kernel for interfaces: %w", err)
	}
	w := &watch{fd: fd, devices: map[int]device{}, removed: map[int]bool{}, buf: make([]byte, 64<<10), addresses: map[int][]netip.Prefix{}}
	if err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: unix.RTMGRP_LINK}); err == nil {
		err = w.ask(unix.RTM_GETLINK)
	}
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("asking the kernel for interfaces: %w", err)
	}
	return w, nil
}

func (w *watch) close() { unix.Close(w.fd) }

// patience is how long the kernel may take for an answer, in milliseconds. It
// answers at once; this only keeps a fault from being a hang.
const patience = 2000

// ask requests a dump and reads until its end. Changes that arrive in between
// are read too. Where no whole answer comes, the interfaces stay as they were known.
func (w *watch) ask(what uint16) (err error) {
	if what == unix.RTM_GETLINK {
		known := w.devices
		w.devices, w.lost = map[int]device{}, false
		defer func() {
			if err != nil {
				w.devices, w.lost = known, true
			}
		}()
	}
	var m [unix.SizeofNlMsghdr + unix.SizeofRtGenmsg + 3]byte
	binary.NativeEndian.PutUint32(m[0:], uint32(len(m)))
	binary.NativeEndian.PutUint16(m[4:], what)
	binary.NativeEndian.PutUint16(m[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	if err := unix.Sendto(w.fd, m[:], 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	for {
		done, err := w.read()
		if done || err != nil {
			return err
		}
		fds := []unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, patience)
		if n == 0 && err == nil {
			return errors.New("no answer")
		}
	}
}

// refresh reads what has changed. It reports whether anything may have. What was lost is
// asked for although nothing waits: it may have been lost while the last answer was read.
func (w *watch) refresh() bool {
	if len(w.devices) > 0 && !w.lost {
		fds := []unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}}
		if n, _ := unix.Poll(fds, 0); n == 0 {
			return false
		}
	}
	w.read() // what it could not read shows as lost
	if w.lost {
		w.ask(unix.RTM_GETLINK)
	}
	return true
}

// read reads every pending message. done: one of them was the end of a dump.
func (w *watch) read() (done bool, err error) {
	for {
		n, from, err := unix.Recvfrom(w.fd, w.buf, 0)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EAGAIN):
			return done, nil
		case errors.Is(err, unix.ENOBUFS):
			w.lost = true
			continue
		case err != nil:
			return done, err
		}
		if a, ok := from.(*unix.SockaddrNetlink); !ok || a.Pid != 0 {
			continue // not the kernel's
		}
		if w.take(w.buf[:n]) {
			done = true
		}
	}
}

// take processes messages; it trusts none of their lengths.
func (w *watch) take(b []byte) (done bool) {
	for len(b) >= unix.SizeofNlMsghdr {
		n := int(binary.NativeEndian.Uint32(b))
		if n < unix.SizeofNlMsghdr || n > len(b) {
			return done
		}
		body := b[unix.SizeofNlMsghdr:n]
		switch binary.NativeEndian.Uint16(b[4:]) {
		case unix.NLMSG_DONE, unix.NLMSG_ERROR:
			done = true
		case unix.RTM_NEWLINK:
			w.link(body, false)
		case unix.RTM_DELLINK:
			w.link(body, true)
		case unix.RTM_NEWADDR:
			w.address(body)
		}
		b = b[min((n+3)&^3, len(b)):]
	}
	return done
}

// link reads struct ifinfomsg and the name after it.
func (w *watch) link(b []byte, gone bool) {
	if len(b) < unix.SizeofIfInfomsg || b[0] != unix.AF_UNSPEC {
		return // AF_BRIDGE tells of ports of a bridge, not of interfaces
	}
	d := device{
		kind:  binary.NativeEndian.Uint16(b[2:]),
		index: int(int32(binary.NativeEndian.Uint32(b[4:]))),
		flags: binary.NativeEndian.Uint32(b[8:]),
	}
	if gone {
		delete(w.devices, d.index)
		w.removed[d.index] = true
		return
	}
	attributes(b[unix.SizeofIfInfomsg:], func(kind uint16, value []byte) {
		if kind == unix.IFLA_IFNAME {
			d.name = string(bytes.TrimRight(value, "\x00"))
		}
	})
	w.devices[d.index] = d
}

// address reads struct ifaddrmsg and the address after it.
func (w *watch) address(b []byte) {
	if len(b) < unix.SizeofIfAddrmsg {
		return
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
	index := int(binary.NativeEndian.Uint32(b[4:]))
	if p := netip.PrefixFrom(of, int(b[1])); p.IsValid() {
		w.addresses[index] = append(w.addresses[index], p)
	}
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

// named finds a device by name.
func (w *watch) named(name string) (device, bool) {
	for _, d := range w.devices {
		if d.name == name {
			return d, true
		}
	}
	return device{}, false
}
