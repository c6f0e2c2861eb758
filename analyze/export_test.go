package analyze

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
