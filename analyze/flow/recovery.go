package flow

import (
	"math"

	"tcpwatch/capture/wire"
)

// Mode is the kind of repair that a sender is known to be in.
type Mode uint8

// The modes.
const (
	NoRepair    Mode = iota
	FastRepair       // fast recovery (RFC 6675 §5), entered on SACK or duplicate ACKs
	TimerRepair      // after a retransmission timeout, until what was in flight is acknowledged
	// DoubtfulRepair is after a timeout that was spurious: its sender may know that, or may
	// repair what was in flight. Or the path takes smaller packets only: then its sender
	// repairs what was too big, and perhaps a loss as well.
	DoubtfulRepair
)

// Repair is what a sender must know about losses from the acknowledgements sent
// to it, and what it was seen to do about them.
type Repair struct {
	Mode Mode
	// Over is set when a timeout's repair is acknowledged as far as was captured, and
	// nothing new has been captured since.
	Over bool
	// Told is set if a loss was reported before the timeout, and its repair begun:
	// it was a loss, even if the timeout was spurious.
	Told bool
	// Prober is set if the sender was seen to send a tail loss probe that nothing else can
	// have been.
	Prober bool
	// Point is what was in flight when the repair began: acknowledging it ends
	// the repair (RecoveryPoint of RFC 6675 §5). With Probed it is what was in flight
	// at the probe (TLP.end_seq of RFC 8985 §7.4).
	Point wire.Seq
	// Resent is after the highest octets that were sent again since the repair began,
	// valid with FastRepair and TimerRepair.
	Resent wire.Seq
	// High is the highest number that the receiver reported by SACK, valid with
	// HasSACK (HighData of RFC 6675 §2 is Nxt).
	High wire.Seq
	// HighLeft is where the block that ends at High begins.
	HighLeft wire.Seq
	HasSACK  bool
	Dup      uint8 // duplicate ACKs in a row (RFC 5681 §2)
	// Probed is set, outside of repairs, from a tail loss probe, or what may be one, until
	// its outcome is known: before that its sender sends no other (RFC 8985 §7.3).
	Probed bool
	// Backoff counts timeouts in a row without progress (RFC 6298 §5.5).
	Backoff uint8
	// heard is when the receiver last said something that a sender may act on: it acknowledged more,
	// or the same again (RFC 5681 §2), or reported octets by SACK. Nothing else that it
	// sends triggers a retransmission, or puts one off. advanced is when it last acknowledged
	// more. Both are in ticks.
	heard, advanced tick
}

// tick is a time in units of 65.5 µs, modulo 78 hours: as exact as timers need it, in half of the
// room. 0 is none.
type tick uint32

func tickOf(at int64) tick { return max(tick(at>>16), 1) }

// since returns the time from t to at, in nanoseconds: negative if the clock ran backwards, by
// no more than ticksBack; the longest there is since none.
func (t tick) since(at int64) int64 {
	switch d := tickOf(at) - t; {
	case t == 0:
		return math.MaxInt64
	case -d < ticksBack:
		return int64(int32(d)) << 16
	default:
		return int64(d) << 16
	}
}

// ticksBack is 18 minutes: what is left of 78 hours for clocks that run backwards, which mostly
// do so because ports of a tap have clocks of their own (a heuristic).
const ticksBack = tick(1 << 24)

// SinceHeard returns how long before at the receiver last said something that a sender may act
// on, in nanoseconds; math.MaxInt64 if it said nothing.
func (r *Repair) SinceHeard(at int64) int64 { return r.heard.since(at) }

// SinceAdvance returns how long before at the receiver last acknowledged more, in
// nanoseconds; math.MaxInt64 if it acknowledged nothing.
func (r *Repair) SinceAdvance(at int64) int64 { return r.advanced.since(at) }

// Lost reports whether the receiver has reported octets after s: they arrived,
// so s was lost or overtaken (RFC 6675 §4 IsLost asks for more of them; RFC 8985
// goes by time).
func (r *Repair) Lost(s wire.Seq) bool { return r.HasSACK && s.Before(r.High) }

// Reported reports whether the receiver is known to have all of [from, to) by the
// highest block of its SACK: a retransmission is unnecessary (RFC 6675 §4). Lower
// blocks are not remembered.
func (r *Repair) Reported(from, to wire.Seq) bool {
	return r.HasSACK && !from.Before(r.HighLeft) && !to.After(r.High)
}

// Report processes an acknowledgement that o, the receiver of h, sent, and that is not
// in o.Ack yet. dup is set for a duplicate ACK by RFC 5681; update if it only changes the
// window; unseen if it acknowledges octets that were never captured.
func (h *Half) Report(o *Half, seg *wire.Segment, dup, update, unseen bool) {
	r, before, had := &h.Repair, o.Ack, o.Is(SentACK)
	if r.Probed {
		r.settle(seg, had && seg.Ack == before && seg.SeqLen() == 0 && !update)
	}
	if !had || dup || seg.Options.SACKBlocks > 0 || seg.Ack.After(before) {
		r.heard = tickOf(seg.Time)
	}
	if !had || seg.Ack.After(before) {
		r.Dup, r.Backoff, r.advanced = 0, 0, r.heard
		switch {
		case r.Mode != NoRepair && !seg.Ack.Before(r.Point):
			r.Over = r.Mode == TimerRepair
			r.Mode = NoRepair
		case r.Mode == TimerRepair && had && !unseen && !before.Before(r.Resent):
			// Everything that was retransmitted has been acknowledged: the rest was
			// only late, so the timeout was spurious (RFC 5682 §2.1, step 3b). A
			// capture that missed octets may have missed their retransmission.
			r.Mode = NoRepair
		}
		if r.HasSACK && !seg.Ack.Before(r.HighLeft) {
			// All that was reported is acknowledged; or not all: then the receiver has
			// discarded the rest, as it may (RFC 2018 §8), and that must be sent again.
			r.HasSACK = false
		}
	} else if dup && r.Dup < 255 {
		r.Dup++
	}
	for _, b := range seg.Options.SACK[:seg.Options.SACKBlocks] {
		// A block that is not beyond the acknowledgement is a D-SACK (RFC 2883).
		if b.Left.After(seg.Ack) && b.Right.After(b.Left) && (!r.HasSACK || b.Right.After(r.High)) {
			r.High, r.HighLeft, r.HasSACK = b.Right, b.Left, true
		} else if r.HasSACK && b.Right == r.High && b.Left.Before(r.HighLeft) {
			r.HighLeft = b.Left
		}
	}
}

// Shrink notes that the sender was told that the path takes smaller packets only: it
// sends what is in flight up to nxt again at once, whatever is reported (RFC 1191 §6.4).
func (r *Repair) Shrink(nxt wire.Seq) {
	if r.Mode != TimerRepair {
		r.Mode, r.Point, r.Probed = DoubtfulRepair, nxt, false
	}
}

// settle ends the wait for the outcome of a tail loss probe, as TLP_process_ack of RFC
// 8985 §7.4.2 does: what acknowledges just the probe, and is no D-SACK, leaves open
// whether that repaired a loss. again is set if a segment without octets repeats an
// acknowledgement.
func (r *Repair) settle(seg *wire.Segment, again bool) {
	switch d := seg.Ack.Diff(r.Point); {
	case d > 0, d == 0 && again && seg.Options.SACKBlocks == 0:
		r.Probed = false
	case d == 0 && seg.Options.SACKBlocks > 0:
		b, ok := dsack(seg)
		r.Probed = !ok || b.Right != r.Point
	}
}

// Cleared notes that an acknowledgement shows the watched retransmission to have been
// spurious, surely where it does not only report by D-SACK what arrived twice.
func (r *Repair) Cleared(surely bool, seg *wire.Segment) {
	switch {
	case r.Mode == FastRepair && !surely:
		if !r.Resent.After(seg.Options.SACK[0].Right) {
			r.Mode = NoRepair // with SACK, the blocks tell what else is lost
		} // else the repair goes on: it has taken other octets to be lost, too
	case r.Mode != TimerRepair || surely && r.Told:
	case surely:
		r.Mode = NoRepair // nothing was lost at that timeout (RFC 4015 §3)
	case !r.Resent.After(seg.Options.SACK[0].Right):
		// All that was sent again since had arrived: the sender may see that from D-SACK
		// (RFC 2883 §4), and go on as before the timeout.
		r.Mode = DoubtfulRepair
	}
}

// Quiet is a heuristic, in nanoseconds: the least time without segments in either direction
// after which a timer, rather than an acknowledgement, must have triggered a
// segment. It is below the shortest timeout in use (200 ms beyond the round
// trip in Linux, the BSDs and macOS) and above the usual round trip.
const Quiet = int64(150e6)

// SendsNew notes new octets that h sends to o, after a gap of gap octets, and pause
// nanoseconds after its last segment. sack says whether both ends permitted SACK.
func (h *Half) SendsNew(o *Half, seg *wire.Segment, gap, pause int64, sack bool) {
	r := &h.Repair
	most := mostAfterTimeout * int64(h.MostLen)
	switch {
	case r.Over && gap > most:
		// More is missing than the window after a timeout allows: it was sent before,
		// and belongs to that timeout's repair.
		r.Mode, r.Point, r.Resent = TimerRepair, seg.Seq, seg.End()
	case h.resumed && gap > 0 && r.Mode == NoRepair && pause >= o.rtt.min/4*3:
		// After a timeout whose flight was lost before the tap, its retransmission looks like
		// new octets, and what answers its acknowledgement comes after all of that flight
		// (RFC 5682 §2.1, step 2b).
		r.Mode, r.Point = DoubtfulRepair, seg.Seq
	case r.Mode == TimerRepair && gap > 0:
		r.Point = r.Point.Add(uint32(gap)) // what was skipped may have been in flight too
	case sack && r.Mode == TimerRepair && int64(seg.End().Diff(r.Point)) > most && r.leaves():
		// The sender has undone the timeout, for whatever reason. Without SACK one
		// acknowledgement may cover much that had arrived before, and allow as much to
		// be sent.
		r.Mode = NoRepair
	}
	r.Over = false
	h.resumed = gap == 0 && pause >= Quiet && r.SinceHeard(seg.Time) >= Quiet
}

// leaves reports whether octets in flight at the timeout were neither sent again nor
// reported to have arrived, by the highest block of SACK.
func (r *Repair) leaves() bool {
	if r.HasSACK && !r.High.Before(r.Point) {
		return r.Resent.Before(r.HighLeft)
	}
	return r.Resent.Before(r.Point)
}

// mostAfterTimeout is the most segments that an end has in flight when the octets that
// it retransmitted at a timeout are acknowledged: a heuristic, one more than the RFCs
// allow, which is the loss window of one (RFC 5681 §3.1) plus one for that
// acknowledgement (RFC 3465 §2.3), or two new ones (RFC 5682 §2.1, step 2b).
const mostAfterTimeout = 3

// Suspect is a retransmission that may turn out to have been spurious: the
// first of a repair, of the first octets that were not acknowledged (RFC 3522
// §3.2). The acknowledgement that covers it decides.
type Suspect struct {
	Packet          uint64
	at              int64
	from            wire.Seq // its first octet
	tsval           uint32
	first           uint32 // the timestamp that only the first copy had, else tsval
	stamped, active bool
	seen            bool // all its octets had been captured before
}

// Suspects begins to watch a retransmission of h, unless one is being watched. o is the
// other end; seen is set if all its octets had been captured before, with the mark
// before.
func (t *Table) Suspects(h, o *Half, seg *wire.Segment, m, before *Mark, seen bool) {
	if h.Suspect.active || !o.Is(SentACK) || o.Ack != seg.Seq || seg.Flags.Has(wire.SYN) {
		return
	}
	h.Suspect = Suspect{Packet: m.Packet, at: m.Time, from: seg.Seq, tsval: m.TSVal, first: m.TSVal, stamped: m.HasTS, active: true, seen: seen}
	if seen && seg.Flags.Has(wire.FIN) && t.dated(h, before) {
		h.Suspect.first = before.TSVal
	}
}

// dated reports whether a packet of h has a later timestamp than those remembered before
// it, of which it checks at most maxLook: an end that echoes it has received that packet
// or a later one (RFC 7323 §4.3).
func (t *Table) dated(h *Half, m *Mark) (first bool) {
	for i, looks := h.sentTail, maxLook; i != 0 && looks > 0; i, looks = t.sent.At(i).prev, looks-1 {
		if s := t.sent.At(i); s.Packet < m.Packet {
			if first = m.LaterTS(&s.Mark); !first {
				break
			}
		}
	}
	return first
}

// Sure is the evidence for which copy an acknowledgement answers.
type Sure uint8

// The kinds of evidence.
const (
	NotSure Sure = iota
	ByEcho       // it echoes a timestamp from before the retransmission (RFC 3522 §3.2)
	ByTime       // it came sooner than the retransmission can have been answered (RFC 8985 §6.2)
)

// cleared returns the evidence that a segment with ACK and without RST was sent
// before the watched retransmission of h can have arrived.
func (h *Half) cleared(seg *wire.Segment) Sure {
	s := &h.Suspect
	if !seg.Ack.After(s.from) {
		return NotSure
	}
	if s.stamped && seg.Options.Set.Has(wire.OptTimestamps) {
		if sent := int32(seg.Options.TSEcr-h.tsFirst) >= 0; sent && int32(seg.Options.TSEcr-s.tsval) < 0 && !h.mayAnswer(seg) {
			return ByEcho
		}
		return NotSure
	}
	// Half of the shortest time, because it was measured from few segments, and only
	// that of a SYN is never delayed. Below partLoop, close to the receiver, it shows
	// only that host's own speed; and if the first copy was not captured here, its
	// answer may be what comes.
	if d := seg.Time - s.at; s.seen && h.Is(SentSYN) && h.rtt.n > 0 && h.rtt.min > partLoop && d >= 0 && d < h.rtt.min/2 {
		return ByTime
	}
	return NotSure
}

// mayAnswer reports whether an acknowledgement of h's FIN comes late enough to answer
// the watched retransmission. Its timestamp then proves nothing: some stacks acknowledge
// a FIN before they process its timestamp (RFC 7323 §4.3), and echo an earlier one.
// Round trips vary: three quarters of the shortest one measured are late enough (a
// heuristic). An echo of a timestamp that the first copy brought is proof.
func (h *Half) mayAnswer(seg *wire.Segment) bool {
	return h.Is(SentFIN) && !seg.Ack.Before(h.FinEnd) && int32(seg.Options.TSEcr-h.Suspect.first) < 0 && seg.Time-h.Suspect.at >= h.rtt.min/4*3 // 0: not measured
}

// Watched reports whether a retransmission that begins at s is being watched, of the first
// octets that are not acknowledged, and when it was captured.
func (h *Half) Watched(s wire.Seq) (at int64, ok bool) {
	return h.Suspect.at, h.Suspect.active && h.Suspect.from == s
}

// Settle stops watching at an acknowledgement of any of the octets.
func (h *Half) Settle(ack wire.Seq) {
	if h.Suspect.active && ack.After(h.Suspect.from) {
		h.Suspect.active = false
	}
}

// SACKsBeyond reports whether an acknowledgement has a SACK block after its
// number: octets that arrived after a gap.
func SACKsBeyond(seg *wire.Segment) bool {
	for _, b := range seg.Options.SACK[:seg.Options.SACKBlocks] {
		if b.Left.After(seg.Ack) {
			return true
		}
	}
	return false
}

// SACKSum returns a hash of a segment's SACK blocks; 0 without blocks.
func SACKSum(seg *wire.Segment) (sum uint32) {
	for _, b := range seg.Options.SACK[:seg.Options.SACKBlocks] {
		sum = (sum*31+uint32(b.Left))*31 + uint32(b.Right) // the order counts: the first is the latest
	}
	return sum
}

// dsack returns the octets that an acknowledgement with SACK blocks reports as received
// twice: the first block, when all of it lies before the acknowledgement or inside
// the second block (RFC 2883 §4).
func dsack(seg *wire.Segment) (b wire.SACKBlock, ok bool) {
	b = seg.Options.SACK[0]
	if !b.Right.After(seg.Ack) {
		return b, true
	}
	if seg.Options.SACKBlocks > 1 {
		if s := seg.Options.SACK[1]; !b.Left.Before(s.Left) && !b.Right.After(s.Right) {
			return b, true
		}
	}
	return b, false
}
