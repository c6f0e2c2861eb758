package report

import (
	"net/netip"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/number"
)

// schemaConnection names the shape of connectionObject.
const schemaConnection = "tcpwatch.connection/1"

// connectionObject appends the JSON object of one connection.
func connectionObject(b []byte, e *env, c *analyze.Connection) []byte {
	j := jsonRow{b}
	j.word(`{"schema":`, schemaConnection)
	j.uint(`,"connection":`, c.Number)
	j.endpoint(`,"client":`, c.Client)
	j.endpoint(`,"server":`, c.Server)
	j.word(`,"roles":`, rolesText(c))
	j.text(`,"encapsulation":`, e.encap(c.EncapID))
	j.uint(`,"first_packet":`, c.FirstPacket)
	j.uint(`,"last_packet":`, c.LastPacket)
	j.time(`,"start":`, &e.clock, c.Start)
	j.seconds(`,"duration":`, c.End-c.Start)
	j.wordOrNull(`,"lived":`, livedText(c))
	j.silence(&c.Silence)
	j.opening(&c.Opening, &e.offers)
	j.verdicts(e.verdicts)
	j.icmp(&c.ICMP)
	j.closing(&c.Closing)
	j.word(`,"client_state":`, c.ClientState.String())
	j.word(`,"server_state":`, c.ServerState.String())
	j.timeWait(&e.clock, &c.TimeWait)
	j.direction(`,"client_to_server":`, &c.FromClient)
	j.direction(`,"server_to_client":`, &c.FromServer)
	j.text(`,"zeek":{"conn_state":`, c.ZeekState)
	j.text(`,"history":`, c.ZeekHistory)
	j.add("}")
	j.labelCounts(c)
	j.bool(`,"evicted":`, c.Evicted)
	j.add("}")
	return j.objectRow
}

// silence writes the longest silence and the packet that ended it.
func (j *jsonRow) silence(s *analyze.Silence) {
	j.seconds(`,"idle_max":`, s.For)
	if s.Packet == 0 {
		j.null(`,"idle_end":`)
		return
	}
	j.uint(`,"idle_end":{"packet":`, s.Packet)
	j.word(`,"from":`, fromText(s.FromClient))
	j.objectRow = append(appendLabels(append(j.objectRow, `,"labels":[`...), s.Labels), `]}`...)
}

func rolesText(c *analyze.Connection) string {
	if c.RolesGuessed {
		return "guessed"
	}
	return "handshake"
}

func (j *jsonRow) opening(o *analyze.Opening, offers *offerTexts) {
	j.word(`,"opening":{"outcome":`, o.Outcome.String())
	j.wordOrNull(`,"form":`, o.Form.String())
	j.numbers(`,"syn_packets":`, o.SynPackets)
	j.numbers(`,"syn_ack_packets":`, o.SynAckPackets)
	j.uint(`,"syn_count":`, uint64(o.SynCount))
	j.uint(`,"syn_ack_count":`, uint64(o.SynAckCount))
	j.uintOrNull(`,"ack_packet":`, o.AckPacket, o.AckPacket != 0)
	j.uintOrNull(`,"client_isn":`, uint64(o.ClientISN), o.ClientISNKnown)
	j.uintOrNull(`,"server_isn":`, uint64(o.ServerISN), o.ServerISNKnown)
	j.secondsOrNull(`,"rtt_server":`, o.RTTServer)
	j.secondsOrNull(`,"rtt_client":`, o.RTTClient)
	j.secondsOrNull(`,"took":`, o.OpenedIn())
	j.objectRow = offers.append(j.objectRow, o)
	j.uint(`,"syn_data":`, uint64(o.SynData))
	j.uint(`,"ack_data":`, uint64(o.AckData))
	j.uint(`,"syn_ack_isns":`, uint64(o.SynAckISNs))
	j.uint(`,"renumbered":`, uint64(o.Renumbered))
	j.uint(`,"bad_acks":`, uint64(o.BadAcks))
	j.bool(`,"syn_ack_first":`, o.SynAckFirst)
	if o.ICMPPacket == 0 {
		j.null(`,"icmp":`)
	} else {
		j.uint(`,"icmp":{"packet":`, o.ICMPPacket)
		j.uint(`,"type":`, uint64(o.ICMPType))
		j.uint(`,"code":`, uint64(o.ICMPCode))
		j.icmpFrom(o.ICMPFrom)
		j.add("}")
	}
	j.add("}")
}

// icmp writes the errors that quote segments after the SYNs.
func (j *jsonRow) icmp(i *analyze.ICMP) {
	if i.Packet == 0 {
		j.null(`,"icmp":`)
		return
	}
	j.uint(`,"icmp":{"packet":`, i.Packet)
	j.uint(`,"count":`, uint64(i.Count))
	j.uint(`,"type":`, uint64(i.Type))
	j.uint(`,"code":`, uint64(i.Code))
	j.icmpFrom(i.From)
	j.uintOrNull(`,"next_mtu":`, uint64(i.NextMTU), i.NextMTU != 0)
	j.add("}")
}

// icmpFrom writes who sent an ICMP error.
func (j *jsonRow) icmpFrom(from netip.Addr) {
	if !from.IsValid() {
		j.null(`,"from":`)
		return
	}
	j.add(`,"from":"`)
	j.objectRow = append(from.AppendTo(j.objectRow), '"')
}

// endOptions writes what one end offered; null where its SYN was not captured.
func (j *jsonRow) endOptions(key string, o *analyze.EndOptions) {
	if !o.Known {
		j.null(key)
		return
	}
	j.add(key)
	j.uintOrNull(`{"mss":`, uint64(o.MSS), o.Set.Has(wire.OptMSS))
	j.uintOrNull(`,"window_scale":`, uint64(o.WindowScale), o.Set.Has(wire.OptWindowScale))
	j.bool(`,"sack_permitted":`, o.Set.Has(wire.OptSACKPermitted))
	j.bool(`,"timestamps":`, o.Set.Has(wire.OptTimestamps))
	j.wordOrNull(`,"ecn":`, o.ECN.String())
	j.bool(`,"fast_open":`, o.Set.Has(wire.OptFastOpen))
	j.uintOrNull(`,"fast_open_cookie":`, uint64(o.FastOpenLen), o.Set.Has(wire.OptFastOpen))
	j.bool(`,"mptcp":`, o.Set.Has(wire.OptMPTCP))
	j.bool(`,"md5":`, o.Set.Has(wire.OptMD5))
	j.bool(`,"ao":`, o.Set.Has(wire.OptAO))
	j.bool(`,"user_timeout":`, o.Set.Has(wire.OptUserTimeout))
	j.bool(`,"other":`, o.Set.Has(wire.OptOther))
	j.bool(`,"malformed":`, o.Set.Has(wire.OptMalformed))
	j.bool(`,"cut":`, o.Set.Has(wire.OptCut))
	j.uint(`,"window":`, uint64(o.Window))
	j.add("}")
}

// agreed writes the agreed options; null unless both offers were captured. mss
// is the smaller offer: each end may send what the other offered. window_scale
// says whether windows are scaled at all.
func (j *jsonRow) agreed(o *analyze.Opening) {
	set, ecn, ok := o.Agreed()
	if !ok {
		j.null(`,"agreed":`)
		return
	}
	j.uintOrNull(`,"agreed":{"mss":`, uint64(min(o.ClientOptions.MSS, o.ServerOptions.MSS)), set.Has(wire.OptMSS))
	j.bool(`,"window_scale":`, set.Has(wire.OptWindowScale))
	j.bool(`,"sack_permitted":`, set.Has(wire.OptSACKPermitted))
	j.bool(`,"timestamps":`, set.Has(wire.OptTimestamps))
	j.wordOrNull(`,"ecn":`, ecn.String())
	j.bool(`,"fast_open":`, set.Has(wire.OptFastOpen))
	j.bool(`,"mptcp":`, set.Has(wire.OptMPTCP))
	j.add("}")
}

func (j *jsonRow) closing(c *analyze.Closing) {
	j.word(`,"closing":{"outcome":`, c.Outcome.String())
	j.word(`,"active_closer":`, c.ActiveCloser.String())
	j.bool(`,"inferred":`, c.Inferred)
	j.numbers(`,"fin_packets":`, c.FinPackets)
	j.uint(`,"fin_count":`, uint64(c.FinCount))
	j.uintOrNull(`,"segments":`, uint64(c.Segments), c.Segments != 0)
	j.uintOrNull(`,"rst_packet":`, c.RstPacket, c.RstPacket != 0)
	if c.RstPacket != 0 {
		j.word(`,"rst_by":`, c.RstBy.String())
	} else {
		j.null(`,"rst_by":`)
	}
	j.wordOrNull(`,"rst_after":`, c.RstAfter.String())
	j.uint(`,"rst_ignored":`, uint64(c.RstIgnored))
	j.secondsOrNull(`,"half_closed_for":`, c.HalfClosedFor)
	j.uint(`,"half_closed_bytes":`, c.HalfClosedOctets)
	j.add("}")
}

var holderLists = [...]string{
	analyze.ClientSide: `["client"]`,
	analyze.ServerSide: `["server"]`,
	analyze.BothSides:  `["client","server"]`,
}

func (j *jsonRow) timeWait(c *number.Clock, t *analyze.TimeWait) {
	if t.Holders == analyze.NoSide {
		j.null(`,"time_wait":`)
		return
	}
	j.add(`,"time_wait":{"holders":`)
	j.add(holderLists[t.Holders])
	j.time(`,"since":`, c, t.Since)
	j.time(`,"until":`, c, t.Until)
	j.uint(`,"restarts":`, uint64(t.Restarts))
	j.uintOrNull(`,"reused_by":`, t.ReusedBy, t.ReusedBy != 0)
	j.wordOrNull(`,"reuse":`, t.Reuse.String())
	j.uintOrNull(`,"cut_by":`, t.CutBy, t.CutBy != 0)
	j.add("}")
}

func (j *jsonRow) direction(key string, d *analyze.Direction) {
	j.add(key)
	j.uint(`{"packets":`, d.Packets)
	j.uint(`,"payload_bytes":`, d.PayloadOctets)
	j.uint(`,"unique_bytes":`, d.UniqueOctets)
	if clean(d) {
		j.add(cleanCounts[0])
		j.uint(`,"in_flight_max":`, d.MostInFlight)
		j.add(cleanCounts[1])
	} else {
		j.counts(d)
		j.uint(`,"in_flight_max":`, d.MostInFlight)
		j.repeats(d)
	}
	j.secondsOrNull(`,"rtt_min":`, d.RTT.Min)
	j.secondsOrNull(`,"rtt_avg":`, d.RTT.Avg)
	j.secondsOrNull(`,"rtt_max":`, d.RTT.Max)
	j.secondsOrNull(`,"rtt_smoothed":`, d.SmoothedRTT)
	j.secondsOrNull(`,"rto":`, d.RTO)
	j.secondsOrNull(`,"rtt_timestamps_min":`, d.EchoRTT.Min)
	j.secondsOrNull(`,"rtt_timestamps_avg":`, d.EchoRTT.Avg)
	j.secondsOrNull(`,"rtt_timestamps_max":`, d.EchoRTT.Max)
	if a := &d.SlowestAnswer; a.Packet != 0 {
		j.seconds(`,"answer_max":`, a.Wait)
		j.uint(`,"answer_packet":`, a.Packet)
	} else {
		j.add(`,"answer_max":null,"answer_packet":null`)
	}
	j.add("}")
}

// clean reports whether a direction has only segments, octets and times.
func clean(d *analyze.Direction) bool {
	rest := *d
	rest.Packets, rest.PayloadOctets, rest.UniqueOctets, rest.MostInFlight = 0, 0, 0, 0
	rest.RTT, rest.EchoRTT, rest.SmoothedRTT, rest.RTO = analyze.RTT{}, analyze.RTT{}, 0, 0
	rest.SlowestAnswer = analyze.Answer{}
	return rest == analyze.Direction{}
}

// cleanCounts is what counts and repeats write for a direction without
// anomalies, as most are: copying it costs a tenth of writing it.
var cleanCounts = func() [2]string {
	var counts, repeats jsonRow
	counts.counts(&analyze.Direction{})
	repeats.repeats(&analyze.Direction{})
	return [...]string{string(counts.objectRow), string(repeats.objectRow)}
}()

func (j *jsonRow) counts(d *analyze.Direction) {
	j.uint(`,"retransmissions":`, d.Retransmissions)
	j.uint(`,"retransmitted_bytes":`, d.RetransmittedBytes)
	j.uint(`,"out_of_order":`, d.OutOfOrder)
	j.uint(`,"duplicate_packets":`, d.DuplicatePackets)
	j.uint(`,"duplicate_acks":`, d.DuplicateAcks)
	j.uint(`,"zero_windows":`, d.ZeroWindows)
	j.uint(`,"keep_alives":`, d.KeepAlives)
	j.uint(`,"missing_bytes":`, d.MissingBytes)
	j.uint(`,"unseen_bytes":`, d.UnseenBytes)
}

// repeats writes the counts of retransmissions and of windows.
func (j *jsonRow) repeats(d *analyze.Direction) {
	j.uint(`,"inferred_retransmissions":`, d.Inferred)
	j.uint(`,"spurious_retransmissions":`, d.Spurious)
	j.add(`,"causes":{`)
	for c, n := range d.Causes {
		if n > 0 {
			j.count(label.Cause(c).String(), uint64(n))
		}
	}
	j.add("}")
	j.uint(`,"window_episodes":`, d.WindowEpisodes)
	j.seconds(`,"zero_window_time":`, d.ZeroWindowTime)
	j.seconds(`,"window_full_time":`, d.WindowFullTime)
	j.seconds(`,"resend_wait":`, d.ResendWait)
	j.uint(`,"unacknowledged_bytes":`, d.Unacknowledged)
	j.uint(`,"timeouts_in_a_row":`, uint64(d.Timeouts))
}

func (j *jsonRow) labelCounts(c *analyze.Connection) {
	j.add(`,"labels":{`)
	for id, n := range c.Labels[:label.Count] {
		if n != 0 {
			j.count(label.All[id].Name, uint64(n))
		}
	}
	j.add("}")
}
