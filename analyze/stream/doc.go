// Package stream reassembles the payload of connections: for each direction its
// octets in order and once, with every doubt about them.
//
// It uses what package analyze says about each segment, so that connections and
// their numbers are the same, and hands on Pieces: octets, gaps, octets that
// came again with other content, and octets that are not part of the stream. The
// octets of one end are handed on when the other end's acknowledgement covers
// them (RFC 9293 §3.4), so that a request comes before its answer even if the
// capture holds them in the other order.
//
// # What decides
//
// The ranges that analyze keeps say which numbers were captured. Here the octets
// themselves are kept, for a captured number is not always a captured octet: the
// snaplen cuts, checksums are wrong, and a segment that its receiver drops has a
// number, too. So each direction has ranges of its own, by the same rules and
// with the same bound of 256 gaps.
//
// Of two versions of an octet the first captured is kept, and the other shown. A
// version that its receiver may have dropped (Reason) gives way to one without
// doubt, and counts only once it was acknowledged.
//
// # What it does not do
//
// What was acknowledged is not proved to be what was captured: a segment may
// have been changed beyond the tap, and a receiver may keep the later of two
// versions. Nothing is decoded above TCP.
package stream
