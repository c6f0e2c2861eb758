package main

import (
	"io"

	"tcpwatch/capture"
	"tcpwatch/capture/keep"
	"tcpwatch/capture/wire"
)

// frameWriter writes Ethernet frames to a pcap.
type frameWriter struct {
	w     *keep.Writer
	stats capture.Stats
}

// newFrameWriter begins a pcap whose packets have up to snaplen octets; 0: no limit.
func newFrameWriter(w io.Writer, snaplen uint32) (*frameWriter, error) {
	f := &frameWriter{stats: capture.Stats{Interfaces: []capture.InterfaceStats{{Link: wire.LinkEthernet, Snaplen: snaplen}}}}
	var err error
	f.w, err = keep.To(w, "frames.pcap", keep.Options{Stats: func() capture.Stats { return f.stats }})
	return f, err
}

// write writes a frame of which data was captured.
func (f *frameWriter) write(at int64, data []byte, length int) error {
	return f.w.Write(&capture.Packet{Time: at, Data: data, Length: length, Link: wire.LinkEthernet})
}

// end writes what is still in memory.
func (f *frameWriter) end() error {
	_, err := f.w.Close(f.stats)
	return err
}
