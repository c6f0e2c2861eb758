package explain

import (
	"io"

	"tcpwatch/report/prose"
)

// Entry is a line of a List.
type Entry struct{ Group, Name, About string }

// List writes names with their meanings, group by group, and a note.
func List(w io.Writer, entries []Entry, note string, style prose.Style) error {
	style.FixWidth()
	x := &explainer{style: style}
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
