package traffic

import (
	"io"

	"tcpwatch/capture"
	"tcpwatch/capture/keep"
	"tcpwatch/capture/wire"
)

// Start is when generated captures begin: 2026-01-01 00:00:00 UTC in
// nanoseconds.
const Start = 1_767_225_600 * int64(1e9)

// Frames writes Ethernet frames to a pcap with nanoseconds.
type Frames struct {
	w     *keep.Writer
	stats capture.Stats
}

// NewFrames begins a pcap whose packets have up to snaplen octets; 0: no limit.
func NewFrames(w io.Writer, snaplen uint32) (*Frames, error) {
	f := &Frames{stats: capture.Stats{Interfaces: []capture.InterfaceStats{{Link: wire.LinkEthernet, Snaplen: snaplen}}}}
	var err error
	f.w, err = keep.To(w, "frames.pcap", keep.Options{Stats: func() capture.Stats { return f.stats }})
	return f, err
}

// Write writes a frame of length octets, of which data was captured, at a time
// in nanoseconds since 1970. It keeps nothing of data.
func (f *Frames) Write(at int64, data []byte, length int) error {
	return f.w.Write(&capture.Packet{Time: at, Data: data, Length: length, Link: wire.LinkEthernet})
}

// Close writes what is still in memory. What it is written to stays open.
func (f *Frames) Close() error {
	_, err := f.w.Close(f.stats)
	return err
}
