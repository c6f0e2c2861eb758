package summary

import (
	"slices"
	"unicode/utf8"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
	"tcpwatch/report/escape"
	"tcpwatch/report/prose"
)

// Input is what is known about the inputs and the analysis as a whole when all
// has been read. The caller of Close fills it in.
type Input struct {
	Files      []File
	Interfaces []Interface
	// Packets counts every packet that the inputs gave, Octets what was
	// captured of them.
	Packets, Octets uint64
	// Filter is the expression that chose the packets when they were read, or else when
	// those of every interface were captured, shown escaped; "" where none did.
	Filter string
	// Filtered counts packets that it left out, as far as they were seen: a
	// kernel filter does not count them.
	Filtered uint64
	// Skipped counts packets that are not segments, by reason. The entry of
	// wire.Segmented is not used: Analysis.Segments has that count.
	Skipped  [wire.SkipCount]uint64
	Analysis analyze.Stats

	// BackwardsSteps counts packets with an earlier time than the previous
	// packet in the same file.
	BackwardsSteps uint64
	// UntimedPackets counts packets without a time, or with one before 1824 or after 2115:
	// they are shown at the time of the packet before them.
	UntimedPackets uint64
	// CutPackets counts packets captured shorter than they were; CutAt is the
	// smallest captured length among them, in octets.
	CutPackets uint64
	CutAt      int

	// Kept is what became of packets that were to be written; nil where none were.
	Kept *Kept

	// Damages say, one each, where reading an input stopped.
	Damages []string
	// NotRead are those of Damages about inputs not read at all, such as a file that
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

// ownFilter is the filter by which the packets of i were captured, "" if there was none or
// it is Filter.
func (in *Input) ownFilter(i *Interface) string {
	if i.Filter == in.Filter {
		return ""
	}
	return i.Filter
}

// mostFilters is how many filters of interfaces are shown to a person.
const mostFilters = 4

// ownFilters returns one interface, the first, for each such filter, at most mostFilters + 1.
func (in *Input) ownFilters() (first []*Interface) {
	for k := range in.Interfaces {
		i := &in.Interfaces[k]
		same := func(other *Interface) bool { return other.Filter == i.Filter }
		if in.ownFilter(i) != "" && len(first) <= mostFilters && !slices.ContainsFunc(first, same) {
			first = append(first, i)
		}
	}
	return first
}

// called is what an interface is called: by its name, its file, or both where there are several files.
func (in *Input) called(i *Interface) string {
	switch {
	case i.Name == "":
		return i.File
	case len(in.Files) > 1:
		return i.Name + " of " + i.File
	}
	return i.Name
}

// mostOfFilter is how much of a filter is shown to a person, octets.
const mostOfFilter = 400

// filterText is a filter for a person: escaped, and not all of a very long one.
func filterText(f string) string {
	if len(f) <= mostOfFilter {
		return escape.Text(f)
	}
	n := mostOfFilter
	for n > mostOfFilter-utf8.UTFMax && !utf8.RuneStart(f[n]) {
		n--
	}
	return escape.Text(f[:n]) + "… (" + prose.Octets(uint64(len(f))) + ")"
}

// Interface describes one interface that packets were captured on. Name, Link
// and File are shown escaped.
type Interface struct {
	File, Name, Link string
	Snaplen          uint32 // octets; 0: no limit
	Packets          uint64
	// Dropped counts packets that the capturing system reports as lost;
	// DropsKnown distinguishes 0 from "not reported".
	Dropped    uint64
	DropsKnown bool
	// Filter is the expression that chose its packets when they were captured,
	// shown escaped; "" where the file names none.
	Filter string
	// RingFull counts how often the buffer of a live capture became full.
	RingFull uint64
	// Abandoned are those of Dropped that this program had received when a live
	// capture ended, but did not process.
	Abandoned uint64
}
