package analyze

// NewShardsOf is NewShards with batches of another size.
func NewShardsOf(n, size int, cfg Config) *Shards { return newShards(n, size, cfg) }
