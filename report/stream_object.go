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
	j.word("schema", schemaStream)
	j.uint("connection", p.Connection)
	j.word("from", fromText(p.FromClient))
	j.word("kind", p.Kind.String())
	if p.Reason == stream.ForeignNumber {
		j.null("offset")
	} else {
		j.int("offset", p.Offset)
	}
	j.int("len", p.Len)
	j.wordOrNull("reason", p.Reason.String())
	j.uintOrNull("packet", p.Packet, p.Packet != 0)
	if p.Kind == stream.Gap {
		j.null("time")
	} else {
		j.time("time", c, p.Time)
	}
	j.uintOrNull("ack_packet", p.AckPacket, p.AckPacket != 0)
	if p.Kind == stream.Conflict {
		j.uintOrNull("kept_packet", p.KeptPacket, p.KeptPacket != 0)
		if p.Kept == nil {
			j.null("kept")
		} else {
			j.base64("kept", p.Kept)
		}
	}
	if p.Kind == stream.Conflict || p.Kind == stream.Outside || p.Kind == stream.Octets && octets {
		j.base64("octets", p.Data)
	}
	j.close('}')
	return j.plainObject
}

// endObject appends what is known of a direction at the end. file is nil if
// there are no files, else its name, "" for none.
func endObject(b []byte, e *env, c *analyze.Connection, client bool, t *stream.Total, file *string) []byte {
	j := jsonText{append(b, '{')}
	j.word("schema", schemaStream)
	j.uint("connection", c.Number)
	j.word("from", fromText(client))
	j.word("kind", "end")
	j.endpoint("source", t.Tuple.Source())
	j.endpoint("destination", t.Tuple.Destination())
	j.text("encapsulation", e.encap(c.EncapID))
	if file != nil {
		if *file == "" {
			j.null("file")
		} else {
			j.text("file", *file)
		}
	}
	j.int("len", t.Octets+t.Missing)
	j.int("octets", t.Octets)
	j.int("unacknowledged", t.Unacked)
	j.int("missing", t.Missing)
	j.int("let_go", t.LetGo)
	j.int("gaps", t.Gaps)
	j.int("conflicts", t.Conflicts)
	j.int("outside", t.Outside)
	j.bool("from_start", t.FromStart)
	j.bool("fin", t.FIN)
	j.bool("any_ack", t.AnyACK)
	j.uintOrNull("contradicted_by", t.Contradicted, t.Contradicted != 0)
	j.close('}')
	return j.plainObject
}

func (j *jsonText) base64(name string, data []byte) {
	j.key(name)
	j.plainObject = append(base64.StdEncoding.AppendEncode(append(j.plainObject, '"'), data), '"')
}
