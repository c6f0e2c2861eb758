//go:build !pcap

package live

import (
	"encoding/binary"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// FuzzRing: whatever stands in the memory that the kernel shares, nothing
// panics, and no block is read without end.
func FuzzRing(f *testing.F) {
	block := make([]byte, 4096)
	block[blockStatus] = unix.TP_STATUS_USER
	block[blockPackets] = 2
	block[blockFirst] = blockHeader
	at := blockHeader
	for _, next := range []uint32{200, 0} {
		h := block[at:]
		binary.NativeEndian.PutUint32(h[frameNext:], next)
		binary.NativeEndian.PutUint32(h[frameCaptured:], 60)
		binary.NativeEndian.PutUint32(h[frameLength:], 60)
		binary.NativeEndian.PutUint32(h[frameStatus:], unix.TP_STATUS_VLAN_VALID|unix.TP_STATUS_VLAN_TPID_VALID)
		binary.NativeEndian.PutUint16(h[frameMAC:], frameHeader+14)
		binary.NativeEndian.PutUint16(h[frameNet:], frameHeader+28)
		at += int(next)
	}
	f.Add(block, false)
	f.Add(block, true)
	f.Fuzz(func(t *testing.T, b []byte, cooked bool) {
		// The status is read as a word that the kernel writes.
		mem := make([]byte, max(4096, (len(b)+7)&^7))
		copy(mem, b)
		r := &ring{fd: -1, mem: mem, blockSize: len(mem)}
		var fr frame
		for range len(mem) + 1 {
			if !r.ready() {
				return
			}
			if !r.take(&fr, func(uint16) bool { return cooked }) {
				return
			}
			if before := len(fr.data); fr.length < before {
				t.Fatalf("%d octets of %d", before, fr.length)
			}
			fr.tagged()
		}
		if r.block == 0 && r.owned && r.left > uint32(len(mem)) {
			return // as many as the block says, each of them bounded
		}
	})
}

// FuzzNetlink: no message makes the reader of interfaces panic, as a change and in a list.
func FuzzNetlink(f *testing.F) {
	header := make([]byte, unix.SizeofNlMsghdr)
	body := linkBody(7, "lo")
	binary.NativeEndian.PutUint32(header, uint32(len(header)+len(body)))
	binary.NativeEndian.PutUint16(header[4:], unix.RTM_NEWLINK)
	change := append(header, body...)
	f.Add(change)
	listed := slices.Clone(change)
	binary.NativeEndian.PutUint16(listed[6:], unix.NLM_F_MULTI|unix.NLM_F_DUMP_INTR)
	binary.NativeEndian.PutUint32(listed[8:], 1)
	f.Add(listed)
	f.Fuzz(func(t *testing.T, b []byte) {
		w := watchOf(&script{})
		if err := w.request(unix.RTM_GETLINK); err != nil {
			t.Fatal(err)
		}
		w.take(b)
		if d, ok := w.devices[7]; string(b) == string(change) && (!ok || d.name != "lo") {
			t.Errorf("%+v", w.devices)
		}
	})
}
