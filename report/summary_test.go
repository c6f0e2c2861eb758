package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/verdict"
	"tcpwatch/capture/wire"
)

func held(number uint64, client string, since, until int64) *analyze.Connection {
	return &analyze.Connection{Number: number, Client: ep(client), Server: ep("10.0.0.2:80"), Start: since, End: since,
		TimeWait: analyze.TimeWait{Holders: analyze.ClientSide, Since: since, Until: until}}
}

// TestHolds counts ends in TIME-WAIT at one time and at the end.
func TestHolds(t *testing.T) {
	var h holds
	h.add(held(3, "10.0.0.1:3", 60, 120)) // begins as the first ends
	h.add(held(1, "10.0.0.1:1", 0, 60))
	h.add(held(2, "10.0.0.1:2", 10, 70))
	h.add(held(4, "10.0.0.9:1", 0, 60))
	h.measure(65)
	a, b := h.hosts[0], h.hosts[1]
	if a.addr != netip.MustParseAddr("10.0.0.1") || a.total != 3 || a.most != 2 || a.atEnd != 2 {
		t.Errorf("10.0.0.1: %+v, want 3 held, 2 at one time, 2 at the end", a)
	}
	if b.total != 1 || b.most != 1 || b.atEnd != 0 {
		t.Errorf("10.0.0.9: %+v, want 1 held, 1 at one time, none at the end", b)
	}
}

// TestHoldsReuse wants a tuple that is used again to be held once.
func TestHoldsReuse(t *testing.T) {
	var h holds
	first := held(1, "10.0.0.1:1", 0, 60)
	first.TimeWait.ReusedBy = 2
	h.add(first)
	h.add(held(2, "10.0.0.1:1", 5, 65))
	h.measure(10)
	if got := h.hosts[0]; got.most != 1 || got.atEnd != 1 || got.reused != 1 {
		t.Errorf("%+v, want 1 at one time, 1 at the end, 1 reused", got)
	}
}

// TestHoldsReuseOfBoth wants both ends of a simultaneous close to let go when
// their tuple is used again, by whichever end.
func TestHoldsReuseOfBoth(t *testing.T) {
	var h holds
	first := held(1, "10.0.0.1:1", 0, 60)
	first.TimeWait.Holders, first.TimeWait.ReusedBy = analyze.BothSides, 2
	h.add(first)
	second := held(2, "10.0.0.1:1", 5, 65)
	second.TimeWait.Holders = analyze.BothSides
	h.add(second)
	h.measure(10)
	if len(h.hosts) != 2 {
		t.Fatalf("%d hosts, want 2", len(h.hosts))
	}
	for _, got := range h.hosts {
		if got.total != 2 || got.most != 1 || got.atEnd != 1 || got.reused != 1 {
			t.Errorf("%+v, want 2 held, 1 at one time, 1 at the end, 1 reused", got)
		}
	}
}

// TestHoldsSweep wants the same counts however often what is over is forgotten.
func TestHoldsSweep(t *testing.T) {
	for seed := range uint64(200) {
		var whole, swept holds
		r := rand.New(rand.NewPCG(seed, 0))
		var list []*analyze.Connection
		now, last := int64(1000), map[int]*analyze.Connection{} // of each tuple
		for n := uint64(1); n <= 300; n++ {
			now += r.Int64N(8)
			port := r.IntN(100)
			since := now + r.Int64N(20)
			c := held(n, fmt.Sprintf("10.0.0.%d:%d", port%3, 1000+port), since, since+r.Int64N(90))
			c.Start, c.TimeWait.Holders = now, analyze.Side(1+r.IntN(3))
			if before := last[port]; before != nil {
				before.TimeWait.ReusedBy = n
			}
			last[port] = c
			list = append(list, c)
		}
		for _, c := range list {
			whole.add(c)
			swept.add(c)
			if r.IntN(10) == 0 {
				swept.sweep(c.Start)
			}
		}
		whole.measure(now)
		swept.measure(now)
		if !reflect.DeepEqual(whole.hosts, swept.hosts) {
			t.Fatalf("seed %d: %+v, want %+v", seed, swept.hosts, whole.hosts)
		}
	}
}

func TestHoldsBounds(t *testing.T) {
	var h holds
	for i := range maxHosts + 3 {
		h.add(held(uint64(i), fmt.Sprintf("10.%d.%d.1:1", i>>8, i&255), 0, 60))
	}
	if len(h.hosts) != maxHosts || h.strangers != 3 {
		t.Errorf("%d hosts and %d strangers", len(h.hosts), h.strangers)
	}
	h = holds{}
	c := held(1, "10.0.0.1:1", 0, 60)
	for range maxHolds + 5 {
		h.add(c)
	}
	if len(h.kept) != maxHolds || h.dropped != 5 || h.hosts[0].total != maxHolds+5 {
		t.Errorf("%d kept, %d dropped, %d in all", len(h.kept), h.dropped, h.hosts[0].total)
	}
	h.measure(0)
	var j jsonText
	j.holds(&h)
	if want := fmt.Sprintf(`"held":%d,"counted":%d,`, maxHolds+5, maxHolds); !strings.Contains(string(j.b), want) {
		t.Errorf("%s has not %s", j.b, want)
	}
}

// TestNotableOrder wants every reason represented, the heaviest first, and the
// rest counted.
func TestNotableOrder(t *testing.T) {
	var n notables
	number := uint64(0)
	add := func(k int, c *analyze.Connection) {
		for i := range k {
			number++
			x := *c
			x.Number = number
			x.Opening.SynCount += uint32(i)
			x.Client = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, byte(number >> 8), byte(number)}), 40000) // each of its own
			x.Server = netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 18, byte(number >> 8), byte(number)}), 80)
			n.add(&x, nil)
		}
	}
	slow := halfClose(t)
	slow.Opening.SynCount, slow.Opening.Took = 2, 1e9
	add(3, slow)
	add(1000, refused6(t))
	add(40, unanswered(t))
	rows, more := n.shown()
	if len(rows) != notableShown {
		t.Fatalf("%d rows, want %d", len(rows), notableShown)
	}
	var got [reasonCount]int
	for i, r := range rows {
		got[r.reason]++
		if i > 0 && (rows[i-1].reason > r.reason || rows[i-1].reason == r.reason && rows[i-1].weight < r.weight) {
			t.Errorf("row %d (%s, %d) stands behind row %d (%s, %d)", i, reasonNames[r.reason], r.weight, i-1, reasonNames[rows[i-1].reason], rows[i-1].weight)
		}
	}
	if got[whySlowOpen] != 3 || got[whyUnanswered] != 3 || got[whyRefused] != 6 {
		t.Errorf("rows by reason: %v", got)
	}
	if more[whyRefused] != 994 || more[whyUnanswered] != 37 || more[whySlowOpen] != 0 {
		t.Errorf("not shown: %v", more)
	}
	if rows[0].weight != 1001 {
		t.Errorf("the first has weight %d, want the 1,001 SYNs", rows[0].weight)
	}
}

// TestPacketsAddUp wants every packet under some name.
func TestPacketsAddUp(t *testing.T) {
	in := sampleInput()
	in.Filtered = 5
	in.Packets += 7
	s := packetSection(&in)
	sum := uint64(0)
	for _, i := range s.items {
		sum += i.n
	}
	if sum != in.Packets {
		t.Errorf("the lines add up to %d, want %d", sum, in.Packets)
	}
	if last := s.items[len(s.items)-1]; last.n != 2 || last.text != "not accounted for" {
		t.Errorf("the last line is %+v, want 2 not accounted for", last)
	}
}

// TestAutoView tells stories while there are few connections, and summarises
// from then on.
func TestAutoView(t *testing.T) {
	for n := 0; n <= storyMost+1; n++ {
		var cs []*analyze.Connection
		for range n {
			cs = append(cs, halfClose(t))
		}
		out := render(t, Options{Format: FormatTable}, nil, cs, sampleInput())
		stories := strings.Count(out, "HANDSHAKE")
		want := n
		if n > storyMost {
			want = 0
		}
		if stories != want || strings.Contains(out, "OPENED") != (n > storyMost) {
			t.Errorf("%d connections: %d stories\n%s", n, stories, out)
		}
	}
}

// TestWaitReasons: what took a connection's time makes it deserve a look.
func TestWaitReasons(t *testing.T) {
	for _, c := range []struct {
		name string
		wait func(*connection)
		want string
	}{
		{"a slow answer", func(c *connection) { c.FromServer.SlowestAnswer = analyze.Answer{Wait: slowAnswer, Packet: 6} },
			"the server's next payload came up to 1.00 s after the client's (packet 6)"},
		{"one that is not", func(c *connection) { c.FromServer.SlowestAnswer = analyze.Answer{Wait: slowAnswer - 1, Packet: 6} }, ""},
		{"a slow client", func(c *connection) { c.FromClient.SlowestAnswer = analyze.Answer{Wait: 9e9, Packet: 6} }, ""},
		{"half of its time", func(c *connection) { c.FromClient.ResendWait, c.FromServer.ResendWait = 300e6, 356e6 },
			"656 ms of 1.31 s: silence before segments that were sent again"},
		{"half of its time, of one direction", func(c *connection) { c.FromClient.ResendWait, c.FromServer.Packets = 656e6, 0 },
			"656 ms of 1.31 s: silence before segments that were sent again, and nothing of the server was captured"},
		{"much sent again, of one direction", func(c *connection) { c.FromClient.Retransmissions, c.FromServer.Packets = 3, 0 },
			"3 of 10 segments sent again, and nothing of the server was captured"},
		{"the same with a RST, whose sentence says that", func(c *connection) {
			reset(analyze.RstAbort)(c)
			c.Closing.RstBy, c.FromClient.Retransmissions, c.FromServer.Packets = analyze.ClientSide, 3, 0
		}, "reset: the client sent a RST (packet 11); nothing of the server was captured; 3 of 10 segments sent again"},
		{"less than half", func(c *connection) { c.FromClient.ResendWait, c.FromServer.ResendWait = 300e6, 355e6 }, ""},
		{"a stall", func(c *connection) { c.FromServer.Unacknowledged, c.FromServer.Timeouts = 11, analyze.StalledAfter },
			"the last 10 B of the server and its FIN got no acknowledgement, in spite of 3 timeouts in a row"},
		{"timeouts that make none", func(c *connection) { c.FromServer.Unacknowledged, c.FromServer.Timeouts = 11, analyze.StalledAfter-1 }, ""},
		{"a long half-close", func(c *connection) { c.Closing.HalfClosedFor = halfClosedFor }, "the client waited 10.0 s for the FIN of the server (packets 5, 18)"},
		{"one that is not long", func(c *connection) { c.Closing.HalfClosedFor = halfClosedFor - 1 }, ""},
		{"a window", func(c *connection) { c.FromServer.ZeroWindows, c.FromClient.ZeroWindowTime = 4, 3.9e9 },
			"zero windows: 4 of the server, which held the other end back for 3.90 s"},
		{"a window that held somebody back for a tenth of a second", func(c *connection) { c.FromServer.ZeroWindows, c.FromClient.ZeroWindowTime = 1, waitLeast },
			"zero windows: 1 of the server, which held the other end back for 100 ms"},
		{"windows that did so for less", func(c *connection) { c.FromServer.ZeroWindows, c.FromClient.ZeroWindowTime = 4, waitLeast-1 }, ""},
	} {
		conn := halfClose(t)
		c.wait(conn)
		if got := unglue(strings.Join(reasonTexts(conn), "; ")); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestAddDirection: every number of a direction is in the sum over all, but for round
// trips and what is told of one connection only, which have none.
func TestAddDirection(t *testing.T) {
	for i := range reflect.TypeFor[analyze.Direction]().NumField() {
		name := reflect.TypeFor[analyze.Direction]().Field(i).Name
		if strings.Contains(name, "RTT") || name == "RTO" || name == "Long" || name == "Stuck" || name == "Probed" {
			continue
		}
		var sum analyze.Direction
		d := directionWith(i)
		if addDirection(&sum, &d); sum != d {
			t.Errorf("%s is not in the sum", name)
		}
	}
	sum := analyze.Direction{SlowestAnswer: analyze.Answer{Wait: 7, Packet: 8}}
	if addDirection(&sum, &analyze.Direction{SlowestAnswer: analyze.Answer{Wait: 6, Packet: 9}}); sum.SlowestAnswer.Packet != 8 {
		t.Error("a faster answer took the place of the slowest")
	}
	sum = analyze.Direction{}
	if addDirection(&sum, &analyze.Direction{SlowestAnswer: analyze.Answer{Packet: 9}}); sum.SlowestAnswer.Packet != 9 {
		t.Error("an answer at once, as with a clock that stands still, is no answer")
	}
}

// TestReasonsKeepUnits: no line break between a number and its unit.
func TestReasonsKeepUnits(t *testing.T) {
	c := halfClose(t)
	c.FromServer.SlowestAnswer = analyze.Answer{Wait: 5e9, Packet: 6}
	for width := minWidth; width < 120; width++ {
		out := render(t, Options{Format: FormatTable, Views: []View{ViewSummary}, Width: width}, nil, []*analyze.Connection{c}, sampleInput())
		if !strings.Contains(out, "5.00 s") || strings.Contains(out, nbsp) {
			t.Errorf("%d columns\n%s", width, out)
		}
	}
}

// TestChosenHeadline: a summary of some connections says so.
func TestChosenHeadline(t *testing.T) {
	in := sampleInput()
	in.Analysis.Connections = 5
	o := Options{Format: FormatTable, Views: []View{ViewSummary}, Only: map[uint64]bool{1: true}, Width: 200}
	c := halfClose(t)
	if out := render(t, o, nil, []*analyze.Connection{c}, in); !strings.Contains(out, "1 of 5 connections (--connection)") {
		t.Errorf("%s", out)
	}
}

// TestDropsSaid: what is known of lost packets is said of as many interfaces as say it.
func TestDropsSaid(t *testing.T) {
	said, silent, lost := Interface{DropsKnown: true}, Interface{}, Interface{DropsKnown: true, Dropped: 3}
	for _, c := range []struct {
		interfaces []Interface
		want       string
	}{
		{nil, " it is not said whether packets were dropped"},
		{[]Interface{silent, silent}, " it is not said whether packets were dropped"},
		{[]Interface{said}, "0 packets dropped by the capturing system"},
		{[]Interface{said, said}, "0 packets dropped by the capturing system"},
		{[]Interface{said, silent}, "0 packets dropped by the capturing system, as far as it says"},
		{[]Interface{silent, said}, "0 packets dropped by the capturing system, as far as it says"},
		{[]Interface{lost, silent}, "3 packets dropped by the capturing system, as far as it says"},
		{[]Interface{{DropsKnown: true, Dropped: 7, Abandoned: 4}}, "3 packets dropped by the capturing system, as far as it says"},
		{[]Interface{{DropsKnown: true, Dropped: 4, Abandoned: 4}}, "0 packets dropped by the capturing system"},
		{[]Interface{{DropsKnown: true, Dropped: math.MaxUint64}, lost}, "18,446,744,073,709,551,615 packets dropped by the capturing system, as far as it says"},
	} {
		s := captureSection(&Input{Interfaces: c.interfaces}, &tally{})
		if got := s.items[0].number() + " " + s.items[0].text; got != c.want {
			t.Errorf("%+v: %q, want %q", c.interfaces, got, c.want)
		}
	}
}

// TestAbandonedSaid: what was left unread at the end has a line of its own.
func TestAbandonedSaid(t *testing.T) {
	for _, n := range []uint64{0, 4} {
		said := false
		for _, i := range captureSection(&Input{Interfaces: []Interface{{DropsKnown: true, Dropped: 7, Abandoned: n}}}, &tally{}).items {
			said = said || i.number() == "4" && strings.Contains(i.text, "waiting when the capture ended")
		}
		if said != (n > 0) {
			t.Errorf("%d: said %v", n, said)
		}
	}
}

// TestICMPOfWhat: an ICMP error is about the SYN-ACK where it quotes the server, and one was captured.
func TestICMPOfWhat(t *testing.T) {
	for _, c := range []struct {
		ofServer bool
		synAcks  uint32
		want     string
	}{{true, 1, "quotes the SYN-ACK"}, {false, 1, "quotes a segment of it"}, {true, 0, "quotes a segment of it"}} {
		conn := unanswered(t)
		conn.Opening.ICMPOfServer, conn.Opening.SynAckCount = c.ofServer, c.synAcks
		if got := icmpSentence(conn); !strings.HasSuffix(got, c.want) {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// TestOpenedAgain: a complete opening counts as tried again from the second SYN, or
// SYN-ACK, on.
func TestOpenedAgain(t *testing.T) {
	for _, c := range []struct {
		syns, synAcks uint32
		want          string
	}{
		{1, 1, "complete"},
		{2, 1, "complete (1 after a SYN was sent again)"},
		{1, 2, "complete (1 after a SYN-ACK was sent again)"},
		{2, 2, "complete (1 after a SYN was sent again, 1 after a SYN-ACK was sent again)"},
	} {
		conn := halfClose(t)
		conn.Opening.SynCount, conn.Opening.SynAckCount = c.syns, c.synAcks
		var sum tally
		sum.add(conn, nil)
		if s := openedSection(&sum); s.items[0].n != 1 || s.items[0].text != c.want {
			t.Errorf("%d SYNs, %d SYN-ACKs: %d %s, want 1 %s", c.syns, c.synAcks, s.items[0].n, s.items[0].text, c.want)
		}
	}
}

// TestStalledLeast: two timeouts in a row are not notable, three are.
func TestStalledLeast(t *testing.T) {
	for timeouts, want := range map[uint8]uint64{2: 0, 3: 1} {
		c := halfClose(t)
		c.FromServer.Unacknowledged, c.FromServer.Timeouts = 10, timeouts
		if got := weigh(c, whyStalled); got != want {
			t.Errorf("%d timeouts weigh %d, want %d", timeouts, got, want)
		}
	}
}

// TestProbedInVain: probes that nothing answers make a connection deserve a look, in words that name them.
func TestProbedInVain(t *testing.T) {
	c := halfClose(t)
	if weigh(c, whyStalled) != 0 {
		t.Error(stallTexts(c, analyze.StalledAfter))
	}
	c.FromClient.Probed.For = 5e9
	want := "nothing answered the last keep-alives of the client, sent until 5.00 s behind the last segment of the server"
	if got := unglue(reasonText(c, whyStalled)); got != want || weigh(c, whyStalled) != 1 {
		t.Errorf("%q, want %q", got, want)
	}
	c.FromClient.Probed.Window = true
	if got := reasonText(c, whyStalled); !strings.Contains(got, "the last window probes of the client") {
		t.Error(got)
	}
}

// TestTallyTakesEveryLabel: labels are summed up, the first and the last as well.
func TestTallyTakesEveryLabel(t *testing.T) {
	var y tally
	c := new(analyze.Connection)
	for id := range label.Count {
		c.Labels[id] = uint32(id) + 1
	}
	y.add(c, nil)
	y.add(c, nil)
	for id := range label.Count {
		if got, want := y.labels[id], 2*uint64(id)+2; got != want {
			t.Errorf("%s: %d, want %d", id, got, want)
		}
	}
}

// TestClosedBefore: what a client resets that it had closed itself is listed behind what did not
// work; a server's RST for data of the client is not, nor one in front of the client's own FIN.
func TestClosedBefore(t *testing.T) {
	for _, c := range []struct {
		fin   uint64 // the packet of the client's FIN; 0: none
		by    analyze.Side
		after analyze.RstAfter
		want  reason
	}{
		{10, analyze.ClientSide, analyze.RstUnreadData, whyClosedReset},
		{10, analyze.ClientSide, analyze.RstAfterFIN, whyClosedReset},
		{10, analyze.ClientSide, analyze.RstAbort, whyReset},
		{10, analyze.ServerSide, analyze.RstAfterFIN, whyReset},
		{12, analyze.ClientSide, analyze.RstUnreadData, whyReset},
		{0, analyze.ClientSide, analyze.RstUnreadData, whyReset},
	} {
		conn := halfClose(t)
		reset(c.after)(conn)
		conn.Closing.RstBy = c.by
		conn.Steps = nil
		if c.fin != 0 {
			conn.Steps = []analyze.Step{{Packet: c.fin, FromClient: true, Phase: label.FIN, Flags: wire.FIN | wire.ACK}}
		}
		if got, _, _ := firstReason(conn); got != c.want {
			t.Errorf("%+v: %s, want %s", c, reasonNames[got], reasonNames[c.want])
		}
		var n notables
		for conn.Number = 1; conn.Number <= 9; conn.Number++ {
			n.add(conn, nil)
		}
		want := 9
		if c.want == whyClosedReset {
			want = notableFirst
		}
		if rows, more := n.shown(); len(rows) != want || more[c.want] != uint64(9-want) {
			t.Errorf("%+v: %d rows and %d more, want %d rows of 9", c, len(rows), more[c.want], want)
		}
	}
}

// TestAlike: of openings that did not work for one reason, between the same hosts, one row stands for all where they
// are more than a few; those of a scanner are one whatever it tried, those included that it tried before it was known for one.
func TestAlike(t *testing.T) {
	scan := []verdict.Verdict{{ID: verdict.HalfOpenScan, Confidence: verdict.Possible}}
	type tries struct {
		n              int
		client, server byte
		list           []verdict.Verdict
	}
	for _, c := range []struct {
		name  string
		tries []tries
		rows  int
		words []string
		more  uint64
	}{
		{"a few", []tries{{3, 1, 1, nil}}, 3, []string{"", "", ""}, 0},
		{"many", []tries{{40, 1, 1, nil}}, 1, []string{"39 more of this client to the server's address: refused, too"}, 0},
		{"two servers", []tries{{40, 1, 1, nil}, {5, 1, 2, nil}}, 2, []string{"39 more of this client to the server's address", "4 more of this client to the server's address"}, 0},
		{"two clients", []tries{{40, 1, 1, nil}, {5, 2, 1, nil}}, 2, []string{"39 more", "4 more"}, 0},
		{"a scanner", []tries{{2, 1, 1, nil}, {14, 1, 2, nil}, {50, 1, 3, scan}, {50, 1, 4, scan}}, 1, []string{"115 more of this client: refused, too"}, 0},
		{"a scanner of few", []tries{{1, 1, 1, nil}, {1, 1, 2, scan}}, 2, []string{"", ""}, 0},
		{"a scanner beside others", []tries{{16, 1, 1, nil}, {50, 1, 3, scan}, {1, 2, 3, nil}}, 2, []string{"65 more of this client: refused, too", ""}, 0},
		{"more hosts than are shown", []tries{{4, 1, 1, nil}, {4, 1, 2, nil}, {4, 1, 3, nil}, {4, 1, 4, nil}, {4, 1, 5, nil}, {4, 1, 6, nil}, {4, 1, 7, nil}, {4, 1, 8, nil}, {4, 1, 9, nil}, {4, 1, 10, nil}, {4, 1, 11, nil}},
			10, []string{"3 more"}, 4},
		{"three clients", []tries{{1, 1, 1, nil}, {5, 2, 1, nil}, {1, 3, 1, nil}}, 3, []string{"", "4 more of this client to the server's address", ""}, 0},
		{"four clients", []tries{{1, 1, 1, nil}, {5, 2, 1, nil}, {1, 3, 1, nil}, {1, 4, 1, nil}, {1, 4, 2, nil}}, 2, []string{"7 more to the server's address, of several clients: refused, too", ""}, 0},
		{"four clients, one of which scans", []tries{{1, 1, 1, nil}, {5, 2, 1, nil}, {1, 3, 1, nil}, {16, 4, 1, nil}, {9, 4, 2, scan}}, 4, nil, 0},
	} {
		var n notables
		number := uint64(0)
		for _, tr := range c.tries {
			for range tr.n {
				conn := *refused6(t)
				number++
				conn.Number = number
				conn.Client = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, tr.client}), 40000)
				conn.Server = netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, 100, tr.server}), uint16(number))
				n.add(&conn, tr.list)
			}
		}
		for range 2 { // it is asked for more than once
			rows, more := n.shown()
			if len(rows) != c.rows || more[whyRefused] != c.more {
				t.Fatalf("%s: %d rows and %d more, want %d and %d", c.name, len(rows), more[whyRefused], c.rows, c.more)
			}
			stands := uint64(len(rows))
			for i, r := range rows {
				stands += r.likewise
				if i < len(c.words) && (!strings.Contains(r.why, c.words[i]) || c.words[i] == "" && strings.Contains(r.why, "more of")) {
					t.Errorf("%s: row %d: %s", c.name, i, r.why)
				}
			}
			if stands+more[whyRefused] != number {
				t.Errorf("%s: %d are told of, want %d", c.name, stands+more[whyRefused], number)
			}
		}
	}
}

// TestAlikeReasons: what keeps openings from working is put together, each reason for itself; what ends or slows a
// connection down is not.
func TestAlikeReasons(t *testing.T) {
	for _, c := range []struct {
		outcome analyze.OpeningOutcome
		why     reason
		rows    int
	}{
		{analyze.OpeningRefused, whyRefused, 1},
		{analyze.OpeningUnanswered, whyUnanswered, 1},
		{analyze.OpeningHalfOpen, whyHalfOpen, 1},
		{analyze.OpeningReset, whyOpeningReset, 1},
		{analyze.OpeningComplete, whyReset, 9},
	} {
		var n notables
		for i := range uint64(9) {
			conn := *halfClose(t)
			reset(analyze.RstAbort)(&conn)
			conn.Number, conn.Opening.Outcome = i+1, c.outcome
			n.add(&conn, nil)
		}
		rows, more := n.shown()
		if len(rows) != c.rows || rows[0].reason != c.why || more[c.why] != 0 || rows[0].likewise != uint64(9-c.rows) {
			t.Errorf("%s: %d rows, %+v", c.outcome, len(rows), rows)
		}
	}
}

// TestAlikeBounded: beyond mostPairs the clients of a server are told apart no more, beyond as many servers
// connections are listed one by one, and none is lost.
func TestAlikeBounded(t *testing.T) {
	for _, servers := range []int{1, 7, 5000} {
		var n notables
		const all = 3 * mostPairs
		for i := range uint64(all) {
			conn := *refused6(t)
			conn.Number = i + 1
			conn.Client = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 40000)
			at := i % uint64(servers)
			conn.Server = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(at >> 8), byte(at)}), 80)
			n.add(&conn, nil)
		}
		rows, more := n.shown()
		told := uint64(len(rows)) + more[whyRefused]
		for i := range rows {
			told += rows[i].likewise
		}
		if len(n.alike) > 2*mostPairs || told != all || servers < 10 && len(rows) != servers {
			t.Errorf("%d servers: %d pairs, %d rows and %d more, %d told", servers, len(n.alike), len(rows), more[whyRefused], told)
		}
	}
}

// TestAlikeBeyond: where there are more pairs than are told apart, what a scanner tried is still not taken for that of
// others, nor is one client taken for several.
func TestAlikeBeyond(t *testing.T) {
	scan := []verdict.Verdict{{ID: verdict.HalfOpenScan, Confidence: verdict.Possible}}
	var n notables
	number := uint64(0)
	add := func(client, server uint16, syns uint32, list []verdict.Verdict) {
		conn := *refused6(t)
		number++
		conn.Number, conn.Opening.SynCount = number, syns
		conn.Client = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(client >> 8), byte(client)}), 40000)
		conn.Server = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(server >> 8), byte(server)}), 80)
		n.add(&conn, list)
	}
	for i := range uint16(mostPairs) {
		add(i, 1, 2, nil)
	}
	for range 50 {
		add(5000, 1, 1, nil) // those of a flood are told apart no more
		add(5001, 2, 3, nil) // nor is one client
		add(5002, 3, 4, scan)
		add(5003, 4, 5, scan)
	}
	rows, more := n.shown()
	var got []string
	for _, r := range rows {
		got = append(got, r.client+" "+r.why[strings.LastIndex(r.why, "; ")+2:])
	}
	want := []string{"10.0.19.139:40000 49 more of this client: refused, too", "10.0.19.138:40000 49 more of this client: refused, too",
		"10.0.19.137:40000 49 more to the server's address: refused, too", "10.0.0.0:40000 1,073 more to the server's address, of several clients: refused, too"}
	if !slices.Equal(got, want) || more[whyRefused] != 0 {
		t.Errorf("%q, and %d more", got, more[whyRefused])
	}
}

// TestOrdinaryResets: a server's RST behind its client's FIN and a client's RST in front of any payload are listed
// last, with a few examples, unless something may be lost.
func TestOrdinaryResets(t *testing.T) {
	done := func(c *analyze.Connection) {
		reset(analyze.RstAfterFIN)(c)
		c.Closing.RstBy, c.Closing.HalfClosedOctets = analyze.ServerSide, 0
		c.Steps = []analyze.Step{{Packet: 10, FromClient: true, Phase: label.FIN, Flags: wire.FIN | wire.ACK}}
		c.FromServer.UniqueOctets, c.FromServer.Unacknowledged = 100, 0
	}
	idle := func(c *analyze.Connection) {
		reset(analyze.RstAbort)(c)
		c.Closing.RstBy = analyze.ClientSide
		c.Steps = []analyze.Step{{Packet: c.Closing.RstPacket, FromClient: true, Phase: label.RST, Flags: wire.RST | wire.ACK, Ack: c.Opening.ServerISN + 1}}
		c.FromClient.UniqueOctets, c.FromServer.UniqueOctets = 0, 0
	}
	for _, c := range []struct {
		name   string
		first  func(c *analyze.Connection)
		change func(c *analyze.Connection)
		want   reason
	}{
		{"client done", done, func(*analyze.Connection) {}, whyDoneReset},
		{"no answer", done, func(c *analyze.Connection) { c.FromServer.UniqueOctets = 0 }, whyReset},
		{"an answer not acknowledged", done, func(c *analyze.Connection) { c.FromServer.Unacknowledged = 1 }, whyReset},
		{"an answer behind the FIN", done, func(c *analyze.Connection) { c.Closing.HalfClosedOctets = 1 }, whyReset},
		{"octets of the client not acknowledged", done, func(c *analyze.Connection) { c.Closing.RstAfter = analyze.RstUnreadData }, whyReset},
		{"no FIN of the client", done, func(c *analyze.Connection) { c.Steps = nil }, whyReset},
		{"no payload", idle, func(*analyze.Connection) {}, whyUnused},
		{"a request", idle, func(c *analyze.Connection) { c.FromClient.UniqueOctets = 1 }, whyReset},
		{"a greeting", idle, func(c *analyze.Connection) { c.FromServer.UniqueOctets = 1 }, whyReset},
		{"a request not captured", idle, func(c *analyze.Connection) { c.FromClient.UnseenBytes = 1 }, whyReset},
		{"a greeting not captured, which the RST acknowledges", idle, func(c *analyze.Connection) { c.Steps[0].Ack++ }, whyReset},
		{"a host that knows of no such connection", idle, func(c *analyze.Connection) { c.Steps[0].Flags = wire.RST }, whyReset},
		{"by the server", idle, func(c *analyze.Connection) { c.Closing.RstBy = analyze.ServerSide }, whyReset},
		{"not opened", idle, func(c *analyze.Connection) { c.Opening.AckPacket = 0 }, whyReset},
	} {
		conn := halfClose(t)
		c.first(conn)
		c.change(conn)
		if got, _, _ := firstReason(conn); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestHadACK: a SYN-ACK sent again that echoes the ACK shows that it had arrived, unless a SYN may be meant.
func TestHadACK(t *testing.T) {
	for _, c := range []struct {
		syn, ack, echo uint32
		repeated       bool
		want           bool
	}{
		{100, 111, 111, true, true}, {100, 111, 100, true, false}, {111, 111, 111, true, false}, {0, 0, 0, true, false}, {100, 111, 111, false, false},
	} {
		conn := halfClose(t)
		conn.Opening.SynAckCount, conn.Opening.AckPacket = 2, 3
		conn.Steps = []analyze.Step{
			{Packet: 1, FromClient: true, Flags: wire.SYN, Phase: label.SYN, TSVal: c.syn},
			{Packet: 2, Flags: wire.SYN | wire.ACK, Phase: label.SynAck, TSEcr: c.syn},
			{Packet: 3, FromClient: true, Flags: wire.ACK, Phase: label.HandshakeAck, TSVal: c.ack},
			{Packet: 4, Flags: wire.SYN | wire.ACK, Phase: label.SynAck, TSEcr: c.echo, Repeated: c.repeated},
		}
		if got := strings.Contains(slowOpenText(conn), "the server had the ACK (packet 3), which packet 4 echoes"); got != c.want {
			t.Errorf("%+v: %s", c, slowOpenText(conn))
		}
	}
}

// TestResetWeight: a RST that may have lost something stands in front of one that a FIN announced.
func TestResetWeight(t *testing.T) {
	of := func(by analyze.Side, after analyze.RstAfter, timeouts uint8) uint64 {
		c := halfClose(t)
		reset(after)(c)
		c.Closing.RstBy, c.Steps = by, nil
		c.FromClient.Unacknowledged, c.FromClient.Timeouts = uint64(timeouts), timeouts
		return weigh(c, whyReset)
	}
	const client, server = analyze.ClientSide, analyze.ServerSide
	order := []uint64{of(client, analyze.RstAbort, 3), of(server, analyze.RstAbort, 0), of(client, analyze.RstUnreadData, 0), of(server, analyze.RstAfterFIN, 0)}
	for i := 1; i < len(order); i++ {
		if order[i] >= order[i-1] {
			t.Errorf("weights %v do not fall", order)
		}
	}
	if few, none := of(client, analyze.RstAbort, analyze.StalledAfter-1), of(client, analyze.RstAbort, 0); few != none {
		t.Errorf("%d with a few timeouts, %d without", few, none)
	}
}

// TestMaybeOffload: wrong checksums are told apart by whether others of their connection were left to the NIC.
func TestMaybeOffload(t *testing.T) {
	var sums tally
	for _, offloaded := range []uint32{0, 7} {
		c := halfClose(t)
		c.Labels[label.BadChecksum], c.Labels[label.ChecksumOffload] = 3+offloaded, offloaded
		sums.add(c, nil)
	}
	if sums.maybeOffload != 10 || sums.labels[label.BadChecksum] != 13 {
		t.Errorf("%d of %d wrong checksums may have been left to the NIC, want 10 of 13", sums.maybeOffload, sums.labels[label.BadChecksum])
	}
}
