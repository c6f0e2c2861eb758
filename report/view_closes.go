package report

import (
	"slices"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
)

const schemaClose = "tcpwatch.close/1"

var closeView = &rowView[connection]{
	name:   ViewCloses,
	schema: schemaClose,
	about:  "One row for each connection that a FIN or an acceptable RST has closed, or half closed; one that a later segment shows to have closed nothing makes no row.",
	empty:  "no FIN and no acceptable RST closed a connection",
	only: func(c *connection) bool {
		return c.Closing.Outcome != analyze.ClosingOpen || c.Closing.RstPacket != 0
	},
	columns: slices.Concat(endColumns, []connectionColumn{
		encapColumn,
		closedColumn,
		{Name: "active_closer", Header: "CLOSED BY", Kind: KindWord, HideEmpty: true, Nothing: "none", Meaning: "The end that sent the first FIN: client, server, both (the FINs crossed) or none, where there was none or the other end may have closed before, unseen.",
			Value: func(_ *env, c *connection, v *Value) { v.string(c.Closing.ActiveCloser.String()) }},
		{Name: "inferred", Kind: KindBool, For: Programs, Meaning: "A FIN was not captured, or not in its place, and follows from the numbers around it, or what one end did was not captured at all.",
			Value: func(_ *env, c *connection, v *Value) { v.bool(c.Closing.Inferred) }},
		{Name: "fins", Kind: KindCount, Drop: 6, HideEmpty: true, Nothing: "0", Meaning: "FINs, those sent again included.",
			Value: func(_ *env, c *connection, v *Value) { v.uint(uint64(c.Closing.FinCount)) },
			Tone:  func(c *connection) prose.Tone { return repeatTone(c.Closing.FinCount / 2) }},
		{Name: "fin_packets", Kind: KindIDs, For: Programs, Meaning: "Packets of the FINs, those that a SYN carries included.",
			Value: func(_ *env, c *connection, v *Value) { v.ids(c.Closing.FinPackets) }},
		{Name: "segments", Kind: KindCount, Drop: 9, HideEmpty: true, Meaning: "Segments that the close took: 3 when the second FIN carried the acknowledgement of the first, else 4.",
			Value: func(_ *env, c *connection, v *Value) { v.packet(uint64(c.Closing.Segments)) }},
		{Name: "rst_packet", Header: "RST", Kind: KindID, Drop: 6, HideEmpty: true, Meaning: "The packet of the first acceptable RST.",
			Value: func(_ *env, c *connection, v *Value) { v.packet(c.Closing.RstPacket) }},
		{Name: "rst_by", Header: "RST BY", Kind: KindWord, Drop: 4, HideEmpty: true, Meaning: "The end that it came from.",
			Value: func(_ *env, c *connection, v *Value) {
				if c.Closing.RstPacket != 0 {
					v.string(c.Closing.RstBy.String())
				}
			}},
		{Name: "rst_after", Header: "RST WHEN", Kind: KindWord, Drop: 4, HideEmpty: true, Meaning: "The situation: refused, in the handshake, abort, after FIN, with unread data, no connection, in TIME-WAIT or keep-alive unanswered.",
			Value: func(_ *env, c *connection, v *Value) { v.string(c.Closing.RstAfter.String()) }},
		{Name: "rst_ignored", Header: "RSTS IGNORED", Kind: KindCount, Drop: 11, HideEmpty: true, Nothing: "0", Meaning: "RSTs that changed nothing: RFC 5961 §3.2 does not accept them, their checksum is wrong, or the end that they were sent to went on.",
			Value: func(_ *env, c *connection, v *Value) { v.uint(uint64(c.Closing.RstIgnored)) }},
		{Name: "half_closed_for", Header: "HALF-CLOSED", Unit: "s", Kind: KindDuration, Drop: 5, HideEmpty: true, Meaning: "From the first FIN to the other end's FIN, the RST or the end.",
			Value: func(_ *env, c *connection, v *Value) { v.measured(c.Closing.HalfClosedFor) }},
		{Name: "half_closed_bytes", Header: "SENT IN IT", Unit: "octets", Kind: KindOctets, Drop: 8, HideEmpty: true, Meaning: "Payload that the end that had not closed sent for the first time while the connection was half-closed.",
			Value: func(_ *env, c *connection, v *Value) {
				if c.Closing.HalfClosedFor != -1 {
					v.uint(c.Closing.HalfClosedOctets)
				}
			}},
		{Name: "time_wait", Header: "TIME-WAIT", Kind: KindWord, Drop: 6, HideEmpty: true, Meaning: "Which ends entered TIME-WAIT.",
			Value: func(_ *env, c *connection, v *Value) {
				if c.TimeWait.Holders != analyze.NoSide {
					v.string(c.TimeWait.Holders.String())
				}
			}},
		clientStateColumn,
		serverStateColumn,
		{Name: "order_inferred", Kind: KindBool, For: Programs, Meaning: orderInferredMeaning,
			Value: func(_ *env, c *connection, v *Value) { v.bool(c.Closing.OrderInferred) }},
	}, doubtColumns),
}

const orderInferredMeaning = "The FIN that came second may have waited behind octets or for room (RFC 9293 §3.10.4), so that its end may have closed before it had the other's, " +
	"and may have entered TIME-WAIT, too: the states that depend on it are marked."
