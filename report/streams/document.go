package streams

import (
	"bytes"
	"fmt"
	"iter"
)

// members are the members of the objects of streams.
var members = []struct{ name, in, meaning string }{
	{"schema", "all", "`" + schema + "`."},
	{"connection", "all", "Number of the connection, as in every other view."},
	{"from", "all", "Who sent it: client or server."},
	{"kind", "all", "octets: octets of the stream, in order and once; gap: octets of the stream that are not there; conflict: octets that came again with other content; outside: captured octets that are not part of the stream; end: the sums of a direction, at the end of the connection."},
	{"offset", "pieces", "Where it begins: octets from the first after the SYN, or where no SYN tells, from the first captured, or where none was, from the first acknowledgement. outside may lie before 0; null where the number says nothing."},
	{"len", "all", "How many octets; in end, octets and gaps together."},
	{"reason", "pieces", "Of a gap: not-captured (acknowledged, but in no packet), cut (by the snaplen), unknown (neither captured nor acknowledged), buffer-full, too-many-gaps or closed-early (let go for want of room). Of what is in doubt: bad-checksum, syn-data, before-start, after-fin, after-rst, in-rst, beyond-window, no-ack, foreign-number, late (captured after its gap was given up). null: nothing speaks against it."},
	{"packet", "pieces", "The packet that brought the octets; of a gap the first after it, or the one that was cut."},
	{"time", "pieces", "When that packet was captured; null for a gap."},
	{"ack_packet", "pieces", "The packet that acknowledged the octets, or proves the gap; null: none did before they were due."},
	{"kept_packet", "conflict", "The packet whose version is kept."},
	{"kept", "conflict", "That version in base64; null where it was let go, so that only the checksums tell."},
	{"octets", "all", "The octets in base64 (RFC 4648 §4); of a conflict the version that is not kept. In end, how many were captured. The index of --streams leaves those of the kind octets out, and names only those that something speaks against."},
	{"source", "end", "Address and port of the sender."},
	{"destination", "end", "Address and port of the other end."},
	{"encapsulation", "end", "VLANs and tunnels around the connection, outermost first."},
	{"file", "end", "The file of the direction, in the index of --streams; null: it carried nothing."},
	{"unacknowledged", "end", "Octets that nobody had acknowledged when they were due."},
	{"missing", "end", "Octets in gaps; a last number that was acknowledged alone, and may be that of a FIN, is none."},
	{"let_go", "end", "Octets of missing that were let go for want of room."},
	{"gaps", "end", "How many gaps."},
	{"conflicts", "end", "How many conflicts."},
	{"outside", "end", "Octets outside the stream."},
	{"from_start", "end", "Whether a SYN tells where the stream begins."},
	{"fin", "end", "Whether a FIN ended it."},
	{"contradicted_by", "end", "The packet that showed, after octets had been handed on, that the other end is the client, as `read` then has it; null: none did."},
	{"any_ack", "end", "Whether any acknowledgement of what it carried was captured."},
}

// Document writes the section of COLUMNS.md on streams.
func Document(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## streams\n\nThe objects of `tcpwatch follow --format ndjson` and of `%s` beside the files of `tcpwatch read --streams`: "+
		"one for each piece of a stream, in order, and one for the end of each direction. Schema `%s`.\n\n"+
		"| name | in | meaning |\n|:---|:---|:---|\n", indexName, schema)
	for _, m := range members {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", m.name, m.in, m.meaning)
	}
}

// Members yields the name and the meaning of each member.
func Members() iter.Seq2[string, string] {
	return func(yield func(name, meaning string) bool) {
		for _, m := range members {
			if !yield(m.name, m.meaning) {
				return
			}
		}
	}
}
