package main

import (
	"runtime/debug"
	"strings"
)

// version says which build this is, from what the Go tool wrote into it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of unknown origin"
	}
	return describeBuild(info)
}

func describeBuild(info *debug.BuildInfo) string {
	v := strings.Trim(info.Main.Version, "()")
	if v == "" {
		v = "devel"
	}
	details := []string{}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			details = append(details, "commit "+s.Value[:12])
		case s.Key == "vcs.time":
			details = append(details, s.Value)
		case s.Key == "vcs.modified" && s.Value == "true":
			details = append(details, "with changes")
		}
	}
	details = append(details, info.GoVersion)
	return v + " (" + strings.Join(details, ", ") + ")"
}
