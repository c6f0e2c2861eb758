package report

import (
	"io"

	"tcpwatch/report/prose"
)

// ListEntry is a line of a List.
type ListEntry struct{ Group, Name, About string }

// List writes names with their meanings, group by group, and a note. Only the
// options Width, Color and ASCII are used.
func List(w io.Writer, entries []ListEntry, note string, o Options) error {
	o.FixWidth()
	x := &explainer{env: &env{Options: o}}
	room := 0
	for _, e := range entries {
		room = max(room, len(e.Name)+2*len(prose.Gap))
	}
	group := ""
	for _, e := range entries {
		if e.Group != group {
			if group != "" {
				x.line("")
			}
			group = e.Group
			x.heading(group)
		}
		x.fact(prose.Gap+e.Name, e.About, room)
	}
	x.line("")
	x.block("", note)
	_, err := w.Write(x.out.Bytes())
	return err
}
