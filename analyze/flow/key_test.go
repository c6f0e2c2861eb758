package flow

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

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
		back := Key{Encap: 1, IPv6: true} // what stood there before
		if rest := back.read(str); back != k || string(rest) != "what follows" {
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

// filled returns the key of a segment's tuple and the side that sent it.
func filled(t *wire.Tuple) (k Key, from Side) {
	from = k.Fill(t)
	return k, from
}

// TestKey: both directions have the same key, and the side tells who sent.
func TestKey(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var a wire.Tuple
		a.Src[15], a.Dst[15] = rapid.Byte().Draw(r, "src"), rapid.Byte().Draw(r, "dst")
		a.SrcPort, a.DstPort = rapid.Uint16Range(1, 3).Draw(r, "sport"), rapid.Uint16Range(1, 3).Draw(r, "dport")
		a.Encap, a.IPv6 = rapid.Uint32Range(0, 2).Draw(r, "encap"), rapid.Bool().Draw(r, "v6")
		b := a.Reverse()
		k, s := filled(&a)
		l, u := filled(&b)
		if k != l || k.Tuple(s) != a || l.Tuple(u) != b || a != b && s == u {
			r.Fatalf("%+v: %+v %d, reversed %+v %d", a, k, s, l, u)
		}
		if k.hash(7) != l.hash(7) {
			r.Fatal("equal keys have different hashes")
		}
	})
}

// TestKeyOrder: both directions of a tuple have one key, in the order of the
// addresses' octets and then of the ports.
func TestKeyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	octet := func() byte { return byte(r.IntN(3) * 127) }
	for range 20000 {
		var p wire.Tuple
		for i := range p.Src {
			p.Src[i] = octet()
			if p.Dst[i] = p.Src[i]; r.IntN(8) == 0 {
				p.Dst[i] = octet()
			}
		}
		p.SrcPort, p.DstPort, p.Encap, p.IPv6 = uint16(r.IntN(2)), uint16(r.IntN(2)), uint32(r.IntN(2)), r.IntN(2) == 0
		k, from := filled(&p)
		back := p.Reverse()
		if o, other := filled(&back); o != k || !o.equal(&k) || other == from && p != back {
			t.Fatalf("%v: keys %v of side %d, %v of side %d", p, k, from, o, other)
		}
		if k.Tuple(from) != p {
			t.Fatalf("%v became %v", p, k.Tuple(from))
		}
		if c := bytes.Compare(k.Addr[0][:], k.Addr[1][:]); c > 0 || c == 0 && k.Port[0] > k.Port[1] {
			t.Fatalf("%v is not in order", k)
		}
		for _, o := range []Key{{Addr: k.Addr, Port: k.Port, Encap: k.Encap, IPv6: !k.IPv6}, {Addr: k.Addr, Port: k.Port, Encap: k.Encap + 1, IPv6: k.IPv6}} {
			if o.equal(&k) {
				t.Fatalf("%v and %v are taken for equal", o, k)
			}
		}
		o := k
		o.Addr[r.IntN(2)][r.IntN(16)] ^= 1 << r.IntN(8)
		if o.equal(&k) {
			t.Fatalf("%v and %v are taken for equal", o, k)
		}
	}
}
