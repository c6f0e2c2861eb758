package lab

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"tcpwatch/capture"
	"tcpwatch/capture/keep"
	"tcpwatch/capture/wire"
)

// tap records at one end of the link: everything the host there sent and
// everything delivered to it.
type tap struct {
	snap        int        // octets kept of each packet
	files       []*os.File // the capture, then what is written beside it
	truth, link *bufio.Writer
	packets     *keep.Writer
	epoch       int64  // wall clock at the lab's time 0
	n           uint64 // packets recorded
	packet      capture.Packet
	line        []byte
	err         error
}

// newTap creates NAME.SIDE.pcap, NAME.SIDE.truth.tsv and NAME.SIDE.link.tsv in
// dir; without a dir the tap only counts. Of each packet snap octets are kept, all
// where it is 0.
func newTap(dir, name, side string, epoch int64, snap int) (t *tap, err error) {
	if snap == 0 {
		snap = 1 << 16
	}
	t = &tap{epoch: epoch, snap: snap}
	if dir == "" {
		return t, nil
	}
	base := filepath.Join(dir, name+"."+side)
	for _, kind := range []string{".pcap", ".truth.tsv", ".link.tsv"} {
		f, err := os.Create(base + kind)
		if err != nil {
			t.closeFiles()
			return nil, err
		}
		t.files = append(t.files, f)
	}
	t.truth, t.link = bufio.NewWriterSize(t.files[1], 1<<16), bufio.NewWriterSize(t.files[2], 1<<16)
	t.packets, err = keep.To(t.files[0], base+".pcap", keep.Options{Stats: t.stats})
	if err != nil {
		t.closeFiles()
		return nil, err
	}
	return t, nil
}

// stats describes the one interface that a tap is.
func (t *tap) stats() capture.Stats {
	return capture.Stats{Interfaces: []capture.InterfaceStats{{Link: wire.LinkRaw, Snaplen: uint32(t.snap)}}}
}

// deed is what is known about a packet at one tap.
type deed struct {
	class     Class
	overtaken bool
	fate      string // what the link did: "", or words with commas between them
	// came is its number at the tap of its sender; 0 where this is that tap.
	came uint64
}

// record appends a packet at the lab's time at. The first error stays.
//
// A line of the truth is the packet's number, its class and whether it was
// overtaken; a line of the link is its number, "sent" or "came", what the link did
// ("-" for nothing) and, of what came, its number in the other end's capture.
func (t *tap) record(at int64, data []byte, d deed) {
	t.n++
	if t.err != nil || t.packets == nil {
		return
	}
	t.packet = capture.Packet{Time: t.epoch + at, Data: data[:min(len(data), t.snap)], Length: len(data), Link: wire.LinkRaw}
	t.err = t.packets.Write(&t.packet)
	b := strconv.AppendUint(t.line[:0], t.n, 10)
	b = append(b, '\t')
	number := len(b)
	b = append(b, classNames[d.class]...)
	if d.overtaken {
		b = append(b, "\t1\n"...)
	} else {
		b = append(b, "\t0\n"...)
	}
	t.truth.Write(b) // its error comes back from Flush
	way, fate := "sent\t", d.fate
	if d.came > 0 {
		way = "came\t"
	}
	if fate == "" {
		fate = "-"
	}
	b = append(append(append(b[:number], way...), fate...), '\t')
	if d.came > 0 {
		b = strconv.AppendUint(b, d.came, 10)
	} else {
		b = append(b, '-')
	}
	t.line = append(b, '\n')
	t.link.Write(t.line)
}

// closeFiles returns the first error.
func (t *tap) closeFiles() (err error) {
	for _, f := range t.files {
		if e := f.Close(); e != nil && err == nil {
			err = e
		}
	}
	return err
}

// close writes what is buffered and returns the first error there was.
func (t *tap) close() error {
	if t.packets == nil {
		return nil
	}
	packets := func() error {
		if kept, err := t.packets.Close(t.stats()); err != nil {
			return fmt.Errorf("write %s: %w", kept.Name, err)
		}
		return nil
	}
	for _, f := range []func() error{packets, t.truth.Flush, t.link.Flush, t.closeFiles} {
		if err := f(); err != nil && t.err == nil {
			t.err = err
		}
	}
	return t.err
}
