package scenario

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
)

// Both runs the two ends and returns when both ended. Either's error fails the
// run.
func Both(client, server func() error) error {
	failed := make(chan error, 1)
	go func() { failed <- server() }()
	err := client()
	return errors.Join(err, <-failed)
}

// serve accepts n connections and handles each in its own goroutine. What goes
// wrong with one belongs to the experiment.
func serve(s *lab.Session, l *lab.Socket, n int, handle func(*lab.Socket) error) error {
	var all sync.WaitGroup
	defer all.Wait()
	for range n {
		k, err := l.Accept()
		if err != nil {
			return err
		}
		all.Go(func() { s.Say(handle(k)) })
	}
	return nil
}

// listening runs a client against n accepted connections. A client that gives
// up ends the accepting too.
func listening(n int, handle func(*lab.Session, *lab.Socket) error, client func(*lab.Session) error) lab.Program {
	return func(s *lab.Session) error {
		l, err := s.Listen(256)
		if err != nil {
			return err
		}
		server := func() error {
			s.Say(serve(s, l, n, func(k *lab.Socket) error { return handle(s, k) }))
			return nil
		}
		return Both(func() error {
			err := client(s)
			l.Patience(3 * time.Second)
			return err
		}, server)
	}
}

// sink reads everything and closes.
func sink(_ *lab.Session, k *lab.Socket) error { return errors.Join(k.Drain(), k.Close()) }

// Bulk sends octets over one connection and closes.
func Bulk(octets int, options ...func(*lab.Socket) error) lab.Program {
	return listening(1, sink, func(s *lab.Session) error {
		k, err := s.Dial(0, options...)
		if err != nil {
			return err
		}
		if err := k.Send(octets, 1<<16); err != nil {
			return err
		}
		if err := k.Shut(); err != nil {
			return err
		}
		return errors.Join(k.Drain(), k.Close())
	})
}

// echo sends octets and has them sent back.
func echo(octets int) lab.Program {
	return listening(1, func(_ *lab.Session, k *lab.Socket) error {
		b := make([]byte, 1<<14)
		for {
			n, err := k.Read(b)
			if err != nil {
				return k.Close()
			}
			if _, err := k.Write(b[:n]); err != nil {
				return err
			}
		}
	}, func(s *lab.Session) error {
		k, err := s.Dial(0)
		if err != nil {
			return err
		}
		err = Both(func() error { return errors.Join(k.Send(octets, 1<<14), k.Shut()) }, k.Drain)
		return errors.Join(err, k.Close())
	})
}

// Requests makes n short connections: a request, an answer of octets, closed
// by the client. At most atOnce run at a time.
func Requests(n, atOnce, octets int) lab.Program {
	answer := func(_ *lab.Session, k *lab.Socket) error {
		err := k.Receive(200)
		if err == nil {
			err = k.Send(octets, 4096)
		}
		return errors.Join(err, k.Drain(), k.Close())
	}
	return listening(n, answer, func(s *lab.Session) error {
		return many(s, n, atOnce, func(int) error {
			k, err := s.Dial(0)
			if err != nil {
				return err
			}
			err = errors.Join(k.Send(200, 200), k.Receive(octets))
			return errors.Join(err, k.Close())
		})
	})
}

// many calls f n times, atOnce at a time; errors are the experiment's.
func many(s *lab.Session, n, atOnce int, f func(i int) error) error {
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			s.Say(f(i))
			<-slots
		})
	}
	all.Wait()
	return nil
}

// trickle writes small pieces with pauses: thin streams without fast
// retransmission.
func trickle(pieces, octets int, pause time.Duration) lab.Program {
	return listening(1, sink, func(s *lab.Session) error {
		k, err := s.Dial(0, func(k *lab.Socket) error { return k.Set(unix.IPPROTO_TCP, unix.TCP_NODELAY, 1) })
		if err != nil {
			return err
		}
		for range pieces {
			if err := k.Send(octets, octets); err != nil {
				return err
			}
			time.Sleep(pause)
		}
		return errors.Join(k.Shut(), k.Drain(), k.Close())
	})
}

// halfClose has the server go on sending after the client's FIN.
func halfClose(n int, pause time.Duration) lab.Program {
	return listening(n, func(s *lab.Session, k *lab.Socket) error {
		if err := k.Drain(); err != nil {
			return err
		}
		if err := s.Sleep(pause); err != nil {
			return err
		}
		return errors.Join(k.Send(20000, 4096), k.Close())
	}, func(s *lab.Session) error {
		return many(s, n, n, func(int) error {
			k, err := s.Dial(0)
			if err != nil {
				return err
			}
			err = errors.Join(k.Send(100, 100), k.Shut(), k.Drain())
			return errors.Join(err, k.Close())
		})
	})
}

// serverCloses has the server send and close first. port is the client's; 0
// for any.
func serverCloses(n, atOnce, octets int, port uint16, pause time.Duration) lab.Program {
	return listening(n, func(_ *lab.Session, k *lab.Socket) error {
		err := k.Send(octets, 4096)
		return errors.Join(err, k.Shut(), k.Drain(), k.Close())
	}, func(s *lab.Session) error {
		return many(s, n, atOnce, func(i int) error {
			k, err := s.Dial(port)
			if err != nil {
				return err
			}
			err = errors.Join(k.Drain(), k.Close())
			time.Sleep(pause)
			return err
		})
	})
}

// simultaneousClose has both ends send their FIN at the same time.
func simultaneousClose(n int) lab.Program {
	return func(s *lab.Session) error {
		l, err := s.Listen(64)
		if err != nil {
			return err
		}
		for range n {
			var a, b *lab.Socket
			err := Both(func() (err error) { a, err = s.Dial(0); return }, func() (err error) { b, err = l.Accept(); return })
			if err != nil {
				return err
			}
			if err := Both(func() error { return a.Send(50, 50) }, func() error { return b.Receive(50) }); err != nil {
				return err
			}
			time.Sleep(200 * time.Millisecond)
			if err := Both(a.Shut, b.Shut); err != nil {
				return err
			}
			if err := Both(a.Drain, b.Drain); err != nil {
				return err
			}
			if err := errors.Join(a.Close(), b.Close()); err != nil {
				return err
			}
		}
		return nil
	}
}

// simultaneousOpen has both ends send their SYN at the same time.
func simultaneousOpen(n int) lab.Program {
	return func(s *lab.Session) error {
		for i := range n {
			port := uint16(7700 + i)
			a, err := s.Socket(0)
			if err != nil {
				return err
			}
			b, err := s.Socket(1)
			if err != nil {
				return err
			}
			if err := errors.Join(a.Bind(s.At(0, port)), b.Bind(s.At(1, lab.ServerPort))); err != nil {
				return err
			}
			err = Both(func() error { return a.Connect(s.At(1, lab.ServerPort)) }, func() error { return b.Connect(s.At(0, port)) })
			if err != nil {
				s.Say(err)
				continue
			}
			exchange := func(k *lab.Socket) error { return errors.Join(k.Send(3000, 3000), k.Receive(3000)) }
			s.Say(Both(func() error { return exchange(a) }, func() error { return exchange(b) }))
			s.Say(errors.Join(a.Shut(), b.Drain(), b.Close(), a.Drain(), a.Close()))
		}
		return nil
	}
}

// aborts ends each connection with a RST after some data.
func aborts(n int, serverToo bool) lab.Program {
	return listening(n, func(_ *lab.Session, k *lab.Socket) error {
		if serverToo {
			return errors.Join(k.Receive(100), k.Send(50000, 4096), k.Abort())
		}
		k.Drain() // ends with a reset
		return k.Close()
	}, func(s *lab.Session) error {
		return many(s, n, 4, func(int) error {
			k, err := s.Dial(0)
			if err != nil {
				return err
			}
			err = k.Send(5000, 5000)
			if serverToo {
				k.Drain()
				return errors.Join(err, k.Close())
			}
			time.Sleep(20 * time.Millisecond)
			return errors.Join(err, k.Abort())
		})
	})
}

// unread closes with data unread, which makes the kernel send a RST.
func unread(n int) lab.Program {
	return listening(n, func(s *lab.Session, k *lab.Socket) error {
		if err := s.Sleep(100 * time.Millisecond); err != nil {
			return err
		}
		return k.Close()
	}, func(s *lab.Session) error {
		return many(s, n, n, func(int) error {
			k, err := s.Dial(0)
			if err != nil {
				return err
			}
			err = k.Send(10000, 10000)
			time.Sleep(300 * time.Millisecond)
			return errors.Join(err, k.Close())
		})
	})
}

// Refused connects to a port where nobody listens.
func Refused(n int) lab.Program {
	return func(s *lab.Session) error {
		return many(s, n, 1, func(int) error {
			_, err := s.Dial(0)
			if err == nil {
				return fmt.Errorf("connected where nobody listens")
			}
			return err
		})
	}
}

// patient is an option of Dial: how long the calls of a socket wait.
func patient(d time.Duration) func(*lab.Socket) error {
	return func(k *lab.Socket) error { k.Patience(d); return nil }
}

// unanswered connects n times, and gives up.
func unanswered(n int, patience time.Duration) lab.Program {
	return func(s *lab.Session) error {
		return many(s, n, n, func(int) error {
			_, err := s.Dial(0, patient(patience))
			return err
		})
	}
}

// intoBuffer sends octets to a server with a small buffer, which reads as read does.
func intoBuffer(octets, buf int, read func(*lab.Session, *lab.Socket) error) lab.Program {
	return func(s *lab.Session) error {
		l, err := s.Listen(8, func(k *lab.Socket) error { return k.Set(unix.SOL_SOCKET, unix.SO_RCVBUF, buf) })
		if err != nil {
			return err
		}
		return Both(func() error {
			k, err := s.Dial(0)
			if err != nil {
				return err
			}
			return errors.Join(k.Send(octets, 1<<16), k.Shut(), k.Drain(), k.Close())
		}, func() error {
			k, err := l.Accept()
			if err != nil {
				return err
			}
			return read(s, k)
		})
	}
}

// zeroWindow has a reader that sleeps until its buffer is full.
func zeroWindow(octets int, pause time.Duration) lab.Program {
	return intoBuffer(octets, 65536, func(s *lab.Session, k *lab.Socket) error {
		if err := s.Sleep(pause); err != nil {
			return err
		}
		return errors.Join(k.Drain(), k.Close())
	})
}

// keepAlive leaves a connection idle but for keep-alives.
func keepAlive(idle time.Duration) lab.Program {
	on := func(k *lab.Socket) error {
		return errors.Join(k.Set(unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1), k.Set(unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 1), k.Set(unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 1))
	}
	return listening(1, sink, func(s *lab.Session) error {
		k, err := s.Dial(0, on)
		if err != nil {
			return err
		}
		err = errors.Join(k.Send(3000, 3000), s.Sleep(idle), k.Send(3000, 3000))
		return errors.Join(err, k.Shut(), k.Drain(), k.Close())
	})
}

// overflow connects more often than a listener that never accepts has room for.
func overflow(n, backlog int, patience time.Duration) lab.Program {
	return func(s *lab.Session) error {
		if _, err := s.Listen(backlog); err != nil {
			return err
		}
		return many(s, n, n, func(int) error {
			k, err := s.Dial(0, patient(patience))
			if err != nil {
				return err
			}
			err = k.Send(100, 100)
			time.Sleep(patience)
			return errors.Join(err, k.Close())
		})
	}
}
