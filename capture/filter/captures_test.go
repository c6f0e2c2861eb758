package filter

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// perCapture is how many packets of a capture are looked at.
const perCapture = 30

// TestCaptures compares the filters of the list with tcpdump's over packets of
// real captures.
func TestCaptures(t *testing.T) {
	shared := os.Getenv("TCPWATCH_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	packets := map[wire.LinkType][][]byte{}
	for _, root := range []string{filepath.Join("..", "..", "testdata", "pcaps"), filepath.Join(shared, "pcaps")} {
		root, err := filepath.EvalSymlinks(root)
		if err != nil {
			continue // no shared captures here
		}
		err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.Contains(d.Name(), "cap") {
				return err
			}
			collect(packets, path)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	list := answeredExpressions(t)
	matched, compared := 0, 0
	for _, a := range list {
		if _, listed := differences[a.expr]; listed {
			continue
		}
		o := compare(t, a, packets[linkNames[a.link]])
		if o.differs != "" {
			t.Errorf("%s %q: %s", a.link, a.expr, o.differs)
		}
		compared += len(packets[linkNames[a.link]])
		matched += o.matched
	}
	if matched == 0 {
		t.Error("no filter matches a packet")
	}
	for link, p := range packets {
		t.Logf("%d packets of %v", len(p), link)
	}
	t.Logf("%d comparisons, %d of them of packets that are chosen", compared, matched)
}

// collect adds the first packets of a capture.
func collect(packets map[wire.LinkType][][]byte, path string) {
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		return // no capture
	}
	defer src.Close()
	var p capture.Packet
	for range perCapture {
		if src.Next(&p) != nil {
			return
		}
		if foreignFamily(p.Link, p.Data) {
			continue
		}
		packets[p.Link] = append(packets[p.Link], bytes.Clone(p.Data))
	}
}
