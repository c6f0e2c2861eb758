package story

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// data tells what was sent between opening and close.
func (t *telling) data() {
	c, s := &t.conn.FromClient, &t.conn.FromServer
	var parts phrases
	switch {
	case c.Packets == 0:
		parts.addf("server %s; nothing of the client was captured", prose.Octets(s.UniqueOctets))
	case s.Packets == 0 && t.conn.Opening.Outcome == analyze.OpeningOneWay:
		parts.addf("client %s; nothing of the server was captured", prose.Octets(c.UniqueOctets))
	case t.conn.Self() && c.UniqueOctets > 0:
		parts.add(prose.Octets(c.UniqueOctets) + ", to itself")
	case c.UniqueOctets+s.UniqueOctets == 0:
		parts.add("no payload")
	default:
		parts.addf("client %s, server %s", prose.Octets(c.UniqueOctets), prose.Octets(s.UniqueOctets))
	}
	tone := prose.Plain
	if c.Retransmissions+s.Retransmissions > 0 {
		tone = prose.Doubt
	}
	parts = append(parts, resentTexts(c, s, record.Crossed(t.conn))...)
	parts = append(parts, phrase.Stalls(t.conn, 1)...)
	if n := t.conn.Labels[label.BadChecksum]; n > 0 {
		tone = prose.Doubt
		drop := ", which receivers drop, unless left to the NIC (offload)"
		if t.conn.Labels[label.ChecksumOffload] > 0 {
			drop += " as others are"
		}
		parts.add(prose.Plural(uint64(n), "segment") + " with a wrong checksum" + drop)
	}
	lacks, counts := lackTexts(t.conn), countTexts(c, s)
	if len(lacks)+len(counts) > 0 {
		tone = prose.Doubt
	}
	if len(lacks) == 0 {
		parts.add("nothing missing")
	}
	parts = append(append(parts, lacks...), counts...)
	if n, answers := c.KeepAlives+s.KeepAlives, uint64(t.conn.Labels[label.KeepAliveAck]); answers < n && c.Packets > 0 && s.Packets > 0 {
		parts.add("answers to keep-alives: " + prose.Thousands(answers))
	}
	if n := t.conn.Labels[label.WindowShrunk]; n > 0 {
		tone = prose.Doubt
		parts.add("a window shrank " + prose.Times(uint64(n)) + ": room that was given was taken back (RFC 9293 §3.8.6)")
	}
	t.Style.WriteSection(t.out, "DATA", parts.join(), tone)
	t.roundTrips()
	t.waits()
	if text := phrase.ICMP(t.conn); text != "" {
		t.Style.WriteSection(t.out, "ICMP", text, prose.Doubt)
	}
	t.found(true)
	t.out.WriteByte('\n')
}

// resentTexts says what was sent again; crossed of these are SYNs that crossed.
func resentTexts(c, s *analyze.Direction, crossed uint64) []string {
	all := c.Retransmissions + s.Retransmissions
	if all == 0 {
		return []string{"nothing sent twice"}
	}
	texts := []string{"sent again: " + phrase.BothEnds(c.Retransmissions, s.Retransmissions, func(n uint64) string { return prose.Plural(n, "segment") }) +
		inferredOf(c.Inferred+s.Inferred, all) + causesText(c, s, crossed)}
	if n := c.RetransmittedBytes + s.RetransmittedBytes; n > 0 {
		in := "them"
		if all == 1 {
			in = "it"
		}
		texts = append(texts, prose.Octets(n)+" of payload in "+in+" captured before")
	}
	if n := c.LostBetween + s.LostBetween; n > 0 {
		texts = append(texts, prose.Thousands(n)+" lost between two places of capture, or missed at one")
	}
	if n := c.Spurious + s.Spurious; n > uint64(c.Causes[label.CauseSpurious])+uint64(s.Causes[label.CauseSpurious]) {
		texts = append(texts, prose.Thousands(n)+" shown to have been unnecessary")
	}
	return texts
}

// sentAgain are the causes of retransmissions, in the words of the event resent.
var sentAgain = [...]struct {
	cause label.Cause
	text  string
}{{label.CauseRTO, "by timeout"}, {label.CauseFast, "fast"}, {label.CauseTLP, "as tail loss probe or timeout"}, {label.CauseSpurious, "needless"}, {label.CauseUnknown, "unclear why"}}

// causesText says why segments were sent again; crossed of them are SYNs that
// crossed. "" if no cause was looked for.
func causesText(c, s *analyze.Direction, crossed uint64) string {
	all, unclear := c.Retransmissions+s.Retransmissions, c.Causes[label.CauseUnknown]+s.Causes[label.CauseUnknown]
	crossed = min(crossed, uint64(unclear))
	var texts []string
	add := func(n uint64, text string) {
		switch n {
		case 0:
		case all:
			texts = append(texts, text)
		default:
			texts = append(texts, prose.Thousands(n)+" "+text)
		}
	}
	for _, p := range sentAgain {
		n := uint64(c.Causes[p.cause]) + uint64(s.Causes[p.cause])
		if p.cause == label.CauseUnknown {
			n -= crossed
		}
		add(n, p.text)
	}
	add(crossed, phrase.AnswersSYN)
	if len(texts) == 0 {
		return ""
	}
	return ": " + strings.Join(texts, ", ")
}

// countTexts counts segments of kinds that are absent from most connections.
func countTexts(c, s *analyze.Direction) []string {
	var texts []string
	for _, p := range []struct {
		name string
		n, m uint64
	}{
		{"overtaken on the way", c.OutOfOrder, s.OutOfOrder}, {"copies captured", c.DuplicatePackets, s.DuplicatePackets},
		{"zero windows", c.ZeroWindows, s.ZeroWindows}, {"keep-alives", c.KeepAlives, s.KeepAlives},
	} {
		if p.n|p.m != 0 {
			texts = append(texts, p.name+": "+phrase.BothEnds(p.n, p.m, prose.Thousands))
		}
	}
	return texts
}

// lackTexts say what was not captured.
func lackTexts(c *analyze.Connection) []string {
	texts := []string{phrase.Missing(c), unseenText(c)}
	if texts[0]+texts[1] == "" {
		texts = append(texts, ackedUnseenText(c))
	}
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

// ackedUnseenText says that something was acknowledged that had not been captured. It need not lie
// between octets that were: then it does not count as missing. It may be a FIN, or be captured later.
func ackedUnseenText(c *analyze.Connection) string {
	switch n := uint64(c.Labels[label.AckUnseen]); n {
	case 0:
		return ""
	case 1:
		return "1 segment acknowledges what had not been captured"
	default:
		return prose.Plural(n, "segment") + " acknowledge what had not been captured"
	}
}

// unseenText says what the first RST of an end shows about octets that were never captured, if
// the RST was valid although its number was not the expected one: the end sent another with the
// right one, as in response to a challenge ACK (RFC 5961 §3.2). A number after the window is
// not challenged.
func unseenText(c *analyze.Connection) string {
	if c.Clues.BlindRst != 0 || !record.Begun(c) {
		return ""
	}
	var meant *analyze.Step
	for i := range c.Steps {
		s := &c.Steps[i]
		switch {
		case !s.Flags.Has(wire.RST) || s.Copy || s.Packet != c.Closing.RstPacket && s.Acceptable || s.FromClient != (c.Closing.RstBy == analyze.ClientSide):
		case s.Packet != c.Closing.RstPacket && meant == nil:
			meant = s
		case s.Packet == c.Closing.RstPacket && meant != nil && meant.Seq.After(s.Seq) && meant.Seq.Diff(s.Seq) <= mostWindow(c, record.OtherSide(c.Closing.RstBy)):
			return fmt.Sprintf("by the number of the RST in packet %d, %s of %s may be missing", meant.Packet, prose.Octets(uint64(meant.Seq.Diff(s.Seq))),
				phrase.Side(c.Closing.RstBy))
		}
	}
	return ""
}

// mostWindow returns the largest window that an end can offer with the agreed scale; if that is
// unknown, with any (RFC 7323 §2.3).
func mostWindow(c *analyze.Connection, side analyze.Side) int32 {
	client, server := &c.Opening.ClientOptions, &c.Opening.ServerOptions
	own, other := record.OfSide(side, client, server), record.OfSide(side, server, client)
	switch {
	case !own.Known || !other.Known:
		return math.MaxUint16 << 14
	case !own.Set.Has(wire.OptWindowScale) || !other.Set.Has(wire.OptWindowScale):
		return math.MaxUint16
	}
	return math.MaxUint16 << min(own.WindowScale, 14)
}

// roundTrips writes the measured round trips, if any.
func (t *telling) roundTrips() {
	var parts []string
	far := "to the server"
	if t.conn.Self() {
		far = "to the socket itself"
	}
	for _, p := range []struct {
		name string
		d    *analyze.Direction
	}{{far, &t.conn.FromClient}, {"to the client", &t.conn.FromServer}} {
		if p.d.RTT.Avg >= 0 {
			times := prose.Duration(p.d.RTT.Min) // one sample, or all the same
			if p.d.RTT.Min != p.d.RTT.Max {
				times = fmt.Sprintf("%s / %s / %s", times, prose.Duration(p.d.RTT.Avg), prose.Duration(p.d.RTT.Max))
			}
			parts = append(parts, p.name+" "+times)
		}
	}
	if len(parts) > 0 {
		t.Style.WriteSection(t.out, "", "round trips from this tap (least / mean / most): "+strings.Join(parts, ", "), prose.Plain)
	}
}
