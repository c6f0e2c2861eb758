package main

import (
	"fmt"
	"slices"

	"tcpwatch/capture"
	"tcpwatch/capture/filter"
	"tcpwatch/capture/wire"
)

// filtered is a Source that gives only the packets that a filter chooses. They
// keep the numbers that they have in the capture, and Stats still describes all
// of it.
type filtered struct {
	capture.Source
	matcher *filter.Matcher
	leftOut uint64          // packets that were not given
	told    []wire.LinkType // the types of which it was said that they cannot be filtered
}

func newFiltered(src capture.Source, e *filter.Expr) *filtered {
	return &filtered{Source: src, matcher: filter.NewMatcher(e)}
}

// Next gives the next packet that is chosen. Packets of a link type that the
// filter cannot be applied to are left out, which a *capture.DamageError says
// once.
func (f *filtered) Next(p *capture.Packet) error {
	for {
		if err := f.Source.Next(p); err != nil {
			return err
		}
		chosen, err := f.matcher.Match(p.Data, p.Length, p.Link)
		if chosen {
			return nil
		}
		f.leftOut++
		if err != nil && !slices.Contains(f.told, p.Link) {
			f.told = append(f.told, p.Link)
			return f.cannot(p, err)
		}
	}
}

func (f *filtered) cannot(p *capture.Packet, err error) error {
	s := f.Stats()
	return &capture.DamageError{
		File:   s.Files[s.Interfaces[p.Interface].File].Name,
		Reason: fmt.Sprintf("packets of link type %v, such as packet %d, are left out: --filter: %v", p.Link, p.Number, err),
		Err:    err,
	}
}
