package main

import (
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// pipeWidth is the width of lines if it is unknown: none of the streams is a
// terminal and COLUMNS is not set.
const pipeWidth = 120

// when says when colour is used.
type when string

const (
	whenAuto   when = "auto"
	whenAlways when = "always"
	whenNever  when = "never"
)

var whens = []when{whenAuto, whenAlways, whenNever}

// terminal returns the file behind a stream if that is a terminal.
func terminal(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	if !ok || f == nil || !term.IsTerminal(int(f.Fd())) {
		return nil, false
	}
	return f, true
}

// width is how many columns lines may have: the value of COLUMNS, else the
// width of the terminal that one of the streams is. Standard error and input
// count, so that `| less` keeps the layout of the screen behind it.
func width(streams ...any) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	for _, s := range streams {
		f, ok := terminal(s)
		if !ok {
			continue
		}
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
		return 80 // a terminal that does not know
	}
	return pipeWidth
}

// colored decides on colour: as the flag says, else on a terminal that can show
// it unless NO_COLOR is set (https://no-color.org).
func colored(flag when, out io.Writer) bool {
	switch flag {
	case whenAlways:
		return true
	case whenNever:
		return false
	}
	_, ok := terminal(out)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// asciiOnly reports whether the locale (POSIX.1 §8.2: the first of three
// variables that is set) is not UTF-8.
func asciiOnly() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(name); v != "" {
			v = strings.ToLower(v)
			return !strings.Contains(v, "utf-8") && !strings.Contains(v, "utf8")
		}
	}
	return true
}
