package analyze_test

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/script"
	"tcpwatch/capture/wire"
)

var ranges = regexp.MustCompile(` (\d+):(\d+) `)

// sighted reads a script whose lines end with the place that the segment was captured
// at, "@1" for interface 1, and what is said of it: "copy", "again", "late", "dup" (a
// DUP-ACK), "alive" (a KEEP-ALIVE) or nothing. Segments have no identification unless they have id.
func sighted(t *testing.T, text string) (segs []wire.Segment, want []string) {
	t.Helper()
	var lines []string
	var faces []int32
	for line := range strings.Lines(text) {
		segment, place, found := strings.Cut(strings.TrimSpace(line), " @")
		if !found {
			continue
		}
		lines = append(lines, ranges.ReplaceAllStringFunc(segment, func(r string) string {
			from, to, _ := strings.Cut(strings.TrimSpace(r), ":")
			low, _ := strconv.Atoi(from)
			high, _ := strconv.Atoi(to)
			return fmt.Sprintf(" %s:%s(%d) ", from, to, high-low)
		}))
		faces = append(faces, int32(place[0]-'0'))
		want = append(want, strings.TrimSpace(place[1:]))
	}
	s, err := script.Parse(strings.Join(lines, "\n") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Events {
		seg := s.Events[i].Segment
		seg.Interface = faces[i]
		segs = append(segs, seg)
	}
	return segs, want
}

// saidOf says what Analyzer finds of each segment, in the words of sighted.
func saidOf(segs []wire.Segment) (said []string) {
	a := analyze.New(analyze.Config{Packet: func(o *analyze.Observation) {
		var words []string
		for _, w := range []struct {
			id   label.ID
			word string
		}{{label.DuplicatePacket, "copy"}, {label.Retransmission, "again"}, {label.OutOfOrder, "late"}, {label.DupAck, "dup"}, {label.KeepAlive, "alive"}} {
			if o.Labels.Has(w.id) {
				words = append(words, w.word)
			}
		}
		said = append(said, strings.Join(words, " "))
	}})
	for i := range segs {
		a.Segment(&segs[i])
	}
	a.Flush()
	return said
}

// ways are handshakes that were captured at both ends of a way that takes 5 ms, and at
// either of two ways side by side.
const (
	bothEnds = "0 A>B S 0 @0\n+.005 A>B S 0 @1 copy\n+0 B>A S. 0 ack 1 @1\n+.005 B>A S. 0 ack 1 @0 copy\n+0 A>B . 1 ack 1 @0\n+.005 A>B . 1 ack 1 @1 copy\n"
	sideways = "0 A>B S 0 @0\n+.005 B>A S. 0 ack 1 @0\n+.005 A>B . 1 ack 1 @0\n"
	permits  = " <mss 1460,sackOK>"
	sacking  = "0 A>B S 0" + permits + " @0\n+.005 A>B S 0" + permits + " @1 copy\n+0 B>A S. 0 ack 1" + permits + " @1\n+.005 B>A S. 0 ack 1" + permits +
		" @0 copy\n+0 A>B . 1 ack 1 @0\n+.005 A>B . 1 ack 1 @1 copy\n"
)

// TestPlaces: without identification and timestamp a second sight of a segment is told
// from a retransmission by where it was captured, however late it comes.
func TestPlaces(t *testing.T) {
	for _, c := range []struct{ name, script string }{
		{"at the other end", bothEnds + "+1 A>B P. 1:101 ack 1 @0\n+.05 A>B P. 1:101 ack 1 @1 copy\n"},
		{"at the same end", bothEnds + "+1 A>B P. 1:101 ack 1 @0\n+.05 A>B P. 1:101 ack 1 @0 again\n"},
		{"on another way", sideways + "+1 A>B P. 1:101 ack 1 @0\n+.05 A>B P. 1:101 ack 1 @1 again\n"},
		{"behind a router, by the TTL", strings.NewReplacer(" @0", " ttl 64 @0", " @1", " ttl 63 @0").Replace(
			bothEnds + "+1 A>B P. 1:101 ack 1 @0\n+.05 A>B P. 1:101 ack 1 @1 copy\n+.05 A>B P. 1:101 ack 1 @1 again\n")},
		{"before the first", bothEnds + "+1 A>B P. 1:101 ack 1 @1\n+.05 A>B P. 1:101 ack 1 @0 copy\n+1 A>B P. 101:201 ack 1 @0\n+.05 A>B P. 101:201 ack 1 @1 copy\n"},
		{"sent again, and that at the other end", bothEnds + "+1 A>B P. 1:101 ack 1 @0\n+.05 A>B P. 1:101 ack 1 @1 copy\n" +
			"+.3 A>B P. 1:101 ack 1 @0 again\n+.05 A>B P. 1:101 ack 1 @1 copy\n+.3 A>B P. 1:101 ack 1 @1 again\n+.05 A>B P. 1:101 ack 1 @0 copy\n"},
		{"lost between", bothEnds + "+1 A>B P. 1:101 ack 1 @0\n+.3 A>B P. 1:101 ack 1 @0 again\n+.05 A>B P. 1:101 ack 1 @1 copy\n"},
		{"the copy lost between, and after others", bothEnds + "+1 A>B P. 1:101 ack 1 @0\n+.01 A>B P. 101:201 ack 1 @0\n+.05 A>B P. 101:201 ack 1 @1 copy\n" +
			"+.3 A>B P. 1:101 ack 1 @0 again\n+.05 A>B P. 1:101 ack 1 @1 copy\n"},
		{"twice at one of two ends", bothEnds + "+1 A>B . 1:101 ack 1 @0\n+.005 A>B . 1:101 ack 1 @0 copy\n+.05 A>B . 1:101 ack 1 @1 copy\n+1 A>B . 101:201 ack 1 @0\n+.009 A>B . 101:201 ack 1 @0 again\n"},
		{"three places", bothEnds + "+1 A>B P. 1:101 ack 1 @0\n+.05 A>B P. 1:101 ack 1 @2 copy\n+.05 A>B P. 1:101 ack 1 @1 copy\n+.05 A>B P. 1:101 ack 1 @2 again\n"},
		{"another payload", bothEnds + "+1 A>B P. 1:101 ack 1 @0\n+.05 A>B P. 1:101 ack 1 otherdata @1 again\n"},
		{"a later timestamp", strings.NewReplacer("S 0", "S 0 <TS val 1 ecr 0>", "S. 0 ack 1", "S. 0 ack 1 <TS val 1 ecr 1>", ". 1 ack 1", ". 1 ack 1 <TS val 1 ecr 1>").Replace(bothEnds) +
			"+.2 A>B P. 1:101 ack 1 <TS val 200 ecr 1> @0\n+.05 A>B P. 1:101 ack 1 <TS val 250 ecr 1> @1 again\n"},
		{"joined on the way", bothEnds + "+1 A>B . 1:101 ack 1 @0\n+0 A>B P. 101:201 ack 1 @0\n+.05 A>B P. 1:201 ack 1 @1 copy\n"},
		{"joined, and half of it was there", bothEnds + "+1 A>B . 1:101 ack 1 @0\n+0 A>B P. 101:201 ack 1 @0\n+.05 A>B . 1:101 ack 1 @1 copy\n+0 A>B P. 1:201 ack 1 @1 again\n"},
		{"cut on the way", bothEnds + "+1 A>B P. 1:201 ack 1 @0\n+.05 A>B . 1:101 ack 1 @1 copy\n+0 A>B P. 101:201 ack 1 @1 copy\n+.3 A>B P. 101:201 ack 1 @1 again\n"},
		{"missed at the first end", bothEnds + "+1 A>B . 1:101 ack 1 @0\n+0 A>B . 201:301 ack 1 @0\n+.05 A>B . 1:101 ack 1 @1 copy\n+0 A>B . 101:201 ack 1 @1\n+0 A>B . 201:301 ack 1 @1 copy\n"},
		{"missed, and late", bothEnds + "+1 A>B . 1:101 ack 1 @0\n+0 A>B . 201:301 ack 1 @0\n+.05 A>B . 1:101 ack 1 @1 copy\n+0 A>B . 201:301 ack 1 @1 copy\n+0 A>B . 101:201 ack 1 @1 again\n"},
		{"the tap of the SYN-ACK missed it", "0 A>B S 0 @0\n+.005 A>B S 0 @1 copy\n+.005 B>A S. 0 ack 1 @0\n+0 A>B . 1 ack 1 @0\n+1 B>A P. 1:101 ack 1 @1\n+.05 B>A P. 1:101 ack 1 @0 copy\n"},
		{"first at the other end, and sent again", bothEnds + "+1 A>B . 1:101 ack 1 @0\n+.05 A>B . 1:101 ack 1 @1 copy\n+0 A>B . 101:201 ack 1 @1\n+.3 A>B . 1:101 ack 1 @0 again\n"},
		{"missed at the first end, and sent again", bothEnds + "+1 A>B . 1:101 ack 1 @0\n+0 A>B . 201:301 ack 1 @0\n+.05 A>B . 1:101 ack 1 @1 copy\n+0 A>B . 101:201 ack 1 @1\n+.3 A>B . 101:201 ack 1 @1 again\n"},
		{"joined after a loss", bothEnds + "+1 A>B . 1:101 ack 1 @0\n+0 A>B . 101:201 ack 1 @0\n+0 A>B . 201:301 ack 1 @0\n+.05 A>B . 101:301 ack 1 @1 copy\n"},
		{"joined on the way of the end whose SYN-ACK was missed", "0 A>B S 0 @0\n+.005 A>B S 0 @1 copy\n+.005 B>A S. 0 ack 1 @0\n+0 A>B . 1 ack 1 @0\n+1 B>A P. 1:101 ack 1 @1\n+.05 B>A P. 1:101 ack 1 @0 copy\n" +
			"+1 B>A . 101:201 ack 1 @1\n+0 B>A . 201:301 ack 1 @1\n+.05 B>A . 101:301 ack 1 @0 copy\n"},
		{"an ACK overtaken at the place of ACKs", "0 A>B S 0 @0\n+.005 A>B S 0 @1 copy\n+.005 B>A S. 0 ack 1 @0\n+0 A>B . 1 ack 1 @0\n+1 A>B . 1:101 ack 1 @0\n+0 A>B . 101:201 ack 1 @0\n" +
			"+.005 B>A . 1 ack 101 @1\n+0 B>A . 1 ack 201 @1\n+.3 B>A . 1 ack 101 @1\n"},
		{"another acknowledgement", bothEnds + "+1 A>B P. 1:101 ack 1 @0\n+.005 B>A P. 1:11 ack 1 @1\n+.1 A>B P. 1:101 ack 11 @1 copy\n+.005 A>B P. 1:101 ack 11 @0 again\n"},
	} {
		segs, want := sighted(t, c.script)
		if said := saidOf(segs); !slices.Equal(said, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, said, want)
		}
	}
}

// TestPlacesFarApart: two captures whose clocks differ by a second are one after the other.
func TestPlacesFarApart(t *testing.T) {
	const once = "+.2 A>B . 1 ack 1 @0\n+0 A>B P. 1:101 ack 1 @0\n+.2 B>A P. 1:11 ack 101 @0\n+.2 A>B . 101 ack 11 @0\n+0 A>B P. 101:201 ack 11 @0\n"
	// What follows the handshake is acknowledged and forgotten when it comes to the other end.
	forgotten := "0 A>B S 0 id 10 @0\n+.005 A>B S 0 id 10 @1 copy\n+0 B>A S. 0 ack 1 @1\n+.005 B>A S. 0 ack 1 @0 copy\n+0 A>B . 1 ack 1 id 11 @0\n" +
		"+1 A>B . 1:101 ack 1 id 12 @0\n+0 A>B . 101:201 ack 1 id 13 @0\n+0 A>B . 201:301 ack 1 id 14 @0\n+0 A>B . 301:401 ack 1 id 15 @0\n+.01 B>A . 1 ack 401 @1\n+.5 A>B . 401:501 ack 1 id 16 @0\n" +
		"+.3 A>B . 1:101 ack 1 id 12 @1 copy\n+0 A>B . 201:301 ack 1 id 14 @1 copy\n"
	for _, c := range []struct{ name, script string }{
		{"all of it", "0 A>B S 0 @0\n+.2 B>A S. 0 ack 1 @0\n" + once + "+1 A>B S 0 @1 copy\n+.2 B>A S. 0 ack 1 @1 copy\n+0 A>B P. 1:101 ack 1 @1 copy\n" +
			"+.2 B>A P. 1:11 ack 101 @1 copy\n+.4 A>B P. 101:201 ack 11 @1 copy\n+.4 A>B P. 101:201 ack 11 @1 again\n"},
		{"a SYN whose sender has not gone on", "0 A>B S 0 @0\n+1 A>B S 0 @1 again\n+.01 B>A S. 0 ack 1 @1\n+1 B>A S. 0 ack 1 @0 again\n"},
		{"at the same place", "0 A>B S 0 @0\n+.2 B>A S. 0 ack 1 @0\n" + once + "+1 A>B S 0 @0 late\n+1 B>A S. 0 ack 1 @0 again\n"},
		{"a SYN-ACK before an answer", "0 A>B S 0 @0\n+.2 B>A S. 0 ack 1 @0\n+.2 A>B . 1 ack 1 @0\n+1 B>A S. 0 ack 1 @1 again\n"},
		{"sent again before its first copy came", bothEnds + "+1 A>B . 1:101 ack 1 @0\n+.01 B>A . 1 ack 101 @1\n+.5 A>B . 1:101 ack 1 @1 copy\n+1 A>B . 101:201 ack 1 @0\n+.3 A>B . 101:201 ack 1 @0 again\n" +
			"+.01 B>A . 1 ack 201 @0\n+.3 A>B . 201:301 ack 1 @0\n+.3 A>B . 101:201 ack 1 @1 copy\n+.3 A>B . 101:201 ack 1 @1 copy\n"},
		{"an ACK that is forgotten", bothEnds + "+1 A>B . 1:101 ack 1 @0\n+.01 B>A . 1 ack 101 @1\n+.3 A>B . 101:201 ack 1 @0\n+.01 B>A . 1 ack 201 @1\n+.3 B>A . 1 ack 101 @0 copy\n"},
		{"an ACK overtaken at one end", bothEnds + "+1 A>B . 1:101 ack 1 @0\n+.01 B>A . 1 ack 101 @1\n+.3 A>B . 101:201 ack 1 @0\n+.01 B>A . 1 ack 201 @1\n+.3 B>A . 1 ack 101 @1\n"},
		{"overtaken at the other end, by the identification", forgotten + "+0 A>B . 101:201 ack 1 id 13 @1 copy\n"},
		{"sent again, by the identification", forgotten + "+0 A>B . 101:201 ack 1 id 17 @1 again\n"},
		{"sent again, and what follows", forgotten + "+0 A>B . 101:201 ack 1 @1 again\n+1 A>B . 301:401 ack 1 id 15 @1 copy\n"},
		{"an ACK before a FIN", forgotten + "+0 A>B . 501 ack 1 id 17 @0\n+0 A>B F. 501 ack 1 id 18 @0\n+.01 B>A . 1 ack 502 @1\n+.7 A>B . 501 ack 1 id 17 @1 copy\n"},
		{"a keep-alive", forgotten + "+.01 B>A . 1 ack 501 @1\n+1 A>B . 500 ack 1 id 17 @0 alive\n+.7 A>B . 500 ack 1 id 17 @1 copy alive\n"},
		{"an ACK that is forgotten, by the identification", forgotten + "+0 A>B . 501 ack 1 id 17 @0\n+0 A>B . 501 ack 1 id 18 @0\n+3 A>B . 501 ack 1 id 19 @0\n+.3 A>B . 501 ack 1 id 17 @1 copy\n"},
		{"a SYN with another timestamp, whose sender has gone on", "0 A>B S 0 <TS val 100 ecr 0> @0\n+.05 B>A S. 0 ack 1 <TS val 7 ecr 100> @0\n+0 A>B . 1 ack 1 <TS val 150 ecr 7> @0\n+.05 A>B S 0 <TS val 200 ecr 0> @1 again\n"},
		{"the first copy lost between, and the clock after", bothEnds + "+1 A>B . 201:301 ack 1 @1\n+.3 A>B . 1:101 ack 1 @1 again\n+.7 A>B . 1:101 ack 1 @0 copy\n+.3 A>B . 1:101 ack 1 @0 copy\n+.3 A>B . 1:101 ack 1 @0 again\n"},
	} {
		segs, want := sighted(t, c.script)
		if said := saidOf(segs); !slices.Equal(said, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, said, want)
		}
	}
}

// TestPlacesTried: in a connection seen from the middle copies show after some, by their
// order and that their sender goes on meanwhile.
func TestPlacesTried(t *testing.T) {
	const flight = "0 A>B . 1:101 ack 1 @0\n+0 A>B . 101:201 ack 1 @0\n+0 A>B . 201:301 ack 1 @0\n+0 A>B . 301:401 ack 1 @0\n+0 A>B . 401:501 ack 1 @0\n"
	for _, c := range []struct{ name, script string }{
		{"goes on", flight + "+.05 A>B . 1:101 ack 1 @1 again\n+0 A>B . 101:201 ack 1 @1 again\n+0 A>B . 501:601 ack 1 @0\n+0 A>B . 201:301 ack 1 @1 again\n+0 A>B . 301:401 ack 1 @1 copy\n"},
		{"goes on at once", flight + "+.05 A>B . 1:101 ack 1 @1 again\n+0 A>B . 501:601 ack 1 @0\n+0 A>B . 101:201 ack 1 @1 again\n+0 A>B . 201:301 ack 1 @1 again\n+0 A>B . 301:401 ack 1 @1 copy\n"},
		{"fills what was lost", "0 A>B . 1:101 ack 1 @0\n+0 A>B . 401:501 ack 1 @0\n+.05 A>B . 101:201 ack 1 @1 again\n+0 A>B . 201:301 ack 1 @1 again\n+0 A>B . 501:601 ack 1 @0\n+0 A>B . 301:401 ack 1 @1 again\n+0 A>B . 401:501 ack 1 @1 again\n"},
		{"does not go on", flight + "+.05 A>B . 1:101 ack 1 @1 again\n+0 A>B . 101:201 ack 1 @1 again\n+0 A>B . 201:301 ack 1 @1 again\n+0 A>B . 301:401 ack 1 @1 again\n"},
		{"goes on elsewhere", flight + "+.05 A>B . 1:101 ack 1 @1 again\n+0 A>B . 101:201 ack 1 @1 again\n+0 A>B . 501:601 ack 1 @1\n+0 A>B . 201:301 ack 1 @1 again\n+0 A>B . 301:401 ack 1 @1 again\n"},
		{"with a gap", flight + "+.05 A>B . 1:101 ack 1 @1 again\n+0 A>B . 101:201 ack 1 @1 again\n+0 A>B . 501:601 ack 1 @0\n+0 A>B . 301:401 ack 1 @1 again\n+0 A>B . 401:501 ack 1 @1 again\n"},
		{"at several places", flight + "+.05 A>B . 1:101 ack 1 @1 again\n+0 A>B . 101:201 ack 1 @2 again\n+0 A>B . 501:601 ack 1 @0\n+0 A>B . 201:301 ack 1 @1 again\n+0 A>B . 301:401 ack 1 @2 again\n"},
	} {
		segs, want := sighted(t, c.script)
		if said := saidOf(segs); !slices.Equal(said, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, said, want)
		}
	}
}

// TestTwiceAtOnePlace: of a capture that holds packets twice, and does not say where each
// was captured, as where two were merged as one interface.
func TestTwiceAtOnePlace(t *testing.T) {
	// The way takes 5 ms, later 8 ms, which an answer cannot be told from by time.
	both := strings.ReplaceAll(bothEnds, "@1", "@0") + "+1 A>B . 1:101 ack 1 @0\n+.005 A>B . 1:101 ack 1 @0 copy\n+0 B>A . 1 ack 101 @0\n"
	once := "0 A>B S 0 @0\n+.005 B>A S. 0 ack 1 @0\n+.005 A>B . 1 ack 1 @0\n+1 A>B . 1:101 ack 1 @0\n+.0001 A>B . 1:101 ack 1 @0 copy\n+.005 B>A . 1 ack 101 @0\n"
	for _, c := range []struct{ name, script string }{
		{"slower", both + "+1 A>B . 101:201 ack 1 @0\n+.009 A>B . 101:201 ack 1 @0 copy\n"},
		{"much slower", both + "+1 A>B . 101:201 ack 1 @0\n+.011 A>B . 101:201 ack 1 @0 again\n"},
		{"sent again", both + "+1 A>B . 101:201 ack 1 @0\n+.009 A>B . 101:201 ack 1 @0 copy\n+.011 A>B . 101:201 ack 1 @0 again\n+.009 A>B . 101:201 ack 1 @0 copy\n"},
		{"of several, in order", both + "+1 A>B . 101:201 ack 1 @0\n+0 A>B . 201:301 ack 1 @0\n+.008 A>B . 101:201 ack 1 @0 copy\n+.001 A>B . 201:301 ack 1 @0 copy\n"},
		{"lost after the first place, as the copy of the next says", both + "+1 A>B . 101:201 ack 1 @0\n+0 A>B . 201:301 ack 1 @0\n+.008 A>B . 201:301 ack 1 @0 copy\n+.0045 A>B . 101:201 ack 1 @0 again\n+.008 A>B . 101:201 ack 1 @0 copy\n"},
		{"overtaken after the first place", both + "+1 A>B . 101:201 ack 1 @0\n+0 A>B . 201:301 ack 1 @0\n+.008 A>B . 201:301 ack 1 @0 copy\n+.0035 A>B . 101:201 ack 1 @0 copy\n"},
		{"lost, although the copy of an earlier one came late", both + "+1 A>B . 101:201 ack 1 id 5 @0\n+0 A>B . 201:301 ack 1 @0\n+0 A>B . 301:401 ack 1 id 7 @0\n+.007 A>B . 301:401 ack 1 id 7 @0 copy\n" +
			"+.001 A>B . 101:201 ack 1 id 5 @0 copy\n+.0045 A>B . 201:301 ack 1 @0 again\n"},
		{"an ACK after the copy of later octets", both + "+1 B>A . 1 ack 101 @0\n+0 B>A . 1:101 ack 101 @0\n+.008 B>A . 1:101 ack 101 @0 copy\n+.0045 B>A . 1 ack 101 @0 copy\n"},
		{"octets after the copy of a later ACK", both + "+1 B>A . 1:101 ack 101 @0\n+0 B>A . 101 ack 101 @0\n+.008 B>A . 101 ack 101 @0 copy\n+.0045 B>A . 1:101 ack 101 @0 copy\n"},
		{"three times", both + "+1 A>B . 101:201 ack 1 @0\n+.008 A>B . 101:201 ack 1 @0 copy\n+.001 A>B . 101:201 ack 1 @0 again\n"},
		{"a capture that holds few twice", strings.ReplaceAll(once, "+.0001", "+.006") + "+1 A>B . 101:201 ack 1 @0\n+.009 A>B . 101:201 ack 1 @0 again\n"},
		{"another identification", strings.ReplaceAll(both, ". 1:101 ack 1", ". 1:101 ack 1 id 5") + "+1 A>B . 101:201 ack 1 id 6 @0\n+.009 A>B . 101:201 ack 1 id 7 @0 again\n"},
	} {
		segs, want := sighted(t, c.script)
		if said := saidOf(segs); !slices.Equal(said, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, said, want)
		}
	}
}

// TestPlacesBeside: links beside each other, each of which carries some packets, are no
// places after each other, although the network copied one packet.
func TestPlacesBeside(t *testing.T) {
	for _, c := range []struct {
		rounds int
		want   string
	}{{1, "copy"}, {3, "again"}} {
		text, at := bothEnds, 1
		for range c.rounds {
			text += "+1 A>B . " + octets(at) + " ack 1 @0\n+0 A>B . " + octets(at+100) + " ack 1 @1\n"
			at += 200
		}
		segs, want := sighted(t, text+"+1 A>B . "+octets(at)+" ack 1 @0\n+1 A>B . "+octets(at)+" ack 1 @1 "+c.want+"\n")
		if said := saidOf(segs); !slices.Equal(said, want) {
			t.Errorf("got %q\nwant %q", said, want)
		}
	}
}

func octets(from int) string { return strconv.Itoa(from) + ":" + strconv.Itoa(from+100) }

// TestPlacesOfACKs: acknowledgements that say the same are as many as were captured at one
// place, and those that say something else are others.
func TestPlacesOfACKs(t *testing.T) {
	sent := sacking + "+1 A>B . 1:101 ack 1 @0\n+.005 A>B . 1:101 ack 1 @1 copy\n+0 A>B . 101:201 ack 1 @0\n+0 A>B . 201:301 ack 1 @0\n+0 A>B . 301:401 ack 1 @0\n"
	acks := "+.01 B>A . 1 ack 101 win 500 <sack 201:301> @1\n+0 B>A . 1 ack 101 win 500 <sack 201:401> @1 dup\n"
	for _, c := range []struct{ name, script string }{
		{"at both ends", sent + acks + "+.005 B>A . 1 ack 101 win 500 <sack 201:301> @0 copy\n+0 B>A . 1 ack 101 win 500 <sack 201:401> @0 copy\n"},
		{"once more", sent + acks + "+.005 B>A . 1 ack 101 win 500 <sack 201:301> @0 copy\n+0 B>A . 1 ack 101 win 500 <sack 201:301> @0 dup\n"},
		{"something else", sent + acks + "+.005 B>A . 1 ack 101 win 500 <sack 201:301> @0 copy\n+0 B>A . 1 ack 101 win 500 <sack 301:401> @0 dup\n"},
		{"another window", sent + acks + "+.005 B>A . 1 ack 101 win 501 <sack 201:301> @0 dup\n"},
	} {
		segs, want := sighted(t, c.script)
		if said := saidOf(segs); !slices.Equal(said, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, said, want)
		}
	}
}

// TestPlacesOfManyACKs: as many as may be on the way between two places.
func TestPlacesOfManyACKs(t *testing.T) {
	text := sacking + "+1 A>B . 1:101 ack 1 @0\n+.005 A>B . 1:101 ack 1 @1 copy\n+0 A>B . 201:30201 ack 1 @0\n"
	for i := range 100 {
		text += fmt.Sprintf("+0 B>A . 1 ack 101 win 500 <sack 201:%d> @1 dup\n", 401+i)
	}
	for i := range 100 {
		text += fmt.Sprintf("+.0001 B>A . 1 ack 101 win 500 <sack 201:%d> @0 copy\n", 401+i)
	}
	segs, want := sighted(t, text)
	said := saidOf(segs)
	first := len(want) - 200 // an ACK of the first octets, too
	said[first] = "dup"
	if !slices.Equal(said, want) {
		t.Errorf("got %q", said)
	}
}

// TestPlacesByID: a clock that is two seconds ahead does not make another packet of one
// with the same identification, where copies are known by their place.
func TestPlacesByID(t *testing.T) {
	head := "0 A>B S 0 id 10 @0\n+.005 A>B S 0 id 10 @1 copy\n+0 B>A S. 0 ack 1 @1\n+.005 B>A S. 0 ack 1 @0 copy\n+0 A>B . 1 ack 1 id 11 @0\n"
	for _, c := range []struct{ name, script string }{
		{"same", head + "+0 A>B P. 1:101 ack 1 id 12 @0\n+1.5 A>B P. 1:101 ack 1 id 12 @1 copy\n"},
		{"next", head + "+0 A>B P. 1:101 ack 1 id 12 @0\n+1.5 A>B P. 1:101 ack 1 id 13 @1 again\n"},
		{"sent again, and missed at the first end", head + "+0 A>B P. 1:101 ack 1 id 12 @0\n+.05 A>B P. 1:101 ack 1 id 12 @1 copy\n+.1 A>B P. 101:201 ack 1 id 14 @0\n+.05 A>B P. 1:101 ack 1 id 13 @1 again\n"},
		{"sent again, and that at the other end", head + "+0 A>B P. 1:101 ack 1 id 12 @0\n+.3 A>B P. 1:101 ack 1 id 13 @0 again\n+1.1 A>B P. 1:101 ack 1 id 12 @1 copy\n+.3 A>B P. 1:101 ack 1 id 13 @1 copy\n"},
		{"same place", head + "+0 A>B P. 1:101 ack 1 id 12 @0\n+1.5 A>B P. 1:101 ack 1 id 12 @0 again\n"},
	} {
		segs, want := sighted(t, c.script)
		if said := saidOf(segs); !slices.Equal(said, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, said, want)
		}
	}
}

// TestPlacesRest: connections captured at two places say the same at rest and awake.
func TestPlacesRest(t *testing.T) {
	for i, segs := range runs(t, 6) {
		for _, lag := range []int64{2e6, 400e6} {
			var all []feedItem
			for k := range segs {
				s := segs[k]
				s.HasIPID, s.IPID = s.HasIPID && i%2 > 0, 0
				all = append(all, feedItem{seg: s})
				s.Time += lag
				s.Interface, s.TTL = 1, s.TTL-1
				all = append(all, feedItem{seg: s})
			}
			slices.SortStableFunc(all, func(a, b feedItem) int { return cmp.Compare(a.seg.Time, b.seg.Time) })
			for k := range all {
				all[k].seg.Packet = uint64(k + 1)
			}
			sameRested(t, "two places", all, analyze.Config{})
		}
	}
}

// TestNoCopiesClockBack: where no packet was captured twice, one like another is no copy,
// though it stands after that with an earlier time.
func TestNoCopiesClockBack(t *testing.T) {
	segs, want := sighted(t, `
0       A>B S  0:0 <mss 1460> @1
+.010   B>A S. 0:0 ack 1 <mss 1460> @1
+.001   A>B .  1:1 ack 1 @1
+.001   A>B P. 1:101 ack 1 @1
+.010   B>A .  1:1 ack 101 @1
+.001   A>B P. 201:301 ack 1 @1
+.001   A>B P. 301:401 ack 1 @1
+.010   B>A .  1:1 ack 101 @1 dup
+.001   B>A .  1:1 ack 101 @1 dup
`)
	segs[8].Time = segs[7].Time - 4000
	for i := range segs {
		segs[i].IPv6, segs[i].HasIPID = true, false
	}
	if said := saidOf(segs); !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
}
