package lab

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Socket is a socket of one of the hosts. A socket stays in the namespace
// that it was made in, so that every goroutine may use it.
type Socket struct {
	f *os.File
	s *Session
}

// Socket makes a TCP socket at host h: 0 is the client, 1 the server.
func (s *Session) Socket(h int) (*Socket, error) { return s.newSocket(h, unix.SOCK_STREAM) }

// Datagram makes a UDP socket at host h.
func (s *Session) Datagram(h int) (*Socket, error) { return s.newSocket(h, unix.SOCK_DGRAM) }

func (s *Session) newSocket(h, kind int) (*Socket, error) {
	family := unix.AF_INET
	if s.scenario.IPv6 {
		family = unix.AF_INET6
	}
	var fd int
	var err error
	s.hosts[h].Do(func() {
		fd, err = unix.Socket(family, kind|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	})
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	if name := s.scenario.Congestion; name != "" && kind == unix.SOCK_STREAM {
		if err := unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, name); err != nil {
			unix.Close(fd)
			return nil, fmt.Errorf("congestion control %s: %w", name, err)
		}
	}
	return s.adopt(fd), nil
}

func (s *Session) adopt(fd int) *Socket {
	k := &Socket{f: os.NewFile(uintptr(fd), "tcp"), s: s}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[k] = true
	k.f.SetDeadline(s.deadline)
	if s.over {
		k.f.SetDeadline(time.Unix(1, 0))
	}
	return k
}

// At returns host h's end with the given port.
func (s *Session) At(h int, port uint16) netip.AddrPort {
	if s.scenario.IPv6 {
		return netip.AddrPortFrom(s.hosts[h].addr6, port)
	}
	return netip.AddrPortFrom(s.hosts[h].addr, port)
}

// Sockaddr is an address in the form of system calls.
func Sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

// Control runs f on the descriptor.
func (k *Socket) Control(f func(fd int) error) error {
	var err error
	k.s.link.act(func() { err = k.Held(f) })
	return err
}

// Held is Control inside Together, and in a call of a Witness.
func (k *Socket) Held(f func(fd int) error) error {
	c, err := k.f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := c.Control(func(fd uintptr) { inner = f(int(fd)) }); err != nil {
		return err
	}
	return inner
}

// Together has several sockets act (with Held), one after the other, before
// anything that one of them sends can reach another.
func (s *Session) Together(do ...func()) { s.link.act(do...) }

// Set sets a socket option to a number.
func (k *Socket) Set(level, option, value int) error {
	return k.Control(func(fd int) error { return unix.SetsockoptInt(fd, level, option, value) })
}

// Bind gives the socket an address, with SO_REUSEADDR.
func (k *Socket) Bind(a netip.AddrPort) error {
	return k.Control(func(fd int) error {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return err
		}
		if err := unix.Bind(fd, Sockaddr(a)); err != nil {
			return fmt.Errorf("bind %v: %w", a, err)
		}
		return nil
	})
}

// Listen makes a listening socket at host 1, the server's port.
func (s *Session) Listen(backlog int, options ...func(*Socket) error) (*Socket, error) {
	k, err := s.Socket(1)
	if err != nil {
		return nil, err
	}
	if err := k.Bind(s.At(1, ServerPort)); err != nil {
		return nil, err
	}
	for _, o := range options {
		if err := o(k); err != nil {
			return nil, err
		}
	}
	return k, k.Control(func(fd int) error { return unix.Listen(fd, backlog) })
}

// Accept waits for a connection to a listening socket.
func (k *Socket) Accept() (*Socket, error) {
	c, err := k.f.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	var inner error
	err = c.Read(func(l uintptr) bool {
		k.s.link.act(func() { fd, _, inner = unix.Accept4(int(l), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC) })
		return !errors.Is(inner, unix.EAGAIN) && !errors.Is(inner, unix.EINTR)
	})
	if err = errors.Join(err, inner); err != nil {
		return nil, fmt.Errorf("accept: %w", err)
	}
	return k.s.adopt(fd), nil
}

// AcceptHeld is Accept inside Together, and in a call of a Witness: it does not
// wait.
func (k *Socket) AcceptHeld() (*Socket, error) {
	fd := -1
	err := k.Held(func(l int) (err error) {
		fd, _, err = unix.Accept4(l, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("accept: %w", err)
	}
	return k.s.adopt(fd), nil
}

// Connect waits until the connection is established or has failed.
func (k *Socket) Connect(to netip.AddrPort) error {
	if err := k.Begin(to); err != nil {
		return err
	}
	c, err := k.f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	err = c.Write(func(fd uintptr) bool {
		// A woken poller does not say why: check whether the connection is
		// established.
		var n int
		if n, inner = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR); inner != nil || n != 0 {
			if n != 0 {
				inner = unix.Errno(n)
			}
			return true
		}
		_, e := unix.Getpeername(int(fd))
		return e == nil
	})
	if err = errors.Join(err, inner); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	return nil
}

// Begin sends the SYN and does not wait.
func (k *Socket) Begin(to netip.AddrPort) error {
	return k.Control(func(fd int) error {
		if err := unix.Connect(fd, Sockaddr(to)); err != nil && !errors.Is(err, unix.EINPROGRESS) {
			return fmt.Errorf("connect %v: %w", to, err)
		}
		return nil
	})
}

// Dial connects from the client to the server's port; port is the client's own,
// 0 for any.
func (s *Session) Dial(port uint16, options ...func(*Socket) error) (*Socket, error) {
	k, err := s.Socket(0)
	if err != nil {
		return nil, err
	}
	if port != 0 {
		if err := k.Bind(s.At(0, port)); err != nil {
			return nil, err
		}
	}
	for _, o := range options {
		if err := o(k); err != nil {
			return nil, err
		}
	}
	if err := k.Connect(s.At(1, ServerPort)); err != nil {
		k.Close()
		return nil, err
	}
	return k, nil
}

// Shut sends a FIN and continues to read.
func (k *Socket) Shut() error {
	return k.Control(func(fd int) error { return unix.Shutdown(fd, unix.SHUT_WR) })
}

// Abort closes with a RST.
func (k *Socket) Abort() error {
	err := k.Control(func(fd int) error {
		return unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	})
	return errors.Join(err, k.Close())
}

// Close closes the socket as close(2) does.
func (k *Socket) Close() (err error) {
	k.s.mu.Lock()
	delete(k.s.open, k)
	k.s.mu.Unlock()
	k.s.link.act(func() { err = k.f.Close() })
	return err
}
