package story

import (
	"fmt"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// namedOption is an option that the story mentions; valued if its value is
// mentioned too.
type namedOption struct {
	bit    wire.OptionSet
	name   string
	valued bool
}

var namedOptions = []namedOption{
	{wire.OptMSS, "MSS", true}, {wire.OptWindowScale, "window scale", true}, {wire.OptSACKPermitted, "SACK", false},
	{wire.OptTimestamps, "timestamps", false}, {wire.OptFastOpen, "Fast Open", false}, {wire.OptMPTCP, "MPTCP", false},
	{wire.OptMD5, "MD5", false}, {wire.OptAO, "AO", false}, {wire.OptUserTimeout, "user timeout", false},
}

// optionLines say what was agreed, or what the one captured end offered.
func optionLines(o *analyze.Opening) []string {
	c, s := &o.ClientOptions, &o.ServerOptions
	switch {
	case c.Known && s.Known:
		var agreed, single []string
		for _, p := range namedOptions {
			mine, theirs := optionText(c, p), optionText(s, p)
			switch {
			case mine != "" && theirs != "" && p.valued:
				agreed = append(agreed, p.name+" "+mine+" / "+theirs)
			case mine != "" && theirs != "":
				agreed = append(agreed, p.name)
			case mine != "":
				single = append(single, p.name+" (client)")
			case theirs != "":
				single = append(single, p.name+" (server)")
			}
		}
		if ecn := min(c.ECN, s.ECN); ecn != analyze.ECNNone {
			agreed = append(agreed, ecnText(ecn))
		}
		var lines []string
		if len(agreed) > 0 {
			lines = append(lines, "agreed   "+strings.Join(agreed, " · "))
		}
		if len(single) > 0 {
			lines = append(lines, "one end  "+strings.Join(single, " · "))
		}
		if (c.Set | s.Set).Has(wire.OptCut) {
			lines = append(lines, "the capture cuts the options off: others may have been offered and agreed")
		}
		return lines
	case c.Known:
		return offered("client", c)
	case s.Known:
		return offered("server", s)
	}
	return nil
}

// optionText is the value of an option, or its name if no value is mentioned; "" if it
// was not offered.
func optionText(o *analyze.EndOptions, p namedOption) string {
	switch {
	case !o.Set.Has(p.bit):
		return ""
	case p.bit == wire.OptMSS:
		return fmt.Sprint(o.MSS)
	case p.bit == wire.OptWindowScale:
		return fmt.Sprint(o.WindowScale)
	}
	return p.name
}

func offered(side string, o *analyze.EndOptions) []string {
	var names []string
	for _, p := range namedOptions {
		text := optionText(o, p)
		if text != "" && p.valued {
			text = p.name + " " + text
		}
		if text != "" {
			names = append(names, text)
		}
	}
	if o.ECN != analyze.ECNNone {
		names = append(names, ecnText(o.ECN))
	}
	if len(names) == 0 {
		return nil
	}
	return []string{"offered by the " + side + "  " + strings.Join(names, " · ")}
}

func ecnText(e analyze.ECN) string {
	if e == analyze.ECNAccurate {
		return "accurate ECN"
	}
	return "ECN"
}
