package lesson

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"

	"tcpwatch/analyze/state"
	"tcpwatch/lab"
)

func closeLessons() []*Lesson {
	return []*Lesson{
		{
			Name: "four-segments", Group: Close, About: "the close in four segments",
			Why:   "Each direction is closed by itself: a FIN says that no more will come, and its ACK is FIN + 1 because a FIN occupies one number. The end that closes first is left in TIME-WAIT (RFC 9293 §3.6, figure 12).",
			Words: []string{"FIN", "ACK-OF-FIN", "TIME-WAIT"},
			Link:  calm(20 * ms),
			Expect: opened + `
	client FIN        | FIN-WAIT-1 ESTABLISHED
	server ACK-OF-FIN | FIN-WAIT-2 CLOSE-WAIT
	server FIN        | FIN-WAIT-2 LAST-ACK
	client ACK-OF-FIN | TIME-WAIT  CLOSED
`,
			play: func(p *Stage) { closes(p.pair()) },
		},
		{
			Name: "three-segments", Group: Close, About: "three segments: the second FIN carries an ACK",
			Why:   "The kernel puts the ACK of a FIN off for a moment. A program that closes at once has its FIN carry it, and CLOSE-WAIT is left before anything showed it (RFC 9293 §3.6, §3.8.6.3).",
			Words: []string{"FIN", "LAST-ACK"},
			Link:  calm(20 * ms),
			Expect: opened + `
	client DATA       | ESTABLISHED ESTABLISHED
	server ACK        | ESTABLISHED ESTABLISHED
	client FIN        | FIN-WAIT-1 ESTABLISHED
	server FIN        | *          LAST-ACK
	client ACK-OF-FIN | TIME-WAIT  CLOSED
`,
			play: func(p *Stage) {
				c, s := p.pair()
				c.write(20) // a kernel that has had no data puts its ACK off for no time at all
				s.read(20)
				p.quiet(settle)
				s.shutOnArrival()
				p.says("server: will close the moment that a FIN arrives")
				c.close()
				p.state(0, state.TimeWait)
				s.Close()
			},
		},
		{
			Name: "server-first", Group: Close, About: "the server closes first and is left in TIME-WAIT",
			Why:   "TIME-WAIT belongs to the end that sends the first FIN, not to the client. A server that closes first gathers them on its own port (RFC 9293 §3.6, case 2 seen from the other side).",
			Words: []string{"TIME-WAIT"},
			Link:  calm(20 * ms),
			Expect: opened + `
	server FIN        | ESTABLISHED FIN-WAIT-1
	client ACK-OF-FIN | CLOSE-WAIT  FIN-WAIT-2
	client FIN        | LAST-ACK    FIN-WAIT-2
	server ACK-OF-FIN | CLOSED      TIME-WAIT
`,
			play: func(p *Stage) {
				c, s := p.pair()
				closes(s, c)
			},
		},
		{
			Name: "simultaneous-close", Group: Close, About: "both ends close at the same moment: the FINs cross",
			Why:   "Each end gets a FIN while it waits for the ACK of its own: it goes to CLOSING, and both are left in TIME-WAIT (RFC 9293 §3.6, figure 13).",
			Words: []string{"CLOSING", "TIME-WAIT"},
			Link:  calm(100 * ms),
			Expect: opened + `
	client FIN        | FIN-WAIT-1 ESTABLISHED
	server FIN        | FIN-WAIT-1 FIN-WAIT-1
	server ACK-OF-FIN        | *         CLOSING
	client ACK-OF-FIN        | CLOSING   TIME-WAIT
	server ACK-OF-FIN landed | TIME-WAIT *
`,
			play: func(p *Stage) {
				c, s := p.pair()
				p.quiet(3 * settle)
				p.says("client and server: shutdown(SHUT_WR) at the same moment")
				p.Together(c.shutNow, s.shutNow)
				p.state(0, state.TimeWait)
				p.state(1, state.TimeWait)
			},
		},
		{
			Name: "half-close", Group: Close, About: "one end has closed, the other goes on sending",
			Why:   "shutdown(SHUT_WR) ends one direction only. In FIN-WAIT-2 the client still reads; in CLOSE-WAIT the server still writes, for as long as it likes (RFC 9293 §3.6).",
			Words: []string{"FIN-WAIT-2", "CLOSE-WAIT"},
			Link:  calm(20 * ms),
			Expect: opened + `
	client FIN          | FIN-WAIT-1 ESTABLISHED
	server ACK-OF-FIN   | FIN-WAIT-2 CLOSE-WAIT
	server DATA len=100 | FIN-WAIT-2 CLOSE-WAIT
	client ACK          | FIN-WAIT-2 CLOSE-WAIT
	server DATA len=100 | FIN-WAIT-2 CLOSE-WAIT
	client ACK          | FIN-WAIT-2 CLOSE-WAIT
	server FIN          | FIN-WAIT-2 LAST-ACK
	client ACK-OF-FIN   | TIME-WAIT  CLOSED
`,
			play: func(p *Stage) {
				c, s := p.pair()
				p.quiet(settle)
				c.shut()
				s.eof()
				p.state(0, state.FinWait2)
				for range 2 {
					s.write(100)
					c.read(100)
					p.quiet(settle)
				}
				s.close()
				c.eof()
				c.close()
				p.state(0, state.TimeWait)
			},
		},
		{
			Name: "fin-lost", Group: Close, About: "the FIN is lost and sent again",
			Why:      "A FIN has a sequence number like an octet of data, so that a lost one is sent again by the same timer (RFC 9293 §3.4, RFC 6298 §5). Until then the server knows nothing and stays in ESTABLISHED.",
			Words:    []string{"FIN-WAIT-1"},
			Link:     rules(drop(lab.FIN, 1, 1), nil),
			Settings: noProbe,
			Expect: opened + `
	client FIN lost           | FIN-WAIT-1 ESTABLISHED
	client FIN RETRANSMISSION cause=rto | FIN-WAIT-1 ESTABLISHED
	server ACK-OF-FIN         | FIN-WAIT-2 CLOSE-WAIT
	server FIN                | FIN-WAIT-2 LAST-ACK
	client ACK-OF-FIN         | TIME-WAIT  CLOSED
`,
			play: func(p *Stage) { closes(p.pair()) },
		},
		{
			Name: "last-ack-lost", Group: Close, About: "the last ACK is lost: TIME-WAIT answers another FIN",
			Why:      "This is what TIME-WAIT is for. The server is in LAST-ACK and repeats its FIN; had the client forgotten the connection it would answer with a RST. It waits 2MSL, which begins anew with each such FIN (RFC 9293 §3.6, §3.10.7.4).",
			Words:    []string{"TIME-WAIT", "LAST-ACK"},
			Notes:    map[string]string{"SHOWN-SPURIOUS": "the first FIN had arrived. Only its acknowledgement was lost, which its sender cannot know."},
			Link:     rules(drop(lab.ACKOfFIN, 1, 1), nil),
			Settings: noProbe,
			Expect: opened + `
	client FIN                | FIN-WAIT-1 ESTABLISHED
	server ACK-OF-FIN         | FIN-WAIT-2 CLOSE-WAIT
	server FIN                | FIN-WAIT-2 LAST-ACK
	client ACK-OF-FIN lost    | TIME-WAIT  LAST-ACK
	server FIN RETRANSMISSION cause=rto | TIME-WAIT  LAST-ACK
	client ACK-OF-FIN !lost   | TIME-WAIT  CLOSED
`,
			play: func(p *Stage) {
				closes(p.pair())
				p.rows(0, "ACK-OF-FIN", 2)
			},
		},
		{
			Name: "abort", Group: Close, About: "a RST instead of a FIN (SO_LINGER 0)",
			Why:   "close() with SO_LINGER 0 is ABORT: what is not yet sent is thrown away, the other end is told with a RST, and neither is left in TIME-WAIT (RFC 9293 §3.10.5). §3.5.2 would have the end that resets wait there, which Linux does not.",
			Words: []string{"RST", "CLOSED"},
			Link:  calm(20 * ms),
			Expect: opened + `
	client DATA | ESTABLISHED ESTABLISHED
	server ACK  | ESTABLISHED ESTABLISHED
	client RST  | CLOSED      CLOSED
`,
			play: func(p *Stage) {
				c, s := p.pair()
				c.write(100)
				s.read(100)
				p.quiet(settle)
				c.abort()
				p.state(1, state.Closed)
				s.readFails()
			},
		},
		{
			Name: "unread-data", Group: Close, About: "close() with data unread: a RST nobody asked for",
			Why:   "The program closes while octets that it never read are in its buffer. A FIN would claim that all was well, so that the kernel sends a RST (RFC 2525 §2.17, RFC 9293 §3.6.1).",
			Words: []string{"RST"},
			Link:  calm(20 * ms),
			Expect: opened + `
	client DATA | ESTABLISHED ESTABLISHED
	server ACK  | ESTABLISHED ESTABLISHED
	server RST  | CLOSED      CLOSED
`,
			play: func(p *Stage) {
				c, s := p.pair()
				c.write(100)
				p.quiet(settle)
				s.close()
				p.state(0, state.Closed)
				c.readFails()
			},
		},
		{
			Name: "half-open", Group: Close, About: "one end has forgotten the connection, and resets it",
			Why:   "The server loses the connection, as in a crash, and its word of that is lost. The client goes on, and its next segment meets a port in CLOSED: the RST takes its sequence number from the ACK that it answers, so that the client believes it (RFC 9293 §3.5.1, figure 10, and §3.10.7.1). A server that listens again would answer the same: to LISTEN every ACK is bad (§3.10.7.2).",
			Words: []string{"RST"},
			Link:  rules(nil, drop(lab.Reset, 1, 1)),
			Expect: opened + `
	server RST lost | ESTABLISHED CLOSED
	client DATA     | ESTABLISHED CLOSED
	server RST      | CLOSED      CLOSED
`,
			play: func(p *Stage) {
				l := p.listen(8)
				c := p.dial()
				s := l.accept()
				p.quiet(settle)
				p.says("server: crashes, and all of its sockets are gone")
				must(errors.Join(l.Close(), s.Abort()))
				p.quiet(settle)
				p.sockets(1)
				c.write(100)
				p.state(0, state.Closed)
				c.readFails()
			},
		},
	}
}

// endLessons are about TIME-WAIT and ports.
func endLessons() []*Lesson {
	const serverClosed = opened + `
	server FIN        | ESTABLISHED FIN-WAIT-1
	client ACK-OF-FIN | CLOSE-WAIT  FIN-WAIT-2
	client FIN        | LAST-ACK    FIN-WAIT-2
	server ACK-OF-FIN | CLOSED      TIME-WAIT
`
	const again = `
	client SYN #2           | SYN-SENT    LISTEN
	server SYN-ACK #2       | SYN-SENT    SYN-RECEIVED
	client HANDSHAKE-ACK #2 | ESTABLISHED ESTABLISHED
`
	return []*Lesson{
		{
			Name: "address-in-use", Group: Trouble, About: "bind() fails in TIME-WAIT, SO_REUSEADDR helps",
			Why:    "A server that closed first and is started again finds its port in TIME-WAIT: EADDRINUSE. With SO_REUSEADDR it can listen, and takes another client; the connection in TIME-WAIT stays protected by its tuple (socket(7), RFC 9293 §3.6.1).",
			Words:  []string{"TIME-WAIT"},
			Link:   calm(20 * ms),
			Expect: serverClosed + again,
			play: func(p *Stage) {
				l := p.listen(8)
				c := p.dial()
				s := l.accept()
				closes(s, c)
				p.state(0, state.Closed)
				p.says("server: close() of the socket that listens")
				must(l.Close())
				p.says("server: ends, and is started again")
				p.sockets(1)
				k := p.socket(1)
				at := lab.Sockaddr(p.At(1, lab.ServerPort))
				err := k.Control(func(fd int) error { return unix.Bind(fd, at) })
				p.says("server: bind() without SO_REUSEADDR: %s", errorText(err))
				p.check(err == unix.EADDRINUSE, "bind() should have failed with EADDRINUSE")
				k.with(reuseAddr)
				err = k.Control(func(fd int) error { return unix.Bind(fd, at) })
				p.says("server: bind(): %s", errorText(err))
				must(err)
				k.listen(8)
				p.dial()
				k.accept()
				p.sockets(1)
			},
		},
		{
			Name: "tuple-reused", Group: Trouble, About: "the same tuple again: a higher ISN ends TIME-WAIT",
			Why:      "The tuple is still in TIME-WAIT at the server. A SYN whose ISN is above all numbers of the old connection cannot be a delayed one of that, and the server may take it at once (RFC 9293 §3.6.1, RFC 6191 §2); Linux chooses ISNs that rise with time (RFC 9293 §3.4.1). With timestamps a later one does as well (RFC 6191 §2).",
			Words:    []string{"TIME-WAIT", "SYN"},
			Link:     calm(20 * ms),
			Settings: []Setting{{Name: "ipv4/tcp_timestamps", Value: "0", Why: "the ISN alone is to decide"}},
			Expect:   serverClosed + strings.NewReplacer("LISTEN", "TIME-WAIT", "client SYN #2", "client SYN #2 above").Replace(again),
			play: func(p *Stage) {
				l := p.listen(8)
				dial := func() *conn {
					c := p.socket(0)
					p.says("client: bind() to port 45678")
					must(c.Bind(p.At(0, 45678)))
					must(c.connect())
					return c
				}
				c := dial()
				s := l.accept()
				closes(s, c)
				p.state(0, state.Closed)
				p.sockets(1)
				dial()
				l.accept()
				p.sockets(1)
			},
		},
		{
			Name: "ports-run-out", Group: Trouble, About: "a client's ports run out: all are in TIME-WAIT",
			Why:   "Each connection that the client closes first keeps its port for 2MSL towards that server. When all are in TIME-WAIT connect() fails at once with EADDRNOTAVAIL, and no packet is sent (connect(2), RFC 9293 §3.6.1).",
			Words: []string{"TIME-WAIT"},
			Link:  calm(5 * ms),
			Settings: []Setting{
				{Name: "ipv4/ip_local_port_range", Value: "50000 50003", Why: "four ports run out sooner than thousands"},
				{Name: "ipv4/tcp_tw_reuse", Value: "0", Why: "no port in TIME-WAIT is to be taken again, not even where timestamps would make it safe"},
			},
			Expect: "client SYN #1 | SYN-SENT LISTEN\n...\nclient ACK-OF-FIN #1 | TIME-WAIT CLOSED\n" +
				"client SYN #2 | SYN-SENT LISTEN\n...\nclient ACK-OF-FIN #2 | TIME-WAIT CLOSED\n" +
				"client SYN #3 | SYN-SENT LISTEN\n...\nclient ACK-OF-FIN #3 | TIME-WAIT CLOSED\n" +
				"client SYN #4 | SYN-SENT LISTEN\n...\nclient ACK-OF-FIN #4 | TIME-WAIT CLOSED\n",
			play: func(p *Stage) {
				l := p.listen(8)
				for range 4 {
					c := p.dial()
					s := l.accept()
					closes(c, s)
					p.quiet(settle)
				}
				p.sockets(0)
				err := p.socket(0).connect()
				p.check(err != nil, "connect() should have failed")
			},
		},
	}
}

// closes makes one end close and then the other one, in four segments.
func closes(first, second *conn) {
	p := first.p
	p.quiet(settle)
	first.close()
	second.eof()
	p.state(first.host, state.FinWait2) // the ACK is put off for 40 ms at most
	second.close()
	p.state(first.host, state.TimeWait)
}
