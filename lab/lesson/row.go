package lesson

import (
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/lab"
)

// Item is one entry of a story, in order of time: a Row, or what a program did.
type Item struct {
	At time.Duration // since the link began
	// Say is what a program does, or what a kernel says; empty for the others.
	Say     string
	Setting *Set // how the hosts' kernels were set up, before all
	Row     *Row
}

// Row is one packet.
type Row struct {
	// Number counts what both hosts sent, from 1. A copy made by the link has the
	// number of its original.
	Number     uint64
	Connection int // from 1, in order of first segments; 0 for what is not TCP
	At         time.Duration
	From       int // 0 the client, 1 the server

	// Datagram describes what is not TCP; the rest is empty then.
	Datagram string

	// Step is the segment with its numbers. Labels are given at the tap of the
	// sender; Cause is why it was sent again.
	Step   analyze.Step
	Labels label.Set
	Cause  label.Cause
	// Window is the receive window after scaling, octets.
	Window uint32
	// Options of a SYN or SYN-ACK.
	Options wire.Options
	// Acked is how many of the other end's numbers, its SYN's aside, this segment is
	// the first to acknowledge.
	Acked uint32
	// Before is, of a SYN whose tuple was used before, where that ended.
	Before *Past
	// Landed are the labels given at the tap of the receiver, where it arrived.
	Landed  label.Set
	Arrived bool
	// What the link did to it.
	Lost, Corrupt, Held, Copied, Copy bool

	// Ends are the states of client and server after the segment was sent; of the
	// receiver after it arrived, where that alone moves it.
	Ends [2]End

	// Landing is set for the arrival of a segment that has a Row already, where
	// that moves its receiver and others were sent in between.
	Landing bool

	landing *Row // the Landing of this one; nil if none
	awaited int  // arrivals that are still to come
}

// Past is what is left of one end's use of a tuple when a SYN uses it again.
type Past struct {
	Next    wire.Seq // after the highest number that the end sent
	Stamped bool     // it sent timestamps
	TSVal   uint32   // of its last segment (RFC 7323 §3)
}

// End is one end at one moment.
type End struct {
	// Inferred is what the tap at that end shows.
	Inferred state.State
	// Kernel is what the end's kernel says.
	Kernel lab.KernelState
}

// Verdict compares what was inferred with what the kernel says.
type Verdict uint8

// The verdicts.
const (
	// NoSocket: the kernel has no socket of the connection to compare with.
	NoSocket Verdict = iota
	Equal
	Different
)

// Verdict compares the two states. An end in CLOSED rightly has no socket.
func (e End) Verdict() Verdict {
	switch {
	case e.Kernel == lab.KernelNone && e.Inferred.Base() == state.Closed:
		return Equal
	case e.Kernel == lab.KernelNone:
		return NoSocket
	case e.Kernel.String() == e.Inferred.Base().String():
		return Equal
	}
	return Different
}

// Guessed reports whether the end is assumed to listen, as the other end of
// every SYN is, although its kernel knows that nothing listens there.
func (e End) Guessed() bool { return e.Inferred.Base() == state.Listen && e.Kernel == lab.KernelNone }

// name is what the segment is called in an expectation: "SYN", "DATA".
func (r *Row) name() string {
	if r.Datagram != "" {
		return "DATAGRAM"
	}
	return label.All[r.Step.Phase].Name
}
