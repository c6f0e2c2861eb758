package lesson

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
)

// Stage is what the programs of a lesson act on: both hosts, their sockets and
// the story. Its methods and those of conn end the lesson if something fails
// that should not: they panic with a failure, which run recovers.
type Stage struct {
	*lab.Session
	o *observer
	// ctx is done when the lesson is to end early: interrupt ends it.
	ctx       context.Context
	interrupt context.CancelFunc
}

// failure carries an error out of a program.
type failure struct{ err error }

// run calls a program and returns what made it fail.
func run(f func()) (err error) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case failure:
			err = x.err
		default:
			panic(x)
		}
	}()
	f()
	return nil
}

func must(err error) {
	if err != nil {
		panic(failure{err})
	}
}

// conn is a socket with the name of its host.
type conn struct {
	*lab.Socket
	p    *Stage
	host int
	name string // in the story: "client", "client 2"
}

// says adds a line to the story, unless the lesson is to end early: then what
// the programs observe is not what the network did.
func (p *Stage) says(format string, args ...any) {
	if p.Context().Err() == nil && p.ctx.Err() == nil {
		p.o.say(fmt.Sprintf(format, args...))
	}
}

// errorText is an error without Go's usual prefixes.
func errorText(err error) string {
	var errno unix.Errno
	switch {
	case err == nil:
		return "success"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "no answer for as long as it was willing to wait"
	case errors.As(err, &errno):
		return fmt.Sprintf("%s (%v)", unix.ErrnoName(errno), errno)
	}
	return err.Error()
}

// together runs programs concurrently and waits for all. If one fails the
// others stop waiting for anything.
func (p *Stage) together(programs ...func()) {
	errs := make([]error, len(programs))
	var all sync.WaitGroup
	for i, f := range programs {
		all.Go(func() {
			if err := run(f); err != nil && p.ctx.Err() == nil {
				errs[i] = err
				p.interrupt()
				p.Interrupt()
			}
		})
	}
	all.Wait()
	must(errors.Join(errs...))
	must(p.ctx.Err()) // the error of the one that was interrupted is not told
}

// socket makes a TCP socket at a host.
func (p *Stage) socket(host int) *conn {
	k, err := p.Socket(host)
	must(err)
	return &conn{k, p, host, sideNames[host]}
}

// listen opens the server's port.
func (p *Stage) listen(backlog int, options ...option) *conn {
	l := p.socket(1)
	must(l.Bind(p.At(1, lab.ServerPort)))
	l.with(options...)
	l.listen(backlog)
	return l
}

// listen opens a socket that has an address.
func (c *conn) listen(backlog int) {
	must(c.Control(func(fd int) error { return unix.Listen(fd, backlog) }))
	c.p.says("%s: listen() on port %d, backlog %d", c.name, lab.ServerPort, backlog)
}

// dial connects from the client and expects success.
func (p *Stage) dial(options ...option) *conn {
	c := p.socket(0)
	c.with(options...)
	must(c.connect())
	return c
}

// connect calls connect() to the server's port and waits for what becomes of it.
func (c *conn) connect() error {
	c.p.says("%s: connect() to port %d", c.name, lab.ServerPort)
	err := c.Connect(c.p.At(1, lab.ServerPort))
	if err != nil {
		c.p.says("%s: connect() fails: %s", c.name, errorText(err))
		return err
	}
	c.p.says("%s: connect() returns: the connection stands", c.name)
	return nil
}

// accept takes a connection out of the queue.
func (c *conn) accept() *conn {
	k, err := c.Accept()
	must(err)
	c.p.says("server: accept() returns a connection")
	return &conn{k, c.p, 1, "server"}
}

// pair is an established connection: client's end, server's end, the handshake
// known to both.
func (p *Stage) pair(options ...option) (client, server *conn) {
	l := p.listen(8)
	client = p.dial(options...)
	server = l.accept()
	return client, server
}

// write sends octets.
func (c *conn) write(n int) {
	c.p.says("%s: write() of %s octets", c.name, thousands(n))
	_, err := c.Write(letters(n))
	must(err)
}

// text sends a line.
func (c *conn) text(s string) error {
	s += "\n"
	c.p.says("%s: write() of %q", c.name, s)
	_, err := c.Write([]byte(s))
	return err
}

// letters are octets that a person can read.
func letters(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return b
}

// read reads n octets, which must be all.
func (c *conn) read(n int) {
	c.take(n)
	c.p.says("%s: read() has all %s octets", c.name, thousands(n))
}

// part reads n of more octets.
func (c *conn) part(n int) {
	c.take(n)
	c.p.says("%s: read() has %s octets of more", c.name, thousands(n))
}

func (c *conn) take(n int) {
	b := make([]byte, n)
	for got := 0; got < n; {
		m, err := c.Read(b[got:])
		must(err)
		got += m
	}
}

// eof reads to the other end's FIN.
func (c *conn) eof() {
	n := c.rest()
	if n > 0 {
		c.p.says("%s: read() gives %s octets and then 0: the other end has closed", c.name, thousands(n))
		return
	}
	c.p.says("%s: read() gives 0: the other end has closed", c.name)
}

func (c *conn) rest() (n int) {
	b := make([]byte, 1<<16)
	for {
		m, err := c.Read(b)
		n += m
		if errors.Is(err, io.EOF) {
			return n
		}
		must(err)
	}
}

// readFails reads when that can only fail, and tells why.
func (c *conn) readFails() {
	_, err := c.Read(make([]byte, 1))
	c.p.check(err != nil && err != io.EOF, "read() should have failed")
	c.p.says("%s: read() fails: %s", c.name, errorText(err))
}

func (c *conn) close() {
	c.p.says("%s: close()", c.name)
	must(c.Close())
}

func (c *conn) shut() {
	c.p.says("%s: shutdown(SHUT_WR): no more to send, still reading", c.name)
	must(c.Shut())
}

func (c *conn) abort() {
	c.p.says("%s: close() with SO_LINGER 0: abort", c.name)
	must(c.Abort())
}

// takeOnArrival makes a listening end accept a connection and read n octets of
// it at the moment when a segment of that name arrives, before anything else
// happens. The function returned says whether it did.
func (c *conn) takeOnArrival(name string, n int) (did func() error) {
	err := errors.New("no " + name + " arrived")
	c.p.o.onArrival(c.host, name, func() {
		var k *lab.Socket
		if k, err = c.AcceptHeld(); err != nil {
			return
		}
		c.p.says("%s: accept() returns a connection, with no ACK yet", c.name)
		err = k.Held(func(fd int) error {
			got, err := unix.Read(fd, make([]byte, n+1))
			if err == nil && got != n {
				err = fmt.Errorf("read() has %d octets, not %d", got, n)
			}
			return err
		})
		if err == nil {
			c.p.says("%s: read() has all %s octets", c.name, thousands(n))
			err = run(func() { c.p.socketsNow(c.host) })
		}
	})
	return func() error { return err }
}

// answerOnArrival makes an end read at the moment when it is sent data, and write a
// line in answer. A failure is ignored.
func (c *conn) answerOnArrival(s string) {
	c.p.o.onArrival(c.host, "DATA", func() {
		c.Held(func(fd int) error {
			b := make([]byte, 1<<12)
			n, err := unix.Read(fd, b)
			if err == nil {
				c.p.says("%s: hears %q", c.name, b[:n])
			}
			return err
		})
		c.p.says("%s: answers at once: write() of %q", c.name, s+"\n")
		c.writeNow(s)
	})
}

// textNow is text inside Together.
func (c *conn) textNow(s string) { must(c.writeNow(s)) }

func (c *conn) writeNow(s string) error {
	return c.Held(func(fd int) error { _, err := unix.Write(fd, []byte(s+"\n")); return err })
}

// shutNow is shut inside Together.
func (c *conn) shutNow() {
	must(c.Held(func(fd int) error { return unix.Shutdown(fd, unix.SHUT_WR) }))
}

// connectNow sends the SYN inside Together.
func (c *conn) connectNow(to netip.AddrPort) {
	must(c.Held(func(fd int) error {
		if err := unix.Connect(fd, lab.Sockaddr(to)); err != unix.EINPROGRESS {
			return fmt.Errorf("connect %v: %w", to, err)
		}
		return nil
	}))
}

// shutOnArrival makes the server's end close at the moment when a FIN arrives.
func (c *conn) shutOnArrival() {
	c.p.o.onArrival(c.host, "FIN", func() {
		c.Held(func(fd int) error { return unix.Shutdown(fd, unix.SHUT_WR) }) // if it fails, no FIN is seen
	})
}

// check ends the lesson if what it is to show does not happen.
func (p *Stage) check(ok bool, otherwise string) {
	if !ok {
		panic(failure{errors.New(otherwise)})
	}
}

// thousands writes a number with commas, as everywhere in a story.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
