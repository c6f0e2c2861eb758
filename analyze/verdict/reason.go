package verdict

import "strconv"

// Reason is a fixed phrase that names a piece of evidence.
type Reason uint8

// The reasons.
const (
	None Reason = iota
	SynUnanswered
	SynAgain
	SynAgainWithoutECN
	SynAgainWithoutData
	SynSigned
	SynSignedAO
	EchoesLater
	EchoesEarlier
	AnswersBare
	PassedHere
	SynAckPassed
	SynAckAgain
	AckPassed
	BareAckPassed
	ServerNear
	RstAnswers
	RstTTL
	RstTooSoon
	AnsweredAfter
	RstIPID
	RstWindow
	ICMPQuotes
	ICMPQuotesSynAck
	HostAnswers
	ListenerAnswers
	ListenerAccepts
	ListenerKeeps
	ClientIgnored
	KeptWaiting
	SynAckOnce
	OptionsGone
	GrantedBefore
	OldAck
	OldRst
	RstAfterSynAck
	ManyTargets
	ManyReset
	WaitedForSyn
	WaitedForSynAck
	RoundTrip
	LongestRoundTrip
	SACKNotPermitted
	TimestampsNotAgreed
	TimestampsGone
	BeyondWindow
	RstOutside
	WentOn
	NamedWentOn
	NamedSentAfter
	NamedSilent
	NotRepeated
	SynAckOrAck
	AckEchoes
	AckOfNumber
	SynAckOther
	AckBefore
	AnswerLate
	LeastWay
	SACKOutside
	ClientLong
	ServerLong
	ShortBrought
	ShortReported
	NeverSoLong
	GoesOnWithout
	NextMTU
	TooBig
	NoICMP
	SynAckNotTaken
	SynUnsigned
	ListenerFull
	OldInTimeWait
	OldNotClosed
	OldWouldTake
	HostUnheard
	NobodyHeard
	WindowUnscaled
	WindowScaled
	SynLostBetween
	SynAckLostBetween
	ClientAwaitsAck
	ServerAwaitsAck
	AckWaitTimes
	AckWaitAll
	NeverAtOnce
	reasonCount
)

// reasonTexts has each phrase; $p is the packet, $q the one that it is compared
// with, $t a duration and $n a count.
var reasonTexts = [reasonCount]string{
	SynUnanswered: "SYN in packet $p was not answered",
	SynAgain:      "SYN again in packet $p, $t after packet $q",

	SynAgainWithoutECN:  "SYN again in packet $p, $t after packet $q, and no longer asking for ECN, for which the first may have been dropped",
	SynAgainWithoutData: "SYN again in packet $p, $t after packet $q, and no longer with payload, for which the first may have been dropped",
	SynSigned:           "SYN in packet $p is signed (MD5): who expects another key drops it without an answer",
	SynSignedAO:         "SYN in packet $p is signed (TCP-AO): who expects another key drops it without an answer",

	EchoesLater:       "SYN-ACK in packet $p echoes the timestamp of packet $q",
	EchoesEarlier:     "SYN-ACK in packet $p echoes the timestamp of packet $q: that SYN had arrived",
	AnswersBare:       "ACK in packet $p answers a SYN before SYN-ACK in packet $q, as an end in SYN-RECEIVED does: it had sent one before",
	PassedHere:        "packet $p passed this tap and was not answered: lost between here and the server, or dropped by the server, whose queue may be full",
	SynLostBetween:    "packet $p passed one place of capture and not the other, which it passed when it was sent again: lost between them, unless the capture missed it there",
	SynAckLostBetween: "SYN-ACK in packet $p passed one place of capture and not the other, which it passed when it was sent again: lost between them, unless the capture missed it there",
	SynAckPassed:      "SYN-ACK in packet $p passed this tap before packet $q: lost between here and the client",
	SynAckAgain:       "SYN-ACK again in packet $p, $t after packet $q",
	AckPassed:         "the ACK in packet $p passed this tap before packet $q: lost between here and the server, or not taken by the server, whose queue may be full",
	BareAckPassed: "the ACK in packet $p passed this tap before packet $q, and no payload did: lost between here and the server, " +
		"or not taken by the server, whose queue may be full or which waits for data (TCP_DEFER_ACCEPT)",
	ServerNear:          "a round trip to the server takes $t only, in which little is lost",
	RstAnswers:          "RST in packet $p answers the SYN in packet $q after $t",
	RstTTL:              "TTL $n in packet $p, which no other segment of this host has",
	RstTooSoon:          "RST in packet $p after $t, sooner than half the shortest round trip to this host",
	AnsweredAfter:       "the host answers the same SYN in packet $p, after the RST in packet $q",
	RstIPID:             "IP ID of packet $p lies $n from that of the host's packet before",
	RstWindow:           "window $n in the RST in packet $p",
	ICMPQuotes:          "ICMP error in packet $p quotes the SYN",
	ICMPQuotesSynAck:    "ICMP error in packet $p quotes the SYN-ACK: the SYN had arrived",
	HostAnswers:         "connections to this host that began before it were answered (at most a second before it, or later)",
	ListenerAnswers:     "connections to this address and port that began before it were answered (at most a second before it, or later)",
	ListenerAccepts:     "connections to this address and port that began before it went on (at most a second before its handshake was complete, or later)",
	ClientIgnored:       "$n segments of the client after the handshake are not acknowledged, from packet $p on",
	ListenerKeeps:       "connections to this address and port that began before it are kept waiting likewise",
	KeptWaiting:         "nothing shows that the server took what the client sends from packet $p on, until packet $q, $t later",
	SynAckOnce:          "SYN-ACK in packet $p was not sent again in $t although nothing shows that its ACK was taken",
	OptionsGone:         "SYN-ACK in packet $p has neither the window scale nor the SACK that packet $q offered",
	GrantedBefore:       "connections to this address and port that began before it were given them",
	OldAck:              "SYN answered in packet $p by an ACK that is not for it",
	OldInTimeWait:       "the server had entered TIME-WAIT in the connection before",
	OldNotClosed:        "the server had not closed the connection before, or not first: so it is not in TIME-WAIT",
	OldWouldTake:        "an end in TIME-WAIT would have accepted this SYN: its number or timestamp is later than what that ACK shows",
	OldRst:              "the client resets that in packet $p",
	RstAfterSynAck:      "the client answers the SYN-ACK in packet $q with a RST in packet $p",
	ManyReset:           "its client answered SYN-ACKs of at least $n addresses and ports with a RST before, and opened fewer connections",
	ManyTargets:         "its client tried at least $n addresses and ports before, and opened none",
	WaitedForSyn:        "$t passed between the SYNs in packets $q and $p",
	WaitedForSynAck:     "$t passed between the SYN-ACKs in packets $q and $p",
	RoundTrip:           "a round trip takes $t",
	LongestRoundTrip:    "the longest round trip measured takes $t",
	SACKNotPermitted:    "SACK blocks in packet $p, which the other end's SYN did not permit",
	TimestampsNotAgreed: "timestamps in packet $p, which were not agreed on",
	TimestampsGone:      "no timestamps in packet $p, although both SYNs have them",
	BeyondWindow:        "packet $p lies beyond any window without window scaling, which was not agreed on",
	RstOutside:          "the number of the RST in packet $p is not the one expected next",
	WentOn:              "its receiver goes on in packet $p",
	NamedWentOn:         "the end that it names goes on in packet $p",
	NamedSentAfter:      "the end that it names goes on in packet $p, which it sent after the RST in packet $q",
	NamedSilent:         "nothing shows that the end that it names goes on: the RST may be its own, after octets that were lost",
	NotRepeated:         "for $t after packet $p the end that it names neither goes on nor resets again",
	SynAckOrAck:         "SYN-ACK in packet $p passed this tap before packet $q: it or its ACK was lost between here and the client",
	AckEchoes:           "the ACK in packet $p echoes the timestamp of the SYN-ACK in packet $q: that one had arrived",
	AckOfNumber:         "the ACK in packet $p acknowledges the SYN-ACK in packet $q and no other: that one had arrived",
	SynAckOther:         "SYN-ACK with another ISN in packet $p, $t after packet $q",
	AckBefore:           "an ACK before it was lost between the client and here, or this one is slow",
	AnswerLate:          "SYN-ACK in packet $p comes $t after the SYN in packet $q",
	LeastWay:            "the shortest round trip from here to the server takes $t",
	SACKOutside:         "SACK blocks in packet $p name octets that the other end cannot have sent, as where something on the way changes sequence numbers, but not those in the blocks; they do not count as SACK",

	ClientLong: "what the client sent in packet $q, and again until packet $p, does not arrive in packets of $n octets or more",
	ServerLong: "what the server sent in packet $q, and again until packet $p, does not arrive in packets of $n octets or more",

	ShortBrought:  "packet $p brought it in $n octets, and the acknowledgement of that covers less than the longer ones had",
	ShortReported: "packet $p reports octets that arrived after it, in pieces that hold no packet as long",
	NeverSoLong:   "it was sent again $n times, and no packet so long was ever acknowledged in this direction",
	GoesOnWithout: "the other end lives, and goes on in packet $p without having it",
	NextMTU:       "ICMP error in packet $p: the next link takes no more than $n octets",
	TooBig:        "ICMP error in packet $p: a packet was too long for the next link",
	NoICMP:        "no ICMP error that says so was captured",

	ClientAwaitsAck: "the client's next payload left in packet $p, as soon as packet $q had acknowledged what was before it, $t later than after the shortest round trip",
	ServerAwaitsAck: "the server's next payload left in packet $p, as soon as packet $q had acknowledged what was before it, $t later than after the shortest round trip",
	AckWaitTimes:    "this is the longest of $n such waits",
	AckWaitAll:      "in all these acknowledgements came $t late",
	NeverAtOnce:     "that end never sent a small segment behind one that was not acknowledged",

	ListenerFull: "a connection to this address and port that began before it is left unanswered at the same time, as by a full queue (ACCEPT-QUEUE-FULL)",

	HostUnheard: "in the connection of packet $p the client acknowledges what this host sent, and so far nothing that it sends was captured",
	NobodyHeard: "in the connection of packet $p the client acknowledges what another server sent, and so far nothing that any server sends was captured",

	WindowUnscaled: "the window in packet $p is the same as in its sender's SYN: it is not scaled, though window scaling was agreed on",
	WindowScaled:   "the window in packet $p is a small fraction, by a power of 2, of that in its sender's SYN: it is scaled, though window scaling was not agreed on, and the other end must take it as it stands",

	SynUnsigned: "SYN in packet $p is not signed, as the latest answer of this address and port was: who expects a signature drops it without an answer",

	SynAckNotTaken: "SYN-ACK in packet $p passed this tap, and the client goes on sending its SYN until packet $q, $t later: what the server answers is lost between here and the client, or dropped there",
}

// String returns the phrase with its placeholders.
func (r Reason) String() string {
	if r < reasonCount {
		return reasonTexts[r]
	}
	return ""
}

// Append appends the item as text.
func (it *Item) Append(b []byte) []byte {
	text := it.Why.String()
	for i := 0; i < len(text); i++ {
		if text[i] != '$' || i+1 == len(text) {
			b = append(b, text[i])
			continue
		}
		i++
		switch text[i] {
		case 'p':
			b = strconv.AppendUint(b, it.Packet, 10)
		case 'q':
			b = strconv.AppendUint(b, it.Than, 10)
		case 'n':
			b = strconv.AppendInt(b, it.Value, 10)
		case 't':
			b = appendDuration(b, it.Value)
		}
	}
	return b
}

// appendDuration writes nanoseconds with three figures or so.
func appendDuration(b []byte, ns int64) []byte {
	unit, per := " µs", 1e3
	switch {
	case ns >= 1e9:
		unit, per = " s", 1e9
	case ns >= 1e6:
		unit, per = " ms", 1e6
	}
	x := float64(ns) / per
	decimals := 2
	switch {
	case x >= 100:
		decimals = 0
	case x >= 10:
		decimals = 1
	}
	return append(strconv.AppendFloat(b, x, 'f', decimals, 64), unit...)
}
