//go:build !pcap

package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// vlanTag is the octets of an IEEE 802.1Q tag, TPID included. Each packet has
// room for one before it.
const vlanTag = 4

// newRing makes a packet socket with a ring and a program, bound to nothing: it
// receives nothing yet. The order ensures that: protocol 0 until bind
// (packet(7)), the program before it.
func newRing(o *Options, cooked bool, program []unix.SockFilter) (_ *ring, err error) {
	kind := unix.SOCK_RAW
	if cooked {
		kind = unix.SOCK_DGRAM
	}
	fd, err := unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, socketError(err)
	}
	r := &ring{fd: fd, blockSize: o.BlockSize}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return nil, fmt.Errorf("this kernel has no TPACKET_V3 rings: %w", err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_RESERVE, vlanTag); err != nil {
		return nil, fmt.Errorf("reserving room for VLAN tags: %w", err)
	}
	blocks := o.RingSize / o.BlockSize
	req := unix.TpacketReq3{
		Block_size: uint32(o.BlockSize), Block_nr: uint32(blocks),
		// Version 3 packs packets, so that the frame size only has to be allowed.
		Frame_size: uint32(o.BlockSize), Frame_nr: uint32(blocks),
		Retire_blk_tov: uint32(retire.Milliseconds()),
	}
	if err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return nil, ringError(o, err)
	}
	if r.mem, err = unix.Mmap(fd, 0, blocks*o.BlockSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return nil, ringError(o, err)
	}
	return r, r.attach(program)
}

func ringError(o *Options, err error) error {
	if errors.Is(err, unix.ENOMEM) {
		return fmt.Errorf("the kernel has no memory for a ring of %s in blocks of %s: smaller ones are needed", InUnits(o.RingSize), InUnits(o.BlockSize))
	}
	return fmt.Errorf("making a ring of %s: %w", InUnits(o.RingSize), err)
}

// attach attaches a program to the socket, replacing the previous one.
func (r *ring) attach(p []unix.SockFilter) error {
	fprog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	if err := unix.SetsockoptSockFprog(r.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &fprog); err != nil {
		return fmt.Errorf("the kernel does not take the filter: %w", err)
	}
	return nil
}

// htons puts 16 bits into network order.
func htons(v uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], v)
	return binary.NativeEndian.Uint16(b[:])
}

// bind begins to receive from an interface, 0 for all. It needs no capability,
// so that a process that has given up its capabilities can capture an interface
// that comes back.
func (r *ring) bind(index int, promiscuous bool) error {
	if err := unix.Bind(r.fd, &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ALL), Ifindex: index}); err != nil {
		return os.NewSyscallError("bind", err)
	}
	if !promiscuous || index == 0 {
		return nil
	}
	// The membership ends with the socket or the interface.
	mreq := unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC}
	if err := unix.SetsockoptPacketMreq(r.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &mreq); err != nil {
		return fmt.Errorf("promiscuous mode: %w", err)
	}
	return nil
}

// share lets the rings, bound to the same interface, divide its flows among them.
func share(rings []*ring) error {
	const byFlow = unix.PACKET_FANOUT_HASH
	arg := (byFlow | unix.PACKET_FANOUT_FLAG_UNIQUEID) << 16
	for i, r := range rings {
		if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_FANOUT, arg); err != nil {
			return fmt.Errorf("dividing the flows among %d rings: %w", len(rings), err)
		}
		if i > 0 {
			continue
		}
		// The kernel has chosen a group that nobody else has.
		got, err := unix.GetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_FANOUT)
		if err != nil {
			return fmt.Errorf("dividing the flows among %d rings: %w", len(rings), err)
		}
		arg = byFlow<<16 | got&0xffff
	}
	return nil
}
