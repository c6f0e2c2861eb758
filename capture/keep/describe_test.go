package keep

import (
	"path/filepath"
	"reflect"
	"testing"

	"tcpwatch/capture"
)

// options lists the options of an interface description block, without the padding.
func options(b []byte) map[uint16]string {
	all := map[uint16]string{}
	for b = b[16:]; ; {
		code, n := le.Uint16(b), int(le.Uint16(b[2:]))
		if code == 0 {
			return all
		}
		all[code] = string(b[4 : 4+n])
		b = b[4+(n+3)&^3:]
	}
}

// TestDescribed: an interface is described with what is known of it, and of the host only where
// it is this one's.
func TestDescribed(t *testing.T) {
	for _, c := range []struct {
		e      pcapng
		before string // the filter by which the packets were captured
		want   map[uint16]string
	}{
		{pcapng{os: "Plan 9", hardware: "abacus", filter: "tcp", local: true}, "",
			map[uint16]string{ifName: "eth0", ifResolution: "\x09", ifFilter: "\x00tcp", ifOS: "Plan 9", ifHardware: "abacus"}},
		{pcapng{}, "udp", map[uint16]string{ifName: "eth0", ifResolution: "\x09", ifFilter: "\x00udp"}},
		{pcapng{filter: "tcp"}, "udp", map[uint16]string{ifName: "eth0", ifResolution: "\x09", ifFilter: "\x00tcp"}},
		{pcapng{local: true}, "", map[uint16]string{ifName: "eth0", ifResolution: "\x09"}},
		{pcapng{os: "Plan 9", hardware: "abacus"}, "", map[uint16]string{ifName: "eth0", ifResolution: "\x09"}},
	} {
		i := &iface{InterfaceStats: capture.InterfaceStats{Name: "eth0", Filter: c.before}}
		if got := options(c.e.describe(nil, i)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}

// TestClosedTwice: a second Close says the same and writes nothing.
func TestClosedTwice(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.pcapng")
	w, err := Open(name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	writeNumbered(t, w, 0, 1)
	first, err := w.Close(capture.Stats{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.Close(capture.Stats{})
	if err != nil || !reflect.DeepEqual(first, second) {
		t.Errorf("%+v, %v after %+v", second, err, first)
	}
	if got := numbers(t, whole(t, name)); len(got) != 1 {
		t.Errorf("packets %v", got)
	}
}
