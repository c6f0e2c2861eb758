//go:build unix

package keep

import "syscall"

// gone reports whether no name refers to the file any more: its content is lost
// as soon as it is closed.
func gone(o *output) bool {
	if !o.regular || !o.own {
		return false
	}
	info, err := o.file.Stat()
	if err != nil {
		return false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Nlink == 0
}
