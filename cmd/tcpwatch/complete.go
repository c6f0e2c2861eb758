package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tcpwatch/capture/live"
)

// complete registers words for the shell's completion of a flag.
func complete[T ~string](c *cobra.Command, flag string, words []T) {
	completeWith(c, flag, cobra.FixedCompletions(texts(words), cobra.ShellCompDirectiveNoFileComp))
}

// completeList lets the shell complete a flag whose value is several of the words,
// separated by commas: after each comma those that are not there yet.
func completeList(c *cobra.Command, flag string, words func() []string) {
	completeWith(c, flag, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndexByte(typed, ',')+1]
		given := strings.Split(before, ",")
		var list []string
		for _, w := range words() {
			if !slices.Contains(given, w) {
				list = append(list, before+w)
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	})
}

func completeWith(c *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := c.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // the flag is not declared: a mistake of the command
	}
}

func texts[T ~string](words []T) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = string(w)
	}
	return list
}

// interfaceNames are the values for -i; none if they cannot be listed.
func interfaceNames() []string {
	names := []string{"any"}
	found, err := live.Interfaces()
	if err != nil {
		return names
	}
	for _, i := range found {
		names = append(names, i.Name)
	}
	return names
}
