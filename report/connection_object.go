package report

import (
	"net/netip"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/counts"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
)

// schemaConnection names the shape of connectionObject.
const schemaConnection = "tcpwatch.connection/1"

// connectionObject appends the JSON object of one connection.
func connectionObject(b []byte, e *env, c *analyze.Connection) []byte {
	j := jsonRow{b}
	j.Word(`{"schema":`, schemaConnection)
	j.Uint(`,"connection":`, c.Number)
	j.Endpoint(`,"client":`, c.Client)
	j.Endpoint(`,"server":`, c.Server)
	j.Word(`,"roles":`, rolesText(c))
	j.Text(`,"encapsulation":`, e.encap(c.EncapID))
	j.Uint(`,"first_packet":`, c.FirstPacket)
	j.Uint(`,"last_packet":`, c.LastPacket)
	j.Time(`,"start":`, &e.clock, c.Start)
	j.Seconds(`,"duration":`, c.End-c.Start)
	j.WordOrNull(`,"lived":`, livedText(c))
	j.silence(&c.Silence)
	j.opening(&c.Opening, &e.offers)
	j.verdicts(e.verdicts)
	j.icmp(&c.ICMP)
	j.closing(&c.Closing)
	j.Word(`,"client_state":`, c.ClientState.String())
	j.Word(`,"server_state":`, c.ServerState.String())
	j.WordOrNull(`,"client_state_doubt":`, c.ClientDoubt.String())
	j.WordOrNull(`,"server_state_doubt":`, c.ServerDoubt.String())
	j.timeWait(&e.clock, &c.TimeWait)
	counts.Append(&j.Row, `,"client_to_server":`, &c.FromClient)
	counts.Append(&j.Row, `,"server_to_client":`, &c.FromServer)
	j.Word(`,"zeek":{"conn_state":`, c.ZeekState)
	j.Word(`,"history":`, c.ZeekHistory)
	j.Add("}")
	j.labelCounts(c)
	j.Bool(`,"evicted":`, c.Evicted)
	j.Add("}")
	return j.Row
}

// silence writes the longest silence and the packet that ended it.
func (j *jsonRow) silence(s *analyze.Silence) {
	j.Seconds(`,"idle_max":`, s.For)
	if s.Packet == 0 {
		j.Null(`,"idle_end":`)
		return
	}
	j.Uint(`,"idle_end":{"packet":`, s.Packet)
	j.Word(`,"from":`, prose.Side(s.FromClient))
	j.Row = append(appendLabels(append(j.Row, `,"labels":[`...), s.Labels), `]}`...)
}

func rolesText(c *analyze.Connection) string {
	if c.RolesGuessed {
		return "guessed"
	}
	return "handshake"
}

func (j *jsonRow) opening(o *analyze.Opening, offers *offerTexts) {
	j.Word(`,"opening":{"outcome":`, o.Outcome.String())
	j.WordOrNull(`,"form":`, o.Form.String())
	j.Numbers(`,"syn_packets":`, o.SynPackets)
	j.Numbers(`,"syn_ack_packets":`, o.SynAckPackets)
	j.Uint(`,"syn_count":`, uint64(o.SynCount))
	j.Uint(`,"syn_ack_count":`, uint64(o.SynAckCount))
	j.UintOrNull(`,"ack_packet":`, o.AckPacket, o.AckPacket != 0)
	j.UintOrNull(`,"client_isn":`, uint64(o.ClientISN), o.ClientISNKnown)
	j.UintOrNull(`,"server_isn":`, uint64(o.ServerISN), o.ServerISNKnown)
	j.SecondsOrNull(`,"rtt_server":`, o.RTTServer)
	j.SecondsOrNull(`,"rtt_client":`, o.RTTClient)
	j.SecondsOrNull(`,"took":`, o.OpenedIn())
	j.Row = offers.append(j.Row, o)
	j.Uint(`,"syn_data":`, uint64(o.SynData))
	j.Uint(`,"ack_data":`, uint64(o.AckData))
	j.Uint(`,"syn_ack_isns":`, uint64(o.SynAckISNs))
	j.Uint(`,"renumbered":`, uint64(o.Renumbered))
	j.Uint(`,"bad_acks":`, uint64(o.BadAcks))
	j.Bool(`,"syn_ack_first":`, o.SynAckFirst)
	if o.ICMPPacket == 0 {
		j.Null(`,"icmp":`)
	} else {
		j.Uint(`,"icmp":{"packet":`, o.ICMPPacket)
		j.Uint(`,"type":`, uint64(o.ICMPType))
		j.Uint(`,"code":`, uint64(o.ICMPCode))
		j.icmpFrom(o.ICMPFrom)
		j.Add("}")
	}
	j.Add("}")
}

// icmp writes the errors that quote segments after the SYNs.
func (j *jsonRow) icmp(i *analyze.ICMP) {
	if i.Packet == 0 {
		j.Null(`,"icmp":`)
		return
	}
	j.Uint(`,"icmp":{"packet":`, i.Packet)
	j.Uint(`,"count":`, uint64(i.Count))
	j.Uint(`,"type":`, uint64(i.Type))
	j.Uint(`,"code":`, uint64(i.Code))
	j.icmpFrom(i.From)
	j.UintOrNull(`,"next_mtu":`, uint64(i.NextMTU), i.NextMTU != 0)
	j.Add("}")
}

// icmpFrom writes who sent an ICMP error.
func (j *jsonRow) icmpFrom(from netip.Addr) {
	if !from.IsValid() {
		j.Null(`,"from":`)
		return
	}
	j.Add(`,"from":"`)
	j.Row = append(from.AppendTo(j.Row), '"')
}

// endOptions writes what one end offered; null where its SYN was not captured.
func (j *jsonRow) endOptions(key string, o *analyze.EndOptions) {
	if !o.Known {
		j.Null(key)
		return
	}
	j.Add(key)
	j.UintOrNull(`{"mss":`, uint64(o.MSS), o.Set.Has(wire.OptMSS))
	j.UintOrNull(`,"window_scale":`, uint64(o.WindowScale), o.Set.Has(wire.OptWindowScale))
	j.Bool(`,"sack_permitted":`, o.Set.Has(wire.OptSACKPermitted))
	j.Bool(`,"timestamps":`, o.Set.Has(wire.OptTimestamps))
	j.WordOrNull(`,"ecn":`, o.ECN.String())
	j.Bool(`,"fast_open":`, o.Set.Has(wire.OptFastOpen))
	j.UintOrNull(`,"fast_open_cookie":`, uint64(o.FastOpenLen), o.Set.Has(wire.OptFastOpen))
	j.Bool(`,"mptcp":`, o.Set.Has(wire.OptMPTCP))
	j.Bool(`,"md5":`, o.Set.Has(wire.OptMD5))
	j.Bool(`,"ao":`, o.Set.Has(wire.OptAO))
	j.Bool(`,"user_timeout":`, o.Set.Has(wire.OptUserTimeout))
	j.Bool(`,"other":`, o.Set.Has(wire.OptOther))
	j.Bool(`,"malformed":`, o.Set.Has(wire.OptMalformed))
	j.Bool(`,"cut":`, o.Set.Has(wire.OptCut))
	j.Uint(`,"window":`, uint64(o.Window))
	j.Add("}")
}

// agreed writes the agreed options; null unless both offers were captured. mss
// is the smaller offer: each end may send what the other offered. window_scale
// says whether windows are scaled at all.
func (j *jsonRow) agreed(o *analyze.Opening) {
	set, ecn, ok := o.Agreed()
	if !ok {
		j.Null(`,"agreed":`)
		return
	}
	j.UintOrNull(`,"agreed":{"mss":`, uint64(min(o.ClientOptions.MSS, o.ServerOptions.MSS)), set.Has(wire.OptMSS))
	j.Bool(`,"window_scale":`, set.Has(wire.OptWindowScale))
	j.Bool(`,"sack_permitted":`, set.Has(wire.OptSACKPermitted))
	j.Bool(`,"timestamps":`, set.Has(wire.OptTimestamps))
	j.WordOrNull(`,"ecn":`, ecn.String())
	j.Bool(`,"fast_open":`, set.Has(wire.OptFastOpen))
	j.Bool(`,"mptcp":`, set.Has(wire.OptMPTCP))
	j.Add("}")
}

func (j *jsonRow) closing(c *analyze.Closing) {
	j.Word(`,"closing":{"outcome":`, c.Outcome.String())
	j.Word(`,"active_closer":`, c.ActiveCloser.String())
	j.Bool(`,"inferred":`, c.Inferred)
	j.Bool(`,"order_inferred":`, c.OrderInferred)
	j.Numbers(`,"fin_packets":`, c.FinPackets)
	j.Uint(`,"fin_count":`, uint64(c.FinCount))
	j.UintOrNull(`,"segments":`, uint64(c.Segments), c.Segments != 0)
	j.UintOrNull(`,"rst_packet":`, c.RstPacket, c.RstPacket != 0)
	if c.RstPacket != 0 {
		j.Word(`,"rst_by":`, c.RstBy.String())
	} else {
		j.Null(`,"rst_by":`)
	}
	j.WordOrNull(`,"rst_after":`, c.RstAfter.String())
	j.Uint(`,"rst_ignored":`, uint64(c.RstIgnored))
	j.SecondsOrNull(`,"half_closed_for":`, c.HalfClosedFor)
	j.Uint(`,"half_closed_bytes":`, c.HalfClosedOctets)
	j.Add("}")
}

var holderLists = [...]string{
	analyze.ClientSide: `["client"]`,
	analyze.ServerSide: `["server"]`,
	analyze.BothSides:  `["client","server"]`,
}

func (j *jsonRow) timeWait(c *number.Clock, t *analyze.TimeWait) {
	if t.Holders == analyze.NoSide {
		j.Null(`,"time_wait":`)
		return
	}
	j.Add(`,"time_wait":{"holders":`)
	j.Add(holderLists[t.Holders])
	j.Time(`,"since":`, c, t.Since)
	j.Time(`,"until":`, c, t.Until)
	j.Uint(`,"restarts":`, uint64(t.Restarts))
	j.UintOrNull(`,"reused_by":`, t.ReusedBy, t.ReusedBy != 0)
	j.WordOrNull(`,"reuse":`, t.Reuse.String())
	j.UintOrNull(`,"cut_by":`, t.CutBy, t.CutBy != 0)
	j.Add("}")
}

func (j *jsonRow) labelCounts(c *analyze.Connection) {
	j.Add(`,"labels":{`)
	for id, n := range c.Labels[:label.Count] {
		if n != 0 {
			j.Count(label.All[id].Name, uint64(n))
		}
	}
	j.Add("}")
}
