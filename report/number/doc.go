// Package number writes numbers, and what is made of them: durations, times, and
// addresses with ports. For programs it writes exactly and without separators, for
// people rounded, with separators and units.
//
// Functions append to what they are given and allocate nothing else. Durations
// and times are in nanoseconds, times since 1970.
package number
