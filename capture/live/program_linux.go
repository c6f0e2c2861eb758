//go:build !pcap

package live

import (
	"fmt"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"tcpwatch/capture/wire"
)

// The longest program that the kernel takes, BPF_MAXINSNS.
const maxProgram = 4096

// refuseAll rejects every packet.
var refuseAll = []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: 0}}

// onceOnly drops what a loopback interface sends: it comes in again. packet(7)
// calls the ancillary field skb->pkt_type; libpcap does the same.
var onceOnly = []bpf.Instruction{
	bpf.LoadExtension{Num: bpf.ExtType},
	bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.PACKET_OUTGOING, SkipTrue: 1},
	bpf.RetConstant{Val: 0},
}

// programFor returns the program for a socket on one interface of this kind.
func (o *Options) programFor(kind uint16) ([]unix.SockFilter, error) {
	var p []bpf.Instruction
	if kind == unix.ARPHRD_LOOPBACK {
		p = append(p, onceOnly...)
	}
	link, _ := linkOf(kind)
	rest, err := o.accept(link)
	if err != nil {
		return nil, err
	}
	return assemble(p, rest)
}

// accept returns what follows for a link type: the filter, or the constant that
// cuts every packet to the snaplen.
func (o *Options) accept(link wire.LinkType) ([]bpf.RawInstruction, error) {
	if o.Filter == nil {
		return bpf.Assemble([]bpf.Instruction{bpf.RetConstant{Val: uint32(o.Snaplen)}})
	}
	p, err := o.Filter(link, o.Snaplen)
	if err == nil && len(p) == 0 {
		err = fmt.Errorf("the filter gave no program for %s", link)
	}
	return p, err
}

// programForAny returns the program for a socket on all interfaces. A packet's
// kind of hardware decides which link type's filter it passes; kinds whose
// packets in the kernel have a header that no filter knows are dropped where
// there is a filter, since a program for another header would decide by chance.
// Of bare packets nothing passes a filter that has no meaning for them (vlan):
// bareToo is false.
func (o *Options) programForAny() (program []unix.SockFilter, bareToo bool, err error) {
	loopback := []bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtLinkLayerType},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.ARPHRD_LOOPBACK, SkipTrue: uint8(len(onceOnly))},
	}
	loopback = append(loopback, onceOnly...)
	ethernet, err := o.accept(wire.LinkEthernet)
	if err != nil || o.Filter == nil {
		if err != nil {
			return nil, false, err
		}
		program, err = assemble(loopback, ethernet)
		return program, true, err
	}
	raw, err := o.accept(wire.LinkRaw)
	if bareToo = err == nil; !bareToo {
		if raw, err = bpf.Assemble([]bpf.Instruction{bpf.RetConstant{Val: 0}}); err != nil {
			return nil, false, err
		}
	}
	// By kind: Ethernet and loopback to the first program, bare ones to the
	// one after it.
	p := append(loopback, bpf.LoadExtension{Num: bpf.ExtLinkLayerType})
	framed := []uint32{unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK}
	for i, kind := range framed {
		// Over the remaining tests, those of the bare kinds, the refusal and the jump.
		p = append(p, bpf.JumpIf{Cond: bpf.JumpEqual, Val: kind, SkipTrue: uint8(len(framed) - 1 - i + len(bare) + 2)})
	}
	for i, kind := range bare {
		p = append(p, bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(kind), SkipTrue: uint8(len(bare) - 1 - i + 1)})
	}
	p = append(p, bpf.RetConstant{Val: 0}, bpf.Jump{Skip: uint32(len(ethernet))})
	program, err = assemble(p, append(ethernet[:len(ethernet):len(ethernet)], raw...))
	return program, bareToo, err
}

// assemble puts the instructions before a program that ends by itself.
func assemble(front []bpf.Instruction, rest []bpf.RawInstruction) ([]unix.SockFilter, error) {
	raw, err := bpf.Assemble(front)
	if err != nil {
		return nil, err
	}
	raw = append(raw, rest...)
	if len(raw) > maxProgram {
		return nil, fmt.Errorf("the filter has %d instructions; the kernel takes %d", len(raw), maxProgram)
	}
	p := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		p[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	return p, nil
}
