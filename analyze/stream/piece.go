package stream

import "tcpwatch/capture/wire"

// Kind says what a Piece is.
type Kind uint8

// The kinds.
const (
	Octets   Kind = iota // octets of the stream, in order, each once
	Gap                  // octets of the stream that are not there
	Conflict             // octets that came again with other content
	Outside              // octets that are not part of the stream
)

var kindNames = [...]string{"octets", "gap", "conflict", "outside"}

func (k Kind) String() string { return kindNames[k] }

// Reason says why octets are missing, left out or doubtful.
type Reason uint8

// The reasons. Those from BadChecksum on are doubts about captured octets.
const (
	NoReason Reason = iota

	// Of a Gap.
	NotCaptured // the other end acknowledged them: delivered, but not captured, nor for a while after that
	Cut         // their packet was captured, but cut before them (snaplen)
	Unknown     // neither captured nor acknowledged, though octets after them were captured
	BufferFull  // let go: the buffer was full before they came
	TooManyGaps // let go: more than 256 gaps were open
	ClosedEarly // let go: the analysis gave the connection up to make room

	// Of a Conflict, of octets Outside, of a Gap if nothing else was
	// captured, and of Octets accepted nevertheless.
	BadChecksum   // the checksum is wrong, and those of the same end are otherwise right (RFC 9293 §3.1)
	SYNData       // in a SYN, and not acknowledged with it (RFC 7413 §3); of Octets: their sender went on after them
	BeforeStart   // before the first octet
	AfterFIN      // after the FIN (RFC 9293 §3.10.7.4, seventh: ignore the segment text)
	AfterRST      // captured after a RST that was acceptable
	InRST         // the text of a RST (RFC 9293 §3.5.3)
	BeyondWindow  // beyond what the receiver had offered to take (RFC 9293 §3.10.7.4)
	NoACK         // in a segment without ACK, which its receiver drops (RFC 9293 §3.10.7.4)
	ForeignNumber // the number does not fit the connection
	Late          // captured after their gap was given up
	ReasonCount   // how many there are; not a reason
)

var reasonNames = [ReasonCount]string{
	"", "not-captured", "cut", "unknown", "buffer-full", "too-many-gaps", "closed-early",
	"bad-checksum", "syn-data", "before-start", "after-fin", "after-rst", "in-rst", "beyond-window", "no-ack",
	"foreign-number", "late",
}

func (r Reason) String() string {
	if r < ReasonCount {
		return reasonNames[r]
	}
	return "?"
}

// letGo reports whether a gap was given up for lack of room, without evidence.
func (r Reason) letGo() bool { return r == BufferFull || r == TooManyGaps || r == ClosedEarly }

// Piece is a part of one direction's stream, or a note about it. It and its
// slices are lent for the duration of the call that hands it over.
type Piece struct {
	Connection uint64     // as in analyze.Observation
	FromClient bool       // who sent it, by what was known at the first piece
	Tuple      wire.Tuple // of the segments that went its way
	Kind       Kind
	Reason     Reason // NoReason for Octets that nothing speaks against
	// Offset counts octets from the beginning of the direction's stream: from
	// the first after the SYN or, without a SYN, from the first captured; if
	// none was, from the first acknowledgement number. Octets and Gaps of one
	// direction follow each other without a break. Outside may lie before 0;
	// with ForeignNumber it says nothing.
	Offset int64
	// Len is how many octets the piece stands for.
	Len int64
	// Data holds the octets; in a Conflict the version that is not kept, in
	// Outside as many as were captured. It is nil in a Gap.
	Data []byte
	// Kept is the version kept, in a Conflict; nil if it is no longer held, so
	// that only the checksums of the payloads differ (label DIFFERENT-CONTENT).
	Kept []byte
	// Packet brought Data, at Time (nanoseconds since 1970-01-01 UTC); in a Gap
	// it is the first packet after it, or the one that was cut; 0: none.
	// KeptPacket brought Kept.
	Packet, KeptPacket uint64
	Time               int64
	// AckPacket acknowledged the octets, or with NotCaptured the gap; 0: none
	// did before they were handed on.
	AckPacket uint64
	// Continues is false for the first Octets or Gap of a direction.
	Continues bool
}

// Total aggregates one direction.
type Total struct {
	Tuple     wire.Tuple // of the segments that went its way
	Octets    int64      // handed on
	Unacked   int64      // of them, never acknowledged when they were handed on
	Missing   int64      // in gaps
	LetGo     int64      // of them, given up without evidence
	Gaps      int64
	Conflicts int64
	Outside   int64 // octets
	// Begun is set when the direction has octets or gaps; FromStart when a SYN
	// tells where it begins.
	Begun, FromStart bool
	FIN              bool // a FIN ended it
	AnyACK           bool // an acknowledgement of it was captured
	// Contradicted is the packet that showed, after the first piece, that the
	// other end is the client, as analyze.Connection then has it; 0: none did.
	Contradicted uint64
}
