package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// startRounds is how often a start is measured: it is short.
const startRounds = 21

// start measures the time until the first octet of output.
func (s *measurement) start() (runs []run, err error) {
	c, err := s.capture(named("mix"), 3)
	if err != nil {
		return nil, err
	}
	read := program{args: []string{"tcpwatch", "read", "FILE"}}
	for _, p := range []program{
		{args: []string{"tcpwatch", "--version"}},
		read,
		{args: []string{"tcpwatch", "read", "--view", "summary", "FILE"}},
		{args: []string{"tcpwatch", "read", "--view", "packets", "--format", "ndjson", "FILE"}},
		{args: []string{"echo", "FILE"}},
	} {
		p.name = strings.Join(p.args, " ")
		for round := range startRounds {
			o, err := s.firstOutput(&p, c.path)
			if err != nil {
				return runs, err
			}
			runs = append(runs, run{series: "start", capture: "3 packets", packets: 3, program: p.name, round: round + 1, outlay: o})
		}
	}
	return runs, nil
}

// firstOutput runs a program; wall is the time to its first octet.
func (s *measurement) firstOutput(p *program, path string) (o outlay, err error) {
	line := s.line(p, path)
	cmd := exec.Command(line[0], line[1:]...)
	r, w, err := os.Pipe()
	if err != nil {
		return o, err
	}
	defer r.Close()
	cmd.Stdout = w
	begin := time.Now()
	err = cmd.Start()
	w.Close()
	if err != nil {
		return o, err
	}
	_, err = io.ReadFull(r, make([]byte, 1))
	o.wall = time.Since(begin)
	io.Copy(io.Discard, r)
	if e := cmd.Wait(); e != nil || err != nil {
		return o, fmt.Errorf("%s: %v, %v", strings.Join(line, " "), err, e)
	}
	o.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	o.peak = peak(cmd.ProcessState)
	return o, nil
}
