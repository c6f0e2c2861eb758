// Package keep writes captured packets to files, pcapng or pcap, while they are captured or read:
// buffered, rotated by size and time, compressed by name.
//
// It promises that a file consists of whole blocks at every moment, with at most one cut block at
// its end if the program or the machine was stopped inside a write; that a disk that is full or
// returns errors neither stops nor slows the caller; that what was not written is counted, with
// time and reason; and that taking a packet allocates nothing. What it writes, package capture
// reads back as the same packets and the same statistics.
//
// It does not promise that data survives a loss of power: nothing is synced.
package keep
