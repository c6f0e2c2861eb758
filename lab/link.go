package lab

import (
	"fmt"
	"strings"
	"time"
)

// Path is what the link does in one direction. The zero value delivers
// everything at once.
type Path struct {
	// Delay is how long a packet travels; Jitter adds up to that much more,
	// evenly spread, without packets passing each other.
	Delay, Jitter time.Duration
	// Rate is in bits per second, 0 without a limit. Queue is how many packets
	// wait for it at most, 0 for 100; what comes then is lost.
	Rate  int64
	Queue int
	// Loss, Reorder and Duplicate are probabilities for each packet. A packet
	// that is reordered travels HoldBack longer; a copy comes CopyDelay after
	// its original.
	Loss, Reorder, Duplicate float64
	HoldBack, CopyDelay      time.Duration
	// Burst is the probability that a packet and the BurstLength-1 after it
	// are lost.
	Burst       float64
	BurstLength int
	// Mark is the probability that a packet of an ECN-capable transport has met
	// congestion (CE, RFC 3168 §5).
	Mark float64
	// Rules pick packets by what they are; they come before chance.
	Rules []Rule
}

// Action is what a Rule does to a packet.
type Action uint8

// The actions.
const (
	Drop    Action = iota
	Corrupt        // delivered with a checksum that is wrong, so that the host ignores it
	Hold           // delivered HoldBack later than others
	Copy           // delivered twice
	Stop           // the path stands still for HoldBack: what is after it waits, too
	Turn           // from here on packets take the other of two ways, of which one takes HoldBack longer
	TooBig         // lost, and its sender is told by ICMP that the path takes smallerMTU octets
)

// Match names packets by what their sender meant with them.
type Match uint8

// The matches.
const (
	AnySegment    Match = iota
	SYN                 // SYN without ACK
	SYNACK              // SYN with ACK
	HandshakeACK        // the first segment of an end that acknowledges a SYN-ACK
	FIN                 // any with FIN
	ACKOfFIN            // without FIN, acknowledges the other end's FIN
	DataSegment         // with payload
	Retransmitted       // begins with octets that were sent before
	Reset               // with RST
	AnyDatagram         // not TCP
	LongSegment         // longer than smallerMTU
)

// Rule picks the First-th to Last-th matching packet of each connection,
// counted from 1; Last 0 means all that follow.
type Rule struct {
	What        Match
	First, Last int
	Do          Action
	// Ports are the first and the last of the client's ports that it holds for; 0
	// for any.
	Ports [2]uint16
}

var (
	matchNames  = [...]string{"segment", "SYN", "SYN-ACK", "handshake ACK", "FIN", "ACK of FIN", "data", "retransmission", "RST", "datagram", "long segment"}
	actionNames = [...]string{"drop", "corrupt", "hold", "copy", "stop", "turn at", "too big"}
)

func (r Rule) String() string {
	which := fmt.Sprintf("%d-%d", r.First, r.Last)
	switch {
	case r.Last == 0 && r.First <= 1:
		which = "every"
	case r.Last == 0:
		which = fmt.Sprintf("%d-", r.First)
	case r.First == r.Last:
		which = fmt.Sprint(r.First)
	}
	return fmt.Sprintf("%s %s %s", actionNames[r.Do], matchNames[r.What], which)
}

// String lists what differs from the zero value: "delay 10ms, loss 1%".
func (p Path) String() string {
	var s []string
	add := func(set bool, format string, args ...any) {
		if set {
			s = append(s, fmt.Sprintf(format, args...))
		}
	}
	add(p.Delay > 0, "delay %v", p.Delay)
	add(p.Jitter > 0, "jitter %v", p.Jitter)
	add(p.Rate > 0, "rate %d bit/s, queue %d", p.Rate, p.queue())
	add(p.Loss > 0, "loss %.4g%%", p.Loss*100)
	add(p.Burst > 0, "bursts of %d lost %.4g%%", p.BurstLength, p.Burst*100)
	add(p.Reorder > 0, "held back %v %.4g%%", p.HoldBack, p.Reorder*100)
	add(p.Duplicate > 0, "copied after %v %.4g%%", p.CopyDelay, p.Duplicate*100)
	add(p.Mark > 0, "CE %.4g%%", p.Mark*100)
	for _, r := range p.Rules {
		s = append(s, r.String())
	}
	return strings.Join(s, ", ")
}

func (p *Path) queue() int {
	if p.Queue <= 0 {
		return 100
	}
	return p.Queue
}

// smallerMTU is what a part of the path takes that does not take packets of the
// hosts' MTU, in octets.
const smallerMTU = 1300
