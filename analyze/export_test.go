package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/capture/wire"
)

// NewShardsOf is NewShards with batches of another size.
func NewShardsOf(n, size int, cfg Config) *Shards { return newShards(n, size, cfg) }

// AwakeAtMost sets how many connections may be awake between two segments.
func (a *Analyzer) AwakeAtMost(n int) { a.table.AwakeAtMost(n) }

// Rest puts every connection to rest.
func (a *Analyzer) Rest() {
	a.table.AwakeAtMost(0)
	a.table.Settle()
}

// Wake wakes every connection.
func (a *Analyzer) Wake() {
	for _, b := range a.table.All() {
		a.flow(b.Ref)
	}
}

// Left counts the connections and what the Analyzer keeps of them.
func (a *Analyzer) Left() int {
	return a.table.Len() + a.notes.Len() + a.steps.Len() + a.watching.Len()
}

// StepsLost counts the steps that are not kept for their number.
func (a *Analyzer) StepsLost() (n int) {
	for _, b := range a.table.All() {
		n += int(a.notes.At(a.flow(b.Ref).Extra).stepsLost)
	}
	return n
}

// Give takes a segment.
func (g *Shards) Give(s *wire.Segment) {
	*g.Next() = *s
	g.Take()
}

// Owner returns the number of the shard that has the connections of a tuple.
func (g *Shards) Owner(t *wire.Tuple) int {
	var p pair
	p.fill(g.tables[0], t)
	return int(g.owner(&p))
}

// AnalyseAtOnce makes the Analyzer keep no segments for later.
func (a *Analyzer) AnalyseAtOnce() { a.unread.keeps, a.unread.beside = false, false }

// WhenByTheBook sets what is called for every record that is made
// without an analysis.
func (a *Analyzer) WhenByTheBook(f func()) { a.textbook.made = f }

// WhenRead sets what is called when a connection is read whose segments were kept, or
// handed over by the book: whether it is in the class that it was said to be in.
func (a *Analyzer) WhenRead(f func(right bool)) {
	a.unread.told = func(said, is flow.Class) { f(said == is || said == flow.Lapsed && is == flow.TimeWait) }
}
