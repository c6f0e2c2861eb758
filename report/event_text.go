package report

import (
	"strconv"
	"strings"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/event"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
)

// appendSentence appends the text of an event, as far as it fits into width
// columns: its first part always, the others if there is room. An inferred
// event ends in a question mark.
func (e *env) appendSentence(b []byte, ev *event.Event, width int) []byte {
	from, mark := len(b), ""
	if ev.Inferred {
		mark = " ?"
	}
	rest, more := ev.Sentence(), true
	for first := true; more; first = false {
		var part string
		part, rest, more = strings.Cut(rest, "|")
		was := len(b)
		var ok bool
		b, ok = e.appendPart(b, ev, part, !first)
		if !first && !ok {
			b = b[:was]
			continue
		}
		if !first && prose.Width(string(b[from:]))+len(mark) > width {
			b = b[:was]
			break
		}
	}
	return append(b, mark...)
}

// appendPart appends a part of a sentence with its values. If sparing is set it
// reports false for a value that is missing or goes without saying.
func (e *env) appendPart(b []byte, ev *event.Event, part string, sparing bool) ([]byte, bool) {
	for {
		i := strings.IndexByte(part, '$')
		if i < 0 {
			return append(b, part...), true
		}
		b = append(b, part[:i]...)
		name, noun := "", ""
		name, noun, part = placeholder(part[i+1:])
		f, ok := fieldNamed(name)
		if !ok {
			return b, false
		}
		v, spec := ev.Value(f), &event.AllFields[f]
		if sparing && (!v.Set || v.N < spec.Least) {
			return b, false
		}
		b = e.appendField(b, spec.Kind, v, noun)
	}
}

// placeholder reads "name" or "{name noun}" from the front of s.
func placeholder(s string) (name, noun, rest string) {
	if strings.HasPrefix(s, "{") {
		s, rest, _ = strings.Cut(s[1:], "}")
		name, noun, _ = strings.Cut(s, " ")
		return name, noun, rest
	}
	n := 0
	for n < len(s) && (s[n] == '_' || 'a' <= s[n] && s[n] <= 'z') {
		n++
	}
	return s[:n], "", s[n:]
}

func fieldNamed(name string) (event.Field, bool) {
	for f := range event.AllFields {
		if event.AllFields[f].Name == name {
			return event.Field(f), true
		}
	}
	return 0, false
}

func (e *env) appendField(b []byte, k event.ValueKind, v *event.Value, noun string) []byte {
	switch {
	case !v.Set:
		return append(b, "one end"...) // who did it is all that a first part may lack
	case noun == "times":
		return append(b, prose.Unglue(prose.Times(uint64(v.N)))...)
	case noun != "":
		return append(b, prose.Unglue(prose.Plural(uint64(v.N), noun))...)
	case k == event.Word:
		return append(b, v.Word...)
	case k == event.Size:
		return number.AppendOctets(b, uint64(v.N))
	case k == event.Span:
		return number.AppendDuration(b, v.N, 3)
	case k == event.Identity:
		return strconv.AppendInt(b, v.N, 10)
	case k == event.Instant:
		return e.appendInstant(b, v.N)
	}
	return number.AppendThousands(b, uint64(v.N))
}

// appendInstant appends a time in the form of the lines around it: time of day
// in live output, else since time 0.
func (e *env) appendInstant(b []byte, ns int64) []byte {
	if e.zone != nil {
		return time.Unix(0, ns).In(e.zone).AppendFormat(b, "15:04:05")
	}
	return number.AppendDuration(b, ns-e.base, 4)
}

func eventTone(ev *event.Event) prose.Tone {
	switch ev.Kind {
	case analyze.MomentOpened:
		return prose.Good
	case analyze.MomentRefused, analyze.MomentOpeningReset, analyze.MomentUnanswered, analyze.MomentStalled:
		return prose.Bad
	case analyze.MomentTimeWait, analyze.MomentTimeWaitOver, analyze.MomentTimeWaitRestarted:
		return prose.Quiet
	case analyze.MomentTupleReused, analyze.MomentMidstream, analyze.MomentHalfClosed, analyze.MomentWindowReopened:
		return prose.Plain
	case analyze.MomentClosed:
		if ev.Weight() == event.Trouble {
			return prose.Bad
		}
		return prose.Plain
	}
	return prose.Doubt
}
