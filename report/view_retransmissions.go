package report

import (
	"tcpwatch/analyze/label"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
)

const schemaRetransmission = "tcpwatch.retransmission/1"

var retransmissionView = &rowView[packet]{
	name:   ViewRetransmissions,
	schema: schemaRetransmission,
	about:  "One row for each segment that its sender sent again (RETRANSMISSION), in capture order.",
	empty:  "nothing was seen to be sent again",
	only:   func(o *packet) bool { return o.Labels.Has(label.Retransmission) },
	columns: []packetColumn{
		{Name: "packet", Kind: KindID, Room: 6, Meaning: "Number of the packet.",
			Value: func(_ *env, o *packet, v *Value) { v.uint(o.Segment.Packet) }},
		{Name: "repeats", Kind: KindID, Room: 7, Meaning: "The last packet captured with any of its octets; empty where none passed here or it is not remembered any more.",
			Value: func(_ *env, o *packet, v *Value) { v.packet(o.Repeat.Packet) }},
		{Name: "time", Unit: "s", Kind: KindTime, Room: 9, Drop: 5, Meaning: "When it was captured.",
			Value: func(_ *env, o *packet, v *Value) { v.int(o.Segment.Time) }},
		{Name: "connection", Header: "CONN", Kind: KindID, Room: 4, Meaning: "Number of its connection.",
			Value: func(_ *env, o *packet, v *Value) { v.uint(o.Connection) }},
		{Name: "from", Kind: KindWord, Room: 6, Meaning: "The end that sent it: client or server.",
			Value: func(_ *env, o *packet, v *Value) { v.string(prose.Side(o.FromClient)) }},
		{Name: "flags", Kind: KindWord, Room: 7, Drop: 2, Meaning: "Control bits from FIN upwards, separated by commas.",
			Value: func(_ *env, o *packet, v *Value) { v.string(lexicon.Flags(o.Segment.Flags)) }},
		{Name: "seq", Kind: KindSigned, Room: 6, Drop: 4, Meaning: "Sequence number relative to the ISN, or else to the first number seen.",
			Value: func(_ *env, o *packet, v *Value) { v.int(o.Seq) }},
		{Name: "len", Unit: "octets", Kind: KindCount, Room: 5, Drop: 3, Meaning: "Payload octets by the IP header.",
			Value: func(_ *env, o *packet, v *Value) { v.uint(uint64(o.Segment.Len)) }},
		{Name: "delay", Header: "AFTER", Unit: "s", Kind: KindDuration, Room: 7, Meaning: "Time since the packet that it repeats.",
			Value: func(_ *env, o *packet, v *Value) { v.measured(o.Repeat.Delay) }},
		{Name: "cause", Kind: KindWord, Room: 5, Meaning: "Why it was sent: rto, fast, tlp, spurious or unknown.",
			Value: func(_ *env, o *packet, v *Value) { v.string(o.Cause.String()) },
			Tone: func(o *packet) prose.Tone {
				if o.Cause == label.CauseRTO {
					return prose.Doubt
				}
				return prose.Plain
			}},
		{Name: "inferred", Kind: KindBool, For: Programs, Meaning: "True where it is only inferred that it was sent again, from times or from missing packets.",
			Value: func(_ *env, o *packet, v *Value) { v.bool(o.Evidence.Inferred(label.Retransmission)) }},
		{Name: "inferred", Kind: KindWord, Room: 8, Drop: 1, HideEmpty: true, For: People, Meaning: "yes where it is only inferred that it was sent again, from times or from missing packets.",
			Value: func(_ *env, o *packet, v *Value) {
				if o.Evidence.Inferred(label.Retransmission) {
					v.string("yes")
				}
			}},
		{Name: "backoff", Kind: KindCount, Room: 7, Drop: 6, Meaning: "Timeouts in a row without progress, this one included (RFC 6298 §5.5); empty unless the cause is rto.",
			Value: func(_ *env, o *packet, v *Value) {
				if o.Repeat.Backoff > 0 {
					v.uint(uint64(o.Repeat.Backoff))
				}
			}},
		{Name: "rto", Unit: "s", Kind: KindDuration, Room: 9, Drop: 7,
			Meaning: "The sender's retransmission timeout by RFC 6298 §2 from the round trips measured so far between this tap and both ends, before backing off and without a lower bound; empty unless both were measured.",
			Value:   func(_ *env, o *packet, v *Value) { v.measured(o.Repeat.RTO) }},
		{Name: "evidence", Header: "BECAUSE", Kind: KindText, Room: 30, Drop: 8, Meaning: "What decided it.",
			Value: func(_ *env, o *packet, v *Value) {
				v.text = appendReasons(v.text, &o.Evidence, label.Retransmission)
				v.set = len(v.text) > 0
			}},
	},
}
