package label

import "strconv"

// MaxEvidence is how many labels of one segment can carry evidence.
const MaxEvidence = 4

// Evidence holds the reason for each label that has one.
type Evidence struct {
	Len   uint8
	Items [MaxEvidence]Item
}

// Item is the reason for one label. Packet is the packet that the reason points
// to; 0: none. Doubts are the defects of the capture that affect this reason.
type Item struct {
	Label  ID
	Reason Reason
	Doubts Doubt
	Packet uint64
}

// Add records what decided a label; beyond MaxEvidence it is dropped.
func (e *Evidence) Add(id ID, why Reason, packet uint64) {
	if int(e.Len) < len(e.Items) {
		e.Items[e.Len] = Item{Label: id, Reason: why, Packet: packet}
		e.Len++
	}
}

// Inferred reports whether a label is inferred rather than stated by the
// packets themselves.
func (e *Evidence) Inferred(id ID) bool {
	for i := range e.Items[:min(int(e.Len), MaxEvidence)] {
		if it := &e.Items[i]; it.Label == id && Reasons[it.Reason].Inferred {
			return true
		}
	}
	return false
}

// doubt marks each reason that the defects affect.
func (e *Evidence) doubt(d Doubt) {
	for i := range e.Items[:e.Len] {
		it := &e.Items[i]
		it.Doubts = d & Reasons[it.Reason].Damage
	}
}

// Reason is a fixed phrase that names a piece of evidence.
type Reason uint8

// The reasons, not ordered by trust; Reasons says what each means.
const (
	None Reason = iota
	BytesSeen
	SynSeen
	FinSeen
	SomeSeen
	GapInFront
	SameIPID
	TooSoon
	SameTSval
	LaterIPID
	EarlierIPID
	LaterTSval
	EarlierTSval
	TimeOnly
	IPIDJump
	ReceivedTwice
	OlderEcho
	SoonerThanRTT
	SynAckTwice
	SameTick
	BelowIPID
	AnswersSYN
	Elsewhere
	SynElsewhere
	AsOthers
	AckTwice
	SenderOpen
	LowerAck
	LowerWindow
	HigherAck
	BytesHeldUp
	ReasonCount // how many there are; not a reason
)

// ReasonSpec defines one phrase.
type ReasonSpec struct {
	Text   string
	link   string // to the packet that it points to; "" where the packet is left out
	Means  string
	Damage Doubt // what of a capture makes it doubtful
	// Inferred is set if the reason rests on times, or on packets that were
	// not captured: likely, never certain.
	Inferred bool
}

// byTime are the doubts that affect everything that rests on the times of
// packets.
const byTime = ClockBack | SeveralClocks

// Reasons lists every phrase; a Reason is an index into it.
var Reasons = [ReasonCount]ReasonSpec{
	None:          {},
	BytesSeen:     {"bytes seen", " in packet ", "every octet of it had been captured from this end", 0, false},
	SynSeen:       {"SYN seen", " in packet ", "a SYN with this number had been captured from this end", 0, false},
	FinSeen:       {"FIN seen", " in packet ", "the FIN had been captured from this end", 0, false},
	SomeSeen:      {"some of the bytes seen", " in packet ", "some of its octets, not all, had been captured from this end", 0, false},
	GapInFront:    {"gap in front", "", "octets before it were never captured", Missed | OneDirection, false},
	SameIPID:      {"same IP ID and range", " as packet ", "range, timestamp and IP identification are those of that packet", 0, false},
	TooSoon:       {"too soon to be an answer", " to packet ", "it is like that packet and came sooner than its sender can have reacted to anything", byTime | OneDirection, true},
	SameTSval:     {"same TSval and range", " as packet ", "its timestamp is that of that packet, although the sender's clock had gone on", byTime, false},
	LaterIPID:     {"IP ID above those beyond the hole", "", "it fills octets that were skipped and was sent after the first packet after them", 0, false},
	EarlierIPID:   {"IP ID below those beyond the hole", "", "it fills octets that were skipped and was sent before the first packet after them", byTime, false},
	LaterTSval:    {"TSval later than", " packet ", "the same, by the timestamp", 0, false},
	EarlierTSval:  {"TSval earlier than", " packet ", "the same, by the timestamp", byTime, false},
	TimeOnly:      {"time only", "", "nothing decides but the time since the octets were skipped, or since a packet like it that was overtaken", byTime | OneDirection, true},
	IPIDJump:      {"IP ID jump after a pause", "", "identifications that had risen one by one have jumped, and nothing was captured for as long as a timer runs", byTime | Missed | Merged, true},
	ReceivedTwice: {"received again", " with packet ", "the octets that the D-SACK reports came last with that packet", 0, false},
	OlderEcho:     {"TSecr from before", " packet ", "the timestamp that it echoes is older than that packet's", 0, false},
	SoonerThanRTT: {"sooner than a round trip", " after packet ", "it came sooner than that packet can have been answered", byTime, true},
	SynAckTwice:   {"SYN-ACK again at once", " after packet ", "it is like that packet and came at once, as a copy does; but so does a second answer to a SYN that was copied", byTime, true},
	SameTick:      {"TSval no later than", " packet ", "both were sent within a tick of the sender's clock; a repair comes a round trip later", byTime, false},
	BelowIPID:     {"IP ID below that of", " packet ", "it was sent before that packet, which has its octets", byTime, false},
	AnswersSYN:    {"answers a SYN", "", "a SYN came, or crossed it: no timer of its own ran", 0, false},
	Elsewhere:     {"captured at two places", " after packet ", "it is like that packet and came through another interface or with another TTL, as did copies of others of its connection, or of the SYN that it answers", 0, true},
	SynElsewhere:  {"SYN seen at another interface", " in packet ", "a SYN with this number had been captured from this end, but elsewhere: it may be the same packet", byTime, true},
	AckTwice:      {"says nothing beyond", " packet ", "it is like that packet in every field, and comes sooner than its end can have been sent anything again; what it would answer is reported by SACK and D-SACK", byTime, true},
	LowerAck:      {"acknowledges less than", " packet ", "it was sent before that packet: what an end acknowledges never goes back, save in a segment that is sent again as it was queued, and no timer should do that within a second (RFC 6298 §2.4)", byTime, false},
	LowerWindow:   {"less room than after it", "", "it acknowledges as much as the latest packet of its end and offers less: an end should not take back room (RFC 9293 §3.8.6), so that it was sent before", byTime, true},
	HigherAck:     {"acknowledges more than", " packet ", "it fills octets that were skipped and was sent after that packet, the first after them: what an end acknowledges never goes back", 0, false},
	BytesHeldUp:   {"bytes seen, sent before others", "", "every octet of it had been captured from this end, longer ago than packets are remembered, and it was sent before another packet of this end that was captured before it: it may be a copy that was held up on the way", byTime, true},
	SenderOpen:    {"left before its sender opened", ", first seen in packet ", "its sender had sent an acknowledgement that only an open end sends, and such an end sends no SYN or SYN-ACK any more: this one left before that", byTime, true},
	AsOthers:      {"captured twice like others", " after packet ", "it is like that packet, of which no copy was captured before, in a connection of which more than one packet in four is a copy; and it comes less than twice as late as the latest copy of its end did (of the other end, where this one sent nothing but RSTs), or less than one and a half times as late where the copy of a later packet with octets has already come (heuristics)", byTime, true},
}

// String returns the phrase without the packet that it may point to.
func (r Reason) String() string { return Reasons[r].Text }

// Append appends the reason with the packet that it points to and its doubts:
// "bytes seen in packet 12".
func (it *Item) Append(b []byte) []byte {
	r := &Reasons[it.Reason]
	b = append(b, r.Text...)
	if it.Packet != 0 && r.link != "" {
		b = append(b, r.link...)
		b = strconv.AppendUint(b, it.Packet, 10)
	}
	return it.Doubts.append(b)
}
