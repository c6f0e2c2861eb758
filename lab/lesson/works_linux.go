package lesson

import (
	"golang.org/x/sys/unix"

	"tcpwatch/lab"
)

// noProbe makes losses wait for the timer.
var noProbe = []Setting{{Name: "ipv4/tcp_sack", Value: "0", Why: "the timer is to be seen: with SACK a tail loss probe would come before it (RFC 8985 §7)"}}

// pieces writes n times size octets, each a segment of its own.
func (c *conn) pieces(n, size int) {
	c.p.says("%s: write() of %d octets, %d times", c.name, size, n)
	c.p.Together(func() {
		must(c.Held(func(fd int) error {
			for range n {
				if _, err := unix.Write(fd, letters(size)); err != nil {
					return err
				}
			}
			return nil
		}))
	})
}

const open = "ESTABLISHED ESTABLISHED\n"

func workLessons() []*Lesson {
	return []*Lesson{
		{
			Name: "ack-each", Group: Work, About: "every segment is acknowledged",
			Why:   "An acknowledgement names the next octet expected, so that each covers all before it. A receiver may wait for a second segment, for less than 500 ms (RFC 9293 §3.8.6.3); here it is told not to.",
			Words: []string{"DATA", "ACK"},
			Link:  calm(20 * ms),
			Expect: opened +
				"client DATA len=100 |" + open + "server ACK |" + open +
				"client DATA len=100 |" + open + "server ACK |" + open +
				"client DATA len=100 |" + open + "server ACK |" + open,
			play: func(p *Stage) {
				c, s := p.pair(noDelay)
				s.with(quickAck)
				for i := range 3 {
					must(quickAck.set(s.Socket))
					c.write(100)
					s.read(100)
					p.rows(1, "ACK", i+1)
				}
			},
		},
		{
			Name: "nagle", Group: Work, About: "each end waits for the other: Nagle and a delayed ACK",
			Why: "While a small segment is not acknowledged, Nagle's algorithm keeps the next one back (RFC 9293 §3.7.4). The receiver puts its ACK off, for less than 500 ms, so that an answer may carry it (§3.8.6.3); but " +
				"there is no answer to half a message. Writing the message in one piece mends it, or TCP_NODELAY.",
			Words: []string{"DATA", "ACK", "NAGLE-DELAYED-ACK"},
			Link:  calm(20 * ms),
			Expect: opened +
				"client DATA len=100 |" + open + "server ACK |" + open + "client DATA len=200 |" + open + "...\nserver DATA len=300 |" + open + "...\n" +
				"client DATA len=100 |" + open + "server ACK |" + open + "client DATA len=200 |" + open + "...\nserver DATA len=300 |" + open + "...\n" +
				"client DATA len=100 |" + open + "server ACK |" + open + "client DATA len=200 |" + open + "...\nserver DATA len=300 |" + open + "...\n",
			play: func(p *Stage) {
				c, s := p.pair()
				s.with(slowAck)
				for range 3 {
					must(slowAck.set(s.Socket))
					c.write(100)
					c.write(200)
					s.read(300)
					s.write(300)
					c.read(300)
				}
			},
		},
		{
			Name: "timeout", Group: Work, About: "retransmission after a timeout, which doubles each time",
			Why:       "Nothing comes back, so that only the timer can help: it sends the same octets again and waits twice as long each time (RFC 6298 §5).",
			Words:     []string{"RETRANSMISSION"},
			Link:      rules(drop(lab.DataSegment, 1, 3), nil),
			Settings:  noProbe,
			Shortened: "Linux waits at least 200 ms, not the second of RFC 6298 §2.4.",
			Expect: opened +
				"client DATA lost |" + open +
				"client RETRANSMISSION cause=rto lost |" + open +
				"client RETRANSMISSION cause=rto lost |" + open +
				"client RETRANSMISSION cause=rto !lost |" + open + "server ACK |" + open,
			play: func(p *Stage) {
				c, s := p.pair()
				c.write(100)
				s.read(100)
			},
		},
		{
			Name: "fast-retransmit", Group: Work, About: "three duplicate ACKs: the hole is sent again at once",
			Why:      "Each segment after the hole makes the receiver repeat its acknowledgement. The third repetition is taken for a loss, without waiting for the timer (RFC 5681 §3.2).",
			Words:    []string{"DUP-ACK", "RETRANSMISSION"},
			Link:     rules(drop(lab.DataSegment, 1, 1), nil),
			Notes:    map[string]string{"WINDOW-UPDATE": firstWindow},
			Settings: []Setting{{Name: "ipv4/tcp_early_retrans", Value: "0", Why: "no tail loss probe is to come in between (RFC 8985 §7)"}},
			Expect: opened +
				"client DATA lost |" + open + "client DATA |" + open + "client DATA |" + open + "client DATA |" + open + "client DATA |" + open +
				"server DUP-ACK |" + open + "server DUP-ACK |" + open + "...\nserver DUP-ACK |" + open + "...\n" +
				"client RETRANSMISSION cause=fast |" + open + "...\nserver ACK !DUP-ACK |" + open,
			play: func(p *Stage) {
				c, s := p.pair(noDelay)
				c.pieces(5, 500)
				s.read(2500)
			},
		},
		{
			Name: "tail-loss-probe", Group: Work, About: "the last segment is lost: a probe comes first",
			Why:   "No segment follows the lost one, so that nothing makes the receiver complain. After two round trips, and longer where one segment is on the way, because its ACK may be delayed (by 200 ms, Linux reckons), the sender repeats its last segment as a probe (RFC 8985 §7.2).",
			Words: []string{"RETRANSMISSION"},
			Link:  rules(drop(lab.DataSegment, 3, 3), nil),
			Expect: opened +
				"client DATA |" + open + "client DATA |" + open + "client DATA lost |" + open + "...\n" +
				"client RETRANSMISSION cause=tlp |" + open + "server ACK |" + open,
			play: func(p *Stage) {
				c, s := p.pair(noDelay)
				c.pieces(3, 500)
				s.read(1500)
				p.counted(0, "TcpExtTCPLossProbes")
			},
		},
		{
			Name: "duplicate", Group: Work, About: "a segment is copied: the receiver discards the copy",
			Why:   "The copy lies before what is expected next, so that the receiver drops it and acknowledges again (RFC 9293 §3.10.7.4, first). With D-SACK it says which octets came twice (RFC 2883 §4).",
			Words: []string{"DUPLICATE-PACKET", "D-SACK"},
			Link:  [2]lab.Path{{Delay: 20 * ms, CopyDelay: 10 * ms, Rules: []lab.Rule{{What: lab.DataSegment, First: 1, Last: 1, Do: lab.Copy}}}, {Delay: 20 * ms}},
			Expect: opened + "client DATA |" + open + "server ACK |" + open +
				"client copy @DUPLICATE-PACKET |" + open + "server D-SACK |" + open,
			play: func(p *Stage) {
				c, s := p.pair()
				c.write(100)
				s.read(100)
			},
		},
		{
			Name: "reordered", Group: Work, About: "a segment is overtaken: the receiver puts it right",
			Why:   "The second segment arrives first and waits in the receiver, which repeats its acknowledgement. The first one fills the hole, and the program reads the octets in the order in which they were written (RFC 9293 §3.10.7.4).",
			Words: []string{"OUT-OF-ORDER", "DUP-ACK"},
			Notes: map[string]string{"WINDOW-UPDATE": firstWindow},
			Link:  [2]lab.Path{{Delay: 20 * ms, HoldBack: 10 * ms, Rules: []lab.Rule{{What: lab.DataSegment, First: 1, Last: 1, Do: lab.Hold}}}, {Delay: 20 * ms}},
			Expect: opened + "client DATA held @OUT-OF-ORDER |" + open + "client DATA |" + open +
				"server DUP-ACK |" + open + "server ACK |" + open,
			play: func(p *Stage) {
				c, s := p.pair(noDelay)
				c.pieces(2, 300)
				s.read(600)
			},
		},
		{
			Name: "corrupted", Group: Work, About: "a damaged segment: its checksum is wrong, no answer",
			Why:   "A receiver must check every segment's sum (RFC 9293 §3.1), and drops what has a wrong one without a word. To the sender that is a loss like any other (§3.8).",
			Words: []string{"BAD-CHECKSUM", "RETRANSMISSION"},
			Notes: map[string]string{
				"RETRANSMISSION (tlp)": "nothing follows the damaged segment, so that a timer runs out: with one segment in flight nothing shows whether it is that of a probe or of a retransmission (RFC 8985 §7.2).",
				"DIFFERENT-CONTENT":    "the tap at the server holds both: the damaged octets, which the server dropped, and the right ones.",
			},
			Link: rules([]lab.Rule{{What: lab.DataSegment, First: 1, Last: 1, Do: lab.Corrupt}}, nil),
			Expect: opened + "client DATA damaged @BAD-CHECKSUM |" + open +
				"client RETRANSMISSION |" + open + "server ACK |" + open,
			play: func(p *Stage) {
				c, s := p.pair()
				c.write(100)
				s.read(100)
				p.counted(1, "TcpInCsumErrors")
			},
		},
		{
			Name: "zero-window", Group: Work, About: "a slow reader: the window closes and opens again",
			Why:   "The window is the room that the receiver offers. It need not be the room that there is: Linux keeps a part of its buffer for bookkeeping, so that less is offered at first and more is taken than that before the window is 0. At zero the sender stops, and probes from time to time so that a lost announcement of new room cannot stop it for ever (RFC 9293 §3.8.6.1).",
			Words: []string{"ZERO-WINDOW", "ZERO-WINDOW-PROBE", "WINDOW-UPDATE"},
			Link:  calm(10 * ms),
			Expect: opened + "client DATA |" + open + "...\nserver ZERO-WINDOW |" + open + "...\n" +
				"client ZERO-WINDOW-PROBE |" + open + "...\nserver WINDOW-UPDATE |" + open + "...\nclient DATA |" + open + "...\n",
			play: func(p *Stage) {
				l := p.listen(8, receiveBuffer(4096))
				c := p.dial()
				s := l.accept()
				p.says("server: reads nothing")
				const all = 12000
				p.together(func() { c.write(all) }, func() {
					p.rows(0, "ZERO-WINDOW-PROBE", 2)
					p.room(s)
					p.says("server: read() begins")
					s.read(all)
				})
			},
		},
		{
			Name: "keep-alive", Group: Work, About: "nothing to say: keep-alives ask who is still there",
			Why:       "A keep-alive has the number before the next one, and no data or one octet that means nothing, so that the other end must answer. Both ends may stay in ESTABLISHED for days without it (RFC 9293 §3.8.4).",
			Words:     []string{"KEEP-ALIVE", "KEEP-ALIVE-ACK"},
			Notes:     map[string]string{"WINDOW-UPDATE": firstWindow},
			Shortened: "The first is sent after 1 s, not after two hours.",
			Link:      calm(10 * ms),
			Expect: opened + "client KEEP-ALIVE |" + open + "server KEEP-ALIVE-ACK |" + open +
				"client KEEP-ALIVE |" + open + "server KEEP-ALIVE-ACK |" + open + "...\n",
			play: func(p *Stage) {
				p.pair(keepAlive(9)...)
				p.rows(1, "KEEP-ALIVE-ACK", 2)
			},
		},
		{
			Name: "long-or-short", Group: Work, About: "four requests over one connection, and over four",
			Why:   "A connection costs three segments to open, four to close and a TIME-WAIT of 2MSL at the end that closes first (RFC 9293 §3.5, §3.6). Many short ones pay that each time, and the client's ports are taken meanwhile.",
			Words: []string{"TIME-WAIT"},
			Link:  calm(5 * ms),
			Expect: "client SYN #1 | SYN-SENT LISTEN\n...\nclient ACK-OF-FIN #1 | TIME-WAIT CLOSED\n" +
				"client SYN #2 | SYN-SENT LISTEN\n...\nclient ACK-OF-FIN #2 | TIME-WAIT CLOSED\n" +
				"client SYN #3 | SYN-SENT LISTEN\n...\nclient ACK-OF-FIN #3 | TIME-WAIT CLOSED\n" +
				"client SYN #4 | SYN-SENT LISTEN\n...\nclient ACK-OF-FIN #4 | TIME-WAIT CLOSED\n" +
				"client SYN #5 | SYN-SENT LISTEN\n...\nclient ACK-OF-FIN #5 | TIME-WAIT CLOSED\n",
			play: longOrShort,
		},
	}
}

// room explains the window of an end that does not read: how much is unread, and
// how large its buffer is.
func (p *Stage) room(c *conn) {
	p.landed()
	var unread, buffer int
	must(c.Control(func(fd int) (err error) {
		if unread, err = unix.IoctlGetInt(fd, unix.SIOCINQ); err != nil {
			return err
		}
		buffer, err = unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
		return err
	}))
	p.says("kernel of the %s: the window is 0 with %s octets unread in a buffer of %s, twice the SO_RCVBUF that was asked for: the rest is bookkeeping (socket(7))",
		sideNames[c.host], thousands(unread), thousands(buffer))
}

// longOrShort makes the same four requests twice.
func longOrShort(p *Stage) {
	l := p.listen(8)
	talk := func(requests int) {
		c := p.dial()
		s := l.accept()
		for range requests {
			c.write(50)
			s.read(50)
			s.write(200)
			c.read(200)
		}
		closes(c, s)
		p.quiet(settle)
	}
	count := func() (n int) {
		p.o.mu.Lock()
		defer p.o.mu.Unlock()
		for _, r := range p.o.rows {
			if !r.Landing && !r.Copy { // these are no segments of their own
				n++
			}
		}
		return n
	}
	talk(4)
	long := count()
	p.says("one connection: %d segments for four requests", long)
	p.sockets(0)
	for range 4 {
		talk(1)
	}
	p.says("four connections: %d segments for four requests", count()-long)
	p.sockets(0)
}
