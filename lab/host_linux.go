package lab

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// host is one end: a network namespace with one device.
type host struct {
	*Net
	addr, addr6 netip.Addr
	peer        netip.Addr // the other host's addr
	device      *device
	inet        *inet // asks this namespace's kernel for its sockets
	before      counters
	settings    map[string]string // as they were before the scenario's own
}

var addresses = [2][2]string{{"10.77.0.1", "fd77::1"}, {"10.77.0.2", "fd77::2"}}

// newHost makes host i of the two. Settings are names below /proc/sys/net with
// slashes, and values.
func newHost(i, mtu int, settings map[string]string, veth, large bool) (*host, error) {
	n, err := NewNet()
	if err != nil {
		return nil, err
	}
	h := &host{
		Net: n, addr: netip.MustParseAddr(addresses[i][0]), addr6: netip.MustParseAddr(addresses[i][1]),
		peer: netip.MustParseAddr(addresses[1-i][0]), settings: map[string]string{},
	}
	n.Do(func() { err = h.setUp(mtu, settings, veth, large) })
	if err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// close ends the namespace and the device.
func (h *host) close() {
	h.Close()
	if h.device != nil {
		h.device.close()
	}
	if h.inet != nil {
		h.inet.close()
	}
}

func (h *host) setUp(mtu int, settings map[string]string, veth, large bool) (err error) {
	if h.device, err = openDevice(veth, large); err != nil {
		return err
	}
	s, err := openNetlink(unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return err
	}
	h.inet = &inet{netlink: s}
	for name, value := range settings {
		path := "/proc/sys/net/" + name
		was, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, []byte(value), 0)
		}
		if err != nil {
			return fmt.Errorf("setting %s to %q: %w", strings.ReplaceAll(name, "/", "."), value, errors.Unwrap(err))
		}
		h.settings[name] = strings.Join(strings.Fields(string(was)), " ")
	}
	if err := h.address(mtu); err != nil {
		return err
	}
	if !h.device.tun {
		if err := h.device.prove(h.addr, h.peer); err != nil {
			return err
		}
	}
	h.before, err = readCounters()
	return err
}

// address gives the device its addresses and brings it and the loopback up.
func (h *host) address(mtu int) error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	set := func(name string, request uint, fill func(*unix.Ifreq) error) {
		if err != nil {
			return
		}
		var r *unix.Ifreq
		if r, err = unix.NewIfreq(name); err != nil {
			return
		}
		if err = fill(r); err == nil {
			err = unix.IoctlIfreq(s, request, r)
		}
		if err != nil {
			err = fmt.Errorf("setting %s up (request %#x): %w", name, request, err)
		}
	}
	up := func(r *unix.Ifreq) error { r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING); return nil }
	set("lo", unix.SIOCSIFFLAGS, up)
	size := func(r *unix.Ifreq) error { r.SetUint32(uint32(mtu)); return nil }
	set(Device, unix.SIOCSIFMTU, size)
	if !h.device.tun {
		set(linkName, unix.SIOCSIFMTU, size)
		set(linkName, unix.SIOCSIFFLAGS, up)
		// No neighbour discovery is needed: there is only one other end.
		up = func(r *unix.Ifreq) error {
			r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING | unix.IFF_NOARP | unix.IFF_BROADCAST)
			return nil
		}
	}
	// A longer queue than the usual 500 packets, so that nothing is lost before
	// the tap. Only root may ask for it.
	if set(Device, unix.SIOCSIFTXQLEN, func(r *unix.Ifreq) error { r.SetUint32(20000); return nil }); errors.Is(err, unix.EPERM) {
		err = nil
	}
	set(Device, unix.SIOCSIFADDR, func(r *unix.Ifreq) error { return r.SetInet4Addr(h.addr.AsSlice()) })
	set(Device, unix.SIOCSIFNETMASK, func(r *unix.Ifreq) error { return r.SetInet4Addr([]byte{255, 255, 255, 0}) })
	set(Device, unix.SIOCSIFFLAGS, up)
	if err != nil {
		return err
	}
	if mtu < 1280 {
		return nil // too small for IPv6 (RFC 8200 §5)
	}
	return h.address6()
}

// in6Ifreq is struct in6_ifreq of linux/ipv6.h.
type in6Ifreq struct {
	addr   [16]byte
	prefix uint32
	index  int32
}

// address6 adds the IPv6 address, if the kernel supports IPv6.
func (h *host) address6() error {
	s, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if errors.Is(err, unix.EAFNOSUPPORT) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(s)
	// Without duplicate address detection.
	os.WriteFile("/proc/sys/net/ipv6/conf/"+Device+"/accept_dad", []byte("0"), 0)
	ifr, err := unix.NewIfreq(Device)
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(s, unix.SIOCGIFINDEX, ifr); err != nil {
		return fmt.Errorf("finding %s: %w", Device, err)
	}
	r := in6Ifreq{addr: h.addr6.As16(), prefix: 64, index: int32(ifr.Uint32())}
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(s), unix.SIOCSIFADDR, uintptr(unsafe.Pointer(&r))); errno != 0 {
		return fmt.Errorf("adding %v: %w", h.addr6, errno)
	}
	return h.await6()
}

// await6 waits until the IPv6 address may be used: the kernel makes it so in
// the background.
func (h *host) await6() error {
	want := fmt.Sprintf("%x", h.addr6.As16())
	for range 2000 {
		b, err := os.ReadFile("/proc/thread-self/net/if_inet6")
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(b)) {
			// address, interface, prefix length, scope, flags, name
			f := strings.Fields(line)
			if len(f) < 5 || f[0] != want {
				continue
			}
			if flags, err := strconv.ParseUint(f[4], 16, 32); err == nil && flags&unix.IFA_F_TENTATIVE == 0 {
				return nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("%v cannot be used for two seconds", h.addr6)
}

// Available reports what is missing for a lab on this machine; nil if nothing.
func Available() error {
	h, err := newHost(0, 1500, nil, false, false)
	if err != nil {
		return err
	}
	h.close()
	return nil
}
