package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// watch knows the interfaces of the network namespace that it was made in and
// learns of changes (rtnetlink(7), group RTNLGRP_LINK). It needs no capability.
type watch struct {
	socket
	fd      int // of the socket, for poll
	devices map[int]device
	// removed are the indexes of interfaces that went away; the reader empties
	// it. An index can be in use again already.
	removed map[int]bool
	buf     []byte
	lost    bool // changes may have been missed: the table must be asked for again
	asked   dump // the list that is awaited
	number  uint32
	refusal error // why the last list is not whole; nil: it is
	// addresses are those of each interface, by index; only Interfaces asks for them.
	addresses map[int][]netip.Prefix
}

// dump is a list that the kernel was asked for. It counts once it is whole.
type dump struct {
	what      uint16 // the request, RTM_GETLINK or RTM_GETADDR; 0: none is awaited
	number    uint32 // that its messages have (nlmsg_seq)
	since     time.Time
	torn      bool // something changed meanwhile, so that entries may be missing (NLM_F_DUMP_INTR)
	devices   map[int]device
	addresses map[int][]netip.Prefix
}

// newWatch returns a watch that knows every present interface.
func newWatch() (*watch, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("asking the kernel for interfaces: %w", err)
	}
	w := watchOf(netlink(fd))
	w.fd = fd
	if err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: unix.RTMGRP_LINK}); err == nil {
		err = w.ask(unix.RTM_GETLINK)
	}
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("asking the kernel for interfaces: %w", err)
	}
	return w, nil
}

func watchOf(s socket) *watch {
	return &watch{
		socket: s, fd: -1, buf: make([]byte, 64<<10),
		devices: map[int]device{}, removed: map[int]bool{}, addresses: map[int][]netip.Prefix{},
	}
}

func (w *watch) close() { unix.Close(w.fd) }

// patience is how long the kernel may take for a list. It answers at once; this only keeps a
// fault from being a hang, and interfaces that change without end from being asked for without end.
const patience = 2 * time.Second

// attempts is how often a list is asked for at a time while packets wait. What changes with each of
// them is asked for again when the interfaces are looked at next.
const attempts = 3

var (
	errNoAnswer = errors.New("no answer")
	errTorn     = errors.New("they change faster than they can be listed")
)

// ask requests a list and waits until it is whole. Changes that arrive in between are read too.
func (w *watch) ask(what uint16) error {
	began := time.Now()
	for {
		if err := w.request(what); err != nil {
			return err
		}
		for {
			if err := w.read(); err != nil {
				return err
			}
			if w.asked.what == 0 {
				break
			}
			if !w.wait(patience - time.Since(began)) {
				w.end(errNoAnswer)
			}
		}
		if again := errors.Is(w.refusal, errTorn) || errors.Is(w.refusal, unix.EBUSY); !again || time.Since(began) > patience {
			return w.refusal
		}
	}
}

// request asks for a list. Until it is whole, what was known remains so.
func (w *watch) request(what uint16) error {
	w.number++
	var m [unix.SizeofNlMsghdr + unix.SizeofRtGenmsg + 3]byte
	binary.NativeEndian.PutUint32(m[0:], uint32(len(m)))
	binary.NativeEndian.PutUint16(m[4:], what)
	binary.NativeEndian.PutUint16(m[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	binary.NativeEndian.PutUint32(m[8:], w.number)
	if err := w.send(m[:]); err != nil {
		return err
	}
	w.asked = dump{what: what, number: w.number, since: time.Now(), devices: map[int]device{}, addresses: map[int][]netip.Prefix{}}
	if what == unix.RTM_GETLINK {
		w.lost = false // what is lost from now on is not in the list
	}
	return nil
}

// refresh reads what has changed. It reports whether anything may have. What was lost is
// asked for although nothing waits: it may have been lost while the last answer was read. It
// never waits: an answer that is not there yet is read the next time.
func (w *watch) refresh() bool {
	if w.asked.what != 0 && time.Since(w.asked.since) > patience {
		w.end(errNoAnswer)
	}
	if !w.lost && !w.wait(0) {
		return false
	}
	w.read() // what it could not read shows as lost
	for range attempts {
		if !w.lost || w.asked.what != 0 || w.request(unix.RTM_GETLINK) != nil {
			break
		}
		w.read()
	}
	return true
}

// most is how many datagrams are read at a time: packets wait.
const most = 1024

// mostRoom is the most that is kept free for a datagram. The kernel's are below 64 KiB, but for an interface
// with hundreds of names.
const mostRoom = 1 << 20

// read reads the pending messages.
func (w *watch) read() error {
	for range most {
		b, err := w.receive(w.buf)
		var short cut
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EAGAIN):
			return nil
		case errors.Is(err, unix.ENOBUFS):
			w.lost = true
			continue
		case errors.As(err, &short):
			if w.lost = true; w.asked.what != 0 {
				w.end(errTorn) // what is lost may be the end of it, too
			}
			if short <= mostRoom {
				w.buf = make([]byte, short)
			}
			continue
		case err != nil:
			w.lost = true
			return err
		}
		w.take(b)
	}
	return nil
}

// take processes messages; it trusts none of their lengths.
func (w *watch) take(b []byte) {
	for len(b) >= unix.SizeofNlMsghdr {
		n := int(binary.NativeEndian.Uint32(b))
		if n < unix.SizeofNlMsghdr || n > len(b) {
			return
		}
		kind, flags := binary.NativeEndian.Uint16(b[4:]), binary.NativeEndian.Uint16(b[6:])
		body := b[unix.SizeofNlMsghdr:n]
		switch listed := w.asked.what != 0 && binary.NativeEndian.Uint32(b[8:]) == w.asked.number; {
		case listed && (kind == unix.NLMSG_DONE || kind == unix.NLMSG_ERROR):
			w.asked.torn = w.asked.torn || flags&unix.NLM_F_DUMP_INTR != 0
			w.end(failure(body))
		case listed && flags&unix.NLM_F_MULTI != 0:
			w.asked.torn = w.asked.torn || flags&unix.NLM_F_DUMP_INTR != 0
			w.entry(kind, body)
		case flags&unix.NLM_F_MULTI != 0: // of a list that was given up
		case kind == unix.RTM_NEWLINK, kind == unix.RTM_DELLINK:
			w.change(body, kind == unix.RTM_DELLINK)
		}
		b = b[min((n+3)&^3, len(b)):]
	}
}

// failure is the error that ends a list: both messages that may begin with its number, 0 or
// negative (struct nlmsgerr; NLMSG_DONE as netlink_dump writes it).
func failure(body []byte) error {
	if len(body) < 4 {
		return nil
	}
	if n := int32(binary.NativeEndian.Uint32(body)); n < 0 {
		return unix.Errno(-n)
	}
	return nil
}

// end ends the list that was awaited. One that is not whole changes nothing.
func (w *watch) end(err error) {
	list := w.asked
	w.asked = dump{}
	if err == nil && list.torn {
		err = errTorn
	}
	w.refusal = err
	switch {
	case err != nil:
		w.lost = w.lost || list.what == unix.RTM_GETLINK
	case list.what == unix.RTM_GETLINK:
		for index := range w.devices {
			if _, still := list.devices[index]; !still {
				w.removed[index] = true
			}
		}
		w.devices = list.devices
	default:
		w.addresses = list.addresses
	}
}

// entry is one of the list that is awaited.
func (w *watch) entry(kind uint16, body []byte) {
	switch kind {
	case unix.RTM_NEWLINK:
		if d, ok := link(body); ok {
			w.asked.devices[d.index] = d
		}
	case unix.RTM_NEWADDR:
		if index, p := address(body); p.IsValid() {
			w.asked.addresses[index] = append(w.asked.addresses[index], p)
		}
	}
}

// change is an interface that is new, has changed or is gone. The list that is awaited may have been past
// it already.
func (w *watch) change(body []byte, gone bool) {
	d, ok := link(body)
	switch {
	case !ok:
	case gone:
		delete(w.devices, d.index)
		delete(w.asked.devices, d.index)
		w.removed[d.index] = true
	default:
		w.devices[d.index] = d
		if w.asked.what == unix.RTM_GETLINK {
			w.asked.devices[d.index] = d
		}
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
