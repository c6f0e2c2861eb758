package number

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestDigits holds digits and the commas between them to the standard library.
func TestDigits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 20000 {
		n := r.Uint64() >> (i % 64)
		if got := string(AppendUint(nil, n)); got != strconv.FormatUint(n, 10) {
			t.Fatalf("%d is %s", n, got)
		}
		if got := strings.ReplaceAll(string(AppendThousands(nil, n)), ",", ""); got != strconv.FormatUint(n, 10) {
			t.Fatalf("%d in thousands is %s", n, AppendThousands(nil, n))
		}
		ns := int64(n)
		want := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%09d", ns/1e9, max(ns%1e9, -(ns%1e9))), "0"), ".")
		if ns < 0 && ns > -1e9 {
			want = "-" + want
		}
		if got := string(AppendSeconds([]byte("x"), ns)); got != "x"+want {
			t.Fatalf("%d ns is %s, want %s", ns, got, want)
		}
	}
}

// TestDigitsAtPowers: each number of digits has a way of its own.
func TestDigitsAtPowers(t *testing.T) {
	for power := uint64(1); ; power *= 10 {
		for _, n := range []uint64{power - 1, power, power + 1} {
			if got := string(AppendUint([]byte("x"), n)); got != "x"+strconv.FormatUint(n, 10) {
				t.Errorf("%d is %s", n, got)
			}
		}
		if power == 1e19 {
			break
		}
	}
	for _, n := range []int64{math.MinInt64, -1, 0, math.MaxInt64} {
		if got := string(AppendInt(nil, n)); got != strconv.FormatInt(n, 10) {
			t.Errorf("%d is %s", n, got)
		}
	}
}

// TestTimesAsFormat holds times to those of the standard library, with one clock
// for all of them: days before and after the one that it remembers.
func TestTimesAsFormat(t *testing.T) {
	var c Clock
	r := rand.New(rand.NewPCG(3, 4))
	check := func(ns int64) {
		t.Helper()
		want := time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000000000Z07:00")
		if got := string(c.AppendTime([]byte("at "), ns)); got != "at "+want {
			t.Fatalf("%d is %s, want %s", ns, got, want)
		}
	}
	for _, ns := range []int64{0, 1, -1, -1e9, 86400e9 - 1, 86400e9, -86400e9, math.MaxInt64, math.MinInt64, 1_712_345_678_901_234_567} {
		check(ns)
	}
	for range 10000 {
		ns := r.Int64() - r.Int64()
		check(ns)
		check(ns + 1)
	}
}

func TestDuration(t *testing.T) {
	for ns, want := range map[int64]string{
		0: "0 s", 1: "1 ns", 999: "999 ns", 1000: "1.00 µs", 49_000: "49.0 µs", 999_499: "999 µs", 999_999: "1.00 ms", 4_517_000: "4.52 ms",
		52_950_000: "53.0 ms", 999_999_999: "1.00 s", 59_999_999_999: "60.0 s", 599e9: "599 s", 600e9: "10.0 min", 7_140e9: "119 min", 7_199e9: "2.00 h", 7200e9: "2.00 h",
		47 * 3600e9: "47.0 h", 48 * 3600e9: "2.00 d", -1_500_000: "-1.50 ms",
	} {
		if got := string(AppendDuration(nil, ns, 3)); got != want {
			t.Errorf("%d ns = %q, want %q", ns, got, want)
		}
	}
}

func TestSeconds(t *testing.T) {
	for ns, want := range map[int64]string{0: "0", 1: "0.000000001", -1: "-0.000000001", 1e9: "1", 1_306_410_000: "1.30641", -1 << 63: "-9223372036.854775808"} {
		if got := string(AppendSeconds(nil, ns)); got != want {
			t.Errorf("%d ns = %q s, want %q", ns, got, want)
		}
	}
}

func TestOctets(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 B", 9_999_999: "9,999,999 B", 10_000_000: "10.0 MB", 12_345_678_901: "12.3 GB", 999_999_999: "1.00 GB", 1<<64 - 1: "18.4 EB"} {
		if got := string(AppendOctets(nil, n)); got != want {
			t.Errorf("%d = %q, want %q", n, got, want)
		}
	}
}
