package lexicon

import (
	"strings"

	"tcpwatch/analyze/state"
)

// Marks remembers which inferred states were shown, so that the question mark
// after them is explained, and whether UNKNOWN was.
type Marks struct {
	listen  bool // LISTEN?
	other   bool
	unknown bool
}

// ListenInferred is how a passive end is shown before it answers a SYN.
var ListenInferred = (state.Listen | state.Inferred).String()

// See notes the text of a state, or of any other word.
func (d *Marks) See(text string) {
	switch {
	case text == state.Unknown.String():
		d.unknown = true
	case !strings.HasSuffix(text, "?"):
	case text == ListenInferred:
		d.listen = true
	default:
		d.other = true
	}
}

// SeeAll takes several words, such as labels.
func (d *Marks) SeeAll(text string) {
	for word := range strings.FieldsSeq(text) {
		d.See(word)
	}
}

// Add takes what others remember.
func (d *Marks) Add(e Marks) {
	d.listen, d.other, d.unknown = d.listen || e.listen, d.other || e.other, d.unknown || e.unknown
}

// What the question mark means, what it means after LISTEN, and what UNKNOWN does.
const (
	InferredNote = "? = inferred: what would prove it was not captured"
	ListenNote   = "an end that listens sends nothing; only its SYN-ACK shows that it was listening"
	UnknownNote  = "UNKNOWN: " + NoStateShown
	NoStateShown = "no segment captured shows the state"
)

// Note explains the question marks and UNKNOWN, as far as they were shown; "" if none was.
func (d *Marks) Note() string {
	var notes []string
	switch {
	case d.listen && d.other:
		notes = append(notes, InferredNote, "LISTEN?: "+ListenNote)
	case d.listen:
		notes = append(notes, "LISTEN? = inferred: "+ListenNote)
	case d.other:
		notes = append(notes, InferredNote)
	}
	if d.unknown {
		notes = append(notes, UnknownNote)
	}
	return strings.Join(notes, ". ")
}
