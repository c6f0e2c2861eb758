package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tcpwatch/report"
)

const explainHelp = `explain says what a label of a segment, a verdict on a connection, an event or a
state of an end means: its definition, all that must hold for it, the RFC
clauses it rests on, how Wireshark's nearest word differs, and an example.
Without a name it lists all of them. Names may be written in any case.`

const explainExamples = `  tcpwatch explain
  tcpwatch explain RETRANSMISSION
  tcpwatch explain time-wait`

func explainCommand() *cobra.Command {
	color := whenAuto
	c := &cobra.Command{
		Use:                   "explain [LABEL|VERDICT|EVENT|STATE]",
		Short:                 "Say what a label, a verdict, an event or a state means",
		Long:                  explainHelp,
		Example:               explainExamples,
		DisableFlagsInUseLine: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errors.New("explain takes one name at a time")
			}
			return nil
		},
		ValidArgsFunction: completeNames,
	}
	declareColor(c, &color)
	c.RunE = func(c *cobra.Command, args []string) error {
		out, err := openOutput("", c.OutOrStdout(), nil)
		if err != nil {
			return err
		}
		o := report.Options{
			Width: width(out.w, c.ErrOrStderr(), c.InOrStdin()), Color: colored(color, out.w), ASCII: asciiOnly(),
		}
		var text bytes.Buffer
		if err := report.Explain(&text, strings.Join(args, ""), o); err != nil {
			return err
		}
		if _, err := out.Write(text.Bytes()); err != nil && !out.leftAlone(err) {
			return &exitError{exitPartial, err}
		}
		return nil
	}
	return c
}

// declareColor declares --color, which every command that prints has.
func declareColor(c *cobra.Command, to *when) {
	c.Flags().Var(choice(to, whens), "color", fmt.Sprintf(
		"colour: %s; auto is on a terminal, unless NO_COLOR is set (default auto)", list(whens, ", ")))
	complete(c, "color", whens)
}

// completeNames lets the shell complete the names of labels, verdicts, states and
// events.
func completeNames(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) != 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return report.Names(), cobra.ShellCompDirectiveNoFileComp
}
