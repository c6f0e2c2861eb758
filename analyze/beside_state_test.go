package analyze

import (
	"reflect"
	"slices"

	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/state"
)

// Forgotten remembers what connections were when they came to rest as their journals.
type Forgotten struct {
	*companion
	was map[flow.Ref][]uint64
	// Compared counts those that were the same when they were read again, and ByClass
	// tells them by the class that they were in.
	Compared int
	ByClass  [flow.Closed + 1]int
}

// Forgets makes an Analyzer remember what is forgotten for a journal.
func (a *Analyzer) Forgets() *Forgotten {
	k := &Forgotten{companion: &companion{Analyzer: a}, was: map[flow.Ref][]uint64{}}
	a.table.Accompany(k)
	return k
}

// Forget implements flow.Companion.
func (k *Forgotten) Forget(f *flow.Flow) {
	k.was[f.Ref] = k.whole(f)
	k.companion.Forget(f)
}

// Compare reads every nth connection that rests as its journal, and reports whether it is
// what it was.
func (k *Forgotten) Compare(i, n int) (same bool, was, is []uint64) {
	for _, b := range k.table.All() {
		if r := b.Ref; (int(r)+i)%n == 0 && k.table.Unread(r) {
			was, is = k.was[r], k.whole(k.flow(r))
			if !slices.Equal(was, is) {
				return false, was, is
			}
			k.Compared++
			k.ByClass[k.table.Class(r)]++
		}
	}
	return true, nil, nil
}

// whole returns everything that is kept of a connection as numbers, but for where it lies
// in memory. An end whose TIME-WAIT is known to be over when somebody looks is no more in
// it.
func (k *Forgotten) whole(f *flow.Flow) []uint64 {
	c := *f
	for s := range c.Half {
		if h := &c.Half[s]; h.State.Base() == state.TimeWait {
			h.State = h.State.After(state.TwoMSL)
		}
	}
	n := k.notes.At(f.Extra)
	all := fieldsOf(nil, reflect.ValueOf(&c).Elem())
	all = fieldsOf(all, reflect.ValueOf(n).Elem())
	for i := n.firstStep; i != 0; i = k.steps.At(i).next {
		all = fieldsOf(all, reflect.ValueOf(k.steps.At(i)).Elem())
	}
	for s := range f.Half {
		h := &f.Half[s]
		for p := f.FirstPacket; p <= f.LastPacket; p++ {
			if t := k.table.TraceOf(h, p); t != nil {
				all = fieldsOf(all, reflect.ValueOf(t).Elem())
			}
		}
		all = append(all, uint64(k.table.Missing(h)), uint64(k.table.Unseen(h, &f.Half[1-s])))
	}
	return all
}

// places are fields that say where something lies, or whether it was used.
var places = []string{"Extra", "used", "holes", "lastHole", "sentHead", "sentTail", "spanHead", "spanTail", "kept", "next", "prev", "firstStep", "lastStep"}

// fieldsOf appends the fields of a structure, those of its fields included.
func fieldsOf(all []uint64, v reflect.Value) []uint64 {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if !slices.Contains(places, v.Type().Field(i).Name) {
				all = fieldsOf(all, v.Field(i))
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			all = fieldsOf(all, v.Index(i))
		}
	case reflect.Bool:
		if all = append(all, 0); v.Bool() {
			all[len(all)-1] = 1
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		all = append(all, uint64(v.Int()))
	default:
		all = append(all, v.Uint()) // panics where a field is of another kind
	}
	return all
}
