package verdict

// recent is a bounded map: at most 2*generation entries, of which the half used
// least recently is dropped at a time. An entry is looked up once for a
// connection, and read and changed where it was found.
type recent[K comparable, V any] struct {
	now, before shelf[K, V]
}

const generation = 4096

// shelf holds the values of a generation beside the map, so that they can be
// changed in place and both can be reused.
type shelf[K comparable, V any] struct {
	index  map[K]int32
	values []V
}

// place is where the value of a key was found; nil if there is none.
type place[V any] struct {
	value *V
	now   bool // it is of the generation that is being filled
}

// get returns the value, or the zero value if there is none.
func (p place[V]) get() (v V) {
	if p.value != nil {
		v = *p.value
	}
	return v
}

// find looks up k. The place is valid until the next keep.
func (r *recent[K, V]) find(k K) place[V] {
	if i, ok := r.now.index[k]; ok {
		return place[V]{&r.now.values[i], true}
	}
	if i, ok := r.before.index[k]; ok {
		return place[V]{&r.before.values[i], false}
	}
	return place[V]{}
}

// keep marks k, which was found at p, as used and returns its value for
// changes. It is valid until the next keep.
func (r *recent[K, V]) keep(k K, p place[V]) *V {
	if p.now {
		return p.value
	}
	v := p.get()
	if len(r.now.values) >= generation {
		r.before, r.now = r.now, r.before
		clear(r.now.index)
		r.now.values = r.now.values[:0]
	}
	if r.now.index == nil {
		r.now.index = make(map[K]int32)
	}
	r.now.index[k] = int32(len(r.now.values))
	r.now.values = append(r.now.values, v)
	return &r.now.values[len(r.now.values)-1]
}
