package lab

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// Send writes n octets in pieces of at most piece.
func (k *Socket) Send(n, piece int) error {
	b := make([]byte, piece)
	for i := range b {
		b[i] = byte(i)
	}
	for n > 0 {
		m, err := k.Write(b[:min(n, piece)])
		if err != nil {
			return fmt.Errorf("send: %w", err)
		}
		n -= m
	}
	return nil
}

// Receive reads n octets.
func (k *Socket) Receive(n int) error {
	b := make([]byte, 1<<16)
	for n > 0 {
		m, err := k.Read(b[:min(n, len(b))])
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		n -= m
	}
	return nil
}

// Drain reads to the other end's FIN.
func (k *Socket) Drain() error {
	b := make([]byte, 1<<16)
	for {
		if _, err := k.Read(b); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("receive: %w", err)
		}
	}
}

// Read reads what there is, as read(2), and waits where there is nothing. At
// the other end's FIN the error is io.EOF.
func (k *Socket) Read(b []byte) (n int, err error) {
	if k.s.link.witness == nil {
		return k.f.Read(b)
	}
	c, err := k.f.SyscallConn()
	if err != nil {
		return 0, err
	}
	var inner error
	err = c.Read(func(fd uintptr) bool {
		k.s.link.act(func() { n, inner = unix.Read(int(fd), b) })
		return !errors.Is(inner, unix.EAGAIN) && !errors.Is(inner, unix.EINTR)
	})
	switch {
	case err != nil:
		return 0, err
	case inner != nil:
		return 0, fmt.Errorf("read: %w", inner)
	case n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	return n, nil
}

// Write writes all of b, waiting where the socket's buffer is full.
func (k *Socket) Write(b []byte) (n int, err error) {
	if k.s.link.witness == nil {
		return k.f.Write(b)
	}
	c, err := k.f.SyscallConn()
	if err != nil {
		return 0, err
	}
	for n < len(b) {
		var m int
		var inner error
		err = c.Write(func(fd uintptr) bool {
			k.s.link.act(func() { m, inner = unix.SendmsgN(int(fd), b[n:], nil, nil, unix.MSG_NOSIGNAL) })
			return !errors.Is(inner, unix.EAGAIN) && !errors.Is(inner, unix.EINTR)
		})
		if err = errors.Join(err, inner); err != nil {
			return n, fmt.Errorf("write: %w", err)
		}
		n += m
	}
	return n, nil
}

// SendTo sends a datagram, or with MSG_FASTOPEN the first octets of a
// connection.
func (k *Socket) SendTo(b []byte, flags int, to netip.AddrPort) error {
	return k.Control(func(fd int) error {
		if err := unix.Sendto(fd, b, flags, Sockaddr(to)); err != nil && !errors.Is(err, unix.EINPROGRESS) {
			return fmt.Errorf("sendto %v: %w", to, err)
		}
		return nil
	})
}

// ReceiveFrom waits for a datagram and returns who sent it.
func (k *Socket) ReceiveFrom(b []byte) (n int, from netip.AddrPort, err error) {
	c, err := k.f.SyscallConn()
	if err != nil {
		return 0, from, err
	}
	var inner error
	var who unix.Sockaddr
	err = c.Read(func(fd uintptr) bool {
		k.s.link.act(func() { n, who, inner = unix.Recvfrom(int(fd), b, 0) })
		return !errors.Is(inner, unix.EAGAIN) && !errors.Is(inner, unix.EINTR)
	})
	if err = errors.Join(err, inner); err != nil {
		return 0, from, fmt.Errorf("recvfrom: %w", err)
	}
	if a, ok := who.(*unix.SockaddrInet4); ok {
		from = netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	}
	return n, from, nil
}

// Patience is how long the socket's calls wait from now on. After Interrupt they
// wait no longer, whatever it is.
func (k *Socket) Patience(d time.Duration) {
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	if !k.s.over {
		k.f.SetDeadline(time.Now().Add(d))
	}
}

// Sleep waits, at most until the session's deadline or until it is interrupted.
func (s *Session) Sleep(d time.Duration) error {
	if time.Until(s.deadline) < d {
		return errors.New("the program takes longer than its limit")
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}
