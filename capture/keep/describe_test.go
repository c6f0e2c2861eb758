package keep

import (
	"path/filepath"
	"reflect"
	"strings"
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
		{pcapng{filter: "tcp"}, "udp", map[uint16]string{ifName: "eth0", ifResolution: "\x09", ifFilter: "\x00(tcp) and (udp)"}},
		{pcapng{filter: strings.Repeat("a", maxText-1)}, "", map[uint16]string{ifName: "eth0", ifResolution: "\x09", ifFilter: "\x00" + strings.Repeat("a", maxText-1)}},
		{pcapng{filter: strings.Repeat("a", maxText)}, "", map[uint16]string{ifName: "eth0", ifResolution: "\x09"}},
		{pcapng{local: true}, "", map[uint16]string{ifName: "eth0", ifResolution: "\x09"}},
		{pcapng{os: "Plan 9", hardware: "abacus"}, "", map[uint16]string{ifName: "eth0", ifResolution: "\x09"}},
	} {
		i := &iface{InterfaceStats: capture.InterfaceStats{Name: "eth0", Filter: c.before}}
		if got := options(c.e.describe(nil, i)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}

// TestBothFilters: what was chosen by two filters in turn is said by one, where one can say it.
func TestBothFilters(t *testing.T) {
	for _, c := range []struct{ captured, chosen, want string }{
		{"", "", ""}, {"tcp", "", "tcp"}, {"", "tcp", "tcp"}, {"tcp", "tcp", "tcp"},
		{"tcp or udp", "port 80 or 81", "(port 80 or 81) and (tcp or udp)"},
		{"vlan 5", "tcp", "(tcp) and (vlan 5)"},
		{"tcp", "mpls", "(tcp) and (mpls)"}, {"tcp", "geneve", "(tcp) and (geneve)"},
		{"vlan 5", "pppoes", "pppoes"},
	} {
		if got := bothFilters(c.captured, c.chosen); got != c.want {
			t.Errorf("%q, then %q: %q, want %q", c.captured, c.chosen, got, c.want)
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
