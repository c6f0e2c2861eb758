package privilege

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"
)

// everywhere makes a system call on every thread: credentials and Landlock
// domains belong to threads. The Go runtime can do it by itself, but not if cgo
// is linked in, as it is when the machine has a C compiler.
func everywhere(trap, a, b, c uintptr) error {
	if _, _, errno := psx.Syscall3(trap, a, b, c); errno != 0 {
		return errno
	}
	return nil
}

// Drop gives up every capability for good (capabilities(7)): no set keeps one,
// and neither a program that is executed can gain any. With foreignFolders one
// stays, if the process has it: CAP_DAC_OVERRIDE, which lets it create files in
// directories of others. Without it root may write only to its own.
func Drop(foreignFolders bool) error {
	if err := noNewPrivileges(); err != nil {
		return fmt.Errorf("giving up privileges: %w", err)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var left, had [2]unix.CapUserData
	if foreignFolders {
		if err := unix.Capget(&header, &had[0]); err != nil {
			return fmt.Errorf("giving up capabilities: %w", err)
		}
		left[0].Effective = had[0].Effective & (1 << unix.CAP_DAC_OVERRIDE)
		left[0].Permitted = left[0].Effective
	}
	err := everywhere(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&left[0])), 0)
	runtime.KeepAlive(&header)
	runtime.KeepAlive(&left)
	if err != nil {
		return fmt.Errorf("giving up capabilities: %w", err)
	}
	return nil
}

// noNewPrivileges is what Landlock requires of a process without CAP_SYS_ADMIN.
func noNewPrivileges() error {
	// The other arguments must be 0: prctl(2).
	if _, _, errno := psx.Syscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// Confine denies the process the file system, TCP and the processes outside, as
// far as the kernel's Landlock goes (landlock(7)), for good. Files that are open
// stay usable. Files in folders may be made, read, written, renamed and removed;
// a folder that does not exist is left out.
func Confine(folders ...string) error {
	abi, err := landlockVersion()
	if err != nil {
		return err
	}
	if err := noNewPrivileges(); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	rules := handled(abi)
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), unsafe.Sizeof(rules), 0)
	if errno != 0 {
		return fmt.Errorf("landlock: making a ruleset: %w", errno)
	}
	defer unix.Close(int(fd))
	// With cgo the threads are found through their directories in /proc, also when
	// this is undone.
	const look = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	if err := allow(int(fd), "/proc/self/task", look); err != nil {
		return err
	}
	for _, folder := range folders {
		if err := allow(int(fd), folder, rules.Handled_access_fs&ownFolder); err != nil {
			return err
		}
	}
	if err := everywhere(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	return nil
}

func landlockVersion() (int, error) {
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	switch errno {
	case 0:
		return int(abi), nil
	case unix.ENOSYS, unix.EOPNOTSUPP:
		return 0, errors.New("landlock: this kernel does not have it, or not switched on")
	}
	return 0, fmt.Errorf("landlock: %w", errno)
}

// ownFolder is what is allowed in a directory that is written to.
const ownFolder = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR | unix.LANDLOCK_ACCESS_FS_WRITE_FILE |
	unix.LANDLOCK_ACCESS_FS_REMOVE_FILE | unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_REFER | unix.LANDLOCK_ACCESS_FS_TRUNCATE

// handled is everything that a version of Landlock can deny. A kernel refuses
// what it does not know.
func handled(abi int) unix.LandlockRulesetAttr {
	const first = unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1 // all of version 1, from EXECUTE on
	r := unix.LandlockRulesetAttr{Handled_access_fs: first}
	for _, later := range []struct {
		abi           int
		files, net    uint64
		outsideDomain uint64
	}{
		{abi: 2, files: unix.LANDLOCK_ACCESS_FS_REFER},
		{abi: 3, files: unix.LANDLOCK_ACCESS_FS_TRUNCATE},
		{abi: 4, net: unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP},
		{abi: 5, files: unix.LANDLOCK_ACCESS_FS_IOCTL_DEV},
		{abi: 6, outsideDomain: unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL},
	} {
		if abi >= later.abi {
			r.Handled_access_fs |= later.files
			r.Handled_access_net |= later.net
			r.Scoped |= later.outsideDomain
		}
	}
	return r
}

// allow adds a rule for everything below a directory.
func allow(ruleset int, folder string, access uint64) error {
	fd, err := unix.Open(folder, unix.O_PATH|unix.O_CLOEXEC|unix.O_DIRECTORY, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("landlock: %s: %w", folder, err)
	}
	defer unix.Close(fd)
	rule := unix.LandlockPathBeneathAttr{Allowed_access: access, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("landlock: %s: %w", folder, errno)
	}
	return nil
}

// Foreign reports whether creating files in the directory requires a capability
// of root, as far as owner, group and mode of it and of its parents show.
func Foreign(folder string) bool {
	path, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	const search, write = 0o1, 0o2
	if !permits(path, search|write) {
		return true
	}
	for path != "/" {
		if path = filepath.Dir(path); !permits(path, search) {
			return true
		}
	}
	return false
}

// permits reports whether a directory grants all of these rights to a process
// without capabilities. It is true if the directory cannot be examined.
func permits(folder string, rights uint32) bool {
	var s unix.Stat_t
	if err := unix.Stat(folder, &s); err != nil {
		return true
	}
	switch {
	case int(s.Uid) == unix.Geteuid():
		rights <<= 6
	case int(s.Gid) == unix.Getegid():
		rights <<= 3
	}
	return s.Mode&rights == rights
}
