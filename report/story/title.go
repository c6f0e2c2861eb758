package story

import (
	"fmt"

	"tcpwatch/analyze"
	"tcpwatch/report/escape"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// title names the ends and says where the capture was taken.
func (t *telling) title() {
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
	t.Style.WriteParts(t.out, parts)
	t.Style.WriteWrapped(t.out, prose.Quiet, prose.Gap, prose.Gap+t.zero())
	t.out.WriteByte('\n')
}

// zero says when time 0 of the story is, which is the connection's own, and what
// it is in other views, whose times count from the capture's first segment.
func (t *telling) zero() string {
	start := t.conn.Start
	text := "times since " + string(t.clock.AppendTime(nil, start))
	if start != t.base {
		text += " (" + string(number.AppendFixed(nil, start-t.base)) + " s in other views)"
	}
	return text
}

// vantage says what the handshake shows about the place of the capture; "" if there
// may be two.
func vantage(c *analyze.Connection) string {
	if record.CapturedTwice(&c.FromClient, &c.FromServer) {
		return ""
	}
	server, client := c.Opening.RTTServer, c.Opening.RTTClient
	if o := &c.Opening; o.SynCount > 1 || o.SynAckCount > 1 || o.AckData > 0 || record.OpenedByFIN(c) {
		// The times may include a wait for something lost; also if the ACK came
		// with payload or a FIN, before which a bare one was lost or left out.
		server, client = record.LeastTrip(server, c.FromClient.RTT.Min), record.LeastTrip(client, c.FromServer.RTT.Min)
	}
	trips := "(round trip to the server " + prose.Duration(server) + ", to the client " + prose.Duration(client) + ")"
	switch at := record.TapBy(c, server, client); at {
	case "":
		return ""
	case "between":
		return "captured between the ends " + trips
	default:
		return "captured nearer the " + at + " " + trips
	}
}
