package lab

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// socket is a TCP socket of one of the hosts. A socket stays in the namespace
// that it was made in, so that every goroutine may use it.
type Socket struct {
	f *os.File
	s *Session
}

// socket makes a TCP socket at host h.
func (s *Session) Socket(h int) (*Socket, error) {
	family := unix.AF_INET
	if s.scenario.IPv6 {
		family = unix.AF_INET6
	}
	var fd int
	var err error
	s.hosts[h].do(func() {
		fd, err = unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	})
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	return s.adopt(fd), nil
}

func (s *Session) adopt(fd int) *Socket {
	k := &Socket{f: os.NewFile(uintptr(fd), "tcp"), s: s}
	s.mu.Lock()
	s.open[k] = true
	s.mu.Unlock()
	k.f.SetDeadline(s.deadline)
	return k
}

// at returns host h's end with the given port.
func (s *Session) At(h int, port uint16) netip.AddrPort {
	if s.scenario.IPv6 {
		return netip.AddrPortFrom(s.hosts[h].addr6, port)
	}
	return netip.AddrPortFrom(s.hosts[h].addr, port)
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

// control runs f on the descriptor.
func (k *Socket) Control(f func(fd int) error) error {
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

func (k *Socket) Set(level, option, value int) error {
	return k.Control(func(fd int) error { return unix.SetsockoptInt(fd, level, option, value) })
}

func (k *Socket) Bind(a netip.AddrPort) error {
	return k.Control(func(fd int) error {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return err
		}
		if err := unix.Bind(fd, sockaddr(a)); err != nil {
			return fmt.Errorf("bind %v: %w", a, err)
		}
		return nil
	})
}

// listen makes a listening socket at host 1, the server's port.
func (s *Session) Listen(backlog int, options ...func(*Socket) error) (*Socket, error) {
	k, err := s.Socket(1)
	if err != nil {
		return nil, err
	}
	if err := k.Bind(s.At(1, serverPort)); err != nil {
		return nil, err
	}
	for _, o := range options {
		if err := o(k); err != nil {
			return nil, err
		}
	}
	return k, k.Control(func(fd int) error { return unix.Listen(fd, backlog) })
}

func (k *Socket) Accept() (*Socket, error) {
	c, err := k.f.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	var inner error
	err = c.Read(func(l uintptr) bool {
		fd, _, inner = unix.Accept4(int(l), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		return !errors.Is(inner, unix.EAGAIN) && !errors.Is(inner, unix.EINTR)
	})
	if err = errors.Join(err, inner); err != nil {
		return nil, fmt.Errorf("accept: %w", err)
	}
	return k.s.adopt(fd), nil
}

// connect waits until the connection stands or has failed.
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
		// A woken poller does not say why: ask whether the connection stands.
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

// begin sends the SYN and does not wait.
func (k *Socket) Begin(to netip.AddrPort) error {
	return k.Control(func(fd int) error {
		if err := unix.Connect(fd, sockaddr(to)); err != nil && !errors.Is(err, unix.EINPROGRESS) {
			return fmt.Errorf("connect %v: %w", to, err)
		}
		return nil
	})
}

// dial connects from the client to the server's port; port is the client's own,
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
	if err := k.Connect(s.At(1, serverPort)); err != nil {
		k.Close()
		return nil, err
	}
	return k, nil
}

// shut sends a FIN and goes on reading.
func (k *Socket) Shut() error {
	return k.Control(func(fd int) error { return unix.Shutdown(fd, unix.SHUT_WR) })
}

// abort closes with a RST.
func (k *Socket) Abort() error {
	err := k.Control(func(fd int) error {
		return unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	})
	return errors.Join(err, k.Close())
}

func (k *Socket) Close() error {
	k.s.mu.Lock()
	delete(k.s.open, k)
	k.s.mu.Unlock()
	return k.f.Close()
}

// send writes n octets in pieces of at most piece.
func (k *Socket) Send(n, piece int) error {
	b := make([]byte, piece)
	for i := range b {
		b[i] = byte(i)
	}
	for n > 0 {
		m, err := k.f.Write(b[:min(n, piece)])
		if err != nil {
			return fmt.Errorf("send: %w", err)
		}
		n -= m
	}
	return nil
}

// receive reads n octets.
func (k *Socket) Receive(n int) error {
	b := make([]byte, 1<<16)
	for n > 0 {
		m, err := k.f.Read(b[:min(n, len(b))])
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		n -= m
	}
	return nil
}

// drain reads to the other end's FIN.
func (k *Socket) Drain() error {
	b := make([]byte, 1<<16)
	for {
		if _, err := k.f.Read(b); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("receive: %w", err)
		}
	}
}

// sleep waits, at most until the session's deadline.
func (s *Session) Sleep(d time.Duration) error {
	if time.Until(s.deadline) < d {
		return errors.New("the program takes longer than its limit")
	}
	time.Sleep(d)
	return nil
}
