// Package rest keeps what nobody works on as short strings of octets, without
// loss: structures become strings by a Coder and a Layout, and strings wait in a
// Store.
//
// What is remembered of a connection is a few structures of many fields, most of
// them 0, near to each other or like those of another connection. The code knows
// nothing of the fields beyond that: a word that is as expected costs one bit,
// a time or packet number that was met before one octet, others the octets in
// which they differ. It is made for speed: a structure of 1,000 octets takes some
// hundred nanoseconds.
//
// Strings are not for other programs or files: they mean something only to the
// process that made them, and are believed without being checked.
package rest
