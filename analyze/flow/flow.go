// Package flow remembers what a connection has shown so far: which sequence
// numbers each end sent and acknowledged, which octets were never captured,
// the round trip, and how long the connection has been quiet.
//
// It holds no rules: what a segment means is decided above.
//
// # Memory
//
// A Flow takes 1,112 octets, and its ranges, traces and its caller's data about as
// much again or more. So only flows in use exist as such, from 512 to 8,192 of them.
// The others rest as strings (package rest), which take about a tenth, and are woken
// by their next segment without loss. A connection of ten packets that is over takes
// 370 to 450 octets in all: its string, 56 octets of list and table entries, and a
// share of the hash table, which is never full. No result depends on which flows rest,
// and when: the order of segments alone decides that. If a caller can do without the
// analysis of a segment for a time, a flow is unread: its segments are stored (package
// journal) in a string of the same store, alone or after the one that it rests in. A
// connection of seven segments then takes 260 to 310 octets in all. Where each segment is
// analysed at once, a flow that nothing but its segments has changed rests in the same
// way, and is analysed again when it is needed.
//
// None of it holds a pointer, so that a million connections are some thousand objects
// to the garbage collector. Memory that is no longer needed is left to it, in pieces
// of 64 KiB and more.
package flow

import (
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// Ref identifies a Flow in its Table; 0 is none. It stays valid until Release or
// Discard.
type Ref int32

// Has is a set of things that one end was seen to do.
type Has uint32

// What an end can be seen to do, and which of it is proved to have arrived.
const (
	Sent          Has = 1 << iota // at least one segment
	SentSYN                       // a SYN, with or without ACK; ISN is valid
	SentBareSYN                   // a SYN without ACK
	SYNProved                     // the other end acknowledged the SYN by a segment of its own
	SYNAcked                      // an ACK of the SYN is counted as arrived at this end
	SYNAwaiting                   // a SYN since the last segment that acknowledged it
	SentFIN                       // FinEnd is valid
	FINProved                     // the other end acknowledged the FIN by a segment of its own
	FINAcked                      // an ACK of the FIN is counted as arrived at this end
	FINAwaiting                   // a FIN since the last segment that acknowledged it
	SentACK                       // Ack is valid
	HoldsACK                      // HeldAck is valid
	SentRST                       // a RST that counted
	GotRST                        // an acceptable RST of the other end passed
	Scaled                        // Scale is what the handshake agreed
	BaseFixed                     // Base is the ISN, or follows from a SYN-ACK
	SumsGood                      // a segment with a right checksum
	HoldsSYNACK                   // SYNHeldAck is valid
	FINGuessed                    // SentFIN is inferred: the FIN was not captured
	ProofGuessed                  // FINProved rests on a guessed FIN of the other end
	TailMissed                    // its last numbers were not captured, and may include a FIN
	Stopped                       // the other end closed its window, and this one has sent only probes since
	FINSpoilt                     // its FIN was captured only with a wrong checksum, and has moved nothing
	OrderUnsure                   // unknown whether it had closed before the other end's FIN came
	FINMayWait                    // with OrderUnsure: so may a FIN without octets have waited
	FINReleases                   // the window that came with the other end's FIN has room for whatever waited
	SharedWindow                  // its last window came with an MPTCP option: it counts from the DATA_ACK (RFC 8684 §3.3.4)
	FINAckedAhead                 // its FIN was acknowledged behind octets or a FIN that it may lack: it may have taken that
	FINAnswered                   // with OrderUnsure: it has acknowledged the other end's FIN, which let everything go, alone
	TookBack                      // it has taken back room that it had given (RFC 9293 §3.8.6)
	RSTDoubted                    // its state is in doubt for a RST in the window, which did not count (package analyze)
	TriesCut                      // the other end sent something between its last new segment and the last that it sent again
)

// Half is one direction: what one end sent. All numbers are that end's.
type Half struct {
	Has   Has
	State state.State
	// Before is the state before the last RST that counted on sight, to
	// go back to when the end turns out to be alive.
	Before state.State
	Scale  uint8 // shift of Window, valid with Scaled
	// resumed is set if the last new octets came next, after a pause in which a timeout may
	// have expired.
	resumed bool

	ISN  wire.Seq
	Base wire.Seq // what relative numbers count from
	Low  wire.Seq // the lowest sequence number captured
	Nxt  wire.Seq // after the highest sequence number captured (SND.NXT as the tap saw it); without one, Base or after it (Outrun)
	// NxtRel is Nxt minus Base without wrapping.
	NxtRel int64
	FinEnd wire.Seq // after the FIN
	// Ack is the highest acknowledgement number that this end sent; HeldAck the
	// highest one held until a SYN or FIN of this end is proved (package analyze
	// then applies it). SYNHeldAck is the one before a FIN, which a proved SYN
	// releases.
	Ack, HeldAck, SYNHeldAck wire.Seq
	// first is the mark of the segment that begins at Low.
	first Mark
	// forgotten is the end of the highest gap that was given up, valid with
	// hasForgotten: before it, it is unknown what was captured.
	forgotten    wire.Seq
	hasForgotten bool
	// BeforeSYN is the state before the SYN of OldSYN, to go back to when the end goes on with its
	// old numbers, valid with HasOldSYN.
	BeforeSYN state.State
	// accepted is how long after its last SYN this end first acknowledged octets of the other, in
	// acceptUnit, rounded up; 0: it has not, or how long is not known.
	accepted uint16
	// OldSYN is the number of a SYN that fell inside the connection's own
	// sequence space, valid with HasOldSYN.
	OldSYN wire.Seq
	TSVal  uint32 // the latest timestamp that this end sent (RFC 7323), by its own order
	Window uint16 // the last window advertised, unscaled
	// lag is how late copies come at the place where segments are seen first, in
	// afterUnit and at least one; 0: none was captured there.
	lag uint16
	// MostWindow is the largest window advertised, in octets.
	MostWindow uint32
	// Stray is the end of the last segment that did not fit the sequence
	// space, valid with HasStray.
	Stray      wire.Seq
	HasStray   bool
	lastWindow uint32 // in octets, as far as the scale is known
	// MSS is the largest segment that this end accepts, by its SYN; 0: unknown.
	MSS uint16
	TTL uint8
	// farApart is set when the last copy came late at its place: clocks may differ.
	farApart bool
	// MostLen is the largest payload that this end sent in one segment, octets.
	MostLen uint32
	// ProbeAt is the octet that this end's last zero-window probe sent ahead,
	// valid with HasProbe, while it has sent no octets since.
	ProbeAt  wire.Seq
	HasProbe bool
	// Probed is the kind of answer that this end's last segment calls for.
	Probed Probed
	// Offloads is set when segments of this end with a wrong checksum were
	// acknowledged; badEnd is the end of one not yet acknowledged, valid
	// with hasBad.
	Offloads, hasBad bool
	badEnd           wire.Seq
	HasTS            bool
	HasOldSYN        bool
	sumRight         bool // the last checksum that could be checked was right

	holes    int32 // first of the ranges never captured, in sequence order
	lastHole int32
	nholes   int32
	dropped  uint64 // octets of holes given up when there were too many

	rtt     rtt
	echo    echo
	Repair  Repair
	Suspect Suspect
	// MostFlight is the most that was in flight (InFlight), octets.
	MostFlight uint32
	// SACKSum is a hash of the SACK blocks of this end's last segment.
	SACKSum uint32

	sentHead, sentTail int32 // the segments remembered, in capture order
	spanHead, spanTail int32 // and their summaries
	nsent              int32
	kept, nkept        int32 // the last of the earlier ones that are kept although finished with (Log), and how many
	ids                idTrend
	tsFirst            uint32 // the first timestamp, captured at tsAt
	// copied is the number, modulo 2^32, of the latest packet with octets of which a copy
	// was captured at the place where segments are seen first; 0: none.
	copied uint32
	tsAt   int64
	// SYNs counts this end's SYNs without copies; SYNAt is when the last of
	// them was captured, copies included.
	SYNs uint8
	// SYNTwice is set when a copy of its SYN was captured.
	SYNTwice bool
	// LastRepeats is set when the last segment of this end with sequence space
	// repeated octets, LastAgain if it was not a copy; RepeatEnd is the end of that
	// segment.
	LastRepeats, LastAgain bool
	RepeatEnd              wire.Seq
	SYNAt                  int64
	// LastTime is when this end's last segment was captured, FreshTime the last
	// one that it had not sent before.
	LastTime, FreshTime int64

	Packets, Payload, Unique    uint64 // Payload and Unique, what had not been captured before, in octets
	Retransmitted               uint64 // octets
	Retransmissions, OutOfOrder uint32
	Duplicates, DupAcks         uint32
	ZeroWindows, KeepAlives     uint32
	places                      places
}

// Is reports whether all of want holds.
func (h *Half) Is(want Has) bool { return h.Has&want == want }

// Any reports whether any of want holds.
func (h *Half) Any(want Has) bool { return h.Has&want != 0 }

// Unproved reports whether this end sent a SYN or FIN that the other end has
// not been seen to acknowledge.
func (h *Half) Unproved() bool {
	return h.Has&(SentSYN|SYNProved) == SentSYN || h.Has&(SentFIN|FINProved) == SentFIN
}

// Rel returns s relative to Base, unwrapped: the distance to Nxt is taken the
// short way.
func (h *Half) Rel(s wire.Seq) int64 { return h.NxtRel + int64(s.Diff(h.Nxt)) }

// Closed reports whether a FIN of this end was captured undamaged: it ends what the end sends at FinEnd.
func (h *Half) Closed() bool { return h.Has&(SentFIN|FINGuessed|FINSpoilt) == SentFIN }

// ScaledWindow returns a window field of this end in octets.
func (h *Half) ScaledWindow(w uint16, syn bool) uint32 {
	if syn || h.Has&Scaled == 0 {
		return uint32(w) // the window of a SYN is never scaled (RFC 7323 §2.2)
	}
	return uint32(w) << h.Scale
}

// InFlight returns how much of what this end sent before nxt the other end, o, had
// not acknowledged (FlightSize, RFC 5681 §2), in octets, where SYN and FIN count as
// one; -1 if no acknowledgement was captured, or only one for another SYN (RFC 9293
// figure 8).
func (h *Half) InFlight(o *Half, nxt wire.Seq) int64 {
	if !o.Is(SentACK) || h.Has&(SentSYN|SYNProved) == SentSYN && !h.CoversSYN(o.Ack, o.MostWindow) {
		return -1
	}
	return max(0, int64(nxt.Diff(o.Ack)))
}

// CoversSYN reports whether an acknowledgement number answers this end's SYN.
// What it covers beyond the segments captured must fit into window, the most
// that its sender would take; 0 allows nothing beyond.
func (h *Half) CoversSYN(ack wire.Seq, window uint32) bool {
	return ack.After(h.ISN) && !ack.After(h.Nxt.Add(window))
}

// Probed is a kind of segment that calls for an answer of its own.
type Probed uint8

// The kinds.
const (
	NotProbed Probed = iota
	KeepAliveProbed
	KeepAlivesProbed // two or more in a row, without copies, that nothing answered
	ZeroWindowProbed
	ZeroWindowsProbed // likewise
	Doubted           // a SYN or RST that the other end will challenge (RFC 5961)
)

// KeepAlive reports whether it asks if the other end is still alive.
func (p Probed) KeepAlive() bool { return p == KeepAliveProbed || p == KeepAlivesProbed }

// ZeroWindow reports whether it asks if a zero window has opened.
func (p Probed) ZeroWindow() bool { return p == ZeroWindowProbed || p == ZeroWindowsProbed }

// Unanswered reports whether two or more of a kind in a row were not answered.
func (p Probed) Unanswered() bool { return p == KeepAlivesProbed || p == ZeroWindowsProbed }

// LastWindow returns the last window that the end advertised, in octets where
// its scale is known.
func (h *Half) LastWindow() uint32 { return h.lastWindow }

// Advertise notes the window of a segment.
func (h *Half) Advertise(window uint16, syn bool) {
	h.Window = window
	h.lastWindow = h.ScaledWindow(window, syn)
	h.MostWindow = max(h.MostWindow, h.lastWindow)
}

// TakeScale sets the scale of this end's windows (RFC 7323 §2.2). spoke says that the last
// window came without SYN: it is scaled as well, though that was not known when it passed.
func (h *Half) TakeScale(scale uint8, spoke bool) {
	late := spoke && h.Has&Scaled == 0
	h.Has |= Scaled
	h.Scale = scale
	if late {
		h.Advertise(h.Window, false)
	}
}

// Summed notes the checksum of a segment that ends at end; fresh says that some of it
// was not captured before. Wrong checksums of such segments that are acknowledged were
// corrected beyond the tap: of others an earlier copy may have come. One in 65,536 of
// those is right by chance, so it takes two in a row to believe that the checksums
// are right.
func (h *Half) Summed(c wire.Checksum, end wire.Seq, fresh bool) {
	switch c {
	case wire.ChecksumGood:
		h.Offloads = h.Offloads && !h.sumRight
		h.hasBad, h.sumRight = false, true
		h.Has |= SumsGood
	case wire.ChecksumBad:
		h.sumRight = false
		if fresh {
			h.hasBad, h.badEnd = true, end
		}
	}
}

// LastBad reports whether the end's last segment whose checksum could be checked had a wrong one, and
// numbers that were not captured before, nor acknowledged since.
func (h *Half) LastBad() bool { return h.hasBad }

// Flow is one connection.
type Flow struct {
	Key    Key
	Number uint64
	// Ref is the flow's own.
	Ref Ref
	// Extra is the caller's own record number, kept with the flow.
	Extra int32

	FirstPacket, LastPacket uint64
	Start, Last             int64 // when these were captured, nanoseconds since 1970

	Half   [2]Half
	Client Side
	// RolesKnown is set once a SYN or SYN-ACK told client from server.
	RolesKnown bool
	self       Side // 1: both ends are one (Key.Self), else 0
	used       bool // since Settle last looked at it
}

// Peer returns the side that a segment of side s is sent to: where a socket is connected
// with itself, that is its own, and the other one is never used.
func (f *Flow) Peer(s Side) Side { return s ^ 1 ^ f.self }

// setKey gives the flow its ends.
func (f *Flow) setKey(k *Key) {
	f.Key = *k
	f.foundSelf()
}

// foundSelf notes whether both ends are one.
func (f *Flow) foundSelf() {
	f.self = 0
	if f.Key.self() {
		f.self = 1
	}
}

// SideOf returns the side of h, one of the halves of f.
func (f *Flow) SideOf(h *Half) Side {
	if h == &f.Half[1] {
		return 1
	}
	return 0
}

// StateIfAlive is where the end stands if it did not take the last RST and the SYN of OldSYN is not its own,
// to be moved with it.
func (h *Half) StateIfAlive() *state.State {
	if h.HasOldSYN {
		return &h.BeforeSYN
	}
	return &h.Before
}

// Answers reports whether an acknowledgement number is for the SYN that the end last sent,
// or also for octets that came with it (RFC 9293 §3.10.7.3: ISS < SEG.ACK =< SND.NXT).
func (h *Half) Answers(ack wire.Seq) bool {
	return ack == h.synNumber()+1 || !h.HasOldSYN && h.CoversSYN(ack, 0)
}

// synNumber returns the number of the SYN that the end last sent.
func (h *Half) synNumber() wire.Seq {
	if h.HasOldSYN {
		return h.OldSYN
	}
	return h.ISN
}
