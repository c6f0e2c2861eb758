package main

// streamKey names a direction of a capture, and who was asked about it.
type streamKey struct{ capture, peer, way string }

// streamDifference is a direction of which a peer and tcpwatch have different
// octets, in the form of package-level type streams.
type streamDifference struct {
	streamKey
	theirs, ours string
	// right names who is right, evidence why.
	right, evidence string
}

var streamDifferences = []streamDifference{}
