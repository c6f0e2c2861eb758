package report

import (
	"fmt"
	"slices"
	"sync"

	"tcpwatch/report/notable"
	"tcpwatch/report/prose"
	"tcpwatch/report/summary"
)

// summaryDocument documents what AppendObject of the summary writes.
var summaryDocument = sync.OnceValue(func() *objectDocument {
	return &objectDocument{
		schema: summary.Schema,
		about: "The counts of a whole capture: in json and ndjson one object. In csv one row for each value, `name,value`: the name is the path of the member, with numbers from 0 for the items " +
			"of a list (`files.0.name`, `opened.complete`); null is empty, and of an object or a list without items there is no row. Schema `" + summary.Schema + "`.",
		members: slices.Concat([]member{
			{"schema", oneOf(summary.Schema), "", "Names this shape."},
		}, inputMembers(), qualityMembers(), keptMembers(), countMembers()),
	}
})

// inputMembers are what is known of the inputs.
func inputMembers() []member {
	return []member{
		{"files", is.objects, "", "The inputs; one where interfaces were captured live."},
		{"files[].name", is.text, "", "Its name; of a live capture the interfaces."},
		{"files[].format", is.text, "", "pcap, pcapng, with the compression (`pcap, gzip`), or live."},
		{"files[].packets", is.number, "", "Packets read from it."},
		{"files[].bytes", is.octets, "", "Octets of the file that were read, after decompression; of a live capture those of its packets."},
		{"files[].comments", is.texts, "", "Comments of its sections (pcapng), the first 4, of each the first 1,024 octets."},
		{"interfaces", is.objects, "", "The interfaces that the packets were captured on; a pcap has one."},
		{"interfaces[].file", is.text, "", "The name of its file, as in files."},
		{"interfaces[].name", is.text, "", "Its name; empty where the file does not say."},
		{"interfaces[].link", is.text, "", "Link type of its packets: the name that the tcpdump group gives it after LINKTYPE_, else `link type` and its number."},
		{"interfaces[].snaplen", is.octets, isNull + "no limit", "The most that was captured of a packet."},
		{"interfaces[].packets", is.number, "", "Packets captured on it that were read."},
		{"interfaces[].dropped", is.number, isNull + "not said", "Packets that passed here and are not in the capture, as the capturing system counts them: isb_ifdrop plus isb_osdrop of a pcapng, or what its packets say (epb_dropcount) where that is more; live those for which there was no room, and those left unread at the end. A pcap does not say. What a network lost is not among them."},
		{"interfaces[].filter", is.text, isAbsent + "the file names none (if_filter of a pcapng), has it as machine code, or it is `capture.filter`", "The expression by which its packets were captured."},
		{"interfaces[].ring_full", is.number, isAbsent + "never, or not captured live", "How often the buffer of the live capture became full."},
		{"interfaces[].abandoned", is.number, isAbsent + "none, or not captured live", "Those of dropped that were waiting in the buffer when the live capture ended, and are not analysed."},
		{"packets", is.object, "", "All packets that were read."},
		{"packets.total", is.number, "", "How many, whatever they are."},
		{"packets.bytes", is.octets, "", "What was captured of them."},
		{"packets.segments", is.number, "", "TCP segments that were analysed."},
		{"packets.filtered", is.number, "", "Packets that the filter left out, as far as they were met: a kernel that filters does not count them."},
		{"packets.skipped", is.object, "", "Packets that are not TCP segments, by reason."},
		{"packets.skipped.SKIP", is.number, isAbsent + "there were none", "Packets skipped for this reason. IP fragment: one whose packet became whole with a later one, which counts as what it is."},
		{"capture", is.object, "", "How the packets were captured and read."},
		{"capture.filter", is.text, isNull + "no such one is known", "The expression that chose the packets: of `-f`, or else the one by which those of every interface were captured, as a pcapng says it (if_filter)."},
		{"capture.cut_packets", is.number, "", "Packets captured shorter than they were (snaplen)."},
		{"capture.cut_at", is.octets, isNull + "cut_packets is 0", "The smallest captured length among them."},
		{"capture.backwards_steps", is.number, "", "Packets whose time lies before that of the packet before them in the same file."},
		{"capture.untimed_packets", is.number, "", "Packets for which the capture has no time, or one before 1824 or after 2115. They are shown, and written (`-w`), at the time of the packet before them in the file, 1970 if there is none, so that what follows from their times is not reliable."},
		{"capture.damages", is.texts, "", "One sentence for each place where an input could not be read on."},
		{"capture.interrupted", is.yes, "", "Reading was stopped before the end."},
	}
}

// qualityMembers are the weaknesses of the capture.
func qualityMembers() []member {
	return []member{
		{"quality", is.object, "", "What the capture does not show, or shows wrongly."},
		{"quality.dropped", is.number, isNull + "no interface says", "interfaces[].dropped of all interfaces that say."},
		{"quality.ack_unseen", is.number, "", "Segments that acknowledge octets that were never captured (ACK-UNSEEN)."},
		{"quality.missing_bytes", is.octets, "", "missing_bytes of both directions."},
		{"quality.one_way", is.number, "", "Connections of which one direction was captured, those seen from the middle with more than one segment included."},
		{"quality.split_connections", is.number, "", "Pairs of connections, of each of which one direction was captured, that fit each other but for what is around them (encapsulation): addresses, ports, ISNs where both say them, times. Of 1,024 at a time that wait for their other half."},
		{"quality.split_example", is.numbers, "", "The numbers of the first such pair; empty without one."},
		{"quality.twin_connections", is.number, "", "Connections that have both ISNs of another one, and as much payload or the same timestamps in both SYNs, began within a second, and not after its end, but other addresses or ports, or something else around them (encapsulation): most likely the same one before and behind NAT, a load balancer or a tunnel. Of 1,024 at a time that are remembered."},
		{"quality.twin_example", is.numbers, "", "The numbers of the first such pair; empty without one."},
		{"quality.midstream", is.number, "", "Connections seen from the middle."},
		{"quality.copies", is.number, "", "Packets captured twice (DUPLICATE-PACKET)."},
		{"quality.mostly_copies", is.yes, "", "Most packets were captured twice: copies are more than half of the others."},
		{"quality.renumbered", is.number, "", "Segments with the numbers of a second ISN, which are left out: `opening.renumbered` of all connections."},
		{"quality.large_segments", is.number, "", "Segments larger than the MSS, as offload makes them (LARGE-SEGMENT)."},
		{"quality.checksum_offload", is.number, "", "Segments whose checksum was left to the NIC (CHECKSUM-OFFLOAD)."},
		{"quality.bad_checksums", is.number, "", "Segments with a wrong checksum (BAD-CHECKSUM)."},
		{"quality.tap", oneOf("client", "server", "between"), isNull + "fewer than 8 in 10 of tap_handshakes say the same, or there are none", "Where the tap probably stands: at the clients, at the servers or between (a heuristic)."},
		{"quality.tap_handshakes", is.object, "", "Complete handshakes without repetitions, with a round trip of 0.5 ms or more and no shorter ones after them that say otherwise, by where they say that the tap stands."},
		{"quality.tap_handshakes.client", is.number, "", "No more than a tenth of the round trip lies between tap and client."},
		{"quality.tap_handshakes.server", is.number, "", "No more than a tenth of it lies between tap and server."},
		{"quality.tap_handshakes.between", is.number, "", "The tap is near neither end in this way."},
	}
}

// keptMembers are the fate of packets that were to be written.
func keptMembers() []member {
	return []member{
		{"kept", is.object, isNull + "without `-w`", "What was written to files as it came."},
		{"kept.name", is.text, "", "Name of the file, or of the first of several."},
		{"kept.format", is.text, "", "pcap or pcapng, with the compression."},
		{"kept.files", is.number, "", "Files that packets were written to."},
		{"kept.packets", is.number, "", "Packets written."},
		{"kept.bytes", is.octets, "", "What was captured of them."},
		{"kept.removed_files", is.number, "", "Files that were removed again because there were too many (`-W`)."},
		{"kept.removed_packets", is.number, "", "Packets in them, of those that packets counts."},
		{"kept.lost_packets", is.number, "", "Packets that could not be written."},
		{"kept.lost_bytes", is.octets, "", "What was captured of them."},
		{"kept.lost_since", is.time, isNull + "lost_packets is 0", "Time of the first of them."},
		{"kept.error", is.text, isNull + "nothing went wrong", "What went wrong first."},
	}
}

// countMembers are the sums over all connections.
func countMembers() []member {
	return []member{
		{"connections", is.object, "", "All connections."},
		{"connections.total", is.number, "", "How many."},
		{"connections.evicted", is.number, "", "Given up to make room (`--max-connections`)."},
		{"connections.roles_guessed", is.number, "", "Those in which no SYN or SYN-ACK told client and server apart."},
		{"connections.one_way", is.number, "", "As `quality.one_way`."},
		{"connections.start", is.time, isNull + "there is no connection", "When the first segment was captured."},
		{"connections.duration", is.seconds, isNull + "there is no connection", "From then to the last segment."},
		{"opened", is.object, "", "How connections began."},
		{"opened.OPENING", is.number, "", "Connections with this `opening.outcome`, 0 included."},
		{"opened.syn_resent", is.number, "", "Of those that became complete: in which the client sent its SYN more than once."},
		{"opened.syn_ack_resent", is.number, "", "Of those that became complete: in which the SYN-ACK was sent more than once."},
		{"opened.crossed_syns", is.number, "", "SYNs that a SYN-ACK repeats because the SYNs of both ends crossed (RFC 9293 figure 7) or a socket is connected with itself: they are among the retransmissions of unknown cause, but nothing was lost."},
		{"opened.bad_acks", is.number, "", "SYN-ACKs that do not acknowledge the SYN: `opening.bad_acks` of all connections."},
		{"verdicts", is.object, "", "What was found about openings, RSTs and paths."},
		{"verdicts.VERDICT", is.number, isAbsent + "there were none", "Connections with this verdict, of any confidence."},
		{"syn_floods", is.texts, "", "Addresses and ports of the listeners under a SYN flood (see finding of the view listeners)."},
		{"closed", is.object, "", "How connections ended."},
		{"closed.CLOSING", is.number, "", "Connections with this `closing.outcome`, 0 included."},
		{"closed.rst_ignored", is.number, "", "`closing.rst_ignored` of all connections."},
		{"client_to_server", likeThatOf(connectionDocument(), "client_to_server"), "", "Sums over all connections of what clients sent. in_flight_max is the largest, answer_max the longest. What is measured is not summed: " +
			"`rtt_*` and rto are null."},
		{"server_to_client", likeThatOf(connectionDocument(), "client_to_server"), "", "The same of what servers sent."},
		{"labels", is.object, "", "How many segments carry each label."},
		{"labels.LABEL", is.number, isAbsent + "no segment carries it", "Segments that carry it."},
		{"time_wait", is.object, "", "Who held TIME-WAIT."},
		{"time_wait.not_counted", is.number, "", fmt.Sprintf("Ends in TIME-WAIT that are not in most_at_once and held_at_end of a host, because no more than %s are remembered at one time; "+
			"or in none of its counts, because no more than %s hosts are told apart.", prose.Thousands(summary.MaxHolds), prose.Thousands(summary.MaxHosts))},
		{"time_wait.hosts", is.objects, "", "One for each IP address and side, the one that held the most at one time first."},
		{"time_wait.hosts[].host", is.text, "", "IP address."},
		{"time_wait.hosts[].side", oneOf(endWords()...), "", "Its part in the connections."},
		{"time_wait.hosts[].held", is.number, "", "Its ends that entered TIME-WAIT."},
		{"time_wait.hosts[].counted", is.number, "", "Of held, those that held_at_end and most_at_once are counted over: the first."},
		{"time_wait.hosts[].held_at_end", is.number, "", "Of them, those still in it at the time of the last segment."},
		{"time_wait.hosts[].most_at_once", is.number, "", "The most that were in it at one time."},
		{"time_wait.hosts[].restarts", is.number, "", "FINs that came again and were acknowledged again, which starts 2MSL anew."},
		{"time_wait.hosts[].reused", is.number, "", "Ends whose addresses and ports were used again by a later connection."},
		{"time_wait.hosts[].cut", is.number, "", "Ends whose TIME-WAIT a RST ended early (RFC 1337)."},
		{"client_states", is.object, "", "States of the clients at the end."},
		{"client_states.STATE", is.number, isAbsent + "none", "Clients in it."},
		{"server_states", is.object, "", "States of the servers at the end."},
		{"server_states.STATE", is.number, isAbsent + "none", "Servers in it."},
		{"notable", is.objects, "", fmt.Sprintf("Connections that deserve a look, by reason: first what kept one from working, then what ended it, then what slowed it down. "+
			"At most %d, of one reason at most %d.", notable.MostShown, notable.MostEach)},
		{"notable[].connection", is.number, "", "Its number."},
		{"notable[].client", is.endpoint, "", "The end that opened it."},
		{"notable[].server", is.endpoint, "", "The other end."},
		{"notable[].opening", oneOf(openingWords()...), "", "As `opening.outcome` of the connection."},
		{"notable[].closing", oneOf(closingWords()...), "", "As `closing.outcome` of the connection."},
		{"notable[].retransmissions", is.number, "", "Segments of both ends that were sent again."},
		{"notable[].reason", oneOf(reasonWords()...), "", "The first reason that it has; heuristics."},
		{"notable[].why", is.text, "", "Every reason, in words with packets."},
		{"notable[].likewise", is.number, "", "How many more connections with the same reason the row stands for: those between the same two addresses, of several clients of one server address, or of a client that scans (HALF-OPEN-SCAN). Only openings that did not work are grouped like this, connections reset by an end of which the capture has RSTs alone, and, for each port of the server, connections with the same verdicts that their outcome does not show."},
		{"notable_more", is.object, "", "Connections that deserve a look and are not in notable, by their first reason."},
		{"notable_more.REASON", is.number, isAbsent + "there are none", "How many."},
	}
}
