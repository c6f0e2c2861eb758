package flow

// This file tells how fast the clock of an end goes that its timestamps show (RFC 7323 §5.4).

// Tick returns how long the end's timestamp clock (RFC 7323 §5.4) stands still,
// measured at this tap, in nanoseconds; 0 where it cannot be said yet.
func (h *Half) Tick() int64 {
	ticks := int64(int32(h.TSVal - h.tsFirst))
	if ticks < 8 {
		return 0
	}
	return (h.LastTime - h.tsAt) / ticks
}
