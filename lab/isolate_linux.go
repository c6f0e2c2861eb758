package lab

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
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
	tryProcesses()
}

// tryProcesses has package os find out now how it can handle processes, which
// otherwise it does when the first one is started. For that it makes a process that
// shares this one's memory and takes signals (os.checkPidfd of Go 1.26). If a Ctrl-C
// ends that process in its handler, this one goes on as if it were in that handler,
// and crashes: "morestack on gsignal". What a thread makes inherits what it blocks, so
// here nothing is taken.
func tryProcesses() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, before unix.Sigset_t
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	if unix.PthreadSigmask(unix.SIG_SETMASK, &all, &before) != nil {
		return
	}
	defer unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		p.Release()
	}
}

// EndWithParent makes the kernel end cmd when the calling thread ends. The
// caller stays locked to its thread until cmd has ended.
func EndWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
}
