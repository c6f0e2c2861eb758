package lesson

import (
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/analyze/state"
	"tcpwatch/lab"
)

const ms = time.Millisecond

// calm is a link with only a delay: a round trip of 2d.
func calm(d time.Duration) [2]lab.Path { return [2]lab.Path{{Delay: d}, {Delay: d}} }

// rules is a link of a round trip of 40 ms with rules for each direction.
func rules(client, server []lab.Rule) [2]lab.Path {
	return [2]lab.Path{{Delay: 20 * ms, Rules: client}, {Delay: 20 * ms, Rules: server}}
}

// drop loses the first-th to last-th packet of a kind.
func drop(what lab.Match, first, last int) []lab.Rule {
	return []lab.Rule{{What: what, First: first, Last: last, Do: lab.Drop}}
}

const opened = `
	client SYN           | SYN-SENT    LISTEN
	server SYN-ACK       | SYN-SENT    SYN-RECEIVED
	client HANDSHAKE-ACK | ESTABLISHED ESTABLISHED
`

// guessed says why a tap assumes an end to listen that does not.
const guessed = "a tap sees no sockets, and guesses that whoever gets a SYN listens. The kernel knows better: nobody does."

// firstWindow says why a window seems to have grown after a handshake.
const firstWindow = "the window of a SYN is not scaled (RFC 7323 §2.2), and the first one that is differs a little from it."

func openLessons() []*Lesson {
	return []*Lesson{
		{
			Name: "three-way", Group: Open, About: "the three-way handshake",
			Why:   "Each end tells the other its ISN with a SYN and has it acknowledged: the ACK names the next number expected, ISN + 1, because a SYN occupies one number (RFC 9293 §3.5, figure 6).",
			Words: []string{"SYN", "SYN-ACK", "HANDSHAKE-ACK"},
			Link:  calm(20 * ms), Expect: opened,
			play: func(p *Stage) { p.pair() },
		},
		{
			Name: "figure", Group: Open, About: "ISNs 1000 and 8000, 20 octets and 10 back: drawn, real",
			Why:    "Octets are numbered from ISN + 1, and an acknowledgement is the number of the next octet expected: after J + 20 comes ack = J + 21 (RFC 9293 §3.4). No program chooses its ISN: the kernel draws it so that it cannot be guessed (RFC 9293 §3.4.1).",
			Words:  []string{"DATA"},
			Link:   calm(20 * ms),
			Script: figure,
			Expect: opened + `
	client DATA len=20 | ESTABLISHED ESTABLISHED
	server ACK         | ESTABLISHED ESTABLISHED
	server DATA len=10 | ESTABLISHED ESTABLISHED
	client ACK         | ESTABLISHED ESTABLISHED
`,
			play: func(p *Stage) {
				c, s := p.pair()
				c.write(20)
				s.read(20)
				p.rows(1, "ACK", 1)
				s.write(10)
				c.read(10)
			},
		},
		{
			Name: "mss", Group: Open, About: "the MSS: 1460 for one direction, 1024 for the other",
			Why:      "Each end says in its SYN how much it takes in one segment. That is no negotiation: each direction has its own, and the other end sends no more than that, or less where it cannot send as much (RFC 9293 §3.7.1). Here the client sends 3,000 octets as 1,024 + 1,024 + 952.",
			Words:    []string{"SYN-ACK"},
			Link:     calm(20 * ms),
			Settings: []Setting{{Name: "ipv4/tcp_timestamps", Value: "0", Why: "timestamps would take 12 octets of each segment"}},
			Expect: opened + `
	client DATA len=1024 | ESTABLISHED ESTABLISHED
	client DATA len=1024 | ESTABLISHED ESTABLISHED
	client DATA len=952  | ESTABLISHED ESTABLISHED
	server ACK           | ESTABLISHED ESTABLISHED
	...
`,
			play: func(p *Stage) {
				l := p.listen(8, maxSegment(1024))
				c := p.dial()
				s := l.accept()
				c.write(3000)
				s.read(3000)
			},
		},
		{
			Name: "refused", Group: Open, About: "nobody listens: a RST comes back",
			Notes: map[string]string{"LISTEN?": guessed},
			Why:   "A SYN to a port in CLOSED is answered with a RST that acknowledges it, ISN + 1, so that the client knows it is meant (RFC 9293 §3.5.2, group 1).",
			Words: []string{"RST", "REFUSED"},
			Link:  calm(20 * ms),
			Expect: `
	client SYN | SYN-SENT LISTEN
	server RST | CLOSED   CLOSED
`,
			play: func(p *Stage) { p.socket(0).connect() },
		},
		{
			Name: "filtered", Group: Open, About: "a filter swallows every SYN: silence",
			Why:       "Without an answer the client sends its SYN again after 1 s, 2 s more, 4 s more (RFC 6298 §2, §5.5), and gives up in the end (RFC 9293 §3.8.3). Silence does not tell a filter from a host that is down.",
			Words:     []string{"DROPPED"},
			Shortened: "The client gives up after 3.5 s, not after two minutes.",
			Link:      rules(drop(lab.AnySegment, 1, 0), nil),
			Settings:  []Setting{{Name: "ipv4/tcp_syn_linear_timeouts", Value: "0", Why: "the wait is to double from the first SYN on, as in RFC 6298 §5.5", Since: "Linux 6.5"}},
			Expect: `
	client SYN lost                          | SYN-SENT LISTEN
	client SYN RETRANSMISSION cause=rto lost | SYN-SENT LISTEN
	client SYN RETRANSMISSION cause=rto lost | SYN-SENT LISTEN
`,
			play: func(p *Stage) {
				p.listen(8)
				c := p.socket(0)
				c.Patience(3500 * ms)
				c.connect()
			},
		},
		{
			Name: "syn-lost", Group: Open, About: "the first SYN is lost",
			Why:   "The client cannot know that its SYN was lost; its timer of 1 s sends it again with the same ISN (RFC 6298 §2.1, RFC 9293 §3.8.1).",
			Words: []string{"SYN-SENT", "SYN-LOST"},
			Link:  rules(drop(lab.SYN, 1, 1), nil),
			Expect: `
	client SYN lost                     | SYN-SENT LISTEN
	client SYN RETRANSMISSION cause=rto | SYN-SENT LISTEN
	server SYN-ACK                      | SYN-SENT SYN-RECEIVED
	client HANDSHAKE-ACK                | ESTABLISHED ESTABLISHED
`,
			play: func(p *Stage) { p.pair() },
		},
		{
			Name: "synack-lost", Group: Open, About: "the first SYN-ACK is lost",
			Why:   "The server is in SYN-RECEIVED and the client still in SYN-SENT. The client's SYN comes again, or the server's own timer runs out (RFC 9293 §3.8.1): Linux sends the same SYN-ACK again in both cases. RFC 9293 §3.10.7.4, first, answers such a SYN with a bare ACK, which the client drops (§3.10.7.3, fifth): then it opens with the SYN-ACK that the timer sends.",
			Words: []string{"SYN-RECEIVED", "SYN-ACK-LOST"},
			Link:  rules(nil, drop(lab.SYNACK, 1, 1)),
			Expect: `
	client SYN          | SYN-SENT LISTEN
	server SYN-ACK lost | SYN-SENT SYN-RECEIVED
	...
	server SYN-ACK RETRANSMISSION | SYN-SENT SYN-RECEIVED
	...
	client HANDSHAKE-ACK | ESTABLISHED ESTABLISHED
	...
`,
			play: func(p *Stage) { p.pair() },
		},
		{
			Name: "ack-lost", Group: Open, About: "the last ACK of the handshake is lost",
			Why:   "The client is in ESTABLISHED, the server not: it sends its SYN-ACK again, and the client acknowledges it again. Had the client sent data, that would have acknowledged the SYN-ACK, too (RFC 9293 §3.10.7.4). The tap at the server never saw the lost ACK: there it looks as if the SYN-ACK had been lost.",
			Words: []string{"SYN-RECEIVED", "LAST-ACK-LOST"},
			Link:  rules(drop(lab.HandshakeACK, 1, 1), nil),
			Expect: `
	client SYN                              | SYN-SENT    LISTEN
	server SYN-ACK                          | SYN-SENT    SYN-RECEIVED
	client HANDSHAKE-ACK lost               | ESTABLISHED SYN-RECEIVED
	server SYN-ACK RETRANSMISSION cause=rto | ESTABLISHED SYN-RECEIVED
	client HANDSHAKE-ACK !lost              | ESTABLISHED ESTABLISHED
	server DATA len=20                      | ESTABLISHED ESTABLISHED
	client ACK                              | ESTABLISHED ESTABLISHED
`,
			play: func(p *Stage) {
				c, s := p.pair()
				s.write(20) // which shows that it is open
				c.read(20)
			},
		},
		{
			Name: "simultaneous-open", Group: Open, About: "both ends open at the same moment: the SYNs cross",
			Why:   "Both SYNs are on their way before one arrives. Each end answers with a SYN-ACK that carries its own SYN again, and there is one connection, with nobody the server (RFC 9293 §3.5, figure 7).",
			Words: []string{"SYN-RECEIVED"},
			Notes: map[string]string{
				"LISTEN?":        guessed,
				"RETRANSMISSION": "a SYN-ACK has the number of the SYN, which was sent before. No kernel counts that one in TcpRetransSegs.",
				"D-SACK":         "the SYN came twice, once with its ACK, and the end says so.",
				"WINDOW-UPDATE":  firstWindow,
			},
			Link: calm(100 * ms),
			Expect: `
	client SYN     | SYN-SENT     *
	server SYN     | SYN-SENT     SYN-SENT
	server SYN-ACK | SYN-SENT     SYN-RECEIVED
	client SYN-ACK | SYN-RECEIVED SYN-RECEIVED
	server SYN-ACK landed | ESTABLISHED SYN-RECEIVED
	client HANDSHAKE-ACK  | ESTABLISHED SYN-RECEIVED
	client SYN-ACK landed | ESTABLISHED ESTABLISHED
	server HANDSHAKE-ACK  | ESTABLISHED ESTABLISHED
`,
			play: func(p *Stage) {
				const port = 7700
				a, b := p.socket(0), p.socket(1)
				must(a.Bind(p.At(0, port)))
				must(b.Bind(p.At(1, lab.ServerPort)))
				p.says("client and server: bind() to ports %d and %d, and connect() to each other", port, lab.ServerPort)
				p.Together(func() { a.connectNow(p.At(1, lab.ServerPort)) }, func() { b.connectNow(p.At(0, port)) })
				p.state(0, state.Established)
				p.state(1, state.Established)
			},
		},
		{
			Name: "fast-open", Group: Open, About: "TCP Fast Open: a cookie, and data in the SYN",
			Why:      "The first connection asks for a cookie; the second shows it and carries data in its SYN. The server hands them to its program, which reads them while the server is in SYN-RECEIVED and the ACK has not come yet (RFC 7413 §3, §4.2).",
			Words:    []string{"SYN", "SYN-ACK"},
			Link:     calm(20 * ms),
			Settings: []Setting{{Name: "ipv4/tcp_fastopen", Value: "3", Why: "a server is to take data in a SYN, too (2), not only a client to send it (1)"}},
			Expect: `
	client #1 SYN           | SYN-SENT    LISTEN
	server #1 SYN-ACK       | SYN-SENT    SYN-RECEIVED
	client #1 HANDSHAKE-ACK | ESTABLISHED ESTABLISHED
	...
	client #2 SYN len=20    | SYN-SENT    LISTEN
	server #2 SYN-ACK       | SYN-SENT    SYN-RECEIVED
	client #2 HANDSHAKE-ACK | ESTABLISHED ESTABLISHED
	...
`,
			play: func(p *Stage) {
				l := p.listen(8, fastOpen(8))
				send := func() *conn {
					c := p.socket(0)
					p.says("client: sendto() with MSG_FASTOPEN, 20 octets")
					must(c.SendTo(letters(20), unix.MSG_FASTOPEN, p.At(1, lab.ServerPort)))
					return c
				}
				c := send()
				p.state(0, state.Established)
				s := l.accept()
				c.write(20) // sendto() only asked for a cookie
				s.read(20)
				p.quiet(settle)
				c.abort()
				p.quiet(settle)
				s.Close()
				early := l.takeOnArrival("SYN", 20)
				send()
				p.state(0, state.Established)
				must(early())
			},
		},
		{
			Name: "data-in-ack", Group: Open, About: "the third segment of the handshake carries data",
			Why:   "The ACK of the SYN-ACK may carry data: then the first data segment completes the handshake (RFC 9293 §3.10.7.3). Here the kernel is told to let it wait for some.",
			Words: []string{"HANDSHAKE-ACK"},
			Link:  calm(20 * ms),
			Expect: `
	client SYN                  | SYN-SENT    LISTEN
	server SYN-ACK              | SYN-SENT    SYN-RECEIVED
	client HANDSHAKE-ACK len=20 | ESTABLISHED ESTABLISHED
	server ACK                  | ESTABLISHED ESTABLISHED
`,
			play: func(p *Stage) {
				l := p.listen(8)
				c := p.socket(0)
				c.with(slowAck)
				p.says("client: write() of 20 octets as soon as the SYN-ACK is there")
				p.o.onArrival(0, "SYN-ACK", func() {
					c.Held(func(fd int) error { _, err := unix.Write(fd, letters(20)); return err })
				})
				must(c.connect())
				l.accept().read(20)
			},
		},
	}
}
