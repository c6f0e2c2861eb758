package streams

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/stream"
	"tcpwatch/capture/wire"
	"tcpwatch/report/escape"
	"tcpwatch/report/prose"
)

var tuple = wire.Tuple{
	Src: wire.AddrFrom4([4]byte{192, 0, 2, 1}), SrcPort: 40000, Dst: wire.AddrFrom4([4]byte{192, 0, 2, 2}), DstPort: 80,
}

// octets are a piece of the client or the server.
func sent(client bool, offset int64, data string) *stream.Piece {
	p := &stream.Piece{
		Connection: 1, FromClient: client, Tuple: tuple, Kind: stream.Octets, Offset: offset,
		Len: int64(len(data)), Data: []byte(data), Packet: 4, AckPacket: 5, Time: 1e18,
	}
	if !client {
		p.Tuple = tuple.Reverse()
	}
	return p
}

func record() *analyze.Connection {
	return &analyze.Connection{
		Number: 1, Client: netip.MustParseAddrPort("192.0.2.1:40000"), Server: netip.MustParseAddrPort("192.0.2.2:80"),
	}
}

func write(o Options, pieces ...*stream.Piece) string {
	var b bytes.Buffer
	w := NewWriter(&b, o)
	totals := [2]stream.Total{{Tuple: tuple}, {Tuple: tuple.Reverse()}}
	for _, p := range pieces {
		w.Piece(p)
		t := &totals[sideOf(p.FromClient)]
		t.AnyACK, t.FromStart, t.Begun = true, true, true
		if p.Kind == stream.Octets {
			t.Octets += p.Len
		}
	}
	w.End(record(), totals[0], totals[1])
	if err := w.Close(); err != nil {
		return err.Error()
	}
	return b.String()
}

// body is the text between the head and the sums.
func body(s string) string {
	_, s, _ = strings.Cut(s, "\n\n")
	i := strings.LastIndex(s, "\n\nclient")
	return s[:i]
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		name, want string
		o          Options
		pieces     []*stream.Piece
	}{
		{"lines", "> one\n>\n> two", Options{}, []*stream.Piece{sent(true, 0, "one\r\n\r\ntwo")}},
		{"a line in two pieces", "> one two", Options{}, []*stream.Piece{sent(true, 0, "one "), sent(true, 4, "two\n")}},
		{"CR and LF in two pieces", "> one\n> two", Options{}, []*stream.Piece{sent(true, 0, "one\r"), sent(true, 4, "\ntwo")}},
		{"CR alone", "> one\\x0dtwo\\x0d", Options{}, []*stream.Piece{sent(true, 0, "one\r"), sent(true, 4, "two\r")}},
		{"the other side between", "> ask\n< answer\n>+ more", Options{}, []*stream.Piece{
			sent(true, 0, "ask"), sent(false, 0, "answer\n"), sent(true, 3, " more")}},
		{"a character in two pieces", "> \u00e9", Options{}, []*stream.Piece{sent(true, 0, "\xc3"), sent(true, 1, "\xa9")}},
		{"CR alone before the other side", "> ls\\x0d\n< a\n>+", Options{}, []*stream.Piece{
			sent(true, 0, "ls\r"), sent(false, 0, "a\n"), sent(true, 3, "\n")}},
		{"the other side within a character", "> a\\xe2\\x82\n< srv\n>+\\xac", Options{}, []*stream.Piece{
			sent(true, 0, "a\xe2\x82"), sent(false, 0, "srv"), sent(true, 3, "\xac\n")}},
		{"a character that ends", "> \\xc3\n< x", Options{}, []*stream.Piece{sent(true, 0, "\xc3"), sent(false, 0, "x")}},
		{"escapes", `> \x1b[2J\x07\x9b\u202e`, Options{}, []*stream.Piece{sent(true, 0, "\x1b[2J\a\x9b\u202e")}},
		{"tabulators", "> a       b", Options{}, []*stream.Piece{sent(true, 0, "a\tb")}},
		{"broken lines", "> abcdefgh\n>+ijkl\n> x", Options{Style: prose.Style{Width: 10}}, []*stream.Piece{sent(true, 0, "abcdefghijkl\nx")}},
		{"wide characters", "> 日本\n>+語", Options{Style: prose.Style{Width: 7}}, []*stream.Piece{sent(true, 0, "日本語")}},
		{"only ASCII", `> gr\u00fcn`, Options{Style: prose.Style{ASCII: true}}, []*stream.Piece{sent(true, 0, "grün")}},
		{"one side", "< answer", Options{From: "server"}, []*stream.Piece{sent(true, 0, "ask"), sent(false, 0, "answer")}},
	} {
		text := write(c.o, c.pieces...)
		if c.o.From == "server" {
			text = strings.Replace(text, "\nserver", "\nclient", 1)
		}
		if got := body(text); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestHostile: no octet that a terminal obeys comes through, no line is
// wider than the terminal, and colour takes nothing away.
func TestHostile(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	colors := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for range 300 {
		var pieces []*stream.Piece
		var at [2]int64
		for range 1 + r.IntN(10) {
			data := make([]byte, 1+r.IntN(300))
			for i := range data {
				data[i] = byte(r.Uint32())
				if r.IntN(20) == 0 {
					data[i] = '\n'
				}
			}
			client := r.IntN(2) == 0
			p := sent(client, at[sideOf(client)], string(data))
			switch r.IntN(6) {
			case 0:
				p.Kind, p.Reason = stream.Outside, stream.Late
			case 1:
				p.Kind, p.Kept, p.KeptPacket = stream.Conflict, data, 3
			default:
				at[sideOf(client)] += p.Len
			}
			pieces = append(pieces, p)
		}
		for _, form := range []Form{Text, Hex} {
			o := Options{Form: form, Style: prose.Style{Width: 80}}
			plain := write(o, pieces...)
			for line := range strings.Lines(plain) {
				line = strings.TrimSuffix(line, "\n")
				if escape.Text(line) != line || prose.Width(line) > 80 {
					t.Fatalf("%s: %d columns: %q", form, prose.Width(line), line)
				}
			}
			o.Style.Color = true
			if colored := write(o, pieces...); colors.ReplaceAllString(colored, "") != plain {
				t.Fatalf("%s: colour changes the text", form)
			}
		}
	}
}

func TestHex(t *testing.T) {
	got := body(write(Options{Form: Hex}, sent(true, 0, "0123456789"), sent(true, 10, "abcdefgh\n"), sent(false, 1<<32, "x")))
	want := "> 00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n" +
		"> 00000010  67 68 0a                                          |gh.|\n" +
		"< 100000000  78                                                |x|"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestObjects wants every member of the objects in the document, and the
// octets back.
func TestObjects(t *testing.T) {
	known := map[string]bool{}
	for _, m := range members {
		known[m.name] = true
	}
	all := ""
	for b := range 256 {
		all += string([]byte{byte(b)})
	}
	gap := &stream.Piece{Connection: 1, Tuple: tuple, Kind: stream.Gap, Reason: stream.NotCaptured, Offset: 256, Len: 3, AckPacket: 9}
	conflict := sent(true, 0, "other")
	conflict.Kind, conflict.Kept, conflict.KeptPacket = stream.Conflict, []byte("first"), 3
	text := write(Options{Form: NDJSON}, sent(true, 0, all), gap, conflict)
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		for name := range o {
			seen[name] = true
			if !known[name] {
				t.Errorf("member %s is not in the document", name)
			}
		}
		var octets struct{ Octets []byte }
		if o["kind"] == "octets" {
			if err := json.Unmarshal([]byte(line), &octets); err != nil || string(octets.Octets) != all {
				t.Errorf("%v: %q came back", err, octets.Octets)
			}
		}
	}
	for name := range known {
		if !seen[name] && name != "file" {
			t.Errorf("member %s is in the document alone", name)
		}
	}
}

// TestFolder writes to more files than are open at one time, in turns.
func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "streams")
	s, err := NewFolder(dir, GapHole, nil)
	if err != nil {
		t.Fatal(err)
	}
	const connections, rounds = 3 * mostOpenFiles, 5
	at := int64(0)
	for round := range rounds {
		for n := range connections {
			p := sent(n%2 == 0, at, fmt.Sprintf("%03d-%d", n, round))
			p.Connection = uint64(n + 1)
			s.Piece(p)
			if s.open.Len() > mostOpenFiles {
				t.Fatalf("%d files are open", s.open.Len())
			}
			if round == 2 {
				g := *p
				g.Kind, g.Reason, g.Data, g.Offset, g.Len = stream.Gap, stream.Unknown, nil, at+5, 3
				s.Piece(&g)
			}
		}
		at += 5
		if round == 2 {
			at += 3
		}
	}
	s.Piece(&stream.Piece{Connection: 1, FromClient: true, Tuple: tuple, Kind: stream.Gap, Reason: stream.NotCaptured, Offset: at, Len: 2})
	c := record()
	for n := range connections {
		c.Number = uint64(n + 1)
		s.End(c, stream.Total{Tuple: tuple}, stream.Total{Tuple: tuple.Reverse()})
	}
	if err := s.Close(); err != nil || s.open.Len() != 0 || len(s.live) != 0 {
		t.Fatalf("%v, %d open, %d live", err, s.open.Len(), len(s.live))
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != connections+1 {
		t.Fatalf("%v, %d files", err, len(files))
	}
	for n := range connections {
		got, err := os.ReadFile(filepath.Join(dir, files[n].Name()))
		want := fmt.Sprintf("%03d-0%03d-1%03d-2\x00\x00\x00%03d-3%03d-4", n, n, n, n, n)
		if n == 0 {
			want += "\x00\x00"
		}
		if err != nil || string(got) != want {
			t.Fatalf("%s: %v, %q, want %q", files[n].Name(), err, got, want)
		}
	}
	if _, err := NewFolder(dir, GapHole, nil); err == nil {
		t.Error("a folder with something in it was taken")
	}
}

// TestFolderShutsOldest: where too many files are open, the one that was not
// written to for longest is closed.
func TestFolderShutsOldest(t *testing.T) {
	s, err := NewFolder(filepath.Join(t.TempDir(), "streams"), GapHole, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	write := func(connection uint64, at int64) {
		p := sent(true, at, "x")
		p.Connection = connection
		s.Piece(p)
	}
	for n := range uint64(mostOpenFiles) {
		write(n+1, 0)
	}
	write(1, 1)
	write(mostOpenFiles+1, 0)
	for n, open := range map[uint64]bool{1: true, 2: false, 3: true, mostOpenFiles + 1: true} {
		if both := s.live[n]; (both[0].f != nil || both[1].f != nil) != open {
			t.Errorf("connection %d: open is %v, want %v", n, !open, open)
		}
	}
}

// TestFolderFewFiles: where fewer files may be open than the folder wants,
// it does with those.
func TestFolderFewFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "streams")
	s, err := NewFolder(dir, GapHole, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.openFile = func(name string, flags int, mode os.FileMode) (*os.File, error) {
		if s.open.Len() >= 5 {
			return nil, &os.PathError{Op: "open", Path: name, Err: syscall.EMFILE}
		}
		return os.OpenFile(name, flags, mode)
	}
	const connections = 20
	for round := range int64(3) {
		for n := range connections {
			p := sent(true, round, string(rune('a'+round)))
			p.Connection = uint64(n + 1)
			s.Piece(p)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != connections+1 {
		t.Fatalf("%v, %d files", err, len(files))
	}
	for _, f := range files[:connections] {
		if got, err := os.ReadFile(filepath.Join(dir, f.Name())); err != nil || string(got) != "abc" {
			t.Errorf("%s: %v, %q", f.Name(), err, got)
		}
	}
}

// TestFolderFull: an error of a file ends the writing, and is told.
func TestFolderFull(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "streams")
	s, err := NewFolder(dir, GapSkip, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := sent(true, 0, "x")
	if err := os.Mkdir(filepath.Join(dir, fileName(p)), 0o777); err != nil {
		t.Fatal(err)
	}
	s.Piece(p)
	s.Piece(sent(false, 0, "y"))
	s.End(record(), stream.Total{}, stream.Total{})
	if err := s.Close(); err == nil || !strings.Contains(err.Error(), fileName(p)) {
		t.Errorf("%v", err)
	}
}

// TestContradicted: where a SYN contradicts the names of the ends, it is said.
func TestContradicted(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b, Options{})
	w.Piece(sent(true, 0, "x"))
	c := record()
	c.Client, c.Server = c.Server, c.Client
	w.End(c, stream.Total{Tuple: tuple, Contradicted: 9}, stream.Total{Tuple: tuple.Reverse(), Contradicted: 9})
	if err := w.Close(); err != nil || !strings.Contains(b.String(), "-- packet 9 shows that 192.0.2.2:80 is the client") {
		t.Errorf("%v, %s", err, b.String())
	}
}

// TestDoubtedText: what was not acknowledged is not said to be accepted.
func TestDoubtedText(t *testing.T) {
	p := sent(true, 0, "x")
	p.Reason = stream.SYNData
	if got := PieceText(p); !strings.HasSuffix(got, ": accepted all the same: "+doubtTexts[stream.SYNData]) {
		t.Error(got)
	}
	p.AckPacket = 0
	for _, got := range []string{PieceText(p), write(Options{}, p)} {
		if !strings.Contains(got, ": perhaps not accepted: sent in a SYN, and no acknowledgement was captured") || strings.Contains(got, "all the same") {
			t.Error(got)
		}
	}
}

// TestTotalText: nothing is said to be complete of which nothing is known.
func TestTotalText(t *testing.T) {
	for _, c := range []struct {
		total stream.Total
		want  string
	}{
		{stream.Total{}, "0 B, and nothing tells whether it sent any"},
		{stream.Total{AnyACK: true}, "0 B, nothing missing"},
		{stream.Total{FromStart: true}, "0 B, nothing missing"},
		{stream.Total{Begun: true, AnyACK: true, Gaps: 1, Missing: 5}, "0 B, the beginning was not captured, 5 B missing in 1 gap"},
	} {
		if got := totalText(&c.total); got != c.want {
			t.Errorf("%+v: %q, want %q", c.total, got, c.want)
		}
	}
}

func TestFileName(t *testing.T) {
	p := sent(true, 0, "x")
	p.Connection = 123
	if got := fileName(p); got != "00000123-client-192.0.2.1_40000-192.0.2.2_80" {
		t.Error(got)
	}
	p.Tuple.IPv6, p.Tuple.Src = true, wire.Addr{0: 0x20, 1: 1, 15: 1}
	if got := fileName(p); strings.ContainsAny(got, ":/\\[] ") {
		t.Error(got)
	}
}
