package lab

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// counters are those of one network namespace, by the names that nstat gives
// them: TcpRetransSegs, TcpExtTCPLossProbes.
type counters map[string]int64

// readCounters reads the counters of the calling thread's namespace.
func readCounters() (counters, error) {
	c := counters{}
	for _, file := range []string{"/proc/thread-self/net/snmp", "/proc/thread-self/net/netstat"} {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		err = c.read(bufio.NewScanner(f))
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return c, c.dropped()
}

// deviceDropped is our name of the counter that dropped adds.
const deviceDropped = Device + "TxDropped"

// dropped adds what the device lost because its queue was full.
func (c counters) dropped() error {
	b, err := os.ReadFile("/proc/thread-self/net/dev")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(b)) {
		name, values, _ := strings.Cut(line, ":")
		f := strings.Fields(values)
		if strings.TrimSpace(name) != Device || len(f) < 12 {
			continue
		}
		n, err := strconv.ParseInt(f[11], 10, 64)
		if err != nil {
			return err
		}
		c[deviceDropped] = n
	}
	return nil
}

// read takes pairs of lines: names, then values, both after "Tcp:".
func (c counters) read(s *bufio.Scanner) error {
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		names := strings.Fields(s.Text())
		if !s.Scan() {
			break
		}
		values := strings.Fields(s.Text())
		if len(names) != len(values) || len(names) == 0 || names[0] != values[0] {
			return fmt.Errorf("unexpected line %q", s.Text())
		}
		group := strings.TrimSuffix(names[0], ":")
		if group != "Tcp" && group != "TcpExt" {
			continue
		}
		for i := 1; i < len(names); i++ {
			n, err := strconv.ParseInt(values[i], 10, 64)
			if err != nil {
				return err
			}
			c[group+names[i]] = n
		}
	}
	return s.Err()
}

// gauges are not counters, or are irrelevant.
var gauges = map[string]bool{"TcpRtoAlgorithm": true, "TcpRtoMin": true, "TcpRtoMax": true, "TcpMaxConn": true, "TcpCurrEstab": true}

// since returns the increments.
func (c counters) since(before counters) counters {
	d := counters{}
	for name, n := range c {
		if n != before[name] && !gauges[name] {
			d[name] = n - before[name]
		}
	}
	return d
}

// timeWaits lists the sockets in TIME-WAIT of the calling thread's namespace as
// ss prints them: two queues, local and peer.
func timeWaits() ([]string, error) {
	lines := []string{}
	for _, file := range []string{"/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"} {
		b, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(b)) {
			f := strings.Fields(line)
			if len(f) < 4 || f[3] != "06" {
				continue
			}
			local, err := procAddr(f[1])
			if err != nil {
				return nil, err
			}
			peer, err := procAddr(f[2])
			if err != nil {
				return nil, err
			}
			lines = append(lines, fmt.Sprintf("0      0      %v %v", local, peer))
		}
	}
	return lines, nil
}

// procAddr reads an address of /proc/net/tcp: words of the machine's own byte
// order in hexadecimal, a colon, the port.
func procAddr(s string) (netip.AddrPort, error) {
	host, port, _ := strings.Cut(s, ":")
	p, err := strconv.ParseUint(port, 16, 16)
	if err != nil || len(host) != 8 && len(host) != 32 {
		return netip.AddrPort{}, fmt.Errorf("unexpected address %q", s)
	}
	var raw []byte
	for i := 0; i < len(host); i += 8 {
		w, err := strconv.ParseUint(host[i:i+8], 16, 32)
		if err != nil {
			return netip.AddrPort{}, fmt.Errorf("unexpected address %q", s)
		}
		raw = binary.NativeEndian.AppendUint32(raw, uint32(w))
	}
	a, _ := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(a.Unmap(), uint16(p)), nil
}
