package flow

import (
	"slices"
	"testing"

	"tcpwatch/capture/wire"
)

// TestOlder: which packets of an end were sent before one that was captured in front
// of them. The highest identification counts, not the last.
func TestOlder(t *testing.T) {
	counted := func(ids ...uint16) (h Half) {
		for _, id := range ids {
			h.Remember(&Mark{IPID: id, HasID: true}, false)
		}
		return h
	}
	stamped := func(tsval uint32, ids ...uint16) Half {
		h := counted(ids...)
		h.TSVal, h.HasTS = tsval, true
		return h
	}
	after := func(h Half, id uint16) Half {
		h.Remember(&Mark{IPID: id, HasID: true, Time: copyHorizon}, false)
		return h
	}
	for _, c := range []struct {
		name         string
		h            Half
		m            Mark
		older, newer bool
	}{
		{"the next", counted(10, 11, 12), Mark{IPID: 13, HasID: true}, false, true},
		{"the same", counted(10, 11, 12), Mark{IPID: 12, HasID: true}, false, false},
		{"the one before", counted(10, 11, 12), Mark{IPID: 11, HasID: true}, true, false},
		{"between what was overtaken and the highest", counted(10, 11, 12, 20, 13), Mark{IPID: 14, HasID: true}, true, false},
		{"after the highest", counted(10, 11, 12, 20, 13), Mark{IPID: 21, HasID: true}, false, true},
		{"across zero", counted(65533, 65534, 65535), Mark{IPID: 1, HasID: true}, false, true},
		{"before zero", counted(65534, 65535, 1, 2), Mark{IPID: 65534, HasID: true}, true, false},
		{"a counter that began anew", counted(60000, 60001, 60002, 60003, 60004, 60005, 60006, 60007, 60008, 60009, 60010, 60011, 10, 11), Mark{IPID: 12, HasID: true}, false, true},
		{"identifications in no order", counted(10, 30000, 11, 50000, 12), Mark{IPID: 11, HasID: true}, false, false},
		{"the one before, long after", counted(10, 11, 12), Mark{IPID: 11, HasID: true, Time: copyHorizon}, false, false},
		{"after one that fell, long after", after(counted(10, 11, 12), 5), Mark{IPID: 6, HasID: true, Time: copyHorizon}, false, true},
		{"no identification", counted(10, 11, 12), Mark{}, false, false},
		{"an earlier timestamp", stamped(100), Mark{TSVal: 99, HasTS: true}, true, false},
		{"a later timestamp", stamped(100), Mark{TSVal: 101, HasTS: true}, false, true},
		{"the same timestamp", stamped(100), Mark{TSVal: 100, HasTS: true}, false, false},
		{"the same timestamp, and identifications", stamped(100, 10, 11, 12), Mark{TSVal: 100, HasTS: true, IPID: 11, HasID: true}, true, false},
		{"a later timestamp goes before identifications", stamped(100, 10, 11, 12), Mark{TSVal: 101, HasTS: true, IPID: 11, HasID: true}, false, true},
	} {
		if older, newer := c.h.older(&c.m), c.h.newer(&c.m); older != c.older || newer != c.newer {
			t.Errorf("%s: older %v, newer %v; want %v and %v", c.name, older, newer, c.older, c.newer)
		}
	}
}

// TestSentBefore: which of two packets of an end was sent first, by identifications where
// the end counts them, else by timestamps; without both it does not show.
func TestSentBefore(t *testing.T) {
	var counts, random Half
	for i := range uint16(20) {
		counts.Remember(&Mark{IPID: 100 + i, HasID: true}, false)
		random.Remember(&Mark{IPID: i * 20011, HasID: true}, false)
	}
	id := func(n uint16) Mark { return Mark{IPID: n, HasID: true} }
	ts := func(n uint32) Mark { return Mark{TSVal: n, HasTS: true} }
	both := func(n uint16, v uint32) Mark { return Mark{IPID: n, HasID: true, TSVal: v, HasTS: true} }
	for _, c := range []struct {
		name string
		h    *Half
		m, o Mark
		want bool
	}{
		{"identification in front", &counts, id(110), id(111), true},
		{"identification after", &counts, id(111), id(110), false},
		{"identification in front, timestamp after", &counts, both(110, 8), both(111, 7), false},
		{"the same identification, timestamp in front", &counts, both(110, 7), both(110, 8), true},
		{"identifications that are not counted", &random, id(110), id(111), false},
		{"the same, timestamp in front", &random, both(111, 7), both(110, 8), true},
		{"timestamp in front", &random, ts(7), ts(8), true},
		{"timestamp after", &random, ts(8), ts(7), false},
		{"the same timestamp", &random, ts(7), ts(7), false},
		{"a timestamp of one alone", &random, ts(7), Mark{TSVal: 8}, false},
		{"a timestamp of the other alone", &random, Mark{TSVal: 7}, ts(8), false},
		{"an identification of one alone", &counts, id(110), Mark{IPID: 111}, false},
		{"an identification of the other alone", &counts, Mark{IPID: 110}, id(111), false},
		{"nothing", &counts, Mark{}, Mark{}, false},
	} {
		if got := c.h.sentBefore(&c.m, &c.o) != NoSign; got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestManyIDs: the order of identifications stays known however many packets an end sends.
func TestManyIDs(t *testing.T) {
	var h Half
	for i := range 1 << 17 {
		h.Remember(&Mark{IPID: uint16(i), HasID: uint16(i) != 0}, false)
		if i > 1 && (!h.idsOrdered() || !h.IDsConsecutive()) {
			t.Fatalf("after %d packets: ordered %v, consecutive %v", i+1, h.idsOrdered(), h.IDsConsecutive())
		}
	}
}

// acknowledges is an end that has acknowledged what is before n.
func acknowledges(n wire.Seq) *Half { return &Half{Has: SentACK, Ack: n} }

// TestDSACKAtZero: a report that ends at number 0 is not about a FIN that was never sent.
func TestDSACKAtZero(t *testing.T) {
	const left = wire.Seq(1<<32 - 256)
	table, f := NewTable(), new(Flow)
	sender, receiver := &f.Half[0], &f.Half[1]
	table.Log(sender, receiver, &wire.Segment{Packet: 3, Seq: left, Len: 256, Flags: wire.ACK}, true, false, nil)
	sender.Has, sender.Low, sender.Nxt = Sent, left, 0
	receiver.Has, receiver.Ack = Sent|SentACK, left-10
	seg := &wire.Segment{Packet: 4, Flags: wire.ACK}
	seg.Options = wire.Options{Set: wire.OptSACK, SACKBlocks: 1, SACK: [wire.MaxSACKBlocks]wire.SACKBlock{{Left: left}}}
	var x Facts
	if table.Gather(f, 1, seg, &x); !x.DSACK || !x.TwiceSent || x.TwiceReceived != 3 {
		t.Errorf("%v %v packet %d", x.DSACK, x.TwiceSent, x.TwiceReceived)
	}
	sender.Has |= SentFIN // which ends at 0, too: the block that reported it
	if table.Gather(f, 1, seg, &x); x.DSACK {
		t.Error("the block that reported a FIN is taken for a report of octets")
	}
}

// TestSuspectStays: of several retransmissions the first is watched, until it is settled.
func TestSuspectStays(t *testing.T) {
	table := NewTable()
	h, o := Half{Has: Sent}, Half{Has: SentACK, Ack: 100}
	for _, packet := range []uint64{5, 6} {
		seg := &wire.Segment{Packet: packet, Seq: 100, Len: 10, Flags: wire.ACK}
		m := MarkOf(seg)
		table.Suspects(&h, &o, seg, &m, &m, true)
	}
	if h.Suspect.Packet != 5 {
		t.Errorf("packet %d is watched", h.Suspect.Packet)
	}
	if h.Settle(110); h.Suspect.active {
		t.Error("it is watched after its acknowledgement")
	}
}

// TestSenderRTO: what a sender waits for is known where the ways to both ends are.
func TestSenderRTO(t *testing.T) {
	measured := func(ms int64) (h Half) {
		h.Time(10, 0)
		h.Acked(10, ms*1e6)
		return h
	}
	near, far, none := measured(1), measured(10), Half{}
	for _, c := range []struct {
		h, o *Half
		want int64
	}{{&near, &far, 3e6 + 30e6}, {&near, &none, -1}, {&none, &far, -1}, {&none, &none, -1}} {
		if got := SenderRTO(c.h, c.o); got != c.want {
			t.Errorf("%d ns, want %d", got, c.want)
		}
	}
}

// TestInFlight: an acknowledgement that does not fit the SYN is for another one, and
// says nothing of what is in flight, until the SYN is proved to have arrived: after that
// numbers come round.
func TestInFlight(t *testing.T) {
	for name, c := range map[string]struct {
		has  Has
		ack  wire.Seq
		sent bool
		want int64
	}{
		"no acknowledgement": {SentSYN, 1101, false, -1},
		"some of it":         {SentSYN, 1101, true, 100},
		"all of it":          {SentSYN, 1201, true, 0},
		"more than was seen": {SentSYN, 1301, true, 0},
		"of another SYN":     {SentSYN, 991, true, -1},
		"of a later SYN":     {SentSYN, 1402, true, -1},
		"as far as it may":   {SentSYN, 1401, true, 0},
		"none of the SYN":    {SentSYN, 1000, true, -1},
		"come round":         {SentSYN | SYNProved, 991, true, 210},
		"no SYN captured":    {0, 991, true, 210},
	} {
		h, o := &Half{Has: c.has, ISN: 1000, Nxt: 1201}, &Half{Ack: c.ack, MostWindow: 200}
		if c.sent {
			o.Has = SentACK
		}
		if got := h.InFlight(o, 1201); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// TestLogKeeps: of segments that are acknowledged, those that filled octets are remembered
// for longer than those around them, up to a number, and no longer than longHorizon.
func TestLogKeeps(t *testing.T) {
	const octets, step = 100, int64(1e6)
	acked := wire.Seq(0)
	log := func(table *Table, h *Half, n int, fills bool) {
		acked += octets
		seg := wire.Segment{Packet: uint64(n + 1), Time: int64(n) * step, Seq: acked - octets, Len: octets, Flags: wire.ACK}
		table.Log(h, acknowledges(acked), &seg, fills, fills, nil)
	}
	remembered := func(table *Table, h *Half) (packets []uint64) {
		for _, s := range table.traces(h) {
			packets = append(packets, s.Packet)
		}
		return packets
	}
	table := NewTable()
	var h Half
	var want []uint64
	end := int(longHorizon/step) + 500
	for n := range end {
		fills := n%100 == 50
		log(table, &h, n, fills)
		age := int64(end-1-n) * step
		if age <= copyHorizon || fills && age <= longHorizon {
			want = append(want, uint64(n+1))
		}
	}
	if got := remembered(table, &h); !slices.Equal(got, want) {
		t.Errorf("remembered\n%d, want\n%d", got, want)
	}
	if h.nkept != 18 || h.nsent != int32(len(want)) {
		t.Errorf("%d of %d are kept; want 18 of %d", h.nkept, h.nsent, len(want))
	}
	for n := end; n < end+int(copyHorizon/step)+maxKept+100; n++ {
		log(table, &h, n, true)
	}
	if h.nkept != maxKept {
		t.Errorf("%d are kept, want %d", h.nkept, maxKept)
	}
	n := end + int(copyHorizon/step) + maxKept + 100
	for range maxSent - maxKept + 10 { // which nobody acknowledges
		table.Log(&h, acknowledges(acked), &wire.Segment{Packet: uint64(n), Time: int64(n) * step, Seq: acked, Len: octets, Flags: wire.ACK}, false, false, nil)
	}
	if h.nsent != maxSent || h.nkept >= maxKept || h.nkept < maxKept-int32(copyHorizon/step)-10 {
		t.Errorf("%d are remembered, %d of them kept; those that are kept make room", h.nsent, h.nkept)
	}
	acked += octets
	log(table, &h, 2*n+int(longHorizon/step), false)
	if h.nkept != 0 || h.nsent != 1 {
		t.Errorf("much later %d of %d are kept; want the last segment alone", h.nkept, h.nsent)
	}
	table.dropSent(&h)
	if table.sent.Len() != 0 || table.spans.Len() != 0 {
		t.Errorf("%d segments and %d spans are left", table.sent.Len(), table.spans.Len())
	}
}

// TestLateLog: a retransmission that filled octets is remembered when others are
// forgotten, but not for ever.
func TestLateLog(t *testing.T) {
	for _, c := range []struct {
		name         string
		again, fills bool
		age          int64
		others       int
		want         bool
	}{
		{"a retransmission that filled octets", true, true, 1e9, 10, true},
		{"long ago", true, true, longHorizon + 1, 10, false},
		{"after many", true, true, 1e9, maxKept + 10, true},
		{"one that repeated some", true, false, 1e9, 10, false},
		{"what was sent for the first time", false, true, 1e9, 10, false},
		{"soon after it", false, true, copyHorizon, 10, true},
	} {
		table, h := NewTable(), &Half{}
		seg := wire.Segment{Packet: 1, Len: 1, Flags: wire.ACK}
		table.Log(h, acknowledges(seg.End()), &seg, c.again, c.fills, nil)
		for range c.others {
			seg.Packet++
			seg.Seq++
			seg.Time = c.age
			table.Log(h, acknowledges(seg.End()), &seg, false, true, nil)
		}
		if kept := table.sent.At(h.sentHead).Packet == 1; kept != c.want {
			t.Errorf("%s: remembered %v, want %v", c.name, kept, c.want)
		}
	}
}

// TestLostBetweenAlike: where nothing tells a packet from the one sent again, as without identifications, the copy that comes first may
// be of either; the second shows that both came. With an identification or a timestamp of its own the second is one more copy of the
// same packet, as it is at a third place.
func TestLostBetweenAlike(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*wire.Segment) // of what is sent again
		third  uint8               // routers before the place where the second copy is captured, beyond the first
		found  uint32
	}{
		{"alike", func(*wire.Segment) {}, 0, 1},
		{"another identification", func(s *wire.Segment) { s.IPID = 9 }, 0, 0},
		{"another timestamp", func(s *wire.Segment) { s.Options.TSVal++ }, 0, 0},
		{"a third place", func(*wire.Segment) {}, 1, 0},
	} {
		table := NewTable()
		var h, o Half
		seg := wire.Segment{Packet: 1, Time: 1e9, Seq: 100, Len: 50, Flags: wire.ACK, TTL: 64}
		again := seg
		again.Packet, again.Time = 2, seg.Time+10e6
		c.change(&again)
		table.Log(&h, &o, &seg, false, false, nil)
		table.Log(&h, &o, &again, true, false, nil)
		again.TTL, again.Packet = 63, 3
		h.places.second = place(&again)
		if n, first := table.LostBetween(&h, 2, &again); n != 1 || first != 1 {
			t.Errorf("%s: %d lost, the first %d; want one, packet 1", c.name, n, first)
		}
		if found, _ := table.Copied(&h, 2, &again, false); found != 0 {
			t.Errorf("%s: %d found by the first copy", c.name, found)
		}
		again.TTL, again.Packet = again.TTL-c.third, 4
		if n, _ := table.LostBetween(&h, 2, &again); n != 0 {
			t.Errorf("%s: %d lost once more", c.name, n)
		}
		if found, late := table.Copied(&h, 2, &again, true); found != c.found || found > 0 && late != 1 {
			t.Errorf("%s: %d found by the second copy, packet %d; want %d", c.name, found, late, c.found)
		}
	}
}
