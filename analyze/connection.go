package analyze

import (
	"net/netip"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// Connection is all that is known about one connection when it is handed over.
// It is lent for the duration of that call: Steps and the packet lists are
// reused.
type Connection struct {
	Number         uint64 // from 1, in order of first packets
	Client, Server netip.AddrPort
	RolesGuessed   bool   // no SYN and no SYN-ACK told the ends apart
	EncapID        uint32 // VLANs and tunnels around it, as wire.Tuple.Encap

	FirstPacket, LastPacket uint64
	Start, End              int64 // nanoseconds since 1970-01-01 UTC

	Opening  Opening
	Closing  Closing
	TimeWait TimeWait

	ClientState, ServerState state.State
	// ClientDoubt and ServerDoubt say why silence marks a state as inferred.
	ClientDoubt, ServerDoubt StateDoubt

	FromClient, FromServer Direction
	// ClientBase and ServerBase are what the relative numbers of each end count
	// from.
	ClientBase, ServerBase Base
	Silence                Silence
	ICMP                   ICMP
	// Clues are the evidence for verdicts.
	Clues Clues

	// Steps are the segments of the handshake and the close in capture order,
	// the first MaxSteps of them; StepsDropped counts those left out.
	Steps        []Step
	StepsDropped uint32

	ZeekState   string // conn_state by Zeek's definitions: "SF", "S0" …
	ZeekHistory string

	// Labels counts the segments that carry each label.
	Labels [label.MaxLabels]uint32

	// Evicted is set when the connection was given up to make room
	// (--max-connections), so that later segments of it count as another one.
	Evicted bool
}

// Self reports whether a socket was connected with itself: both ends are one, and all
// that it sent counts as the client's.
func (c *Connection) Self() bool { return c.Client == c.Server && c.Client.IsValid() }

// Base is the number that relative numbers of one end are counted from when the
// connection is handed over (Observation.Seq of that end, Observation.Ack of
// the other), except those of segments that are Renumbered.
type Base struct {
	Number wire.Seq
	Known  bool // a number of the end was captured; without it Number says nothing
	// ISN is set when Number is the end's ISN, captured or concluded from a
	// SYN-ACK of the other end (RFC 9293 §3.5); else it is the first number seen.
	ISN bool
}

// Step is one segment of a handshake or a close, with its effect.
type Step struct {
	Packet     uint64
	Time       int64    // nanoseconds since 1970-01-01 UTC
	Seq, Ack   wire.Seq // as on the wire
	Flags      wire.Flags
	Len        uint32 // payload octets
	TSVal      uint32 // 0 without timestamps
	TSEcr      uint32
	Window     uint16 // as on the wire
	FromClient bool
	Phase      label.ID // SYN, SYN-ACK, HANDSHAKE-ACK, FIN, ACK-OF-FIN, RST
	Repeated   bool     // the sender had sent this before
	Inferred   bool     // Repeated rests on times or on packets that are missing
	Copy       bool     // the same packet was captured before: its sender did not send it again
	// Acceptable is meaningful for a RST: whether RFC 5961 §3.2 lets it end the
	// connection, or may, because segments were missed.
	Acceptable               bool
	ClientState, ServerState state.State // after the segment
}

// OpeningOutcome is how a connection began (COLUMNS.md: opening.outcome).
type OpeningOutcome uint8

// The outcomes.
const (
	OpeningMidstream    OpeningOutcome = iota // neither SYN nor SYN-ACK captured
	OpeningComplete                           // SYN, SYN-ACK and its ACK
	OpeningSimultaneous                       // both ends sent a SYN that crossed (RFC 9293 figure 7)
	OpeningRefused                            // RST by the server
	OpeningReset                              // RST by the client, or by something between
	OpeningHalfOpen                           // SYN-ACK, no acknowledgement of it captured
	OpeningUnanswered                         // SYN, nothing came back
	OpeningOneWay                             // only one direction captured
)

var openingNames = [...]string{"midstream", "complete", "simultaneous", "refused", "reset", "half-open", "unanswered", "one-way"}

func (o OpeningOutcome) String() string { return openingNames[o] }

// OpeningForm is the shape of the handshake, where both ends' SYNs were seen.
type OpeningForm uint8

// The forms.
const (
	FormNone         OpeningForm = iota // not enough was seen to say
	FormThreeWay                        // RFC 9293 figure 6
	FormSimultaneous                    // RFC 9293 figure 7
	FormSplit                           // both ends sent a SYN, but only the client a SYN-ACK: a split handshake, or a lost SYN
)

var formNames = [...]string{"", "three-way", "simultaneous", "split"}

func (f OpeningForm) String() string { return formNames[f] }

// Opening describes the handshake.
type Opening struct {
	Outcome OpeningOutcome
	Form    OpeningForm

	// SynPackets and SynAckPackets list packet numbers, retransmissions
	// included; lists are cut at MaxSteps, SynCount and SynAckCount are not.
	SynPackets, SynAckPackets []uint64
	SynCount, SynAckCount     uint32 // SynCount: of the client
	ServerSynCount            uint32 // SYNs without ACK of the server: they crossed, or the handshake was split
	AckPacket                 uint64 // the segment that completed the handshake; 0: none

	ClientISN, ServerISN           wire.Seq
	ClientISNKnown, ServerISNKnown bool
	// AckOfClient and AckOfServer are the acknowledgement numbers that
	// answered the ISNs, for the check ack = ISN + 1.
	AckOfClient, AckOfServer           wire.Seq
	AckOfClientKnown, AckOfServerKnown bool

	// RTTServer is the time from the SYN that was answered to the SYN-ACK,
	// RTTClient from the SYN-ACK to its ACK, at this tap, in nanoseconds. -1:
	// not seen, or sent several times so that the one answered is unknown; only
	// an echoed timestamp of the last one tells that (RFC 6298 §3).
	RTTServer, RTTClient int64
	// Took is the time from the first SYN to the completing segment; -1.
	Took int64
	// AckLater is set where AckPacket was sent later than the ACK that answered the
	// SYN-ACK, which was not captured before it, or never: RTTClient is unknown, and Took is at most.
	AckLater bool

	// LostSyn and LostSynAck are the packets of the first SYN and the first SYN-ACK that passed one place of capture
	// and not the other (Direction.LostBetween); 0: none.
	LostSyn, LostSynAck uint64

	ClientOptions, ServerOptions EndOptions
	// SynData and AckData count payload octets in the SYN (RFC 7413) and in
	// the segment that completed the handshake.
	SynData, AckData uint32
	// SynAckISNs counts the different ISNs of SYN-ACKs; above 1 several
	// machines or several incarnations answered.
	SynAckISNs uint8
	// Renumbered counts segments that are left out because their numbers count from another
	// ISN of an end: something between answered the SYN in its place, and RenumberedAck
	// is the packet that shows it. 0: none.
	Renumbered    uint32
	RenumberedAck uint64
	// BadAcks counts SYN-ACKs whose acknowledgement was not ISN + 1.
	BadAcks uint8
	// SynAckFirst is set if the SYN-ACK was captured before the SYN.
	SynAckFirst bool
	// ICMPPacket is an ICMP error that quoted a segment of this opening; 0:
	// none. ICMPType, ICMPCode are in the numbers of the IP version. ICMPOfServer is
	// set where it quotes a SYN-ACK or SYN of the server.
	ICMPPacket         uint64
	ICMPType, ICMPCode uint8
	ICMPFrom           netip.Addr
	ICMPOfServer       bool
}

// EndOptions are the options that one end offered in its SYN or SYN-ACK.
type EndOptions struct {
	Known       bool // the SYN or SYN-ACK was captured
	Set         wire.OptionSet
	MSS         uint16
	WindowScale uint8
	Window      uint16 // the unscaled window of the SYN
	FastOpenLen uint8
	ECN         ECN
}

// ECN is what a SYN or SYN-ACK offers of explicit congestion notification.
type ECN uint8

// The ECN offers (RFC 3168 §6.1.1, RFC 9768 §3.1).
const (
	ECNNone     ECN = iota
	ECNClassic      // SYN: ECE and CWR; SYN-ACK: ECE without CWR
	ECNAccurate     // SYN: AE, CWR and ECE; SYN-ACK: AE/CWR/ECE as RFC 9768 table 2
)

var ecnNames = [...]string{"", "ecn", "accecn"}

func (e ECN) String() string { return ecnNames[e] }

// Agreed returns what both ends offered, which is what applies to the
// connection. ok is false when one of the two offers was not captured.
func (o *Opening) Agreed() (set wire.OptionSet, ecn ECN, ok bool) {
	if !o.ClientOptions.Known || !o.ServerOptions.Known {
		return 0, ECNNone, false
	}
	ecn = min(o.ClientOptions.ECN, o.ServerOptions.ECN)
	return o.ClientOptions.Set & o.ServerOptions.Set, ecn, true
}

// OpenedIn returns the time from the first SYN to the segment that completed the
// handshake in nanoseconds; -1: unknown.
func (o *Opening) OpenedIn() int64 {
	if o.AckLater {
		return -1
	}
	return o.Took
}

// ClosingOutcome is how a connection ended (COLUMNS.md: closing.outcome).
type ClosingOutcome uint8

// The outcomes.
const (
	ClosingOpen         ClosingOutcome = iota // no close seen
	ClosingNormal                             // a FIN each way
	ClosingSimultaneous                       // both FINs sent before the other arrived (RFC 9293 figure 13)
	ClosingHalfClosed                         // one FIN only so far
	ClosingReset                              // an acceptable RST before both FINs were acknowledged
)

var closingNames = [...]string{"open", "normal", "simultaneous", "half-closed", "reset"}

func (c ClosingOutcome) String() string { return closingNames[c] }

// Side names the end, or ends, that did something.
type Side uint8

// The sides.
const (
	NoSide Side = iota
	ClientSide
	ServerSide
	BothSides
)

var sideNames = [...]string{"none", "client", "server", "both"}

func (s Side) String() string { return sideNames[s] }

// Closing describes the close.
type Closing struct {
	Outcome      ClosingOutcome
	ActiveCloser Side // who sent the first FIN; both when they crossed
	// Inferred is set when a FIN was not captured and follows from the numbers
	// around it, or when what one end did was not captured at all.
	Inferred bool
	// OrderInferred is set when the order of the FINs need not be that of the CLOSE calls: the FIN
	// that came second may have waited behind octets, or for room (RFC 9293 §3.10.4).
	OrderInferred bool
	FinPackets    []uint64
	FinCount      uint32 // retransmissions included
	// Segments is how many the close took where both FINs were acknowledged:
	// 3 when the second FIN carried the acknowledgement of the first, else 4.
	Segments uint8

	RstPacket uint64 // the first acceptable RST; 0: none
	RstBy     Side
	RstAfter  RstAfter
	// RstUnasked is set if the end that the RST names had acknowledged all that the other
	// end was seen to send, and no more of that came later: the RST answers nothing.
	RstUnasked bool
	// RstIgnored counts RSTs that changed nothing: RFC 5961 §3.2 does not accept them, their
	// checksum is wrong, or the end that they were sent to went on all the same.
	RstIgnored uint32

	// HalfClosedFor is the time in nanoseconds between the first FIN and the
	// other end's FIN (or the end, or the RST); -1 where there was no FIN or
	// the FINs crossed. HalfClosedOctets is the payload that the passive closer
	// sent for the first time in it.
	HalfClosedFor    int64
	HalfClosedOctets uint64
}

// RstAfter is the situation in which a RST ended a connection. If several fit,
// the most specific is given: TIME-WAIT, the handshake, unread data, keep-alive
// unanswered, after FIN, in this order.
type RstAfter uint8

// The situations.
const (
	RstNone         RstAfter = iota
	RstRefused               // answers a SYN
	RstHandshake             // during the handshake, after a SYN-ACK
	RstAbort                 // in an open connection
	RstAfterFIN              // after the RST's sender, or its peer, had sent a FIN
	RstUnreadData            // data of the peer was not acknowledged, or came after the sender's FIN
	RstNoConnection          // answers a segment without SYN and ACK: its sender knows of no connection (RFC 9293 §3.10.7.1)
	RstTimeWait              // reached an end in TIME-WAIT (RFC 1337)
	RstKeepAlive             // its sender had asked by several keep-alives in a row, and nothing answered (RFC 9293 §3.8.4)
)

var rstAfterNames = [...]string{"", "refused", "in the handshake", "abort", "after FIN", "with unread data", "no connection", "in TIME-WAIT", "keep-alive unanswered"}

func (r RstAfter) String() string { return rstAfterNames[r] }

// Direction counts what one end sent, in segments unless stated otherwise.
type Direction struct {
	Packets            uint64
	PayloadOctets      uint64 // everything sent, retransmissions included
	UniqueOctets       uint64 // payload octets seen for the first time
	Retransmissions    uint64
	RetransmittedBytes uint64 // payload octets in them that had been captured before
	OutOfOrder         uint64
	DuplicatePackets   uint64
	DuplicateAcks      uint64
	ZeroWindows        uint64
	KeepAlives         uint64
	MissingBytes       uint64 // sequence numbers that were skipped or acknowledged, and never captured
	// ZeroWindowTime and WindowFullTime are how long the other end's window held
	// this end back, nanoseconds (Episode); WindowEpisodes is how often.
	ZeroWindowTime, WindowFullTime int64
	WindowEpisodes                 uint64
	// UnseenBytes are sequence numbers that the other end acknowledged, or reported by SACK, although
	// they were never captured: the capture missed them, they were not lost.
	UnseenBytes uint64
	// MostInFlight is the most that was sent and not acknowledged at one time
	// (FlightSize, RFC 5681 §2), octets, as seen at this tap.
	MostInFlight uint64
	// Causes counts the Retransmissions by cause, at the index label.Cause.
	Causes [label.CauseCount]uint32
	// Inferred counts the Retransmissions that are inferred from times or from
	// missing packets.
	Inferred uint64
	// Spurious counts the Retransmissions that were shown to be unnecessary,
	// when they passed or by a later acknowledgement.
	Spurious uint64
	// LostBetween counts segments that passed one place of capture and not the other, past which their
	// sender then sent them again: they were lost between both, or missed there by the capture.
	LostBetween uint64
	// RTT are the times from this end's segments to the acknowledgements of the
	// other end, at this tap, of segments sent once (Karn's rule, RFC 6298 §3);
	// EchoRTT those to the acknowledgements that echo their timestamps (RFC 7323
	// §4). SmoothedRTT and RTO are the last values of RFC 6298 §2, from RTT, in
	// nanoseconds; -1 without a sample.
	RTT, EchoRTT     RTT
	SmoothedRTT, RTO int64
	// SlowestAnswer is the longest that this end let the other wait for payload.
	SlowestAnswer Answer
	// ResendWait is how long nothing of the connection was captured before the
	// Retransmissions, in nanoseconds: the least that waiting for them cost.
	ResendWait int64
	// AckWait is payload of this end that waited for late acknowledgements.
	AckWait AckWait
	// Unacknowledged counts the sequence numbers that this end had sent and the
	// other had not acknowledged in the end; 0 if no acknowledgement of the other
	// end was captured. Timeouts counts the last retransmission timeouts in a row
	// that led to none.
	Unacknowledged uint64
	Timeouts       uint8
	// Long is evidence that the path drops the long packets of this end.
	Long LongClue
	// Probed describes unanswered probes at the end of the connection.
	Probed Probed
	// Stuck is about the first Unacknowledged octets, if they were sent again.
	Stuck Stuck
}

// Probed describes the last probes of an end, two or more in a row, that nothing answered. For is
// the time from the other end's last segment to the last of them, in nanoseconds; 0: there are
// none.
type Probed struct {
	For    int64
	Window bool // they are window probes, not keep-alives
}

// RTT is what was measured of a round trip.
type RTT = flow.RTT

// MaxSteps bounds the handshake and close segments kept for one connection.
const MaxSteps = 64
