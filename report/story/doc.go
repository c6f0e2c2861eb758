// Package story tells a connection in words: how it opened, what was sent, what it waited for, how it
// closed and who is left in TIME-WAIT, with the segments of handshake and close and their
// arithmetic. Every sentence follows from a field of the record; what that does not show is
// not claimed.
package story
