package wireshark

// Set is what Wireshark says of one segment: any number of names.
type Set uint16

// The names. The comment is when Wireshark gives it; "expected" is the number
// after the furthest octet that the end has sent, fillers for SYN and FIN
// included.
const (
	// Retransmission: sequence space that was sent before, and none of the next
	// three.
	Retransmission Set = 1 << iota
	// FastRetransmission: old, the octet that the peer asks for, soon after at
	// least two duplicate ACKs.
	FastRetransmission
	// SpuriousRetransmission: data that the peer has acknowledged as a whole.
	SpuriousRetransmission
	// OutOfOrder: old, but too soon after the furthest one to be a repair.
	OutOfOrder
	// LostSegment: the sequence number lies after the expected one.
	LostSegment
	// AckLostSegment: acknowledges what was not captured.
	AckLostSegment
	// DuplicateAck: an empty segment that repeats number, ACK and window.
	DuplicateAck
	// KeepAlive: at most one octet, one before the expected number.
	KeepAlive
	// KeepAliveAck: the answer to one.
	KeepAliveAck
	// ZeroWindow: the segment announces no window.
	ZeroWindow
	// ZeroWindowProbe: one new octet against a closed window.
	ZeroWindowProbe
	// ZeroWindowProbeAck: the answer to one that keeps the window closed.
	ZeroWindowProbeAck
	// WindowUpdate: an empty segment that changes nothing but the window.
	WindowUpdate
	// WindowFull: data up to exactly the edge of the peer's window.
	WindowFull
	// ReusedPorts: a SYN with another number than the stream of the same
	// addresses and ports has.
	ReusedPorts

	nameCount = iota
)

// fieldNames are the names of tshark's fields, in the order of the bits.
var fieldNames = [nameCount]string{
	"tcp.analysis.retransmission",
	"tcp.analysis.fast_retransmission",
	"tcp.analysis.spurious_retransmission",
	"tcp.analysis.out_of_order",
	"tcp.analysis.lost_segment",
	"tcp.analysis.ack_lost_segment",
	"tcp.analysis.duplicate_ack",
	"tcp.analysis.keep_alive",
	"tcp.analysis.keep_alive_ack",
	"tcp.analysis.zero_window",
	"tcp.analysis.zero_window_probe",
	"tcp.analysis.zero_window_probe_ack",
	"tcp.analysis.window_update",
	"tcp.analysis.window_full",
	"tcp.analysis.reused_ports",
}

// Has reports whether all names in want are in the set.
func (s Set) Has(want Set) bool { return s&want == want }

// Any reports whether any of the names in want is in the set.
func (s Set) Any(want Set) bool { return s&want != 0 }

// Names returns the field names of tshark in a fixed order, nil for none.
func Names(s Set) (names []string) {
	for i, name := range fieldNames {
		if s&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}
