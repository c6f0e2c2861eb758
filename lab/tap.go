package lab

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"

	"tcpwatch/capture"
	"tcpwatch/capture/keep"
	"tcpwatch/capture/wire"
)

// snaplen is how much of each packet a tap keeps: every header.
const snaplen = 120

// tap records at one end of the link: everything the host there sent and
// everything delivered to it.
type tap struct {
	pcapFile, truthFile *os.File
	truth               *bufio.Writer
	packets             *keep.Writer
	epoch               int64  // wall clock at the lab's time 0
	n                   uint64 // packets recorded
	packet              capture.Packet
	line                []byte
	err                 error
}

// newTap creates NAME.SIDE.pcap and NAME.SIDE.truth.tsv in dir; without a dir
// the tap only counts.
func newTap(dir, name, side string, epoch int64) (t *tap, err error) {
	t = &tap{epoch: epoch}
	if dir == "" {
		return t, nil
	}
	base := filepath.Join(dir, name+"."+side)
	if t.pcapFile, err = os.Create(base + ".pcap"); err != nil {
		return nil, err
	}
	if t.truthFile, err = os.Create(base + ".truth.tsv"); err != nil {
		t.pcapFile.Close()
		return nil, err
	}
	t.truth = bufio.NewWriterSize(t.truthFile, 1<<16)
	t.packets, err = keep.To(t.pcapFile, base+".pcap", keep.Options{Stats: tapStats})
	if err != nil {
		t.pcapFile.Close()
		t.truthFile.Close()
		return nil, err
	}
	return t, nil
}

// tapStats describes the one interface that a tap is.
func tapStats() capture.Stats {
	return capture.Stats{Interfaces: []capture.InterfaceStats{{Link: wire.LinkRaw, Snaplen: snaplen}}}
}

// record appends a packet at the lab's time at. The first error stays.
func (t *tap) record(at int64, data []byte, class Class, overtaken bool) {
	t.n++
	if t.err != nil || t.packets == nil {
		return
	}
	t.packet = capture.Packet{Time: t.epoch + at, Data: data[:min(len(data), snaplen)], Length: len(data), Link: wire.LinkRaw}
	t.err = t.packets.Write(&t.packet)
	b := strconv.AppendUint(t.line[:0], t.n, 10)
	b = append(b, '\t')
	b = append(b, classNames[class]...)
	if overtaken {
		b = append(b, "\t1\n"...)
	} else {
		b = append(b, "\t0\n"...)
	}
	t.line = b
	t.truth.Write(b) // its error comes back from Flush
}

// close writes what is buffered and returns the first error there was.
func (t *tap) close() error {
	if t.pcapFile == nil {
		return nil
	}
	packets := func() error {
		_, err := t.packets.Close(tapStats())
		return err
	}
	for _, f := range []func() error{packets, t.truth.Flush, t.pcapFile.Close, t.truthFile.Close} {
		if err := f(); err != nil && t.err == nil {
			t.err = err
		}
	}
	return t.err
}
