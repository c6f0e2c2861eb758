package wire

// LinkType is a link-layer header type as the tcpdump group assigns them
// (LINKTYPE_ values). It has 16 bits: gopacket's has 8 and reads 276 as 20.
type LinkType uint16
