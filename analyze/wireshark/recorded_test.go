package wireshark_test

import (
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tcpwatch/analyze/wireshark"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

var update = flag.Bool("update", false, "ask tshark again and rewrite testdata/tshark-"+version+" and DIFFERENCES.md")

// captures returns the paths of the captures that are here, by name; all is
// false where only those of this repository are.
func captures() (found map[string]string, all bool) {
	shared := os.Getenv("TCPWATCH_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	found = map[string]string{}
	for _, folder := range []string{
		filepath.Join(shared, "pcaps", "public"), filepath.Join(shared, "pcaps", "more"),
		filepath.Join(shared, "pcaps", "kernel"), filepath.Join("..", "..", "testdata", "pcaps", "kernel"),
	} {
		files, _ := os.ReadDir(folder)
		for _, f := range files {
			switch filepath.Ext(f.Name()) {
			case ".tsv", ".json", ".md":
				continue
			}
			name := filepath.Base(folder) + "/" + f.Name()
			all = all || filepath.Base(folder) == "public"
			found[name] = filepath.Join(folder, f.Name())
		}
	}
	return found, all
}

// follow feeds a capture to a Follower as the program does.
func follow(path string) map[uint64]row {
	rows := map[uint64]row{}
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		return rows
	}
	defer src.Close()
	d := capture.NewDecoder(capture.DecoderOptions{})
	f := wireshark.New(1 << 20)
	var p capture.Packet
	var seg wire.Segment
	for {
		var damage *capture.DamageError
		if err := src.Next(&p); errors.As(err, &damage) {
			continue
		} else if err != nil {
			return rows
		}
		if d.Decode(&p, &seg) == wire.Segmented {
			names := f.Segment(&seg)
			rows[p.Number] = row{names, f.Values()}
		}
	}
}

// TestRecorded compares every packet of the captures that are here with what
// tshark said of it, and wants each difference to be one of those in
// differences_test.go. The record is made again by
//
//	go test ./analyze/wireshark -run TestRecorded -update
func TestRecorded(t *testing.T) {
	found, all := captures()
	if *update {
		haveTshark(t)
		if !all {
			t.Fatal("-update wants the captures of others (TCPWATCH_SHARED)")
		}
		record(t, found)
	}
	sum := agreement{}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		theirs, ok := readRecord(t, name)
		if !ok {
			if len(follow(found[name])) > 0 {
				t.Errorf("%s: not recorded; run with -update", name)
			}
			continue
		}
		compare(t, name, follow(found[name]), theirs, sum)
	}
	if len(found) == 0 {
		t.Skip("no captures are here")
	}
	t.Log("\n" + sum.String())
	if n := sum["public"]; all && n.same*100 < n.packets*99 {
		t.Errorf("%d of %d packets of the public captures agree", n.same, n.packets)
	}
	if all {
		checkDocument(t, sum)
	}
}

// record asks tshark for every capture.
func record(t *testing.T, found map[string]string) {
	old, err := filepath.Glob(filepath.Join("testdata", "tshark-"+version, "*", "*.tsv*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for name, path := range found {
		if rows := askTshark(t, path); len(rows) > 0 {
			writeRecord(t, name, rows)
		}
	}
}

// compare counts agreements and reports differences that are not listed, and
// listed ones that are none.
func compare(t *testing.T, name string, ours, theirs map[uint64]row, sum agreement) {
	t.Helper()
	for n, o := range ours {
		w := theirs[n]
		agrees := o.names == w.names && (w.names == 0 || o.sameValues(w))
		sum.count(name, o.names, w.names)
		switch reason := differs(name, n); {
		case !agrees && reason == "":
			t.Errorf("%s packet %d:\nours   %s\ntshark %s", name, n, o, w)
		case agrees && reason != "":
			t.Errorf("%s packet %d is listed as different and is not", name, n)
		}
	}
}

// sameValues compares what tshark shows beside the names. It shows the initial
// round trip only where it shows something else too.
func (r row) sameValues(theirs row) bool {
	v := r.values
	if theirs.values.InitialRTT == 0 {
		v.InitialRTT = 0
	}
	return v == theirs.values
}
