package lexicon

import (
	"strings"

	"tcpwatch/analyze/state"
)

// Marks remembers which inferred states were shown, so that the question mark
// after them is explained.
type Marks struct {
	listen bool // LISTEN?
	other  bool
}

// ListenInferred is how a passive end is shown before it answers a SYN.
var ListenInferred = (state.Listen | state.Inferred).String()

// See notes the text of a state, or of any other word.
func (d *Marks) See(text string) {
	switch {
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
func (d *Marks) Add(e Marks) { d.listen, d.other = d.listen || e.listen, d.other || e.other }

// What the question mark means, and what it means after LISTEN.
const (
	InferredNote = "? = inferred: what would prove it was not captured"
	ListenNote   = "an end that listens sends nothing; only its SYN-ACK shows that it was listening"
)

// Note explains the question marks that were shown; "" if there were none.
func (d *Marks) Note() string {
	switch {
	case d.listen && d.other:
		return InferredNote + ". LISTEN?: " + ListenNote
	case d.listen:
		return "LISTEN? = inferred: " + ListenNote
	case d.other:
		return InferredNote
	}
	return ""
}
