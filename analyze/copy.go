package analyze

import "slices"

// Clone returns a copy that is the caller's own.
func (c *Connection) Clone() *Connection {
	d := *c
	d.Steps = slices.Clone(c.Steps)
	d.Opening.SynPackets = slices.Clone(c.Opening.SynPackets)
	d.Opening.SynAckPackets = slices.Clone(c.Opening.SynAckPackets)
	d.Closing.FinPackets = slices.Clone(c.Closing.FinPackets)
	return &d
}

// CopyTo makes d a copy with lists of its own, reusing those that d has.
func (c *Connection) CopyTo(d *Connection) {
	steps, syns, synAcks, fins := d.Steps, d.Opening.SynPackets, d.Opening.SynAckPackets, d.Closing.FinPackets
	*d = *c
	d.Steps = append(steps[:0], c.Steps...)
	d.Opening.SynPackets = append(syns[:0], c.Opening.SynPackets...)
	d.Opening.SynAckPackets = append(synAcks[:0], c.Opening.SynAckPackets...)
	d.Closing.FinPackets = append(fins[:0], c.Closing.FinPackets...)
}
