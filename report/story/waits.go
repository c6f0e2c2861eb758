package story

import (
	"fmt"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
)

// waits tells what a connection was waiting for when it stood still.
func (t *telling) waits() {
	if text := strings.Join(waitTexts(t.conn), "; "); text != "" {
		t.Style.WriteSection(t.out, "WAITED", text, prose.Plain)
	}
}

// waitTexts says what was waited for, and until which packet.
func waitTexts(c *analyze.Connection) []string {
	var parts []string
	add := func(ns int64, text string) {
		if ns >= phrase.WaitLeast {
			parts = append(parts, text)
		}
	}
	client, server := &c.FromClient, &c.FromServer
	add(server.SlowestAnswer.Wait, phrase.SlowAnswer(c))
	next := &client.SlowestAnswer
	add(next.Wait, "the client up to "+prose.Duration(next.Wait)+" with its next payload"+phrase.Packets([]uint64{next.Packet}))
	if s := &c.Silence; s.Packet != server.SlowestAnswer.Packet && s.Packet != next.Packet && !s.Labels.Has(label.Retransmission) {
		add(s.For, "nothing was captured for "+prose.Duration(s.For)+", until "+silenceEnd(s))
	}
	for _, e := range []struct {
		d         *analyze.Direction
		own, peer string
	}{{client, "the client", "the server"}, {server, "the server", "the client"}} {
		add(e.d.ResendWait, prose.Duration(e.d.ResendWait)+" of silence before what "+e.own+" sent again")
		add(e.d.AckWait.For, phrase.AckWait(&e.d.AckWait, e.own, e.peer))
		add(e.d.ZeroWindowTime, e.peer+"'s zero window held "+e.own+" back for "+prose.Duration(e.d.ZeroWindowTime))
		add(e.d.WindowFullTime, e.own+" had used up "+e.peer+"'s window for "+prose.Duration(e.d.WindowFullTime))
	}
	return parts
}

// silenceEnd names the packet that ended a silence.
func silenceEnd(s *analyze.Silence) string {
	what := "an acknowledgement"
	for _, l := range []struct {
		id   label.ID
		text string
	}{
		{label.RST, "a RST"}, {label.SYN, "a SYN"}, {label.SynAck, "a SYN-ACK"}, {label.KeepAlive, "a keep-alive"},
		{label.ZeroWindowProbe, "a window probe"}, {label.FIN, "a FIN"}, {label.Data, "payload"},
	} {
		if s.Labels.Has(l.id) {
			what = l.text
			break
		}
	}
	return fmt.Sprintf("packet%s%d, %s", prose.NBSP, s.Packet, what) + " of the " + prose.Side(s.FromClient)
}
