package report

import (
	"math"
	"net/netip"
	"slices"
	"strings"

	"tcpwatch/report/prose"
)

// giveWay drops columns, and narrows others when it is their turn, until a line
// fits. It returns the widths.
func (g *grid) giveWay(natural []int) []int {
	least, widths := g.least(natural), slices.Clone(natural)
	var narrow, gone []int
	for g.lineWidth(widths) > g.env.Width {
		worst := g.worst()
		if i := g.nextNarrow(worst, narrow); i >= 0 {
			narrow = append(narrow, i)
			widths[i] = least[i]
			continue
		}
		if worst < 0 {
			break
		}
		i := g.keep[worst]
		for _, i := range []int{i, g.partner(i)} {
			if k := slices.Index(g.keep, i); k >= 0 {
				gone = append(gone, i)
				g.keep = slices.Delete(g.keep, k, k+1)
			}
		}
	}
	// Columns that matter more than whole addresses and texts come back before
	// these are widened.
	most := uint8(0)
	for _, i := range narrow { // of the lowest rank last
		if slices.Contains(g.keep, i) {
			most = g.columns[i].narrowRank()
		}
	}
	g.takeBack(gone, widths, most)
	g.widen(widths, natural)
	g.takeBack(gone, widths, math.MaxUint8)
	slices.Sort(gone)
	for _, i := range gone {
		if !g.keeps(i) {
			g.dropped = append(g.dropped, g.columns[i].header)
		}
	}
	return widths
}

// partner returns the other column of a pair, or -1.
func (g *grid) partner(i int) int {
	switch {
	case g.columns[i].pair:
		return i - 1
	case i+1 < len(g.columns) && g.columns[i+1].pair:
		return i + 1
	}
	return -1
}

// nextNarrow returns the column to narrow before the one at worst among the kept
// ones is dropped (worst is -1 if none may be); -1: none.
func (g *grid) nextNarrow(worst int, narrow []int) int {
	next := -1
	for _, i := range g.keep {
		rank := g.columns[i].narrowRank()
		if rank > 0 && (worst < 0 || rank >= g.columns[g.keep[worst]].drop) && !slices.Contains(narrow, i) &&
			(next < 0 || rank > g.columns[next].narrowRank()) {
			next = i
		}
	}
	return next
}

func (c *gridColumn) narrowRank() uint8 { return max(c.shorten, c.wrap) }

// widen distributes the remaining room to narrowed columns: first to text, then
// to addresses in equal parts.
func (g *grid) widen(widths, natural []int) {
	for _, i := range g.keep {
		if g.columns[i].wrap > 0 {
			widths[i] += max(0, min(natural[i]-widths[i], g.env.Width-g.lineWidth(widths)))
		}
	}
	for more := true; more; {
		more = false
		for _, i := range g.keep {
			if widths[i] < natural[i] && g.lineWidth(widths) < g.env.Width {
				widths[i]++
				more = true
			}
		}
	}
}

// least returns natural with the least widths of the columns that can be
// narrowed.
func (g *grid) least(natural []int) []int {
	least := slices.Clone(natural)
	for i, c := range g.columns {
		if c.narrowRank() == 0 || natural[i] < 0 {
			continue
		}
		least[i] = prose.Width(c.header)
		if c.wrap > 0 {
			least[i] = max(least[i], min(natural[i], c.room))
		}
		for _, r := range g.sample {
			least[i] = max(least[i], g.leastCell(i, r[i]))
		}
	}
	return least
}

// meetAddresses registers the addresses that may lose their middles together, so
// that the first of those that look alike is also distinguished from the others.
func (g *grid) meetAddresses() {
	var all []netip.Addr
	for _, r := range g.rows {
		for i, c := range g.columns {
			if c.shorten > 0 && shortens(r[i].text) {
				if at, err := netip.ParseAddrPort(r[i].text); err == nil {
					all = append(all, at.Addr())
				}
			}
		}
	}
	g.env.short.meet(all)
}

// leastCell is the least width of a cell of a column.
func (g *grid) leastCell(i int, c cell) int {
	switch text := g.shown(c); {
	case g.columns[i].shorten > 0:
		return prose.Width(g.env.shortEndpoint(text, 0))
	case g.columns[i].wrap > 0:
		return widestWord(text)
	default:
		return prose.Width(text)
	}
}

func widestWord(text string) int {
	widest := 0
	for word := range strings.SplitSeq(text, " ") {
		widest = max(widest, prose.Width(word))
	}
	return widest
}

// laid is a cell of the row being written.
type laid struct {
	text  string
	more  []string // lines after the first
	space int      // columns that text leaves free, where it does
}

// cut returns the text of a cell of the k-th shown column in width columns: on one
// line or, if the column must and can be wrapped, several.
func (g *grid) cut(k int, c cell, width int) (text string, more []string) {
	text = g.shown(c)
	switch column := &g.columns[g.keep[k]]; {
	case len(text) <= width || column.narrowRank() == 0:
	case column.shorten > 0:
		short := g.env.shortEndpoint(text, width)
		g.shortened = g.shortened || short != text
		return short, nil
	case prose.Width(text) > width && widestWord(text) <= width:
		lines := prose.Wrap(text, width, "")
		return prose.Unglue(lines[0]), lines[1:]
	}
	return text, nil
}

// start is where the k-th shown column begins.
func (g *grid) start(k int) int {
	at := len(g.indent)
	for _, w := range g.widths[:k] {
		at += w + len(gap)
	}
	return at
}

// appendMore appends the further lines of the wrapped cells.
func (g *grid) appendMore(b []byte, row []cell) []byte {
	for line := 0; ; line++ {
		at, some := 0, false
		for k := range g.laid {
			more := g.laid[k].more
			if line >= len(more) {
				continue
			}
			text, start := prose.Unglue(more[line]), g.start(k)
			b = appendSpaces(b, start-at)
			b = g.env.AppendPainted(b, row[g.keep[k]].tone, text)
			at, some = start+prose.Width(text), true
		}
		if !some {
			return b
		}
		b = append(b, '\n')
	}
}

// noRoom names the columns that the table does not show, "" if it shows all, and
// the pronoun for them.
func (g *grid) noRoom() (what, them string) {
	all, them := slices.Clone(g.dropped), "it"
	if g.shortened {
		all = append(all, "whole addresses")
	}
	if len(all) == 0 {
		return "", ""
	}
	if len(all) > 1 || g.shortened {
		them = "them"
	}
	return "no room for " + prose.JoinGlued(all), them
}
