package capture

import (
	"slices"
	"time"

	"github.com/google/gopacket"
)

// DataSource is a Source in gopacket's terms. It does not give the link type,
// which gopacket holds in 8 bits: take it from Packet.
type DataSource struct {
	Source Source
	packet Packet
}

var (
	_ gopacket.ZeroCopyPacketDataSource = (*DataSource)(nil)
	_ gopacket.PacketDataSource         = (*DataSource)(nil)
)

// ZeroCopyReadPacketData gives the next packet. The octets are lent until the
// next call. Errors are those of Source.Next.
func (d *DataSource) ZeroCopyReadPacketData() ([]byte, gopacket.CaptureInfo, error) {
	p := &d.packet
	if err := d.Source.Next(p); err != nil {
		return nil, gopacket.CaptureInfo{}, err
	}
	return p.Data, gopacket.CaptureInfo{
		Timestamp:      time.Unix(0, p.Time).UTC(),
		CaptureLength:  len(p.Data),
		Length:         p.Length,
		InterfaceIndex: p.Interface,
	}, nil
}

// ReadPacketData gives the next packet in octets of its own.
func (d *DataSource) ReadPacketData() ([]byte, gopacket.CaptureInfo, error) {
	data, info, err := d.ZeroCopyReadPacketData()
	return slices.Clone(data), info, err
}

// Packet is the packet read last, valid until the next one is read.
func (d *DataSource) Packet() *Packet { return &d.packet }
