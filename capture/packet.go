package capture

import (
	"errors"
	"math"

	"tcpwatch/capture/wire"
)

// Packet is one captured packet. The Source that filled it owns Data and lends
// it until the next call of Next.
type Packet struct {
	// Number counts every packet of the whole timeline, from 1.
	Number uint64
	// Time is in nanoseconds since 1970-01-01 UTC, from 1823 to 2116: the difference
	// of any two is an int64.
	Time int64
	// Data are the captured octets, from the link header on.
	Data []byte
	// Length is how many octets the packet had on the wire; never below
	// len(Data). It is capped at the largest int (32 bits).
	Length int
	Link   wire.LinkType
	// Untimed is set if the capture has no time for the packet (a pcapng simple packet
	// block), or one out of bounds: Time is then that of the previous packet of the
	// file, or 0 for its first.
	Untimed bool
	// Interface is an index into Stats.Interfaces.
	Interface int
	// Same is 1 and the index of an interface of an earlier file of which this one is taken
	// to be the continuation, as in rotated captures; 0 if there is none.
	Same int
}

// place identifies where the packet was captured: parts of one capture are one
// place.
func (p *Packet) place() int {
	if p.Same > 0 {
		return p.Same - 1
	}
	return p.Interface
}

// wireLength converts a wire length from a file to a Packet's Length.
func wireLength(n uint32) int {
	return int(min(int64(n), math.MaxInt))
}

// Source gives packets in the order of its timeline.
type Source interface {
	// Next fills p with the next packet. It returns io.EOF at the end, again at
	// every further call. A *DamageError is returned once for each place where
	// an input could not be read on; everything before it was given, and further
	// calls go on with the remaining inputs. After Options.Context is done it
	// returns that context's error.
	Next(p *Packet) error
	// Stats returns what is known so far; it is complete after io.EOF.
	Stats() Stats
	// Close releases the inputs. Lent data is invalid afterwards.
	Close() error
}

// Stats is what the inputs say about themselves.
type Stats struct {
	Files      []FileStats
	Interfaces []InterfaceStats
	Packets    uint64 // given so far
	Octets     uint64 // captured octets of these packets
	// BackwardsSteps counts packets whose time lies before that of the
	// previous packet in the same file.
	BackwardsSteps uint64
	// UntimedPackets counts packets that are Untimed.
	UntimedPackets uint64
	// CutPackets counts packets of which the capture kept less than was sent
	// (snaplen); CutAt is the smallest captured length among them.
	CutPackets uint64
	CutAt      int // octets
	// End is when the capture ended, in nanoseconds since 1970, as far as that is
	// known: until then nothing came besides the packets given. It is not before the
	// latest packet; a pcapng says it (isb_endtime), of several inputs it is the
	// latest; 0: not said, and no packet given.
	End int64
}

// FileStats describes one input file.
type FileStats struct {
	Name    string
	Format  string // "pcap", "pcapng", with the compression: "pcap, gzip"
	Packets uint64
	// Octets counts the file's octets that were read, after decompression.
	Octets   uint64
	Comments []string // pcapng section comments, at most a few, unescaped
}

// InterfaceStats describes one interface that packets were captured on.
type InterfaceStats struct {
	File    int    // index into Stats.Files
	Name    string // "" where the file does not say
	Link    wire.LinkType
	Snaplen uint32 // 0: no limit
	Packets uint64
	// Filter is the expression of pcap-filter(7) by which packets were captured (pcapng
	// if_filter); "" where the file names none, or has it as machine code.
	Filter string
	// Dropped counts what the capturing system says it lost (pcapng isb_ifdrop plus isb_osdrop, or the
	// sum of epb_dropcount where that is more); DropsKnown distinguishes 0 from "not reported".
	Dropped    uint64
	DropsKnown bool
	// SystemDropped are those of Dropped that the system lost after the
	// interface had received them (pcapng isb_osdrop), if reported.
	SystemDropped uint64
	// Received counts what the capturing system says came in, captured or not
	// (pcapng isb_ifrecv); ReceivedKnown distinguishes 0 from "not reported".
	Received      uint64
	ReceivedKnown bool
	// RingFull counts how often a live capture's ring became full. It is not stored
	// in files.
	RingFull uint64
	// Abandoned are those of Dropped that a live capture had in its ring when its
	// time to end had run out: lost by this program, not for want of room.
	Abandoned uint64
}

// ErrQuiet is returned by Next of a live Source when no packet has come for a
// while, so that the caller can advance its clock.
var ErrQuiet = errors.New("no packet has come for a while")

// Live is a Source whose packets are captured while it is read. It ends by itself
// when its context is done, and then gives what came before that.
type Live interface {
	Source
	// Horizon is a time, in nanoseconds since 1970: every packet from before it
	// has been given.
	Horizon() int64
}
