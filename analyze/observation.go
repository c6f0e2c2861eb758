package analyze

import (
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/wireshark"
	"tcpwatch/capture/wire"
)

// Observation is what was found out about one segment. It and everything it
// points to are lent for the duration of the call that hands it over.
type Observation struct {
	Segment    *wire.Segment
	Connection uint64 // the connection's number, from 1 in order of first packets
	FromClient bool

	// Seq and Ack are relative to the ISNs if these were seen, else to the
	// first number seen from that end. They are unwrapped, so they go on
	// rising beyond 2^32. Ack is 0 and AckValid false if the ACK bit is
	// clear.
	Seq, Ack int64
	AckValid bool
	// Window is in octets after scaling. WindowScaled is false when the
	// handshake was not seen, so that the true window may be larger.
	Window       uint32
	WindowScaled bool
	// SeqDelta is Seq minus the number expected next from this end: 0 in
	// order, above 0 a gap, below 0 old octets.
	SeqDelta int64
	// Stray is set when the segment's number does not fit the connection: a SYN
	// inside its sequence space, or a number that the receiver would not take
	// (RFC 9293 §3.10.7.4) and that lost packets do not explain yet. Its
	// payload is not part of the stream.
	Stray bool
	// Renumbered is set, with Stray, when the segment counts from a second ISN, behind something
	// that answered the SYN for the server: it is another one of the connection once more
	// (Opening.Renumbered). Seq and Ack are relative to that ISN.
	Renumbered bool
	// Acceptable is meaningful for a RST: whether RFC 5961 §3.2 lets it end the
	// connection, or may, because segments were missed.
	Acceptable bool
	// SeenBefore is set if the segment occupies sequence space, all of which
	// was seen from this end before.
	SeenBefore bool
	// InFlight is what the sender had sent and the other end not acknowledged,
	// this segment included (FlightSize, RFC 5681 §2), in octets, as seen at this
	// tap; SYN and FIN count as one. -1 where no acknowledgement was captured.
	InFlight int64
	// TimeDelta is the time since the previous segment of the connection, in
	// nanoseconds; 0 for the first. It is negative when the clock ran backwards.
	TimeDelta int64

	Labels label.Set
	// Cause says why a RETRANSMISSION was sent.
	Cause    label.Cause
	Repeat   Repeat
	Evidence label.Evidence

	// Wireshark holds the names that tshark would give; empty unless asked for
	// by Config.Wireshark.
	Wireshark wireshark.Set

	ClientState, ServerState state.State // after this segment
}
