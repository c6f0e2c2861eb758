package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"time"
)

// many opens 10 million connections that stay open, ten times as many as are
// remembered by default, and adds up what comes out.
func (s *measurement) many() (runs []run, err error) {
	const packets = 50_000_000 // 5 a connection
	c, err := s.capture(named("open"), s.sized(packets))
	if err != nil {
		return nil, err
	}
	defer s.drop(c)
	summary, err := s.addUp(c, tcpwatchRead, func(r io.Reader) (string, error) { return summed(r, c) })
	if err != nil {
		return nil, err
	}
	each := tcpwatchRead
	each.name = "tcpwatch, a row for each"
	each.args = []string{"tcpwatch", "read", "-q", "--view", "connections", "--format", "ndjson", "FILE"}
	rows, err := s.addUp(c, each, func(r io.Reader) (string, error) { return counted(r, c) })
	return []run{summary, rows}, err
}

// addUp runs a program once and passes its output to read, which returns a note.
func (s *measurement) addUp(c *capture, p program, read func(io.Reader) (string, error)) (r run, err error) {
	r = run{series: "many", capture: c.name, packets: c.packets, connections: c.connections, octets: c.octets, program: p.name, round: 1}
	line := s.line(&p, c.path)
	cmd := exec.Command(line[0], line[1:]...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return r, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return r, err
	}
	note, bad := read(out)
	io.Copy(io.Discard, out)
	err = cmd.Wait()
	r.wall = time.Since(begin)
	if err != nil || bad != nil {
		return r, fmt.Errorf("%s: %w", p.name, cmp.Or(err, bad))
	}
	r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	r.peak, r.note = peak(cmd.ProcessState), note
	return r, nil
}

// summed compares the summary with what was generated.
func summed(r io.Reader, c *capture) (string, error) {
	var sum struct {
		Packets     struct{ Segments int }
		Connections struct{ Total, Evicted int }
		Client      struct{ Packets int } `json:"client_to_server"`
		Server      struct{ Packets int } `json:"server_to_client"`
	}
	if err := json.NewDecoder(r).Decode(&sum); err != nil {
		return "", err
	}
	both := sum.Client.Packets + sum.Server.Packets
	if sum.Connections.Total != c.connections || sum.Packets.Segments != c.packets || both != c.packets {
		return "", fmt.Errorf("%d connections, %d segments, %d packets in both directions; generated were %d connections and %d packets",
			sum.Connections.Total, sum.Packets.Segments, both, c.connections, c.packets)
	}
	return fmt.Sprintf("%d evicted; %d connections and %d packets add up", sum.Connections.Evicted, sum.Connections.Total, both), nil
}

// counted adds up the rows of connections.
func counted(r io.Reader, c *capture) (string, error) {
	lines := bufio.NewReaderSize(r, 1<<20)
	rows, evicted, packets := 0, 0, 0
	for {
		line, err := lines.ReadSlice('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
		rows++
		if bytes.Contains(line, []byte(`"evicted":true`)) {
			evicted++
		}
		for rest := line; ; {
			_, after, ok := bytes.Cut(rest, []byte(`"packets":`))
			if !ok {
				break
			}
			end := bytes.IndexByte(after, ',')
			n, err := strconv.Atoi(string(after[:max(end, 0)]))
			if err != nil {
				return "", fmt.Errorf("row %d: %w", rows, err)
			}
			packets, rest = packets+n, after
		}
	}
	if rows != c.connections || packets != c.packets {
		return "", fmt.Errorf("%d rows with %d packets; generated were %d connections and %d packets", rows, packets, c.connections, c.packets)
	}
	return fmt.Sprintf("%d rows, %d of them evicted, with %d packets add up", rows, evicted, packets), nil
}
