//go:build !pcap

package live

import (
	"encoding/binary"
	"errors"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ring is one packet socket with the memory that it shares with the kernel.
//
// The memory is cut into blocks. A block belongs to the kernel until its status
// has TP_STATUS_USER, and again when its status is set to TP_STATUS_KERNEL. In
// between its packets are read in place, in the order in which they came.
type ring struct {
	fd        int
	mem       []byte
	blockSize int

	block int    // number of the block that is read or waited for
	left  uint32 // packets of it that were not given; 0: it is the kernel's, or to be returned
	owned bool   // the block is ours
	next  int    // offset in the block of the next packet
	time  int64  // of the next packet
	// complete is a time, in nanoseconds since 1970, up to which every packet was visible when none was left: see
	// earliest. It says nothing of another ring, nor of this one's packets that were visible then.
	complete int64

	counts counts
	err    error // the ring cannot be read any more
}

// counts are the kernel's since the socket was made, except for the last one.
type counts struct {
	received uint64 // passed the filter, dropped or not
	dropped  uint64 // found the ring full
	full     uint64 // how often the ring became full (tp_freeze_q_cnt)
	// abandoned were in the ring when the capture ended: this program's own loss.
	abandoned uint64
}

// Offsets in a block, struct tpacket_block_desc, and in a packet's header,
// struct tpacket3_hdr with struct sockaddr_ll after it.
const (
	blockStatus  = 8
	blockPackets = 12
	blockFirst   = 16
	blockHeader  = 48

	frameNext     = 0
	frameSec      = 4
	frameNsec     = 8
	frameCaptured = 12
	frameLength   = 16
	frameStatus   = 20
	frameMAC      = 24
	frameNet      = 26
	frameTCI      = 32
	frameTPID     = 36
	frameAddress  = 48
	frameHeader   = frameAddress + unix.SizeofSockaddrLinklayer

	addressIndex = frameAddress + 4
	addressKind  = frameAddress + 8
)

var errRing = errors.New("the ring holds what no kernel writes")

func (r *ring) status() *uint32 { return r.statusOf(r.block) }

func (r *ring) statusOf(block int) *uint32 {
	return (*uint32)(unsafe.Pointer(&r.mem[block*r.blockSize+blockStatus]))
}

// halfFull reports whether the kernel has handed over more than half of the ring: it does so block by block.
func (r *ring) halfFull() bool {
	if r.left == 0 {
		return false
	}
	blocks := len(r.mem) / r.blockSize
	return atomic.LoadUint32(r.statusOf((r.block+blocks/2)%blocks))&unix.TP_STATUS_USER != 0
}

// packets is how many packets the present block holds.
func (r *ring) packets() *uint32 {
	return (*uint32)(unsafe.Pointer(&r.mem[r.block*r.blockSize+blockPackets]))
}

// filling reports, where ready does not, whether the kernel has put packets into a block that it has
// not handed over yet. It counts them where they are read later: net/packet/af_packet.c has done so
// since there is TPACKET_V3, but the document (packet_mmap) does not promise it.
func (r *ring) filling() bool {
	return r.err == nil && r.mem != nil && atomic.LoadUint32(r.packets()) != 0
}

// content is the memory of the present block.
func (r *ring) content() []byte {
	at := r.block * r.blockSize
	return r.mem[at : at+r.blockSize : at+r.blockSize]
}

// ready reports whether there is a packet; then r.time is its time.
func (r *ring) ready() bool {
	for r.left == 0 {
		if r.owned {
			r.giveBack()
		}
		if r.err != nil || r.mem == nil || atomic.LoadUint32(r.status())&unix.TP_STATUS_USER == 0 {
			return false
		}
		r.owned = true
		b := r.content()
		r.left = *r.packets()
		if r.left > 0 {
			r.look(int(binary.NativeEndian.Uint32(b[blockFirst:])))
		}
	}
	return r.err == nil
}

// giveBack returns the present block to the kernel. What was lent from it is
// gone.
func (r *ring) giveBack() {
	atomic.StoreUint32(r.packets(), 0) // until the kernel opens the block again it would seem to be filling
	atomic.StoreUint32(r.status(), unix.TP_STATUS_KERNEL)
	r.owned = false
	if r.block++; r.block == len(r.mem)/r.blockSize {
		r.block = 0
	}
}

// look makes the packet at an offset the next one.
func (r *ring) look(at int) {
	b := r.content()
	if at < blockHeader || at > len(b)-frameHeader {
		r.err, r.left = errRing, 0
		return
	}
	r.next = at
	h := b[at:]
	r.time = int64(binary.NativeEndian.Uint32(h[frameSec:]))*1e9 + int64(binary.NativeEndian.Uint32(h[frameNsec:]))
}

// frame is a packet as it lies in the ring.
type frame struct {
	data   []byte
	room   []byte // data with the room for a tag in front
	length int    // on the wire
	time   int64
	index  int    // of the interface
	kind   uint16 // ARPHRD_ value of the interface
	tci    uint16
	tpid   uint16
	hasTag bool // the kernel has taken a tag out
}

// take returns the next packet, which ready has promised. The octets are lent
// until ready is called again. Cooked packets begin at their network header.
func (r *ring) take(f *frame, cooked func(kind uint16) bool) bool {
	b := r.content()
	h := b[r.next:]
	captured := int(binary.NativeEndian.Uint32(h[frameCaptured:]))
	length := int(binary.NativeEndian.Uint32(h[frameLength:]))
	mac, net := int(binary.NativeEndian.Uint16(h[frameMAC:])), int(binary.NativeEndian.Uint16(h[frameNet:]))
	if mac < frameHeader+vlanTag || mac+captured > len(h) {
		r.err, r.left = errRing, 0
		return false
	}
	status := binary.NativeEndian.Uint32(h[frameStatus:])
	*f = frame{
		length: max(length, captured), time: r.time,
		index: int(int32(binary.NativeEndian.Uint32(h[addressIndex:]))), kind: binary.NativeEndian.Uint16(h[addressKind:]),
		tci:    uint16(binary.NativeEndian.Uint32(h[frameTCI:])),
		hasTag: status&unix.TP_STATUS_VLAN_VALID != 0,
		tpid:   unix.ETH_P_8021Q,
	}
	if status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		f.tpid = binary.NativeEndian.Uint16(h[frameTPID:])
	}
	from := mac
	if cooked(f.kind) && net > mac {
		from = min(net, mac+captured)
		f.length = max(f.length-(net-mac), mac+captured-from)
	}
	f.data = h[from : mac+captured : mac+captured]
	f.room = h[from-vlanTag : mac+captured]
	if r.left--; r.left > 0 {
		r.look(r.next + int(binary.NativeEndian.Uint32(h[frameNext:])))
	}
	return true
}

// tagged reinserts the VLAN tag that the kernel removed before the EtherType
// (IEEE 802.1Q §9.4), in the ring.
func (f *frame) tagged() {
	const addresses = 12
	if !f.hasTag || len(f.data) < addresses {
		return
	}
	d := f.room
	copy(d, d[vlanTag:vlanTag+addresses])
	binary.BigEndian.PutUint16(d[addresses:], f.tpid)
	binary.BigEndian.PutUint16(d[addresses+2:], f.tci)
	f.data = d
	f.length += vlanTag
}

// count adds what the kernel has counted since the last call.
func (r *ring) count() {
	if r.mem == nil {
		return
	}
	s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return
	}
	r.counts.received += uint64(s.Packets)
	r.counts.dropped += uint64(s.Drops)
	r.counts.full += uint64(s.Freeze_q_cnt)
}

// close ends the capture; the memory is gone.
func (r *ring) close() {
	if r.mem != nil {
		r.count()
		unix.Munmap(r.mem)
		r.mem, r.left = nil, 0
	}
	if r.fd >= 0 {
		unix.Close(r.fd)
		r.fd = -1
	}
}
