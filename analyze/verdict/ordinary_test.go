package verdict

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// TestOrdinary: no verdict fits a connection that is said to be ordinary, whatever else
// is in its record and in those before it. So none can be missed by not being tried.
func TestOrdinary(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var ordinary, fitted int
	records := 400_000
	if testing.Short() {
		records /= 4
	}
	for range records {
		c, b := anyRecord(r)
		x := context{beside: b}
		x.read(c)
		plain := x.ordinary()
		if plain {
			ordinary++
		}
		for id, s := range All {
			v := Verdict{ID: ID(id)}
			if !s.match(&x, &v) {
				continue
			}
			fitted++
			if plain {
				t.Fatalf("%s fits an ordinary connection:\n%+v\n%+v", s.Name, *c, b)
			}
		}
	}
	if ordinary < 1000 || fitted < 10_000 {
		t.Errorf("of those drawn %d were ordinary, and %d verdicts fitted", ordinary, fitted)
	}
}

// anyRecord returns a record with values at random, and what those before it say. Most is
// as in an ordinary connection, so that some are but for one thing.
func anyRecord(r *rand.Rand) (*analyze.Connection, beside) {
	odd := func() bool { return r.IntN(40) == 0 }
	few := func(n int) uint64 { return uint64(r.IntN(n)) }
	rare := func(n int) uint64 {
		if odd() {
			return few(n)
		}
		return 0
	}
	c := new(analyze.Connection)
	step := func(phase label.ID, fromClient bool) {
		n := uint64(len(c.Steps)) + 1
		if odd() {
			n = few(6) + 1
		}
		c.Steps = append(c.Steps, analyze.Step{Packet: n, Time: int64(few(8)) * 1e9, Phase: phase, FromClient: fromClient != odd(),
			TSVal: uint32(few(3)), TSEcr: uint32(few(3)), Acceptable: !odd(), Copy: odd()})
	}
	for _, s := range []struct {
		phase      label.ID
		fromClient bool
	}{{label.SYN, true}, {label.SynAck, false}, {label.HandshakeAck, true}, {label.RST, false}} {
		if s.phase == label.RST && !odd() {
			continue
		}
		for !odd() {
			if step(s.phase, s.fromClient); !odd() {
				break
			}
		}
	}
	o := &c.Opening
	o.Outcome, o.Form, o.AckPacket = analyze.OpeningComplete, analyze.FormThreeWay, 3
	if odd() {
		o.Outcome = analyze.OpeningOutcome(few(int(analyze.OpeningOneWay) + 1))
	}
	if odd() {
		o.Form, o.AckPacket = analyze.OpeningForm(few(4)), few(6)
	}
	o.RTTServer, o.RTTClient, o.Took = int64(few(4))*1e8-1, int64(few(4))*1e8-1, int64(few(8))*1e9-1
	for _, e := range []*analyze.EndOptions{&o.ClientOptions, &o.ServerOptions} {
		e.Known, e.Set = !odd(), wire.OptionSet(r.Uint32())
		if !odd() {
			e.Set |= wire.OptWindowScale
		}
	}
	o.ICMPPacket = rare(3)
	c.Closing.RstPacket, c.Closing.RstBy = rare(5), analyze.Side(few(4))
	c.Closing.RstAfter = analyze.RstAfter(few(int(analyze.RstTimeWait) + 1))
	for _, d := range []*analyze.Direction{&c.FromClient, &c.FromServer} {
		d.Packets, d.Retransmissions = few(5), few(3)
		d.RTT = analyze.RTT{Min: int64(few(3))*1e6 - 1, Max: int64(few(3))*1e9 - 1}
		if odd() {
			d.Long = analyze.LongClue{Tries: uint8(3 + few(2)), Short: few(2), Reported: few(2), Alive: few(2)}
		}
	}
	k := &c.Clues
	k.ServerProved, k.ServerProvedAt = few(12), int64(few(9))*1e9
	k.IgnoredAgain, k.IgnoredLeast = uint8(rare(4)), uint32(few(3))*500
	k.Ignored, k.IgnoredData, k.IgnoredPackets[2], k.IgnoredAt = uint32(few(5)), uint8(few(3)), few(5), int64(few(9))*1e9
	k.Rst = analyze.RstClue{Packet: rare(5), TTL: uint8(few(200)), IPID: uint16(r.Uint32()), HostOrdered: true, Window: uint16(few(2))}
	k.OldAck, k.OldRst, k.BlindRst, k.BlindAfter, k.BlindOwn, k.BlindFor = rare(4), few(4), rare(4), few(4), few(4), int64(few(4))*1e9
	for _, e := range []*analyze.EndClues{&k.Client, &k.Server} {
		e.TTLMin, e.TTLMax = 60, uint8(60+few(3))
		e.SACK, e.Timestamp, e.NoTimestamp, e.Beyond, e.SACKOutside, e.Window = rare(4), rare(4), rare(4), rare(4), rare(4), rare(4)
	}
	return c, beside{
		listener: listenerNote{answered: int64(few(9)) * 1e9, proved: int64(few(9)) * 1e9, prompt: int64(few(9)) * 1e9,
			waitFrom: int64(few(9)) * 1e9, waitTo: int64(few(9)) * 1e9, grants: few(2) == 0},
		host:    hostNote{answered: int64(few(9)) * 1e9, ttlMin: 60, ttlMax: 62, measured: uint8(few(4)), rtt: int64(few(4)) * 1e6},
		targets: r.IntN(40), completed: uint32(few(2)),
	}
}

// TestAgrees: each packet that shows that an end does not use options as agreed gives the verdict; none is
// left out by the test that most connections end with.
func TestAgrees(t *testing.T) {
	var plain analyze.EndClues
	if !agrees(&plain) {
		t.Error("an end without clues does not agree")
	}
	kind, found := reflect.TypeFor[analyze.EndClues](), 0
	for i := range kind.NumField() {
		if kind.Field(i).Type.Kind() != reflect.Uint64 {
			continue
		}
		found++
		for side := range 2 {
			c := &analyze.Connection{}
			e := [...]*analyze.EndClues{&c.Clues.Client, &c.Clues.Server}[side]
			reflect.ValueOf(e).Elem().Field(i).SetUint(7)
			if x, v := (context{Connection: c}), (Verdict{}); agrees(e) || !optionsChanged.match(&x, &v) {
				t.Errorf("%s of side %d: agrees %v, %d items", kind.Field(i).Name, side, agrees(e), v.Len)
			}
		}
	}
	if found != 6 {
		t.Errorf("%d packets, want 6", found)
	}
}
