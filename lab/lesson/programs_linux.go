package lesson

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"tcpwatch/analyze/state"
)

// lines reads what another end sends, line by line.
type lines struct {
	*bufio.Reader
	c *conn
}

func (c *conn) lines() *lines { return &lines{bufio.NewReader(c.Socket), c} }

// next returns the next line without its end; ok is false when the other end has
// closed or was reset, which is said.
func (l *lines) next() (line string, ok bool) {
	line, err := l.ReadString('\n')
	switch {
	case errors.Is(err, io.EOF):
		l.c.p.says("%s: read() gives 0: the other end has closed", l.c.name)
		return "", false
	case err != nil:
		l.c.p.says("%s: read() fails: %s", l.c.name, errorText(err))
		return "", false
	}
	return strings.TrimSuffix(line, "\n"), true
}

// capitals is the echo server: it answers in capitals, and serves one client
// after another.
func capitals(l *conn, clients int) {
	for range clients {
		c := l.accept()
		for in := c.lines(); ; {
			line, ok := in.next()
			if !ok {
				break
			}
			must(c.text(strings.ToUpper(line)))
		}
		c.close()
	}
}

// ask sends lines and reads the answers.
func (c *conn) ask(said ...string) {
	in := c.lines()
	for _, line := range said {
		must(c.text(line))
		answer, ok := in.next()
		c.p.check(ok, "no answer to "+line)
		c.p.says("%s: the answer is %q", c.name, answer+"\n")
	}
}

// named is a socket of the client's host under a name of its own.
func (p *Stage) named(name string) *conn {
	c := p.socket(0)
	c.name = name
	must(c.connect())
	return c
}

// files is what the download server has.
var files = sync.OnceValue(func() map[string][]byte {
	return map[string][]byte{
		"notes.txt": letters(4000),
		"large.bin": bytes.Repeat([]byte("0123456789abcdef"), 16000),
	}
})

// download is the file server: it is told a name, and sends the size and the
// file, or says that there is none.
func download(l *conn) error {
	c := l.accept()
	defer c.Close()
	name, ok := c.lines().next()
	if !ok {
		return nil
	}
	content, found := files()[name]
	if !found {
		c.p.says("server: there is no file %q", name)
		err := c.text("none")
		c.p.says("server: close()")
		return err
	}
	if err := c.text(fmt.Sprint(len(content))); err != nil {
		return err
	}
	c.p.says("server: write() of the %s octets of %q", thousands(len(content)), name)
	if _, err := c.Write(content); err != nil {
		c.p.says("server: write() fails: %s", errorText(err))
		return nil
	}
	c.p.says("server: close()")
	return nil
}

func programLessons() []*Lesson {
	const finished = "...\nclient ACK-OF-FIN | TIME-WAIT CLOSED\n...\n"
	return []*Lesson{
		{
			Name: "echo", Group: Programs, About: "an echo in capitals, one client after another",
			Why:    "The second client is in ESTABLISHED long before it is served: its handshake is the kernel's doing, its words wait in the server's buffer until accept() takes it (RFC 9293 §3.10.7.2, §3.10.7.4).",
			Words:  []string{"DATA"},
			Link:   calm(10 * ms),
			Expect: opened + "...\nclient #2 HANDSHAKE-ACK |" + open + "...\nclient #1 FIN | FIN-WAIT-1 ESTABLISHED\n" + finished,
			play: func(p *Stage) {
				l := p.listen(5)
				p.together(func() { capitals(l, 2) }, func() {
					a := p.named("client 1")
					a.ask("hello")
					b := p.named("client 2")
					must(b.text("are you there?"))
					p.quiet(settle)
					p.sockets(1)
					a.ask("goodbye")
					a.close()
					line, _ := b.lines().next()
					p.says("client 2: the answer is %q", line+"\n")
					b.close()
				})
			},
		},
		{
			Name: "echo-vanishes", Group: Programs, About: "the echo, when a client ends in the middle",
			Why:   "A program that ends, killed or not, leaves its socket to its kernel, which closes it: the answer that was never read makes that a RST, and the server's next read() fails. It must go on with the next client (RFC 9293 §3.6.1, RFC 2525 §2.17).",
			Words: []string{"RST"},
			Link:  calm(10 * ms),
			Expect: opened + "...\nclient #1 RST | CLOSED CLOSED\n...\n" +
				"client #2 HANDSHAKE-ACK | ESTABLISHED ESTABLISHED\n" + finished,
			play: func(p *Stage) {
				l := p.listen(5)
				p.together(func() { capitals(l, 2) }, func() {
					a := p.named("client 1")
					must(a.text("hello"))
					p.rows(1, "DATA", 1)
					p.quiet(settle)
					p.says("client 1: ends without reading the answer: its kernel closes its socket")
					must(a.Close())
					p.quiet(settle)
					b := p.named("client 2")
					b.ask("still there?")
					b.close()
				})
			},
		},
		{
			Name: "chat", Group: Programs, About: "a chat: both ends speak when they like",
			Why:   "A connection is two streams, one each way, and neither waits for the other. An ACK may wait a moment, for less than 500 ms, for something to travel with (RFC 9293 §3.8.6.3): an answer that is written at once carries it, and no segment is sent for it alone.",
			Words: []string{"DATA"},
			Link:  calm(20 * ms),
			Expect: opened + "client DATA len=13 |" + open + "server DATA len=14 |" + open + // they cross
				"server DATA len=20 acks=13 |" + open + "client DATA len=12 acks=14 |" + open + "...\n" +
				"server FIN | ESTABLISHED FIN-WAIT-1\n...\nserver ACK-OF-FIN | CLOSED TIME-WAIT\n",
			play: func(p *Stage) {
				c, s := p.pair()
				c.with(noDelay, slowAck)
				s.with(noDelay, slowAck)
				mine, theirs := c.lines(), s.lines()
				hears := func(l *lines) {
					line, ok := l.next()
					p.check(ok, "nothing was heard")
					p.says("%s: hears %q", l.c.name, line+"\n")
				}
				s.answerOnArrival("good morning to you")
				c.answerOnArrival("your client")
				p.says("client and server: write() of %q and of %q at the same moment", "good morning\n", "who is there?\n")
				p.Together(func() { c.textNow("good morning") }, func() { s.textNow("who is there?") })
				hears(mine)
				hears(theirs)
				p.quiet(settle)
				s.close()
				mine.next()
				c.close()
				p.state(1, state.TimeWait)
			},
		},
		{
			Name: "chat-vanishes", Group: Programs, About: "the chat, when the client's cable is pulled",
			Why:       "No segment says that a host is gone. An end with nothing to send would wait for ever; keep-alives ask. One that is not answered proves nothing, because its answer may be lost (RFC 9293 §3.8.4): Linux ends the connection after several in a row, with ETIMEDOUT.",
			Words:     []string{"KEEP-ALIVE"},
			Shortened: "Two keep-alives a second apart, not nine after two hours.",
			Link:      calm(20 * ms),
			Expect: opened + "client DATA |" + open + "server ACK |" + open + "server KEEP-ALIVE lost |" + open + "server KEEP-ALIVE lost |" + open +
				"server RST lost | ESTABLISHED CLOSED\n",
			play: func(p *Stage) {
				c, s := p.pair()
				s.with(keepAlive(2)...)
				must(c.text("I will be back in a"))
				in := s.lines()
				line, _ := in.next()
				p.says("server: hears %q", line+"\n")
				p.quiet(settle)
				p.Cut()
				p.says("the client's cable is pulled: nothing passes any more")
				in.next()
			},
		},
		{
			Name: "download", Group: Programs, About: "a file is asked for by name and sent",
			Why:   "TCP has no messages, only octets: where the file begins and ends is for the programs to say, here by a line with its size. The FIN after it says that this was all (RFC 9293 §2.2).",
			Words: []string{"DATA", "FIN"},
			Link:  calm(10 * ms),
			Expect: opened + "client DATA | ESTABLISHED *\n...\nserver DATA | ESTABLISHED *\n...\nserver FIN | ESTABLISHED FIN-WAIT-1\n...\n" +
				"client FIN | LAST-ACK *\nserver ACK-OF-FIN | CLOSED TIME-WAIT\n",
			play: func(p *Stage) { downloads(p, "notes.txt") },
		},
		{
			Name: "download-missing", Group: Programs, About: "a file is asked for that does not exist",
			Why:   "That there is no such file is for the programs to tell: to TCP it is a connection like any other, five octets long (RFC 9293 §2.2).",
			Words: []string{"DATA"},
			Link:  calm(10 * ms),
			Expect: opened + "client DATA | ESTABLISHED *\n...\nserver DATA len=5 | ESTABLISHED *\n...\nserver FIN | ESTABLISHED FIN-WAIT-1\n...\n" +
				"client FIN | LAST-ACK *\nserver ACK-OF-FIN | CLOSED TIME-WAIT\n",
			play: func(p *Stage) { downloads(p, "missing.txt") },
		},
		{
			Name: "download-vanishes", Group: Programs, About: "the download, when the client ends in the middle",
			Why:      "The client's kernel resets the connection when the program ends with octets unread, and answers what still arrives with a RST. The server learns it from write(): ECONNRESET or EPIPE, and must not take what it wrote for what was read (RFC 9293 §3.6.1).",
			Words:    []string{"RST"},
			Settings: []Setting{{Name: "ipv4/tcp_early_retrans", Value: "0", Why: "no tail loss probe is to come where an ACK is put off (RFC 8985 §7)"}},
			Link:     calm(10 * ms),
			Expect:   opened + "client DATA | ESTABLISHED *\n...\nserver DATA | ESTABLISHED *\n...\nclient RST | CLOSED *\n...\n",
			play: func(p *Stage) {
				l := p.listen(5, sendBuffer(16384))
				p.together(func() { must(download(l)) }, func() {
					c := p.dial(receiveBuffer(8192))
					must(c.text("large.bin"))
					c.part(len("256000\n") + 1000)
					p.quiet(settle) // there is more in its buffer now
					p.says("client: ends without reading the rest: its kernel closes its socket")
					must(c.Close())
				})
			},
		},
	}
}

// downloads has a client fetch a file, and both close.
func downloads(p *Stage, name string) {
	l := p.listen(5)
	p.together(func() { must(download(l)) }, func() {
		c := p.dial()
		fetch(c, name)
		p.state(1, state.FinWait2)
		c.close()
		p.state(1, state.TimeWait)
	})
}

// fetch asks for a file and reads all that comes.
func fetch(c *conn, name string) {
	must(c.text(name))
	in := c.lines()
	size, ok := in.next()
	c.p.check(ok, "no answer")
	if size == "none" {
		c.p.says("client: is told that there is none")
	}
	n, err := io.Copy(io.Discard, in)
	must(err)
	if size != "none" {
		c.p.check(fmt.Sprint(n) == size, "a part of the file is missing")
		c.p.says("client: has all %s octets, then read() gives 0", thousands(int(n)))
	}
}
