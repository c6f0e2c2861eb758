package counts

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/report/object"
	"tcpwatch/report/reporttest"
)

// TestCleanDirection: what counts as clean has the texts made for that, whichever
// field is set.
func TestCleanDirection(t *testing.T) {
	cleanOnes := 0
	for i := range reflect.TypeFor[analyze.Direction]().NumField() {
		d := reporttest.DirectionWith(i)
		if !clean(&d) {
			continue
		}
		cleanOnes++
		var counts, repeats object.Row
		count(&counts, &d)
		repeat(&repeats, &d)
		if string(counts) != cleanCounts[0] || string(repeats) != cleanCounts[1] {
			t.Errorf("%s counts as clean and is written", reflect.TypeFor[analyze.Direction]().Field(i).Name)
		}
	}
	if cleanOnes != 12 { // packets, octets twice, in flight, four of round trips, the slowest answer, and three that are not written here
		t.Errorf("%d fields may be set in a clean direction", cleanOnes)
	}
}

// written is the object of a direction as a program reads it.
func written(t *testing.T, d *analyze.Direction) map[string]any {
	t.Helper()
	row := object.Row("{")
	Append(&row, `"d":`, d)
	row.Add("}")
	var got map[string]map[string]any
	if err := json.Unmarshal(row, &got); err != nil {
		t.Fatalf("%s: %v", row, err)
	}
	return got["d"]
}

// TestAppend: each count stands under its own name, octets and segments as they are, times in
// seconds, and what was not measured is null. Every value differs, so that none can stand for another.
func TestAppend(t *testing.T) {
	d := analyze.Direction{
		Packets: 1, PayloadOctets: 2, UniqueOctets: 3, Retransmissions: 4, RetransmittedBytes: 5, OutOfOrder: 6, DuplicatePackets: 7, DuplicateAcks: 8,
		ZeroWindows: 9, KeepAlives: 10, MissingBytes: 11, UnseenBytes: 12, MostInFlight: 13, Inferred: 14, Spurious: 15, WindowEpisodes: 16,
		ZeroWindowTime: 17e9, WindowFullTime: 18e9, ResendWait: 19e9, Unacknowledged: 20, Timeouts: 21,
		RTT: analyze.RTT{Min: 22e9, Avg: 23e9, Max: 24e9}, EchoRTT: analyze.RTT{Min: 25e9, Avg: 26e9, Max: 27e9}, SmoothedRTT: 28e9, RTO: 29e9,
		SlowestAnswer: analyze.Answer{Wait: 30e9, Packet: 31}, LostBetween: 34, AckWait: analyze.AckWait{Times: 35, For: 36e9},
	}
	d.Causes[label.CauseRTO], d.Causes[label.CauseUnknown] = 32, 33
	want := map[string]any{
		"packets": 1., "payload_bytes": 2., "unique_bytes": 3., "retransmissions": 4., "retransmitted_bytes": 5., "out_of_order": 6., "duplicate_packets": 7.,
		"duplicate_acks": 8., "zero_windows": 9., "keep_alives": 10., "missing_bytes": 11., "unseen_bytes": 12., "in_flight_max": 13., "inferred_retransmissions": 14.,
		"spurious_retransmissions": 15., "window_episodes": 16., "zero_window_time": 17., "window_full_time": 18., "resend_wait": 19., "unacknowledged_bytes": 20.,
		"timeouts_in_a_row": 21., "lost_between": 34., "rtt_min": 22., "rtt_avg": 23., "rtt_max": 24., "rtt_timestamps_min": 25., "rtt_timestamps_avg": 26., "rtt_timestamps_max": 27.,
		"rtt_smoothed": 28., "rto": 29., "answer_max": 30., "answer_packet": 31., "ack_waits": 35., "ack_wait": 36.,
		"causes": map[string]any{label.CauseRTO.String(): 32., label.CauseUnknown.String(): 33.},
	}
	if diff := cmp.Diff(want, written(t, &d)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestAppendNothing: without anomalies every count is there all the same, 0, and there are no
// causes; round trips and answers that were not measured are null, not 0.
func TestAppendNothing(t *testing.T) {
	d := reporttest.NoRTT(analyze.Direction{Packets: 1, MostInFlight: 2})
	got := written(t, &d)
	full := written(t, &analyze.Direction{Retransmissions: 1})
	for name := range full {
		want := any(0.)
		switch name {
		case "packets":
			want = 1.
		case "in_flight_max":
			want = 2.
		case "causes":
			want = map[string]any{}
		case "rtt_min", "rtt_avg", "rtt_max", "rtt_smoothed", "rto", "rtt_timestamps_min", "rtt_timestamps_avg", "rtt_timestamps_max", "answer_max", "answer_packet":
			want = nil
		}
		if value, ok := got[name]; !ok || !cmp.Equal(value, want) {
			t.Errorf("%s is %v, want %v", name, value, want)
		}
	}
	if len(got) != len(full) {
		t.Errorf("%d members, %d with a retransmission", len(got), len(full))
	}
}

// TestAnswerAtOnce: an answer of no time, as by a clock that stands still, is one that was measured.
func TestAnswerAtOnce(t *testing.T) {
	if got := written(t, &analyze.Direction{SlowestAnswer: analyze.Answer{Packet: 1}}); got["answer_max"] != 0. || got["answer_packet"] != 1. {
		t.Errorf("%v in packet %v, want 0 in packet 1", got["answer_max"], got["answer_packet"])
	}
}
