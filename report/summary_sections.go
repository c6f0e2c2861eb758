package report

import (
	"fmt"
	"slices"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/escape"
)

// summarySection is a group of counts under one name.
type summarySection struct {
	name  string
	items []summaryItem
}

// summaryItem is a count with what it counts.
type summaryItem struct {
	n      uint64
	absent bool // there is no number
	text   string
	tone   Tone
}

// number returns the count as people read it. Its length in octets is its
// width: digits and commas.
func (i *summaryItem) number() string {
	if i.absent {
		return ""
	}
	return thousands(i.n)
}

func (s *summarySection) add(n uint64, tone Tone, text string) {
	s.items = append(s.items, summaryItem{n: n, text: behindCount(n, text), tone: tone})
}

// some adds a count only if there is one.
func (s *summarySection) some(n uint64, tone Tone, text string) {
	if n > 0 {
		s.add(n, tone, text)
	}
}

// say adds a sentence without a number.
func (s *summarySection) say(tone Tone, text string) {
	s.items = append(s.items, summaryItem{absent: true, text: text, tone: tone})
}

// summarySections lays out the summary; what concerns many connections only if
// whole is set.
func summarySections(in *Input, t *tally, whole bool) []summarySection {
	list := []summarySection{captureSection(in, t), packetSection(in)}
	if whole && t.connections > 0 {
		list = append(list, openedSection(t))
		if s := verdictSection(t); len(s.items) > 0 {
			list = append(list, s)
		}
		list = append(list, closedSection(t), resentSection(t))
		if s := timeWaitSection(t); len(s.items) > 0 {
			list = append(list, s)
		}
		list = append(list, stateSection("CLIENTS", &t.clientIn), stateSection("SERVERS", &t.serverIn))
	}
	return list
}

// manySkipped puts the words for packets that were skipped into the plural.
var manySkipped = strings.NewReplacer("ICMP error", "ICMP errors", "IP fragment", "IP fragments",
	"malformed IP header", "malformed IP headers", "malformed TCP header", "malformed TCP headers", "malformed tunnel header", "malformed tunnel headers")

// packetSection accounts for every packet: the counts add up to the total.
func packetSection(in *Input) summarySection {
	s := summarySection{name: "PACKETS"}
	rest := in.Packets
	account := func(n uint64, tone Tone, text string, always bool) {
		if n > 0 || always {
			s.add(n, tone, text)
		}
		rest -= min(rest, n)
	}
	account(in.Analysis.Segments, Plain, "TCP segments", true)
	for why := wire.Segmented + 1; why < wire.SkipCount; why++ {
		tone := Plain
		if why >= wire.LinkUnknown {
			tone = Doubt
		}
		text := why.String()
		if in.Skipped[why] != 1 {
			text = manySkipped.Replace(text)
		}
		account(in.Skipped[why], tone, text, false)
	}
	account(in.Filtered, Plain, "left out by the filter", false)
	s.some(rest, Doubt, "not accounted for")
	return s
}

// captureSection says how reliable the capture is.
func captureSection(in *Input, t *tally) summarySection {
	s := summarySection{name: "CAPTURE"}
	dropped, known := dropsOf(in)
	var full, abandoned uint64
	for _, i := range in.Interfaces {
		full += i.RingFull
		abandoned += i.Abandoned
	}
	dropped -= min(abandoned, dropped)
	switch {
	case dropped > 0 && full > 0:
		s.add(dropped, Bad, "packets dropped by the capturing system, whose buffer was full "+times(full)+": a larger one may help (--ring-size)")
	case dropped > 0:
		s.add(dropped, Bad, "packets dropped by the capturing system, as far as it says")
	case known > 0 && known == len(in.Interfaces):
		s.add(0, Good, "packets dropped by the capturing system")
	case known > 0:
		s.add(0, Good, "packets dropped by the capturing system, as far as it says")
	default:
		s.say(Quiet, "the capture does not say whether packets were dropped")
	}
	s.some(abandoned, Bad, "packets were waiting when the capture ended, and are not analysed")
	if in.Filter != "" {
		s.say(Plain, "only packets that match the filter: "+escape.Text(in.Filter))
	}
	for _, d := range in.Damages {
		what := "damaged: "
		if slices.Contains(in.NotRead, d) {
			what = "not read: "
		}
		s.say(Bad, what+escape.Text(d))
	}
	if in.Interrupted {
		s.say(Doubt, "stopped before the end of the input")
	}
	if in.CutPackets > 0 {
		s.add(in.CutPackets, Doubt, fmt.Sprintf("packets cut by the snaplen, the shortest at %s", octets(uint64(max(0, in.CutAt)))))
	}
	s.some(in.BackwardsSteps, Doubt, "packets earlier than the one before them: several processors captured, the clock was set back, or files were joined")
	s.some(in.UntimedPackets, Doubt, "packets without a time, or with one before 1824 or after 2115: shown "+written(in.Kept)+"at the time of the packet before, 1970 if there is none: what follows from times is not reliable")
	s.some(t.oneWay, Doubt, "connections of which only one direction was captured: the other end was silent, or what it sent did not pass here")
	if t.missing > 0 {
		s.add(t.missing, Doubt, "connections with gaps: "+gapsText(t.client.MissingBytes+t.server.MissingBytes, t.client.UnseenBytes+t.server.UnseenBytes))
	}
	qualityItems(&s, in, t)
	keptItems(&s, in.Kept)
	s.some(t.evicted, Doubt, "connections given up to make room (--max-connections)")
	return s
}

// written completes "shown" where packets were written to a file, too: pcap has a time for each.
func written(k *Kept) string {
	if k == nil {
		return ""
	}
	return "and written "
}

// gapsText says of so many octets that were never captured, of which so many were acknowledged all the same, who missed them.
func gapsText(all, acknowledged uint64) string {
	const lost = "lost before this tap, or missed by the capture"
	switch text := "up to " + octets(all); {
	case all == 1 && acknowledged == 0:
		return text + " was never captured, nor acknowledged: " + lost
	case all == 1:
		return text + " was never captured, but acknowledged: the capture missed it, the network did not lose it"
	case acknowledged == 0:
		return text + " were never captured, none of them acknowledged: " + lost
	case acknowledged == all:
		return text + " were never captured, but acknowledged: the capture missed them, the network did not lose them"
	default:
		return text + " were never captured, " + octets(acknowledged) + " of them acknowledged: the capture missed those, the network did not lose them"
	}
}

func openedSection(t *tally) summarySection {
	s := summarySection{name: "OPENED"}
	s.some(t.opened[analyze.OpeningComplete], Plain, "complete"+of(t.synAgain, "after a SYN was sent again", t.synAckAgain, "after a SYN-ACK was sent again"))
	for _, o := range []struct {
		outcome analyze.OpeningOutcome
		text    string
	}{
		{analyze.OpeningSimultaneous, "simultaneous"}, {analyze.OpeningRefused, "refused by a RST in the server's name"},
		{analyze.OpeningReset, "reset before they were complete"}, {analyze.OpeningHalfOpen, "half-open: no acknowledgement of the SYN-ACK was captured"},
		{analyze.OpeningUnanswered, "unanswered"}, {analyze.OpeningOneWay, "one direction captured only"},
		{analyze.OpeningMidstream, "unseen: neither a SYN nor a SYN-ACK was captured"},
	} {
		s.some(t.opened[o.outcome], openingTone(o.outcome), o.text)
	}
	s.some(t.badAcks, Doubt, "SYN-ACKs that did not acknowledge the ISN + 1")
	return s
}

// of writes up to two parts of a count in brackets.
func of(n uint64, nText string, m uint64, mText string) string {
	switch {
	case n > 0 && m > 0:
		return " (" + thousands(n) + " " + nText + ", " + thousands(m) + " " + mText + ")"
	case n > 0:
		return " (" + thousands(n) + " " + nText + ")"
	case m > 0:
		return " (" + thousands(m) + " " + mText + ")"
	}
	return ""
}

func closedSection(t *tally) summarySection {
	s := summarySection{name: "CLOSED"}
	s.some(t.closed[analyze.ClosingNormal], Plain, "normally, a FIN each way"+of(t.halfClose, "where the end that had not closed went on sending", 0, ""))
	s.some(t.closed[analyze.ClosingSimultaneous], Good, "simultaneously")
	s.some(t.closed[analyze.ClosingReset], Bad, "by a RST, refused ones included")
	s.some(t.closed[analyze.ClosingHalfClosed], Doubt, "half: a FIN of one end only was captured")
	s.some(t.closed[analyze.ClosingOpen], Plain, "not while captured, or never open")
	s.some(t.ignored, Doubt, "RSTs that changed nothing: not acceptable (RFC 5961 §3.2), damaged, or not obeyed")
	return s
}

// causeTexts say each cause in words.
var causeTexts = [label.CauseCount]string{
	label.CauseRTO:      "after a timeout, or in the repair that followed one",
	label.CauseFast:     "fast: SACK or duplicate acknowledgements had reported the loss",
	label.CauseTLP:      "tail loss probes, or timeouts due at the same time",
	label.CauseSpurious: "although acknowledged already when they passed here",
	label.CauseUnknown:  "for an unknown cause",
}

func resentSection(t *tally) summarySection {
	s := summarySection{name: "RESENT"}
	c, v := &t.client, &t.server
	n := c.Retransmissions + v.Retransmissions
	text := "segments sent again, of " + thousands(c.Packets+v.Packets)
	if n > 0 {
		text += ": " + thousands(c.Retransmissions) + " of clients, " + thousands(v.Retransmissions) + " of servers"
	}
	s.add(n, Plain, text)
	for cause, what := range causeTexts {
		n := uint64(c.Causes[cause]) + uint64(v.Causes[cause])
		if label.Cause(cause) == label.CauseUnknown {
			s.some(t.crossed, Plain, answersSYN)
			n -= t.crossed
		}
		s.some(n, Plain, what)
	}
	s.some(c.Inferred+v.Inferred, Doubt, "of all these inferred, from times or from packets that are missing")
	s.some(c.Spurious+v.Spurious, Doubt, "of all these shown to have been unnecessary, when they passed or by a later acknowledgement")
	s.some(c.RetransmittedBytes+v.RetransmittedBytes, Plain, "octets of payload in all these that had been captured before")
	s.some(c.OutOfOrder+v.OutOfOrder, Doubt, "segments overtaken on the way")
	s.some(c.DuplicateAcks+v.DuplicateAcks, Plain, "duplicate acknowledgements")
	s.some(c.ZeroWindows+v.ZeroWindows, Doubt, "zero windows")
	s.some(c.KeepAlives+v.KeepAlives, Plain, "keep-alives")
	return s
}

// hostsShown is how many hosts the summary names for TIME-WAIT.
const hostsShown = 5

func timeWaitSection(t *tally) summarySection {
	s := summarySection{name: "TIME-WAIT"}
	h := &t.holds
	for i := range h.hosts {
		if i == hostsShown {
			break
		}
		host := &h.hosts[i]
		text := fmt.Sprintf("held by %s as %s: %s at the end, at most %s at one time", host.addr, host.side, thousands(host.atEnd), thousands(host.most))
		if host.kept < host.total {
			text += " (counted over the first " + thousands(host.kept) + ")"
		}
		if host.restarts > 0 {
			text += "; restarted " + times(host.restarts)
		}
		if host.reused > 0 {
			text += "; " + thousands(host.reused) + " used again"
		}
		if host.cut > 0 {
			text += "; " + thousands(host.cut) + " cut short by a RST"
		}
		s.add(host.total, Plain, text)
	}
	var rest uint64
	for i := hostsShown; i < len(h.hosts); i++ {
		rest += h.hosts[i].total
	}
	if rest+h.strangers > 0 {
		s.add(rest+h.strangers, Plain, "held by other hosts")
	}
	return s
}

func stateSection(name string, counts *[state.Count]stateCount) summarySection {
	s := summarySection{name: name}
	for st := range counts {
		c := &counts[st]
		if c.proved+c.inferred == 0 {
			continue
		}
		text := "in " + state.State(st).String()
		switch {
		case c.proved == 0:
			text += " at the end, as far as can be inferred"
		case c.inferred > 0:
			text += " at the end, " + thousands(c.inferred) + " of them inferred"
		default:
			text += " at the end"
		}
		s.add(c.proved+c.inferred, Plain, text)
	}
	return s
}
