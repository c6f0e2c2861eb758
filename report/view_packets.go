package report

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/wireshark"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
)

type (
	packetColumn = Column[analyze.Observation]
	packet       = analyze.Observation
)

var packetView = &rowView[packet]{
	name:   ViewPackets,
	schema: schemaPacket,
	about:  "One row for each TCP segment, in capture order.",
	empty:  "no TCP segment was captured",
	object: packetObject,
	columns: []packetColumn{
		{Name: "packet", Kind: KindID, Room: 6, Meaning: "Number of the packet in the capture, from 1; packets that are not TCP count too.",
			Value: func(_ *env, o *packet, v *Value) { v.uint(o.Segment.Packet) }},
		{Name: "time", Unit: "s", Kind: KindTime, Room: 10, Meaning: "When it was captured.",
			Value: func(_ *env, o *packet, v *Value) { v.int(o.Segment.Time) }},
		{Name: "connection", Header: "CONN", Kind: KindID, Room: 4, Meaning: "Number of its connection.",
			Value: func(_ *env, o *packet, v *Value) { v.uint(o.Connection) }},
		{Name: "from", Kind: KindWord, Meaning: "The end that sent it: client or server.",
			Value: func(_ *env, o *packet, v *Value) { v.string(prose.Side(o.FromClient)) }},
		{Name: "source", Kind: KindWord, Drop: 13, Shorten: 13, Room: 21, Meaning: "Address and port of the sender.",
			Value: func(_ *env, o *packet, v *Value) { v.endpoint(o.Segment.Source()) }},
		{Name: "destination", Kind: KindWord, Drop: 13, Pair: true, Shorten: 13, Room: 21, Meaning: "Address and port of the receiver.",
			Value: func(_ *env, o *packet, v *Value) { v.endpoint(o.Segment.Destination()) }},
		{Name: "flags", Kind: KindWord, Drop: 6, Room: 7, Meaning: "Control bits from FIN upwards, separated by commas.",
			Value: func(_ *env, o *packet, v *Value) { v.string(lexicon.Flags(o.Segment.Flags)) }},
		{Name: "seq", Kind: KindSigned, Drop: 3, Room: 6, Meaning: "Sequence number relative to the ISN, or else to the first number seen.",
			Value: func(_ *env, o *packet, v *Value) { v.int(o.Seq) }},
		{Name: "ack", Kind: KindSigned, Drop: 5, Room: 6, Meaning: "Acknowledgement number, relative to the other end's ISN; empty without the ACK bit.",
			Value: func(_ *env, o *packet, v *Value) {
				if o.AckValid {
					v.int(o.Ack)
				}
			}},
		{Name: "seq_raw", Kind: KindID, For: Programs, Meaning: "Sequence number as on the wire.",
			Value: func(_ *env, o *packet, v *Value) { v.uint(uint64(o.Segment.Seq)) }},
		{Name: "ack_raw", Kind: KindID, For: Programs, Meaning: "Acknowledgement number as on the wire.",
			Value: func(_ *env, o *packet, v *Value) { v.uint(uint64(o.Segment.Ack)) }},
		{Name: "len", Unit: "octets", Kind: KindCount, Drop: 4, Room: 5, Meaning: "Payload octets by the IP header.",
			Value: func(_ *env, o *packet, v *Value) { v.uint(uint64(o.Segment.Len)) }},
		{Name: "window", Unit: "octets", Kind: KindCount, Drop: 9, Room: 7, Meaning: "Receive window after scaling.",
			Value: func(_ *env, o *packet, v *Value) { v.uint(uint64(o.Window)) }},
		{Name: "window_raw", Kind: KindID, For: Programs, Meaning: "Window field as on the wire.",
			Value: func(_ *env, o *packet, v *Value) { v.uint(uint64(o.Segment.Window)) }},
		{Name: "window_scaled", Kind: KindBool, For: Programs, Meaning: "False when the handshake was not seen, so that the true window may be larger.",
			Value: func(_ *env, o *packet, v *Value) { v.bool(o.WindowScaled) }},
		{Name: "seq_delta", Unit: "octets", Kind: KindSigned, For: Programs, Meaning: "seq minus the number expected next from this end: 0 in order, above 0 a gap, below 0 old octets.",
			Value: func(_ *env, o *packet, v *Value) { v.int(o.SeqDelta) }},
		{Name: "seen_before", Kind: KindBool, For: Programs, Meaning: "True when every octet of the segment had been seen from this end at this tap.",
			Value: func(_ *env, o *packet, v *Value) { v.bool(o.SeenBefore) }},
		{Name: "in_flight", Unit: "octets", Kind: KindCount, For: Programs, Meaning: "Octets that the sender had sent and the other end not acknowledged, this segment included (FlightSize, RFC 5681 §2), at this tap; SYN and FIN count as one; empty where no acknowledgement was captured.",
			Value: func(_ *env, o *packet, v *Value) {
				if o.InFlight >= 0 {
					v.uint(uint64(o.InFlight))
				}
			}},
		{Name: "time_delta", Unit: "s", Header: "SINCE LAST", Kind: KindDuration, Drop: 10, Room: 11, Meaning: "Time since the previous segment of the connection.",
			Value: func(_ *env, o *packet, v *Value) { v.int(o.TimeDelta) }},
		{Name: "labels", Kind: KindWords, Drop: 1, Wrap: 7, Room: 14, Meaning: "What the segment is and what happened to it. In tables what is inferred has a ? after it, and CHECKSUM-OFFLOAD is left out, since the summary counts it.",
			Value: func(e *env, o *packet, v *Value) { labelsValue(e, o, v) },
			Tone:  packetTone},
		{Name: "cause", Kind: KindWord, Drop: 11, HideEmpty: true, Meaning: "Why a retransmission was sent: rto, fast, tlp, spurious or unknown.",
			Value: func(_ *env, o *packet, v *Value) { v.string(o.Cause.String()) }},
		{Name: "wireshark", Kind: KindWords, Drop: 1, Room: 24, Meaning: "What tshark 4.0 calls it, with --compat wireshark: names of tcp.analysis.*.",
			Value: func(_ *env, o *packet, v *Value) {
				for _, name := range wireshark.Names(o.Wireshark) {
					v.item(strings.TrimPrefix(name, "tcp.analysis."))
				}
			}},
		{Name: "client_state", Header: "CLIENT IN", Kind: KindWord, Drop: 2, Room: 12, Meaning: "State of the client after this segment.",
			Value: func(_ *env, o *packet, v *Value) { v.string(o.ClientState.String()) },
			Tone:  func(o *packet) prose.Tone { return lexicon.StateTone(o.ClientState) }},
		{Name: "server_state", Header: "SERVER IN", Kind: KindWord, Drop: 2, Pair: true, Room: 12, Meaning: "State of the server after this segment; before its SYN-ACK it is only inferred that it listens.",
			Value: func(_ *env, o *packet, v *Value) { v.string(o.ServerState.String()) },
			Tone:  func(o *packet) prose.Tone { return lexicon.StateTone(o.ServerState) }},
		{Name: "evidence", Header: "BECAUSE", Kind: KindText, Drop: 8, Wrap: 8, Room: 40, HideEmpty: true, Meaning: "What decided each label, as LABEL: reason.",
			Value: evidenceValue},
	},
}

// packetViewOf omits the column of another program's names unless it is
// requested. Of one connection that was asked for, its number gives way first.
func packetViewOf(e *env) *rowView[packet] {
	v := *packetView
	v.columns = slices.DeleteFunc(slices.Clone(v.columns), func(c packetColumn) bool { return c.Name == "wireshark" && !e.Wireshark })
	if len(e.Only) == 1 {
		v.columns[slices.IndexFunc(v.columns, func(c packetColumn) bool { return c.Name == "connection" })].Drop = 14
	}
	return &v
}

// labelsValue lists the labels. For people, inferred ones are marked, and those
// that every segment of a sending host carries are omitted.
func labelsValue(e *env, o *packet, v *Value) {
	people := e.Format.people()
	o.Labels.Each(func(id label.ID) {
		switch {
		case people && id == label.ChecksumOffload:
		case people && o.Evidence.Inferred(id):
			v.item(lexicon.Label(id) + "?")
		default:
			v.item(lexicon.Label(id))
		}
	})
}

// evidenceValue lists "LABEL: reason" for every label that has evidence.
func evidenceValue(_ *env, o *packet, v *Value) {
	ev := &o.Evidence
	for i := 0; i < min(int(ev.Len), len(ev.Items)); i++ {
		if again(ev, i) {
			continue
		}
		if v.set {
			v.text = append(v.text, "; "...)
		}
		v.set = true
		v.text = append(v.text, lexicon.Label(ev.Items[i].Label)...)
		v.text = append(v.text, ": "...)
		v.text = appendReasons(v.text, ev, ev.Items[i].Label)
	}
}

// packetTone marks segments that were lost, copied or late, or that reset.
func packetTone(o *packet) prose.Tone {
	tone := prose.Plain
	o.Labels.Each(func(id label.ID) {
		switch id {
		case label.RST:
			tone = prose.Bad
		case label.Retransmission, label.OutOfOrder, label.DuplicatePacket, label.MissingSegment, label.ZeroWindow:
			tone = max(tone, prose.Doubt)
		}
	})
	return tone
}

func (v *Value) endpoint(a netip.AddrPort) {
	v.set, v.text = a.IsValid(), number.AppendEndpoint(v.text, a)
}

// suffix appends a mark and a number to the item that was added last.
func (v *Value) suffix(mark byte, n uint64) {
	v.text = strconv.AppendUint(append(v.text, mark), n, 10)
}
