package capture

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// readTwice is a header that gopacket can read, too.
type readTwice struct {
	name string
	// ours and theirs give what the octets say, with the length of the header, or
	// "" where they refuse them.
	ours, theirs func(data []byte) string
	// fault says where gopacket reads the octets otherwise, or ""; faults is how many
	// such places there are.
	fault  func(data []byte) string
	faults int
	// like makes a header with more or less of what it may have.
	like func(r *rand.Rand) []byte
}

// headersReadTwice are those that gopacket's layers would have read here. The program does
// without that package, whose tables cost most of the time until its first output.
var headersReadTwice = []readTwice{
	{"GRE", func(data []byte) string {
		g, size, ok := readGRE(data)
		return said(ok, size, g.version, g.protocol, g.keyed, g.key, g.numbered)
	}, func(data []byte) string {
		var l layers.GRE
		ok := decodes(&l, data)
		return said(ok, len(l.Contents), l.Version, uint16(l.Protocol), l.KeyPresent, l.Key, l.SeqPresent)
	}, greFault, 3, likeGRE},
	{"ERSPAN II", func(data []byte) string {
		session, ok := erspanII(data)
		return said(ok, 8, session)
	}, func(data []byte) string {
		var l layers.ERSPANII
		ok := decodes(&l, data)
		return said(ok, len(l.Contents), l.SessionID)
	}, erspanFault, 1, func(r *rand.Rand) []byte { return cat([]byte{byte(r.IntN(4) << 4)}, octets(r, 10)) }},
	{"EtherIP", func(data []byte) string {
		return said(etherIPVersion(data), 2)
	}, func(data []byte) string {
		var l layers.EtherIP
		ok := decodes(&l, data)
		return said(ok, len(l.Contents))
	}, etherIPFault, 1, func(r *rand.Rand) []byte { return cat([]byte{[]byte{0x30, 3, 0x40}[r.IntN(3)]}, octets(r, 4)) }},
	{"PFLog", func(data []byte) string {
		size, ok := pfLogSize(data)
		return said(ok, size)
	}, func(data []byte) string {
		var l layers.PFLog
		ok := decodes(&l, data)
		return said(ok, len(l.Contents))
	}, pfLogFault, 3, func(r *rand.Rand) []byte {
		return cat([]byte{[]byte{45, 61, 69, 100, byte(r.IntN(256))}[r.IntN(5)], 2}, octets(r, 110))
	}},
	{"Prism", func(data []byte) string {
		size, ok := prismSize(data)
		return said(ok, size)
	}, func(data []byte) string {
		var l layers.PrismHeader
		ok := decodes(&l, data)
		return said(ok, len(l.Contents))
	}, prismFault, 5, likePrism},
}

// said is what was read, or "" if nothing was.
func said(ok bool, values ...any) string {
	if !ok {
		return ""
	}
	return fmt.Sprint(values...)
}

// decodes lets a layer of gopacket read a header. What is cut makes it panic.
func decodes(l gopacket.DecodingLayer, data []byte) (ok bool) {
	defer func() { _ = recover() }() // ok is false then
	return l.DecodeFromBytes(data[:len(data):len(data)], gopacket.NilDecodeFeedback) == nil
}

func octets(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// likeGRE has any flags, few of them as a rule, and a route that ends.
func likeGRE(r *rand.Rand) []byte {
	flags := r.Uint32() & r.Uint32() & 0xffff
	if r.IntN(2) == 0 {
		flags &^= 7
	}
	b := cat(be16(int(flags)), octets(r, 14))
	for range r.IntN(3) {
		n := r.IntN(5)
		b = cat(b, octets(r, 3), []byte{byte(n)}, octets(r, n))
	}
	return cat(b, make([]byte, 4), octets(r, r.IntN(12)))
}

// likePrism has items of twelve octets as a rule.
func likePrism(r *rand.Rand) []byte {
	order := binary.ByteOrder(binary.LittleEndian)
	if r.IntN(4) == 0 {
		order = binary.BigEndian
	}
	size := 24 + r.IntN(4)*12 + r.IntN(8)/7*r.IntN(12)
	b := make([]byte, size, size+4)
	order.PutUint32(b, []uint32{0x41, 0x44, 0x10044, 0x45}[r.IntN(4)])
	order.PutUint32(b[4:], uint32(size+r.IntN(8)/7<<16))
	for at := 24; at+12 <= size; at += 12 {
		copy(b[at:], octets(r, 12))
		order.PutUint16(b[at+6:], uint16(r.IntN(8)/7*200+4))
	}
	return append(b, 0, 0, 0, 0)
}

func greFault(data []byte) string {
	if len(data) < 4 {
		return ""
	}
	const notPPTP, key, acknowledgement = 0xc000, 0x2000, 0x0080
	switch flags := binary.BigEndian.Uint16(data); {
	case flags&7 > 1:
		return "reads any version of GRE"
	case flags&7 == 1 && flags&(notPPTP|key) != key:
		return "reads PPTP with a checksum or a route, or without a key (RFC 2637 §4.1)"
	case flags&7 == 0 && flags&acknowledgement != 0:
		return "reads an acknowledgement in version 0, where its bit is reserved (RFC 2784 §2.3)"
	}
	return ""
}

func erspanFault(data []byte) string {
	if len(data) > 0 && data[0]>>4 != 1 {
		return "reads any version of ERSPAN as type II"
	}
	return ""
}

func etherIPFault(data []byte) string {
	if len(data) > 0 && data[0]>>4 != 3 && data[0] != 3 {
		return "reads any version of EtherIP (RFC 3378 §2: 3)"
	}
	return ""
}

func pfLogFault(data []byte) string {
	switch {
	case len(data) == 0:
	case data[0] < 45:
		return "reads a header of pflog shorter than any was"
	case data[0]%4 != 1:
		return "refuses a length that is no multiple of four and one: 100, as OpenBSD has it"
	case len(data) < 61:
		return "wants 61 octets, of a header of 48, too"
	}
	return ""
}

func prismFault(data []byte) string {
	if len(data) < 24 {
		return ""
	}
	code, size := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint32(data[4:])
	switch {
	case code>>16 != 0 && (code<<24 == 0x41<<24 || code<<24 == 0x44<<24):
		return "takes the lower half of a message code for the whole"
	case code>>16 != 0:
		return "knows one byte order, although the machine's is used"
	case size>>16 != 0:
		return "takes the lower half of a length for the whole"
	case size < 24 || size > uint32(len(data)):
		return ""
	case (size-24)%12 != 0:
		return "wants items of twelve octets, from which nothing is taken here"
	}
	for at := 24; at < int(size); at += 12 {
		if at+8+int(binary.LittleEndian.Uint16(data[at+6:])) > len(data) {
			return "wants items inside the packet, from which nothing is taken here"
		}
	}
	return ""
}

// TestHeadersAsGopacket compares what is read of random headers, whole, damaged and
// cut, with what gopacket reads, except for its faults, each of which must show.
func TestHeadersAsGopacket(t *testing.T) {
	for _, h := range headersReadTwice {
		t.Run(h.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			agreed, faults := map[bool]int{}, map[string]bool{}
			for range 100_000 {
				data := h.like(r)
				for range r.IntN(4) / 2 * r.IntN(3) {
					data[r.IntN(len(data))] = byte(r.Uint32())
				}
				if r.IntN(3) == 0 {
					data = data[:r.IntN(len(data)+1)]
				}
				ours, theirs, fault := h.ours(data), h.theirs(data), h.fault(data)
				if fault != "" {
					faults[fault] = faults[fault] || ours != theirs
					continue
				}
				if ours != theirs {
					t.Fatalf("%x: ours %q, gopacket's %q", data, ours, theirs)
				}
				agreed[ours != ""]++
			}
			if agreed[true] < 1000 || agreed[false] < 1000 {
				t.Errorf("both read %d headers, and refused %d", agreed[true], agreed[false])
			}
			if len(faults) != h.faults {
				t.Errorf("met %d faults of %d: %v", len(faults), h.faults, faults)
			}
			for fault, shown := range faults {
				if !shown {
					t.Errorf("no difference where gopacket %s", fault)
				}
			}
		})
	}
}

// FuzzHeaders does the same with any octets.
func FuzzHeaders(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for i, h := range headersReadTwice {
		for range 5 {
			f.Add(uint8(i), h.like(r))
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		h := headersReadTwice[int(n)%len(headersReadTwice)]
		if len(data) > 4096 || h.fault(data) != "" {
			h.ours(data) // does not panic
			return
		}
		if ours, theirs := h.ours(data), h.theirs(data); ours != theirs {
			t.Fatalf("%s %x: ours %q, gopacket's %q", h.name, data, ours, theirs)
		}
	})
}
