//go:build !linux

package privilege

import "errors"

var errLinux = errors.New("this system has no capabilities and no Landlock")

// Drop does nothing on this system.
func Drop(bool) error { return errLinux }

// Confine does nothing on this system.
func Confine(...string) error { return errLinux }

// Foreign is false on this system, where nothing is given up.
func Foreign(string) bool { return false }
