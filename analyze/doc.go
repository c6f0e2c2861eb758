// Package analyze turns segments into observations, one for each segment, and
// records, one for each connection.
//
// Segments are taken in the order of the capture, whose times are the only clock.
// It promises
//
//   - that every segment is told once, in the order in which they came, and every
//     connection once: when nothing more is expected of it, when it is given up
//     for lack of room, or at the end. Records do not come in the order
//     of their numbers; package order puts them into it;
//   - that what a callback is given is lent for the call (Connection.Clone copies
//     it), that no segment it was given is kept or changed, and that a segment of
//     a known connection allocates nothing once the tables have grown;
//   - that at most Config.MaxConnections are remembered, and a bounded number of
//     things of each of them, so that memory is bounded whatever the capture
//     holds; what was given up for that is counted or marked;
//   - that results depend on the segments alone: they are the same for any number
//     of Shards, and whether a connection rests or a segment waits meanwhile.
//
// It does not promise to know what the ends did: what a capture shows only in
// part is marked as inferred, or said to be unknown.
package analyze
