package script

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"tcpwatch/capture/wire"
)

const sample = `# A sample: every notation once.
cite RFC 9293 §3.5 figure 6
isn A 100
isn B 4294967295
addr C [2001:db8::1]:443
addr D [2001:db8::2]:5000
start 2026-02-03T04:05:06Z

0      A>B SEWe 0:0(0) win 1024 id 7 ttl 3 tos 2 <mss 1460,nop,wscale 7,sackOK,TS val 1 ecr 0> | SYN SYN-SENT LISTEN?
+.010  B>A S.   0 ack 1 mayfrag  | * !RETRANSMISSION * SYN-RECEIVED   # comment
0.5    A>B P.U  =101:=106(5) ack =0 urg 2 badsum
vlan 10
+1     D>C .    1(3) ack -1 <sack 1:5 7:9> | ACK * LISTEN?
+1.5   D>C -    4294967297 <tfo 0102030405060708>
+0     B>A icmp 3/1 quoting A>B 0

connection 1: opening=complete  zeek=SF:ShA^
`

func parse(t *testing.T, text string) *Script {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTitle: the title is the first comment, as many lines as it has.
func TestTitle(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "",
		"\n# One\n# two,\n#\n# three.\n":       "One two,",
		"# One\n# two.\ncite RFC 9293\n# more": "One two.",
		"# One\n\n# more":                      "One",
		"vlan 1 # One\n# more":                 "One",
		"# One\nvlan 1 # more\n# more":         "One",
	} {
		if got := parse(t, text).Title; got != want {
			t.Errorf("%q: title %q, want %q", text, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	s := parse(t, sample)
	if s.Title != "A sample: every notation once." || !reflect.DeepEqual(s.Cites, []string{"RFC 9293 §3.5 figure 6"}) {
		t.Errorf("title %q, cites %q", s.Title, s.Cites)
	}
	start := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC).UnixNano()
	ends := wire.Tuple{Src: wire.AddrFrom4([4]byte{192, 0, 2, 1}), SrcPort: 40000, Dst: wire.AddrFrom4([4]byte{198, 51, 100, 1}), DstPort: 80}
	segs := s.Segments()
	if len(segs) != 5 || len(s.Events) != 6 {
		t.Fatalf("%d segments of %d events", len(segs), len(s.Events))
	}
	want := wire.Segment{
		Packet: 1, Time: start, Tuple: ends, Seq: 100, Flags: wire.SYN | wire.ECE | wire.CWR | wire.AE, Window: 1024,
		HeaderLen: 40, Checksum: wire.ChecksumGood, HasSum: true, TTL: 3, TrafficClass: 2, IPID: 7, HasIPID: true, DontFragment: true,
		Options: wire.Options{
			Set: wire.OptMSS | wire.OptWindowScale | wire.OptSACKPermitted | wire.OptTimestamps,
			MSS: 1460, WindowScale: 7, TSVal: 1,
		},
	}
	if !reflect.DeepEqual(segs[0], want) {
		t.Errorf("first segment\n got %+v\nwant %+v", segs[0], want)
	}
	if g := segs[1]; g.Seq != 4294967295 || g.Ack != 101 || g.Tuple != ends.Reverse() || g.DontFragment || g.Time != start+10e6 {
		t.Errorf("SYN-ACK: %+v", g)
	}
	if g := segs[2]; g.Seq != 101 || g.Ack != 0 || g.Len != 5 || string(g.Payload) != "fghij" || g.Urgent != 2 ||
		g.Checksum != wire.ChecksumBad || g.Time != start+5e8 {
		t.Errorf("data: %+v", g)
	}
	if g := segs[3]; !g.IPv6 || g.HasIPID || g.Encap != 10 || g.Ack != 999 || g.Options.SACKBlocks != 2 ||
		g.Options.SACK[1] != (wire.SACKBlock{Left: 1007, Right: 1009}) || g.Time != start+15e8 {
		t.Errorf("IPv6: %+v", g)
	}
	if g := segs[4]; g.Seq != 1001 || g.Options.FastOpenLen != 8 || g.Flags != 0 || g.Time != start+3e9 {
		t.Errorf("wrapped number: %+v", g)
	}
	q := s.Events[5].Quote
	if q == nil || q.Type != 3 || q.Code != 1 || q.Seq != 100 || q.Src != ends.Src || q.Reporter != ends.Dst || q.Packet != 6 {
		t.Errorf("quote: %+v", q)
	}
	if x := s.Events[1].Expect; !s.Events[1].Swapped() || !reflect.DeepEqual(x, &Expect{
		Absent: []string{"RETRANSMISSION"}, Open: true, States: [2]string{"*", "SYN-RECEIVED"}}) {
		t.Errorf("expectation %+v", x)
	}
	if c := s.Connections; len(c) != 1 || !reflect.DeepEqual(c[0].Pairs, []Pair{{"opening", "complete"}, {"zeek", "SF:ShA^"}}) {
		t.Errorf("connections %+v", c)
	}
}

func TestDefaults(t *testing.T) {
	g := parse(t, "0 B>A S. 0 ack 1").Segments()[0]
	if g.Seq != 8000 || g.Ack != 1001 || g.Window != 65535 || g.TTL != 64 || g.SrcPort != 80 || g.Time != defaultStart {
		t.Errorf("%+v", g)
	}
}

// TestPayload checks that an octet depends on its sequence number alone.
func TestPayload(t *testing.T) {
	whole := payload(1<<32-70, 200)
	for from := range 200 {
		if got := payload(wire.Seq(1<<32-70).Add(uint32(from)), uint32(200-from)); !bytes.Equal(got, whole[from:]) {
			t.Fatalf("from %d: %q", from, got)
		}
	}
	if cap(payload(7, 9)) != 9 || len(payload(31, maxPayload)) != maxPayload {
		t.Error("payload of a wrong size")
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"\n\nhello", "line 3: \"hello\" is neither"},
		{"isn a 5", "capital letter"},
		{"isn A 4294967296", "0 to 4294967295"},
		{"isn A", "wants an end and a value"},
		{"addr A 192.0.2.1", "ADDRESS:PORT"},
		{"addr A [fe80::1%eth0]:1", "ADDRESS:PORT"},
		{"vlan 4095", "0 to 4094"},
		{"vlan", "one number"},
		{"cite", "without a source"},
		{"start yesterday", "RFC 3339"},
		{"start 2200-01-01T00:00:00Z", "1970 to 2100"},
		{"0 A>B S 0\nstart 2026-01-01T00:00:00Z", "line 2: start"},
		{"0 A>B S", "TIME X>Y FLAGS SEQ"},
		{"0 A-B S 0", "not X>Y"},
		{"0 A>C S 0", "no addr"},
		{"addr C [::1]:1\n0 A>C S 0", "IPv6"},
		{"0 A>B SS 0", "twice"},
		{"0 A>B X 0", "not a flag"},
		{"0 A>B . 1", "without ack"},
		{"0 A>B S 0:1(0)", "END is not"},
		{"0 A>B S 0:1", "wants (LEN)"},
		{"0 A>B S 0(70000)", "0 to 65455"},
		{"0 A>B S 0(1", "number of octets"},
		{"0 A>B S =-1", "not a number"},
		{"0 A>B S x", "not a sequence number"},
		{"0 A>B S 0 win 65536", "0 to 65535"},
		{"0 A>B S 0 win", "without a number"},
		{"0 A>B S 0 win 1 win 2", "win twice"},
		{"0 A>B S 0 colour 1", "unknown field"},
		{"0.0000000001 A>B S 0", "nine decimals"},
		{"+ A>B S 0", "nine decimals"},
		{"1e3 A>B S 0", "not a number of seconds"},
		{"9999999999 A>B S 0", "0 to 1000000000"},
		{"1000000000 A>B S 0\n+1 A>B S 0", "line 2: time \"+1\""},
		{"0 A>B S 0 <mss 1", "closing"},
		{"0 A>B S 0 <>", "no option"},
		{"0 A>B S <mss 1> 0", "after SEQ"},
		{"0 A>B S 0 <mss 1,,sackOK>", "empty option"},
		{"0 A>B S 0 <mss>", "not understood"},
		{"0 A>B S 0 <mss 1,mss 1>", "twice"},
		{"0 A>B S 0 <sackOK 1>", "no argument"},
		{"0 A>B S 0 <sack 1>", "FIRST:END"},
		{"0 A>B S 0 <tfo 012>", "hexadecimal"},
		{"0 A>B S 0 <md5,ao,mss 1,TS val 1 ecr 2>", "40 octets"},
		{"0 A>B S 0 | SYN CLOSED", "two states"},
		{"0 A>B S 0 | SYN syn-sent LISTEN", "not a name"},
		{"0 A>B S 0 | SYN SYN CLOSED LISTEN", "twice"},
		{"0 A>B S 0 | !RST CLOSED LISTEN", "no label"},
		{"0 A>B S 0 | SYN !RST LISTEN", "a state is wanted"},
		{"0 B>A icmp 3/1 quoting A>B 0 | SYN CLOSED CLOSED", "not a segment"},
		{"0 B>A icmp 3/1 quoting B>A 0", "goes to the sender"},
		{"0 B>A icmp 3/1 naming A>B 0", "quoting"},
		{"0 B>A icmp 3 quoting A>B 0", "TYPE/CODE"},
		{"0 B>A icmp 3/4 mtu 65536 quoting A>B 0", "not a number"},
		{"connection one: a=b", "not a number"},
		{"connection 1 a=b", "form"},
		{"connection 1: a", "KEY=VALUE"},
	} {
		_, err := Parse(c.text)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q in it", c.text, err, c.want)
		}
	}
	if _, err := Parse(strings.Repeat("\n", maxSize+1)); err == nil {
		t.Error("a script above maxSize is accepted")
	}
}

func TestFormat(t *testing.T) {
	s := parse(t, sample)
	if got := s.Format(); got != sample {
		t.Fatalf("unchanged script comes back as\n%s", got)
	}
	s.Events[1].Expect.States[0] = "SYN-SENT"
	s.Connections[0].Pairs[0].Value = "refused"
	want := strings.Replace(sample, "| * !RETRANSMISSION * SYN-RECEIVED   #", "| * !RETRANSMISSION SYN-SENT SYN-RECEIVED  #", 1)
	want = strings.Replace(want, "opening=complete  zeek", "opening=refused zeek", 1)
	if got := s.Format(); got != want {
		t.Errorf("changed script comes back as\n%s", got)
	}
	// A line without an expectation can be given one.
	s = parse(t, "0 A>B S 0 # why")
	s.Events[0].Expect = &Expect{Labels: []string{"SYN"}, States: [2]string{"SYN-SENT", "LISTEN?"}}
	if got, want := s.Format(), "0 A>B S 0 | SYN SYN-SENT LISTEN?  # why"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// readPcap reads back what Pcap wrote, with the decoder of package wire.
func readPcap(t *testing.T, file []byte) (segs []wire.Segment, others int) {
	t.Helper()
	walk := wire.Walker{Verify: true}
	for at, packet := 24, uint64(1); at < len(file); packet++ {
		le := binary.LittleEndian
		when := int64(le.Uint32(file[at:]))*1e9 + int64(le.Uint32(file[at+4:]))
		size := int(le.Uint32(file[at+8:]))
		frame := file[at+16 : at+16+size]
		at += 16 + size
		seg := wire.Segment{Packet: packet, Time: when}
		kind, rest, _ := wire.Ethernet(frame)
		if kind == 0x8100 {
			id, _, inner, _ := wire.VLAN(rest)
			seg.Encap, rest = uint32(id), inner
		}
		if walk.IP(rest, len(rest), &seg) != wire.Segmented {
			others++
			continue
		}
		seg.Packet, seg.Time = packet, when
		segs = append(segs, seg)
	}
	return segs, others
}

func TestPcap(t *testing.T) {
	s := parse(t, sample)
	var b bytes.Buffer
	if err := s.Pcap(&b); err != nil {
		t.Fatal(err)
	}
	got, others := readPcap(t, b.Bytes())
	want := s.Segments()
	if others != 1 || len(got) != len(want) {
		t.Fatalf("%d segments and %d others", len(got), others)
	}
	for i := range want {
		if len(got[i].Payload) == 0 {
			got[i].Payload = nil
		}
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("segment %d\n got %+v\nwant %+v", i, got[i], want[i])
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add("0 A>B S 0 <mss 1> | SYN SYN-SENT LISTEN?\n+1 B>A R. 0 ack 1")
	f.Add("addr C [::ffff:1.2.3.4]:9\naddr D [::2]:1\n0 C>D . 1(9) ack =7 <TS val 1 ecr 2,sack 1:2>")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		if s.Format() != text {
			t.Fatalf("%q comes back as %q", text, s.Format())
		}
		for i := range s.Events {
			if x := s.Events[i].Expect; x != nil {
				y, err := parseExpect(x.String())
				if err != nil || !reflect.DeepEqual(x, y) {
					t.Fatalf("%q reads as %+v, %v", x, y, err)
				}
			}
		}
		var b bytes.Buffer
		if s.Pcap(&b) != nil {
			return
		}
		if segs, _ := readPcap(t, b.Bytes()); len(segs) != len(s.Segments()) {
			t.Fatalf("%d segments are read back as %d", len(s.Segments()), len(segs))
		}
	})
}
