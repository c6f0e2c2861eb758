package flow

import (
	"reflect"
	"testing"

	"tcpwatch/analyze/journal"
	"tcpwatch/capture/wire"
)

// TestUnreadGrows: segments come back whatever room they took, the first as well.
func TestUnreadGrows(t *testing.T) {
	for _, lean := range []bool{true, false} {
		table := NewTable()
		seg := wire.Segment{
			Packet: 5, Time: 100, Flags: wire.SYN, Seq: 7, HeaderLen: 20,
			Tuple: wire.Tuple{Src: wire.Addr{15: 1}, Dst: wire.Addr{15: 2}, SrcPort: 3, DstPort: 4},
		}
		if !lean { // no option is left out, and nothing is as before
			seg.Ack, seg.Window, seg.TTL, seg.HasIPID, seg.IPID, seg.TrafficClass = 9, 1, 2, true, 3, 4
			seg.HasSum, seg.PayloadSum, seg.HeaderLen = true, 5, 60
			seg.Options = wire.Options{Set: 1<<14 - 1, SACKBlocks: wire.MaxSACKBlocks, TSVal: 1, TSEcr: 2}
		}
		var k Key
		from := k.Fill(&seg.Tuple)
		if !journal.Opens(&seg) {
			t.Fatal("does not open")
		}
		r := table.NewUnread(&k, table.Hash(&k), from, 1, &seg)
		want := []wire.Segment{seg}
		for {
			seg.Packet += 300
			seg.Time += 1 << 40
			if c, kept := table.Keep(r, from, &seg); !kept {
				break
			} else if c != Opening {
				t.Fatalf("class %d", c)
			}
			want = append(want, seg)
		}
		if table.Find(&k, table.Hash(&k)) != r || !table.Unread(r) || table.firstPacket(r) != 5 {
			t.Error("it is not found")
		}
		var j journal.Reader
		f := table.Read(r, &j)
		if f.Key != k || f.Number != 1 || table.Unread(r) || !table.Awake(r) {
			t.Errorf("read: %+v", f)
		}
		for i := range want {
			var got wire.Segment
			side, more := j.Next(&got)
			got.Tuple = want[i].Tuple
			if !more || Side(side) != from || !reflect.DeepEqual(got, want[i]) {
				t.Fatalf("segment %d, more %v:\n got %+v\nwant %+v", i+1, more, got, want[i])
			}
		}
		if _, more := j.Next(&seg); more || len(want) < 10 {
			t.Errorf("%d segments, and more: %v", len(want), more)
		}
	}
}

// TestRoom: of a flow many segments are kept while those that rest or are unread take
// little memory, and few as soon as they take more.
func TestRoom(t *testing.T) {
	table := NewTable()
	kept := func(i int) (n int) {
		seg := wire.Segment{
			Packet: 1, Time: 100, Flags: wire.SYN, HeaderLen: 60, Options: wire.Options{Set: 1<<14 - 1, SACKBlocks: wire.MaxSACKBlocks},
			Tuple: wire.Tuple{Src: wire.Addr{14: byte(i >> 8), 15: byte(i)}, Dst: wire.Addr{15: 2}, SrcPort: 3, DstPort: 4},
		}
		var k Key
		from := k.Fill(&seg.Tuple)
		r := table.NewUnread(&k, table.Hash(&k), from, uint64(i+1), &seg)
		for more := true; more; n++ {
			seg.Packet++
			_, more = table.Keep(r, from, &seg)
		}
		return n
	}
	first, last := kept(0), 0
	for i := 1; last != 24; i++ {
		taken := table.store.Octets()
		if last = kept(i); last != first && (last > first || taken+1<<15 < roomyBelow) || i == 1<<16-1 {
			t.Fatalf("%d segments of flow %d, while flows take %d octets; %d of the first", last, i+1, taken, first)
		}
		if last == first && taken >= roomyBelow {
			t.Fatalf("still %d segments of flow %d, while flows take %d octets", last, i+1, taken)
		}
	}
	if first <= 24 {
		t.Errorf("%d segments of the first flow", first)
	}
}
