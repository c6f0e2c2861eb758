package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tcpwatch/lab"
)

// labIsolated is set in the environment of a lab that runs in a user namespace.
const labIsolated = "TCPWATCH_LAB_ISOLATED"

// errInterrupted says that somebody ended the lab.
var errInterrupted = errors.New("interrupted: the lab was taken down")

// labElsewhere runs the same command line again in a user namespace of its own,
// where network namespaces can be made without root. If that is impossible too,
// it says what is missing.
func labElsewhere(c *cobra.Command, missing error) error {
	if os.Getenv(labIsolated) != "" {
		return &exitError{exitUsage, fmt.Errorf("the lab cannot be set up, although in a user namespace: %v%s", missing, userNamespaceHint())}
	}
	self, err := os.Executable()
	if err != nil {
		return &exitError{exitUsage, errors.Join(missing, err)}
	}
	// The parent-death signal is tied to the thread that started the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(c.Context(), self, os.Args[1:]...)
	// Ctrl-C reaches both, what else ends the parent perhaps not the child. For that
	// both are one request (oneRequest).
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Env = append(os.Environ(), labIsolated+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr()
	lab.Isolate(cmd)
	lab.EndWithParent(cmd)
	err = cmd.Start()
	switch {
	case err != nil && c.Context().Err() != nil:
		return &exitError{exitPartial, errInterrupted}
	case err != nil:
		return &exitError{exitUsage, fmt.Errorf("the lab cannot be set up: %v; nor can a user namespace be made: %v%s", missing, err, userNamespaceHint())}
	}
	err = cmd.Wait()
	switch state := cmd.ProcessState; {
	case state == nil:
		return err
	case state.Exited(): // it has said why, if something was wrong
		return &exitError{status: state.ExitCode()}
	case interrupted(state), alsoHere(c.Context()):
		// Before it could take the signal itself. By what signal it ended does not matter
		// then: one SIGINT after another, until there is no room to handle them, ends a Go
		// program by SIGSEGV (runtime.dieFromSignal of Go 1.26).
		return &exitError{exitPartial, errInterrupted}
	}
	return &exitError{exitPartial, fmt.Errorf("the lab has ended: %v", cmd.ProcessState)}
}

// interrupted reports whether a process was ended by one of the signals that interrupt.
func interrupted(state *os.ProcessState) bool {
	status, ok := state.Sys().(syscall.WaitStatus)
	return ok && slices.Contains([]syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}, status.Signal())
}

// alsoHere reports whether this process is interrupted, too. It may learn of that a little
// later than the other one ended of it.
func alsoHere(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	case <-time.After(oneRequest):
		return false
	}
}

// userNamespaceHint names the settings of this machine that forbid user
// namespaces, as far as they are readable.
func userNamespaceHint() string {
	var hints []string
	for _, s := range []struct{ name, forbids string }{
		{"user/max_user_namespaces", "0"}, {"kernel/unprivileged_userns_clone", "0"}, {"kernel/apparmor_restrict_unprivileged_userns", "1"},
	} {
		b, err := os.ReadFile("/proc/sys/" + s.name)
		if err == nil && strings.TrimSpace(string(b)) == s.forbids {
			hints = append(hints, "sysctl "+strings.ReplaceAll(s.name, "/", ".")+" is "+s.forbids)
		}
	}
	if len(hints) == 0 {
		return ""
	}
	return " (" + strings.Join(hints, ", ") + ")"
}
