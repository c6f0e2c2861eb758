package main

import (
	"os"
	"syscall"
)

// peak is the largest resident set of a process that has ended, in octets. It
// begins at that of its parent.
func peak(p *os.ProcessState) int64 {
	return int64(p.SysUsage().(*syscall.Rusage).Maxrss) * 1024
}
