// Package traffic writes captures of made-up connections, for benchmarks and
// tests: a number of packets of a kind, from a seed. The same kind, number and
// seed give the same octets everywhere.
//
// It promises that addresses, numbers, acknowledgements, options and checksums
// are right, that payload is not zeros and is the same when it is sent again,
// and that memory does not grow with the packets. It does not promise that
// these resemble the connections of your network. Times, sizes and losses are
// drawn, and no stack reacts to anything.
package traffic
