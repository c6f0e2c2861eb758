package summary

import (
	"fmt"
	"slices"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/escape"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/phrase"
	"tcpwatch/report/prose"
)

// section is a group of counts under one name.
type section struct {
	name  string
	items []item
}

// item is a count with what it counts.
type item struct {
	n      uint64
	absent bool // there is no number
	text   string
	tone   prose.Tone
}

// number returns the count as people read it. Its length in octets is its
// width: digits and commas.
func (i *item) number() string {
	if i.absent {
		return ""
	}
	return prose.Thousands(i.n)
}

func (s *section) add(n uint64, tone prose.Tone, text string) {
	s.items = append(s.items, item{n: n, text: behindCount(n, text), tone: tone})
}

// some adds a count only if there is one.
func (s *section) some(n uint64, tone prose.Tone, text string) {
	if n > 0 {
		s.add(n, tone, text)
	}
}

// say adds a sentence without a number.
func (s *section) say(tone prose.Tone, text string) {
	s.items = append(s.items, item{absent: true, text: text, tone: tone})
}

// sections lays out the summary; what concerns many connections only if
// whole is set.
func sections(in *Input, t *tally, whole bool) []section {
	list := []section{captureSection(in, t), packetSection(in)}
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
func packetSection(in *Input) section {
	s := section{name: "PACKETS"}
	rest := in.Packets
	account := func(n uint64, tone prose.Tone, text string, always bool) {
		if n > 0 || always {
			s.add(n, tone, text)
		}
		rest -= min(rest, n)
	}
	account(in.Analysis.Segments, prose.Plain, "TCP segments", true)
	for why := wire.Segmented + 1; why < wire.SkipCount; why++ {
		tone := prose.Plain
		if why >= wire.LinkUnknown {
			tone = prose.Doubt
		}
		text := why.String()
		if in.Skipped[why] != 1 {
			text = manySkipped.Replace(text)
		}
		account(in.Skipped[why], tone, text, false)
	}
	account(in.Filtered, prose.Plain, "left out by the filter", false)
	s.some(rest, prose.Doubt, "not accounted for")
	return s
}

// captureSection says how reliable the capture is.
func captureSection(in *Input, t *tally) section {
	s := section{name: "CAPTURE"}
	dropped, known := dropsOf(in)
	var full, abandoned uint64
	for _, i := range in.Interfaces {
		full += i.RingFull
		abandoned += i.Abandoned
	}
	dropped -= min(abandoned, dropped)
	switch {
	case dropped > 0 && full > 0:
		s.add(dropped, prose.Bad, "packets dropped by the capturing system, whose buffer was full "+prose.Times(full)+": a larger one may help (--ring-size)")
	case dropped > 0:
		s.add(dropped, prose.Bad, "packets dropped by the capturing system, as far as it says")
	case known > 0 && known == len(in.Interfaces):
		s.add(0, prose.Good, "packets dropped by the capturing system")
	case known > 0:
		s.add(0, prose.Good, "packets dropped by the capturing system, as far as it says")
	default:
		s.say(prose.Quiet, "the capture does not say whether packets were dropped")
	}
	s.some(abandoned, prose.Bad, "packets were waiting when the capture ended, and are not analysed")
	if in.Filter != "" {
		s.say(prose.Plain, "only packets that match the filter: "+filterText(in.Filter))
	}
	for k, i := range in.ownFilters() {
		if k == mostFilters {
			s.say(prose.Plain, "further interfaces were captured with other filters")
			break
		}
		s.say(prose.Plain, escape.Text(in.called(i))+" was captured with the filter: "+filterText(i.Filter))
	}
	for _, d := range in.Damages {
		what := "damaged: "
		if slices.Contains(in.NotRead, d) {
			what = "not read: "
		}
		s.say(prose.Bad, what+escape.Text(d))
	}
	if in.Interrupted {
		s.say(prose.Doubt, "stopped before the end of the input")
	}
	if in.CutPackets > 0 {
		s.add(in.CutPackets, prose.Doubt, fmt.Sprintf("packets cut by the snaplen, the shortest at %s", prose.Octets(uint64(max(0, in.CutAt)))))
	}
	s.some(in.BackwardsSteps, prose.Doubt, "packets earlier than the one before them: several processors captured, the clock was set back, or files were joined")
	s.some(in.UntimedPackets, prose.Doubt, "packets without a time, or with one before 1824 or after 2115: shown "+written(in.Kept)+"at the time of the packet before, 1970 if there is none: what follows from times is not reliable")
	s.some(t.oneWay, prose.Doubt, "connections of which only one direction was captured: the other end was silent, or what it sent did not pass here")
	if t.missing > 0 {
		s.add(t.missing, prose.Doubt, "connections with gaps: "+gapsText(t.client.MissingBytes+t.server.MissingBytes, t.client.UnseenBytes+t.server.UnseenBytes))
	}
	qualityItems(&s, in, t)
	keptItems(&s, in.Kept)
	s.some(t.evicted, prose.Doubt, "connections given up to make room (--max-connections)")
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
	// A number may be wrong, or forged, so that those before it were never used: nothing that came back vouches for them.
	const lost = "lost before this tap, missed by the capture, or never sent"
	switch text := "up to " + prose.Octets(all); {
	case all == 1 && acknowledged == 0:
		return text + " was never captured, nor acknowledged: " + lost
	case all == 1:
		return text + " was never captured, but acknowledged: the capture missed it, the network did not lose it"
	case acknowledged == 0:
		return text + " were never captured, none of them acknowledged: " + lost
	case acknowledged == all:
		return text + " were never captured, but acknowledged: the capture missed them, the network did not lose them"
	default:
		return text + " were never captured, " + prose.Octets(acknowledged) + " of them acknowledged: the capture missed those, the network did not lose them"
	}
}

func openedSection(t *tally) section {
	s := section{name: "OPENED"}
	s.some(t.opened[analyze.OpeningComplete], prose.Plain, "complete"+of(t.synAgain, "after a SYN was sent again", t.synAckAgain, "after a SYN-ACK was sent again"))
	for _, o := range []struct {
		outcome analyze.OpeningOutcome
		text    string
	}{
		{analyze.OpeningSimultaneous, "simultaneous"}, {analyze.OpeningRefused, "refused by a RST in the server's name"},
		{analyze.OpeningReset, "reset before they were complete"}, {analyze.OpeningHalfOpen, "half-open: no acknowledgement of the SYN-ACK was captured"},
		{analyze.OpeningUnanswered, "unanswered"}, {analyze.OpeningOneWay, "one-way: only one direction was captured"},
		{analyze.OpeningMidstream, "midstream: neither a SYN nor a SYN-ACK was captured"},
	} {
		s.some(t.opened[o.outcome], lexicon.OpeningTone(o.outcome), o.text)
	}
	s.some(t.badAcks, prose.Doubt, "SYN-ACKs that did not acknowledge the ISN + 1")
	return s
}

// of writes up to two parts of a count in brackets.
func of(n uint64, nText string, m uint64, mText string) string {
	switch {
	case n > 0 && m > 0:
		return " (" + prose.Thousands(n) + " " + nText + ", " + prose.Thousands(m) + " " + mText + ")"
	case n > 0:
		return " (" + prose.Thousands(n) + " " + nText + ")"
	case m > 0:
		return " (" + prose.Thousands(m) + " " + mText + ")"
	}
	return ""
}

func closedSection(t *tally) section {
	s := section{name: "CLOSED"}
	s.some(t.closed[analyze.ClosingNormal], prose.Plain, "normally, a FIN each way"+of(t.halfClose, "where the end that had not closed went on sending", 0, ""))
	s.some(t.closed[analyze.ClosingSimultaneous], prose.Good, "simultaneously")
	s.some(t.closed[analyze.ClosingReset], prose.Bad, "by a RST, refused ones included")
	s.some(t.closed[analyze.ClosingHalfClosed], prose.Doubt, "half-closed: a FIN of one end only was captured")
	s.some(t.closed[analyze.ClosingOpen], prose.Plain, "not while captured, or never open")
	s.some(t.ignored, prose.Doubt, "RSTs that changed nothing: not acceptable (RFC 5961 §3.2), damaged, or not obeyed")
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

func resentSection(t *tally) section {
	s := section{name: "RESENT"}
	c, v := &t.client, &t.server
	n := c.Retransmissions + v.Retransmissions
	text := "segments sent again, of " + prose.Thousands(c.Packets+v.Packets)
	if n > 0 {
		text += ": " + prose.Thousands(c.Retransmissions) + " of clients, " + prose.Thousands(v.Retransmissions) + " of servers"
	}
	s.add(n, prose.Plain, text)
	for cause, what := range causeTexts {
		n := uint64(c.Causes[cause]) + uint64(v.Causes[cause])
		if label.Cause(cause) == label.CauseUnknown {
			s.some(t.crossed, prose.Plain, phrase.AnswersSYN)
			n -= t.crossed
		}
		s.some(n, prose.Plain, what)
	}
	s.some(c.Inferred+v.Inferred, prose.Doubt, "of all these inferred, from times or from packets that are missing")
	s.some(c.Spurious+v.Spurious, prose.Doubt, "of all these shown to have been unnecessary, when they passed or by a later acknowledgement")
	s.some(c.RetransmittedBytes+v.RetransmittedBytes, prose.Plain, "octets of payload in all these that had been captured before")
	s.some(c.LostBetween+v.LostBetween, prose.Plain, "segments lost between two places of capture, or missed at one, and sent again past both")
	s.some(c.OutOfOrder+v.OutOfOrder, prose.Doubt, "segments overtaken on the way")
	s.some(c.DuplicateAcks+v.DuplicateAcks, prose.Plain, "duplicate acknowledgements")
	s.some(c.ZeroWindows+v.ZeroWindows, prose.Doubt, "zero windows")
	s.some(c.KeepAlives+v.KeepAlives, prose.Plain, "keep-alives")
	return s
}

// hostsShown is how many hosts the summary names for TIME-WAIT.
const hostsShown = 5

func timeWaitSection(t *tally) section {
	s := section{name: "TIME-WAIT"}
	h := &t.holds
	for i := range h.hosts {
		if i == hostsShown {
			break
		}
		host := &h.hosts[i]
		text := fmt.Sprintf("held by %s as %s: %s at the end, at most %s at one time", host.addr, host.side, prose.Thousands(host.atEnd), prose.Thousands(host.most))
		if host.kept < host.total {
			text += " (counted over the first " + prose.Thousands(host.kept) + ")"
		}
		if host.restarts > 0 {
			text += "; restarted " + prose.Times(host.restarts)
		}
		if host.reused > 0 {
			text += "; " + prose.Thousands(host.reused) + " used again"
		}
		if host.cut > 0 {
			text += "; " + prose.Thousands(host.cut) + " cut short by a RST"
		}
		s.add(host.total, prose.Plain, text)
	}
	var rest uint64
	for i := hostsShown; i < len(h.hosts); i++ {
		rest += h.hosts[i].total
	}
	if rest+h.strangers > 0 {
		s.add(rest+h.strangers, prose.Plain, "held by other hosts")
	}
	return s
}

func stateSection(name string, counts *[state.Count]stateCount) section {
	s := section{name: name}
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
			text += " at the end, " + prose.Thousands(c.inferred) + " of them inferred"
		default:
			text += " at the end"
		}
		if state.State(st) == state.Unknown {
			text += ": " + lexicon.NoStateShown
		}
		s.add(c.proved+c.inferred, prose.Plain, text)
	}
	return s
}
