//go:build !pcap

package live_test

import (
	"bytes"
	"slices"
	"testing"

	"tcpwatch/capture/live"
)

// TestRenamed: an interface with another name is still the one that is captured. Notes say so and use its name,
// counts keep the old one; what has the old name now is another interface, until the one that was captured is gone.
func TestRenamed(t *testing.T) {
	n := newNet(t, pair+"\nlink add name vc type veth peer name vd\nlink set vc up\nlink set vd up")
	r := record(t, n, live.Options{Interfaces: []string{"vb", "vd"}})
	const renamed = "vb is called vr now: its packets go on as those of vb"
	const again = "vr is called vb now: its packets go on as those of vb"
	said := func(note string) func() bool { return func() bool { return slices.Contains(r.notes, note) } }
	do := func(commands string) {
		t.Helper()
		if err := n.IP(commands); err != nil {
			t.Fatal(err)
		}
	}
	do("link set vb down\nlink set vb name vr\nlink set vr up")
	r.wait(t, "the new name", said(renamed))
	r.pass(t, n, "va", 1)
	set(t, n, "link add name vb type veth peer name ve\nlink set vb up\nlink set ve up")
	inject(t, n, "ve").send(t, frame(2, 0))
	r.pass(t, n, "va", 3)
	do("link set vr down")
	r.wait(t, "that it went down", r.noted("vr (captured as vb) went down"))
	do("link set vr up")
	r.wait(t, "that it is up", r.noted("vr (captured as vb) is up: captured again"))
	do("link del vr")
	// What has the name that was asked for takes its place.
	r.wait(t, "that another is captured", r.noted("vb is back: captured again"))
	r.pass(t, n, "ve", 4)
	do("link set vb down")
	r.wait(t, "that it went down", said("vb went down"))
	do("link set vb name vr")
	times := func(note string) int {
		return len(slices.DeleteFunc(slices.Clone(r.notes), func(s string) bool { return s != note }))
	}
	r.wait(t, "the new name", func() bool { return times(renamed) == 2 })
	do("link set vr name vb")
	r.wait(t, "the old name", said(again))
	do("link set vb up")
	r.wait(t, "that it is up", said("vb is up: captured again"))
	all := r.finish(t)
	if times(renamed) != 2 || times(again) != 1 {
		t.Errorf("%q", r.notes)
	}
	for _, p := range all {
		if bytes.Equal(p.Data, frame(2, 0)) {
			t.Error("another interface was captured because of its name")
		}
	}
	if i := r.src.Stats().Interfaces[0]; i.Name != "vb" || i.Packets < 3 {
		t.Errorf("%+v", i)
	}
}
