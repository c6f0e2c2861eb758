package keep

import "tcpwatch/capture"

// encoder is a container format. Its methods append to b and return it.
type encoder interface {
	name() string
	// admit returns an error if the format cannot hold what the Source
	// describes.
	admit(s *capture.Stats) error
	// refuse returns an error if p cannot be written.
	refuse(p *capture.Packet) error
	// wants returns the offset that a section must have to hold time t.
	wants(t int64) int64
	// header begins a file, or a section of it, with its interfaces.
	header(b []byte, interfaces []iface, comments []string) []byte
	describe(b []byte, i *iface) []byte
	// room is how many octets packet appends.
	room(p *capture.Packet) int
	packet(b []byte, p *capture.Packet) []byte
	statistics(b []byte, id int, i *iface, begin, end int64, why error) []byte
	// tail is the maximum size of the statistics of n interfaces, in
	// octets.
	tail(n int) int64
	// first describes the block that b starts with; start is set at the
	// start of a file.
	first(b []byte, start bool) block
}

// block is a piece of a file that is only meaningful as a whole.
type block struct {
	size        int  // octets
	packet      bool // one packet
	description bool // of one interface
	iface       int
	time        int64
	octets      uint64 // of the packet
}

// iface is an interface as its Source describes it, with what this package
// counts for it.
type iface struct {
	capture.InterfaceStats
	packets uint64 // taken, in this file
	lost    uint64 // not written, in this file
	base    totals // at the beginning of this file
}

// totals are the counters of an interface that only grow.
type totals struct{ received, dropped, system uint64 }

// since returns what was counted since the beginning of this file, so that the
// files of one capture add up to what the capture says.
func (i *iface) since() totals {
	t := totals{
		received: i.Received - min(i.base.received, i.Received),
		dropped:  i.Dropped - min(i.base.dropped, i.Dropped),
		system:   i.SystemDropped - min(i.base.system, i.SystemDropped),
	}
	t.system = min(t.system, t.dropped)
	return t
}

// newFile resets the counters for a new file.
func (i *iface) newFile() {
	i.base = totals{received: i.Received, dropped: i.Dropped, system: i.SystemDropped}
	i.packets, i.lost = 0, 0
}
