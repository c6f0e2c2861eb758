// Package wire turns octets into TCP segments.
//
// It promises three things. It depends on the standard library only. It never
// panics and never reads outside the slice it was given, whatever the octets
// are. And it keeps nothing: a Segment lends its Payload from the slice that
// was decoded.
//
// Sequence numbers (seq.go), segments (segment.go), endpoints (tuple.go) and
// the named reasons for packets that are not segments (skip.go) are the
// vocabulary of every other package.
package wire
