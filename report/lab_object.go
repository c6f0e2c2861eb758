package report

import (
	"time"

	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// schemaLab names the shape of an item of a lesson.
const schemaLab = "tcpwatch.lab/1"

// LabObject appends an item of a lesson as a JSON object and a line end: a
// packet, or, where s is nil, what somebody did.
func LabObject(b []byte, lesson string, at time.Duration, said string, s *LabStep) []byte {
	j := jsonText{append(b, '{')}
	j.word("schema", schemaLab)
	j.text("lesson", lesson)
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
	j.labels(s.Labels)
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
