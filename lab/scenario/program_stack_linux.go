package scenario

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
)

// tcpOption sets an option of TCP to a number, for Dial and Listen.
func tcpOption(option, value int) func(*lab.Socket) error {
	return func(k *lab.Socket) error { return k.Set(unix.IPPROTO_TCP, option, value) }
}

// slowReader reads pieces with pauses from a small buffer.
func slowReader(octets, buf, piece int, pause time.Duration) lab.Program {
	return intoBuffer(octets, buf, func(_ *lab.Session, k *lab.Socket) error {
		b := make([]byte, piece)
		for {
			if _, err := k.Read(b); err != nil {
				return k.Close()
			}
			time.Sleep(pause)
		}
	})
}

// rounds makes n requests and answers, one after the other, over each of some connections.
func rounds(conns, n, request, answer int, pause time.Duration) lab.Program {
	return listening(conns, func(_ *lab.Session, k *lab.Socket) error {
		for range n {
			if err := k.Receive(request); err != nil {
				return errors.Join(err, k.Close())
			}
			if err := k.Send(answer, 8192); err != nil {
				return errors.Join(err, k.Close())
			}
		}
		return errors.Join(k.Drain(), k.Close())
	}, func(s *lab.Session) error {
		return many(s, conns, conns, func(int) error {
			k, err := s.Dial(0)
			if err != nil {
				return err
			}
			for range n {
				if err := errors.Join(k.Send(request, request), k.Receive(answer)); err != nil {
					return errors.Join(err, k.Close())
				}
				time.Sleep(pause)
			}
			return errors.Join(k.Shut(), k.Drain(), k.Close())
		})
	})
}

// fastOpens makes n connections one after the other, whose first octets come with the SYN
// once there is a cookie (RFC 7413).
func fastOpens(n, octets int) lab.Program {
	return func(s *lab.Session) error {
		l, err := s.Listen(64, tcpOption(unix.TCP_FASTOPEN, 32))
		if err != nil {
			return err
		}
		return Both(func() error {
			err := many(s, n, 1, func(i int) error {
				k, err := s.Socket(0)
				if err != nil {
					return err
				}
				if err := k.SendTo(make([]byte, octets), unix.MSG_FASTOPEN, s.At(1, lab.ServerPort)); err != nil {
					return err
				}
				if i == 0 { // asks for the cookie; what it wrote is sent after the handshake
					time.Sleep(100 * ms)
					s.Say(k.Send(octets, octets))
				}
				return errors.Join(k.Shut(), k.Drain(), k.Close())
			})
			l.Patience(3 * time.Second)
			return err
		}, func() error {
			s.Say(serve(s, l, n, func(k *lab.Socket) error { return errors.Join(k.Drain(), k.Send(5000, 5000), k.Close()) }))
			return nil
		})
	}
}

// urgent sends octets with urgent ones among them.
func urgent(n int) lab.Program {
	return listening(1, sink, func(s *lab.Session) error {
		k, err := s.Dial(0)
		if err != nil {
			return err
		}
		for range n {
			err := errors.Join(k.Send(3000, 3000), k.Control(func(fd int) error {
				return unix.Sendto(fd, []byte("!"), unix.MSG_OOB, nil)
			}))
			if err != nil {
				return err
			}
			time.Sleep(3 * ms)
		}
		return errors.Join(k.Shut(), k.Drain(), k.Close())
	})
}

// gone has the path cut in the middle of a transfer; the client gives up.
func gone(on func(*lab.Socket) error, wait time.Duration) lab.Program {
	return func(s *lab.Session) error {
		l, err := s.Listen(8)
		if err != nil {
			return err
		}
		return Both(func() error {
			k, err := s.Dial(0, on)
			if err != nil {
				return err
			}
			s.Say(k.Send(3000, 3000))
			time.Sleep(100 * ms)
			s.Cut()
			s.Say(k.Send(20000, 20000))
			time.Sleep(wait)
			return k.Close()
		}, func() error {
			k, err := l.Accept()
			if err != nil {
				return err
			}
			time.Sleep(wait)
			return k.Abort()
		})
	}
}

// longAnswer has the server answer at length after the client's FIN.
func longAnswer(n, octets int) lab.Program {
	return listening(n, func(s *lab.Session, k *lab.Socket) error {
		if err := k.Drain(); err != nil {
			return err
		}
		return errors.Join(k.Send(octets, 1<<16), k.Close())
	}, func(s *lab.Session) error {
		return many(s, n, n, func(int) error {
			k, err := s.Dial(0)
			if err != nil {
				return err
			}
			return errors.Join(k.Send(100, 100), k.Shut(), k.Drain(), k.Close())
		})
	})
}

// pauses sends bursts of octets with pauses between them.
func pauses(octets, bursts int, pause time.Duration) lab.Program {
	return listening(1, sink, func(s *lab.Session) error {
		k, err := s.Dial(0)
		if err != nil {
			return err
		}
		for range bursts {
			if err := k.Send(octets, octets); err != nil {
				return err
			}
			time.Sleep(pause)
		}
		return errors.Join(k.Shut(), k.Drain(), k.Close())
	})
}
