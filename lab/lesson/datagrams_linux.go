package lesson

import (
	"errors"
	"net/netip"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
)

// udpPort is where the server of the datagrams listens.
const udpPort = 7799

// mail is a UDP socket with its place in the story.
type mail struct {
	*lab.Socket
	p    *Stage
	name string
}

func (p *Stage) mail(host int, port uint16) *mail {
	k, err := p.Datagram(host)
	must(err)
	if port != 0 {
		must(k.Bind(netip.AddrPortFrom(netip.IPv4Unspecified(), port)))
		p.says("%s: UDP socket bound to port %d", sideNames[host], port)
	}
	return &mail{k, p, sideNames[host]}
}

func (m *mail) send(text string, to netip.AddrPort) {
	m.p.says("%s: sendto() of %q returns at once: it knows nothing of what follows", m.name, text)
	must(m.SendTo([]byte(text), 0, to))
}

func (m *mail) receive() (string, netip.AddrPort) {
	b := make([]byte, 1<<12)
	n, from, err := m.ReceiveFrom(b)
	must(err)
	m.p.says("%s: recvfrom() gives %q from %v", m.name, b[:n], from)
	return string(b[:n]), from
}

func datagramLessons() []*Lesson {
	const one = "client DATAGRAM\n"
	server := func(p *Stage) netip.AddrPort { return p.At(1, udpPort) }
	return []*Lesson{
		{
			Name: "udp-nobody", Group: Programs, About: "UDP: a datagram to a port where nobody listens",
			Why:  "No handshake asks first, so the datagram is sent all the same. Only an ICMP error comes back, if that (RFC 1122 §4.1.3.1): the next call on the socket fails.",
			Link: calm(10 * ms), Carry: true, Expect: one + "server DATAGRAM\n",
			play: func(p *Stage) {
				m := p.mail(0, 0)
				must(m.Control(func(fd int) error { return unix.Connect(fd, lab.Sockaddr(server(p))) }))
				p.says("client: connect() of a UDP socket sends nothing, it only notes the address")
				p.says("client: write() of 5 octets returns at once")
				must(m.Control(func(fd int) error { _, err := unix.Write(fd, letters(5)); return err }))
				_, _, err := m.ReceiveFrom(make([]byte, 10))
				p.says("client: recv() fails: %s", errorText(err))
				p.check(errors.Is(err, unix.ECONNREFUSED), "an ICMP error should have come back")
			},
		},
		{
			Name: "udp-echo", Group: Programs, About: "UDP: an echo in two datagrams, nothing around them",
			Why:  "Two packets, where TCP needs five even if each FIN travels with the data: a SYN, a SYN-ACK, a segment each way, a last ACK. Here there is no SYN, no ACK, no FIN, no state at either end (RFC 768). What is to be acknowledged the programs must acknowledge themselves.",
			Link: calm(10 * ms), Carry: true, Expect: one + "server DATAGRAM\n",
			play: func(p *Stage) {
				s, c := p.mail(1, udpPort), p.mail(0, 0)
				c.send("hello", server(p))
				text, from := s.receive()
				s.send(strings.ToUpper(text), from)
				c.receive()
			},
		},
		{
			Name: "udp-broadcast", Group: Programs, About: "UDP: one datagram to everybody on the network",
			Why:  "Without a connection there need be no single other end: one datagram reaches all who listen on the port (RFC 919 §7). SO_BROADCAST says that this is meant.",
			Link: calm(10 * ms), Carry: true, Expect: one,
			play: func(p *Stage) {
				s, c := p.mail(1, udpPort), p.mail(0, 0)
				p.says("client: setsockopt() %v", broadcast)
				must(broadcast.set(c.Socket))
				c.send("is anybody there?", netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 77, 0, 255}), udpPort))
				s.receive()
			},
		},
		{
			Name: "udp-lost", Group: Programs, About: "UDP: a datagram is lost, and nobody notices",
			Why:  "Nothing numbers datagrams and nothing acknowledges them, so that nothing can miss one: the second arrives as if the first had never been sent (RFC 768).",
			Link: rules(drop(lab.AnyDatagram, 1, 1), nil), Carry: true, Expect: "client DATAGRAM lost\nclient DATAGRAM !lost\n",
			play: func(p *Stage) {
				s, c := p.mail(1, udpPort), p.mail(0, 0)
				c.send("one", server(p))
				c.send("two", server(p))
				s.receive()
				s.Patience(300 * ms)
				_, _, err := s.ReceiveFrom(make([]byte, 10))
				p.check(errors.Is(err, os.ErrDeadlineExceeded), "only one datagram should have come")
				p.says("server: waits for more in vain")
			},
		},
	}
}
