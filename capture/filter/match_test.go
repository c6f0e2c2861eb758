package filter

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"tcpwatch/capture/wire"
)

func mustParse(t testing.TB, text string) *Expr {
	t.Helper()
	e, err := Parse(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return e
}

// TestMatcher: one expression, several link types.
func TestMatcher(t *testing.T) {
	packet := ip4Packet(6, 0, 64, ip4A, ip4B, "", tcpSegment(1024, 80, 2, ""))
	m := NewMatcher(mustParse(t, "tcp dst port 80 and less 60"))
	for range 2 {
		for _, c := range []struct {
			data   []byte
			length int
			link   wire.LinkType
			want   bool
		}{
			{ether(etherIP, packet), 54, wire.LinkEthernet, true},
			{packet, 40, wire.LinkRaw, true},
			{packet, 40, wire.LinkRawBSD, true},
			{packet, 40, wire.LinkRawDLT, true},
			{packet, 40, wire.LinkIPv4, true},
			{packet, 40, wire.LinkIPv6, false},
			{packet, 40, wire.LinkEthernet, false},
			{ether(etherIP, packet), 61, wire.LinkEthernet, false}, // cut: 61 octets on the wire
			{cat(h("00000002"), packet), 44, wire.LinkNull, true},  // a big-endian host
			{cat(h("02000000"), packet), 44, wire.LinkNull, true},
		} {
			if got, err := m.Match(c.data, c.length, c.link); err != nil || got != c.want {
				t.Errorf("%v of %d octets: %v, %v; want %v", c.link, c.length, got, err, c.want)
			}
		}
	}
	if len(m.programs) != 7 {
		t.Errorf("%d programs for 7 link types", len(m.programs))
	}
	// IPv6 after each system's number for it, in both byte orders.
	six := ip6Packet(6, ip6A, ip6B, tcpSegment(1024, 80, 2, ""))
	for _, family := range []string{"0a", "18", "1c", "1e"} {
		for _, head := range []string{family + "000000", "000000" + family} {
			if got, err := NewMatcher(mustParse(t, "tcp port 80")).Match(cat(h(head), six), 64, wire.LinkNull); err != nil || !got {
				t.Errorf("address family %s: %v, %v", head, got, err)
			}
		}
	}
}

// TestEmpty: no expression chooses every packet.
func TestEmpty(t *testing.T) {
	for _, text := range []string{"", " \t"} {
		if got, err := NewMatcher(mustParse(t, text)).Match(nil, 0, wire.LinkEthernet); err != nil || !got {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestLinkTypesThatCannot(t *testing.T) {
	m := NewMatcher(mustParse(t, "tcp and vlan 5"))
	for range 2 {
		ok, err := m.Match(nil, 0, wire.LinkRadiotap)
		if ok || err == nil || !strings.Contains(err.Error(), "link type IEEE802_11_RADIOTAP") {
			t.Errorf("radiotap: %v, %v", ok, err)
		}
		ok, err = m.Match(nil, 0, wire.LinkRaw)
		var where *Error
		if ok || !errors.As(err, &where) || where.Column != 9 {
			t.Errorf("VLAN in raw IP: %v, %v", ok, err)
		}
	}
}

func TestSnaplen(t *testing.T) {
	for snaplen, want := range map[int]uint32{0: DefaultSnaplen, -5: DefaultSnaplen, 96: 96, math.MaxInt: 1<<31 - 1} {
		p, err := mustParse(t, "len > 0").Compile(wire.LinkEthernet, snaplen, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := run(p, []byte{0}, 1); got != want {
			t.Errorf("snaplen %d: the program returns %d", snaplen, got)
		}
	}
}

// TestLong: many alternatives make jumps longer than an instruction holds; too
// many are refused.
func TestLong(t *testing.T) {
	hosts := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf("10.1.%d.%d", i/256, i%256)
		}
		return "src host (" + strings.Join(list, " or ") + ")"
	}
	step := 1
	if testing.Short() {
		step = 67
	}
	for many := 1; many < 700; many += step + many/300*50 {
		program, err := mustParse(t, "ip and "+hosts(many)+" or tcp port 7").Compile(wire.LinkEthernet, 0, Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkProgram(t, program)
		vm := machineOf(t, program)
		for n, want := range map[int]bool{0: true, many / 2: true, many - 1: true, many: false, 5000: false} {
			src := fmt.Sprintf("0a01%02x%02x", n/256, n%256)
			f := ether(etherIP, ip4Packet(17, 0, 64, src, ip4B, "", udpDatagram(5, 6, "")))
			if got := matches(t, vm, f); got != want || run(program, f, uint32(len(f))) != 0 != want {
				t.Fatalf("%s in %d hosts: %v, want %v", src, many, got, want)
			}
		}
	}
	if _, err := mustParse(t, hosts(4500)).Compile(wire.LinkEthernet, 0, Options{}); !errors.Is(err, errTooLong) {
		t.Errorf("a filter of 4500 hosts: %v", err)
	}
	for _, text := range []string{
		strings.Repeat("(", 1<<15), strings.Repeat("not ", 1<<13), strings.Repeat("-", 1<<15), strings.Repeat(":", 1<<15),
		strings.Repeat("tcp[", 1<<13), "len " + strings.Repeat("% 3 ", 1<<13), strings.Repeat("x", 1<<17),
		"port " + strings.Repeat("(", 1<<14), "tcp or " + strings.Repeat("(80) or (", 1<<11),
	} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%.20q... is accepted", text)
		}
	}
	// What is said again and again is found to be the same, however long.
	for text, want := range map[string]int{
		strings.Repeat("ip or ", 10000) + "ip": 4, strings.Repeat("ip[0]=1 or ip[1]=2 and ", 2800) + "ip": 8,
	} {
		if p, err := mustParse(t, text).Compile(wire.LinkEthernet, 0, Options{}); err != nil || len(p) != want {
			t.Errorf("%.20q...: %d instructions, %v; want %d", text, len(p), err, want)
		}
	}
	// A sum needs no more memory than the machine has, however long.
	sum, err := mustParse(t, "len"+strings.Repeat(" + len", 99)+" = 100 * len").Compile(wire.LinkEthernet, 0, Options{})
	if err != nil || run(sum, nil, 54) == 0 {
		t.Errorf("a sum of 100: %v", err)
	}
	deep := "len" + strings.Repeat(" + len", 5000) + " > 1"
	if _, err := mustParse(t, deep).Compile(wire.LinkEthernet, 0, Options{}); !errors.Is(err, errTooLong) {
		t.Errorf("a sum of 5000: %v", err)
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	frame := etherFrames()[0]
	m := NewMatcher(mustParse(t, "tcp port 80 and len > 5"))
	if n := testing.AllocsPerRun(100, func() { m.Match(frame, len(frame), wire.LinkEthernet) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// BenchmarkMatch is a packet of a capture, chosen or not. The machine of x/net
// is there to compare with.
func BenchmarkMatch(b *testing.B) {
	frame := ether(etherIP, ip4Packet(6, 0, 64, ip4A, ip4B, "", tcpSegment(1024, 443, 0x18, "x")))
	for _, text := range []string{
		"tcp", "tcp port 443", "host 10.0.0.9", "port 80 or 8080",
		"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and not src and dst net 10.0.0.0/8",
		"tcp port 443 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)",
	} {
		e := mustParse(b, text)
		b.Run(text, func(b *testing.B) {
			m := NewMatcher(e)
			b.ReportAllocs()
			for b.Loop() {
				m.Match(frame, len(frame), wire.LinkEthernet)
			}
		})
		b.Run("x-net/"+text, func(b *testing.B) {
			program, _ := e.Compile(wire.LinkEthernet, 0, Options{})
			vm := machineOf(b, program)
			b.ReportAllocs()
			for b.Loop() {
				vm.Run(frame)
			}
		})
	}
}
