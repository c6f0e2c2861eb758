package lab

import (
	"os"
	"os/exec"
	"syscall"
)

// Isolate makes cmd run in a user namespace of its own, where it may make
// network namespaces although its user is not root. A user other than root
// starts the lab in a second process, since a process with several threads
// cannot enter a user namespace (unshare(2)). The kernel may forbid it.
func Isolate(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
	cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
}

// EndWithParent makes the kernel end cmd when the calling thread ends. The
// caller stays locked to its thread until cmd has ended.
func EndWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
}
