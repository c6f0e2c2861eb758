package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tcpwatch/lab"
)

func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"tcpwatch": main})
}

type tests struct{ *testing.M }

// Run runs the tests, not the command that they start. It lets the heap grow by 400 %
// until the next collection, and what is allocated while one goes on counts as in use:
// where thousands of files are read in one process that would be more each time, up to
// ten gigabytes.
func (m tests) Run() int {
	debug.SetMemoryLimit(1 << 30)
	return m.M.Run()
}

// TestScripts runs testdata/script, one file a behaviour of the command line.
// $PCAPS is the folder of the kernel captures. The scripts have a UTF-8 locale
// and no terminal. The condition [lab] holds where a lab can be set up.
func TestScripts(t *testing.T) {
	captures, err := filepath.Abs("../../testdata/pcaps/kernel")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PCAPS", captures)
			e.Setenv("SCRIPTS", filepath.Join(filepath.Dir(captures), "script"))
			e.Setenv("LANG", "C.UTF-8")
			e.Setenv("GORACE", os.Getenv("GORACE")) // as .ci/run sets it
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "lab" {
				return lab.Available() == nil, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "talk": writeTalk},
	})
}

// status runs a command and wants an exit status:
//
//	status 2 tcpwatch read nothing.pcap
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [argument ...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, expected %d", got, want)
	}
}

// TestScriptsAreThere keeps the folder from being emptied unnoticed.
func TestScriptsAreThere(t *testing.T) {
	files, err := os.ReadDir("testdata/script")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
}
