package analyze

import "tcpwatch/capture/wire"

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
	for _, r := range a.table.All() {
		a.table.Get(r)
	}
}

// Owner returns the number of the shard that has the connections of a tuple.
func (g *Shards) Owner(t *wire.Tuple) int {
	var p pair
	p.fill(g.tables[0], t)
	return int(g.owner(&p))
}
