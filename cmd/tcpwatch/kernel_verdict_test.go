package main

import (
	"encoding/json"
	"maps"
	"os"
	"testing"
)

// verdictConnection is what these tests use of the NDJSON.
type verdictConnection struct {
	Client   string
	Opening  struct{ Outcome string }
	Verdicts []struct {
		Name, Confidence string
		Evidence         []string
		Packets          []uint64
	}
	Sent struct {
		ZeroWindowTime float64 `json:"zero_window_time"`
		WindowEpisodes int     `json:"window_episodes"`
	} `json:"client_to_server"`
	IdleMax  float64 `json:"idle_max"`
	Duration float64
}

const kernelFolder = "../../testdata/pcaps/kernel/"

// TestKernelVerdicts wants the verdicts that follow from what the link dropped
// and the kernels counted. Numbers are connections.
func TestKernelVerdicts(t *testing.T) {
	for capture, want := range map[string]map[string]int{
		"refused.snd": {"REFUSED certain": 5},
		"refused.rcv": {"REFUSED certain": 5},
		// The server's kernel sees no packet, and the client's nothing else.
		"silent.snd": {"DROPPED possible": 3},
		// Every first SYN was lost after the client's tap; the server's tap
		// cannot know.
		"synloss.snd": {"SYN-LOST likely": 8, "SLOW-SYN certain": 8},
		"synloss.rcv": {},
		// Every first SYN-ACK was lost between the taps.
		"synackloss.snd": {"SYN-ACK-LOST likely": 8, "SLOW-SYN certain": 8},
		"synackloss.rcv": {"SYN-ACK-LOST likely": 8, "SLOW-SYN certain": 8},
		// SyncookiesSent is 7: 10 connections, of which 3 fit into the queue.
		// It sends no SYN-ACK again then, and away from it silence may be the path's.
		"overflow.snd": {"ACCEPT-QUEUE-FULL possible": 7, "SYN-COOKIE possible": 7},
		"overflow.rcv": {"ACCEPT-QUEUE-FULL likely": 7, "SYN-COOKIE possible": 7},
		// TcpExtTCPSynRetrans of the client is 6: four of its SYNs and two of
		// the server's SYN-ACKs were lost.
		"short.snd":      {"SYN-LOST likely": 4, "SYN-ACK-LOST likely": 2, "SLOW-SYN certain": 6},
		"short.rcv":      {"SYN-ACK-LOST likely": 2, "SLOW-SYN certain": 2},
		"zerowindow.snd": {}, "abort.snd": {}, "abort.rcv": {}, "reuse.snd": {}, "reuse.rcv": {}, "simopen.snd": {}, "simopen.rcv": {},
		"simclose.snd": {}, "halfclose.rcv": {}, "serverclose.snd": {}, "keepalive.snd": {},
	} {
		got := map[string]int{}
		for _, c := range readNDJSON[verdictConnection](t, "connections", kernelFolder+capture+".pcap") {
			for _, v := range c.Verdicts {
				got[v.Name+" "+v.Confidence]++
				if len(v.Evidence) == 0 || len(v.Packets) == 0 {
					t.Errorf("%s: %s of %s has evidence %q, packets %v", capture, v.Name, c.Client, v.Evidence, v.Packets)
				}
			}
			if c.IdleMax < 0 || c.IdleMax > c.Duration+1e-9 {
				t.Errorf("%s: %s was idle for %g s of %g s", capture, c.Client, c.IdleMax, c.Duration)
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", capture, got, want)
		}
	}
}

// kernelCounts reads the counters of both kernels.
func kernelCounts(t *testing.T, scenario string) (client, server map[string]uint64) {
	t.Helper()
	b, err := os.ReadFile(kernelFolder + scenario + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Kernel struct{ Client, Server map[string]uint64 }
	}
	if err := json.Unmarshal(b, &said); err != nil {
		t.Fatal(err)
	}
	return said.Kernel.Client, said.Kernel.Server
}

type listenerRow struct {
	Listener                                        string
	Attempts, Completed, Refused, Unanswered, Reset uint64
	NotAccepted                                     uint64  `json:"not_accepted"`
	Ignored                                         uint64  `json:"ignored_segments"`
	HalfOpen                                        uint64  `json:"half_open"`
	P50                                             float64 `json:"handshake_p50"`
	P99                                             float64 `json:"handshake_p99"`
	Finding                                         string
}

// TestKernelListeners compares the view listeners with what the kernels counted.
func TestKernelListeners(t *testing.T) {
	for _, scenario := range []string{"overflow", "refused", "silent", "short", "synloss", "synackloss"} {
		client, server := kernelCounts(t, scenario)
		for _, tap := range []string{".snd", ".rcv"} {
			rows := readNDJSON[listenerRow](t, "listeners", kernelFolder+scenario+tap+".pcap")
			if scenario == "silent" && tap == ".rcv" {
				if len(rows) != 0 {
					t.Errorf("listeners %v in an empty capture", rows)
				}
				continue
			}
			if len(rows) != 1 {
				t.Fatalf("%s%s: %d listeners", scenario, tap, len(rows))
			}
			l := rows[0]
			if l.Attempts != client["TcpActiveOpens"] || l.Refused != client["TcpAttemptFails"] {
				t.Errorf("%s%s: %d attempts, %d refused; the client counted %d and %d", scenario, tap, l.Attempts, l.Refused, client["TcpActiveOpens"], client["TcpAttemptFails"])
			}
			if accepted := l.Completed - l.NotAccepted; accepted != server["TcpPassiveOpens"] {
				t.Errorf("%s%s: %d accepted, the server counted %d", scenario, tap, accepted, server["TcpPassiveOpens"])
			}
			if l.Ignored != server["TcpExtListenOverflows"] || l.NotAccepted != server["TcpExtSyncookiesSent"] {
				t.Errorf("%s%s: %d ignored, %d not accepted; the server counted %d overflows, %d cookies", scenario, tap,
					l.Ignored, l.NotAccepted, server["TcpExtListenOverflows"], server["TcpExtSyncookiesSent"])
			}
			if want := map[bool]string{true: "accept queue full?"}[scenario == "overflow"]; l.Finding != want {
				t.Errorf("%s%s: finding %q, want %q", scenario, tap, l.Finding, want)
			}
			if scenario == "short" && tap == ".snd" && (l.P50 < 0.004 || l.P50 > 0.006 || l.P99 < 1) {
				t.Errorf("handshakes took %g s, %g s at the 99th percentile: the link's round trip is 4 ms, and SYNs wait for 1 s", l.P50, l.P99)
			}
		}
	}
}

type windowRow struct {
	Connection     uint64
	Held, Kind     string
	First, Last    uint64
	Duration       float64
	End            string
	Probes, Window uint64
}

// TestKernelWindows wants the zero window of a reader that sleeps for 4 s, once,
// with as many probes as the kernel counted.
func TestKernelWindows(t *testing.T) {
	client, server := kernelCounts(t, "zerowindow")
	for _, tap := range []string{".snd", ".rcv"} {
		path := kernelFolder + "zerowindow" + tap + ".pcap"
		var zero []windowRow
		for _, w := range readNDJSON[windowRow](t, "windows", path) {
			if w.Kind == "zero window" {
				zero = append(zero, w)
			}
		}
		if uint64(len(zero)) != server["TcpExtTCPToZeroWindowAdv"] || len(zero) != 1 {
			t.Fatalf("zerowindow%s: %v, the server closed its window %d times", tap, zero, server["TcpExtTCPToZeroWindowAdv"])
		}
		w := zero[0]
		if w.Held != "client" || w.End != "reopened" || w.Probes != client["TcpExtTCPWinProbe"] || w.Duration < 3 || w.Duration > 4.1 || w.Window == 0 {
			t.Errorf("zerowindow%s: %+v; the client counted %d probes", tap, w, client["TcpExtTCPWinProbe"])
		}
		c := readNDJSON[verdictConnection](t, "connections", path)[0]
		if d := c.Sent.ZeroWindowTime - w.Duration; d < -1e-6 || d > 1e-6 || c.Sent.WindowEpisodes < 1 {
			t.Errorf("zerowindow%s: the record has %g s in %d episodes, the view %g s", tap, c.Sent.ZeroWindowTime, c.Sent.WindowEpisodes, w.Duration)
		}
	}
}

type retransmissionRow struct {
	Packet, Repeats uint64
	Cause           string
	Delay           *float64
	Backoff         *int
}

// TestKernelBackoff wants SYNs that nothing answers to be numbered, and the
// view to have the retransmissions of the view packets.
func TestKernelBackoff(t *testing.T) {
	rows := readNDJSON[retransmissionRow](t, "retransmissions", kernelFolder+"silent.snd.pcap")
	if len(rows) != 18 {
		t.Fatalf("%d rows, the kernel sent 18 SYNs again", len(rows))
	}
	count := map[int]int{}
	for _, r := range rows {
		if r.Cause != "rto" || r.Backoff == nil || r.Repeats == 0 || r.Delay == nil || *r.Delay < 0.9 {
			t.Fatalf("row %+v", r)
		}
		count[*r.Backoff]++
	}
	for n := 1; n <= 6; n++ {
		if count[n] != 3 {
			t.Errorf("%d SYNs are number %d of their connection, want 3 (%v)", count[n], n, count)
		}
	}
	for _, capture := range []string{"short.snd", "zerowindow.rcv"} {
		again := 0
		for _, p := range readNDJSON[kernelPacket](t, "packets", kernelFolder+capture+".pcap") {
			for _, l := range p.Labels {
				if l == "RETRANSMISSION" {
					again++
				}
			}
		}
		if rows := readNDJSON[retransmissionRow](t, "retransmissions", kernelFolder+capture+".pcap"); len(rows) != again || again == 0 {
			t.Errorf("%s: %d rows, %d retransmissions", capture, len(rows), again)
		}
	}
}
