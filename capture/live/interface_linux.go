package live

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// Interfaces lists the network interfaces of this host in the order of their
// indexes.
func Interfaces() ([]Interface, error) {
	w, err := newWatch()
	if err != nil {
		return nil, err
	}
	defer w.close()
	if err := w.ask(unix.RTM_GETADDR); err != nil {
		return nil, err
	}
	var all []Interface
	for _, d := range w.devices {
		link, _ := linkOf(d.kind)
		all = append(all, Interface{
			Name: d.name, Index: d.index, State: d.state(), Addresses: w.addresses[d.index],
			Link: link, LinkKnown: true, NoIP: withoutIP(d.kind), Loopback: d.kind == unix.ARPHRD_LOOPBACK,
		})
	}
	slices.SortFunc(all, func(a, b Interface) int { return cmp.Compare(a.Index, b.Index) })
	return all, nil
}

// Permitted reports why this process may not capture: a *PermissionError, or
// nil if it may.
func Permitted() error {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return socketError(err)
	}
	return unix.Close(fd)
}

// socketError explains why there is no packet socket.
func socketError(err error) error {
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return &PermissionError{Missing: "CAP_NET_RAW", Err: err}
	case errors.Is(err, unix.EAFNOSUPPORT):
		return errors.New("this kernel has no packet sockets (CONFIG_PACKET)")
	}
	return fmt.Errorf("a packet socket cannot be opened: %w", err)
}
