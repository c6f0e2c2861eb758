package lab

import (
	"time"

	"tcpwatch/capture/wire"
)

// Passage is one packet on the link.
type Passage struct {
	// Number counts what both hosts sent, from 1.
	Number uint64
	// At is the lab's time of what is being told: since the link began.
	At time.Duration
	// From is the host that sent it: 0 the client, 1 the server.
	From int
	// Data is the IP packet, Segment the TCP segment in it, nil for any other
	// protocol. Both are lent for the duration of a call.
	Data    []byte
	Segment *wire.Segment
	Class   Class
	// Tap is its number in the capture of the end where it is seen; 0 for what
	// is not TCP, which the captures do not hold.
	Tap uint64
	// Lost, Corrupt, Held and Copied are what the link does to it; Copy is set
	// for the copy itself.
	Lost, Corrupt, Held, Copied, Copy bool
}

// Witness is told everything that happens on the link. While one of its methods
// runs the world stands still: no program acts on a socket and nothing is
// delivered, so that what a kernel says then belongs to that moment. Only the
// kernels' own timers continue.
type Witness interface {
	// Acting is called before a program does something with a socket, Acted when
	// that is done and what it sent has departed.
	Acting()
	Acted()
	// Departed is called when the host's end of the link has a packet, whatever
	// becomes of it.
	Departed(*Passage)
	// Arriving is called just before a packet is given to its host, Arrived when
	// the host has taken it in; replied tells whether the host answered at once
	// (Departed was called in between).
	Arriving(*Passage)
	Arrived(p *Passage, replied bool)
}
