package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
	"tcpwatch/report"
	"tcpwatch/report/summary"
)

const sample = "../../testdata/pcaps/kernel/halfclose.snd.pcap"

// frames reads the packets of a capture.
func frames(t *testing.T, path string) (out [][]byte) {
	t.Helper()
	src, err := capture.Open([]string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var p capture.Packet
	for {
		if err := src.Next(&p); err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		out = append(out, bytes.Clone(p.Data))
	}
}

// given is a Source of packets in memory, a millisecond apart. After the last
// one it returns its errors, then io.EOF.
type given struct {
	frames  [][]byte
	errs    []error
	again   bool   // without end: from the first frame again
	at      func() // called for every packet
	packets uint64
}

func (g *given) Next(p *capture.Packet) error {
	i := int(g.packets)
	if g.again {
		i %= len(g.frames)
	}
	if i >= len(g.frames) {
		if len(g.errs) == 0 {
			return io.EOF
		}
		err := g.errs[0]
		g.errs = g.errs[1:]
		return err
	}
	if g.at != nil {
		g.at()
	}
	g.packets++
	*p = capture.Packet{
		Number: g.packets, Time: int64(g.packets) * int64(time.Millisecond),
		Data: g.frames[i], Length: len(g.frames[i]), Link: wire.LinkEthernet,
	}
	return nil
}

func (g *given) Stats() capture.Stats { return capture.Stats{Packets: g.packets} }
func (g *given) Close() error         { return nil }

// runPipeline gives src to the whole pipeline.
func runPipeline(t *testing.T, ctx context.Context, src capture.Source, w io.Writer, v report.View, d capture.DecoderOptions) summary.Input {
	t.Helper()
	rep, err := report.New(w, report.Options{Format: report.FormatCSV, Views: []report.View{v}})
	if err != nil {
		t.Fatal(err)
	}
	in := analyse(ctx, src, capture.NewDecoder(d), rep, analyze.Config{}, hooks{})
	rep.Close(in) // its error is the writer's
	return in
}

func TestPipelineCountsEveryPacket(t *testing.T) {
	arp := append(bytes.Repeat([]byte{2}, 12), 0x08, 0x06, 0, 1, 8, 0, 6, 4)
	unknown := errors.New("no Source does this")
	src := &given{
		frames: append(frames(t, sample), arp, []byte{1, 2, 3}),
		errs: []error{
			&capture.DamageError{File: "a.pcap", Packet: 60, Offset: 5000, Reason: "broken"},
			&capture.DamageError{File: "b.pcap", Reason: "broken, too"},
			unknown,
		},
	}
	in := runPipeline(t, t.Context(), src, io.Discard, report.ViewPackets, capture.DecoderOptions{})
	if in.Packets != 59 || in.Analysis.Segments != 57 || in.Analysis.Connections != 3 {
		t.Errorf("%d packets, %d segments, %d connections", in.Packets, in.Analysis.Segments, in.Analysis.Connections)
	}
	if in.Skipped[wire.NotIP] != 1 || in.Skipped[wire.LinkCut] != 1 || in.Skipped[wire.Segmented] != 57 {
		t.Errorf("skipped %v", in.Skipped)
	}
	want := []string{"a.pcap: packet 60 (byte 5000): broken", "b.pcap: broken, too", unknown.Error()}
	if fmt.Sprint(in.Damages) != fmt.Sprint(want) {
		t.Errorf("damages %q, want %q", in.Damages, want)
	}
}

// TestOneTimeBase: whatever view and whichever connection, times count from the first
// segment of the capture, so that a moment has one time.
func TestOneTimeBase(t *testing.T) {
	const path = "../../testdata/pcaps/kernel/refused.snd.pcap"
	base := map[string]bool{}
	for _, args := range [][]string{
		{"--view", "packets"}, {"--view", "events"}, {"--view", "connections"}, {"--view", "handshakes", "--connection", "3"},
		{"--view", "packets", "--connection", "5"}, {"--view", "events", "--connection", "4", "--shards", "1"},
		{"--view", "connections", "--connection", "4", "--shards", "3"}, {"--view", "packets", "--format", "markdown", "--connection", "2"},
	} {
		var out, errs bytes.Buffer
		if status := run(append([]string{"read", "-q", path}, args...), nil, &out, &errs); status != exitOK {
			t.Fatalf("%v: status %d\n%s", args, status, &errs)
		}
		found := regexp.MustCompile(`20\d\d-\d\d-\d\dT[0-9:.]+Z`).FindString(out.String())
		if base[found] = true; found == "" || len(base) > 1 {
			t.Errorf("%v: times count from %q\n%s", args, found, &out)
		}
	}
}

func TestPipelineStops(t *testing.T) {
	// A Source that does not look at the context, as when it has a full buffer.
	ctx, cancel := context.WithCancel(t.Context())
	src := &given{frames: frames(t, sample), again: true}
	src.at = func() {
		if src.packets == 1000 {
			cancel()
			time.Sleep(50 * time.Millisecond) // the stop comes from another goroutine
		}
		if src.packets > 1_000_000 {
			panic("it does not stop")
		}
	}
	var out bytes.Buffer
	in := runPipeline(t, ctx, src, &out, report.ViewPackets, capture.DecoderOptions{})
	if !in.Interrupted || in.Packets < 1000 || in.Packets > 1010 {
		t.Errorf("interrupted %t after %d packets", in.Interrupted, in.Packets)
	}
	if rows := strings.Count(out.String(), "\n"); rows != int(in.Packets)+1 {
		t.Errorf("%d rows of %d packets", rows-1, in.Packets)
	}
}

// broken is a writer whose disk is full.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("full") }

// TestPipelineEndsWithItsOutput: whatever a view is made of, when it cannot be written.
func TestPipelineEndsWithItsOutput(t *testing.T) {
	// One connection after the other, whose server gives no room for a moment.
	segs := []wire.Segment{
		{Flags: wire.SYN, Seq: 0, Window: 1000},
		{Flags: wire.SYN | wire.ACK, Seq: 500, Ack: 1, Window: 1000},
		{Flags: wire.ACK, Seq: 1, Ack: 501, Window: 1000, Len: 10},
		{Flags: wire.ACK, Seq: 501, Ack: 11, Window: 0},
		{Flags: wire.ACK, Seq: 501, Ack: 11, Window: 1000},
		{Flags: wire.RST | wire.ACK, Seq: 501, Ack: 11},
	}
	client, server := wire.AddrFrom4([4]byte{10, 0, 0, 1}), wire.AddrFrom4([4]byte{10, 0, 0, 2})
	for _, v := range []report.View{report.ViewPackets, report.ViewWindows, report.ViewEvents, report.ViewConnections} {
		src := &given{frames: make([][]byte, len(segs)), again: true}
		src.at = func() {
			if src.packets > 1_000_000 {
				panic(v + ": it does not stop")
			}
			i, port := src.packets%uint64(len(segs)), uint16(src.packets/uint64(len(segs)))
			segs[i].Tuple = wire.Tuple{Src: client, Dst: server, SrcPort: port, DstPort: 80}
			if segs[i].Seq >= 500 {
				segs[i].Tuple = segs[i].Reverse()
			}
			src.frames[i] = wire.AppendFrame(src.frames[i][:0], &segs[i])
		}
		if in := runPipeline(t, t.Context(), src, broken{}, v, capture.DecoderOptions{}); in.Interrupted {
			t.Errorf("%s: counted as interrupted", v)
		}
	}
}

// TestVXLANPorts reads VXLAN on another port only where the flag says so.
func TestVXLANPorts(t *testing.T) {
	const port = 5555
	var file bytes.Buffer
	file.Write([]byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0})
	for i, inner := range frames(t, sample) {
		frame := inVXLAN(inner, port)
		for _, n := range []int{i, 0, len(frame), len(frame)} {
			file.Write(binary.LittleEndian.AppendUint32(nil, uint32(n)))
		}
		file.Write(frame)
	}
	path := filepath.Join(t.TempDir(), "vxlan.pcap")
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for flag, want := range map[string]int{"--vxlan-port=5555": 3, "--vxlan-port=4789,5555": 3, "--vxlan-port=4789": 0} {
		var out, errs bytes.Buffer
		code := run([]string{"read", "--format", "ndjson", flag, path}, nil, &out, &errs)
		if got := strings.Count(out.String(), `"encapsulation":"vxlan 42"`); code != exitOK || got != want {
			t.Errorf("%s: exit status %d, %d connections inside vxlan 42, want %d: %s", flag, code, got, want, &errs)
		}
	}
}

// inVXLAN puts an Ethernet frame into VXLAN network 42 (RFC 7348 §5).
func inVXLAN(inner []byte, port uint16) []byte {
	b := append(bytes.Repeat([]byte{2}, 12), 0x08, 0x00)
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(20+8+8+len(inner)))
	b = append(b, 0, 0, 0x40, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2)
	b = binary.BigEndian.AppendUint16(b, 40000)
	b = binary.BigEndian.AppendUint16(b, port)
	b = binary.BigEndian.AppendUint16(b, uint16(8+8+len(inner)))
	b = append(b, 0, 0)
	b = append(b, 8, 0, 0, 0, 0, 0, 42, 0)
	return append(b, inner...)
}

// TestHeapMayGrow: the user's own GOGC is left alone.
func TestHeapMayGrow(t *testing.T) {
	was := debug.SetGCPercent(77)
	defer debug.SetGCPercent(was)
	for gogc, want := range map[string]int{"": 25, "77": 77} {
		t.Setenv("GOGC", gogc)
		heapMayGrow(25)
		if got := debug.SetGCPercent(77); got != want {
			t.Errorf("GOGC=%q: %d, want %d", gogc, got, want)
		}
	}
}

// TestSharedFilter: a filter holds for the whole capture only where every interface names it.
func TestSharedFilter(t *testing.T) {
	for _, c := range []struct {
		all  []string
		want string
	}{
		{nil, ""}, {[]string{"tcp"}, "tcp"}, {[]string{"tcp", "tcp"}, "tcp"}, {[]string{"tcp", ""}, ""}, {[]string{"", "tcp"}, ""}, {[]string{"tcp", "tcp", "udp"}, ""},
	} {
		var all []capture.InterfaceStats
		for _, f := range c.all {
			all = append(all, capture.InterfaceStats{Filter: f})
		}
		if got := sharedFilter(all); got != c.want {
			t.Errorf("%q: %q, want %q", c.all, got, c.want)
		}
	}
}
