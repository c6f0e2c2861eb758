package prose

import (
	"io"
	"strings"
)

// SectionIndent is the width of a section's name, in blanks.
const SectionIndent = "           "

// WriteSection writes "NAME       sentence", wrapped beside the name, the sentence in one tone.
func (s *Style) WriteSection(w io.Writer, name, text string, tone Tone) error {
	var out strings.Builder
	head := name + strings.Repeat(" ", max(1, len(SectionIndent)-len(name)))
	lines := Wrap(s.Plain(text), s.Width-len(SectionIndent), "")
	for i, l := range lines {
		if i == 0 {
			out.WriteString(s.Paint(Strong, strings.TrimRight(head, " ")) + head[len(strings.TrimRight(head, " ")):])
		} else {
			out.WriteString(SectionIndent)
		}
		out.WriteString(s.Paint(tone, Unglue(l)) + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// WriteParts writes parts with three spaces between them, breaking lines
// between parts only.
func (s *Style) WriteParts(w io.Writer, parts []string) error {
	var out strings.Builder
	used := 0
	for _, p := range parts {
		p = s.Plain(p)
		n := Width(p)
		switch {
		case used == 0:
		case used+3+n > s.Width:
			out.WriteString("\n  ")
			used = 2
		default:
			out.WriteString("   ")
			used += 3
		}
		if used+n > s.Width {
			lines := Wrap(p, s.Width-2, "")
			p = strings.Join(lines, "\n  ")
			n = Width(lines[len(lines)-1])
			used = 2 // what stands before the last line
		}
		out.WriteString(Unglue(p))
		used += n
	}
	out.WriteByte('\n')
	_, err := io.WriteString(w, out.String())
	return err
}
