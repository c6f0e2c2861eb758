package lab

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// both runs the two ends and returns when both ended. Either's error fails the
// run.
func both(client, server func() error) error {
	failed := make(chan error, 1)
	go func() { failed <- server() }()
	err := client()
	return errors.Join(err, <-failed)
}

// serve accepts n connections and handles each in its own goroutine. What goes
// wrong with one belongs to the experiment.
func (s *session) serve(l *socket, n int, handle func(*socket) error) error {
	var all sync.WaitGroup
	defer all.Wait()
	for range n {
		k, err := l.accept()
		if err != nil {
			return err
		}
		all.Go(func() { s.say(handle(k)) })
	}
	return nil
}

// listening runs a client against n accepted connections. A client that gives
// up ends the accepting too.
func listening(n int, handle func(*session, *socket) error, client func(*session) error) program {
	return func(s *session) error {
		l, err := s.listen(256)
		if err != nil {
			return err
		}
		server := func() error {
			s.say(s.serve(l, n, func(k *socket) error { return handle(s, k) }))
			return nil
		}
		return both(func() error {
			err := client(s)
			l.f.SetDeadline(time.Now().Add(3 * time.Second))
			return err
		}, server)
	}
}

// sink reads everything and closes.
func sink(_ *session, k *socket) error { return errors.Join(k.drain(), k.close()) }

// bulk sends octets over one connection and closes.
func bulk(octets int, options ...func(*socket) error) program {
	return listening(1, sink, func(s *session) error {
		k, err := s.dial(0, options...)
		if err != nil {
			return err
		}
		if err := k.send(octets, 1<<16); err != nil {
			return err
		}
		if err := k.shut(); err != nil {
			return err
		}
		return errors.Join(k.drain(), k.close())
	})
}

// echo sends octets and has them sent back.
func echo(octets int) program {
	return listening(1, func(_ *session, k *socket) error {
		b := make([]byte, 1<<14)
		for {
			n, err := k.f.Read(b)
			if err != nil {
				return k.close()
			}
			if _, err := k.f.Write(b[:n]); err != nil {
				return err
			}
		}
	}, func(s *session) error {
		k, err := s.dial(0)
		if err != nil {
			return err
		}
		err = both(func() error { return errors.Join(k.send(octets, 1<<14), k.shut()) }, k.drain)
		return errors.Join(err, k.close())
	})
}

// requests makes n short connections: a request, an answer of octets, closed
// by the client. At most atOnce run at a time.
func requests(n, atOnce, octets int) program {
	answer := func(_ *session, k *socket) error {
		err := k.receive(200)
		if err == nil {
			err = k.send(octets, 4096)
		}
		return errors.Join(err, k.drain(), k.close())
	}
	return listening(n, answer, func(s *session) error {
		return s.many(n, atOnce, func(int) error {
			k, err := s.dial(0)
			if err != nil {
				return err
			}
			err = errors.Join(k.send(200, 200), k.receive(octets))
			return errors.Join(err, k.close())
		})
	})
}

// many calls f n times, atOnce at a time; errors are the experiment's.
func (s *session) many(n, atOnce int, f func(i int) error) error {
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			s.say(f(i))
			<-slots
		})
	}
	all.Wait()
	return nil
}

// trickle writes small pieces with pauses: thin streams without fast
// retransmission.
func trickle(pieces, octets int, pause time.Duration) program {
	return listening(1, sink, func(s *session) error {
		k, err := s.dial(0, func(k *socket) error { return k.set(unix.IPPROTO_TCP, unix.TCP_NODELAY, 1) })
		if err != nil {
			return err
		}
		for range pieces {
			if err := k.send(octets, octets); err != nil {
				return err
			}
			time.Sleep(pause)
		}
		return errors.Join(k.shut(), k.drain(), k.close())
	})
}

// halfClose has the server go on sending after the client's FIN.
func halfClose(n int, pause time.Duration) program {
	return listening(n, func(s *session, k *socket) error {
		if err := k.drain(); err != nil {
			return err
		}
		if err := s.sleep(pause); err != nil {
			return err
		}
		return errors.Join(k.send(20000, 4096), k.close())
	}, func(s *session) error {
		return s.many(n, n, func(int) error {
			k, err := s.dial(0)
			if err != nil {
				return err
			}
			err = errors.Join(k.send(100, 100), k.shut(), k.drain())
			return errors.Join(err, k.close())
		})
	})
}

// serverCloses has the server send and close first. port is the client's; 0
// for any.
func serverCloses(n, atOnce, octets int, port uint16, pause time.Duration) program {
	return listening(n, func(_ *session, k *socket) error {
		err := k.send(octets, 4096)
		return errors.Join(err, k.shut(), k.drain(), k.close())
	}, func(s *session) error {
		return s.many(n, atOnce, func(i int) error {
			k, err := s.dial(port)
			if err != nil {
				return err
			}
			err = errors.Join(k.drain(), k.close())
			time.Sleep(pause)
			return err
		})
	})
}

// simultaneousClose has both ends send their FIN at the same time.
func simultaneousClose(n int) program {
	return func(s *session) error {
		l, err := s.listen(64)
		if err != nil {
			return err
		}
		for range n {
			var a, b *socket
			err := both(func() (err error) { a, err = s.dial(0); return }, func() (err error) { b, err = l.accept(); return })
			if err != nil {
				return err
			}
			if err := both(func() error { return a.send(50, 50) }, func() error { return b.receive(50) }); err != nil {
				return err
			}
			time.Sleep(200 * time.Millisecond)
			if err := both(a.shut, b.shut); err != nil {
				return err
			}
			if err := both(a.drain, b.drain); err != nil {
				return err
			}
			if err := errors.Join(a.close(), b.close()); err != nil {
				return err
			}
		}
		return nil
	}
}

// simultaneousOpen has both ends send their SYN at the same time.
func simultaneousOpen(n int) program {
	return func(s *session) error {
		for i := range n {
			port := uint16(7700 + i)
			a, err := s.socket(0)
			if err != nil {
				return err
			}
			b, err := s.socket(1)
			if err != nil {
				return err
			}
			if err := errors.Join(a.bind(s.at(0, port)), b.bind(s.at(1, serverPort))); err != nil {
				return err
			}
			err = both(func() error { return a.connect(s.at(1, serverPort)) }, func() error { return b.connect(s.at(0, port)) })
			if err != nil {
				s.say(err)
				continue
			}
			exchange := func(k *socket) error { return errors.Join(k.send(3000, 3000), k.receive(3000)) }
			s.say(both(func() error { return exchange(a) }, func() error { return exchange(b) }))
			s.say(errors.Join(a.shut(), b.drain(), b.close(), a.drain(), a.close()))
		}
		return nil
	}
}

// aborts ends each connection with a RST after some data.
func aborts(n int, serverToo bool) program {
	return listening(n, func(_ *session, k *socket) error {
		if serverToo {
			return errors.Join(k.receive(100), k.send(50000, 4096), k.abort())
		}
		k.drain() // ends with a reset
		return k.close()
	}, func(s *session) error {
		return s.many(n, 4, func(int) error {
			k, err := s.dial(0)
			if err != nil {
				return err
			}
			err = k.send(5000, 5000)
			if serverToo {
				k.drain()
				return errors.Join(err, k.close())
			}
			time.Sleep(20 * time.Millisecond)
			return errors.Join(err, k.abort())
		})
	})
}

// unread closes with data unread, which makes the kernel send a RST.
func unread(n int) program {
	return listening(n, func(s *session, k *socket) error {
		if err := s.sleep(100 * time.Millisecond); err != nil {
			return err
		}
		return k.close()
	}, func(s *session) error {
		return s.many(n, n, func(int) error {
			k, err := s.dial(0)
			if err != nil {
				return err
			}
			err = k.send(10000, 10000)
			time.Sleep(300 * time.Millisecond)
			return errors.Join(err, k.close())
		})
	})
}

// refused connects to a port where nobody listens.
func refused(n int) program {
	return func(s *session) error {
		return s.many(n, 1, func(int) error {
			_, err := s.dial(0)
			if err == nil {
				return fmt.Errorf("connected where nobody listens")
			}
			return err
		})
	}
}

// unanswered connects n times, and gives up.
func unanswered(n int, patience time.Duration) program {
	return func(s *session) error {
		s.deadline = time.Now().Add(patience)
		return s.many(n, n, func(int) error {
			_, err := s.dial(0)
			return err
		})
	}
}

// zeroWindow has a reader that sleeps until its buffer is full.
func zeroWindow(octets int, pause time.Duration) program {
	return func(s *session) error {
		l, err := s.listen(8, func(k *socket) error { return k.set(unix.SOL_SOCKET, unix.SO_RCVBUF, 65536) })
		if err != nil {
			return err
		}
		return both(func() error {
			k, err := s.dial(0)
			if err != nil {
				return err
			}
			return errors.Join(k.send(octets, 1<<16), k.shut(), k.drain(), k.close())
		}, func() error {
			k, err := l.accept()
			if err != nil {
				return err
			}
			if err := s.sleep(pause); err != nil {
				return err
			}
			return errors.Join(k.drain(), k.close())
		})
	}
}

// keepAlive leaves a connection idle but for keep-alives.
func keepAlive(idle time.Duration) program {
	on := func(k *socket) error {
		return errors.Join(k.set(unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1), k.set(unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 1), k.set(unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 1))
	}
	return listening(1, sink, func(s *session) error {
		k, err := s.dial(0, on)
		if err != nil {
			return err
		}
		err = errors.Join(k.send(3000, 3000), s.sleep(idle), k.send(3000, 3000))
		return errors.Join(err, k.shut(), k.drain(), k.close())
	})
}

// overflow connects more often than a listener that never accepts has room for.
func overflow(n, backlog int, patience time.Duration) program {
	return func(s *session) error {
		if _, err := s.listen(backlog); err != nil {
			return err
		}
		return s.many(n, n, func(int) error {
			k, err := s.socket(0)
			if err != nil {
				return err
			}
			k.f.SetDeadline(time.Now().Add(patience))
			if err := k.connect(s.at(1, serverPort)); err != nil {
				return errors.Join(err, k.close())
			}
			err = k.send(100, 100)
			time.Sleep(patience)
			return errors.Join(err, k.close())
		})
	}
}
