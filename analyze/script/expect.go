package script

import (
	"fmt"
	"strings"
)

// parseExpect reads what stands after the bar.
func parseExpect(text string) (*Expect, error) {
	words := strings.Fields(text)
	if len(words) < 3 {
		return nil, fmt.Errorf("an expectation wants labels (or *) and two states (or *)")
	}
	x := &Expect{}
	labels := words[:len(words)-2]
	copy(x.States[:], words[len(words)-2:])
	for _, w := range words {
		if !validName(w) {
			return nil, fmt.Errorf("%q is not a name", w)
		}
	}
	for _, w := range x.States {
		if w[0] == '!' {
			return nil, fmt.Errorf("%s stands where a state is wanted", w)
		}
	}
	seen := make(map[string]bool, len(labels))
	for _, w := range labels {
		name, absent := strings.CutPrefix(w, "!")
		if seen[name] {
			return nil, fmt.Errorf("%s twice", name)
		}
		seen[name] = true
		switch {
		case w == Any:
			x.Open = true
		case absent:
			x.Absent = append(x.Absent, name)
		default:
			x.Labels = append(x.Labels, name)
		}
	}
	if len(x.Labels) == 0 && !x.Open {
		return nil, fmt.Errorf("no label: a segment has at least one; * leaves them open")
	}
	return x, nil
}

// validName rejects what cannot be the name of a label or state, so that the
// parser finds typing errors.
func validName(w string) bool {
	if w == Any {
		return true
	}
	w = strings.TrimPrefix(w, "!")
	w = strings.TrimSuffix(w, "?")
	if w == "" {
		return false
	}
	for i := 0; i < len(w); i++ {
		c := w[i]
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// Format writes the script back. Lines whose expectation or assertion was
// changed since Parse are rewritten after the bar; every other line, every
// comment and all spacing stay as they were.
func (s *Script) Format() string {
	var b strings.Builder
	for i := range s.lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		s.formatLine(&b, &s.lines[i])
	}
	return b.String()
}

func (s *Script) formatLine(b *strings.Builder, l *line) {
	switch {
	case l.event >= 0 && s.Events[l.event].Expect != nil:
		if now := s.Events[l.event].Expect.String(); now != l.written {
			head := l.head
			if !strings.HasSuffix(head, " ") && !strings.HasSuffix(head, "\t") {
				head += " "
			}
			b.WriteString(head + "| " + now)
			writeComment(b, l.comment)
			return
		}
	case l.connection >= 0:
		if now := s.Connections[l.connection].String(); now != l.written {
			b.WriteString(now)
			writeComment(b, l.comment)
			return
		}
	}
	b.WriteString(l.text + l.comment)
}

func writeComment(b *strings.Builder, comment string) {
	if comment != "" {
		b.WriteString("  " + comment)
	}
}
