package main

import (
	"path/filepath"
	"strconv"
	"testing"
)

// TestAgainstPeers compares the counts of every capture with what tshark and
// tcptrace made of it. Their answers are recorded, so that they are needed only
// for
//
//	go test ./cmd/tcpwatch -run TestAgainstPeers -update
//
// What differs stands in peerDifferences with the reason; DIFFERENCES.md is made
// of it.
func TestAgainstPeers(t *testing.T) {
	root := sharedCaptures(t)
	if *update {
		for _, p := range peers {
			recordPeer(t, p, root)
		}
	}
	seen := map[differenceKey]bool{}
	for _, name := range captureFiles(t, root) {
		ours := ourCounts(t, filepath.Join(root, filepath.FromSlash(name)))
		for _, p := range peers {
			comparePeer(t, p, name, ours, seen)
		}
	}
	for _, d := range peerDifferences {
		if !seen[d.key()] {
			t.Errorf("%s, %s, %s: listed, but there is no such capture or measure", d.capture, d.peer, d.measure)
		}
	}
}

func comparePeer(t *testing.T, p *peer, name string, ours counts, seen map[differenceKey]bool) {
	t.Helper()
	measures, rows := readRecord(t, p.file)
	row, ok := rows[name]
	if !ok {
		t.Errorf("%s: %s was not asked; run with -update", name, p.name)
		return
	}
	for i, m := range measures {
		key := differenceKey{filepath.Base(name), p.name, m}
		d, listed := listedDifference(key)
		seen[key] = true
		if row[i] == "-" {
			continue
		}
		theirs, _ := strconv.Atoi(row[i])
		switch {
		case theirs == ours[m] && listed:
			t.Errorf("%s: %s: both say %d %s: take it off the list", name, p.name, theirs, m)
		case theirs != ours[m] && !listed:
			t.Errorf("%s: %s says %d %s, tcpwatch %d", name, p.name, theirs, m, ours[m])
		case listed && (d.theirs != theirs || d.ours != ours[m]):
			t.Errorf("%s: %s says %d %s, tcpwatch %d; listed as %d and %d", name, p.name, theirs, m, ours[m], d.theirs, d.ours)
		}
	}
}
