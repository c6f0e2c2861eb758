package main

import (
	"runtime/debug"
	"slices"
	"testing"
	"time"
)

func TestShortDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Hour: "1h", 90 * time.Minute: "1h30m", 30 * time.Second: "30s", 10 * time.Minute: "10m",
		time.Millisecond: "1ms", 61 * time.Second: "1m1s", time.Hour + 20*time.Second: "1h0m20s",
	} {
		if got := short(d); got != want {
			t.Errorf("%d: %s, want %s", d, got, want)
		}
		if back, err := time.ParseDuration(short(d)); back != d || err != nil {
			t.Errorf("%s: %v, %v", short(d), back, err)
		}
	}
}

// TestNames: a name that is given twice counts once, in the order of the first.
func TestNames(t *testing.T) {
	var got []string
	o := names(&got)
	for _, s := range []string{"lo,eth0,lo", "eth1", "eth0"} {
		if err := o.Set(s); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(got, []string{"lo", "eth0", "eth1"}) || o.Set("lo,") == nil {
		t.Errorf("%q", got)
	}
}

// TestSizes: sizes are taken up to their bounds; none comes round to one that is
// allowed.
func TestSizes(t *testing.T) {
	var octets int64
	var memory int
	for _, c := range []struct {
		option *option
		size   string
		want   int64 // 0: it is refused
	}{
		{fileSize(&octets), "1", 1_000_000},
		{fileSize(&octets), "1k", 1 << 10},
		{fileSize(&octets), "1M", 1 << 20},
		{fileSize(&octets), "1048576G", 1 << 50},
		{fileSize(&octets), "1048577G", 0},
		{fileSize(&octets), "1073741824M", 1 << 50},
		{fileSize(&octets), "1073741825M", 0},
		{fileSize(&octets), "17179869185G", 0}, // 2^64 + 2^30 octets
		{fileSize(&octets), "0", 0},
		{fileSize(&octets), "-1G", 0},
		{bufferSize(&memory), "1048576", 1 << 20},
		{bufferSize(&memory), "1048575", 0},
		{bufferSize(&memory), "1024K", 1 << 20},
		{bufferSize(&memory), "1024KiB", 1 << 20},
		{bufferSize(&memory), "1m", 1 << 20},
		{bufferSize(&memory), "1MB", 0}, // a million or a MiB?
		{bufferSize(&memory), "M", 0},
		{octetCount(&memory, 1<<16, 1<<23), "8M", 1 << 23},
		{octetCount(&memory, 1<<16, 1<<23), "9MiB", 0},
		{bufferSize(&memory), "8589934591G", (1<<33 - 1) << 30},
		{bufferSize(&memory), "8589934592G", 0},  // 2^63 octets
		{bufferSize(&memory), "17179869185G", 0}, // 2^64 + 2^30
		{bufferSize(&memory), "9223372036854775807G", 0},
		{bufferSize(&memory), "-17179869183G", 0}, // 2^30 - 2^64
	} {
		octets, memory = 0, 0
		err := c.option.Set(c.size)
		if got := octets + int64(memory); got != c.want || (err == nil) != (c.want != 0) {
			t.Errorf("%s: %d, %v; want %d", c.size, got, err, c.want)
		}
	}
}

func TestConnectionNumbersAreBounded(t *testing.T) {
	var only map[uint64]bool
	o := connectionNumbers(&only)
	if err := o.Set("1-1000000"); err != nil || len(only) != maxChosen {
		t.Errorf("%d chosen, %v", len(only), err)
	}
	if err := o.Set("2000000"); err == nil {
		t.Error("one more than the most is accepted")
	}
	only = nil
	if err := o.Set("18446744073709551614-18446744073709551615"); err != nil || len(only) != 2 {
		t.Errorf("at the end of the range: %v, %v", only, err)
	}
}

func TestDescribeBuild(t *testing.T) {
	b := &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "(devel)"}}
	if got, want := describeBuild(b), "devel (go1.26.8)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	b.Main.Version = "v1.2.3"
	b.Settings = []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"},
		{Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}, {Key: "vcs.modified", Value: "true"},
	}
	if got, want := describeBuild(b), "v1.2.3 (commit 0123456789ab, 2026-01-02T03:04:05Z, with changes, go1.26.8)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestLiveUntil: the note at the beginning names what ends the capture.
func TestLiveUntil(t *testing.T) {
	for _, c := range []struct {
		packets, connections int
		lasting              time.Duration
		want                 string
	}{
		{0, 0, 0, "Ctrl-C"},
		{0, 2, 0, "2 connections are over, or Ctrl-C"},
		{1, 0, 0, "1 packet has come, or Ctrl-C"},
		{100, 1, 90 * time.Minute, "1 connection is over, 100 packets have come, 1h30m have passed, or Ctrl-C"},
	} {
		o := liveOptions{packets: c.packets, connections: c.connections, lasting: c.lasting}
		if got := o.until(); got != c.want {
			t.Errorf("until %q, want %q", got, c.want)
		}
	}
}

// TestAmount: one of a thing is not several.
func TestAmount(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 packets", 1: "1 packet", 2: "2 packets"} {
		if got := amount(n, "packet"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
