package report

import (
	"encoding/base64"

	"tcpwatch/analyze"
	"tcpwatch/analyze/stream"
	"tcpwatch/report/number"
)

// schemaStream names the shape of the objects of streams: one for each piece,
// kind octets, gap, conflict or outside, and at the end of a connection one for
// each direction, kind end. Octets are in base64 (RFC 4648 §4).
const schemaStream = "tcpwatch.stream/1"

// streamObjects writes a line for each piece.
type streamObjects struct {
	clock number.Clock
	b     []byte
}

func (f *streamObjects) piece(w *StreamWriter, p *stream.Piece) {
	f.b = append(pieceObject(f.b[:0], &f.clock, p, true), '\n')
	w.write(f.b)
}

func (f *streamObjects) end(w *StreamWriter, c *analyze.Connection, client, server *stream.Total) {
	for _, t := range []*stream.Total{client, server} {
		if !w.wants(t == client) {
			continue
		}
		f.b = append(endObject(f.b[:0], &w.env, c, t == client, t, nil), '\n')
		w.write(f.b)
	}
}

// pieceObject appends the object of a piece; octets says whether it includes
// those of the stream.
func pieceObject(b []byte, c *number.Clock, p *stream.Piece, octets bool) []byte {
	j := jsonText{append(b, '{')}
	j.Word("schema", schemaStream)
	j.Uint("connection", p.Connection)
	j.Word("from", fromText(p.FromClient))
	j.Word("kind", p.Kind.String())
	if p.Reason == stream.ForeignNumber {
		j.Null("offset")
	} else {
		j.Int("offset", p.Offset)
	}
	j.Int("len", p.Len)
	j.WordOrNull("reason", p.Reason.String())
	j.UintOrNull("packet", p.Packet, p.Packet != 0)
	if p.Kind == stream.Gap {
		j.Null("time")
	} else {
		j.Time("time", c, p.Time)
	}
	j.UintOrNull("ack_packet", p.AckPacket, p.AckPacket != 0)
	if p.Kind == stream.Conflict {
		j.UintOrNull("kept_packet", p.KeptPacket, p.KeptPacket != 0)
		if p.Kept == nil {
			j.Null("kept")
		} else {
			j.base64("kept", p.Kept)
		}
	}
	if p.Kind == stream.Conflict || p.Kind == stream.Outside || p.Kind == stream.Octets && octets {
		j.base64("octets", p.Data)
	}
	j.Close('}')
	return j.Plain
}

// endObject appends what is known of a direction at the end. file is nil if
// there are no files, else its name, "" for none.
func endObject(b []byte, e *env, c *analyze.Connection, client bool, t *stream.Total, file *string) []byte {
	j := jsonText{append(b, '{')}
	j.Word("schema", schemaStream)
	j.Uint("connection", c.Number)
	j.Word("from", fromText(client))
	j.Word("kind", "end")
	j.Endpoint("source", t.Tuple.Source())
	j.Endpoint("destination", t.Tuple.Destination())
	j.Text("encapsulation", e.encap(c.EncapID))
	if file != nil {
		if *file == "" {
			j.Null("file")
		} else {
			j.Text("file", *file)
		}
	}
	j.Int("len", t.Octets+t.Missing)
	j.Int("octets", t.Octets)
	j.Int("unacknowledged", t.Unacked)
	j.Int("missing", t.Missing)
	j.Int("let_go", t.LetGo)
	j.Int("gaps", t.Gaps)
	j.Int("conflicts", t.Conflicts)
	j.Int("outside", t.Outside)
	j.Bool("from_start", t.FromStart)
	j.Bool("fin", t.FIN)
	j.Bool("any_ack", t.AnyACK)
	j.UintOrNull("contradicted_by", t.Contradicted, t.Contradicted != 0)
	j.Close('}')
	return j.Plain
}

func (j *jsonText) base64(name string, data []byte) {
	j.Key(name)
	j.Plain = append(base64.StdEncoding.AppendEncode(append(j.Plain, '"'), data), '"')
}
