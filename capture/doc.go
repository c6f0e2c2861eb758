// Package capture is where packets come from: saved captures in every common
// container and compression, and the decoder that peels every link header and
// tunnel down to the innermost TCP segment.
//
// Apart from live captures by libpcap (package live) it is the only package that
// imports gopacket, of which it takes the vocabulary (DataSource) and no decoder.
// It promises that a damaged input yields everything before the damage and an error
// that names file, packet and byte offset; that no length read from an input is
// trusted; and that memory does not grow with the input.
package capture
