// Package streams writes the payload of connections, piece by piece, as package
// analyze/stream hands it on: as one text (Writer) or as a file for each direction
// (Folder). Nothing is left out without a word: gaps, conflicts and octets in doubt
// are named where they are, or in the index beside the files.
//
// In the forms Text and Hex nothing from a capture reaches the output unescaped. A
// piece is not kept beyond the call, and memory does not grow with octets.
package streams
