package labtext

import (
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// Step is one packet of a lesson of the lab.
type Step struct {
	Number     uint64
	Connection int // 0 for what is not TCP
	At         time.Duration
	FromClient bool
	// Datagram describes a packet that is not TCP; "" for a segment.
	Datagram string

	Step   analyze.Step
	Labels label.Set // at the tap of the sender
	Cause  label.Cause
	Landed label.Set // at the tap of the receiver
	// Acked is how many numbers of the other end it is the first to acknowledge.
	Acked uint32
	// Past says, for a SYN whose tuple was used before, where that
	// connection ended.
	Past    Past
	Window  uint32
	Options wire.Options
	// What the link did to the packet. Landing is the arrival of a packet that
	// was told before.
	Lost, Corrupt, Held, Copied, Copy, Arrived, Landing bool

	// Ends are client and server. Bare leaves their kernels out: the segment is
	// drawn, not sent.
	Ends [2]End
	Bare bool
}

// Past is what is left of an end's earlier use of a tuple.
type Past struct {
	Known   bool
	Next    wire.Seq // after the highest number that it sent
	Stamped bool     // it sent timestamps
	TSVal   uint32   // of its last segment
}

// End is what is known of one end.
type End struct {
	State  state.State // by the tap at that end
	Kernel string      // by the end's kernel, in the RFC's spelling
	// Relation is 0 where the kernel has no socket, 1 where the two are equal, -1
	// where they differ.
	Relation int
	// Guessed is set if the end is assumed to listen but nobody does.
	Guessed bool
}
