// Package order puts the records of connections into the order in which these began.
//
// It promises that every record is handed on once, as it was. Those that do not fit
// into some 32 MB wait in a temporary file, or in memory after all where that has no room;
// if it cannot be read again, it says how many were lost.
package order
