package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/reporttest"
	"tcpwatch/report/summary"
)

// render writes records in one view and format and returns the text.
func render(t testing.TB, o Options, packets []*analyze.Observation, connections []*analyze.Connection, in summary.Input) string {
	t.Helper()
	var buf bytes.Buffer
	r, err := New(&buf, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packets {
		r.Packet(p)
	}
	for _, c := range connections {
		r.Connection(c)
	}
	if len(connections) > 0 {
		for i := range sampleEpisodes {
			r.Episode(&sampleEpisodes[i])
		}
		for _, m := range sampleMoments(t) {
			r.Moment(&m)
		}
	}
	if err := r.Close(in); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// decoded reads one line of NDJSON back, numbers as they are written.
func decoded(t testing.TB, line string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	m := map[string]any{}
	if err := d.Decode(&m); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	return m
}

// at returns a member by path, "opening.options.client.mss".
func at(t testing.TB, m map[string]any, path string) any {
	t.Helper()
	var v any = m
	for p := range strings.SplitSeq(path, ".") {
		o, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("%s: no object above %q", path, p)
		}
		if v, ok = o[p]; !ok {
			t.Fatalf("%s: absent", path)
		}
	}
	return v
}

func checkMembers(t *testing.T, m map[string]any, want map[string]any) {
	t.Helper()
	for path, w := range want {
		got := at(t, m, path)
		if n, ok := got.(json.Number); ok {
			if w != any(json.Number(n.String())) {
				t.Errorf("%s = number %v, want %#v", path, n, w)
			}
			continue
		}
		g, _ := json.Marshal(got)
		x, _ := json.Marshal(w)
		if !bytes.Equal(g, x) {
			t.Errorf("%s = %s, want %s", path, g, x)
		}
	}
}

func num(s string) json.Number { return json.Number(s) }

func TestConnectionObject(t *testing.T) {
	waited := reporttest.HalfClose(t)
	waited.Closing.OrderInferred = true
	out := render(t, Options{Views: []View{ViewConnections}, Format: FormatNDJSON, EncapName: reporttest.EncapName}, nil,
		[]*analyze.Connection{reporttest.HalfClose(t), reporttest.Refused6(t), reporttest.Huge(), waited}, summary.Input{})
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines, want 4", len(lines))
	}
	checkMembers(t, decoded(t, lines[0]), map[string]any{
		"schema": "tcpwatch.connection/1", "connection": num("1"),
		"client": "10.77.0.1:55554", "server": "10.77.0.2:7788", "roles": "handshake", "encapsulation": "",
		"first_packet": num("1"), "last_packet": num("19"), "start": "2023-11-14T22:13:20.123456789Z", "duration": num("1.311"),
		"opening.outcome": "complete", "opening.form": "three-way",
		"opening.syn_packets": []int{1}, "opening.syn_ack_packets": []int{2}, "opening.ack_packet": num("3"),
		"opening.client_isn": num("1646906849"), "opening.server_isn": num("250151436"),
		"opening.rtt_server": num("0.004468"), "opening.rtt_client": num("0.000049"), "opening.took": num("0.004517"),
		"opening.options.client.mss": num("1460"), "opening.options.client.window_scale": num("10"),
		"opening.options.client.sack_permitted": true, "opening.options.client.timestamps": true, "opening.options.client.ecn": nil,
		"opening.options.server.mss": num("1460"), "opening.options.agreed.mss": num("1460"),
		"opening.options.agreed.window_scale": true, "opening.options.agreed.sack_permitted": true,
		"opening.options.agreed.timestamps": true, "opening.options.agreed.ecn": nil, "opening.icmp": nil,
		"closing.outcome": "normal", "closing.active_closer": "client", "closing.fin_packets": []int{5, 18},
		"closing.order_inferred": false, "closing.rst_packet": nil, "closing.half_closed_for": num("1.30641"),
		"client_state": "TIME-WAIT", "server_state": "CLOSED", "client_state_doubt": nil, "server_state_doubt": nil,
		"time_wait.holders": []string{"client"}, "time_wait.since": "2023-11-14T22:13:21.434456789Z", "time_wait.until": "2023-11-14T22:14:21.434456789Z",
		"time_wait.restarts": num("0"), "time_wait.reused_by": nil,
		"client_to_server.packets": num("10"), "client_to_server.payload_bytes": num("500"), "client_to_server.unique_bytes": num("500"),
		"client_to_server.retransmissions": num("0"), "client_to_server.retransmitted_bytes": num("0"), "client_to_server.out_of_order": num("0"),
		"client_to_server.duplicate_packets": num("0"), "client_to_server.duplicate_acks": num("0"), "client_to_server.zero_windows": num("0"),
		"client_to_server.keep_alives": num("0"), "client_to_server.missing_bytes": num("0"),
		"client_to_server.rtt_min": nil, "client_to_server.rtt_avg": nil, "client_to_server.rtt_max": nil,
		"server_to_client.rtt_min": num("0.000041"), "server_to_client.rtt_avg": num("0.0000525"), "server_to_client.rtt_max": num("0.000061"),
		"zeek.conn_state": "SF", "zeek.history": "ShADafF",
		"labels": map[string]int{"SYN": 1, "FIN": 2, "DATA": 6}, "evicted": false,
	})
	checkMembers(t, decoded(t, lines[1]), map[string]any{
		"client": "[2001:db8:1234:5678:9abc:def0:1234:5678]:60123", "server": "[2001:db8::1]:443", "encapsulation": "vlan 10",
		"opening.outcome": "refused", "opening.form": nil, "opening.syn_packets": []int{20, 22}, "opening.syn_ack_packets": []int{},
		"opening.ack_packet": nil, "opening.client_isn": num("4294967295"), "opening.server_isn": nil,
		"opening.rtt_server": nil, "opening.rtt_client": nil, "opening.options.server": nil, "opening.options.agreed": nil,
		"closing.outcome": "reset", "closing.active_closer": "none", "closing.fin_packets": []int{}, "closing.rst_packet": num("23"),
		"closing.rst_by": "server", "closing.rst_after": "refused", "closing.half_closed_for": nil,
		"time_wait": nil, "labels": map[string]int{}, "zeek.conn_state": "REJ",
	})
	checkMembers(t, decoded(t, lines[2]), map[string]any{
		"connection": num("18446744073709551615"), "roles": "guessed", "opening.outcome": "one-way", "opening.form": "split",
		"start": "1677-09-21T00:12:43.145224192Z", "opening.icmp.from": "fe80::1", "opening.icmp.type": num("255"),
		"closing.rst_after": "in TIME-WAIT", "closing.active_closer": "both", "time_wait.holders": []string{"client", "server"},
		"time_wait.reuse": "neither a higher ISN nor a later timestamp", "client_state": "TIME-WAIT?", "server_state": "UNKNOWN", "evicted": true,
		"client_state_doubt": "next try overdue", "server_state_doubt": "SYN unanswered",
	})
	checkMembers(t, decoded(t, lines[3]), map[string]any{"connection": num("1"), "closing.order_inferred": true})
}

func TestPacketObject(t *testing.T) {
	packets := []*analyze.Observation{resentPacket(t), synPacket(t), hugePacket()}
	out := render(t, Options{Views: []View{ViewPackets}, Format: FormatNDJSON}, packets, nil, summary.Input{})
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, want 3", len(lines))
	}
	checkMembers(t, decoded(t, lines[0]), map[string]any{
		"schema": "tcpwatch.packet/1", "packet": num("7"), "time": "2023-11-14T22:13:20.373456789Z", "connection": num("1"),
		"from": "client", "source": "10.77.0.1:55554", "destination": "10.77.0.2:7788", "flags": "PSH,ACK", "seq": num("1"), "ack": num("1"), "seq_raw": num("1646906850"), "ack_raw": num("250151437"),
		"len": num("500"), "window": num("64512"), "window_raw": num("63"), "seq_delta": num("-500"), "seen_before": true,
		"time_delta": num("0.204"), "labels": []string{"DATA", "RETRANSMISSION"}, "cause": "rto",
		"evidence":     map[string]string{"RETRANSMISSION": "bytes seen in packet 5"},
		"client_state": "ESTABLISHED", "server_state": "ESTABLISHED?",
	})
	syn := decoded(t, lines[1])
	checkMembers(t, syn, map[string]any{"flags": "SYN", "ack": nil, "ack_raw": num("0"), "labels": []string{"SYN"}, "evidence": map[string]string{},
		"time_delta": num("0"), "server_state": "UNKNOWN"})
	if _, ok := syn["cause"]; ok {
		t.Error("cause: present on a SYN that was sent once")
	}
	checkMembers(t, decoded(t, lines[2]), map[string]any{"packet": num("18446744073709551615"), "from": "server",
		"flags": "FIN,SYN,RST,PSH,ACK,URG,ECE,CWR,AE", "seq": num("-9223372036854775808"), "time_delta": num("-9223372036.854775808")})
}

// TestJSONIsOneValue reads every machine format of every view as JSON, for no
// row, one row and several.
func TestJSONIsOneValue(t *testing.T) {
	all := []View{ViewSummary, ViewConnections, ViewHandshakes, ViewCloses, ViewPackets, ViewTimeWait}
	for n := 0; n <= 3; n++ {
		cs := []*analyze.Connection{reporttest.HalfClose(t), reporttest.Refused6(t), reporttest.Huge()}[:n]
		ps := []*analyze.Observation{resentPacket(t), synPacket(t), hugePacket()}[:n]
		for _, v := range all {
			out := render(t, Options{Views: []View{v}, Format: FormatJSON}, ps, cs, summary.Input{})
			if !json.Valid([]byte(out)) {
				t.Errorf("%s with %d rows is not JSON: %s", v, n, out)
			}
			for line := range strings.SplitSeq(strings.TrimSpace(render(t, Options{Views: []View{v}, Format: FormatNDJSON}, ps, cs, summary.Input{})), "\n") {
				if line != "" {
					m := decoded(t, line)
					if s, _ := m["schema"].(string); !strings.HasPrefix(s, "tcpwatch.") || !strings.HasSuffix(s, "/1") {
						t.Errorf("%s: schema %q", v, s)
					}
				}
			}
		}
		out := render(t, Options{Views: all, Format: FormatJSON}, ps, cs, summary.Input{})
		m := decoded(t, out)
		if len(m) != len(all) {
			t.Errorf("%d views in one object, want %d", len(m), len(all))
		}
	}
}
