package report

import (
	"slices"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

type (
	connectionColumn = Column[analyze.Connection]
	connection       = analyze.Connection
)

var connectionView = &rowView[connection]{
	name:   ViewConnections,
	schema: schemaConnection,
	about:  "One row for each connection, in order of first packets.",
	empty:  "no TCP connection was captured",
	object: connectionObject,
	columns: slices.Concat(
		endColumns,
		[]connectionColumn{
			{Name: "roles", Kind: KindWord, For: Programs, Meaning: "handshake when a SYN or SYN-ACK told client and server apart, else guessed.",
				Value: func(_ *env, c *connection, v *Value) { v.string(rolesText(c)) }},
			encapColumn,
			{Name: "first_packet", Kind: KindID, For: Programs, Meaning: "The first packet of the connection, in the capture's own numbers.",
				Value: func(_ *env, c *connection, v *Value) { v.uint(c.FirstPacket) }},
			{Name: "last_packet", Kind: KindID, For: Programs, Meaning: "The last packet of the connection.",
				Value: func(_ *env, c *connection, v *Value) { v.uint(c.LastPacket) }},
			{Name: "start", Unit: "s", Kind: KindTime, Drop: 10, Meaning: "When the first packet was captured.",
				Value: func(_ *env, c *connection, v *Value) { v.int(c.Start) }},
			{Name: "duration", Header: "LASTED", Unit: "s", Kind: KindDuration, Drop: 4, Meaning: "From the first to the last packet.",
				Value: func(_ *env, c *connection, v *Value) { v.int(c.End - c.Start) }},
			openedColumn,
			closedColumn,
		},
		verdictColumns,
		[]connectionColumn{
			clientStateColumn,
			serverStateColumn,
			{Name: "packets", Kind: KindCount, Drop: 5, For: People, Meaning: "Segments of both ends.",
				Value: func(_ *env, c *connection, v *Value) { v.uint(c.FromClient.Packets + c.FromServer.Packets) }},
			{Name: "octets_client", Header: "OCTETS C", Unit: "octets", Kind: KindOctets, For: People, Drop: 6, Meaning: "Payload of the client, each octet counted once.",
				Value: func(_ *env, c *connection, v *Value) { v.uint(c.FromClient.UniqueOctets) }},
			{Name: "octets_server", Header: "OCTETS S", Unit: "octets", Kind: KindOctets, For: People, Drop: 6, Pair: true, Meaning: "Payload of the server, each octet counted once.",
				Value: func(_ *env, c *connection, v *Value) { v.uint(c.FromServer.UniqueOctets) }},
			{Name: "resent", Kind: KindCount, For: People, Drop: 3, Meaning: "Segments of both ends that were sent again.",
				Value: func(_ *env, c *connection, v *Value) { v.uint(record.Resent(c)) },
				Tone: func(c *connection) prose.Tone {
					if record.Resent(c) > 0 {
						return prose.Doubt
					}
					return prose.Plain
				}},
			{Name: "rtt_server", Header: "RTT S", Unit: "s", Kind: KindDuration, For: People, Drop: 9, HideEmpty: true, Meaning: "Answered SYN to SYN-ACK at this tap.",
				Value: func(_ *env, c *connection, v *Value) { v.measured(c.Opening.RTTServer) }},
			{Name: "time_wait", Header: "TIME-WAIT", Kind: KindWord, Drop: 8, HideEmpty: true, Meaning: "Which ends entered TIME-WAIT.",
				Value: func(_ *env, c *connection, v *Value) {
					if c.TimeWait.Holders != analyze.NoSide {
						v.string(c.TimeWait.Holders.String())
					}
				}},
		},
		directionColumns("client_to_server", func(c *connection) *analyze.Direction { return &c.FromClient }),
		directionColumns("server_to_client", func(c *connection) *analyze.Direction { return &c.FromServer }),
		[]connectionColumn{
			{Name: "zeek_conn_state", Kind: KindText, For: Programs, Meaning: "conn_state by Zeek's definitions.",
				Value: func(_ *env, c *connection, v *Value) { v.string(c.ZeekState) }},
			{Name: "zeek_history", Kind: KindText, For: Programs, Meaning: "history by Zeek's definitions.",
				Value: func(_ *env, c *connection, v *Value) { v.string(c.ZeekHistory) }},
			{Name: "labels", Kind: KindWords, For: Programs, Meaning: "Every label with the number of segments that carry it, as NAME:count.",
				Value: func(_ *env, c *connection, v *Value) {
					for id, n := range c.Labels {
						if n != 0 && id < len(label.All) {
							v.item(label.All[id].Name)
							v.suffix(':', uint64(n))
						}
					}
				}},
		},
		doubtColumns,
	),
}

// directionColumns are the counts of one direction, for programs.
func directionColumns(prefix string, of func(*connection) *analyze.Direction) []connectionColumn {
	type d = analyze.Direction
	count := func(name string, k Kind, meaning string, n func(*d) uint64) connectionColumn {
		return connectionColumn{Name: prefix + "_" + name, Kind: k, For: Programs, Meaning: meaning,
			Value: func(_ *env, c *connection, v *Value) { v.uint(n(of(c))) }}
	}
	span := func(name, meaning string, ns func(*d) int64) connectionColumn {
		return connectionColumn{Name: prefix + "_" + name, Kind: KindDuration, Unit: "s", For: Programs, Meaning: meaning,
			Value: func(_ *env, c *connection, v *Value) { v.measured(ns(of(c))) }}
	}
	return []connectionColumn{
		count("packets", KindCount, "Segments.", func(x *d) uint64 { return x.Packets }),
		count("payload_bytes", KindOctets, "Payload octets, retransmissions included, without those of RSTs and of segments far outside the sequence space.", func(x *d) uint64 { return x.PayloadOctets }),
		count("unique_bytes", KindOctets, "Payload octets, each counted once.", func(x *d) uint64 { return x.UniqueOctets }),
		count("retransmissions", KindCount, "Segments that were sent again.", func(x *d) uint64 { return x.Retransmissions }),
		count("retransmitted_bytes", KindOctets, "Payload octets that were sent again and had been captured before.", func(x *d) uint64 { return x.RetransmittedBytes }),
		count("out_of_order", KindCount, "Segments sent once and overtaken on the way.", func(x *d) uint64 { return x.OutOfOrder }),
		count("duplicate_packets", KindCount, "Packets captured twice.", func(x *d) uint64 { return x.DuplicatePackets }),
		count("duplicate_acks", KindCount, "Duplicate acknowledgements.", func(x *d) uint64 { return x.DuplicateAcks }),
		count("zero_windows", KindCount, "Segments that announce a window of 0.", func(x *d) uint64 { return x.ZeroWindows }),
		count("keep_alives", KindCount, "Keep-alive probes, without copies.", func(x *d) uint64 { return x.KeepAlives }),
		count("missing_bytes", KindOctets, "Sequence numbers that were skipped, or acknowledged, and never captured; of an end of which nothing was captured, those acknowledged after the first acknowledgement.", func(x *d) uint64 { return x.MissingBytes }),
		count("unseen_bytes", KindOctets, "Those of missing_bytes that the other end acknowledged, or reported by the highest block of its SACK: the capture missed them, they were not lost.", func(x *d) uint64 { return x.UnseenBytes }),
		count("in_flight_max", KindOctets, "The most octets sent and not acknowledged at one time (FlightSize, RFC 5681 §2), at this tap.", func(x *d) uint64 { return x.MostInFlight }),
		count("inferred_retransmissions", KindCount, "Retransmissions that are inferred, from times or from packets that are missing.", func(x *d) uint64 { return x.Inferred }),
		count("spurious_retransmissions", KindCount, "Retransmissions that were shown to be unnecessary, when they passed or by a later acknowledgement (SHOWN-SPURIOUS).", func(x *d) uint64 { return x.Spurious }),
		count("lost_between", KindCount, lostBetweenMeaning, func(x *d) uint64 { return x.LostBetween }),
		span("zero_window_time", "How long a window of 0 of the other end held this end back.", func(x *d) int64 { return x.ZeroWindowTime }),
		span("window_full_time", "How long this end had used up the other's window.", func(x *d) int64 { return x.WindowFullTime }),
		span("resend_wait", "How long nothing of the connection was captured before what this end sent again.", func(x *d) int64 { return x.ResendWait }),
		count("ack_waits", KindCount, ackWaitsMeaning, func(x *d) uint64 { return uint64(x.AckWait.Times) }),
		span("ack_wait", ackWaitMeaning, func(x *d) int64 { return x.AckWait.For }),
		span("answer_max", "The longest time from the other end's last payload to this end's next new one, at this tap; empty where none was measured.", func(x *d) int64 {
			if x.SlowestAnswer.Packet == 0 {
				return -1
			}
			return x.SlowestAnswer.Wait
		}),
		span("rtt_min", "Shortest time to an acknowledgement at this tap, of segments sent once (Karn's rule).", func(x *d) int64 { return x.RTT.Min }),
		span("rtt_avg", "Average of the round trips of which rtt_min is the shortest.", func(x *d) int64 { return x.RTT.Avg }),
		span("rtt_max", "Longest of the round trips of which rtt_min is the shortest.", func(x *d) int64 { return x.RTT.Max }),
		span("rtt_smoothed", "SRTT by RFC 6298 §2 from the round trips of which rtt_min is the shortest, at the end.", func(x *d) int64 { return x.SmoothedRTT }),
		span("rto", "Retransmission timeout by RFC 6298 §2 from the round trips of which rtt_min is the shortest, at the end, without a lower bound.", func(x *d) int64 { return x.RTO }),
		span("rtt_timestamps_min", "Shortest time to an acknowledgement that echoes the segment's timestamp (RFC 7323 §4), retransmissions included.", func(x *d) int64 { return x.EchoRTT.Min }),
		span("rtt_timestamps_avg", "Average of the round trips of which rtt_timestamps_min is the shortest.", func(x *d) int64 { return x.EchoRTT.Avg }),
		span("rtt_timestamps_max", "Longest of the round trips of which rtt_timestamps_min is the shortest.", func(x *d) int64 { return x.EchoRTT.Max }),
	}
}

// Heuristics for livedText, nanoseconds.
const (
	shortLived = int64(1e9)
	longLived  = int64(60e9)
)

// livedText says how long a finished connection lasted, in a word; "" if its
// beginning or its end was not captured.
func livedText(c *connection) string {
	switch d := c.End - c.Start; {
	case c.Closing.Outcome == analyze.ClosingOpen || c.Closing.Outcome == analyze.ClosingHalfClosed || c.Opening.Outcome == analyze.OpeningMidstream:
		return ""
	case d < shortLived:
		return "short"
	case d < longLived:
		return "medium"
	}
	return "long"
}

// What both the columns and the members of these names say.
const (
	ackWaitsMeaning = "How often a small segment of this end left only once the one before it was acknowledged, 20 ms late or more (verdict NAGLE-DELAYED-ACK)."
	ackWaitMeaning  = "By how much these acknowledgements came later than after the shortest round trip, in all."
)

// lostBetweenMeaning is what both the column and the member of that name say.
const lostBetweenMeaning = "Segments that passed one of two places of capture and not the other, past which they were then sent again: lost between them, or missed there by the capture."
