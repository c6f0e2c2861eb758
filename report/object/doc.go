// Package object writes objects in JSON by appending to octets: no reflection,
// no allocation of its own. Plain takes the plain names of members and sets commas
// itself; Row takes keys as they stand in the text, for objects of which there are
// many. Neither checks what its caller leaves open. Text from outside is written
// so that a program reads it as it was, and a terminal that shows it is safe.
package object
