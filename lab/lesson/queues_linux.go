package lesson

import (
	"fmt"
	"strings"

	"tcpwatch/lab"
)

// The ports of clients that never finish their handshake.
const (
	floodFirst = 40001
	floodLast  = 40008
)

// neverFinished loses every SYN-ACK to those clients.
var neverFinished = []lab.Rule{{What: lab.SYNACK, First: 1, Do: lab.Drop, Ports: [2]uint16{floodFirst, floodLast}}}

// flood begins a connection from each of those ports.
func flood(p *Stage) {
	p.says("clients on ports %d to %d: connect(), and every SYN-ACK to them is lost", floodFirst, floodLast)
	for port := uint16(floodFirst); port <= floodLast; port++ {
		k, err := p.Socket(0)
		must(err)
		must(k.Bind(p.At(0, port)))
		must(k.Begin(p.At(1, lab.ServerPort)))
	}
	p.quiet(settle)
	p.sockets(1)
}

// clients connects n sockets one after the other.
func clients(p *Stage, n int) {
	for i := range n {
		c := p.socket(0)
		c.name = fmt.Sprintf("client %d", i+1)
		must(c.connect())
		p.rows(0, "HANDSHAKE-ACK", i+1)
	}
}

func queueLessons() []*Lesson {
	handshakes := opened
	for _, n := range []string{"#2", "#3"} {
		handshakes += strings.ReplaceAll(opened, "|", n+" |")
	}
	return []*Lesson{
		{
			Name: "backlog-128", Group: Open, About: "the accept queue: three connections wait for accept()",
			Why:    "The kernel completes handshakes by itself; listen() says how many connections may wait for accept(). The clients stand in ESTABLISHED and may send although the program has not looked yet (listen(2), RFC 9293 §3.10.7.2, §3.10.7.4).",
			Words:  []string{"ESTABLISHED"},
			Link:   calm(10 * ms),
			Expect: handshakes,
			play: func(p *Stage) {
				l := p.listen(128)
				clients(p, 3)
				p.sockets(1)
				for range 3 {
					l.accept()
				}
				p.sockets(1)
			},
		},
		{
			Name: "backlog-1", Group: Open, About: "a backlog of 1: the queue is full, a SYN is dropped",
			Why:   "Linux lets backlog + 1 connections wait. When they do, a further SYN is dropped without a word, and the client's timer tries again: to the client it looks like a lost SYN (listen(2); RFC 9293 §3.8.1). So it does to a tap, even to the one at the server: tcpwatch says SYN-LOST and names both, near the server as possible only; the server's counters alone say which.",
			Words: []string{"SYN-LOST"},
			Link:  calm(10 * ms),
			Expect: opened + opened + `
	client SYN #3                | SYN-SENT LISTEN
	client SYN RETRANSMISSION #3 | SYN-SENT LISTEN
	server SYN-ACK #3            | SYN-SENT SYN-RECEIVED
	client HANDSHAKE-ACK #3      | ESTABLISHED ESTABLISHED
`,
			play: func(p *Stage) {
				l := p.listen(1)
				clients(p, 2)
				p.sockets(1)
				c := p.socket(0)
				c.name = "client 3"
				p.together(func() { must(c.connect()) }, func() {
					p.rows(0, "SYN", 3)
					p.quiet(settle)
					p.counted(1, "TcpExtListenOverflows", "TcpExtListenDrops")
					l.accept()
				})
				p.sockets(1)
			},
		},
		{
			Name: "accept-queue-full", Group: Trouble, About: "the last ACK is dropped: one end open, the other not",
			Why:      "Both SYNs came while there was room for one. The server drops the second ACK, stays in SYN-RECEIVED and sends its SYN-ACK again. The client cannot know and is in ESTABLISHED (RFC 9293 §3.5: its ACK needs no answer). tcpwatch gives no verdict: of a client that sends nothing more, a dropped ACK looks like a lost one.",
			Words:    []string{"SYN-RECEIVED"},
			Link:     calm(10 * ms),
			Settings: []Setting{{Name: "ipv4/tcp_syncookies", Value: "0", Why: "the server is to remember both SYNs, not to answer one with a cookie"}},
			Differs:  "An ACK that arrives and is dropped by the kernel looks like one that is taken. Only the SYN-ACK that comes again shows it, and then the step is taken back.",
			Expect: opened + `
	client SYN #2           | SYN-SENT LISTEN
	client SYN #3           | SYN-SENT LISTEN
	server SYN-ACK #2       | SYN-SENT SYN-RECEIVED
	server SYN-ACK #3       | SYN-SENT SYN-RECEIVED
	client HANDSHAKE-ACK #2 | ESTABLISHED ESTABLISHED
	client HANDSHAKE-ACK #3 | ESTABLISHED *
	server SYN-ACK RETRANSMISSION #3 | ESTABLISHED SYN-RECEIVED
	client #3 !lost         | ESTABLISHED *
`,
			play: func(p *Stage) {
				l := p.listen(1)
				clients(p, 1)
				b, c := p.socket(0), p.socket(0)
				p.says("clients 2 and 3: connect() at the same time")
				must(b.Begin(p.At(1, lab.ServerPort)))
				must(c.Begin(p.At(1, lab.ServerPort)))
				p.rows(0, "HANDSHAKE-ACK", 3)
				p.quiet(settle)
				p.sockets(1)
				p.counted(1, "TcpExtListenOverflows")
				l.accept()
				p.rows(1, "RETRANSMISSION", 1)
				p.quiet(settle)
				p.sockets(1)
			},
		},
		{
			Name: "syn-flood", Group: Trouble, About: "a SYN flood without cookies: nobody else gets in",
			Why:       "Every SYN that is never finished keeps a place in SYN-RECEIVED. When as many wait as the backlog allows the server drops further SYNs, those of honest clients too (RFC 4987 §2.2).",
			Words:     []string{"SYN-RECEIVED"},
			Shortened: "The honest client gives up after 300 ms, not after two minutes.",
			Link:      [2]lab.Path{{Delay: 5 * ms}, {Delay: 5 * ms, Rules: neverFinished}},
			Settings:  []Setting{{Name: "ipv4/tcp_syncookies", Value: "0", Why: "cookies are what saves a server from this: see syn-cookies"}},
			Expect: `
	client SYN #1 | SYN-SENT LISTEN
	...
	server SYN-ACK lost #1 | SYN-SENT SYN-RECEIVED
	...
	client SYN #9 | SYN-SENT LISTEN
`,
			play: func(p *Stage) {
				p.listen(4)
				flood(p)
				c := p.socket(0)
				c.name = "an honest client"
				c.Patience(300 * ms)
				err := c.connect()
				p.check(err != nil, "the honest client should not have got in")
				p.counted(1, "TcpExtListenDrops", "TcpExtSyncookiesSent")
			},
		},
		{
			Name: "syn-cookies", Group: Trouble, About: "the same flood with cookies: the honest client gets in",
			Why:      "With the queue full the server remembers nothing: it puts what it must know into the ISN of its SYN-ACK, and believes the ACK that brings ISN + 1 back (RFC 4987 §3.6). Until then its kernel has no socket to show, and does not count the cookies that it sends again. In the segments a cookie that is taken looks like any other SYN-ACK, so that tcpwatch gives no verdict.",
			Words:    []string{"SYN-ACK", "HANDSHAKE-ACK"},
			Link:     [2]lab.Path{{Delay: 5 * ms}, {Delay: 5 * ms, Rules: neverFinished}},
			Settings: []Setting{{Name: "ipv4/tcp_syncookies", Value: "1", Why: "cookies are sent when too many SYNs wait"}},
			Expect: `
	client SYN #1 | SYN-SENT LISTEN
	...
	client SYN #9           | SYN-SENT    LISTEN
	...
	server SYN-ACK #9       | SYN-SENT    SYN-RECEIVED
	...
	client HANDSHAKE-ACK #9 | ESTABLISHED ESTABLISHED
	...
`,
			play: func(p *Stage) {
				l := p.listen(4)
				flood(p)
				c := p.socket(0)
				c.name = "an honest client"
				must(c.connect())
				l.accept()
				p.counted(1, "TcpExtListenDrops", "TcpExtSyncookiesSent", "TcpExtSyncookiesRecv")
			},
		},
	}
}
