package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// provePort is the discard service (RFC 863).
const provePort = 9

// prove waits until a pair of veth devices carries packets in both directions.
// After a device was brought up the kernel enables that in the background, and
// what is sent before is lost silently. It runs on the host's thread.
func (d *device) prove(own, peer netip.Addr) error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	d.discards = s // a late attempt must not be answered with an ICMP error
	if err := unix.Bind(s, &unix.SockaddrInet4{Port: provePort, Addr: own.As4()}); err != nil {
		return err
	}
	to := &unix.SockaddrInet4{Port: provePort, Addr: peer.As4()}
	b := make([]byte, 2048)
	in, out := false, false
	// Each attempt has a number, so that few are left when the last one has come
	// through.
	for n := uint32(1); n <= 3000 && !(in && out); n++ {
		number := binary.BigEndian.AppendUint32(nil, n)
		if !in {
			d.write(discard(peer, own, number), &offloadHeader{}) // lost, or refused with an error: there are more
		}
		if !out {
			unix.Sendto(s, number, 0, to)
		}
		for !in {
			m, err := unix.Read(s, b)
			if err != nil && !errors.Is(err, unix.EINTR) {
				break
			}
			in = m == 4 && binary.BigEndian.Uint32(b) == n
		}
		for !out {
			m, err := d.read(b)
			if err != nil || m < 0 {
				break
			}
			out = m >= 4 && binary.BigEndian.Uint32(b[m-4:]) == n
		}
		if !in || !out {
			time.Sleep(time.Millisecond)
		}
	}
	if !in || !out {
		return fmt.Errorf("the devices %s and %s carry nothing", Device, linkName)
	}
	return nil
}

// proves reports whether an IPv4 packet is such an attempt: with several CPUs a
// late one may come when the lab has begun.
func proves(b []byte) bool {
	return len(b) == 32 && b[0] == 0x45 && b[9] == unix.IPPROTO_UDP && binary.BigEndian.Uint16(b[20:]) == provePort && binary.BigEndian.Uint16(b[22:]) == provePort
}

// discard is an IPv4 packet with a UDP datagram for the discard service.
func discard(from, to netip.Addr, payload []byte) []byte {
	b := []byte{0x45, 0, 0, byte(28 + len(payload)), 0, 0, 0, 0, 64, unix.IPPROTO_UDP, 0, 0}
	b = append(append(b, from.AsSlice()...), to.AsSlice()...)
	sum := uint32(0)
	for i := 0; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff { // RFC 1071
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(b[10:], ^uint16(sum))
	b = append(b, 0, provePort, 0, provePort, 0, byte(8+len(payload)), 0, 0)
	return append(b, payload...)
}
