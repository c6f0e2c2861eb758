package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tcpwatch/report/escape"
	"tcpwatch/report/explain"
)

// Exit statuses.
const (
	exitOK      = 0 // all was read and analysed
	exitPartial = 1 // results are printed, but part of the input was not read or of the output not written
	exitUsage   = 2 // the command line is wrong, nothing could be opened, or no connection asked for exists
)

// oneRequest is how long after the first signal others count as the same request:
// timeout(1) sends one to the program and one to its group, and what passes a
// terminal's Ctrl-C on does so beside the terminal.
const oneRequest = 500 * time.Millisecond

// exitError carries an exit status out of a command. Its err may be nil if
// everything has been reported.
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

func (e *exitError) Unwrap() error { return e.err }

// run is the whole program. It returns the exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	// Writing to a closed pipe is an error like any other, not a signal that
	// ends the program before it has cleaned up.
	signal.Ignore(syscall.SIGPIPE)
	// The first signal ends the reading; what is known so far is printed. Another
	// one, oneRequest later, ends the program as usual.
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	defer stop()
	context.AfterFunc(ctx, func() { time.AfterFunc(oneRequest, stop) })

	root := rootCommand()
	help := writeHelp(root)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		err = *help
	}
	return conclude(stderr, stdout, command, err)
}

// conclude reports why a command ended, and returns the exit status.
func conclude(stderr, stdout io.Writer, command *cobra.Command, err error) int {
	var e *exitError
	var unwritten *outputError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &e):
		complain(stderr, e.err)
		return e.status
	case errors.As(err, &unwritten) || unwrittenTo(stdout, err):
		if errors.Is(err, syscall.EPIPE) {
			return exitOK // whoever read it has seen enough
		}
		if unwritten == nil {
			err = &outputError{standardOutput, err}
		}
		complain(stderr, err)
		return exitPartial
	}
	complain(stderr, err)
	if command.Name() == "help" {
		command = command.Parent()
	}
	fmt.Fprintf(stderr, "See %q.\n", command.CommandPath()+" --help")
	return exitUsage
}

// unwrittenTo reports whether err means that stdout cannot be written, for what is
// written there without an output: the version and the shell's completions.
func unwrittenTo(stdout io.Writer, err error) bool {
	f, isFile := stdout.(*os.File)
	var path *os.PathError
	return isFile && errors.As(err, &path) && path.Op == "write" && path.Path == f.Name()
}

// writeHelp makes root's help be written in one write, and returns where its
// error will be: cobra has no way for it.
func writeHelp(root *cobra.Command) *error {
	wrote, show := new(error), root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		var text bytes.Buffer
		to := c.OutOrStdout()
		c.SetOut(&text)
		show(c, args)
		c.SetOut(to)
		_, *wrote = to.Write(text.Bytes())
	})
	return wrote
}

// complain prints an error, or several joined ones, each on a line of its own.
// Whatever is quoted in it, such as names of files, is escaped for the
// terminal.
func complain(w io.Writer, err error) {
	if err == nil {
		return
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range several.Unwrap() {
			complain(w, e)
		}
		return
	}
	fmt.Fprintf(w, "tcpwatch: %s\n", escape.Text(err.Error()))
}

const rootHelp = `tcpwatch reads packet captures, follows every TCP connection from the outside
and says how it opened, what happened to its segments, how it closed and who is
left in TIME-WAIT. It names the packets and the RFC clause that each statement
rests on, and marks with a question mark what a capture cannot prove.`

const rootExamples = `  tcpwatch read eth0.pcap                  what happened, for a person
  tcpwatch read --connection 3 eth0.pcap   the story of one connection
  tcpwatch read --view packets --format ndjson eth0.pcap | jq .labels
  sudo tcpwatch live -i eth0               what passes an interface now
  tcpwatch follow --connection 3 eth0.pcap what its two ends said
  tcpwatch explain RETRANSMISSION          what a word means, when it is set
  tcpwatch lab three-way                   make a handshake happen, and see it`

// usage is a shorter version of cobra's template for help, in at most 80
// columns.
const usage = `Usage:
  {{if .HasAvailableSubCommands}}{{.CommandPath}} COMMAND{{else}}{{.UseLine}}{{end}}
{{- if .HasExample}}

Examples:
{{.Example}}{{end}}
{{- if .HasAvailableSubCommands}}

Commands:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}
{{- if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsagesWrapped 80 | trimTrailingWhitespaces}}{{end}}
{{- if .HasAvailableSubCommands}}

"{{.CommandPath}} COMMAND --help" says more about a command.{{end}}
`

// The commands are listed in the order in which a person needs them.
func init() { cobra.EnableCommandSorting = false }

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "tcpwatch",
		Short:         "Tell the story of every TCP connection in a capture",
		Long:          rootHelp,
		Example:       rootExamples,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          commandName,
		RunE: func(c *cobra.Command, _ []string) error {
			c.SetOut(c.ErrOrStderr())
			return errors.Join(c.Help(), &exitError{status: exitUsage})
		},
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetVersionTemplate("tcpwatch {{.Version}}\n")
	root.SetUsageTemplate(usage)
	root.SetFlagErrorFunc(unknownFlag)
	root.SuggestionsMinimumDistance = 2
	root.AddCommand(readCommand(), liveCommand(), interfacesCommand(), followCommand(), explainCommand(), labCommand())
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() == "help" {
			refuseUnknown(c)
		}
	}
	return root
}

// refuseUnknown makes the command help, which is hidden because --help says the
// same, reject what is not a command.
func refuseUnknown(help *cobra.Command) {
	help.Hidden = true
	show := help.Run
	help.Run, help.RunE = nil, func(c *cobra.Command, args []string) error {
		found, rest, err := c.Root().Find(args)
		switch {
		case err != nil || found == c.Root() && len(args) > 0:
			return commandName(c.Root(), args)
		case len(rest) > 0:
			return fmt.Errorf("%q is not a command of %s", rest[0], found.CommandPath())
		}
		show(c, args)
		return nil
	}
}

// unknownFlag adds to the error for a flag that there is not those that are spelt nearly so,
// also behind one dash only: -view are letters, of which there may be none.
func unknownFlag(c *cobra.Command, err error) error {
	var e *pflag.NotExistError
	if !errors.As(err, &e) {
		return err
	}
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, f.Name)
		}
	})
	typed := e.GetSpecifiedShortnames()
	if typed == "" {
		typed = e.GetSpecifiedName()
	}
	return fmt.Errorf("%w%s", err, explain.Nearest(typed, known, "--"))
}

// commandName rejects what is not a command, with the hint that a person who
// forgot `read` needs.
func commandName(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if _, err := os.Stat(args[0]); err == nil {
		return fmt.Errorf("%q is not a command; to read a capture: tcpwatch read %s", args[0], args[0])
	}
	if args[0] == "version" {
		return errors.New(`"version" is not a command; it is a flag: tcpwatch --version`)
	}
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("%q is not a command; did you mean %q?", args[0], near[0])
	}
	return fmt.Errorf("%q is not a command: read, live, interfaces, follow, explain, lab", args[0])
}
