package phrase

import (
	"fmt"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// AnswersSYN is why an end sends its SYN again that had sent one before the other's came.
const AnswersSYN = "in answer to a SYN"

// Packets names a few packets in brackets.
func Packets(list []uint64) string {
	const most = 3
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(" (packet")
	if len(list) > 1 {
		b.WriteByte('s')
	}
	for i, n := range list[:min(len(list), most)] {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %d", n)
	}
	if len(list) > most {
		b.WriteString(" …")
	}
	return b.String() + ")"
}

// Side names a side in a sentence.
func Side(s analyze.Side) string {
	switch s {
	case analyze.ClientSide:
		return "the client"
	case analyze.ServerSide:
		return "the server"
	case analyze.BothSides:
		return "both ends"
	}
	return "somebody"
}

// WasWere writes a number of things and the verb: "1 RST was", "2 RSTs were".
func WasWere(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun + " was"
	}
	return prose.Plural(n, noun) + " were"
}

// BothEnds writes the counts of the ends that have one.
func BothEnds(client, server uint64, text func(uint64) string) string {
	var parts []string
	if client > 0 {
		parts = append(parts, text(client)+" of the client")
	}
	if server > 0 {
		parts = append(parts, text(server)+" of the server")
	}
	return strings.Join(parts, ", ")
}

// FinPacket is the packet of the first FIN of an end in brackets.
func FinPacket(c *analyze.Connection, side analyze.Side) string {
	if n := record.FinPacket(c, side); n != 0 {
		return fmt.Sprintf(" (packet %d)", n)
	}
	return ""
}

// RstPacket is the packet of the RST that ended the connection in brackets.
func RstPacket(c *analyze.Connection) string {
	if c.Closing.RstPacket == 0 {
		return ""
	}
	return fmt.Sprintf(" (packet %d)", c.Closing.RstPacket)
}
