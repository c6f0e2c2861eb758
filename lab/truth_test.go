package lab

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tcpwatch/capture"
	"tcpwatch/capture/wire"
)

// The captures in testdata/pcaps/kernel were made by another program, which
// told what was sent by other means. Of each host's own packets, taken where
// nothing can be lost, the ledger must say the same.
func TestLedgerAgreesWithRecordedTruth(t *testing.T) {
	files, err := filepath.Glob("../testdata/pcaps/kernel/*.pcap")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d captures in testdata/pcaps/kernel: %v", len(files), err)
	}
	packets, rexmits := 0, 0
	for _, path := range files {
		host := wire.AddrFrom4([4]byte{10, 77, 0, 1})
		if strings.HasSuffix(path, ".rcv.pcap") {
			host = wire.AddrFrom4([4]byte{10, 77, 0, 2})
		}
		truth := recordedClasses(t, strings.TrimSuffix(path, "pcap")+"truth.tsv")
		l := newLedger()
		eachSegment(t, path, func(seg *wire.Segment) {
			if truth[seg.Packet-1] == "netdup" {
				return // no host sent it
			}
			p := l.send(0, seg)
			if seg.Src != host {
				return // here after losses
			}
			packets++
			if p.class == Rexmit {
				rexmits++
			}
			if got := p.class.String(); got != truth[seg.Packet-1] {
				t.Errorf("%s: packet %d: %s, recorded %s", filepath.Base(path), seg.Packet, got, truth[seg.Packet-1])
			}
		})
	}
	if packets < 3_000 || rexmits < 100 {
		t.Errorf("only %d packets, %d of them sent again", packets, rexmits)
	}
}

func recordedClasses(t *testing.T, path string) (classes []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		classes = append(classes, strings.Fields(s.Text())[1])
	}
	return classes
}

func eachSegment(t *testing.T, path string, f func(*wire.Segment)) {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	d := capture.NewDecoder(capture.DecoderOptions{})
	var p capture.Packet
	var seg wire.Segment
	for {
		err := src.Next(&p)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if skip := d.Decode(&p, &seg); skip != wire.Segmented {
			t.Fatalf("%s: packet %d: %v", path, p.Number, skip)
		}
		f(&seg)
	}
}

// conversation builds segments of one connection.
type conversation struct {
	l    *ledger
	t    *testing.T
	from [2]wire.Tuple
}

func newConversation(t *testing.T) *conversation {
	a := wire.Tuple{Src: wire.AddrFrom4([4]byte{10, 77, 0, 1}), Dst: wire.AddrFrom4([4]byte{10, 77, 0, 2}), SrcPort: 4000, DstPort: 80}
	return &conversation{l: newLedger(), t: t, from: [2]wire.Tuple{a, a.Reverse()}}
}

// send enters a segment and checks its class and what it matches.
func (c *conversation) send(h int, flags wire.Flags, seq, ack wire.Seq, n uint32, class Class, matches ...Match) sent {
	c.t.Helper()
	p := c.l.send(h, &wire.Segment{Tuple: c.from[h], Flags: flags, Seq: seq, Ack: ack, Len: n})
	if p.class != class {
		c.t.Errorf("host %d, %v %d len %d: %v, not %v", h, flags, seq, n, p.class, class)
	}
	want := [len(matchNames)]bool{AnySegment: true, Retransmitted: class == Rexmit}
	for _, m := range matches {
		want[m] = true
	}
	if p.is != want {
		c.t.Errorf("host %d, %v %d len %d: matches %v, not %v", h, flags, seq, n, p.is, want)
	}
	return p
}

func TestLedger(t *testing.T) {
	c := newConversation(t)
	const s, sa, a, f, r = wire.SYN, wire.SYN | wire.ACK, wire.ACK, wire.FIN | wire.ACK, wire.RST
	c.send(0, s, 100, 0, 0, Orig, SYN)
	c.send(0, s, 100, 0, 0, Rexmit, SYN)
	c.send(1, sa, 900, 101, 0, Orig, SYNACK)
	c.send(0, a, 101, 901, 0, Bare, HandshakeACK)
	c.send(0, a, 101, 901, 10, Orig, DataSegment)
	c.send(0, a, 105, 901, 16, Rexmit, DataSegment) // partly old
	c.send(0, a, 120, 901, 0, KeepAlive)
	c.send(0, f, 121, 901, 0, Orig, FIN)
	c.send(1, a, 901, 122, 0, Bare, ACKOfFIN)
	c.send(1, f, 901, 122, 0, Orig, FIN)
	c.send(1, f, 901, 122, 0, Rexmit, FIN)
	c.send(0, a, 122, 902, 0, Bare, ACKOfFIN)
	c.send(1, r, 902, 0, 0, Bare, Reset)
	if c.l.rexmits != [2]uint64{2, 1} || c.l.crossed != [2]uint64{} {
		t.Errorf("sent again %v, crossed %v", c.l.rexmits, c.l.crossed)
	}
	// The tuple is used again, with numbers that the old connection had.
	c.send(0, s, 110, 0, 0, Orig, SYN)
	c.send(1, sa, 890, 111, 0, Orig, SYNACK)
	c.send(0, a, 111, 891, 5, Orig, HandshakeACK, DataSegment)
	c.send(1, a, 891, 116, 5, Orig, DataSegment)
}

// In a simultaneous opening the SYN-ACK sends the SYN again.
func TestLedgerCrossedSYNs(t *testing.T) {
	c := newConversation(t)
	c.send(0, wire.SYN, 100, 0, 0, Orig, SYN)
	c.send(1, wire.SYN, 900, 0, 0, Orig, SYN)
	c.send(0, wire.SYN|wire.ACK, 100, 901, 0, Rexmit, SYNACK)
	c.send(1, wire.SYN|wire.ACK, 900, 101, 0, Rexmit, SYNACK)
	c.send(0, wire.SYN|wire.ACK, 100, 901, 0, Rexmit, SYNACK)
	if c.l.crossed != [2]uint64{1, 1} || c.l.rexmits != [2]uint64{2, 1} {
		t.Errorf("crossed %v of %v", c.l.crossed, c.l.rexmits)
	}
}

// A packet is overtaken when a later one of its own connection arrived first.
func TestOvertaken(t *testing.T) {
	c := newConversation(t)
	first := c.send(0, wire.SYN, 100, 0, 0, Orig, SYN)
	second := c.send(0, wire.ACK, 101, 901, 10, Orig, DataSegment)
	again := c.send(0, wire.SYN, 500, 0, 0, Orig, SYN) // another connection
	if second.arrive() || !first.arrive() {
		t.Error("the first packet was overtaken by the second")
	}
	if again.arrive() {
		t.Error("a SYN is overtaken by nothing of the connection before")
	}
	third := c.send(0, wire.ACK, 501, 901, 10, Orig, DataSegment)
	if third.arrive() {
		t.Error("in order, yet overtaken")
	}
}
