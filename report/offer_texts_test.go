package report

import (
	"math/rand/v2"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// TestOfferTexts: whatever was written before, the text is that of the offers.
func TestOfferTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	end := func() analyze.EndOptions {
		return analyze.EndOptions{Known: r.IntN(4) > 0, Set: wire.OptionSet(r.IntN(1 << 12)), MSS: uint16(r.IntN(2)), WindowScale: uint8(r.IntN(2)),
			Window: uint16(r.IntN(2)), FastOpenLen: uint8(r.IntN(2)), ECN: analyze.ECN(r.IntN(3))}
	}
	var used offerTexts
	var before analyze.EndOptions
	for range 20_000 {
		o := analyze.Opening{ClientOptions: end(), ServerOptions: end()}
		if r.IntN(2) == 0 {
			o.ClientOptions = before
		}
		before = o.ServerOptions
		var fresh offerTexts
		if got, want := string(used.append(nil, &o)), string(fresh.append(nil, &o)); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
	for i := range used {
		if used[i].text == nil {
			t.Errorf("nothing was written at place %d", i)
		}
	}
}
