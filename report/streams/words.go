package streams

import (
	"fmt"
	"strconv"
	"strings"

	"tcpwatch/analyze/stream"
	"tcpwatch/report/escape"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
)

// What is said about octets that a receiver may not have accepted.
var doubtTexts = map[stream.Reason]string{
	stream.BadChecksum:   "their checksum is wrong",
	stream.SYNData:       "sent in a SYN, and not acknowledged with it",
	stream.BeforeStart:   "they lie before the first octet",
	stream.AfterFIN:      "they lie after the FIN",
	stream.AfterRST:      "captured after a RST, and not acknowledged",
	stream.InRST:         "the text of a RST",
	stream.BeyondWindow:  "they lie beyond the window that was offered, and were not acknowledged",
	stream.NoACK:         "in a segment without ACK, which its receiver drops",
	stream.ForeignNumber: "their number does not fit the connection",
	stream.Late:          "captured after their gap had been given up",
}

// PieceText says in a line what a piece is, and what is known about it.
func PieceText(p *stream.Piece) string {
	switch p.Kind {
	case stream.Gap:
		return gapText(p)
	case stream.Octets:
		text := fmt.Sprintf("%s of the %s from %s on in packet %d", octetsText(p.Len), prose.Side(p.FromClient), prose.Thousands(uint64(p.Offset)), p.Packet)
		if d := doubtTexts[p.Reason]; d != "" {
			text += ": " + doubtedText(p, d)
		}
		return text
	}
	return otherText(p)
}

// doubtedText says what became of octets in doubt.
func doubtedText(p *stream.Piece, doubt string) string {
	switch {
	case p.AckPacket != 0:
		return "accepted all the same: " + doubt
	case p.Reason == stream.SYNData:
		return "perhaps not accepted: sent in a SYN, and no acknowledgement was captured; the client went on after them"
	}
	return "perhaps not accepted: " + doubt
}

// UnackedText says that octets, and those after them, were never acknowledged.
func UnackedText(p *stream.Piece) string {
	return fmt.Sprintf("what the %s sent from %s on was not acknowledged", prose.Side(p.FromClient), prose.Thousands(uint64(p.Offset)))
}

// gapText says what is missing and how that is known.
func gapText(p *stream.Piece) string {
	what := fmt.Sprintf("%s of the %s from %s on", octetsText(p.Len), prose.Side(p.FromClient), prose.Thousands(uint64(p.Offset)))
	other := prose.Side(!p.FromClient)
	switch p.Reason {
	case stream.NotCaptured:
		return fmt.Sprintf("gap: %s never captured; the %s acknowledged them%s", what, other, inPacket(" (packet ", p.AckPacket, ")"))
	case stream.Cut:
		return fmt.Sprintf("gap: %s cut off by the capture%s", what, inPacket(" (packet ", p.Packet, ")"))
	case stream.Unknown:
		return fmt.Sprintf("gap: %s neither captured nor acknowledged", what)
	case stream.BufferFull:
		return fmt.Sprintf("gap: %s let go: the buffer was full before they came (--max-buffer)", what)
	case stream.TooManyGaps:
		return fmt.Sprintf("gap: %s let go: too many gaps were open", what)
	case stream.ClosedEarly:
		return fmt.Sprintf("gap: %s let go: the connection was given up to make room (--max-connections)", what)
	}
	return fmt.Sprintf("gap: %s: all that was captured of them is in doubt: %s", what, doubtTexts[p.Reason])
}

// otherText says what came again with other content, or is not part of the
// stream.
func otherText(p *stream.Piece) string {
	who := prose.Side(p.FromClient)
	if p.Kind == stream.Conflict {
		s := fmt.Sprintf("conflict: %s of the %s from %s on came in packet %d with other content%s",
			octetsText(p.Len), who, prose.Thousands(uint64(p.Offset)), p.Packet, inPacket(" than in packet ", p.KeptPacket, ""))
		if p.Kept == nil {
			s += " than before"
		}
		if d := doubtTexts[p.Reason]; d != "" {
			s += ": " + d
		}
		return s
	}
	at := ""
	if p.Reason != stream.ForeignNumber {
		at = " at " + signedThousands(p.Offset)
	}
	return fmt.Sprintf("left out: %s of the %s%s in packet %d: %s", octetsText(p.Len), who, at, p.Packet, doubtTexts[p.Reason])
}

// totalText sums one direction up.
func totalText(t *stream.Total) string {
	parts := []string{octetsText(t.Octets)}
	if t.Octets > 0 {
		switch {
		case !t.AnyACK:
			parts = append(parts, "no acknowledgement of them captured")
		case t.Unacked == t.Octets:
			parts = append(parts, "none of them acknowledged")
		case t.Unacked > 0:
			parts = append(parts, octetsText(t.Unacked)+" of them not acknowledged")
		default:
			parts = append(parts, "all acknowledged")
		}
	}
	if t.Begun && !t.FromStart {
		parts = append(parts, "the beginning was not captured")
	}
	if t.Gaps > 0 {
		parts = append(parts, fmt.Sprintf("%s missing in %s", octetsText(t.Missing), counted(t.Gaps, "gap")))
	} else if !t.Begun && !t.FromStart && !t.AnyACK {
		parts = append(parts, "and nothing tells whether it sent any")
	} else {
		parts = append(parts, "nothing missing")
	}
	if t.LetGo > 0 {
		parts = append(parts, octetsText(t.LetGo)+" of it let go")
	}
	if t.Conflicts > 0 {
		parts = append(parts, counted(t.Conflicts, "conflict"))
	}
	if t.Outside > 0 {
		parts = append(parts, octetsText(t.Outside)+" left out")
	}
	return strings.Join(parts, ", ")
}

func octetsText(n int64) string { return string(number.AppendOctets(nil, uint64(n))) }

func signedThousands(n int64) string {
	if n < 0 {
		return "-" + prose.Thousands(uint64(-n))
	}
	return prose.Thousands(uint64(n))
}

func inPacket(before string, packet uint64, after string) string {
	if packet == 0 {
		return ""
	}
	return before + strconv.FormatUint(packet, 10) + after
}

func counted(n int64, what string) string { return prose.Unglue(prose.Plural(uint64(n), what)) }

// shownOctets bounds how many octets of a conflict are shown to people.
const shownOctets = 48

// glimpse shows the first octets of data, quoted.
func glimpse(data []byte) string {
	cut := data[:min(len(data), shownOctets)]
	s := `"` + string(escape.Append(nil, cut)) + `"`
	if len(cut) < len(data) {
		s += " …"
	}
	return s
}
