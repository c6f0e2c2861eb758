package summary

import (
	"fmt"
	"strings"

	"tcpwatch/report/escape"
	"tcpwatch/report/number"
	"tcpwatch/report/prose"
)

// Kept says what became of the packets that were to be written to files. Name,
// Format and Why are shown escaped.
type Kept struct {
	Name, Format string // of the file, or of the first of several
	Files        uint64
	// Packets and Octets (captured) were written; RemovedPackets of them were in
	// RemovedFiles that were removed because there were too many files.
	Packets, Octets, RemovedFiles, RemovedPackets uint64
	// LostPackets and LostOctets were not written, from the packet of time
	// LostSince (nanoseconds since 1970) on; Why is the first reason.
	LostPackets, LostOctets uint64
	LostSince               int64
	Why                     string // "" where nothing went wrong
}

// Loss says in one sentence what was not written; "" if everything was.
func (k *Kept) Loss() string { return prose.Unglue(k.loss()) }

func (k *Kept) loss() string {
	switch {
	case k.LostPackets > 0:
		var c number.Clock
		return fmt.Sprintf("%s (%s) from %s on could not be written: %s",
			prose.Plural(k.LostPackets, "packet"), prose.Octets(k.LostOctets), c.AppendTime(nil, k.LostSince), k.Why)
	case k.Why != "":
		return "not all that was written is sure to be kept: " + k.Why
	}
	return ""
}

// keptItems writes it for the summary.
func keptItems(s *section, k *Kept) {
	if k == nil {
		return
	}
	var b strings.Builder
	b.WriteString("packets written to " + escape.Text(k.Name))
	if k.Files > 1 {
		fmt.Fprintf(&b, " and %s more", prose.Plural(k.Files-1, "file"))
	}
	if k.RemovedFiles > 0 {
		fmt.Fprintf(&b, "; the oldest %s with %s removed again", prose.Plural(k.RemovedFiles, "file"), prose.Plural(k.RemovedPackets, "packet"))
	}
	if loss := k.loss(); loss != "" {
		s.add(k.Packets, prose.Bad, b.String()+"; "+escape.Text(loss))
		return
	}
	s.add(k.Packets, prose.Plain, b.String())
}

// kept writes the same for programs.
func (j *members) kept(k *Kept) {
	if k == nil {
		j.Null("kept")
		return
	}
	j.Open("kept", '{')
	j.Text("name", k.Name)
	j.Text("format", k.Format)
	j.Uint("files", k.Files)
	j.Uint("packets", k.Packets)
	j.Uint("bytes", k.Octets)
	j.Uint("removed_files", k.RemovedFiles)
	j.Uint("removed_packets", k.RemovedPackets)
	j.Uint("lost_packets", k.LostPackets)
	j.Uint("lost_bytes", k.LostOctets)
	if k.LostPackets > 0 {
		j.Time("lost_since", &number.Clock{}, k.LostSince)
	} else {
		j.Null("lost_since")
	}
	if k.Why == "" {
		j.Null("error")
	} else {
		j.Text("error", k.Why)
	}
	j.Close('}')
}
