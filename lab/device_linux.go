package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Both ends of a host's network: Device is the interface that its programs use,
// and, where that is a veth, linkName the end that the link holds.
const (
	Device   = "lab0"
	linkName = "link0"
)

// device is how the link reads what a host sends and gives it what arrives: IP
// packets without any frame, one a call.
//
// It is a TUN device if the user may open /dev/net/tun. Otherwise it is a pair
// of veth devices, for which a namespace is enough: the host's programs send
// through one, a packet socket reads and writes at the other (packet(7)). The
// other end has no address, and frames go there under an unused address, so
// that the host's own stack ignores them.
type device struct {
	fd  int
	to  *unix.SockaddrLinklayer // where the packet socket sends; nil for TUN
	tun bool
	// discards is a socket of the host that receives what prove sends; 0 if
	// none.
	discards int
	// large has the device hand over segments with virtio headers; header is that of
	// the last one read.
	large  bool
	header offloadHeader
}

// openDevice makes the device of the calling thread's namespace. veth asks for
// a pair of veth devices whatever the user may open.
func openDevice(veth, large bool) (*device, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if veth || err != nil {
		if err == nil {
			unix.Close(fd)
		}
		d, failed := openVeth()
		if failed != nil && err != nil {
			return nil, fmt.Errorf("%w; nor can /dev/net/tun be opened: %w", failed, err)
		}
		return d, failed
	}
	d := &device{fd: fd, tun: true, large: large}
	ifr, err := unix.NewIfreq(Device)
	if err != nil {
		d.close()
		return nil, err
	}
	flags := uint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if large {
		flags |= unix.IFF_VNET_HDR
	}
	ifr.SetUint16(flags)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr); err != nil {
		d.close()
		return nil, fmt.Errorf("no TUN device can be made: %w", err)
	}
	if large {
		if err := unix.IoctlSetInt(fd, unix.TUNSETOFFLOAD, unix.TUN_F_CSUM|unix.TUN_F_TSO4|unix.TUN_F_TSO6|unix.TUN_F_TSO_ECN); err != nil {
			d.close()
			return nil, fmt.Errorf("no offload of a TUN device: %w", err)
		}
	}
	return d, nil
}

func (d *device) close() {
	unix.Close(d.fd)
	if d.discards > 0 {
		unix.Close(d.discards)
	}
	d.fd, d.discards = -1, 0
}

// read takes the next packet that the host has sent; n is -1 where there is none.
func (d *device) read(b []byte) (n int, err error) {
	for {
		if d.large {
			if n, err = unix.Readv(d.fd, [][]byte{d.header[:], b}); n >= len(d.header) {
				n -= len(d.header)
			}
		} else {
			n, err = unix.Read(d.fd, b)
		}
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.ENETDOWN): // before the device is up
			return -1, nil
		default:
			return n, err
		}
	}
}

// write gives the host a packet; header is left out where the device has none.
func (d *device) write(b []byte, header *offloadHeader) (err error) {
	for {
		if d.large {
			_, err = unix.Writev(d.fd, [][]byte{header[:], b})
		} else if d.tun {
			_, err = unix.Write(d.fd, b)
		} else {
			d.to.Protocol = htons(unix.ETH_P_IP)
			if len(b) > 0 && b[0]>>4 == 6 {
				d.to.Protocol = htons(unix.ETH_P_IPV6)
			}
			err = unix.Sendto(d.fd, b, 0, d.to)
		}
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// missed counts the packets that were lost between the host and the link
// because a queue was full; TUN counts them in the device itself.
func (d *device) missed() int64 {
	if d.tun {
		return 0
	}
	s, err := unix.GetsockoptTpacketStats(d.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0
	}
	return int64(s.Drops)
}

// hostAddress and linkAddress are the Ethernet addresses of the two ends,
// locally administered.
var hostAddress, linkAddress = [6]byte{2, 0, 0, 0, 0, 1}, [6]byte{2, 0, 0, 0, 0, 2}

// openVeth makes the pair and a packet socket at the link's end.
func openVeth() (*device, error) {
	if err := makeVeth(); err != nil {
		return nil, fmt.Errorf("no pair of veth devices can be made: %w", err)
	}
	// The link's end takes part in nothing.
	os.WriteFile("/proc/sys/net/ipv6/conf/"+linkName+"/disable_ipv6", []byte("1"), 0)
	if err := noOffload(Device); err != nil {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("packet socket: %w", err)
	}
	d := &device{fd: fd}
	if err := d.bind(); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// bind attaches the packet socket to the link's end.
func (d *device) bind() error {
	ifr, err := unix.NewIfreq(linkName)
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(d.fd, unix.SIOCGIFINDEX, ifr); err != nil {
		return fmt.Errorf("finding %s: %w", linkName, err)
	}
	index := int(ifr.Uint32())
	d.to = &unix.SockaddrLinklayer{Ifindex: index, Halen: 6}
	copy(d.to.Addr[:], hostAddress[:])
	// What the socket itself sends must not be read again.
	if err := unix.SetsockoptInt(d.fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1); err != nil {
		return fmt.Errorf("PACKET_IGNORE_OUTGOING (Linux 4.20): %w", err)
	}
	unix.SetsockoptInt(d.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 8<<20) // as much as is allowed
	return unix.Bind(d.fd, &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ALL), Ifindex: index})
}

// htons puts 16 bits into network order.
func htons(n uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], n)
	return binary.NativeEndian.Uint16(b[:])
}

// noOffload makes the host's stack send whole packets with their checksums, as
// they would be on a wire (ethtool(8): tx-checksumming, tso, gso off).
func noOffload(name string) error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	type value struct{ cmd, data uint32 }
	type request struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}
	for _, cmd := range []uint32{unix.ETHTOOL_STXCSUM, unix.ETHTOOL_STSO, unix.ETHTOOL_SGSO} {
		v := &value{cmd: cmd}
		r := &request{data: unsafe.Pointer(v)}
		copy(r.name[:], name)
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(s), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(r)))
		runtime.KeepAlive(v)
		if errno != 0 {
			return fmt.Errorf("turning offload %#x of %s off: %w", cmd, name, errno)
		}
	}
	return nil
}
