package zeek

import (
	"reflect"
	"testing"
	"unsafe"

	"tcpwatch/analyze/script"
	"tcpwatch/capture/wire"
)

// run feeds a script to a Tracker; A is the originator.
func run(t *testing.T, text string) *Tracker {
	t.Helper()
	s, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	tr := &Tracker{}
	for i := range s.Events {
		e := &s.Events[i]
		tr.Segment(&e.Segment, e.From == 'A', e.Segment.Urgent == 9) // urg 9 marks a gap
	}
	return tr
}

const (
	open = "0 A>B S 0\n+1 B>A S. 0 ack 1\n+1 A>B . 1 ack 1\n"
	data = "+1 A>B P. 1:5(4) ack 1\n+1 B>A . 1 ack 5\n+1 B>A P. 1:9(8) ack 5\n"
)

func TestConnState(t *testing.T) {
	for _, c := range []struct{ name, text, state, history string }{
		{"nothing", "", "OTH", ""},
		{"SYN alone", "0 A>B S 0\n+1 A>B S 0\n", "S0", "S"},
		{"open", open, "S1", "ShA"},
		{"SYN-ACK makes both established", "0 A>B S 0\n+1 B>A S. 0 ack 1\n", "S1", "Sh"},
		{"closed", open + data + "+1 A>B F. 5 ack 9\n+1 B>A F. 9 ack 6\n+1 A>B . 6 ack 10\n", "SF", "ShADadFf"},
		{"originator closes", open + "+1 A>B F. 1 ack 1\n+1 B>A . 1 ack 2\n", "S2", "ShAFa"},
		{"responder closes", open + "+1 B>A F. 1 ack 1\n+1 A>B . 1 ack 2\n", "S3", "ShAf"},
		{"refused", "0 A>B S 0\n+1 B>A R. =0 ack 1\n", "REJ", "Sr"},
		{"SYN-ACK answered with RST, then RST", "0 A>B S 0\n+1 B>A S. 0 ack 1\n+1 A>B R 1\n", "RSTO", "ShR"},
		{"RST both ways without payload", "0 A>B S 0\n+1 A>B R 1\n+1 B>A R. =0 ack 1\n", "REJ", "SRr"},
		{"FIN with RST and RST, without payload", "0 A>B S 0\n+1 A>B FR 1\n+1 B>A R. =0 ack 1\n", "REJ", "SIr"},
		{"RST both ways, one far off", "0 A>B S 0\n+1 A>B R 1073741824\n+1 B>A R. =0 ack 1\n", "REJ", "SRr"},
		{"RST both ways with payload", open + data + "+1 A>B R. 5 ack 9\n+1 B>A R. 9 ack 5\n", "RSTR", "ShADadRr"},
		{"originator aborts", open + data + "+1 A>B R. 5 ack 9\n", "RSTO", "ShADadR"},
		{"responder aborts", open + data + "+1 B>A R. 9 ack 5\n", "RSTR", "ShADadr"},
		{"SYN then RST", "0 A>B S 0\n+1 A>B R 1\n", "RSTOS0", "SR"},
		{"SYN, payload, RST", "0 A>B S 0\n+1 A>B P. 1:3(2) ack 1\n+1 A>B R 3\n", "RSTOS0", "SDR"},
		{"SYN, ACK, RST", "0 A>B S 0\n+1 A>B . 1 ack 1\n+1 A>B R 1\n", "OTH", "SAR"},
		{"RST alone", "0 A>B R 1\n", "OTH", "R"},
		{"SYN-ACK then RST, no SYN", "0 B>A S. 0 ack 1\n+1 B>A R 1\n", "RSTRH", "^hr"},
		{"SYN then FIN", "0 A>B S 0\n+1 A>B F 1\n", "SH", "SF"},
		{"SYN-ACK then FIN", "0 B>A S. 0 ack 1\n+1 B>A F. 1 ack 1\n", "SHR", "^hf"},
		{"midstream", "0 A>B P. 1:5(4) ack 1\n+1 B>A . 1 ack 5\n", "OTH", "Da"},
		{"midstream, closed by both", "0 A>B F. 1 ack 1\n+1 B>A F. 1 ack 2\n+1 A>B . 2 ack 2\n", "SF", "FfA"},
		{"midstream, responder first", "0 B>A P. 1:5(4) ack 1\n+1 A>B . 1 ack 5\n", "OTH", "^dA"},
		{"SYN missing", "0 B>A S. 0 ack 1\n+1 A>B . 1 ack 1\n", "S1", "^hA"},
		{"SYN after SYN-ACK", "0 B>A S. 0 ack 1\n+1 A>B S 0\n+1 A>B . 1 ack 1\n", "OTH", "^hSA"},
		{"simultaneous open", "0 A>B S 0\n+1 B>A S 0\n+1 A>B S. 0 ack 1\n+1 B>A S. 0 ack 1\n", "S1", "Ss"},
		{"split handshake", "0 A>B S 0\n+1 B>A . 0 ack 1\n+1 B>A S 0\n+1 A>B S. 0 ack 1\n", "S1", "Sas"},
		{"FIN and RST, then FIN of the other", open + "+1 B>A F. 1 ack 1\n+1 B>A R 2\n+1 A>B F. 1 ack 2\n", "SF", "ShAfrF"},
		{"RST after both FINs", open + "+1 A>B F. 1 ack 1\n+1 B>A F. 1 ack 2\n+1 A>B R 2\n", "SF", "ShAFfR"},
		{"RST after own FIN", open + "+1 A>B F. 1 ack 1\n+1 A>B R 2\n", "RSTO", "ShAFR"},
		{"SYN after midstream", "0 A>B . 1 ack 1\n+1 A>B S 5\n", "S0", "AS"},
	} {
		tr := run(t, c.text)
		if got, want := tr.ConnState()+" "+tr.History(), c.state+" "+c.history; got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
	}
}

// TestHistory checks which letters are repeated.
func TestHistory(t *testing.T) {
	rep := func(n int, line string) (s string) {
		for range n {
			s += line
		}
		return s
	}
	for _, c := range []struct{ name, text, want string }{
		{"A and D once", open + data + data, "ShADadTt"},
		{"same SYN-ACK again", "0 A>B S 0\n+1 B>A S. 0 ack 1\n+1 B>A S. 0 ack 1\n", "Sh"},
		{"same FIN again", open + rep(2, "+1 A>B F. 1 ack 1\n"), "ShAF"},
		{"another FIN", open + "+1 A>B F. 1 ack 1\n+1 A>B F. 1:5(4) ack 1\n", "ShAFF"},
		{"FIN with other payload in front, same end", open + "+1 A>B F. 1:5(4) ack 1\n+1 A>B F. 5 ack 1\n", "ShAF"},
		{"same RST again", open + rep(2, "+1 A>B R 1\n"), "ShAR"},
		{"another RST", open + "+1 A>B R 1\n+1 A>B R 65537\n", "ShARR"},
		{"SYN with another number after FIN", open + "+1 A>B F. 1 ack 1\n+1 A>B S 70000\n", "ShAFS"},
		{"FIN and RST", open + rep(2, "+1 A>B FR 1\n"), "ShAI"},
		{"SYN and FIN, SYN and RST", rep(2, "0 A>B SF 0\n") + rep(2, "+1 B>A SR 0\n"), "Qq"},
		{"all three", "0 A>B SFR 0\n", "I"},
		{"no flag at all", open + "+1 B>A - 1\n", "ShA"},
		{"bad checksum is counted and otherwise ignored", "0 A>B S 0 badsum\n" + open, "CShA"},
		{"checksums by powers of ten", rep(99, "0 A>B S 0 badsum\n"), "CC"},
		{"retransmissions", open + rep(11, "+1 A>B . 1:5(4) ack 1\n"), "ShADTT"},
		{"reordering counts as T", open + "+1 A>B . 5:9(4) ack 1\n+1 A>B . 1:5(4) ack 1\n", "ShADT"},
		{"payload in a SYN counts as T", "0 A>B S 0(4)\n", "ST"},
		{"zero window", open + rep(10, "+1 B>A . 1 ack 1 win 0\n"), "ShAaww"},
		{"zero window in a RST", open + "+1 B>A R 1 win 0\n", "ShAr"},
		{"zero window after the own RST", open + "+1 A>B R 1\n+1 A>B . 1 ack 1 win 0\n", "ShAR"},
		{"zero window after the other's FIN", open + "+1 A>B F. 1 ack 1\n+1 B>A . 1 ack 2 win 0\n", "ShAFa"},
		{"gap", open + "+1 B>A . 1 ack 5 urg 9\n", "ShAaG"},
		{"gap before the connection is open", "0 A>B . 1 ack 1\n+1 B>A . 1 ack 5 urg 9\n", "Aa"},
	} {
		if got := run(t, c.text).History(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestBound fills the history and goes on.
func TestBound(t *testing.T) {
	tr := &Tracker{}
	for i := range 200000 {
		seg := wire.Segment{Flags: wire.RST, Seq: wire.Seq(i * 7919), Len: uint32(i % 3)}
		tr.Segment(&seg, i%2 == 0, true)
		seg.Checksum = wire.ChecksumBad
		tr.Segment(&seg, i%2 == 0, true)
	}
	if n := len(tr.History()); n != maxHistory {
		t.Errorf("%d letters", n)
	}
	for i, l := range tr.History() {
		if l == '^' && i > 0 {
			t.Errorf("^ at %d", i)
		}
	}
}

func TestScaled(t *testing.T) {
	tr := &Tracker{}
	seg := wire.Segment{Checksum: wire.ChecksumBad}
	for range 200000 {
		tr.Segment(&seg, true, false)
	}
	if got := tr.History(); got != "CCCCC" {
		t.Errorf("history %s", got)
	}
}

// TestLetters checks that every letter survives packing, at every place.
func TestLetters(t *testing.T) {
	for i := range letters {
		for place := range maxHistory {
			var tr Tracker
			want := make([]byte, 0, maxHistory)
			for j := range maxHistory {
				l := byte('S')
				if j == place {
					l = letters[i]
				}
				tr.add(l)
				want = append(want, l)
			}
			if tr.History() != string(want) {
				t.Fatalf("%s, want %s", tr.History(), want)
			}
		}
	}
}

func TestSize(t *testing.T) {
	if n := unsafe.Sizeof(Tracker{}); n > 64 {
		t.Errorf("Tracker has %d octets", n)
	}
	if hasPointer(reflect.TypeFor[Tracker]()) {
		t.Error("Tracker holds a pointer")
	}
}

func hasPointer(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return hasPointer(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasPointer(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.Bool, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return false
	}
	return true
}

func TestNoAllocation(t *testing.T) {
	var tr Tracker
	seg := wire.Segment{Flags: wire.ACK, Len: 5}
	if n := testing.AllocsPerRun(100, func() { tr.Segment(&seg, true, false); seg.Seq++ }); n != 0 {
		t.Errorf("%v allocations a segment", n)
	}
}

func FuzzTracker(f *testing.F) {
	f.Add([]byte{2, 0, 1, 1, 18, 0, 1, 0, 16, 1, 1, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var tr Tracker
		for ; len(b) >= 4; b = b[4:] {
			seg := wire.Segment{
				Flags: wire.Flags(b[0]), Seq: wire.Seq(int8(b[1])) << (b[3] % 25), Ack: wire.Seq(b[2]),
				Len: uint32(b[1] % 3), Window: uint16(b[2] % 2), Checksum: wire.Checksum(b[3] >> 6),
			}
			tr.Segment(&seg, b[3]&32 != 0, b[3]&16 != 0)
		}
		known := map[string]bool{"S0": true, "S1": true, "SF": true, "REJ": true, "S2": true, "S3": true, "RSTO": true,
			"RSTR": true, "RSTOS0": true, "RSTRH": true, "SH": true, "SHR": true, "OTH": true}
		if s := tr.ConnState(); !known[s] {
			t.Fatalf("conn_state %q", s)
		}
		if len(tr.History()) > maxHistory {
			t.Fatal("history too long")
		}
	})
}

// TestHistories: every connection has its own history, however many there are.
func TestHistories(t *testing.T) {
	var h Histories
	for round := range 2 {
		for i := range 3 * mostTexts {
			var x Tracker
			for n := i % 2 * perWord; n > 0; n-- { // half of them have two words
				x.add('T')
			}
			for n := i; n > 0; n /= 4 {
				x.add("SADF"[n%4])
			}
			if got, want := h.Of(&x), x.History(); got != want {
				t.Fatalf("round %d, %d: %q, want %q", round, i, got, want)
			}
			if len(h.of) > mostTexts {
				t.Fatalf("%d texts", len(h.of))
			}
		}
	}
	var x Tracker
	x.add('S')
	h.Of(&x)
	if n := testing.AllocsPerRun(10, func() { h.Of(&x) }); n != 0 {
		t.Errorf("%v allocations for a history that is known", n)
	}
}
