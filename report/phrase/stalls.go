package phrase

import (
	"fmt"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// Stalls says what an end sent again after timeouts without being
// acknowledged, if there were at least timeouts of them in a row.
func Stalls(c *analyze.Connection, timeouts uint8) []string {
	var texts []string
	for _, e := range []struct {
		side analyze.Side
		d    *analyze.Direction
	}{{analyze.ClientSide, &c.FromClient}, {analyze.ServerSide, &c.FromServer}} {
		if e.d.Probed.For > 0 {
			texts = append(texts, probedText(e.d, e.side))
		}
		if e.d.Unacknowledged == 0 || e.d.Timeouts < timeouts {
			continue
		}
		payload, fin := e.d.Unacknowledged, ""
		if record.FinSeen(c, e.side) {
			payload, fin = payload-1, "the FIN of "+Side(e.side)
		}
		what := "the last " + prose.Octets(payload) + " of " + Side(e.side)
		switch {
		case payload == 0:
			what = fin
		case fin != "":
			what += " and its FIN"
		}
		tries := "a timeout"
		if e.d.Timeouts > 1 {
			tries = prose.Plural(uint64(e.d.Timeouts), "timeout") + " in a row"
		}
		texts = append(texts, what+" got no acknowledgement, in spite of "+tries+stuckText(e.d, record.OtherSide(e.side))+longText(&e.d.Long))
	}
	return texts
}

// probedText says that probes are not answered: whatever held the end back, the other one is gone
// or unreachable.
func probedText(d *analyze.Direction, side analyze.Side) string {
	what := "keep-alives"
	if d.Probed.Window {
		what = "window probes"
	}
	return "nothing answered the last " + what + " of " + Side(side) + ", sent until " + prose.Duration(d.Probed.For) + " after the last segment of " + Side(record.OtherSide(side))
}

// Heuristics: an idle time that is worth mentioning, and one after which a firewall, NAT
// or load balancer may have forgotten the connection: the shortest timeouts in use are
// about half a minute.
const (
	idleLeast     = int64(1e9)
	idleForgotten = int64(30e9)
)

// stuckText says where unacknowledged octets were first sent, if that was after an idle time.
func stuckText(d *analyze.Direction, other analyze.Side) string {
	if d.Stuck.Packet == 0 || d.Stuck.Idle < idleLeast {
		return ""
	}
	text := fmt.Sprintf(" (first sent in packet %d, %s after the last segment of %s", d.Stuck.Packet, prose.Duration(d.Stuck.Idle), Side(other))
	if d.Stuck.Idle >= idleForgotten {
		text += ": something on the way may have forgotten the connection by then"
	}
	return text + ")"
}

// longText says that only long packets were sent again, if it is unknown whether short
// ones would arrive: then there is no verdict.
func longText(l *analyze.LongClue) string {
	if l.Tries == 0 || l.Short|l.Reported|l.Alive != 0 {
		return ""
	}
	return fmt.Sprintf(" (sent again in packets of %s or more, and no packet of this end that was so long was ever acknowledged: the path may not take such, or the other end is out of reach)",
		prose.Octets(uint64(l.Least)))
}
