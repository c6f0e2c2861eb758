package capture

// ngLosses is what an interface lost according to one section. A capturing
// program may say the same loss twice: running totals in statistics blocks and
// increments in the packets' options. So the larger of the two counts, not
// their sum.
type ngLosses struct {
	totals     uint64 // isb_ifdrop + isb_osdrop of the last statistics block
	system     uint64 // isb_osdrop of it
	increments uint64 // epb_dropcount and the drops of obsolete packet blocks
	known      bool
	received   uint64 // isb_ifrecv of the last statistics block
	receivedOK bool
}

func (l ngLosses) dropped() uint64 { return max(l.totals, l.increments) }

// add adds the losses of a whole section to those of the sections before.
func (l *ngLosses) add(m ngLosses) {
	l.totals = saturated(l.dropped(), m.dropped())
	l.system = saturated(l.system, m.system)
	l.increments = 0
	l.known = l.known || m.known
	l.received = saturated(l.received, m.received)
	l.receivedOK = l.receivedOK || m.receivedOK
}

// saturated adds without overflow: both numbers come from the input.
func saturated(a, b uint64) uint64 {
	if a+b < a {
		return ^uint64(0)
	}
	return a + b
}

// lose counts packets that were lost before a packet of interface i.
func (r *pcapngReader) lose(i *ngInterface, n uint64) {
	i.losses.increments = saturated(i.losses.increments, n)
	i.losses.known = true
	r.publish(i)
}

// statistics reads an interface statistics block, section 4.6. Its numbers are
// totals since the capture began, so a later block replaces an earlier one.
func (r *pcapngReader) statistics(b []byte) error {
	id := r.u32(b[8:])
	if uint64(id) >= uint64(len(r.interfaces)) {
		return r.noInterface(id)
	}
	i := &r.interfaces[id]
	var dropped, system uint64
	var said bool
	for code, v := range r.options(b[20 : len(b)-4]) {
		if len(v) != 8 {
			continue
		}
		switch code {
		case 3: // isb_endtime, the higher half first
			if end := i.clock.nanoseconds(uint64(r.u32(v))<<32 | uint64(r.u32(v[4:]))); inBounds(end) {
				r.in.tally.end = max(r.in.tally.end, end)
			}
		case 4: // isb_ifrecv
			i.losses.received, i.losses.receivedOK = r.u64(v), true
		case 5: // isb_ifdrop
			dropped, said = saturated(dropped, r.u64(v)), true
		case 7: // isb_osdrop
			system, said = r.u64(v), true
		}
	}
	if said {
		i.losses.totals, i.losses.system, i.losses.known = saturated(dropped, system), system, true
	}
	r.publish(i)
	return nil
}

// publish writes the losses of i to the statistics of the timeline.
func (r *pcapngReader) publish(i *ngInterface) {
	sum := i.total.losses
	sum.add(i.losses)
	s := &r.in.tally.interfaces[i.index]
	s.Dropped, s.DropsKnown = sum.dropped(), sum.known
	s.SystemDropped = sum.system
	s.Received, s.ReceivedKnown = sum.received, sum.receivedOK
}
