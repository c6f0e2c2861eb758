// Package counts writes what was counted in one direction, of a connection or of all, as an
// object in JSON.
package counts

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/object"
)

// Append appends the counts of a direction as an object. key stands before it, with comma and
// colon as in the output.
func Append(j *object.Row, key string, d *analyze.Direction) {
	j.Add(key)
	j.Uint(`{"packets":`, d.Packets)
	j.Uint(`,"payload_bytes":`, d.PayloadOctets)
	j.Uint(`,"unique_bytes":`, d.UniqueOctets)
	if clean(d) {
		j.Add(cleanCounts[0])
		j.Uint(`,"in_flight_max":`, d.MostInFlight)
		j.Add(cleanCounts[1])
	} else {
		count(j, d)
		j.Uint(`,"in_flight_max":`, d.MostInFlight)
		repeat(j, d)
	}
	j.SecondsOrNull(`,"rtt_min":`, d.RTT.Min)
	j.SecondsOrNull(`,"rtt_avg":`, d.RTT.Avg)
	j.SecondsOrNull(`,"rtt_max":`, d.RTT.Max)
	j.SecondsOrNull(`,"rtt_smoothed":`, d.SmoothedRTT)
	j.SecondsOrNull(`,"rto":`, d.RTO)
	j.SecondsOrNull(`,"rtt_timestamps_min":`, d.EchoRTT.Min)
	j.SecondsOrNull(`,"rtt_timestamps_avg":`, d.EchoRTT.Avg)
	j.SecondsOrNull(`,"rtt_timestamps_max":`, d.EchoRTT.Max)
	if a := &d.SlowestAnswer; a.Packet != 0 {
		j.Seconds(`,"answer_max":`, a.Wait)
		j.Uint(`,"answer_packet":`, a.Packet)
	} else {
		j.Add(`,"answer_max":null,"answer_packet":null`)
	}
	j.Add("}")
}

// clean reports whether count and repeat write nothing but zeros.
func clean(d *analyze.Direction) bool {
	return d.Retransmissions|d.RetransmittedBytes|d.OutOfOrder|d.DuplicatePackets|d.DuplicateAcks|d.ZeroWindows|d.KeepAlives|d.MissingBytes|d.UnseenBytes|
		d.Inferred|d.Spurious|d.LostBetween|d.WindowEpisodes|d.Unacknowledged|uint64(d.Timeouts) == 0 &&
		d.ZeroWindowTime|d.WindowFullTime|d.ResendWait == 0 && d.AckWait.Times == 0 && d.Causes == [label.CauseCount]uint32{}
}

// cleanCounts is what count and repeat write for a direction without
// anomalies, as most are: copying it costs a tenth of writing it.
var cleanCounts = func() [2]string {
	var counts, repeats object.Row
	count(&counts, &analyze.Direction{})
	repeat(&repeats, &analyze.Direction{})
	return [...]string{string(counts), string(repeats)}
}()

// count writes the counts of segments and octets.
func count(j *object.Row, d *analyze.Direction) {
	j.Uint(`,"retransmissions":`, d.Retransmissions)
	j.Uint(`,"retransmitted_bytes":`, d.RetransmittedBytes)
	j.Uint(`,"out_of_order":`, d.OutOfOrder)
	j.Uint(`,"duplicate_packets":`, d.DuplicatePackets)
	j.Uint(`,"duplicate_acks":`, d.DuplicateAcks)
	j.Uint(`,"zero_windows":`, d.ZeroWindows)
	j.Uint(`,"keep_alives":`, d.KeepAlives)
	j.Uint(`,"missing_bytes":`, d.MissingBytes)
	j.Uint(`,"unseen_bytes":`, d.UnseenBytes)
}

// repeat writes the counts of retransmissions and of windows.
func repeat(j *object.Row, d *analyze.Direction) {
	j.Uint(`,"inferred_retransmissions":`, d.Inferred)
	j.Uint(`,"spurious_retransmissions":`, d.Spurious)
	j.Uint(`,"lost_between":`, d.LostBetween)
	j.Add(`,"causes":{`)
	for c, n := range d.Causes {
		if n > 0 {
			j.Count(label.Cause(c).String(), uint64(n))
		}
	}
	j.Add("}")
	j.Uint(`,"window_episodes":`, d.WindowEpisodes)
	j.Seconds(`,"zero_window_time":`, d.ZeroWindowTime)
	j.Seconds(`,"window_full_time":`, d.WindowFullTime)
	j.Seconds(`,"resend_wait":`, d.ResendWait)
	j.Uint(`,"ack_waits":`, uint64(d.AckWait.Times))
	j.Seconds(`,"ack_wait":`, d.AckWait.For)
	j.Uint(`,"unacknowledged_bytes":`, d.Unacknowledged)
	j.Uint(`,"timeouts_in_a_row":`, uint64(d.Timeouts))
}
