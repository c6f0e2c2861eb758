package labtext

import (
	"bytes"
	"fmt"
	"iter"
	"strings"
)

// schema names the shape of an item of a lesson.
const schema = "tcpwatch.lab/1"

// members are the members of such an object. Which of them are present
// depends on its kind.
var members = []struct{ name, meaning string }{
	{"schema", "`" + schema + "`"},
	{"scenario", "Its name."},
	{"at", "Seconds since the link began."},
	{"kind", "`action`: what a program does or a kernel says. `segment`: a TCP segment that one end sends. `arrival`: a segment that was told before arrives and moves its receiver. `copy`: a copy made by the link arrives. `datagram`: a packet that is not TCP. `drawn`: a segment of a figure, which nobody sent. `setting`: how both hosts were set up. `end`: the last of a scenario that was not interrupted."},
	{"said", "Of an action: what it is, in words."},
	{"setting", "Of a setting: its name, as of sysctl(8)."},
	{"value", "Of a setting: what it is in this scenario."},
	{"default", "Of a setting: what it is on hosts that are left alone; null where this kernel does not have it."},
	{"reason", "Of a setting: what it is for."},
	{"number", "Number of the packet, from 1, both ends' counted together in the order of sending. Copies and arrivals have that of the packet sent."},
	{"connection", "Number of its connection, from 1."},
	{"from", "The end that sent it: client or server."},
	{"datagram", "Of a datagram: protocol, addresses, length."},
	{"flags", "Control bits from FIN upwards, separated by commas."},
	{"seq_raw", "Sequence number as on the wire."},
	{"ack_raw", "Acknowledgement number as on the wire; null without the ACK bit."},
	{"len", "Payload octets."},
	{"acked", "Numbers of the other end, its SYN's aside, that it is the first to acknowledge."},
	{"window", "Receive window after scaling, octets."},
	{"previous_next_raw", "Of a SYN whose tuple was used before: the number after the last that its sender sent then."},
	{"previous_tsval", "Of such a SYN: the timestamp of its sender's last segment then; null without timestamps."},
	{"labels", "Its labels at the tap of its sender; of a copy at that of its receiver."},
	{"cause", "Why it was sent again, where it was."},
	{"labels_on_arrival", "Its labels at the tap of its receiver."},
	{"arrived", "It has reached its receiver."},
	{"lost", "The link lost it."},
	{"damaged", "The link damaged it."},
	{"held", "The link held it back."},
	{"client_state", "State of the client by the tap at the client."},
	{"client_kernel", "State of the client's socket by its kernel; `none` where it has none."},
	{"client_agrees", "Whether the two are equal; null where the kernel has no socket and the state is not CLOSED."},
	{"server_state", "State of the server by the tap at the server."},
	{"server_kernel", "State of the server's socket by its kernel; `none` where it has none."},
	{"server_agrees", "Whether the two are equal; null where the kernel has no socket and the state is not CLOSED."},
	{"why", "Of the end: what there is to learn, with its clauses."},
	{"words", "Of the end: the words that explain the rest, each with its meaning."},
	{"reached", "Of the end: where the state was reached that was asked for; null if none was."},
	{"shortened", "Of the end: which waits are shorter than elsewhere; null if none."},
	{"differs", "Of the end: why states by the taps and by the kernels differ; null where they must not."},
	{"kept", "Of the end: what the names of the files begin with that were kept (after it `.snd.pcap`, `.snd.truth.tsv`, `.snd.link.tsv` of the client, the same with `.rcv` of the server, and `.json`); null if none were."},
	{"states_compared", "Of the end: how many states were held against a kernel's."},
	{"states_equal", "Of the end: how many of them were the same."},
	{"states_without_socket", "Of the end: for how many more the kernel had no socket."},
	{"client", "Of the end: an object of counts of packets from the client."},
	{"client.sent", "All that it sent."},
	{"client.lost", "Of sent, those that the link lost."},
	{"client.damaged", "Of sent, those that the link damaged."},
	{"client.held", "Of sent, those that the link held back."},
	{"client.copied", "Of sent, those that the link copied."},
	{"client.sent_again", "Those that it sent again, by the link's count."},
	{"client.sent_again_in_syn_ack", "Of sent_again, the SYNs that a SYN-ACK repeats, which no kernel counts."},
	{"client.sent_again_by_kernel", "The TcpRetransSegs of its kernel."},
	{"server", "Of the end: the same members, of packets from the server."},
	{"as_expected", "Of the end: whether what was to be seen was seen."},
	{"unexpected", "Of the end: where it was not; null where it was."},
}

// Document writes what the objects of `tcpwatch lab` hold.
func Document(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## lab\n\nOne object for each packet and each action, with `tcpwatch lab --format ndjson`. Schema `%s`.\n\n| name | meaning |\n|:---|:---|\n", schema)
	for _, m := range members {
		fmt.Fprintf(b, "| `%s` | %s |\n", m.name, m.meaning)
	}
}

// Members yields the path and the meaning of each member, those of the server, which are the same, included.
func Members() iter.Seq2[string, string] {
	return func(yield func(path, meaning string) bool) {
		for _, m := range members {
			if !yield(m.name, m.meaning) {
				return
			}
			if name, ofClient := strings.CutPrefix(m.name, "client."); ofClient && !yield("server."+name, m.meaning) {
				return
			}
		}
	}
}
