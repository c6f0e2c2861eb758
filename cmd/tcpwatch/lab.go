package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tcpwatch/lab"
	"tcpwatch/lab/lesson"
	"tcpwatch/report"
	"tcpwatch/report/explain"
	"tcpwatch/report/prose"
)

const labHelp = `lab makes a handshake happen and shows it: two hosts with a link of their own
between them, real programs on real sockets, and every segment with its labels,
its numbers and the states of both ends, as inferred at the tap of each end and
as that end's own kernel has them. Without a name it lists the scenarios.

It needs Linux, and root or a user namespace. The hosts are network namespaces
that end with the program; the machine's own network is not touched.

Exit status: 0 all was as expected; 1 something was not (which a busy machine
can cause), the lab was interrupted, or the output could not be written; 2 the
command line is wrong, or there can be no lab here.`

const labExamples = `  tcpwatch lab
  tcpwatch lab three-way
  tcpwatch lab --step last-ack-lost
  tcpwatch lab state CLOSE-WAIT
  tcpwatch lab --keep captures zero-window`

// labFlags are the flags of lab.
type labFlags struct {
	color  when
	format labFormat
	step   bool
	ipv6   bool
	keep   string
}

// labFormat is the format of a lesson.
type labFormat string

const (
	labTable  labFormat = "table"
	labNDJSON labFormat = "ndjson"
)

var labFormats = []labFormat{labTable, labNDJSON}

func labCommand() *cobra.Command {
	f := labFlags{color: whenAuto, format: labTable}
	c := &cobra.Command{
		Use:                   "lab [flags] [SCENARIO | state STATE | all]",
		Short:                 "Make a handshake happen, and see it",
		Long:                  labHelp,
		Example:               labExamples,
		DisableFlagsInUseLine: true,
		Args:                  labArgs,
		ValidArgsFunction:     completeLessons,
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.step, "step", false, "wait for Enter after each segment; the experiment itself goes on")
	flags.BoolVar(&f.ipv6, "ipv6", false, "use IPv6 between the hosts; in all scenarios except those of UDP")
	flags.StringVar(&f.keep, "keep", "", "leave both ends' captures and what happened to each packet in `FOLDER`")
	flags.Var(choice(&f.format, labFormats), "format", "how to show it: "+list(labFormats, ", ")+" (default table)")
	complete(c, "format", labFormats)
	declareColor(c, &f.color)
	c.RunE = func(c *cobra.Command, args []string) error {
		if f.step && f.format != labTable {
			return &exitError{exitUsage, errors.New("--step waits for somebody who reads: it goes with --format table only")}
		}
		if f.format == labNDJSON && len(args) == 0 {
			return &exitError{exitUsage, errors.New("--format ndjson tells what a scenario does: which one? (tcpwatch lab lists them)")}
		}
		out, err := openOutput("", c.OutOrStdout(), nil)
		if err != nil {
			return err
		}
		o := report.Options{Style: prose.Style{Width: width(out.w, c.ErrOrStderr(), c.InOrStdin()), Color: colored(f.color, out.w), ASCII: asciiOnly()}}
		if len(args) == 0 {
			err = listLessons(out, o)
		} else {
			err = teach(c, &f, args, out, o)
		}
		if err != nil && out.leftAlone(err) {
			return nil
		}
		return err
	}
	return c
}

// labArgs rejects unknown lessons, and suggests similar names.
func labArgs(_ *cobra.Command, args []string) error {
	if len(lesson.Names()) == 0 {
		return lab.Available() // none on this system
	}
	_, err := chosen(args)
	return err
}

// chosen returns the requested lessons; none for the list.
func chosen(args []string) ([]*lesson.Lesson, error) {
	switch {
	case len(args) == 0:
		return nil, nil
	case args[0] == "state" && len(args) == 2:
		l, known := lesson.ForState[stateName(args[1])]
		if !known {
			return nil, fmt.Errorf("%q is not a state of RFC 9293: %s", args[1], strings.Join(lesson.States(), ", "))
		}
		return []*lesson.Lesson{lesson.Find(l)}, nil
	case args[0] == "state":
		return nil, fmt.Errorf("which state? %s", strings.Join(lesson.States(), ", "))
	case len(args) > 1:
		return nil, errors.New("lab shows one scenario at a time")
	case args[0] == "all":
		return lesson.All(), nil
	}
	if l := lesson.Find(strings.ToLower(args[0])); l != nil {
		return []*lesson.Lesson{l}, nil
	}
	near := explain.Nearest(args[0], lesson.Names(), "")
	if near == "" {
		near = " (tcpwatch lab lists them)"
	}
	return nil, fmt.Errorf("there is no scenario %q%s", args[0], near)
}

// overIPv6 returns the lessons' variants for IPv6, without those that have
// none.
func overIPv6(lessons []*lesson.Lesson) (six []*lesson.Lesson, err error) {
	for _, l := range lessons {
		if l := l.OverIPv6(); l != nil {
			six = append(six, l)
		}
	}
	if len(six) == 0 {
		return nil, &exitError{exitUsage, errors.New("UDP is shown over IPv4 only")}
	}
	return six, nil
}

// stateName is a state in the RFC's spelling; it may be typed in any case.
func stateName(typed string) string { return strings.ToUpper(strings.ReplaceAll(typed, "_", "-")) }

func completeLessons(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	switch {
	case len(args) == 0:
		return append(lesson.Names(), "state", "all"), cobra.ShellCompDirectiveNoFileComp
	case len(args) == 1 && args[0] == "state":
		return lesson.States(), cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// listLessons names every lesson, one line each.
func listLessons(w io.Writer, o report.Options) error {
	var entries []explain.Entry
	for _, g := range lesson.Groups {
		for _, l := range lesson.All() {
			if l.Group == g {
				entries = append(entries, explain.Entry{Group: string(g), Name: l.Name, About: l.About})
			}
		}
	}
	return explain.List(w, entries, "tcpwatch lab NAME shows one of them, tcpwatch lab state CLOSE-WAIT one that reaches a state.", o.Style)
}

// teach runs lessons, in this process or in a user namespace.
func teach(c *cobra.Command, f *labFlags, args []string, out *output, o report.Options) error {
	if missing := lab.Available(); missing != nil {
		return labElsewhere(c, missing)
	}
	lessons, err := chosen(args)
	if err == nil && f.ipv6 {
		lessons, err = overIPv6(lessons)
	}
	if err != nil {
		return err
	}
	if f.keep != "" {
		if err := os.MkdirAll(f.keep, 0o777); err != nil {
			return &exitError{exitUsage, err}
		}
	}
	var enter <-chan bool
	if f.step {
		enter = lineEnds(c.InOrStdin())
	}
	var surprised bool
	for i, l := range lessons {
		if i > 0 && f.format == labTable {
			fmt.Fprintln(out)
		}
		t := &teacher{flags: f, out: out, options: o, enter: enter, lesson: l}
		if args[0] == "state" {
			t.state = stateName(args[1])
		}
		ok, err := t.teach(c.Context())
		if err != nil {
			return err
		}
		surprised = surprised || !ok
	}
	if surprised {
		return &exitError{status: exitPartial}
	}
	return nil
}

// lineEnds sends a value for every Enter; it is closed at the end of the input.
func lineEnds(r io.Reader) <-chan bool {
	ends := make(chan bool)
	go func() {
		defer close(ends)
		for s := bufio.NewScanner(r); s.Scan(); {
			ends <- true
		}
	}()
	return ends
}
