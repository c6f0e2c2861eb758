package object

import (
	"encoding/json"
	"math"
	"net/netip"
	"testing"

	"tcpwatch/report/number"
)

// TestBothAlike: what both forms can write they write alike, and it is JSON.
func TestBothAlike(t *testing.T) {
	var c number.Clock
	for _, x := range []struct {
		name  string
		plain func(j *Plain)
		row   func(j *Row)
		want  string
	}{
		{"no members", func(*Plain) {}, func(*Row) {}, `{}`},
		{"numbers", func(j *Plain) { j.Uint("a", math.MaxUint64); j.Uint("b", 0) },
			func(j *Row) { j.Uint(`"a":`, math.MaxUint64); j.Uint(`,"b":`, 0) }, `{"a":18446744073709551615,"b":0}`},
		{"null", func(j *Plain) {
			j.Null("a")
			j.UintOrNull("b", 0, false)
			j.UintOrNull("c", 0, true)
			j.WordOrNull("d", "")
		},
			func(j *Row) {
				j.Null(`"a":`)
				j.UintOrNull(`,"b":`, 0, false)
				j.UintOrNull(`,"c":`, 0, true)
				j.WordOrNull(`,"d":`, "")
			},
			`{"a":null,"b":null,"c":0,"d":null}`},
		{"words", func(j *Plain) { j.Bool("a", true); j.Bool("b", false); j.WordOrNull("c", "x"); j.Text("d", "\"\x1b") },
			func(j *Row) {
				j.Bool(`"a":`, true)
				j.Bool(`,"b":`, false)
				j.WordOrNull(`,"c":`, "x")
				j.Text(`,"d":`, "\"\x1b")
			},
			`{"a":true,"b":false,"c":"x","d":"\"\u001b"}`},
		{"times", func(j *Plain) { j.Seconds("a", -1); j.Time("b", &c, 1) }, func(j *Row) { j.Seconds(`"a":`, -1); j.Time(`,"b":`, &c, 1) },
			`{"a":-0.000000001,"b":"1970-01-01T00:00:00.000000001Z"}`},
		{"ends", func(j *Plain) {
			j.Endpoint("a", netip.AddrPort{})
			j.Endpoint("b", netip.MustParseAddrPort("[::1]:80"))
		},
			func(j *Row) {
				j.Endpoint(`"a":`, netip.AddrPort{})
				j.Endpoint(`,"b":`, netip.MustParseAddrPort("[::1]:80"))
			}, `{"a":"","b":"[::1]:80"}`},
	} {
		p, r := Plain("{"), Row("{")
		x.plain(&p)
		x.row(&r)
		p.Close('}')
		r.Add("}")
		if string(p) != x.want || string(r) != x.want || !json.Valid(p) {
			t.Errorf("%s: %s and %s, want %s", x.name, p, r, x.want)
		}
	}
}

// TestCommas: one stands between two members or items, and none after a bracket.
func TestCommas(t *testing.T) {
	p := Plain("{")
	p.Open("a", '[')
	for range 2 {
		p.Comma()
		p.Quoted("x")
	}
	p.Close(']')
	p.Open("b", '{')
	p.Close('}')
	p.Uint("c", 1)
	p.Int("d", math.MinInt64)
	p.Close('}')
	if want := `{"a":["x","x"],"b":{},"c":1,"d":-9223372036854775808}`; string(p) != want {
		t.Errorf("%s, want %s", p, want)
	}
	r := Row(`{"a":{`)
	r.Count("x", 1)
	r.Count("y", 2)
	r.Add(`},"b":[`)
	r.Item("x")
	r.Item("y")
	r.Add("]")
	r.Numbers(`,"c":`, nil)
	r.Numbers(`,"d":`, []uint64{1, 20})
	r.SecondsOrNull(`,"e":`, -1) // not measured
	r.SecondsOrNull(`,"f":`, 0)
	r.Add("}")
	if want := `{"a":{"x":1,"y":2},"b":["x","y"],"c":[],"d":[1,20],"e":null,"f":0}`; string(r) != want {
		t.Errorf("%s, want %s", r, want)
	}
}
