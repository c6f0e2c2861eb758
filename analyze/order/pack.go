package order

import "tcpwatch/analyze"

// packer turns records into octets and back, for those that wait: 1.5 KB and its
// lists become some 500 octets. One list of the fields serves both ways, so that
// they cannot disagree. It reads only what it has written itself, so there is
// neither a version nor a check.
type packer struct {
	b       []byte // what was written, or is still to be read
	reading bool
	// Times and packets are written as differences from the ones before.
	time, packet int64
	words        map[string]string // texts that were read, so that each is made once
}

// mostWords bounds the texts kept: normally there are few, but a capture may be
// crafted.
const mostWords = 1024

// pack encodes c; the result is valid until the next call.
func (p *packer) pack(c *analyze.Connection) []byte {
	p.b, p.reading, p.time, p.packet = p.b[:0], false, 0, 0
	p.connection(c)
	return p.b
}

// unpack decodes b into c, reusing its lists.
func (p *packer) unpack(b []byte, c *analyze.Connection) {
	scratch := p.b
	p.b, p.reading, p.time, p.packet = b, true, 0, 0
	p.connection(c)
	p.b = scratch
}

func (p *packer) connection(c *analyze.Connection) {
	number(p, &c.Number)
	p.endpoint(&c.Client)
	p.endpoint(&c.Server)
	number(p, &c.EncapID)
	p.packets(&c.FirstPacket, &c.LastPacket)
	p.times(&c.Start, &c.End)
	p.flags(&c.RolesGuessed, &c.Evicted)
	p.opening(&c.Opening)
	p.icmp(&c.ICMP)
	p.closing(&c.Closing)
	p.timeWait(&c.TimeWait)
	numbers(p, &c.ClientState, &c.ServerState)
	numbers(p, &c.ClientDoubt, &c.ServerDoubt)
	p.direction(&c.FromClient)
	p.direction(&c.FromServer)
	for _, b := range [...]*analyze.Base{&c.ClientBase, &c.ServerBase} {
		number(p, &b.Number)
		p.flags(&b.Known, &b.ISN)
	}
	p.signed(&c.Silence.For)
	p.packets(&c.Silence.Packet)
	p.flags(&c.Silence.FromClient)
	number(p, &c.Silence.Labels)
	p.clues(&c.Clues)
	list(p, &c.Steps, (*packer).step)
	number(p, &c.StepsDropped)
	p.text(&c.ZeekState)
	p.text(&c.ZeekHistory)
	p.labels(c)
}

func (p *packer) opening(o *analyze.Opening) {
	number(p, &o.Outcome)
	number(p, &o.Form)
	list(p, &o.SynPackets, (*packer).packetOf)
	list(p, &o.SynAckPackets, (*packer).packetOf)
	numbers(p, &o.SynCount, &o.SynAckCount, &o.ServerSynCount, &o.SynData, &o.AckData, &o.Renumbered)
	p.packets(&o.AckPacket, &o.ICMPPacket, &o.RenumberedAck, &o.LostSyn, &o.LostSynAck)
	numbers(p, &o.ClientISN, &o.ServerISN, &o.AckOfClient, &o.AckOfServer)
	p.flags(&o.ClientISNKnown, &o.ServerISNKnown, &o.AckOfClientKnown, &o.AckOfServerKnown, &o.SynAckFirst, &o.ICMPOfServer, &o.AckLater)
	p.signed(&o.RTTServer, &o.RTTClient, &o.Took)
	for _, e := range [...]*analyze.EndOptions{&o.ClientOptions, &o.ServerOptions} {
		p.flags(&e.Known)
		number(p, &e.Set)
		numbers(p, &e.MSS, &e.Window)
		numbers(p, &e.WindowScale, &e.FastOpenLen)
		number(p, &e.ECN)
	}
	numbers(p, &o.SynAckISNs, &o.BadAcks, &o.ICMPType, &o.ICMPCode)
	p.address(&o.ICMPFrom)
}

func (p *packer) icmp(i *analyze.ICMP) {
	p.packets(&i.Packet)
	number(p, &i.Count)
	numbers(p, &i.Type, &i.Code)
	p.address(&i.From)
	number(p, &i.NextMTU)
}

func (p *packer) closing(c *analyze.Closing) {
	number(p, &c.Outcome)
	numbers(p, &c.ActiveCloser, &c.RstBy)
	p.flags(&c.Inferred, &c.OrderInferred, &c.RstUnasked)
	list(p, &c.FinPackets, (*packer).packetOf)
	numbers(p, &c.FinCount, &c.RstIgnored)
	number(p, &c.Segments)
	p.packets(&c.RstPacket)
	number(p, &c.RstAfter)
	p.signed(&c.HalfClosedFor)
	number(p, &c.HalfClosedOctets)
}

func (p *packer) timeWait(w *analyze.TimeWait) {
	number(p, &w.Holders)
	p.times(&w.Since, &w.Until)
	number(p, &w.Restarts)
	number(p, &w.ReusedBy)
	number(p, &w.Reuse)
	p.packets(&w.CutBy)
}

func (p *packer) direction(d *analyze.Direction) {
	numbers(p, &d.Packets, &d.PayloadOctets, &d.UniqueOctets, &d.MostInFlight)
	sparse(p, &d.Retransmissions, &d.RetransmittedBytes, &d.OutOfOrder, &d.DuplicatePackets, &d.DuplicateAcks, &d.ZeroWindows,
		&d.KeepAlives, &d.MissingBytes, &d.UnseenBytes, &d.WindowEpisodes, &d.Inferred, &d.Spurious, &d.LostBetween, &d.Unacknowledged)
	number(p, &d.Timeouts)
	c := &d.Causes
	sparse(p, &c[0], &c[1], &c[2], &c[3], &c[4], &c[5])
	p.signed(&d.ZeroWindowTime, &d.WindowFullTime, &d.SmoothedRTT, &d.RTO)
	p.signed(&d.SlowestAnswer.Wait, &d.ResendWait)
	p.packets(&d.SlowestAnswer.Packet)
	p.ackWait(&d.AckWait)
	p.signed(&d.RTT.Min, &d.RTT.Avg, &d.RTT.Max, &d.EchoRTT.Min, &d.EchoRTT.Avg, &d.EchoRTT.Max)
	p.long(&d.Long)
	p.packets(&d.Stuck.Packet)
	p.signed(&d.Stuck.Idle, &d.Probed.For)
	p.flags(&d.Probed.Window)
}

// ackWait encodes a field that few connections have.
func (p *packer) ackWait(w *analyze.AckWait) {
	there := *w != analyze.AckWait{}
	if p.flags(&there); !there {
		*w = analyze.AckWait{}
		return
	}
	number(p, &w.Times)
	p.signed(&w.For, &w.Longest)
	p.packets(&w.Packet, &w.Ack)
}

// long encodes a field that few connections have.
func (p *packer) long(l *analyze.LongClue) {
	there := *l != analyze.LongClue{}
	if p.flags(&there); !there {
		*l = analyze.LongClue{}
		return
	}
	p.flags(&l.Never)
	number(p, &l.Tries)
	numbers(p, &l.Least, &l.ShortLen)
	p.packets(&l.First, &l.Last, &l.Short, &l.Reported, &l.Alive)
}

func (p *packer) clues(c *analyze.Clues) {
	for _, e := range [...]*analyze.EndClues{&c.Client, &c.Server} {
		numbers(p, &e.TTLMin, &e.TTLMax, &e.Segments)
		p.packets(&e.SACK, &e.Timestamp, &e.Beyond, &e.NoTimestamp, &e.SACKOutside, &e.Window)
	}
	g := &c.IgnoredPackets
	p.packets(&c.ServerProved, &c.OldAck, &c.OldRst, &c.OldSyn, &c.BlindRst, &c.BlindAfter, &c.BlindOwn, &g[0], &g[1], &g[2], &g[3])
	number(p, &c.Ignored)
	numbers(p, &c.IgnoredData, &c.IgnoredAgain, &c.SynAckAcks)
	number(p, &c.IgnoredLeast)
	p.times(&c.ServerProvedAt, &c.IgnoredAt, &c.OldSynAt)
	number(p, &c.OldEnd)
	r := &c.Rst
	p.packets(&r.Packet, &r.WentOn)
	number(p, &r.TTL)
	numbers(p, &r.IPID, &r.Window, &r.HostIPID)
	p.flags(&r.HostOrdered, &r.WentOnSure, &c.SynTwice, &c.ProvedTwice, &c.ProvedBare, &c.BlindLate)
	p.signed(&c.BlindFor)
}

// stepSize is the size of an encoded step before its flags. A record has several,
// so each is encoded in one go.
const stepSize = 43

func (p *packer) step(s *analyze.Step) {
	b, r := p.span(stepSize), p.reading
	fixed64(r, b[0:], &s.Packet)
	fixed64(r, b[8:], &s.Time)
	fixed32(r, b[16:], &s.Seq)
	fixed32(r, b[20:], &s.Ack)
	fixed32(r, b[24:], &s.Len)
	fixed32(r, b[28:], &s.TSVal)
	fixed32(r, b[32:], &s.TSEcr)
	fixed16(r, b[36:], &s.Flags)
	fixed16(r, b[38:], &s.Window)
	fixed8(r, b[40:], &s.Phase)
	fixed8(r, b[41:], &s.ClientState)
	fixed8(r, b[42:], &s.ServerState)
	p.flags(&s.FromClient, &s.Repeated, &s.Copy, &s.Acceptable, &s.Inferred)
}

// labels encodes the counts that are not 0.
func (p *packer) labels(c *analyze.Connection) {
	var there uint64
	for id, n := range c.Labels {
		if n != 0 {
			there |= 1 << id
		}
	}
	number(p, &there)
	for id := range c.Labels {
		if there&(1<<id) != 0 {
			number(p, &c.Labels[id])
		} else {
			c.Labels[id] = 0
		}
	}
}
