package labtext

import (
	"time"

	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/object"
	"tcpwatch/report/prose"
)

// AppendItem appends an item of a lesson as a JSON object and a line end: a
// packet or, if s is nil, an action.
func AppendItem(b []byte, scenario string, at time.Duration, said string, s *Step) []byte {
	j := begin(b, scenario, at, kind(s))
	switch {
	case s == nil:
		j.Text("said", said)
	case s.Datagram != "":
		j.Uint("number", s.Number)
		j.Word("from", prose.Side(s.FromClient))
		j.Text("datagram", s.Datagram)
		j.fate(s)
	default:
		j.segment(s)
	}
	j.Close('}')
	return append(j.Plain, '\n')
}

// Setting is a sysctl of both hosts.
type Setting struct {
	Name, Value string // as sysctl(8) spells it
	// Default is the value of unconfigured hosts; "" if the kernel has no such
	// setting.
	Default, Why string
}

// AppendSetting appends a setting as a JSON object and a line end.
func AppendSetting(b []byte, scenario string, at time.Duration, s *Setting) []byte {
	j := begin(b, scenario, at, "setting")
	j.Text("setting", s.Name)
	j.Text("value", s.Value)
	if s.Default == "" {
		j.Null("default")
	} else {
		j.Text("default", s.Default)
	}
	j.Text("reason", s.Why)
	j.Close('}')
	return append(j.Plain, '\n')
}

// item is the object of an item of a lesson, with the members that have parts.
type item struct{ object.Plain }

// begin begins an object of a lesson.
func begin(b []byte, scenario string, at time.Duration, kind string) item {
	j := item{append(b, '{')}
	j.Word("schema", schema)
	j.Text("scenario", scenario)
	j.Seconds("at", int64(at))
	j.Word("kind", kind)
	return j
}

func kind(s *Step) string {
	switch {
	case s == nil:
		return "action"
	case s.Datagram != "":
		return "datagram"
	case s.Bare:
		return "drawn"
	case s.Landing:
		return "arrival"
	case s.Copy:
		return "copy"
	}
	return "segment"
}

func (j *item) segment(s *Step) {
	j.Uint("number", s.Number)
	j.Uint("connection", uint64(s.Connection))
	j.Word("from", prose.Side(s.FromClient))
	j.Word("flags", lexicon.Flags(s.Step.Flags))
	j.Uint("seq_raw", uint64(s.Step.Seq))
	j.UintOrNull("ack_raw", uint64(s.Step.Ack), s.Step.Flags.Any(wire.ACK))
	j.Uint("len", uint64(s.Step.Len))
	j.Uint("acked", uint64(s.Acked))
	j.Uint("window", uint64(s.Window))
	if s.Past.Known {
		j.Uint("previous_next_raw", uint64(s.Past.Next))
		j.UintOrNull("previous_tsval", uint64(s.Past.TSVal), s.Past.Stamped)
	}
	j.labels("labels", s.Labels)
	if s.Cause != label.NoCause {
		j.Word("cause", s.Cause.String())
	}
	j.labels("labels_on_arrival", s.Landed)
	j.fate(s)
	for i, e := range s.Ends {
		side := prose.Side(i == 0)
		j.Word(side+"_state", e.State.String())
		if s.Bare {
			continue
		}
		j.Word(side+"_kernel", e.Kernel)
		if e.Relation == 0 {
			j.Null(side + "_agrees")
		} else {
			j.Bool(side+"_agrees", e.Relation > 0)
		}
	}
}

func (j *item) labels(name string, set label.Set) {
	j.Open(name, '[')
	set.Each(func(id label.ID) {
		j.Comma()
		j.Quoted(lexicon.Label(id))
	})
	j.Close(']')
}

// fate says what the link did.
func (j *item) fate(s *Step) {
	j.Bool("arrived", s.Arrived)
	j.Bool("lost", s.Lost)
	j.Bool("damaged", s.Corrupt)
	j.Bool("held", s.Held)
}
