package keep

import (
	"fmt"

	"tcpwatch/capture"
)

// Lost counts packets that were handed over and are in no file.
type Lost struct {
	Packets uint64
	Octets  uint64 // captured octets of these packets
	Since   int64  // time of the first of them, as Packet.Time
	// Why is the first cause; nil if nothing was lost. It names no file.
	Why error
}

// Result says what became of the packets.
type Result struct {
	Name   string // of the file, or of the first of several
	Format string // "pcapng", with the compression: "pcapng, zstd"
	Files  uint64 // that packets were written to
	// Packets and Octets (captured) were handed to the system.
	Packets, Octets uint64
	// Removed counts files that were removed because there were more than
	// Options.Files, RemovedPackets the packets in them.
	Removed, RemovedPackets uint64
	Lost                    Lost
}

// lose counts p, which is not written because of err.
func (w *Writer) lose(p *capture.Packet, err error) {
	w.loseOne(block{iface: p.Interface, time: p.Time, octets: uint64(len(p.Data))}, err)
}

func (w *Writer) loseOne(k block, err error) {
	l := &w.result.Lost
	if l.Packets == 0 {
		l.Since = k.time
	}
	if l.Why == nil {
		l.Why = err
	}
	l.Packets++
	l.Octets += k.octets
	if k.iface >= 0 && k.iface < len(w.interfaces) {
		w.interfaces[k.iface].lost++
	}
}

// loseBuffer gives up everything that is not written yet.
func (w *Writer) loseBuffer(err error) {
	for at := 0; at < len(w.buf); {
		k := w.enc.first(w.buf[at:], at == 0 && w.size == 0)
		if k.packet {
			w.loseOne(k, err)
		}
		at += k.size
	}
	w.buf = w.buf[:0]
	w.pending = 0
	w.pendingOctets = 0
}

// maxLossComment bounds the comment of a statistics block, with its padding and
// the head of its option.
const maxLossComment = 160

// lossComment is what a file itself says about packets that are missing in it.
func lossComment(n uint64, why error) string {
	text := fmt.Sprintf("%d packets of the lost ones were captured and not written: %v", n, why)
	return text[:min(len(text), maxLossComment-8)]
}
