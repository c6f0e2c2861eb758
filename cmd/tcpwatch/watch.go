package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"tcpwatch/report"
)

// watching returns the options of a Watcher that writes to out: on a terminal,
// lines that follow its current width, with a status line unless the terminal
// cannot erase one; elsewhere rows without either.
func watching(o report.Options, out io.Writer) report.WatchOptions {
	w := report.WatchOptions{Options: o}
	f, ok := terminal(out)
	if !ok {
		return w
	}
	w.Terminal, w.Status = true, os.Getenv("TERM") != "dumb" && os.Getenv("TERM") != ""
	if os.Getenv("COLUMNS") == "" {
		w.Size = func() int {
			n, _, err := term.GetSize(int(f.Fd()))
			if err != nil {
				return 0 // gone, or one that does not know
			}
			return n
		}
	}
	return w
}
