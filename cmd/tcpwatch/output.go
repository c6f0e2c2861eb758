package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"tcpwatch/report/escape"
	"tcpwatch/report/summary"
)

// output is where results go: standard output, or the file of -o.
type output struct {
	w      io.Writer
	name   string
	file   *os.File // to close; nil: standard output
	before func()   // called once, before the first octet is written
}

// outputError says that results could not be written. Errors of the temporary
// files of a report are not of this type.
type outputError struct {
	name string
	err  error
}

func (e *outputError) Error() string {
	reason := e.err
	var path *os.PathError
	if errors.As(reason, &path) {
		reason = path.Err // it names what the system calls the file
	}
	return fmt.Sprintf("%s: %v", e.name, reason)
}

func (e *outputError) Unwrap() error { return e.err }

// standardOutput is its name in messages.
const standardOutput = "standard output"

// outputName is the FILE of -o: - is standard output, as without -o.
func outputName(to *string) *option {
	return &option{"FILE", func(s string) error {
		switch s {
		case "":
			return errors.New("is empty: - is standard output")
		case "-":
			s = ""
		}
		*to = s
		return nil
	}}
}

// isStandardOutput reports whether the file of -o is standard output, or the file or pipe that
// it is, as /dev/stdout.
func isStandardOutput(path string, stdout io.Writer) bool {
	f, ok := stdout.(*os.File)
	if path == "" || !ok {
		return path == ""
	}
	named, err := os.Stat(path)
	own, ownErr := f.Stat()
	return err == nil && ownErr == nil && os.SameFile(named, own) && own.Mode()&os.ModeCharDevice == 0 // no terminal, nor /dev/null
}

// openOutput opens path for writing, or uses stdout if path is empty. It
// refuses to overwrite an input.
func openOutput(path string, stdout io.Writer, inputs []string) (*output, error) {
	if path == "" {
		return &output{w: stdout, name: standardOutput}, nil
	}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		for _, in := range inputs {
			if other, err := os.Stat(in); err == nil && os.SameFile(info, other) {
				return nil, fmt.Errorf("-o %s: would write over an input", path)
			}
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, &outputError{"-o " + path, err}
	}
	return &output{w: f, name: path, file: f}, nil
}

func (o *output) Write(p []byte) (int, error) {
	if o.before != nil {
		o.before()
		o.before = nil
	}
	n, err := o.w.Write(p)
	if err != nil {
		err = &outputError{o.name, err}
	}
	return n, err
}

// Close reports write errors, including delayed ones.
func (o *output) Close() error {
	if o.file == nil {
		return nil
	}
	if err := o.file.Close(); err != nil {
		return &outputError{o.name, err}
	}
	return nil
}

// leftAlone reports whether err means that nothing reads standard output any
// more, as after `| head`, which is not an error of ours.
func (o *output) leftAlone(err error) bool {
	var own *outputError
	return o.file == nil && errors.As(err, &own) && errors.Is(err, syscall.EPIPE)
}

// unfinished reports on standard error which inputs were damaged, and returns the exit
// status for that, or an error if reading or writing ended early. err is the outcome of
// the output; a reader that left early has seen enough.
func (o *output) unfinished(stderr io.Writer, in summary.Input, err error) (status int, ended error) {
	for _, d := range in.Damages {
		status = exitPartial
		fmt.Fprintf(stderr, "tcpwatch: %s\n", escape.Text(d))
	}
	switch {
	case err != nil && o.leftAlone(err):
	case err != nil:
		return status, &exitError{exitPartial, err}
	case in.Interrupted:
		return status, &exitError{exitPartial, fmt.Errorf("interrupted after packet %d: the rest was not read", in.Packets)}
	}
	return status, nil
}
