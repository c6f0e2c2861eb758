package report

import (
	"slices"
	"sync"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/prose"
)

// connectionDocument documents what connectionObject writes.
var connectionDocument = sync.OnceValue(func() *objectDocument {
	return &objectDocument{
		schema: schemaConnection,
		about:  "In json and ndjson a connection is an object with these members:",
		members: slices.Concat([]member{
			{"schema", oneOf(schemaConnection), "", "Names this shape."},
			{"connection", is.number, "", "Number of the connection, from 1, in order of first packets."},
			{"client", is.endpoint, "", "The end that opened the connection."},
			{"server", is.endpoint, "", "The other end."},
			{"roles", oneOf("handshake", "guessed"), "", "handshake: a SYN or SYN-ACK told client and server apart."},
			{"encapsulation", is.text, "", "VLANs and tunnels around the connection, outermost first; empty where there are none."},
			{"first_packet", is.number, "", "The first packet of the connection, in the capture's own numbers."},
			{"last_packet", is.number, "", "The last packet of the connection."},
			{"start", is.time, "", "When the first packet was captured."},
			{"duration", is.seconds, "", "From the first to the last packet; 0 where the clock of the capture ran backwards between the two."},
			{"lived", oneOf("short", "medium", "long"), isNull + "no end, or no beginning, was captured", "How long a connection that is over lasted: under 1 s, under 60 s, or longer; heuristics."},
			{"idle_max", is.seconds, "", idleMeaning},
			{"idle_end", is.object, isNull + "idle_max is 0", "The packet that ended idle_max."},
			{"idle_end.packet", is.number, "", "Its number."},
			{"idle_end.from", oneOf(prose.Side(true), prose.Side(false)), "", "The end that sent it."},
			{"idle_end.labels", is.texts, "", "Its labels."},
		}, openingMembers(), optionMembers(), openingEndMembers(), verdictMembers(), icmpMembers(), closingMembers(), []member{
			{"client_state", aState(), "", "State of the client at the end; inferred also where it waits for an acknowledgement, or for answers to its probes, and has been silent for so long that it may have given up, where it has not answered a FIN, which it may have got, or where it is in FIN-WAIT-2 and has been silent for more than a minute."},
			{"server_state", aState(), "", "State of the server at the end, inferred as the client's may be; `UNKNOWN` where no SYN-ACK showed that it was listening, as packets have inferred until then."},
			{"client_state_doubt", oneOf(stateDoubtWords()...), isNull + "silence does not make the client's state inferred", clientDoubtMeaning},
			{"server_state_doubt", oneOf(stateDoubtWords()...), isNull + "silence does not make the server's state inferred", serverDoubtMeaning},
		}, timeWaitMembers(), []member{
			{"client_to_server", is.object, "", "What the client sent."},
		}, directionMembers(), []member{
			{"server_to_client", likeThat("client_to_server"), "", "What the server sent."},
			{"zeek", is.object, "", "The same connection by Zeek's definitions."},
			{"zeek.conn_state", is.text, "", "How it opened and closed."},
			{"zeek.history", is.text, "", "What happened: a letter for each kind of segment, capital where the client sent it."},
			{"labels", is.object, "", "How many segments carry each label."},
			{"labels.LABEL", is.number, isAbsent + "no segment carries it", "Segments that carry it."},
			{"evicted", is.yes, "", "The connection was given up to make room (`--max-connections`): later segments of it count as another one."},
		}),
	}
})

func openingMembers() []member {
	return []member{
		{"opening", is.object, "", "The handshake."},
		{"opening.outcome", oneOf(openingWords()...), "", "How the connection began. midstream: neither SYN nor SYN-ACK was captured; complete: SYN, SYN-ACK and its ACK, of which the SYN or the SYN-ACK may not have been captured (form is then null); simultaneous: SYNs of both ends that crossed (RFC 9293 figure 7), or that of a socket connected with itself, where client and server are one; " +
			"refused: a RST of the server; reset: a RST of the client, or of something between; half-open: a SYN-ACK, and no acknowledgement of it was captured; unanswered: a SYN, nothing came back; one-way: only one direction was captured."},
		{"opening.form", oneOf(wordsOf(analyze.FormThreeWay, analyze.FormSplit)...), isNull + "the handshake did not become complete, or not all of it was captured",
			"Its shape. split: both ends sent a SYN, but only the client a SYN-ACK."},
		{"opening.syn_packets", is.numbers, "", "Packets of the SYNs of either end, those sent again included, and those that do not fit the connection, which syn_count leaves out. Of the segments of handshake and close the first 64 are remembered; packets captured twice stand here once."},
		{"opening.syn_ack_packets", is.numbers, "", "Packets of the SYN-ACKs of either end, remembered in the same way."},
		{"opening.syn_count", is.number, "", "SYNs of the client, those sent again included, those captured twice counted once."},
		{"opening.syn_ack_count", is.number, "", "SYN-ACKs of either end, those sent again included, those captured twice counted once."},
		{"opening.ack_packet", is.number, isNull + "none did", "The packet that completed the handshake."},
		{"opening.client_isn", is.number, isNull + "no SYN or SYN-ACK of the client was captured", "Initial sequence number of the client."},
		{"opening.server_isn", is.number, isNull + "no SYN or SYN-ACK of the server was captured", "Initial sequence number of the server."},
		{"opening.rtt_server", is.seconds, isNull + "not captured, or the clock jumped, or one of several SYNs may be the one answered", "From the last SYN that was answered to the SYN-ACK, at this tap. Of several SYNs only the timestamp that the SYN-ACK echoes tells which it was, and that only of the last (RFC 6298 §3)."},
		{"opening.rtt_client", is.seconds, isNull + "not captured, or the clock jumped, or one of several SYN-ACKs may be the one answered, or a later segment than the ACK was captured first", "From the SYN-ACK to its ACK, at this tap."},
		{"opening.took", is.seconds, isNull + "the handshake did not become complete, or no SYN of the client was captured, or a later segment than the ACK was captured first, or the clock ran backwards in it", "From the first SYN to the segment that completed the handshake."},
		{"opening.options", is.object, "", "What SYN and SYN-ACK say of options."},
		{"opening.options.client", is.object, isNull + "no SYN or SYN-ACK of the client was captured", "What the client offered in its SYN."},
	}
}

// optionMembers are what one end offered, and what both did.
func optionMembers() []member {
	return []member{
		{"opening.options.client.mss", is.octets, isNull + "not offered", "Maximum segment size (RFC 9293 §3.7.1)."},
		{"opening.options.client.window_scale", is.number, isNull + "not offered", "Shift count as offered; above 14 it counts as 14 (RFC 7323 §2.3)."},
		{"opening.options.client.sack_permitted", is.yes, "", "SACK is permitted (RFC 2018 §2)."},
		{"opening.options.client.timestamps", is.yes, "", "Timestamps (RFC 7323 §3)."},
		{"opening.options.client.ecn", oneOf(wordsOf(analyze.ECNClassic, analyze.ECNAccurate)...), isNull + "neither", "Explicit congestion notification by the flags: ecn (RFC 3168 §6.1.1) or accecn (RFC 9768 §3.1); of a SYN-ACK, what it accepts of the SYN's offer."},
		{"opening.options.client.fast_open", is.yes, "", "TCP Fast Open (RFC 7413 §4.1), also by the experimental option."},
		{"opening.options.client.fast_open_cookie", is.octets, isNull + "fast_open is false", "Length of the cookie; 0 asks for one."},
		{"opening.options.client.mptcp", is.yes, "", "Multipath TCP (RFC 8684 §3)."},
		{"opening.options.client.md5", is.yes, "", "An MD5 signature (RFC 2385)."},
		{"opening.options.client.ao", is.yes, "", "TCP-AO (RFC 5925)."},
		{"opening.options.client.user_timeout", is.yes, "", "User timeout (RFC 5482)."},
		{"opening.options.client.other", is.yes, "", "An option that is not read here."},
		{"opening.options.client.malformed", is.yes, "", "An option has an impossible length; those before it are valid."},
		{"opening.options.client.cut", is.yes, "", "The capture ends inside the options; those before that are valid."},
		{"opening.options.client.window", is.octets, "", "Window of the SYN, which is never scaled (RFC 7323 §2.2)."},
		{"opening.options.server", likeThat("opening.options.client"), isNull + "no SYN or SYN-ACK of the server was captured", "What the server offered in its SYN or SYN-ACK; of several with different ISNs in the last."},
		{"opening.options.agreed", is.object, isNull + "one of the two offers was not captured", "What both offered: it holds after the handshake."},
		{"opening.options.agreed.mss", is.octets, isNull + "not both offered it", "The smaller of both offers; each end may send what the other offered."},
		{"opening.options.agreed.window_scale", is.yes, "", "Windows are scaled."},
		{"opening.options.agreed.sack_permitted", is.yes, "", "Both ends permit SACK."},
		{"opening.options.agreed.timestamps", is.yes, "", "Both ends send timestamps."},
		{"opening.options.agreed.ecn", oneOf(wordsOf(analyze.ECNClassic, analyze.ECNAccurate)...), isNull + "not agreed on", "Explicit congestion notification."},
		{"opening.options.agreed.fast_open", is.yes, "", "Both SYN and SYN-ACK have the option."},
		{"opening.options.agreed.mptcp", is.yes, "", "Both SYN and SYN-ACK have the option."},
	}
}

func openingEndMembers() []member {
	return []member{
		{"opening.syn_data", is.octets, "", "Payload in the first SYN (RFC 7413)."},
		{"opening.ack_data", is.octets, "", "Payload in the segment that completed the handshake."},
		{"opening.syn_ack_isns", is.number, "", "Different ISNs in SYN-ACKs, at most 255; above 1 several machines or several incarnations answered, or the SYNs of both ends crossed."},
		{"opening.renumbered", is.number, "", "Segments whose numbers count from a second ISN of the server, because something between answered the SYN in its place (a SYN proxy), and both sides of that were captured: SYN-ACKs with both ISNs are acknowledged, which one end never does (RFC 9293 §3.10.7.4, RFC 5961 §4.2). They count as packets and show nothing else, since they are those with the first ISN once more."},
		{"opening.bad_acks", is.number, "", "SYN-ACKs that do not acknowledge the SYN: their acknowledgement number does not lie after its ISN, or lies beyond what its sender had sent. At most 255."},
		{"opening.syn_ack_first", is.yes, "", "The SYN-ACK stands before the SYN in the capture."},
		{"opening.icmp", is.object, isNull + "there was none", "The first ICMP error that quotes a SYN or SYN-ACK of this opening, while it was not complete."},
		{"opening.icmp.packet", is.number, "", "Its packet."},
		{"opening.icmp.type", is.number, "", "Its type, in the numbers of the IP version (RFC 792, RFC 4443)."},
		{"opening.icmp.code", is.number, "", "Its code."},
		{"opening.icmp.from", is.text, isNull + "not known", "The IP address that sent it."},
	}
}

func icmpMembers() []member {
	return []member{
		{"icmp", is.object, isNull + "there was none", "The first ICMP error that quotes an octet or FIN that an end had sent after its SYN and the other had not acknowledged, or a keep-alive or window probe that was not answered. Redirect and Source Quench are none."},
		{"icmp.packet", is.number, "", "Its packet."},
		{"icmp.count", is.number, "", "How many such errors were captured, the first and copies included."},
		{"icmp.type", is.number, "", "Its type, in the numbers of the IP version (RFC 792, RFC 4443)."},
		{"icmp.code", is.number, "", "Its code."},
		{"icmp.from", is.text, isNull + "not known", "The IP address that sent it."},
		{"icmp.next_mtu", is.octets, isNull + "it does not say so", "The largest packet that the next link takes (RFC 1191 §4, RFC 4443 §3.2)."},
	}
}

func verdictMembers() []member {
	return []member{
		{"verdicts", is.objects, "", "What was found about the opening, a RST or the path (LABELS.md): one item for each verdict; mostly empty."},
		{"verdicts[].name", oneOf(wordsOf(verdict.ID(0), verdict.Count-1)...), "", "The verdict."},
		{"verdicts[].confidence", oneOf(wordsOf(verdict.Possible, verdict.Certain)...), "", "possible: it fits, and so do other explanations; likely: others need more than one coincidence; certain: the segments themselves say so."},
		{"verdicts[].evidence", is.texts, "", "What it rests on, in words; at most 4."},
		{"verdicts[].packets", is.numbers, "", "The packets that the evidence points to, each once, in its order."},
	}
}

func closingMembers() []member {
	return []member{
		{"closing", is.object, "", "The close."},
		{"closing.outcome", oneOf(closingWords()...), "", "How the connection ended. open: no close was seen; normal: a FIN each way; simultaneous: both FINs were sent before the other arrived (RFC 9293 figure 13); half-closed: one FIN only; reset: an acceptable RST before both FINs were acknowledged."},
		{"closing.active_closer", oneOf(wordsOf(analyze.NoSide, analyze.BothSides)...), "", "The end that sent the first FIN; both: they crossed; none: there was none, or the other end may have closed before, unseen."},
		{"closing.inferred", is.yes, "", "A FIN was not captured, or not in its place, and follows from the numbers around it, or what one end did was not captured at all."},
		{"closing.order_inferred", is.yes, "", orderInferredMeaning},
		{"closing.fin_packets", is.numbers, "", "Packets of the FINs, those sent again and those that a SYN carries included; of the segments of handshake and close the first 64 are remembered."},
		{"closing.fin_count", is.number, "", "FINs of both ends, those sent again included."},
		{"closing.segments", is.number, isNull + "not both FINs were acknowledged", "Segments that the close took: 3 when the second FIN carried the acknowledgement of the first, else 4."},
		{"closing.rst_packet", is.number, isNull + "there was none", "The packet of the first acceptable RST."},
		{"closing.rst_by", oneOf(endWords()...), isNull + "rst_packet is", "The end that it came from."},
		{"closing.rst_after", oneOf(wordsOf(analyze.RstRefused, analyze.RstKeepAlive)...), isNull + "rst_packet is", "The situation. refused: it answers a SYN; in the handshake: after a SYN-ACK; abort: in an open connection; after FIN: its sender, or the other end, had sent a FIN; " +
			"with unread data: octets of the other end were not acknowledged, or came after its sender's FIN; no connection: it answers a segment without SYN and ACK (RFC 9293 §3.10.7.1); in TIME-WAIT: it reached an end there (RFC 1337), or came from one; keep-alive unanswered: its sender had asked by two keep-alives in a row or more whether the other end is there, and for a round trip after the last nothing answered (RFC 9293 §3.8.4)."},
		{"closing.rst_ignored", is.number, "", "RSTs that changed nothing: their checksum is wrong, RFC 5961 §3.2 does not accept them, or the end that they were sent to goes on all the same."},
		{"closing.half_closed_for", is.seconds, isNull + "there was no FIN, or the FINs crossed, or one direction was not captured", "From the first FIN to the other end's FIN, else to the RST, else to the last packet."},
		{"closing.half_closed_bytes", is.octets, "", "Payload that the end that had not closed sent for the first time while the connection was half-closed; 0 where half_closed_for is null."},
	}
}

func timeWaitMembers() []member {
	return []member{
		{"time_wait", is.object, isNull + "no end entered it", "TIME-WAIT, whether or not it ran out before the end of the capture."},
		{"time_wait.holders", listOf(endWords()...), "", "The ends that entered it."},
		{"time_wait.since", is.time, "", "When the first of them did."},
		{"time_wait.until", is.time, "", "When it is over: 2MSL after the beginning or the last restart, or when a RST cut it short."},
		{"time_wait.restarts", is.number, "", "FINs that came again and were acknowledged again, which starts 2MSL anew."},
		{"time_wait.reused_by", is.number, isNull + "none did", "Number of the connection that used the same addresses and ports next."},
		{"time_wait.reuse", oneOf(wordsOf(analyze.ReuseISN, analyze.ReuseUnproved)...), isNull + "they were not used again", "By what right (RFC 9293 §3.6.1, RFC 6191 §2)."},
		{"time_wait.cut_by", is.number, isNull + "none did", "Packet of the RST that ended TIME-WAIT early, unless the stack takes none there (RFC 1337)."},
	}
}

const (
	noSample      = isNull + "none was measured"
	neverAnswered = isNull + "none was measured: this end sent no new payload after the other's, or not all that lies between was captured, or the other's window was closed meanwhile"
)

// directionMembers are what is counted of one direction.
func directionMembers() []member {
	return []member{
		{"client_to_server.packets", is.number, "", "Segments, those captured twice included."},
		{"client_to_server.payload_bytes", is.octets, "", "Payload of all of them, but for RSTs and for segments far outside the sequence space, whose payload is not part of the stream."},
		{"client_to_server.unique_bytes", is.octets, "", "Payload, each octet counted once, without the octet of keep-alives."},
		{"client_to_server.retransmissions", is.number, "", "Segments that were sent again (RETRANSMISSION)."},
		{"client_to_server.retransmitted_bytes", is.octets, "", "Payload in them that had been captured before."},
		{"client_to_server.out_of_order", is.number, "", "Segments sent once and overtaken on the way (OUT-OF-ORDER)."},
		{"client_to_server.duplicate_packets", is.number, "", "Packets captured twice (DUPLICATE-PACKET)."},
		{"client_to_server.duplicate_acks", is.number, "", "Duplicate acknowledgements (DUP-ACK)."},
		{"client_to_server.zero_windows", is.number, "", "Segments that announce a window of 0 (ZERO-WINDOW)."},
		{"client_to_server.keep_alives", is.number, "", "Keep-alive probes (KEEP-ALIVE), without copies."},
		{"client_to_server.missing_bytes", is.octets, "", "Sequence numbers that were skipped, or acknowledged, and never captured; of an end of which nothing was captured, those acknowledged after the first acknowledgement."},
		{"client_to_server.unseen_bytes", is.octets, "", "Those of missing_bytes that the other end acknowledged, or reported by the highest block of its SACK: the capture missed them, they were not lost."},
		{"client_to_server.in_flight_max", is.octets, "", "The most octets sent and not acknowledged at one time (FlightSize, RFC 5681 §2), at this tap."},
		{"client_to_server.inferred_retransmissions", is.number, "", "Retransmissions that are inferred, from times or from packets that are missing."},
		{"client_to_server.spurious_retransmissions", is.number, "", "Retransmissions that were shown to be unnecessary, when they passed or by a later acknowledgement (SHOWN-SPURIOUS)."},
		{"client_to_server.lost_between", is.number, "", lostBetweenMeaning},
		{"client_to_server.causes", is.object, "", "Why they were sent (LABELS.md says what each cause means)."},
		{"client_to_server.causes.CAUSE", is.number, isAbsent + "there were none", "Retransmissions for this cause."},
		{"client_to_server.window_episodes", is.number, "", "How often the window of the other end held this end back: its rows in the view windows."},
		{"client_to_server.zero_window_time", is.seconds, "", "How long a window of 0 of the other end held this end back."},
		{"client_to_server.window_full_time", is.seconds, "", "How long this end had used up the other's window."},
		{"client_to_server.resend_wait", is.seconds, "", "How long nothing of the connection was captured before the segments that this end sent again."},
		{"client_to_server.ack_waits", is.number, "", ackWaitsMeaning},
		{"client_to_server.ack_wait", is.seconds, "", ackWaitMeaning},
		{"client_to_server.unacknowledged_bytes", is.octets, "", "Sequence numbers that this end had sent and the other not acknowledged when the connection ended or was last captured, a FIN included; 0 where no acknowledgement of the other end was captured."},
		{"client_to_server.timeouts_in_a_row", is.number, "", "Retransmission timeouts in a row after which no acknowledgement of what this end sends had come then (RFC 6298 §5), at most 255."},
		{"client_to_server.rtt_min", is.seconds, noSample, "Shortest time from a segment to its acknowledgement at this tap, of segments sent once (Karn's rule)."},
		{"client_to_server.rtt_avg", is.seconds, noSample, "Average of the round trips of which rtt_min is the shortest."},
		{"client_to_server.rtt_max", is.seconds, noSample, "Longest of the round trips of which rtt_min is the shortest."},
		{"client_to_server.rtt_smoothed", is.seconds, noSample, "SRTT by RFC 6298 §2 from the round trips of which rtt_min is the shortest, at the end."},
		{"client_to_server.rto", is.seconds, noSample, "Retransmission timeout by RFC 6298 §2 from the round trips of which rtt_min is the shortest, at the end, without a lower bound."},
		{"client_to_server.rtt_timestamps_min", is.seconds, noSample, "Shortest time to an acknowledgement that echoes the segment's timestamp (RFC 7323 §4), retransmissions included."},
		{"client_to_server.rtt_timestamps_avg", is.seconds, noSample, "Average of the round trips of which rtt_timestamps_min is the shortest."},
		{"client_to_server.rtt_timestamps_max", is.seconds, noSample, "Longest of the round trips of which rtt_timestamps_min is the shortest."},
		{"client_to_server.answer_max", is.seconds, neverAnswered, "The longest time from the other end's last payload, retransmissions included, to this end's next new one, at this tap."},
		{"client_to_server.answer_packet", is.number, neverAnswered, "The packet that brought it."},
	}
}
