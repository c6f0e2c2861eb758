package flow

import (
	"math/rand/v2"
	"testing"

	"tcpwatch/capture/wire"
)

// TestPackedKey: a key that was packed is found again, and no other is taken for it, not
// even one that differs in a bit.
func TestPackedKey(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var k Key
		short := r.IntN(3) > 0
		for i := range k.Addr {
			k.Port[i] = uint16(r.Uint32())
			for j := range k.Addr[i] {
				k.Addr[i][j] = byte(r.Uint32())
			}
			if short {
				k.Addr[i] = wire.AddrFrom4([4]byte(k.Addr[i][12:]))
			}
		}
		if k.IPv6 = !short || r.IntN(4) == 0; r.IntN(4) == 0 {
			k.Encap = r.Uint32()
		}
		str := append(k.appendTo(nil), "what follows"...)
		if back, rest := keyOf(str); back != k || string(rest) != "what follows" {
			t.Fatalf("%+v came back as %+v with %q after it", k, back, rest)
		}
		if packed := len(str) - len("what follows"); !k.begins(str) || !k.begins(str[:packed]) || k.begins(str[:packed-1]) {
			t.Fatalf("%+v is not found in %x", k, str)
		}
		o := k
		switch i := r.IntN(2); r.IntN(4) {
		case 0:
			o.Addr[i][r.IntN(16)] ^= 1 << r.IntN(8)
		case 1:
			o.Port[i] ^= 1 << r.IntN(16)
		case 2:
			o.Encap ^= 1 << r.IntN(32)
		default:
			o.IPv6 = !o.IPv6
		}
		if o.begins(str) {
			t.Fatalf("%+v is taken for %+v", o, k)
		}
	}
}
