package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Exit statuses.
const (
	exitOK      = 0 // all was read and analysed
	exitPartial = 1 // results are printed, but part of the input was not read or of the output not written
	exitUsage   = 2 // the command line is wrong, or nothing could be opened
)

// exitError carries an exit status out of a command. Its err may be nil: then
// everything was said already.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:           "tcpwatch",
		Short:         "Tell the story of every TCP connection in a capture",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.AddCommand(readCommand())
	err := root.Execute()
	if err == nil {
		return exitOK
	}
	status := exitUsage
	var e *exitError
	if errors.As(err, &e) {
		status = e.status
	}
	if msg := err.Error(); msg != "" {
		fmt.Fprintf(stderr, "tcpwatch: %s\n", msg)
	}
	return status
}
