package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"tcpwatch/bench/traffic"
	"tcpwatch/capture/wire"
)

// writeTalk makes a capture of segments with payloads:
//
//	talk lines.txt out.pcap
//
// A line is the sender (C or S, with a number after it for another
// connection), the flags in tcpdump's letters, the numbers SEQ and ACK relative
// to ISNs of 1000 and 5000, the payload as a quoted string of Go, and words:
// "bad" for a wrong checksum, "cut" to leave the payload out of the capture. Ten
// milliseconds lie between two segments, and two seconds before "later".
func writeTalk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: talk LINES CAPTURE")
	}
	var out bytes.Buffer
	w, err := traffic.NewFrames(&out, 0)
	ts.Check(err)
	at := traffic.Start
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		seg, cut, err := talkLine(line)
		if err != nil {
			ts.Fatalf("%s: %v", line, err)
		}
		if strings.HasSuffix(line, " later") {
			at += 2e9
		}
		seg.Time = at
		at += 1e7
		frame := wire.AppendFrame(nil, &seg)
		data := frame
		if cut {
			data = frame[:len(frame)-int(seg.Len)]
		}
		ts.Check(w.Write(seg.Time, data, len(frame)))
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), out.Bytes(), 0o666))
}

var talkFlags = map[byte]wire.Flags{'S': wire.SYN, 'F': wire.FIN, 'R': wire.RST, 'P': wire.PSH, '.': wire.ACK, 'U': wire.URG}

func talkLine(line string) (seg wire.Segment, cut bool, err error) {
	f := strings.Fields(line)
	if len(f) < 4 {
		return seg, false, fmt.Errorf("too short")
	}
	number, _ := strconv.Atoi(f[0][1:])
	seg.Tuple = wire.Tuple{
		Src: wire.AddrFrom4([4]byte{192, 0, 2, 1}), SrcPort: uint16(40000 + number),
		Dst: wire.AddrFrom4([4]byte{198, 51, 100, 1}), DstPort: 80,
	}
	isn, other := wire.Seq(1000), wire.Seq(5000)
	if f[0][0] == 'S' {
		seg.Tuple, isn, other = seg.Tuple.Reverse(), other, isn
	}
	for i := range len(f[1]) {
		seg.Flags |= talkFlags[f[1][i]]
	}
	seq, err := strconv.Atoi(f[2])
	if err != nil {
		return seg, false, err
	}
	ack, err := strconv.Atoi(f[3])
	if err != nil {
		return seg, false, err
	}
	seg.Seq, seg.Ack, seg.Window = isn+wire.Seq(seq), other+wire.Seq(ack), 60000
	rest := strings.TrimSpace(line[strings.Index(line, f[3]+" ")+len(f[3]):])
	if i := strings.IndexByte(line, '"'); i >= 0 {
		quoted, err := strconv.QuotedPrefix(line[i:])
		if err != nil {
			return seg, false, err
		}
		text, _ := strconv.Unquote(quoted)
		seg.Payload, seg.Len = []byte(text), uint32(len(text))
		rest = line[i+len(quoted):]
	}
	seg.Checksum = wire.ChecksumGood
	if strings.Contains(rest, "bad") {
		seg.Checksum = wire.ChecksumBad
	}
	return seg, strings.Contains(rest, "cut"), nil
}
