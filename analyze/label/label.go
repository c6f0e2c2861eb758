// Package label defines every label that tcpwatch gives a segment: one file for
// each, with its definition, conditions, clause, examples and code in one Spec.
// The program, `tcpwatch explain`, LABELS.md and the tests read the same Spec.
package label

import "math/bits"

// ID numbers a label; it is an index into All.
type ID uint8

// MaxLabels bounds the number of labels: a Set is one word.
const MaxLabels = 64

// Set is a set of labels.
type Set uint64

// Has reports whether id is in the set.
func (s Set) Has(id ID) bool { return s&(1<<id) != 0 }

// With returns the set with id added.
func (s Set) With(id ID) Set { return s | 1<<id }

// first returns the label of the set that comes first in All; the set is not empty.
func (s Set) first() ID { return ID(bits.TrailingZeros64(uint64(s))) }

// Each calls f for every label of the set in the order of All.
func (s Set) Each(f func(ID)) {
	for ; s != 0; s &= s - 1 {
		f(ID(bits.TrailingZeros64(uint64(s))))
	}
}
