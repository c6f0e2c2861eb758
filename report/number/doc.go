// Package number writes numbers, durations and times: for programs exactly,
// without separators, and for people rounded, with separators and units.
//
// Functions append to what they are given and allocate nothing else. Durations
// and times are in nanoseconds, times since 1970.
package number
