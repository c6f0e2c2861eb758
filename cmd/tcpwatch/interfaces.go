package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tcpwatch/capture/live"
	"tcpwatch/report"
	"tcpwatch/report/prose"
)

const interfacesHelp = `interfaces lists the network interfaces of this host: whether they are up, their
addresses, the link type that their packets have when captured, and what stands
in the way of capturing.`

const interfacesExamples = `  tcpwatch interfaces
  tcpwatch interfaces --format ndjson | jq -r 'select(.state=="up").name'`

func interfacesCommand() *cobra.Command {
	format, color := report.FormatTable, whenAuto
	c := &cobra.Command{
		Use:                   "interfaces",
		Short:                 "List the network interfaces that can be captured",
		Long:                  interfacesHelp,
		Example:               interfacesExamples,
		DisableFlagsInUseLine: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return errors.New("interfaces takes no arguments")
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return listInterfaces(c, format, color) },
	}
	c.Flags().SortFlags = false
	c.Flags().Var(choice(&format, report.Formats), "format",
		"how to show it: "+list(report.Formats, ", ")+" (default table)")
	complete(c, "format", report.Formats)
	declareColor(c, &color)
	return c
}

func listInterfaces(c *cobra.Command, format report.Format, color when) error {
	found, err := live.Interfaces()
	if err != nil {
		return &exitError{exitUsage, err}
	}
	denied := live.Permitted()
	devices := make([]report.Device, len(found))
	for i := range found {
		devices[i] = deviceOf(&found[i], denied)
	}
	out, err := openOutput("", c.OutOrStdout(), nil)
	if err != nil {
		return err
	}
	err = report.WriteInterfaces(out, devices, report.Options{
		Format: format,
		Style:  prose.Style{Width: width(out.w, c.ErrOrStderr(), c.InOrStdin()), Color: colored(color, out.w), ASCII: asciiOnly()},
	})
	if err != nil && !out.leftAlone(err) {
		return &exitError{exitPartial, err}
	}
	return nil
}

// deviceOf returns how an interface is listed. denied is why this process may not
// capture, or nil.
func deviceOf(f *live.Interface, denied error) report.Device {
	d := report.Device{
		Name: f.Name, Index: f.Index, State: f.State.String(), Loopback: f.Loopback, Capture: captureWord(f, denied),
	}
	if f.LinkKnown && !f.NoIP {
		d.Link = f.Link.String()
	}
	for _, a := range f.Addresses {
		d.Addresses = append(d.Addresses, a.String())
	}
	return d
}

// captureWord says whether an interface can be captured.
func captureWord(i *live.Interface, denied error) string {
	var missing *live.PermissionError
	switch {
	case i.NoIP:
		return "no IP on it"
	case errors.As(denied, &missing) && missing.Missing != "":
		return "needs " + missing.Missing
	case denied != nil:
		return "no"
	case i.State == live.Down:
		return "when it is up"
	}
	return "yes"
}

// grant adds the command that grants a missing capability.
func grant(err error, program string) error {
	var missing *live.PermissionError
	if !errors.As(err, &missing) || missing.Missing != "CAP_NET_RAW" {
		return err
	}
	return errors.Join(missing, fmt.Errorf("to grant it to this program: sudo setcap cap_net_raw+ep %s", quoted(program)))
}
