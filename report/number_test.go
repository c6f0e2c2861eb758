package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
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
		if got := string(appendUint(nil, n)); got != strconv.FormatUint(n, 10) {
			t.Fatalf("%d is %s", n, got)
		}
		if got := strings.ReplaceAll(string(appendThousands(nil, n)), ",", ""); got != strconv.FormatUint(n, 10) {
			t.Fatalf("%d in thousands is %s", n, appendThousands(nil, n))
		}
		ns := int64(n)
		want := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%09d", ns/1e9, max(ns%1e9, -(ns%1e9))), "0"), ".")
		if ns < 0 && ns > -1e9 {
			want = "-" + want
		}
		if got := string(appendSeconds([]byte("x"), ns)); got != "x"+want {
			t.Fatalf("%d ns is %s, want %s", ns, got, want)
		}
	}
}

// TestDigitsAtPowers: each number of digits has a way of its own.
func TestDigitsAtPowers(t *testing.T) {
	for power := uint64(1); ; power *= 10 {
		for _, n := range []uint64{power - 1, power, power + 1} {
			if got := string(appendUint([]byte("x"), n)); got != "x"+strconv.FormatUint(n, 10) {
				t.Errorf("%d is %s", n, got)
			}
		}
		if power == 1e19 {
			break
		}
	}
	for _, n := range []int64{math.MinInt64, -1, 0, math.MaxInt64} {
		var j jsonRow
		if j.int("", n); string(j.b) != strconv.FormatInt(n, 10) {
			t.Errorf("%d is %s", n, j.b)
		}
	}
}

// TestEndpoints holds addresses of which every octet differs to the standard
// library.
func TestEndpoints(t *testing.T) {
	for i := range 256 {
		a := netip.AddrPortFrom(netip.AddrFrom4([4]byte{byte(i), byte(i + 64), byte(i + 128), byte(i + 192)}), uint16(i*257))
		if got := string(appendEndpoint([]byte("x"), a)); got != "x"+a.String() {
			t.Errorf("%s is %s", a, got)
		}
	}
}

// TestTimesAsFormat holds times to those of the standard library, with one clock
// for all of them: days before and after the one that it remembers.
func TestTimesAsFormat(t *testing.T) {
	var c clock
	r := rand.New(rand.NewPCG(3, 4))
	check := func(ns int64) {
		t.Helper()
		want := time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000000000Z07:00")
		if got := string(c.appendTime([]byte("at "), ns)); got != "at "+want {
			t.Fatalf("%d is %s, want %s", ns, got, want)
		}
	}
	for _, ns := range []int64{0, 1, -1, -1e9, 86400e9 - 1, 86400e9, -86400e9, math.MaxInt64, math.MinInt64, t0} {
		check(ns)
	}
	for range 10000 {
		ns := r.Int64() - r.Int64()
		check(ns)
		check(ns + 1)
	}
}
