package report

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/escape"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// Teller tells connections in words, one after the other: how each opened, what was
// sent, how it closed and who is left in TIME-WAIT. Every sentence follows from a field
// of the record.
type Teller struct {
	// Style is read at each connection, so that the width may change between two.
	*prose.Style
	// Encap names what is around a connection by its EncapID; "": nothing.
	Encap func(id uint32) string
	// MSL is what the analysis used.
	MSL time.Duration

	clock    number.Clock
	inferred lexicon.Marks
	dropped  bool // a table had no room for the column ACK
}

// Tell appends the story of a connection to out; nothing of the connection and of the
// verdicts on it is kept. base is time 0 of other views, in nanoseconds.
func (t *Teller) Tell(out *bytes.Buffer, c *analyze.Connection, base int64, verdicts []verdict.Verdict) {
	s := &story{Teller: t, conn: c, out: out, base: base, verdicts: verdicts}
	s.tell()
}

// Remarks explains marks and columns of the stories told so far, for below the last of them.
func (t *Teller) Remarks() []string {
	var remarks []string
	if text := t.inferred.Note(); text != "" {
		remarks = append(remarks, text)
	}
	if t.dropped {
		remarks = append(remarks, "no room for the column ACK: its arithmetic stands under each row")
	}
	return remarks
}

// story is one connection being told.
type story struct {
	*Teller
	conn     *connection
	out      *bytes.Buffer
	base     int64
	verdicts []verdict.Verdict
}

func (t *story) tell() {
	t.title()
	t.opening()
	t.data()
	t.closing()
	t.timeWait()
}

// title names the ends and says where the capture was taken.
func (t *story) title() {
	c := t.conn
	parts := []string{
		fmt.Sprintf("connection %d", c.Number),
		c.Client.String() + " → " + c.Server.String(),
	}
	if name := t.Encap(c.EncapID); name != "" {
		parts = append(parts, "inside "+escape.Text(name))
	}
	n := c.FromClient.Packets + c.FromServer.Packets
	parts = append(parts, prose.Plural(n, "segment")+" in "+prose.Span(c.End-c.Start))
	if p := vantage(c); p != "" {
		parts = append(parts, p)
	}
	t.WriteParts(t.out, parts)
	t.WriteWrapped(t.out, prose.Quiet, prose.Gap, prose.Gap+t.zero())
	t.out.WriteByte('\n')
}

// zero says when time 0 of the story is, which is the connection's own, and what
// it is in other views, whose times count from the capture's first segment.
func (t *story) zero() string {
	start := t.conn.Start
	text := "times since " + string(t.clock.AppendTime(nil, start))
	if start != t.base {
		text += " (" + string(number.AppendFixed(nil, start-t.base)) + " s in other views)"
	}
	return text
}

// vantage says what the handshake shows about the place of the capture; "" if there
// may be two.
func vantage(c *connection) string {
	if record.CapturedTwice(&c.FromClient, &c.FromServer) {
		return ""
	}
	server, client := c.Opening.RTTServer, c.Opening.RTTClient
	if o := &c.Opening; o.SynCount > 1 || o.SynAckCount > 1 || o.AckData > 0 || record.OpenedByFIN(c) {
		// The times may include a wait for something lost; also if the ACK came
		// with payload or a FIN, before which a bare one was lost or left out.
		server, client = leastTrip(server, c.FromClient.RTT.Min), leastTrip(client, c.FromServer.RTT.Min)
	}
	trips := "(round trip to the server " + prose.Duration(server) + ", to the client " + prose.Duration(client) + ")"
	switch at := record.TapAt(server, client); at {
	case "":
		return ""
	case "between":
		return "captured between the ends " + trips
	default:
		return "captured nearer the " + at + " " + trips
	}
}

// leastTrip is the shorter of two round trips, of which the second may be
// unknown.
func leastTrip(a, b int64) int64 {
	if b >= 0 {
		return min(a, b)
	}
	return a
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
