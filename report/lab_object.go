package report

import (
	"bytes"
	"fmt"
	"time"

	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// schemaLab names the shape of an item of a lesson.
const schemaLab = "tcpwatch.lab/1"

// labMembers are the members of such an object. Which of them there are depends
// on its kind.
var labMembers = []struct{ name, meaning string }{
	{"schema", "`" + schemaLab + "`"},
	{"scenario", "Its name."},
	{"at", "Seconds since the link began."},
	{"kind", "`action`: what a program does or a kernel says. `segment`: a TCP segment that one end sends. `arrival`: a segment that was told before arrives and moves its receiver. `copy`: a copy made by the link arrives. `datagram`: a packet that is not TCP."},
	{"said", "Of an action: what it is, in words."},
	{"number", "Number of the packet, from 1, both ends' counted together in the order of sending. Copies and arrivals have that of the packet sent."},
	{"connection", "Number of its connection, from 1."},
	{"from", "The end that sent it: client or server."},
	{"datagram", "Of a datagram: protocol, addresses, length."},
	{"flags", "Control bits from FIN upwards, separated by commas."},
	{"seq_raw", "Sequence number as on the wire."},
	{"ack_raw", "Acknowledgement number as on the wire; null without the ACK bit."},
	{"len", "Payload octets."},
	{"window", "Receive window after scaling, octets."},
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
}

// labDocument writes what the objects of `tcpwatch lab` hold.
func labDocument(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## lab\n\nOne object for each packet and each action, with `tcpwatch lab --format ndjson`. Schema `%s`.\n\n| name | meaning |\n|:---|:---|\n", schemaLab)
	for _, m := range labMembers {
		fmt.Fprintf(b, "| `%s` | %s |\n", m.name, m.meaning)
	}
}

// LabObject appends an item of a lesson as a JSON object and a line end: a
// packet, or, where s is nil, what somebody did.
func LabObject(b []byte, scenario string, at time.Duration, said string, s *LabStep) []byte {
	j := jsonText{append(b, '{')}
	j.word("schema", schemaLab)
	j.text("scenario", scenario)
	j.seconds("at", int64(at))
	switch {
	case s == nil:
		j.word("kind", "action")
		j.text("said", said)
	case s.Datagram != "":
		j.word("kind", "datagram")
		j.uint("number", s.Number)
		j.word("from", fromText(s.FromClient))
		j.text("datagram", s.Datagram)
		j.fate(s)
	default:
		j.labSegment(s)
	}
	j.close('}')
	return append(j.b, '\n')
}

func (j *jsonText) labSegment(s *LabStep) {
	kind := "segment"
	switch {
	case s.Landing:
		kind = "arrival"
	case s.Copy:
		kind = "copy"
	}
	j.word("kind", kind)
	j.uint("number", s.Number)
	j.uint("connection", uint64(s.Connection))
	j.word("from", fromText(s.FromClient))
	j.word("flags", flagText(s.Step.Flags))
	j.uint("seq_raw", uint64(s.Step.Seq))
	j.uintOrNull("ack_raw", uint64(s.Step.Ack), s.Step.Flags.Any(wire.ACK))
	j.uint("len", uint64(s.Step.Len))
	j.uint("window", uint64(s.Window))
	j.open("labels", '[')
	s.Labels.Each(func(id label.ID) {
		j.comma()
		j.quoted(labelName(id))
	})
	j.close(']')
	if s.Cause != label.NoCause {
		j.word("cause", s.Cause.String())
	}
	j.open("labels_on_arrival", '[')
	s.Landed.Each(func(id label.ID) {
		j.comma()
		j.quoted(labelName(id))
	})
	j.close(']')
	j.fate(s)
	for i, e := range s.Ends {
		side := fromText(i == 0)
		j.state(side+"_state", e.State)
		if s.Bare {
			continue
		}
		j.word(side+"_kernel", e.Kernel)
		if e.Relation == 0 {
			j.null(side + "_agrees")
		} else {
			j.bool(side+"_agrees", e.Relation > 0)
		}
	}
}

// fate says what the link did.
func (j *jsonText) fate(s *LabStep) {
	j.bool("arrived", s.Arrived)
	j.bool("lost", s.Lost)
	j.bool("damaged", s.Corrupt)
	j.bool("held", s.Held)
}
