package lesson

import (
	"fmt"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
)

// option is a socket option that a lesson sets, and tells (tcp(7), socket(7)).
type option struct {
	name          string
	level, number int
	value         int
	means         string
}

func (o option) set(k *lab.Socket) error { return k.Set(o.level, o.number, o.value) }

func (o option) String() string { return fmt.Sprintf("%s %d: %s", o.name, o.value, o.means) }

var (
	noDelay = option{"TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1, "what is written is sent at once"}
	// The kernel leaves this mode by itself, so it is set again for each segment.
	quickAck  = option{"TCP_QUICKACK", unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1, "its kernel acknowledges at once"}
	slowAck   = option{"TCP_QUICKACK", unix.IPPROTO_TCP, unix.TCP_QUICKACK, 0, "its kernel lets an ACK wait for data to travel with"}
	broadcast = option{"SO_BROADCAST", unix.SOL_SOCKET, unix.SO_BROADCAST, 1, "it means to reach all"}
	reuseAddr = option{"SO_REUSEADDR", unix.SOL_SOCKET, unix.SO_REUSEADDR, 1, "a port with connections in TIME-WAIT will do"}
)

func maxSegment(n int) option {
	return option{"TCP_MAXSEG", unix.IPPROTO_TCP, unix.TCP_MAXSEG, n, "the MSS that it offers"}
}

func receiveBuffer(n int) option {
	return option{"SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, n, "little room for what is not read yet"}
}

func sendBuffer(n int) option {
	return option{"SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, n, "little room for what is not acknowledged yet"}
}

func fastOpen(n int) option {
	return option{"TCP_FASTOPEN", unix.IPPROTO_TCP, unix.TCP_FASTOPEN, n, "a SYN may carry data, of so many connections at a time"}
}

// keepAlive probes after a second without segments, and each second again; the
// connection is given up after tries unanswered probes.
func keepAlive(tries int) []option {
	return []option{
		{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1, "it asks whether the other end is still there"},
		{"TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 1, "after a second in which nothing came"},
		{"TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 1, "and each second again"},
		{"TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, tries, "unanswered, they end the connection"},
	}
}

// with sets options and tells them.
func (c *conn) with(options ...option) {
	for _, o := range options {
		c.p.says("%s: setsockopt() %v", c.name, o)
		must(o.set(c.Socket))
	}
}
