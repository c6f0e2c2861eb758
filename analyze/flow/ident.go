package flow

// LastID returns the IP identification of the end's last segment that had one.
func (h *Half) LastID() (id uint16, ok bool) { return h.ids.last, h.ids.known }

// idTrend follows how an end counts its IP identifications, so that they are
// used for ordering only if they are ordered.
type idTrend struct {
	last, top uint16 // of the latest packet, and the highest while they count up
	known     bool
	// wide is set when the last packet was several packets on the wire, each
	// with its own identification: segmentation was left to the NIC, or the
	// NIC merged what it received.
	wide      bool
	up, other uint16
	// byOne counts steps of exactly one, byFew of two or three, same of none.
	byOne, byFew, same uint16
	back               uint16 // of other: down by fewer than idBack
	free               uint16 // steps after a wide packet, which do not count for byOne
}

// idStep is the most that an identification may rise between two segments of a
// connection that uses a counter of its own or shares it with a few others.
const idStep = 1 << 12

// OneCount reports whether two identifications may come from one counter: such a counter
// does not jump by more than idStep. A heuristic.
func OneCount(a, b uint16) bool {
	d := int16(a - b)
	return d <= idStep && d >= -idStep
}

// idBack is a heuristic: how far an identification may fall where packets were overtaken.
const idBack = 64

// add notes the identification of the next packet. anew is set if nothing was captured of
// the end for so long that whatever was in flight then has arrived.
func (d *idTrend) add(m *Mark, wide, anew bool) {
	if !m.HasID {
		return
	}
	if d.known {
		switch n := m.IPID - d.last; {
		case d.wide && n != 0 && n < idStep:
			d.up++
			d.free++
		case n == 0:
			d.same++
			d.other++
		case n == 1:
			d.byOne++
			fallthrough
		case n != 0 && n < idStep:
			if n > 1 && n <= 3 {
				d.byFew++
			}
			d.up++
		default:
			d.other++
			if -n < idBack {
				d.back++
			}
		}
		if d.up > 1<<12 { // keep the proportion, forget the past
			d.up, d.other, d.byOne, d.byFew, d.free, d.back = d.up/2, d.other/2, d.byOne/2, d.byFew/2, d.free/2, d.back/2
		}
	}
	if !d.known || anew || d.top-m.IPID >= idStep {
		d.top = m.IPID
	}
	d.last, d.known, d.wide = m.IPID, true, wide
}

// IDsConstant reports whether every packet of the end had the same identification,
// as RFC 6864 §4.1 allows for packets that are not fragmented: it does not
// distinguish packets.
func (h *Half) IDsConstant() bool {
	return h.ids.same > 0 && h.ids.same == h.ids.other && h.ids.up == 0
}

// idsNear reports whether the identification of the next segment, a, and an earlier one,
// b, lie so close together that they come from one counter, though too few packets were
// captured to know that the end has one: eight apart, as random numbers are once in 4,000
// times. If a packet was overtaken before, the next must rise again, since some hosts
// count down. A heuristic.
func (h *Half) idsNear(a, b uint16) bool {
	if up := a - h.ids.last; h.ids.other != 0 && (up == 0 || up > 8) {
		return false
	}
	d := int16(a - b)
	return d >= -8 && d <= 8
}

// idsOrdered reports whether the end's IP identifications have risen so steadily
// that they tell in which order packets were sent. A heuristic: nine steps in
// ten, where random numbers rise by so little once in sixteen. A few down, as where
// packets were overtaken, are as good as up, which random numbers do once in a thousand,
// as long as one in five rises.
func (h *Half) idsOrdered() bool {
	d := &h.ids
	return 4*uint32(d.up) >= uint32(d.back) && uint32(d.up)+uint32(d.back) > 9*uint32(d.other-d.back)
}

// IDsTell reports whether the identifications a, of the next segment, and b, of an earlier
// one, show which was sent first: the end counts them, by more than one step (a random
// number passes for one once in sixteen times); or they lie close together.
func (h *Half) IDsTell(a, b uint16) bool {
	return a != b && (h.IDsCounted() || h.idsNear(a, b))
}

// IDsCounted is idsOrdered with more than one step as evidence.
func (h *Half) IDsCounted() bool { return h.ids.up+h.ids.back > 1 && h.idsOrdered() }

// newer reports whether the packet of mark m was sent after all that were
// captured of this end, so that it is no copy of one.
func (h *Half) newer(m *Mark) bool {
	return m.HasID && h.ids.known && int16(m.IPID-h.ids.top) > 0 && h.idsOrdered() ||
		m.HasTS && h.HasTS && int32(m.TSVal-h.TSVal) > 0
}

// SentAfterFirst reports whether the packet of mark m was sent after all captured packets of
// this end, by its identification, or after the first of these, by its timestamp.
func (h *Half) SentAfterFirst(m *Mark) bool {
	return h.newer(m) || m.HasTS && h.tsAt != 0 && int32(m.TSVal-h.tsFirst) > 0
}

// older reports whether the packet of mark m was sent before one that was captured of
// this end before it, so that it was overtaken or is a copy.
func (h *Half) older(m *Mark) bool {
	stamped := m.HasTS && h.HasTS && m.TSVal != h.TSVal
	return (stamped || m.Time-h.LastTime < copyHorizon) && h.sentEarlier(m)
}

// sentEarlier is older for a packet that may come long after: at another place,
// by another clock.
func (h *Half) sentEarlier(m *Mark) bool {
	if m.HasTS && h.HasTS && m.TSVal != h.TSVal {
		return int32(m.TSVal-h.TSVal) < 0
	}
	back := h.ids.top - m.IPID
	return m.HasID && h.ids.known && back != 0 && back < idStep && h.idsOrdered()
}

// IDsConsecutive reports whether nearly every packet of the end had the next
// identification: the counter belongs to the connection, and a jump means that
// packets in between did not pass here. Heuristics: nine in ten by one, whatever
// the others; or two in three by one and the others by two or three, as when
// single packets are lost.
func (h *Half) IDsConsecutive() bool {
	d := &h.ids
	return d.byOne >= 1 && (d.byOne > 9*d.rest() || h.IDsClose() && d.byOne >= 2*d.rest())
}

// IDsClose reports whether no identification of the end lay more than three after the one before it, or
// before that: the counter may belong to the connection, for all that was captured. A heuristic.
func (h *Half) IDsClose() bool { return h.ids.rest() == h.ids.byFew }

// rest counts the identifications that were not the next, where that says something.
func (d *idTrend) rest() uint16 { return d.up - d.byOne - d.free + d.other }

// IDJump returns how far m's identification lies after the highest one, even if its
// packet has overtaken others captured later: 1 for the next; 0 if unknown.
func (h *Half) IDJump(m *Mark) uint16 {
	if !m.HasID || !h.ids.known || h.ids.wide {
		return 0
	}
	return m.IPID - h.ids.top
}

// Remember notes the mark of the latest segment of the end. wide is set when
// the segment is larger than the other end's MSS allows.
func (h *Half) Remember(m *Mark, wide bool) {
	h.ids.add(m, wide, m.Time-h.LastTime >= copyHorizon)
	h.LastTime = m.Time
	if m.HasTS && h.tsAt == 0 {
		h.tsFirst, h.tsAt = m.TSVal, m.Time
	}
}
