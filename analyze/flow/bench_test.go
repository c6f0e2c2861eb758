package flow

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"tcpwatch/capture/wire"
)

// BenchmarkFind is what it costs to find the flow of a segment, hash included, by
// how many flows there are and one after another at random.
func BenchmarkFind(b *testing.B) {
	for _, n := range []int{200, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			table, r := NewTable(), rand.New(rand.NewPCG(7, 8))
			tuples := make([]wire.Tuple, n)
			for i := range tuples {
				tuples[i] = benchTuple(r)
				k, _ := filled(&tuples[i])
				table.New(&k, table.Hash(&k), false)
			}
			order := make([]int32, 1<<16)
			for i := range order {
				order[i] = int32(r.IntN(n))
			}
			i := 0
			for b.Loop() {
				var k Key
				k.Fill(&tuples[order[i&(len(order)-1)]])
				if table.Find(&k, table.Hash(&k)) == 0 {
					b.Fatal("not found")
				}
				i++
			}
		})
	}
}

func benchTuple(r *rand.Rand) wire.Tuple {
	four := func() (a [4]byte) {
		for i := range a {
			a[i] = byte(r.IntN(256))
		}
		return a
	}
	return wire.Tuple{
		Src: wire.AddrFrom4(four()), Dst: wire.AddrFrom4(four()),
		SrcPort: uint16(r.IntN(1 << 16)), DstPort: 443,
	}
}

// BenchmarkGather is what it costs to find the facts of a segment in order.
func BenchmarkGather(b *testing.B) {
	table, f := NewTable(), &Flow{}
	seg := wire.Segment{Seq: 1000, Ack: 500, Len: 1000, Flags: wire.ACK, Packet: 1, Time: 1}
	for i := range f.Half {
		f.Half[i].Has = Sent | SentSYN | SYNProved | SentACK
		f.Half[i].Nxt, f.Half[i].Ack = 1000, 500
	}
	var x Facts
	for b.Loop() {
		table.Gather(f, 0, &seg, &x)
	}
}
