package report

import (
	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// Input is what is known of the inputs and of the analysis as a whole when all
// has been read. Whoever calls Close fills it from the packages that know.
type Input struct {
	Files      []File
	Interfaces []Interface
	// Packets counts every packet that the inputs gave, Octets what was
	// captured of them.
	Packets, Octets uint64
	// Filter is the expression that chose the packets, shown escaped; "" where
	// none did.
	Filter string
	// Filtered counts packets that it left out, as far as they were met: a kernel
	// that filters does not count them.
	Filtered uint64
	// Skipped counts packets that are not segments, by reason. The entry of
	// wire.Segmented is not looked at: Analysis.Segments has that count.
	Skipped  [wire.SkipCount]uint64
	Analysis analyze.Stats

	// BackwardsSteps counts packets whose time lies before that of the packet
	// before them in the same file.
	BackwardsSteps uint64
	// UntimedPackets counts packets without a time, or with one before 1824 or after 2115:
	// they have that of the packet before them.
	UntimedPackets uint64
	// CutPackets counts packets captured shorter than they were; CutAt is the
	// smallest captured length among them, in octets.
	CutPackets uint64
	CutAt      int

	// Kept is what became of packets that were to be written; nil where none were.
	Kept *Kept

	// Damages say, one each, where an input could not be read on.
	Damages []string
	// NotRead are those of Damages that say what was not read at all, as a file that
	// could not be opened.
	NotRead []string
	// Interrupted is set when reading was stopped before the end.
	Interrupted bool
}

// File describes one input file; Name, Format and Comments are shown escaped.
type File struct {
	Name, Format string
	Packets      uint64
	Octets       uint64 // read, after decompression
	Comments     []string
}

// Interface describes one interface that packets were captured on. Name, Link
// and File are shown escaped.
type Interface struct {
	File, Name, Link string
	Snaplen          uint32 // octets; 0: no limit
	Packets          uint64
	// Dropped counts packets that the capturing system says it lost;
	// DropsKnown tells 0 from "not said".
	Dropped    uint64
	DropsKnown bool
	// RingFull counts how often the buffer of a live capture became full.
	RingFull uint64
	// Abandoned are those of Dropped that this program had before it when a live
	// capture ended, and did not read any more.
	Abandoned uint64
}
