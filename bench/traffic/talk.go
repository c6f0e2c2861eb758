package traffic

import (
	"math/rand/v2"
	"sort"

	"tcpwatch/capture/wire"
)

// talk is one generated connection: its segments in the order in which a tap
// between the ends sees them.
type talk struct {
	number    int
	next      int // segments written
	r         *rand.Rand
	now       int64 // nanoseconds since the start of the capture
	near      int64 // from the tap to the client and back
	far       int64 // from the tap to the server and back
	lossEvery int   // one burst in so many loses a segment; 0: none
	end       [2]talker
	segments  []wire.Segment
}

type talker struct {
	addr       wire.Addr
	port       uint16
	seq, acked wire.Seq // next to send; next expected from the peer
	id         uint16
	// shared: the host has one IP ID counter for all its connections, as
	// Windows has, and sends five other packets a second.
	shared bool
	last   int64
	tsBase uint32
}

// Marks say what a generated segment is, in its field Packet: that is not
// written.
const (
	ordinary = iota
	resent
	overtaken
	keepAlive
	MarkCount
)

// MarkLabels are the labels that the marks must get, where they must get one.
var MarkLabels = [MarkCount]string{resent: "RETRANSMISSION", overtaken: "OUT-OF-ORDER", keepAlive: "KEEP-ALIVE"}

const (
	client = 0
	server = 1
	mss    = 1448 // of payload, with timestamps
)

// begin makes the ends of connection number n, in place of the connection that
// was here before.
func (t *talk) begin(n int, at int64) {
	r := t.r
	*t = talk{number: n, r: r, now: at, near: 2e5 + r.Int64N(1e6), far: 2e6 + r.Int64N(6e7), lossEvery: 20, segments: t.segments[:0]}
	ends := tuple(n, byte(1+r.IntN(200)))
	t.end[client] = talker{addr: ends.Src, port: ends.SrcPort}
	t.end[server] = talker{addr: ends.Dst, port: ends.DstPort}
	for i := range t.end {
		t.end[i].seq = wire.Seq(r.Uint32())
		t.end[i].id = uint16(r.Uint32())
		t.end[i].tsBase = r.Uint32()
		t.end[i].last = at
	}
}

// tuple gives connection number n its addresses and ports. None occurs twice in
// the first 60,000 × 250 × 250 connections.
func tuple(n int, to byte) wire.Tuple {
	host := n / 60_000
	return wire.Tuple{
		Src: wire.AddrFrom4([4]byte{10, 1, byte(host / 250), byte(1 + host%250)}), SrcPort: uint16(2000 + n%60_000),
		Dst: wire.AddrFrom4([4]byte{10, 2, 0, to}), DstPort: 443,
	}
}

// at is the time of the next packet.
func (t *talk) at() int64 { return t.segments[t.next].Time }

// content is what payload is cut from: an octet depends on its sequence number
// alone, so that what is sent again is the same.
var content = func() []byte {
	const turn = 1 << 16
	b := make([]byte, turn+2*mss)
	r := rand.NewChaCha8([32]byte{})
	r.Read(b[:turn])
	copy(b[turn:], b)
	return b
}()

func payload(seq wire.Seq, length int) []byte {
	from := int(uint16(seq))
	return content[from : from+length]
}

// segment makes a segment of an end at a time, without recording it.
func (t *talk) segment(from int, flags wire.Flags, length int, at int64) wire.Segment {
	e, peer := &t.end[from], &t.end[1-from]
	e.id++
	if e.shared {
		e.id += uint16((at - e.last) / 2e8)
		e.last = at
	}
	s := wire.Segment{
		Time: at, Seq: e.seq, Len: uint32(length), Flags: flags, Window: 502, TTL: 64, IPID: e.id, HasIPID: true, DontFragment: true,
		Tuple: wire.Tuple{Src: e.addr, Dst: peer.addr, SrcPort: e.port, DstPort: peer.port},
	}
	s.Options.Set = wire.OptTimestamps
	s.Options.TSVal = e.tsBase + uint32(at/1e6)
	if flags.Has(wire.ACK) {
		s.Ack = e.acked
		s.Options.TSEcr = peer.tsBase + uint32(at/1e6)
	}
	s.Payload = payload(s.Seq, length)
	if flags.Has(wire.SYN) {
		s.Window = 64240
		s.Options.Set |= wire.OptMSS | wire.OptWindowScale | wire.OptSACKPermitted
		s.Options.MSS, s.Options.WindowScale = 1460, 7
	}
	return s
}

// send sends the next numbers of an end, and the peer gets them.
func (t *talk) send(from int, flags wire.Flags, length int) wire.Segment {
	s := t.segment(from, flags, length, t.now)
	t.segments = append(t.segments, s)
	t.end[from].seq = s.End()
	t.end[1-from].acked = s.End()
	return s
}

// wait lets time pass, more or less.
func (t *talk) wait(d int64) { t.now += d + t.r.Int64N(d/4+1) }

func (t *talk) open() {
	t.send(client, wire.SYN, 0)
	t.wait(t.far)
	t.send(server, wire.SYN|wire.ACK, 0)
	t.wait(t.near)
	t.send(client, wire.ACK, 0)
}

func (t *talk) close(first int) {
	t.send(first, wire.FIN|wire.ACK, 0)
	t.wait(t.far)
	t.send(1-first, wire.FIN|wire.ACK, 0)
	t.wait(t.near)
	t.send(first, wire.ACK, 0)
}

func (t *talk) ask(length int)    { t.send(client, wire.PSH|wire.ACK, length) }
func (t *talk) answer(length int) { t.send(server, wire.PSH|wire.ACK, length) }

// lookup is a request and its answer of up to most octets each, neither of
// which is acknowledged separately.
func (t *talk) lookup(most int) {
	t.open()
	t.wait(1e4)
	t.ask(1 + t.r.IntN(most))
	t.wait(t.far)
	t.answer(1 + t.r.IntN(2*most))
	t.wait(t.near)
	t.close(client)
}

// requests is n requests of some hundred octets with an answer each.
func (t *talk) requests(n, answer int) {
	t.open()
	for i := range n {
		if i > 0 {
			t.wait(2e7 + t.r.Int64N(3e8))
		}
		t.wait(1e4)
		t.ask(80 + t.r.IntN(500))
		t.wait(t.far)
		t.send(server, wire.ACK, 0)
		for left := 1 + t.r.IntN(answer); left > 0; left -= mss {
			t.wait(1e4)
			t.send(server, wire.PSH|wire.ACK, min(left, mss))
		}
		t.wait(t.near)
		t.send(client, wire.ACK, 0)
	}
	t.wait(5e5)
	t.close(client)
}

// transfer is n segments from the server in bursts of ten; one in lossEvery loses
// one, before or beyond the tap, and one in fifty has two that change places,
// unless the connection loses nothing.
func (t *talk) transfer(n int) {
	t.open()
	t.wait(1e5)
	t.send(client, wire.PSH|wire.ACK, 200)
	for ; n > 0; n -= 10 {
		t.wait(t.far)
		lost := -1
		if t.lossEvery > 0 && t.r.IntN(t.lossEvery) == 0 {
			lost = t.r.IntN(9)
		}
		t.burst(lost, t.r.IntN(2) == 0)
		if lost < 0 && t.lossEvery > 0 && t.r.IntN(50) == 0 {
			t.overtake()
		}
	}
	t.wait(1e6)
	t.close(server)
}

// burst sends ten segments; the one of number lost does not arrive, and is not
// captured either when it is lost before the tap.
func (t *talk) burst(lost int, before bool) {
	var missing wire.Segment
	held := t.end[client].acked
	for i := range 10 {
		t.now += 12_000
		s := t.send(server, wire.ACK, mss)
		switch {
		case lost < 0 || i < lost:
			held = s.End()
		case i == lost:
			missing = s
			if before {
				t.segments = t.segments[:len(t.segments)-1]
			}
		default: // each one beyond the hole is answered with a duplicate
			t.duplicate(held, missing.End(), s.End())
		}
		if lost < 0 && i%2 == 1 {
			t.segments = append(t.segments, t.segment(client, wire.ACK, 0, t.now+1000))
		}
	}
	if lost < 0 {
		return
	}
	t.wait(t.far)
	again := t.segment(server, wire.ACK, mss, t.now)
	again.Seq, again.Payload, again.Packet = missing.Seq, missing.Payload, resent
	t.segments = append(t.segments, again)
	t.wait(t.near)
	t.segments = append(t.segments, t.segment(client, wire.ACK, 0, t.now))
}

// duplicate is an acknowledgement of held that reports [left, right) (RFC 2018).
func (t *talk) duplicate(held, left, right wire.Seq) {
	t.now += 1000
	d := t.segment(client, wire.ACK, 0, t.now)
	d.Ack = held
	d.Options.Set |= wire.OptSACK
	d.Options.SACK[0], d.Options.SACKBlocks = wire.SACKBlock{Left: left, Right: right}, 1
	t.segments = append(t.segments, d)
}

// overtake lets the last two data segments of the server change places.
func (t *talk) overtake() {
	n := len(t.segments)
	a, b := &t.segments[n-3], &t.segments[n-2]
	*a, *b = *b, *a
	a.Time, b.Time = b.Time, a.Time
	b.Packet = overtaken
}

// idle opens and then sends keep-alives, one a minute (RFC 9293 §3.8.4).
func (t *talk) idle(n int) {
	t.open()
	for range n {
		t.wait(60e9)
		s := t.segment(client, wire.ACK, 0, t.now)
		s.Seq--
		s.Packet = keepAlive
		t.segments = append(t.segments, s)
		t.wait(t.far)
		t.segments = append(t.segments, t.segment(server, wire.ACK, 0, t.now))
	}
	t.wait(1e9)
	t.close(client)
}

func (t *talk) refused() {
	t.send(client, wire.SYN, 0)
	t.wait(t.far)
	s := t.segment(server, wire.RST|wire.ACK, 0, t.now)
	s.Seq, s.Window, s.Options = 0, 0, wire.Options{}
	t.segments = append(t.segments, s)
}

// unanswered sends a SYN five times, at doubling intervals (RFC 6298 §5.5).
func (t *talk) unanswered() {
	s := t.send(client, wire.SYN, 0)
	for pause := int64(1e9); pause <= 8e9; pause *= 2 {
		t.now += pause
		again := t.segment(client, wire.SYN, 0, t.now)
		again.Seq, again.Packet = s.Seq, resent
		t.segments = append(t.segments, again)
	}
	sort.SliceStable(t.segments, func(i, j int) bool { return t.segments[i].Time < t.segments[j].Time })
}
