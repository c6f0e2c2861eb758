package analyze_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tcpwatch/capture/wire"
)

// kernelCaptures reads the captures of Linux endpoints in the folder of shared
// captures; the test is skipped where it is absent.
func kernelCaptures(t *testing.T) map[string][]wire.Segment {
	t.Helper()
	dir := os.Getenv("TCPWATCH_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "pcaps", "kernel", "*.pcap"))
	if len(files) == 0 {
		t.Skip("no folder of shared captures: set TCPWATCH_SHARED")
	}
	all := map[string][]wire.Segment{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if segs := readEthernet(t, file, data); len(segs) > 0 {
			all[strings.TrimSuffix(filepath.Base(file), ".pcap")] = segs
		}
	}
	return all
}

// readEthernet reads a little-endian pcap file of Ethernet frames.
func readEthernet(t *testing.T, file string, data []byte) (segs []wire.Segment) {
	t.Helper()
	le := binary.LittleEndian
	if len(data) < 24 || le.Uint32(data) != 0xa1b2c3d4 || le.Uint32(data[20:]) != 1 {
		t.Fatalf("%s is not a capture of the kind expected", file)
	}
	var walk wire.Walker
	at := 24
	for packet := uint64(1); at+16 <= len(data); packet++ {
		when := int64(le.Uint32(data[at:]))*1e9 + int64(le.Uint32(data[at+4:]))*1e3
		kept, length := int(le.Uint32(data[at+8:])), int(le.Uint32(data[at+12:]))
		at += 16
		if at+kept > len(data) {
			t.Fatalf("%s is cut", file)
		}
		_, rest, _ := wire.Ethernet(data[at : at+kept])
		at += kept
		var seg wire.Segment
		if walk.IP(rest, length-14, &seg) != wire.Segmented {
			continue
		}
		seg.Packet, seg.Time, seg.Payload = packet, when, nil
		segs = append(segs, seg)
	}
	return segs
}

// lower reports whether the sender has the lower of the two addresses.
func lower(s *wire.Segment) int {
	if bytes.Compare(s.Src[:], s.Dst[:]) < 0 {
		return 0
	}
	return 1
}

// TestKernelInvariance repeats the invariances on captures of real endpoints.
func TestKernelInvariance(t *testing.T) {
	for name, segs := range kernelCaptures(t) {
		t.Run(name, func(t *testing.T) {
			want := analyse(segs)
			by := [2]wire.Seq{0x87654321, -segs[0].Seq - 1000}
			got := analyse(changed(segs, func(s *wire.Segment) {
				from := lower(s)
				if !s.Flags.Has(wire.RST|wire.ACK) || s.Seq != 0 {
					s.Seq += by[from]
				}
				if s.Flags.Has(wire.ACK) {
					s.Ack += by[1-from]
				}
				for i := range s.Options.SACK {
					s.Options.SACK[i].Left += by[1-from]
					s.Options.SACK[i].Right += by[1-from]
				}
			}))
			sameAccount(t, "shifted numbers", maskNumbers(got), maskNumbers(want))
			got = analyse(changed(segs, func(s *wire.Segment) { s.Encap = 9 }))
			for _, c := range got.records {
				c.EncapID = 0
			}
			for i := range got.moments {
				got.moments[i].EncapID = 0
			}
			sameAccount(t, "tunnel", got, want)
			got = analyse(changed(segs, func(s *wire.Segment) { s.Src, s.Dst = swap(s.Src), swap(s.Dst) }))
			for i, c := range got.records {
				c.Client, c.Server = want.records[i].Client, want.records[i].Server
			}
			for i := range min(len(got.moments), len(want.moments)) {
				got.moments[i].Client, got.moments[i].Server = want.moments[i].Client, want.moments[i].Server
			}
			sameAccount(t, "other addresses", got, want)
		})
	}
}

// swap turns the order of addresses round.
func swap(a wire.Addr) wire.Addr {
	for i := 12; i < 16; i++ {
		a[i] = ^a[i]
	}
	return a
}

// TestKernelCut: a capture that begins late tells states as inferred, or as the
// whole capture tells them: never others for certain.
func TestKernelCut(t *testing.T) {
	for name, segs := range kernelCaptures(t) {
		t.Run(name, func(t *testing.T) {
			if len(segs) > 3000 {
				segs = segs[:3000]
			}
			whole := analyse(segs)
			for _, at := range []int{1, 2, 3, 5, 8, len(segs) / 2, len(segs) - 3, len(segs) - 1} {
				if at <= 0 || at >= len(segs) {
					continue
				}
				late := analyse(segs[at:])
				wrong := 0
				for i, o := range late.seen {
					w := &whole.seen[at+i]
					if o.FromClient != w.FromClient {
						o.ClientState, o.ServerState = o.ServerState, o.ClientState
					}
					for _, pair := range [][2]interface {
						IsInferred() bool
						String() string
					}{{o.ClientState, w.ClientState}, {o.ServerState, w.ServerState}} {
						got, want := pair[0], pair[1]
						if !got.IsInferred() && got.String() != "UNKNOWN" && !want.IsInferred() && got.String() != want.String() &&
							got.String() != "SYN-RECEIVED" && wrong < 3 { // whoever sends a SYN-ACK was there
							wrong++
							t.Errorf("from packet %d on, at packet %d: %v, in the whole %v", segs[at].Packet, segs[at+i].Packet, got, want)
						}
					}
				}
			}
		})
	}
}
