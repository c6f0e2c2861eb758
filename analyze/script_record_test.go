package analyze_test

import (
	"maps"
	"net/netip"
	"strconv"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/script"
)

// describe turns a record into the keys that a connection line can name. Times
// are seconds since second 0 of the script; words with blanks have dashes;
// what is not there is "-".
func describe(s *script.Script, c *analyze.Connection) map[string]string {
	roles := "handshake"
	if c.RolesGuessed {
		roles = "guessed"
	}
	p := map[string]string{
		"client": c.Client.String(), "server": c.Server.String(), "roles": roles,
		"first_packet": itoa(c.FirstPacket), "last_packet": itoa(c.LastPacket),
		"duration": seconds(c.End - c.Start), "encap": itoa(c.EncapID),
		"client_state": c.ClientState.String(), "server_state": c.ServerState.String(),
		"client_state_doubt": dashed(c.ClientDoubt.String()), "server_state_doubt": dashed(c.ServerDoubt.String()),
		"zeek": c.ZeekState + ":" + c.ZeekHistory, "evicted": strconv.FormatBool(c.Evicted),
		"steps": itoa(uint32(len(c.Steps))), "client_base": base(&c.ClientBase), "server_base": base(&c.ServerBase),
	}
	maps.Copy(p, describeOpening(&c.Opening))
	maps.Copy(p, describeClosing(s, c))
	i := &c.ICMP
	p["later_icmp_packet"], p["later_icmp_count"], p["later_icmp"], p["later_icmp_from"] = itoa(i.Packet), itoa(i.Count), itoa(i.Type)+"/"+itoa(i.Code), address(i.From)
	maps.Copy(p, describeDirection("client", &c.FromClient))
	maps.Copy(p, describeDirection("server", &c.FromServer))
	for id, spec := range label.All {
		p["labels."+spec.Name] = itoa(c.Labels[id])
	}
	return p
}

func describeOpening(o *analyze.Opening) map[string]string {
	return map[string]string{
		"opening": o.Outcome.String(), "form": dashed(o.Form.String()),
		"syn_packets": list(o.SynPackets), "syn_ack_packets": list(o.SynAckPackets),
		"syn_count": itoa(o.SynCount), "syn_ack_count": itoa(o.SynAckCount),
		"ack_packet": itoa(o.AckPacket),
		"client_isn": isn(uint32(o.ClientISN), o.ClientISNKnown),
		"server_isn": isn(uint32(o.ServerISN), o.ServerISNKnown),
		"rtt_server": seconds(o.RTTServer), "rtt_client": seconds(o.RTTClient),
		"took": seconds(o.Took), "opened_in": seconds(o.OpenedIn()), "ack_later": strconv.FormatBool(o.AckLater),
		"syn_data": itoa(o.SynData), "ack_data": itoa(o.AckData),
		"renumbered": itoa(o.Renumbered), "syn_ack_isns": itoa(o.SynAckISNs), "bad_acks": itoa(o.BadAcks),
		"syn_ack_first": strconv.FormatBool(o.SynAckFirst),
		"icmp_packet":   itoa(o.ICMPPacket), "icmp": itoa(o.ICMPType) + "/" + itoa(o.ICMPCode),
		"icmp_from": address(o.ICMPFrom),
		"lost_syn":  itoa(o.LostSyn), "lost_syn_ack": itoa(o.LostSynAck),
	}
}

func describeClosing(s *script.Script, c *analyze.Connection) map[string]string {
	k, w := &c.Closing, &c.TimeWait
	since, until := "-", "-"
	if w.Holders != analyze.NoSide {
		since, until = seconds(w.Since-s.Start), seconds(w.Until-s.Start)
	}
	return map[string]string{
		"closing": k.Outcome.String(), "active_closer": k.ActiveCloser.String(), "order_inferred": strconv.FormatBool(k.OrderInferred),
		"fin_packets": list(k.FinPackets), "fin_count": itoa(k.FinCount),
		"close_segments": itoa(k.Segments),
		"rst_packet":     itoa(k.RstPacket), "rst_by": k.RstBy.String(),
		"rst_after": dashed(k.RstAfter.String()), "rst_unasked": strconv.FormatBool(k.RstUnasked), "rst_ignored": itoa(k.RstIgnored),
		"half_closed_for": seconds(k.HalfClosedFor), "half_closed_octets": itoa(k.HalfClosedOctets),
		"time_wait": w.Holders.String(), "time_wait_since": since, "time_wait_until": until,
		"restarts": itoa(w.Restarts), "reused_by": itoa(w.ReusedBy),
		"reuse": dashed(w.Reuse.String()), "cut_by": itoa(w.CutBy),
	}
}

func describeDirection(side string, d *analyze.Direction) map[string]string {
	return map[string]string{
		side + ".packets": itoa(d.Packets), side + ".payload": itoa(d.PayloadOctets), side + ".unique": itoa(d.UniqueOctets),
		side + ".retransmissions": itoa(d.Retransmissions), side + ".retransmitted": itoa(d.RetransmittedBytes),
		side + ".out_of_order": itoa(d.OutOfOrder), side + ".duplicates": itoa(d.DuplicatePackets),
		side + ".dup_acks": itoa(d.DuplicateAcks), side + ".zero_windows": itoa(d.ZeroWindows),
		side + ".keep_alives": itoa(d.KeepAlives), side + ".missing": itoa(d.MissingBytes), side + ".lost_between": itoa(d.LostBetween),
		side + ".unseen": itoa(d.UnseenBytes), side + ".in_flight_max": itoa(d.MostInFlight), side + ".spurious": itoa(d.Spurious),
		side + ".unacknowledged": itoa(d.Unacknowledged), side + ".inferred": itoa(d.Inferred), side + ".timeouts": itoa(d.Timeouts),
		side + ".rtt_smoothed": seconds(d.SmoothedRTT), side + ".rto": seconds(d.RTO),
		side + ".rtt_timestamps_min": seconds(d.EchoRTT.Min), side + ".rtt_timestamps_max": seconds(d.EchoRTT.Max),
		side + ".rtt_min": seconds(d.RTT.Min), side + ".rtt_avg": seconds(d.RTT.Avg), side + ".rtt_max": seconds(d.RTT.Max),
	}
}

func seconds(ns int64) string {
	if ns == -1 {
		return "-"
	}
	return strconv.FormatFloat(float64(ns)/1e9, 'f', -1, 64)
}

func list(packets []uint64) string {
	if len(packets) == 0 {
		return "-"
	}
	words := make([]string, len(packets))
	for i, n := range packets {
		words[i] = itoa(n)
	}
	return strings.Join(words, ",")
}

func isn(n uint32, known bool) string {
	if !known {
		return "-"
	}
	return itoa(n)
}

// base writes "1000:isn", or "1000:first" for the first number seen.
func base(b *analyze.Base) string {
	switch {
	case !b.Known:
		return "-"
	case b.ISN:
		return itoa(uint32(b.Number)) + ":isn"
	}
	return itoa(uint32(b.Number)) + ":first"
}

func dashed(words string) string {
	if words == "" {
		return "-"
	}
	return strings.ReplaceAll(words, " ", "-")
}

func address(a netip.Addr) string {
	if !a.IsValid() {
		return "-"
	}
	return a.String()
}
