//go:build !linux

package lab

import (
	"context"
	"errors"
	"os/exec"
)

// Session is one run; there is none on this system.
type Session struct{}

var errLinux = errors.New("the lab needs Linux: network namespaces and TUN devices")

// Available reports what is missing for a lab on this machine; nil if nothing.
func Available() error { return errLinux }

// Run always fails on this system.
func Run(*Scenario, string, uint64) (*Result, error) { return nil, errLinux }

// Play always fails on this system.
func Play(context.Context, *Scenario, string, uint64, Witness) (*Result, error) { return nil, errLinux }

// Isolate does nothing on this system.
func Isolate(*exec.Cmd) {}

// EndWithParent does nothing on this system.
func EndWithParent(*exec.Cmd) {}
