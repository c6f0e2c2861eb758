package labtext

import (
	"fmt"
	"strings"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/arithmetic"
	"tcpwatch/report/prose"
)

// reckoning checks the arithmetic of one connection: that of any story, and what only
// lessons show.
type reckoning struct {
	sums arithmetic.Sums
	// data maps the end of each end's payload to its beginning.
	data [2]map[wire.Seq]wire.Seq
	// answer is each end's last segment with an ACK, which a RST may answer.
	answer [2]struct {
		ack  wire.Seq
		name string
	}
	// times is when each end last sent a number.
	times [2]map[wire.Seq]sending
}

// sending is when a number was sent.
type sending struct {
	packet uint64
	at     time.Duration
	wait   time.Duration // since the time before; 0 if it was the first
}

func newReckoning() *reckoning {
	return &reckoning{data: [2]map[wire.Seq]wire.Seq{{}, {}}, times: [2]map[wire.Seq]sending{{}, {}}}
}

// base notes an ISN if the step has one. A SYN with another one begins anew.
func (r *reckoning) base(st *analyze.Step) {
	e := r.sums.End(st.FromClient)
	if st.Flags.Any(wire.SYN) && (!e.Base.Known || e.Base.Number != st.Seq) {
		*e = arithmetic.Numbers{Base: analyze.Base{Number: st.Seq, Known: true, ISN: true}}
	}
}

// opens reports whether the segment belongs to the handshake.
func (r *reckoning) opens(st *analyze.Step) bool {
	return st.Flags.Any(wire.SYN) || st.Phase == label.HandshakeAck || st.Flags.Any(wire.RST) && !r.sums.End(st.FromClient).SynSeen
}

// check adds to the arithmetic of opening and close that of data, of RSTs that
// answer, and of reused tuples.
func (r *reckoning) check(s *Step) (string, prose.Tone) {
	st := &s.Step
	if st.Flags.Any(wire.RST) {
		return r.reset(s)
	}
	own, peer := r.sums.End(st.FromClient), r.sums.End(!st.FromClient)
	text, tone := r.sums.Check(st)
	switch {
	case st.Flags&(wire.SYN|wire.ACK) == wire.SYN:
		return text + r.reuse(s), tone
	case st.Flags.Any(wire.SYN):
		return text + "; ISN of the " + prose.Side(st.FromClient), tone
	case text != "" || !st.Flags.Any(wire.ACK):
		return text, tone
	}
	first, ok := r.data[arithmetic.Index(!st.FromClient)][st.Ack]
	switch {
	case s.Acked == 0 && st.Len > 0:
		return "", prose.Plain // it says nothing that was not said before
	case st.Len == 0 && (s.Labels.Has(label.KeepAlive) || s.Labels.Has(label.ZeroWindowProbe)):
		return fmt.Sprintf("seq = %s - 1, before the next octet", r.sums.Number(own, st.Seq.Add(1))), prose.Plain
	case s.Acked == 0:
		return fmt.Sprintf("ack = %s, as before", r.sums.Ack(st)), prose.Plain
	case !ok:
		return "", prose.Plain
	}
	text = fmt.Sprintf("ack = %s + %s ✓", r.sums.Number(peer, first), r.sums.Count(uint32(st.Ack-first)))
	if st.Len > 0 {
		text += ", carried by the data"
	}
	return text, prose.Good
}

// reset says why a RST is accepted and what it does. One without ACK answers a
// segment with ACK, and takes its number from that (RFC 9293 §3.5.2); any must have
// the number that is expected next (RFC 5961 §3.2).
func (r *reckoning) reset(s *Step) (string, prose.Tone) {
	st := &s.Step
	text, tone := r.sums.Check(st)
	p, fits := r.answer[arithmetic.Index(!st.FromClient)], ""
	switch {
	case p.name == "" || p.ack != st.Seq:
	case st.Flags.Any(wire.ACK):
		fits = fmt.Sprintf("seq = %s, the next octet expected ✓: ", r.sums.Seq(st))
	default:
		fits = fmt.Sprintf("seq = %s, the ack of the %s that it answers ✓: ", r.sums.Seq(st), p.name)
	}
	switch {
	case r.sums.Over:
	case s.Lost:
		text, tone = fits+"would end the connection", prose.Plain
	case fits != "":
		text = fits + "ends the connection"
	}
	return text, tone
}

// reuse says why a SYN cannot be an old one of the previous connection with the
// same tuple: its timestamp decides or, without one, its ISN (RFC 6191 §2).
func (r *reckoning) reuse(s *Step) (text string) {
	if !s.Past.Known {
		return ""
	}
	compare := func(d int32) string {
		switch {
		case d > 0:
			return prose.Thousands(uint64(d)) + " above"
		case d < 0:
			return prose.Thousands(uint64(-int64(d))) + " below"
		}
		return "equal to"
	}
	past, d := &s.Past, s.Step.Seq.Diff(s.Past.Next)
	text = fmt.Sprintf(", %s the end of the connection before (%d)", compare(d), uint32(past.Next))
	later := int32(0)
	if past.Stamped && s.Options.Set.Has(wire.OptTimestamps) {
		later = int32(s.Options.TSVal - past.TSVal)
		text += fmt.Sprintf(", TSval %s its last (%d)", compare(later), past.TSVal)
	}
	if later > 0 || later == 0 && d > 0 {
		text += " ✓"
	}
	return text
}

// sacked says what the receiver has after a hole, or received twice (RFC 2018
// §3, RFC 2883 §4).
func (r *reckoning) sacked(s *Step) string {
	peer := r.sums.End(!s.FromClient)
	var parts []string
	for i, b := range s.Options.SACK[:s.Options.SACKBlocks] {
		text := r.sums.Number(peer, b.Left)
		if last := b.Right - 1; last != b.Left {
			text += " to " + r.sums.Number(peer, last)
		}
		if i == 0 && s.Labels.Has(label.DSACK) {
			text += " came twice"
		} else {
			text = "has " + text
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + " (SACK)"
}

// waited says how long a retransmission was waited for, and how that time
// grows.
func (r *reckoning) waited(s *Step) string {
	before, ok := r.times[arithmetic.Index(s.FromClient)][s.Step.Seq]
	if !ok || s.Cause <= label.CauseUnknown || s.Copy {
		return ""
	}
	wait := s.At - before.at
	text := fmt.Sprintf("%s after packet %d", prose.Unglue(prose.Duration(int64(wait))), before.packet)
	if before.wait > 0 {
		text += fmt.Sprintf(", %.1f times the wait before", float64(wait)/float64(before.wait))
	}
	return text
}

// saw remembers what later segments may answer. name is what the segment was
// called.
func (r *reckoning) saw(s *Step, name string) {
	st, over := &s.Step, r.sums.Over
	r.sums.Saw(st)
	if s.Lost {
		r.sums.Over = over // a RST that is lost ends nothing
	}
	e := arithmetic.Index(st.FromClient)
	if st.Len > 0 && !st.Flags.Any(wire.SYN) {
		r.data[e][st.Seq.Add(st.Len)] = st.Seq
	}
	if !s.Copy && (st.Len > 0 || st.Flags.Any(wire.SYN|wire.FIN)) {
		now := sending{packet: s.Number, at: s.At}
		if before, again := r.times[e][st.Seq]; again {
			now.wait = s.At - before.at
		}
		r.times[e][st.Seq] = now
	}
	if st.Flags.Any(wire.ACK) {
		name, _, _ = strings.Cut(name, ",") // without the octets
		r.answer[e].ack, r.answer[e].name = st.Ack, name
	}
}
