package report

import (
	"strings"

	"tcpwatch/analyze/state"
)

// doubts remembers which inferred states were shown, so that the question mark
// after them is explained.
type doubts struct {
	listen bool // LISTEN?
	other  bool
}

// listenInferred is how a passive end is shown before it answers a SYN.
var listenInferred = (state.Listen | state.Inferred).String()

// see notes the text of a state, or of any other word.
func (d *doubts) see(text string) {
	switch {
	case !strings.HasSuffix(text, "?"):
	case text == listenInferred:
		d.listen = true
	default:
		d.other = true
	}
}

// seeAll takes several words, such as labels.
func (d *doubts) seeAll(text string) {
	for word := range strings.FieldsSeq(text) {
		d.see(word)
	}
}

func (d *doubts) add(e doubts) { d.listen, d.other = d.listen || e.listen, d.other || e.other }

const (
	inferredNote = "? = inferred: what would prove it was not captured"
	listenNote   = "an end that listens sends nothing; only its SYN-ACK shows that it was listening"
)

// note explains the question marks that were shown; "" if there were none.
func (d *doubts) note() string {
	switch {
	case d.listen && d.other:
		return inferredNote + ". LISTEN?: " + listenNote
	case d.listen:
		return "LISTEN? = inferred: " + listenNote
	case d.other:
		return inferredNote
	}
	return ""
}
