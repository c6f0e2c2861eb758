package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"tcpwatch/capture"
)

// inputs rejects a command line without a capture, or with an empty name, as an unset variable
// of a shell leaves it.
func inputs(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no capture is named (- is standard input)")
	}
	if i := slices.Index(args, ""); i >= 0 {
		return fmt.Errorf("the name of capture %d of %d is empty (- is standard input)", i+1, len(args))
	}
	return nil
}

// openInputs opens captures, with a progress bar if standard error is a terminal and quiet is not
// set; else bar is nil, which may be stopped too. The caller stops the bar and closes the Source.
// Reading ends when ctx is done.
func openInputs(ctx context.Context, c *cobra.Command, paths []string, quiet bool) (src capture.Source, bar *progress, err error) {
	opening := capture.Options{Stdin: c.InOrStdin(), Context: ctx}
	if f, ok := terminal(c.ErrOrStderr()); ok && !quiet {
		bar = newProgress(f)
		opening.Progress = bar.update
	}
	src, err = capture.Open(paths, opening)
	if err == nil {
		return src, bar, nil
	}
	bar.stop()
	if c.Context().Err() != nil {
		err = fmt.Errorf("interrupted before anything was read")
	}
	return nil, nil, &exitError{exitUsage, err}
}
