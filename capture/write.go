package capture

import (
	"encoding/binary"
	"fmt"
	"io"

	"tcpwatch/capture/wire"
)

// Writer writes packets as a pcap file with times in nanoseconds, in little
// endian, version 2.4. It is not buffered: each packet is one call of Write on
// the underlying writer, so that a file is rarely cut inside a packet.
type Writer struct {
	w       io.Writer
	link    wire.LinkType
	snaplen uint32
	scratch []byte
}

// NewWriter writes the file header. snaplen is in octets, and packets are cut
// to it; 0 means 262144, the largest that other programs read.
func NewWriter(w io.Writer, link wire.LinkType, snaplen uint32) (*Writer, error) {
	if snaplen == 0 {
		snaplen = usualLimit
	}
	b := make([]byte, 0, pcapFileHeader)
	b = binary.LittleEndian.AppendUint32(b, magicNano)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 4)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0) // time zone and accuracy, unused
	b = binary.LittleEndian.AppendUint32(b, snaplen)
	b = binary.LittleEndian.AppendUint32(b, uint32(link))
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	return &Writer{w: w, link: link, snaplen: snaplen}, nil
}

// Write appends p. It uses Time, Data, Length and Link; p is not kept. A packet
// of another link type, or of a time that the format cannot hold (before 1970
// or after February 2106), is an error and is not written.
func (w *Writer) Write(p *Packet) error {
	if p.Link != w.link {
		return fmt.Errorf("packet of link type %d in a pcap of link type %d", p.Link, w.link)
	}
	if p.Time < 0 || p.Time/second > 1<<32-1 {
		return fmt.Errorf("packet time %d s does not fit in a pcap", p.Time/second)
	}
	data := p.Data[:min(len(p.Data), int(w.snaplen))]
	b := w.scratch[:0]
	b = binary.LittleEndian.AppendUint32(b, uint32(p.Time/second))
	b = binary.LittleEndian.AppendUint32(b, uint32(p.Time%second))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = binary.LittleEndian.AppendUint32(b, uint32(max(p.Length, len(p.Data))))
	b = append(b, data...)
	w.scratch = b
	_, err := w.w.Write(b)
	return err
}
