// Package lesson makes every handshake happen and tells what both ends did: the
// scenarios of `tcpwatch lab`, each declared once with its programs, its link,
// what is expected and why.
//
// A lesson runs on the two hosts of package lab. At each end of the link an
// Analyzer sees what that end sent and received, and infers the state of the
// end. Beside it is what the end's own kernel says about the socket at that
// moment, so that the inference can be checked at every segment.
//
// It promises that a Row's kernel states belong to the moment of the Row: while
// a segment is examined no program acts and nothing is delivered. The clocks of
// the kernels continue, so that a retransmission timer runs as anywhere else.
package lesson
