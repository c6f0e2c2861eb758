package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// A CLOSE moves an end at once, but its FIN waits until what the program sent before has
// been sent (RFC 9293 §3.10.4), which the other end's window (§3.8.6) and congestion control
// (RFC 5681 §3.1) may put off. So an end whose FIN comes after the other's may have closed
// before that came, and be in CLOSING, or after it, and be in LAST-ACK. Both look alike: what
// an end sends acknowledges what it has received by then, not by its CLOSE.
//
// What tells them apart is that something waits for a reason, and that what waits leaves as
// soon as a segment of the other end takes the reason away. flow.OrderUnsure is set where h
// may have had octets waiting when the FIN of the other end came, and flow.FINMayWait where
// it may have been the FIN alone: it is not, as long as the one octet that a FIN takes fits.
// Without a reason the order is told for certain.

// heldBack notes in h, which has sent no FIN, that something of it may be waiting when the
// first FIN of the other end o is captured: octets wait for others to be acknowledged
// (congestion control, Nagle's algorithm), or for a window with room for a segment
// (§3.8.6.2.1). What h knew then is what o had sent before.
func heldBack(h, o *flow.Half, fin *wire.Segment) {
	h.Has &^= flow.OrderUnsure | flow.FINMayWait | flow.FINReleases | flow.FINAnswered
	if !o.Is(flow.SentACK) {
		return // nothing but a SYN is sent before
	}
	flight := max(h.Nxt.Diff(o.Ack), 0)
	octets, alone := noRoom(h, o, o.LastWindow(), flight)
	if flight > 0 || octets {
		h.Has |= flow.OrderUnsure
	}
	if alone || congested(h, flight) {
		h.Has |= flow.FINMayWait
	}
	if octets, _ := noRoom(h, o, o.ScaledWindow(fin.Window, false), 0); !octets {
		h.Has |= flow.FINReleases
	}
}

// congested reports whether congestion control may keep an end with that much in flight from
// sending. A window that a connection begins with is no single segment, unless a SYN was lost;
// but after a timeout it is (RFC 5681 §3.1).
func congested(h *flow.Half, flight int32) bool {
	return flight > 0 && (h.Retransmissions > 0 || uint32(flight) > h.MostLen)
}

// noRoom reports whether a window of the other end o may have no room for a segment with
// octets of h, behind those in flight, and whether it has none for a FIN alone.
func noRoom(h, o *flow.Half, window uint32, flight int32) (octets, alone bool) {
	if window != 0 && !o.Is(flow.Scaled) || o.Is(flow.SharedWindow) {
		return false, false // unknown
	}
	room := int64(window) - int64(flight)
	return room < int64(max(h.MostLen, 1)), room < 1
}

// getsFINWaiting corrects what heldBack noted in x when its segment first acknowledges the FIN
// of y, which acknowledged up to acked: octets that left x before it came were not known then. So did
// those that were not captured and stand before the segment, if it is the answer alone, which is sent at
// once. They were several segments if they do not fit into one.
// And as the ACK field of a segment is processed before its FIN (RFC 9293 §3.10.7.4, fifth and
// eighth), what that lets go leaves with the acknowledgement of the FIN, or right after it: Linux
// answers the FIN first, and may pace what follows.
func getsFINWaiting(x, y *flow.Half, acked wire.Seq, seg *wire.Segment) {
	captured, missed := x.Nxt.Diff(acked), seg.SeqLen() == 0 && seg.Seq.After(x.Nxt)
	switch {
	case captured > 0, missed && seg.Seq.After(acked):
		x.Has |= flow.OrderUnsure
		if congested(x, captured) || missed && uint32(seg.Seq.Diff(acked)) > max(x.MostLen, uint32(y.MSS)) {
			x.Has |= flow.FINMayWait
		}
	case seg.SeqLen() == 0 && x.Is(flow.FINReleases):
		x.Has |= flow.FINAnswered
	}
}

// unprompted reports whether x sends something although y has sent nothing for longer than an
// answer takes, when x could have sent all that waited: then nothing did. A round trip may
// be longer than those measured, but hardly than the least timeout, 1 s (RFC 6298 §2.4): that
// is a heuristic. After an answer to the FIN that let everything go it is enough that x paused
// for a round trip: pacing spreads a window over less.
func unprompted(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment) bool {
	if x.Is(flow.FINSpoilt) || !y.Is(flow.FINProved) || x.Nxt != y.Ack || seg.Seq != x.Nxt {
		return false
	}
	octets, alone := noRoom(x, y, y.LastWindow(), 0)
	if alone || octets && seg.Len > 0 {
		return false
	}
	way := wayBack(f, n, x)
	if x.Is(flow.FINAnswered) {
		return seg.Time-max(x.LastTime, y.LastTime) > way+wayBack(f, n, y)
	}
	return seg.Time-y.LastTime > max(longRoundTrip, way)
}

// orderUnsure reports, and notes in x, that the FIN which x sends after y's does not show
// whether x had closed before y's FIN came. A retransmitted FIN has a new acknowledgement
// number, which says nothing about the first one: a damaged first FIN may have left before
// y's (damagedProofs). So may one that was lost before the tap, where the answer to y's FIN, which
// is due before x's, is missing, and one of which, as of all before it, the capture begins too late to have it. missed
// says that numbers of x were passed over which may include the FIN.
func (a *Analyzer) orderUnsure(f *flow.Flow, n *note, x, y *flow.Half, seg *wire.Segment, missed bool) bool {
	again := a.lab.Set.Has(label.Retransmission) && (missed || x.Is(flow.FINGuessed) || a.facts.AnswersFINFirst) ||
		a.facts.AnswersFINFirst && label.AnswerMissed(&a.lab, wayBack(f, n, x)) || !x.Is(flow.Sent)
	alone := seg.Len == 0 && n.halfOctets[a.facts.From] == 0 && !x.Is(flow.FINSpoilt)
	switch {
	case !y.Is(flow.FINProved), seg.Ack.Before(y.FinEnd), !again && alone && !x.Is(flow.FINMayWait):
		x.Has &^= flow.OrderUnsure
	case again:
		x.Has |= flow.OrderUnsure
	}
	return x.Is(flow.OrderUnsure)
}
