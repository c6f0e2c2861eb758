// Package flow remembers what a connection has shown so far.
package flow

// Flow is one connection.
type Flow struct{}

// Facts is what is known of a segment before it changes its Flow.
type Facts struct{}
