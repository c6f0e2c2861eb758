// Package traffic writes captures of connections that never were, for
// benchmarks and tests: so many packets of a kind, from a seed. The same kind,
// number and seed give the same octets everywhere.
//
// What it promises: addresses, numbers, acknowledgements, options and checksums
// are right, payload is not zeros and is the same where it is sent again, and
// memory does not grow with the packets. What it does not: that these are the
// connections of your network. Times, sizes and losses are drawn, and no stack
// reacts to anything.
package traffic
