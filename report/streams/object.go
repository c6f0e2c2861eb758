package streams

import (
	"encoding/base64"

	"tcpwatch/analyze"
	"tcpwatch/analyze/stream"
	"tcpwatch/report/number"
	"tcpwatch/report/object"
	"tcpwatch/report/prose"
)

// schema names the shape of the objects of streams: one for each piece,
// kind octets, gap, conflict or outside, and at the end of a connection one for
// each direction, kind end. Octets are in base64 (RFC 4648 §4).
const schema = "tcpwatch.stream/1"

// objects writes a line for each piece.
type objects struct {
	clock number.Clock
	b     []byte
}

func (f *objects) piece(w *Writer, p *stream.Piece) {
	f.b = append(pieceObject(f.b[:0], &f.clock, p, true), '\n')
	w.write(f.b)
}

func (f *objects) end(w *Writer, c *analyze.Connection, client, server *stream.Total) {
	for _, t := range []*stream.Total{client, server} {
		if !w.wants(t == client) {
			continue
		}
		f.b = append(endObject(f.b[:0], w.encap(c.EncapID), c, t == client, t, nil), '\n')
		w.write(f.b)
	}
}

// pieceObject appends the object of a piece; octets says whether it includes
// those of the stream.
func pieceObject(b []byte, c *number.Clock, p *stream.Piece, octets bool) []byte {
	j := object.Plain(append(b, '{'))
	j.Word("schema", schema)
	j.Uint("connection", p.Connection)
	j.Word("from", prose.Side(p.FromClient))
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
			encoded(&j, "kept", p.Kept)
		}
	}
	if p.Kind == stream.Conflict || p.Kind == stream.Outside || p.Kind == stream.Octets && octets {
		encoded(&j, "octets", p.Data)
	}
	j.Close('}')
	return j
}

// endObject appends what is known of a direction at the end. file is nil if
// there are no files, else its name, "" for none.
func endObject(b []byte, encap string, c *analyze.Connection, client bool, t *stream.Total, file *string) []byte {
	j := object.Plain(append(b, '{'))
	j.Word("schema", schema)
	j.Uint("connection", c.Number)
	j.Word("from", prose.Side(client))
	j.Word("kind", "end")
	j.Endpoint("source", t.Tuple.Source())
	j.Endpoint("destination", t.Tuple.Destination())
	j.Text("encapsulation", encap)
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
	return j
}

// encoded writes octets in base64.
func encoded(j *object.Plain, name string, data []byte) {
	j.Key(name)
	*j = append(base64.StdEncoding.AppendEncode(append(*j, '"'), data), '"')
}
