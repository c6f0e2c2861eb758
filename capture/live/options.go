package live

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"time"

	"golang.org/x/net/bpf"

	"tcpwatch/capture/wire"
)

// Any is the name that stands for all interfaces, including later ones.
const Any = "any"

// Options says what is captured and how. The zero value of a field means its
// default.
type Options struct {
	// Interfaces are the names of interfaces, or Any alone.
	Interfaces []string
	// Snaplen is the most that is captured of a packet, in octets: 0 or from
	// MinSnaplen to MaxSnaplen. The default is MaxSnaplen, or as much as fits into a block.
	Snaplen int
	// RingSize is the buffer for packets of each ring, in octets. BlockSize is
	// the part of it that the kernel hands over at once, a power of two; a packet
	// must fit into it, and two of them into the ring, or leastBlocks where there is more
	// than one ring. The default is as blockFor has it.
	RingSize, BlockSize int
	// Rings is how many rings share an interface, each packet going to one of
	// them by its flow (PACKET_FANOUT). The default is 1.
	Rings int
	// NotPromiscuous leaves the interface's address filter as it is.
	NotPromiscuous bool
	// Filter compiles the filter for the kernel; nil: everything passes.
	Filter Filter
	// Context ends the capture: Next then returns what came before that
	// moment, and io.EOF: within a tenth of a second, or a second if much is
	// waiting. nil means never.
	Context context.Context
	// Note is called from within Open and Next with a sentence about an interface
	// that went down, vanished or came back, unescaped; nil: not wanted.
	Note func(string)
}

// Filter returns a classic BPF program for packets of a link type as the kernel
// has them when they reach a packet socket: the outermost VLAN tag is not in the
// octets any more but in the ancillary data (SKF_AD_VLAN_TAG). The program
// returns snaplen for packets to keep and 0 for others.
type Filter func(link wire.LinkType, snaplen int) ([]bpf.RawInstruction, error)

// Defaults and bounds of Options.
const (
	MinSnaplen = 64
	MaxSnaplen = 262144 // tcpdump's, and the largest that other programs read

	DefaultRingSize = 32 << 20
	MinRingSize     = 1 << 20
	MaxRingSize     = 1 << (30 + ^uint(0)>>63) // 2 GiB; half of it in 32 bits of addresses

	MinBlockSize = 64 << 10
	MaxBlockSize = 8 << 20

	MaxRings = 64
	// maxNamed bounds how many interfaces can be named: each has a ring.
	maxNamed = 64
)

// frameOverhead exceeds what surrounds a packet in a block: the block's header
// of 48 octets, the packet's of 48, its address of 20, the room for a VLAN tag,
// and alignment.
const frameOverhead = 256

// retire is how long the kernel takes to hand over a block that is not full.
const retire = 10 * time.Millisecond

// hold is how far behind the clock a timeline is known to be complete: a packet
// waits for its block to be handed over, which the kernel does by a timer of its
// own resolution (10 ms at HZ=100), and this process for its turn. It is a
// heuristic where the machine is busy.
const hold = 4 * retire

// The kernel hands a block over after 10 ms, full or not. So the number of blocks is how long a ring
// lasts where packets are few, whatever its size: wantedBlocks for 640 ms without this process having its turn.
// Several rings keep theirs until all have shown theirs (see earliest): two or three blocks each, so that with four
// packets are lost at any rate as soon as this process is late; leastBlocks leave it 40 ms.
const (
	wantedBlocks = 64
	leastBlocks  = 8
)

// ordinaryBlock is the least block by default: a packet of the largest ordinary size fits, 64 KiB (GSO, GRO), and
// its headers.
const ordinaryBlock = 128 << 10

// blockFor is the default size of blocks: wantedBlocks fit into the ring, or fewer where a block would not hold
// a packet.
func (o *Options) blockFor() int {
	needed := max(MinBlockSize, o.Snaplen+frameOverhead)
	if o.Snaplen == 0 {
		needed = ordinaryBlock
	}
	size := 1 << 20 // larger ones bring nothing but need more memory in one piece
	for size > MinBlockSize && size/2 >= needed && o.RingSize/size < wantedBlocks {
		size /= 2
	}
	return size
}

// check fills in defaults and reports what is out of bounds.
func (o *Options) check() error {
	set := func(to *int, value int) {
		if *to == 0 {
			*to = value
		}
	}
	set(&o.RingSize, DefaultRingSize)
	set(&o.Rings, 1)
	if o.BlockSize == 0 {
		o.BlockSize = o.blockFor()
	}
	set(&o.Snaplen, max(MinSnaplen, min(MaxSnaplen, o.BlockSize-frameOverhead)))
	if o.Context == nil {
		o.Context = context.Background()
	}
	if o.Note == nil {
		o.Note = func(string) {}
	}
	switch {
	case len(o.Interfaces) == 0:
		return errors.New("no interface is named")
	case slices.Contains(o.Interfaces, Any) && len(o.Interfaces) > 1:
		return fmt.Errorf("%q holds every interface: it cannot be named beside others", Any)
	case len(o.Interfaces) > maxNamed:
		return fmt.Errorf("%d interfaces are named; at most %d can be", len(o.Interfaces), maxNamed)
	case o.Snaplen < MinSnaplen || o.Snaplen > MaxSnaplen:
		return fmt.Errorf("the snaplen must be from %d to %d octets", MinSnaplen, MaxSnaplen)
	case o.RingSize < MinRingSize || o.RingSize > MaxRingSize:
		return fmt.Errorf("a ring must be from %s to %s, not %s", InUnits(MinRingSize), InUnits(MaxRingSize), InUnits(o.RingSize))
	case o.BlockSize < MinBlockSize || o.BlockSize > MaxBlockSize || bits.OnesCount(uint(o.BlockSize)) != 1:
		return fmt.Errorf("a block must be a power of two from %s to %s, not %s", InUnits(MinBlockSize), InUnits(MaxBlockSize), InUnits(o.BlockSize))
	case o.BlockSize < o.Snaplen+frameOverhead:
		return fmt.Errorf("a block of %s does not hold a packet of %d octets: larger blocks (--block-size) or a smaller snaplen (-s) are needed", InUnits(o.BlockSize), o.Snaplen)
	case o.RingSize < 2*o.BlockSize:
		return fmt.Errorf("a ring of %s does not hold two blocks of %s: a larger ring (--ring-size) or smaller blocks (--block-size) are needed", InUnits(o.RingSize), InUnits(o.BlockSize))
	case o.RingSize < leastBlocks*o.BlockSize && (o.Rings > 1 || o.severalNamed()):
		return fmt.Errorf("a ring of %s has %d blocks of %s; several rings need %d each, to wait for one another: a larger ring (--ring-size), smaller blocks (--block-size) or a smaller snaplen (-s) are needed",
			InUnits(o.RingSize), o.RingSize/o.BlockSize, InUnits(o.BlockSize), leastBlocks)
	case o.Rings < 1 || o.Rings > MaxRings:
		return fmt.Errorf("there can be from 1 to %d rings", MaxRings)
	}
	return nil
}

// severalNamed reports whether more than one interface is named; one that is named twice is taken once.
func (o *Options) severalNamed() bool {
	return slices.ContainsFunc(o.Interfaces, func(name string) bool { return name != o.Interfaces[0] })
}

// InUnits writes a number of octets as the flags take it, with the largest unit that it is a multiple of: 3MiB.
func InUnits(octets int) string {
	unit := 0
	units := [...]string{"", "KiB", "MiB", "GiB"}
	for octets != 0 && octets%1024 == 0 && unit < len(units)-1 {
		octets /= 1024
		unit++
	}
	return strconv.Itoa(octets) + units[unit]
}

// PermissionError says that the process may not capture.
type PermissionError struct {
	// Missing is the capability that is needed: "CAP_NET_RAW"; "" where the
	// system has none.
	Missing string
	Err     error
}

func (e *PermissionError) Error() string {
	if e.Missing == "" {
		return fmt.Sprintf("capturing is not permitted: %v", e.Err)
	}
	return "capturing needs the capability " + e.Missing + ", which this process does not have"
}

func (e *PermissionError) Unwrap() error { return e.Err }
