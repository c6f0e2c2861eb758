// Package rest stores structures that are not in use as short strings of octets,
// without loss: a Coder and a Layout turn structures into strings, and a Store
// keeps the strings.
//
// The state of a connection is a few structures with many fields, most of them 0,
// close to each other or equal to those of another connection. The code knows
// nothing about the fields beyond that: a word that is as expected costs one bit,
// a time or packet number that occurred before one octet, others the octets in
// which they differ. It is designed for speed: a structure of 1,000 octets takes
// some hundred nanoseconds.
//
// The strings are not for other programs or files: they mean something only to
// the process that made them, and are not validated.
package rest
