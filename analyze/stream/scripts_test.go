package stream_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/script"
	"tcpwatch/analyze/stream"
	"tcpwatch/capture/wire"
)

// follow gives segments to the analysis and to a Follower, and tells what that
// hands on, a line a piece:
//
//	client octets 0+10 of 4 ack 5
//
// is the client's octets from 0, ten of them, that packet 4 brought and packet 5
// acknowledged.
func follow(segs []wire.Segment, cfg stream.Config, each func(*stream.Piece)) (told []string, totals [][2]stream.Total) {
	cfg.Piece = func(p *stream.Piece) {
		told = append(told, tell(p))
		if each != nil {
			each(p)
		}
	}
	cfg.End = func(_ *analyze.Connection, client, server stream.Total) {
		totals = append(totals, [2]stream.Total{client, server})
	}
	f := stream.New(cfg)
	a := analyze.New(analyze.Config{Packet: f.Packet, Connection: f.Connection})
	for i := range segs {
		a.Segment(&segs[i])
	}
	a.Flush()
	if n := f.Held(); n != 0 {
		told = append(told, fmt.Sprintf("%d octets still held", n))
	}
	return told, totals
}

func tell(p *stream.Piece) string {
	from := "server"
	if p.FromClient {
		from = "client"
	}
	if p.Connection != 1 {
		from = fmt.Sprint(p.Connection, " ", from)
	}
	s := fmt.Sprintf("%s %s %d+%d", from, p.Kind, p.Offset, p.Len)
	if p.Reason != stream.NoReason {
		s += " " + p.Reason.String()
	}
	if p.Packet != 0 {
		s += fmt.Sprint(" of ", p.Packet)
	}
	if p.KeptPacket != 0 {
		s += fmt.Sprint(" kept of ", p.KeptPacket)
	}
	if p.AckPacket != 0 {
		s += fmt.Sprint(" ack ", p.AckPacket)
	}
	return s
}

const opened = `0     A>B S  0      <mss 1460,wscale 7>
+.01  B>A S. 0 ack 1 <mss 1460,wscale 7>
+.01  A>B .  1 ack 1 win 500
`

// A told is a script, and the pieces that must come of its segments. The script's octets
// depend on their numbers alone, so that the test knows them.
type told struct{ name, script, want string }

// TestRolesStay: what one end sent has one name, also where a SYN tells late who
// the client is.
func TestRolesStay(t *testing.T) {
	s, err := script.Parse(`
0    A>B P. 1:7(6) ack 1
+.01 A>B P. 1:7(6) ack 1 otherdata
+.01 B>A . 1 ack 7
+.01 A>B S 0
+.01 B>A S. 0 ack 1
+.01 A>B P. 7:13(6) ack 1
+.01 B>A P. 1:8(7) ack 13
+.01 A>B . 13 ack 8`)
	if err != nil {
		t.Fatal(err)
	}
	segs := s.Segments()
	for i := range segs { // by its port A would be the server
		for _, port := range []*uint16{&segs[i].SrcPort, &segs[i].DstPort} {
			switch *port {
			case 80:
				*port = 50000
			case 40000:
				*port = 80
			}
		}
	}
	names := map[wire.Tuple]bool{}
	told, totals := follow(segs, stream.Config{}, func(p *stream.Piece) {
		if was, ok := names[p.Tuple]; ok && was != p.FromClient {
			t.Errorf("%s: it had the other name before", tell(p))
		}
		names[p.Tuple] = p.FromClient
	})
	if len(names) != 2 || len(totals) != 1 {
		t.Fatalf("%v, %v", told, totals)
	}
	for i, total := range totals[0] {
		if names[total.Tuple] != (i == 0) || total.Contradicted != 4 {
			t.Errorf("%v: %+v\n%v", names, total, told)
		}
	}
}

func TestScripts(t *testing.T) {
	for _, c := range slices.Concat(octetCases, endCases, numberCases) {
		t.Run(c.name, func(t *testing.T) { c.check(t, nil) })
	}
}

// check follows the script, of whose packets no more octets of payload were captured than snap says.
func (c *told) check(t *testing.T, snap map[uint64]int) {
	s, err := script.Parse(c.script)
	if err != nil {
		t.Fatal(err)
	}
	segs := s.Segments()
	for i := range segs {
		if n, ok := snap[segs[i].Packet]; ok && n < len(segs[i].Payload) {
			segs[i].Payload = segs[i].Payload[:n]
		}
	}
	told, _ := follow(segs, stream.Config{}, func(p *stream.Piece) {
		if p.Kind == stream.Octets && !strings.Contains(string(segs[p.Packet-1].Payload), string(p.Data)) {
			t.Errorf("%s: %q is not of that packet", tell(p), p.Data)
		}
		if p.Kind != stream.Gap && int64(len(p.Data)) != p.Len || p.Kept != nil && len(p.Kept) != len(p.Data) {
			t.Errorf("%s: %d octets, %d kept", tell(p), len(p.Data), len(p.Kept))
		}
	})
	if got, want := strings.Join(told, "\n"), strings.TrimSpace(c.want); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestOctetsDiffer: of two versions a conflict is what lies between the first octet and the last that
// differ, whether the octets wait or were handed on.
func TestOctetsDiffer(t *testing.T) {
	for _, between := range []string{"", "+.1 B>A . 1 ack 11\n"} {
		s, err := script.Parse(opened + "+.1 A>B P. 1:11(10) ack 1\n" + between + "+.1 A>B P. 1:11(10) ack 1\n+.1 B>A . 1 ack 11")
		if err != nil {
			t.Fatal(err)
		}
		segs := s.Segments()
		again := len(segs) - 2
		segs[again].Payload = slices.Clone(segs[again].Payload) // equal ones share their octets
		for _, i := range []int{4, 6} {
			segs[again].Payload[i] ^= 1
		}
		told, _ := follow(segs, stream.Config{}, nil)
		if want := fmt.Sprintf("client conflict 4+3 of %d kept of 4", again+1); !slices.Contains(told, want) {
			t.Errorf("%q has no %q", told, want)
		}
	}
}
