package story

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
)

// Teller tells connections in words, one after the other: how each opened, what was
// sent, how it closed and who is left in TIME-WAIT. Every sentence follows from a field
// of the record.
type Teller struct {
	// Style is read at each connection, so that the width may change between two.
	Style *prose.Style
	// Encap names what is around a connection by its EncapID; "": nothing.
	Encap func(id uint32) string
	// MSL is what the analysis used.
	MSL time.Duration

	clock    number.Clock
	inferred lexicon.Marks
	noAck    bool // a table had no room for the column ACK, or REL ACK
	noSeq    bool // nor for the column SEQ, or REL SEQ
}

// Tell appends the story of a connection to out; nothing of the connection and of the
// verdicts on it is kept. base is time 0 of other views, in nanoseconds.
func (t *Teller) Tell(out *bytes.Buffer, c *analyze.Connection, base int64, verdicts []verdict.Verdict) {
	s := &telling{Teller: t, conn: c, out: out, base: base, verdicts: verdicts}
	s.tell()
}

// Remarks explains marks and columns of the stories told so far, for below the last of them.
func (t *Teller) Remarks() []string {
	var remarks []string
	if text := t.inferred.Note(); text != "" {
		remarks = append(remarks, text)
	}
	switch {
	case t.noSeq:
		remarks = append(remarks, "no room everywhere for the columns SEQ and ACK: the arithmetic of ACK stands under each row, a wider terminal has both")
	case t.noAck:
		remarks = append(remarks, "no room for the column ACK: its arithmetic stands under each row")
	}
	return remarks
}

// telling is one connection being told.
type telling struct {
	*Teller
	conn     *analyze.Connection
	out      *bytes.Buffer
	base     int64
	verdicts []verdict.Verdict
}

func (t *telling) tell() {
	t.title()
	t.opening()
	t.data()
	t.closing()
	t.timeWait()
}

// phrases are the parts of a sentence.
type phrases []string

// add appends a phrase, unless it is empty.
func (p *phrases) add(text string) {
	if text != "" {
		*p = append(*p, text)
	}
}

func (p *phrases) addf(format string, args ...any) { p.add(fmt.Sprintf(format, args...)) }

func (p phrases) join() string { return strings.Join(p, "; ") }
