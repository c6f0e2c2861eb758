package grid

import (
	"math"
	"net/netip"
	"slices"
	"strings"

	"tcpwatch/report/prose"
)

// giveWay drops columns, and narrows others when it is their turn, until a line
// fits. It returns the widths.
func (g *Grid) giveWay(natural []int) []int {
	least, widths := g.least(natural), slices.Clone(natural)
	var narrow, gone []int
	for g.lineWidth(widths) > g.Style.Width {
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
			most = g.Columns[i].narrowRank()
		}
	}
	g.takeBack(gone, widths, most)
	g.widen(widths, natural)
	g.takeBack(gone, widths, math.MaxUint8)
	slices.Sort(gone)
	for _, i := range gone {
		if !g.keeps(i) {
			g.dropped = append(g.dropped, g.Columns[i].Header)
		}
	}
	return widths
}

// partner returns the other column of a pair, or -1.
func (g *Grid) partner(i int) int {
	switch {
	case g.Columns[i].Pair:
		return i - 1
	case i+1 < len(g.Columns) && g.Columns[i+1].Pair:
		return i + 1
	}
	return -1
}

// nextNarrow returns the column to narrow before the one at worst among the kept
// ones is dropped (worst is -1 if none may be); -1: none.
func (g *Grid) nextNarrow(worst int, narrow []int) int {
	next := -1
	for _, i := range g.keep {
		rank := g.Columns[i].narrowRank()
		if rank > 0 && (worst < 0 || rank >= g.Columns[g.keep[worst]].Drop) && !slices.Contains(narrow, i) &&
			(next < 0 || rank > g.Columns[next].narrowRank()) {
			next = i
		}
	}
	return next
}

func (c *Column) narrowRank() uint8 { return max(c.Shorten, c.Wrap) }

// widen distributes the remaining room to narrowed columns: first to text, then
// to addresses in equal parts.
func (g *Grid) widen(widths, natural []int) {
	for _, i := range g.keep {
		if g.Columns[i].Wrap > 0 {
			widths[i] += max(0, min(natural[i]-widths[i], g.Style.Width-g.lineWidth(widths)))
		}
	}
	for more := true; more; {
		more = false
		for _, i := range g.keep {
			if widths[i] < natural[i] && g.lineWidth(widths) < g.Style.Width {
				widths[i]++
				more = true
			}
		}
	}
}

// least returns natural with the least widths of the columns that can be
// narrowed.
func (g *Grid) least(natural []int) []int {
	least := slices.Clone(natural)
	for i, c := range g.Columns {
		if c.narrowRank() == 0 || natural[i] < 0 {
			continue
		}
		least[i] = prose.Width(c.Header)
		if c.Wrap > 0 {
			least[i] = max(least[i], min(natural[i], c.Room))
		}
		for _, r := range g.sample {
			least[i] = max(least[i], g.leastCell(i, r[i]))
		}
	}
	return least
}

// meetAddresses registers the addresses that may lose their middles together, so
// that the first of those that look alike is also distinguished from the others.
func (g *Grid) meetAddresses() {
	var all []netip.Addr
	for _, r := range g.Rows {
		for i, c := range g.Columns {
			if c.Shorten > 0 && shortens(r[i].Text) {
				if at, err := netip.ParseAddrPort(r[i].Text); err == nil {
					all = append(all, at.Addr())
				}
			}
		}
	}
	g.Addresses.meet(all)
}

// leastCell is the least width of a cell of a column.
func (g *Grid) leastCell(i int, c Cell) int {
	switch text := g.shown(c); {
	case g.Columns[i].Shorten > 0:
		return prose.Width(g.Addresses.Short(g.Style, text, 0))
	case g.Columns[i].Wrap > 0:
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
func (g *Grid) cut(k int, c Cell, width int) (text string, more []string) {
	text = g.shown(c)
	switch column := &g.Columns[g.keep[k]]; {
	case len(text) <= width || column.narrowRank() == 0:
	case column.Shorten > 0:
		short := g.Addresses.Short(g.Style, text, width)
		g.shortened = g.shortened || short != text
		return short, nil
	case prose.Width(text) > width && widestWord(text) <= width:
		lines := prose.Wrap(text, width, "")
		return prose.Unglue(lines[0]), lines[1:]
	}
	return text, nil
}

// start is where the k-th shown column begins.
func (g *Grid) start(k int) int {
	at := len(g.Indent)
	for _, w := range g.widths[:k] {
		at += w + len(prose.Gap)
	}
	return at
}

// appendMore appends the further lines of the wrapped cells.
func (g *Grid) appendMore(b []byte, row []Cell) []byte {
	for line := 0; ; line++ {
		at, some := 0, false
		for k := range g.laid {
			more := g.laid[k].more
			if line >= len(more) {
				continue
			}
			text, start := prose.Unglue(more[line]), g.start(k)
			b = appendSpaces(b, start-at)
			b = g.Style.AppendPainted(b, row[g.keep[k]].Tone, text)
			at, some = start+prose.Width(text), true
		}
		if !some {
			return b
		}
		b = append(b, '\n')
	}
}

// NoRoom names the columns that the table does not show, "" if it shows all, and
// the pronoun for them.
func (g *Grid) NoRoom() (what, them string) {
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

// Fixed reports whether the widths are fixed.
func (g *Grid) Fixed() bool { return g.fixed }

// Records reports whether no table fits, so that every row is written as a record.
func (g *Grid) Records() bool { return g.records }

// Shows reports whether the values of a column are shown.
func (g *Grid) Shows(column int) bool { return g.records || g.keeps(column) }

// Dropped returns the headings of the columns for which there is no room.
func (g *Grid) Dropped() []string { return g.dropped }
