package label

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// Cause is why a sender sent a segment again.
type Cause uint8

// The causes.
const (
	NoCause       Cause = iota // not a retransmission
	CauseUnknown               // nothing decides
	CauseRTO                   // a retransmission timeout, or the repair that follows one (RFC 6298 §5)
	CauseFast                  // SACK or duplicate ACKs reported the loss (RFC 5681, 6675, 8985)
	CauseTLP                   // a tail loss probe (RFC 8985 §7)
	CauseSpurious              // it had been acknowledged or reported already
	CauseCount                 // how many there are; not a cause
)

var causeNames = [CauseCount]string{"", "unknown", "rto", "fast", "tlp", "spurious"}

// CauseTexts say what each cause means.
var CauseTexts = [CauseCount]string{
	CauseUnknown: "nothing decides: the other end was not captured, or, where a SYN was not, whether SACK was permitted; it came too soon for a timer, and nothing reported a loss; " +
		"it answers a SYN, or may; it leaves no gap, so that nobody saw when it was first sent; a timeout before it was spurious, so that the sender may be repairing either loss, " +
		"or one came behind the only full-sized segment that a timeout allows (RFC 5681 §3.1); it may follow a timeout whose retransmission was not seen to be one, as where it fills a gap that showed less than three quarters of a round trip ago; " +
		"it is cut smaller than before, or an ICMP error says that the path takes smaller packets only (RFC 1191 §6.4); or a timer ran out, and it does not show which: " +
		"for the last octets up to 800 ms beyond the latest probe, since one whose least timeout is a second probes later, and longer where a SYN or SYN-ACK was sent again, or a server may have accepted only when octets came (heuristics)",
	CauseRTO: "a retransmission timeout, or the repair that follows one (RFC 6298 §5): nothing had reported the loss, or not lately, and its octets " +
		"were sent a round trip and 150 ms ago or more (a heuristic: the shortest timeout in use is the round trip and 200 ms) and are the first not acknowledged (§5.4), or what was in " +
		"flight at a timeout is not yet acknowledged, unless that timeout was shown to be spurious (RFC 4015 §3, RFC 5682 §2.1); a SYN or SYN-ACK that nothing called for, 150 ms after the last, and a SYN-ACK no sooner than 150 ms (a heuristic) after an answer to a SYN before would come",
	CauseFast: "SACK reported octets after it, or three duplicate ACKs came (RFC 5681 §3.2, RFC 6675 §5, RFC 8985 §6), no longer ago than 150 ms, or " +
		"the way to the sender, a quarter of it and 20 ms (heuristics), and no timeout before it; without SACK, not just for what was in flight at the last repair (RFC 6582 §3.2), nor when a timeout is due as well, unless just three came",
	CauseTLP: "a tail loss probe (RFC 8985 §7), or the timeout of a sender that does not probe: where one segment is not acknowledged both may be due at the same " +
		"time (§7.2), and the wire shows no difference; the last octets sent, with SACK permitted, where nothing was reported lost, no timeout came since the last " +
		"progress, and the outcome of the last probe is known (§7.4.2); they were sent, and the other end last acknowledged or reported anything, about two round trips ago or more, " +
		"and they no more than 400 ms longer ago (a heuristic); where a timeout fits as well, it is this",
	CauseSpurious: "it had been acknowledged, or reported by SACK, when it passed here; one that proves unnecessary later keeps its cause, and the proof is a SHOWN-SPURIOUS",
}

func (c Cause) String() string { return causeNames[c] }

const quiet = flow.Quiet

// FindCause says why the segment, a RETRANSMISSION, was sent, from what its
// sender had been told and how long it had waited. timer is set if the timeout of a
// retransmission expired just now, or may have, rather than an acknowledgement or
// the timer of a probe triggering the segment.
func FindCause(c *Context) (cause Cause, timer bool) {
	s, x := c.Segment, c.Facts
	r := &x.Sender.Repair
	switch {
	case c.AnswersAgain:
		c.Evidence.Add(Retransmission, AnswersSYN, 0)
		return CauseUnknown, false
	case s.Flags.Has(wire.SYN):
		if late := waited(c) >= quiet; !late || mayAnswerSYN(c) {
			return CauseUnknown, late
		}
		return CauseRTO, true
	case !x.Receiver.Is(flow.Sent), c.Reason == IPIDJump:
		return CauseUnknown, false // what its sender was told, or when it sent first, was not captured
	case x.Receiver.Is(flow.SentACK) && !s.End().After(x.Receiver.Ack), r.Reported(s.Seq, s.End()):
		// A timeout, if not a probe: its sender did not know.
		return CauseSpurious, s.End().Before(x.Sender.Nxt) && lateForAnswer(c)
	case r.Backoff > 0 && beyondLossWindow(c):
		return CauseUnknown, true
	}
	// At a tap that is far from the sender an acknowledgement is answered a round
	// trip later, or when a quarter of it has passed in which octets may have been
	// overtaken (RFC 8985 §6.2), and a timer's two ticks.
	way := x.Receiver.RTT().Min
	gap := r.SinceHeard(s.Time)
	still := gap >= max(quiet, way+way/4+twoTicks)
	told := r.Lost(s.Seq) || r.Dup >= 3 || r.Mode == flow.FastRepair
	if told && !c.SACK {
		if told, cause, timer = toldWithoutSACK(c, still); cause != NoCause {
			return cause, timer
		}
	}
	switch {
	case r.Mode == flow.DoubtfulRepair && !still && (told || !c.NoSACK):
		return CauseUnknown, false
	case told && still && !c.NoSACK && longOpening(x) && gap < longestPTO:
		return CauseUnknown, true // a timeout, or the timer for octets that may be overtaken (RFC 8985 §6.2)
	case told && !still && r.Mode != flow.TimerRepair:
		return causeOfReport(c)
	case r.Mode == flow.TimerRepair && !still:
		return CauseRTO, false
	case !told && !r.Probed && !r.HasSACK && !c.NoSACK && (r.Mode == flow.NoRepair || r.Mode == flow.DoubtfulRepair):
		if cause, timer = causeOfProbe(c); cause != NoCause {
			return cause, timer
		}
	}
	switch {
	case !lateForAnswer(c), x.FirstInSYN:
	case atHead(x, s):
		return CauseRTO, true
	case r.Mode == flow.TimerRepair:
		return CauseRTO, false
	}
	// Nothing called for it, and no probe sends anything but the last octets: it may be a timeout.
	return CauseUnknown, (!told || still) && atHead(x, s) && (c.NoSACK || s.End().Before(x.Sender.Nxt))
}

// toldWithoutSACK reports whether duplicate ACKs, of which no SACK block tells, still say that the segment is lost,
// or names the cause, NoCause otherwise.
func toldWithoutSACK(c *Context, still bool) (told bool, cause Cause, timer bool) {
	r := &c.Facts.Sender.Repair
	switch anew := toldAnew(c); {
	case anew && !r.HasSACK && !still && mayBeTimer(c):
		return true, CauseUnknown, true
	case !anew && c.NoSACK:
		return false, NoCause, false
	case !anew && !r.HasSACK:
		return true, CauseUnknown, lateForAnswer(c) // with SACK it would be told
	}
	return true, NoCause, false
}

// causeOfReport says why a segment was sent that the other end had reported lost, and lately.
func causeOfReport(c *Context) (cause Cause, timer bool) {
	switch {
	case untold(c):
		return CauseUnknown, c.Facts.Sender.Repair.Mode == flow.NoRepair
	case c.Facts.Cut:
		// The path seems to take smaller packets only: its sender may have been told that, and
		// repairs without any report what was too big (RFC 1191 §6.4).
		return CauseUnknown, true
	}
	return CauseFast, false
}

// causeOfProbe says why a segment was sent that may be a tail loss probe; NoCause if it is none.
func causeOfProbe(c *Context) (cause Cause, timer bool) {
	known := c.SACK && c.Facts.Sender.Repair.Mode == flow.NoRepair
	switch p := probes(c); {
	case p == notProbe:
		return NoCause, false
	case known && p == isProbe:
		return CauseTLP, false
	case known && p == dueWithTimeout:
		return CauseTLP, true
	}
	return CauseUnknown, true
}

// mayAnswerSYN reports whether a SYN-ACK that is sent again may answer a SYN that was captured before
// the last SYN-ACK: more SYNs than SYN-ACKs were, and it follows that one as soon as the last SYN followed the
// first packet, as where each is answered a round trip later (RFC 9293 §3.10.7.4); answers that
// are held up by more than quiet are taken for those of a timer (a heuristic).
func mayAnswerSYN(c *Context) bool {
	x := c.Facts
	return c.Segment.Flags.Has(wire.ACK) && x.Receiver.SYNs > x.Sender.SYNs &&
		waited(c) <= x.Receiver.SYNAt-c.Flow.Start+quiet
}

// beyondLossWindow reports whether a segment is sent again behind the first octets that are not
// acknowledged, which were, although nothing came from the receiver since: a timeout allows its sender one
// full-sized segment until then (RFC 5681 §3.1), so there was none, or it is taken back. It may be several
// small ones, or cut on its way.
func beyondLossWindow(c *Context) bool {
	s, x := c.Segment, c.Facts
	at, watched := x.Sender.Watched(x.Receiver.Ack)
	return watched && s.Seq.After(x.Receiver.Ack) && s.End().After(x.Receiver.Ack.Add(uint32(x.Receiver.MSS))) &&
		x.Sender.Repair.SinceHeard(s.Time) > s.Time-at
}

// untold reports whether a segment fills a gap that showed less than three quarters of a round trip ago
// (a heuristic: paths vary): what its receiver reported of that cannot have reached its sender when
// it sent the segment.
func untold(c *Context) bool {
	x := c.Facts
	return x.Cover.Fills && c.Segment.Time-x.Cover.Beyond.Time < x.Loop/4*3
}

// atHead reports whether a segment begins with the first octets that are not acknowledged, as
// what a timeout sends does (RFC 6298 §5.4).
func atHead(x *flow.Facts, s *wire.Segment) bool {
	return !x.Receiver.Is(flow.SentACK) || !s.Seq.After(x.Receiver.Ack)
}

// toldAnew reports whether duplicate ACKs, without SACK, are a reason to send a segment
// again (RFC 6582 §3.2): not those that acknowledge just what was in flight at the last repair,
// since its segments may have called for them; nor for the first octets that are missing,
// if they were sent again in this repair: those come again only after a timeout.
func toldAnew(c *Context) bool {
	x := c.Facts
	r := &x.Sender.Repair
	if r.Mode == flow.FastRepair {
		at, watched := x.Sender.Watched(c.Segment.Seq)
		return !watched || c.Segment.Time-at < max(x.Loop, 0)+quiet
	}
	return !x.Receiver.Is(flow.SentACK) || x.Receiver.Ack != r.Point
}

// mayBeTimer reports whether a segment that duplicate ACKs may have called for, without SACK, may as
// well be that of a timeout, although other segments pass: a timeout is due, and no acknowledgement
// comes just before it, of which a sender waits for three (RFC 5681 §3.2), or for more if it has
// seen segments overtaken.
func mayBeTimer(c *Context) bool {
	x := c.Facts
	r, at, way := &x.Sender.Repair, c.Segment.Time, max(x.Receiver.RTT().Min, 0)
	if !atHead(x, c.Segment) || r.SinceAdvance(at) < quiet+way || x.Overlap.Packet != 0 && !lateForAnswer(c) {
		return false
	}
	return r.Mode == flow.FastRepair || r.Dup != 3 || r.SinceHeard(at) > way+way/4+shortestPTO
}

// lateForAnswer reports whether the octets of the segment were sent so long ago that a
// timeout is due. Without SACK that is also asked of the last progress, at which the timer begins
// anew (RFC 6298 §5.3); what probes may have it begin earlier.
func lateForAnswer(c *Context) bool {
	x := c.Facts
	return waited(c) >= max(x.Loop, 0)+quiet && (!c.NoSACK || x.Sender.Repair.SinceAdvance(c.Segment.Time) >= quiet)
}

// waited returns how long ago octets of the segment were last sent, as far as
// captured; else how long nothing was captured.
func waited(c *Context) int64 {
	if o := &c.Facts.Overlap; o.Packet != 0 {
		return c.Segment.Time - o.Time
	}
	return c.Segment.Time - c.Flow.Last
}

// probe says whether a segment is a tail loss probe.
type probe uint8

const (
	notProbe       probe = iota
	mayProbe             // a timer ran out, which may be that of a retransmission
	dueWithTimeout       // the same, when both may be due; most senders probe then
	isProbe
)

// probes decides whether the segment can be a tail loss probe: the last octets
// sent, no sooner than two round trips after they were sent, or after the last
// acknowledgement came (PTO of RFC 8985 §7.2: 2·SRTT, plus the time for which an
// acknowledgement may be delayed; a second if no round trip is known). A timeout
// sends the first octets that are not acknowledged (RFC 6298 §5.4); where these are the
// same, it may be what it was, since no probe waits longer than a timeout (§7.2) and
// not every sender probes. A probe of one segment may wait for as long as the least timeout, too,
// which may be a second (RFC 6298 §2.4): Linux adds that in place of 200 ms (tcp_rto_min_us).
func probes(c *Context) probe {
	s, x, r := c.Segment, c.Facts, &c.Facts.Sender.Repair
	if s.End().Before(x.Sender.Nxt) || x.FirstInSYN {
		return notProbe
	}
	least, most := int64(shortestPTO), longestPTO
	if x.Loop > 0 {
		least = max(least, 2*x.Loop-x.Loop/4)
		most = 2*(x.Sender.RTT().Max+max(0, x.Receiver.RTT().Max)) + delayedACK
	}
	w := waited(c)
	head := atHead(x, s)
	switch {
	case w < least, w > most+slowest && head && !longOpening(x) && !mayDefer(c, w-most-slowest):
		return notProbe
	case r.SinceHeard(s.Time) < least && !lateForAnswer(c):
		return notProbe // the acknowledgement called for it, and would have put a probe off
	case w > most, x.Overlap.Packet == 0, r.SinceHeard(s.Time) < least:
		return mayProbe // what was not captured may have been the probe
	case head && lateForAnswer(c) && !x.Sender.Repair.Prober:
		return dueWithTimeout
	}
	return isProbe
}

// longOpening reports whether a SYN was sent again: the sender may have measured a round
// trip with the wait for that, and all its timers are longer than the path needs.
func longOpening(x *flow.Facts) bool { return x.Sender.SYNs > 1 || x.Receiver.SYNs > 1 }

// mayDefer reports whether the sender may have accepted the connection only when octets came, as Linux
// does with TCP_DEFER_ACCEPT: then the first round trip that it measured, from its SYN-ACK on, has the
// wait for those, and each later one takes an eighth off (RFC 6298 §2). It was over when the sender
// first acknowledged octets. A probe then comes by as much as excess later than others.
func mayDefer(c *Context, excess int64) bool {
	x := c.Facts
	if h := x.Sender; h.Is(flow.SentSYN) && !h.Is(flow.SentBareSYN) {
		srtt := min(x.Overlap.Time-h.SYNAt, h.AcceptedIn())
		for range h.Samples() - 1 { // without that of the SYN-ACK
			srtt -= srtt / 8
		}
		return excess <= 2*srtt
	}
	return false
}

// Heuristics for probes: Linux waits for at least two ticks of its clock, 2 ms
// with the fastest (1,000 Hz); 200 ms are allowed for a delayed
// acknowledgement, and as much for a late timer; a second is allowed where no
// round trip was measured, and a fifth of it for a late timer. slowest is how much
// longer a sender waits whose least timeout is a second.
const (
	shortestPTO = int64(2e6)
	delayedACK  = int64(400e6)
	longestPTO  = int64(1200e6)
	slowest     = int64(800e6)
)

// twoTicks is what a timer may be late: two ticks of the slowest clock in use, of
// 100 Hz (a heuristic).
const twoTicks = int64(20e6)

// Repaired notes in the sender what a retransmission that ends at end shows it to be
// doing. noSACK is set if SACK was refused.
func Repaired(h *flow.Half, end wire.Seq, cause Cause, timer, noSACK bool) {
	r := &h.Repair
	if r.Mode == flow.TimerRepair || r.Mode == flow.FastRepair {
		r.Resent = wire.MaxSeq(r.Resent, end)
	}
	switch cause {
	case CauseTLP:
		r.Probed, r.Prober, r.Point = true, r.Prober || !timer, h.Nxt
	case CauseFast:
		r.Probed = false
		if r.Mode == flow.NoRepair {
			r.Mode, r.Point, r.Resent = flow.FastRepair, h.Nxt, end
		}
	case CauseUnknown:
		switch {
		case timer && (noSACK || r.HasSACK || r.Mode == flow.FastRepair || end.Before(h.Nxt)):
			r.Mode, r.Point = flow.DoubtfulRepair, h.Nxt
		case timer: // the next will not be a probe
			r.Probed, r.Point = true, h.Nxt
		}
	case CauseSpurious:
		if timer && r.Mode != flow.TimerRepair {
			r.Mode, r.Point, r.Probed = flow.DoubtfulRepair, h.Nxt, false
		}
	case CauseRTO:
		if timer && r.Backoff < 255 {
			r.Backoff++
		}
		if timer && (!h.Is(flow.SentSYN) || h.Nxt != h.ISN.Add(1)) { // else there is no more to repair than a SYN
			r.Told = r.Mode == flow.FastRepair || r.Mode == flow.DoubtfulRepair || r.Mode == flow.TimerRepair && r.Told
			r.Mode, r.Point, r.Resent, r.Probed = flow.TimerRepair, h.Nxt, end, false
		}
	}
}
