// Package labtext writes lessons of the lab as they happen: for people as a story of packets, numbers and states,
// for programs as one object for each item.
package labtext
