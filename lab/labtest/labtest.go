// Package labtest is shared by the tests of the lab and of its lessons: whether
// a lab is possible at all, and whether one has left something behind. No
// program imports it.
package labtest

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// Need skips the test if something is missing for a lab. Until the test ends it
// keeps the link's thread from waiting for its turn in the Go runtime, and for
// the garbage collector.
func Need(t testing.TB, missing error) {
	t.Helper()
	if missing != nil {
		t.Skipf("needs a lab: %v", missing)
	}
	old := runtime.GOMAXPROCS(max(8, runtime.GOMAXPROCS(0)))
	gc, limit := debug.SetGCPercent(-1), debug.SetMemoryLimit(1<<30)
	t.Cleanup(func() {
		runtime.GOMAXPROCS(old)
		debug.SetGCPercent(gc)
		debug.SetMemoryLimit(limit)
	})
}

// Traces counts what a run could leave behind in this process.
type Traces struct{ Goroutines, Descriptors, Namespaces int }

// Count counts what exists now.
func Count(t testing.TB) Traces {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	links, err := filepath.Glob("/proc/self/task/*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	distinct := map[string]bool{}
	for _, l := range links {
		if name, err := os.Readlink(l); err == nil { // else the thread has just ended
			distinct[name] = true
		}
	}
	return Traces{runtime.NumGoroutine(), len(fds), len(distinct)}
}

// Unchanged fails the test if there is more than before, or another namespace
// than the machine's own. It waits for threads to end, which is a little later
// than their goroutines.
func (before Traces) Unchanged(t testing.TB) {
	t.Helper()
	before.Namespaces = 1
	var after Traces
	for range 250 {
		if after = Count(t); after == before {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("before: %+v, after: %+v", before, after)
}
