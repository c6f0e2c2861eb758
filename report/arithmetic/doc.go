// Package arithmetic checks the numbers of a connection's segments against those before them, and
// writes the sums out as a person would do them: "ack = 1000 + 1 ✓". The steps of a story and
// the lessons of the lab are written with it.
package arithmetic
