package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tcpwatch/report"
	"tcpwatch/report/explain"
	"tcpwatch/report/prose"
)

var explainHelp = `explain says what a label of a segment, a verdict on a connection, an event or a
state of an end means: its definition, all that must hold for it, the RFC
clauses it rests on, how Wireshark's nearest word differs, and an example.
Without a name it lists all of them. Names may be written in any case.

Other words that the views use belong to topics:
` + topicLines(explain.Topics()) + `.
The name of a topic explains all of its words, and each word can be asked for by
itself, such as rto, refused, half-closed or guessed. So can a column, by its
heading or by the name that programs use for it: BACKOFF, RTT S, rtt_server; a
member of an object in JSON, by its name or its path: likewise,
opening.syn_count; and a view, with all of its columns: closes.`

const explainExamples = `  tcpwatch explain
  tcpwatch explain cause
  tcpwatch explain RETRANSMISSION
  tcpwatch explain time-wait
  tcpwatch explain RTT S
  tcpwatch explain closes`

// topicLines puts names on two lines.
func topicLines(names []string) string {
	half := (len(names) + 1) / 2
	return strings.Join(names[:half], ", ") + ",\n" + strings.Join(names[half:], ", ")
}

func explainCommand() *cobra.Command {
	color := whenAuto
	c := &cobra.Command{
		Use:                   "explain [LABEL|VERDICT|EVENT|STATE|TOPIC|WORD|COLUMN|MEMBER|VIEW]",
		Short:                 "Say what a label, a state or another word means",
		Long:                  explainHelp,
		Example:               explainExamples,
		DisableFlagsInUseLine: true,
		Args:                  cobra.ArbitraryArgs, // a name may be several words
		ValidArgsFunction:     completeNames,
	}
	declareColor(c, &color)
	c.RunE = func(c *cobra.Command, args []string) error {
		out, err := openOutput("", c.OutOrStdout(), nil)
		if err != nil {
			return err
		}
		o := report.Options{
			Style: prose.Style{Width: width(out.w, c.ErrOrStderr(), c.InOrStdin()), Color: colored(color, out.w), ASCII: asciiOnly()},
		}
		var text bytes.Buffer
		if err := explain.Write(&text, strings.Join(args, " "), o.Style); err != nil {
			if len(args) > 1 {
				err = fmt.Errorf("%w; explain takes one name at a time", err)
			}
			return err
		}
		if _, err := out.Write(text.Bytes()); err != nil && !out.leftAlone(err) {
			return &exitError{exitPartial, err}
		}
		return nil
	}
	return c
}

// declareColor declares --color, which every command with output has.
func declareColor(c *cobra.Command, to *when) {
	c.Flags().Var(choice(to, whens), "color", fmt.Sprintf(
		"colour: %s; auto is on a terminal, unless NO_COLOR is set (default auto)", list(whens, ", ")))
	complete(c, "color", whens)
}

// completeNames lets the shell complete the names of labels, verdicts, states,
// events, topics and views, and the words of topics.
func completeNames(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) != 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return explain.Names(), cobra.ShellCompDirectiveNoFileComp
}
