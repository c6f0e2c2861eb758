package lab

import (
	"fmt"
	"os/exec"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Net is a network namespace that lives as long as its thread. Nothing else
// refers to it, so it disappears, with its interfaces, when Close has returned
// and all sockets and processes made in it have ended.
type Net struct {
	calls chan func()
	done  chan struct{}
	id    int
}

// NewNet makes a namespace. Its loopback interface is down. It fails where
// neither root nor a user namespace allows it.
func NewNet() (*Net, error) {
	n := &Net{calls: make(chan func()), done: make(chan struct{})}
	ready := make(chan error)
	thread(func() { n.run(ready) })
	if err := <-ready; err != nil {
		n.Close()
		return nil, fmt.Errorf("no network namespace can be made (root or a user namespace is needed): %w", err)
	}
	return n, nil
}

// thread runs f on a thread of its own that ends with it. The process's first
// thread never ends: a goroutine that finds itself there looks for another one.
func thread(f func()) {
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() != unix.Getpid() {
			f()
			return // never unlocked: the thread ends with its settings
		}
		elsewhere := make(chan struct{})
		thread(func() { close(elsewhere); f() })
		<-elsewhere
		runtime.UnlockOSThread()
	}()
}

// run is the namespace's thread.
func (n *Net) run(ready chan<- error) {
	defer close(n.done)
	n.id = unix.Gettid()
	ready <- unix.Unshare(unix.CLONE_NEWNET)
	for f := range n.calls {
		f()
	}
}

// Do runs f in the namespace. Sockets and processes that f makes stay in it.
func (n *Net) Do(f func()) {
	finished := make(chan struct{})
	n.calls <- func() { defer close(finished); f() }
	<-finished
}

// ID is the number by which ip(8) moves interfaces into the namespace.
func (n *Net) ID() int { return n.id }

// Start starts a process in the namespace.
func (n *Net) Start(cmd *exec.Cmd) (err error) {
	n.Do(func() { err = cmd.Start() })
	return err
}

// IP runs ip(8) in the namespace, one command a line.
func (n *Net) IP(commands string) error {
	for line := range strings.Lines(commands) {
		args := strings.Fields(line)
		if len(args) == 0 {
			continue
		}
		var out []byte
		var err error
		n.Do(func() { out, err = exec.Command("ip", args...).CombinedOutput() })
		if err != nil {
			return fmt.Errorf("ip %s: %w: %s", strings.TrimSpace(line), err, strings.TrimSpace(string(out)))
		}
	}
	return nil
}

// Close ends the namespace.
func (n *Net) Close() {
	close(n.calls)
	<-n.done
}
