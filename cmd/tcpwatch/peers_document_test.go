package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const differencesDocument = "DIFFERENCES.md"

const differencesHead = `# Differences

What tshark and tcptrace count otherwise, capture by capture, over the captures
of others that tcpwatch is developed against, with the evidence. All other
counts are the same. This text is made by

    go test ./cmd/tcpwatch -run TestDifferences -update

out of the table that TestAgainstPeers compares with: how the others are asked
stands in cmd/tcpwatch/peers_ask_test.go, their answers in
cmd/tcpwatch/testdata/peers. Single packets whose headers are read differently
are listed in capture/decode_tshark_list_test.go, names of tcp.analysis that
differ in analyze/wireshark/DIFFERENCES.md, streams of which tshark's follow or
tcpflow have other octets in cmd/tcpwatch/peers_streams_list_test.go.

With Zeek nothing is known to differ. Its conn_state and history are held to
rows worked out by hand, one script for each of the 13 states, in
analyze/testdata/script/zeek; to rows that Zeek recorded of captures of others
in analyze/zeek/recorded_test.go; and to rows worked out by hand from such
captures in cmd/tcpwatch/peers_zeek_test.go.

None of these captures has GRE of an unknown version. tshark reads any as
version 0, whatever follows. Here the header of version 2 and above is a
malformed one (RFC 2784 §2.3.1, RFC 2637 §4.1), as it is to tcpdump, and so is
that of version 1 without a key.

*connections*: tcp.stream of tshark. *handshakes*: SYN, SYN-ACK and ACK in
tcp.completeness. *with FIN*, *reset*: by tcp.completeness. *complete*, *reset*:
tcptrace's "complete conn". *octets again*: octets of payload, SYN and FIN that
had been captured from the same end before.
`

// document writes the table, one section a reason in the order of first use.
func document(list []difference, versions string) string {
	var b strings.Builder
	b.WriteString(differencesHead)
	fmt.Fprintf(&b, "\nCompared with %s.\n", versions)
	written := map[string]bool{}
	for _, d := range list {
		if written[d.evidence] {
			continue
		}
		written[d.evidence] = true
		fmt.Fprintf(&b, "\n## %s\n\n%s.\nRight: %s.\n\n", title(list, d.evidence), capital(d.evidence), d.right)
		b.WriteString("| capture | peer | count | it says | tcpwatch says |\n|---|---|---|---:|---:|\n")
		for _, e := range list {
			if e.evidence == d.evidence {
				fmt.Fprintf(&b, "| %s | %s | %s | %d | %d |\n", e.capture, e.peer, e.measure, e.theirs, e.ours)
			}
		}
	}
	return b.String()
}

// title names the captures of a section in short.
func title(list []difference, evidence string) string {
	var names []string
	for _, d := range list {
		parts := strings.Split(d.capture, "__")
		name := parts[len(parts)-1]
		if name == "input.pcap" {
			name = parts[len(parts)-2]
		}
		if d.evidence == evidence && (len(names) == 0 || names[len(names)-1] != name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// capital begins a sentence; the names of programs stay as they are.
func capital(s string) string {
	if strings.HasPrefix(s, "tshark") || strings.HasPrefix(s, "tcptrace") {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// TestDifferences keeps DIFFERENCES.md equal to the table.
func TestDifferences(t *testing.T) {
	var versions []string
	for _, p := range peers {
		b, err := os.ReadFile(filepath.Join("testdata", "peers", p.file))
		if err != nil {
			t.Fatal(err)
		}
		about, _, _ := strings.Cut(strings.TrimPrefix(string(b), "# "), ",")
		versions = append(versions, about)
	}
	want := document(peerDifferences, strings.Join(versions, " and "))
	path := filepath.Join("..", "..", differencesDocument)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the table says: run go test ./cmd/tcpwatch -run TestDifferences -update", differencesDocument)
	}
	for _, d := range peerDifferences {
		if d.right == "" || d.evidence == "" || d.theirs == d.ours {
			t.Errorf("%s, %s, %s: no difference, or no evidence", d.capture, d.peer, d.measure)
		}
	}
}
