package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"
)

// moments are when the interrupt comes, after the start.
var moments = []time.Duration{50 * time.Millisecond, 300 * time.Millisecond, time.Second}

// interrupt measures the time from SIGINT to the end, while a file, a pipe, a
// pipe in which nothing comes, and compressed files are read.
func (s *measurement) interrupt() (runs []run, err error) {
	c, err := s.capture(named("small"), s.sized(smallPackets))
	if err != nil {
		return nil, err
	}
	summary := []string{"read", "-q", "--view", "summary", "--format", "json"}
	inputs := []input{
		{"file", append(slices.Clone(summary), c.path), ""},
		{"pipe", append(slices.Clone(summary), "-"), `exec cat "$0"`},
		{"pipe that is quiet", append(slices.Clone(summary), "-"), `head -c 1000000 "$0"; exec sleep 5`},
		{"rows of a file", []string{"read", "-q", "--view", "packets", "--format", "ndjson", c.path}, ""},
	}
	for _, z := range compressors {
		path, err := z.pack(c.path)
		if err != nil {
			return runs, err
		}
		if path == "" {
			continue
		}
		defer os.Remove(path)
		inputs = append(inputs, input{z.name, append(slices.Clone(summary), path), ""})
	}
	for _, in := range inputs {
		for _, at := range moments {
			for round := range min(s.rounds, 3) {
				r, err := s.interrupted(&in, c, at)
				if err != nil {
					return runs, fmt.Errorf("%s, after %v: %w", in.name, at, err)
				}
				r.series, r.program, r.round = "interrupt", fmt.Sprintf("%s, after %v", in.name, at), round+1
				runs = append(runs, r)
			}
		}
	}
	return runs, nil
}

// input is what is read when the interrupt comes.
type input struct {
	name string
	args []string // of tcpwatch
	feed string   // a line of the shell whose output is standard input; "$0" is the capture
}

// interrupted runs tcpwatch and sends SIGINT to it; wall is the time from there
// to its end.
func (s *measurement) interrupted(in *input, c *capture, at time.Duration) (r run, err error) {
	r = run{capture: c.name, packets: c.packets, connections: c.connections, octets: c.octets}
	cmd := exec.Command(s.tcpwatch, in.args...)
	var complaints bytes.Buffer
	out := beginning{most: 4 << 20}
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if in.feed != "" {
		feed := exec.Command("sh", "-c", in.feed, c.path)
		if cmd.Stdin, err = feed.StdoutPipe(); err != nil {
			return r, err
		}
		if err := feed.Start(); err != nil {
			return r, err
		}
		defer feed.Wait()
		defer feed.Process.Kill()
	}
	if err := cmd.Start(); err != nil {
		return r, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		r.note = "was done before"
		return r, err
	case <-time.After(at):
	}
	begin := time.Now()
	if err := cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return r, err
	}
	err = <-ended
	r.wall = time.Since(begin)
	var status *exec.ExitError
	if errors.As(err, &status) && !status.Exited() {
		// It had done everything and no longer listened for signals.
		r.note = "was done before"
		return r, nil
	}
	if status != nil && bytes.Contains(complaints.Bytes(), []byte("interrupted before anything was read")) {
		r.note = "nothing was read until then" // on a machine that others use a start can take so long
		return r, nil
	}
	if err != nil && (!errors.As(err, &status) || status.ExitCode() != 1) {
		return r, fmt.Errorf("%w: %s", err, complaints.String())
	}
	r.note, err = until(&out, err != nil)
	return r, err
}

// until says what was known when the interrupt came, and wants the summary to
// say that there was one.
func until(out *beginning, interrupted bool) (string, error) {
	if !bytes.Contains(out.kept, []byte(`"tcpwatch.summary/1"`)) {
		return fmt.Sprintf("%d octets of rows", out.all), nil
	}
	var sum struct {
		Packets     struct{ Total int }
		Connections struct{ Total int }
		Capture     struct{ Interrupted bool }
	}
	if err := json.Unmarshal(out.kept, &sum); err != nil {
		return "", err
	}
	if sum.Capture.Interrupted != interrupted {
		return "", fmt.Errorf("the summary says interrupted: %v, the exit status %v", sum.Capture.Interrupted, interrupted)
	}
	if !interrupted {
		return "was done before", nil
	}
	return fmt.Sprintf("%d packets and %d connections until then", sum.Packets.Total, sum.Connections.Total), nil
}

// beginning keeps the first octets that are written to it.
type beginning struct {
	kept []byte
	most int
	all  int64
}

func (b *beginning) Write(p []byte) (int, error) {
	b.kept = append(b.kept, p[:min(len(p), b.most-len(b.kept))]...)
	b.all += int64(len(p))
	return len(p), nil
}
