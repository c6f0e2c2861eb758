// Package record answers what the record of a connection shows beyond its fields: of
// which end nothing was captured, whose FIN came first, whether a SYN was sent again, and
// what of all that is certain. It writes nothing; every function is pure, takes a record
// that stays its owner's, and allocates nothing. Packets are numbers of the capture,
// 0 for none.
package record
