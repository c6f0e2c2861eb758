package report

import (
	"sync"

	"tcpwatch/report/prose"
)

// packetDocument documents what packetObject writes.
var packetDocument = sync.OnceValue(func() *objectDocument {
	return &objectDocument{
		schema: schemaPacket,
		about:  "In json and ndjson a packet is an object with these members:",
		members: []member{
			{"schema", oneOf(schemaPacket), "", "Names this shape."},
			{"packet", is.number, "", "Number of the packet in the capture, from 1; packets that are not TCP count too."},
			{"time", is.time, "", "When it was captured."},
			{"connection", is.number, "", "Number of its connection."},
			{"from", oneOf(prose.Side(true), prose.Side(false)), "", "The end that sent it."},
			{"source", is.endpoint, "", "Address and port of the sender."},
			{"destination", is.endpoint, "", "Address and port of the receiver."},
			{"flags", is.text, "", "Control bits that are set, from FIN upwards, separated by commas: FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, AE; empty where none is."},
			{"seq", is.number, "", "Sequence number relative to the ISN, or else to the first number seen from this end; it goes on rising beyond 2³²."},
			{"ack", is.number, isNull + "no ACK bit", "Acknowledgement number, relative to the other end's ISN in the same way."},
			{"seq_raw", is.number, "", "Sequence number as on the wire."},
			{"ack_raw", is.number, "", "Acknowledgement number as on the wire, also without the ACK bit."},
			{"len", is.octets, "", "Payload by the IP header."},
			{"window", is.octets, "", "Receive window after scaling."},
			{"window_raw", is.number, "", "Window field as on the wire."},
			{"window_scaled", is.yes, "", "False when the handshake was not seen, so that the true window may be larger."},
			{"seq_delta", is.octets, "", "seq minus the number expected next from this end: 0 in order, above 0 a gap, below 0 old octets."},
			{"seen_before", is.yes, "", "The segment has octets, SYN or FIN, and all of that had been seen from this end at this tap."},
			{"in_flight", is.octets, isNull + "no acknowledgement of the other end was captured", "What the sender had sent and the other end not acknowledged, this segment included (FlightSize, RFC 5681 §2), at this tap; SYN and FIN count as one."},
			{"time_delta", is.seconds, "", "Since the previous segment of the connection; 0 for the first, below 0 where the clock ran backwards."},
			{"labels", listOf(labelWords()...), "", "What the segment is and what happened to it, in the order of LABELS.md; one at least, of the group phase."},
			{"cause", oneOf(causeNames()...), isAbsent + "not sent again", "Why it was sent again (LABELS.md)."},
			{"inferred", listOf(labelWords()...), isAbsent + "no label is", "Those of labels that are inferred: likely, not certain."},
			{"evidence", is.object, "", "What decided the labels that need a reason, at most 4 reasons."},
			{"evidence.LABEL", is.text, isAbsent + "the label needs no reason", "What decided that label, in words; several reasons are separated by semicolons."},
			{"wireshark", is.texts, isAbsent + "without `--compat wireshark`", "What tshark 4.0 calls it: names of tcp.analysis.*."},
			{"client_state", aState(), "", "State of the client after this segment."},
			{"server_state", aState(), "", "State of the server after this segment."},
		},
	}
})
