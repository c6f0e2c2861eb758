package report

import (
	"tcpwatch/analyze"
	"tcpwatch/report/prose"
)

const schemaWindow = "tcpwatch.window/1"

type (
	episode       = analyze.Episode
	episodeColumn = Column[analyze.Episode]
)

var windowView = &rowView[episode]{
	name:   ViewWindows,
	schema: schemaWindow,
	about: "One row for each time in which the other end's window held a sender back, in order of their ends. The sender may have had nothing " +
		"to send. A window that closes altogether ends a row of kind window full.",
	empty: "no window held a sender back",
	columns: []episodeColumn{
		{Name: "connection", Header: "CONN", Kind: KindID, Room: 7, Meaning: "Number of the connection.",
			Value: func(_ *env, e *episode, v *Value) { v.uint(e.Connection) }},
		{Name: "held", Kind: KindWord, Room: 6, Meaning: "The end that was held back: client or server.",
			Value: func(_ *env, e *episode, v *Value) { v.string(prose.Side(e.FromClient)) }},
		{Name: "kind", Header: "BY", Kind: KindWord, Room: 11, Meaning: "zero window, or window full: all of the window was used up.",
			Value: func(_ *env, e *episode, v *Value) { v.string(e.Kind.String()) },
			Tone: func(e *episode) prose.Tone {
				if e.Kind == analyze.EpisodeZero {
					return prose.Doubt
				}
				return prose.Plain
			}},
		{Name: "first", Header: "PACKET", Kind: KindID, Room: 7, Meaning: "Packet that began it: the ZERO-WINDOW or the WINDOW-FULL.",
			Value: func(_ *env, e *episode, v *Value) { v.uint(e.First) }},
		{Name: "last", Kind: KindID, Room: 7, Meaning: "Packet that ended it; empty where none was captured.",
			Value: func(_ *env, e *episode, v *Value) { v.packet(e.Last) }},
		{Name: "start", Unit: "s", Kind: KindTime, Room: 11, Drop: 2, Meaning: "When it began.",
			Value: func(_ *env, e *episode, v *Value) { v.int(e.Start) }},
		{Name: "duration", Header: "LASTED", Unit: "s", Kind: KindDuration, Room: 9, Meaning: "How long it lasted, until the connection's last packet where no end was captured.",
			Value: func(_ *env, e *episode, v *Value) { v.int(e.Stop - e.Start) }},
		{Name: "end", Header: "ENDED BY", Kind: KindWord, Room: 10, Meaning: "reopened: more room; closed: a window of 0; reset: a RST; not seen.",
			Value: func(_ *env, e *episode, v *Value) { v.string(e.End.String()) },
			Tone: func(e *episode) prose.Tone {
				if e.End == analyze.EpisodeReset || e.End == analyze.EpisodeUnfinished {
					return prose.Doubt
				}
				return prose.Plain
			}},
		{Name: "probes", Kind: KindCount, Room: 6, Drop: 1, Meaning: "Zero window probes sent in it.",
			Value: func(_ *env, e *episode, v *Value) { v.uint(uint64(e.Probes)) }},
		{Name: "answers", Kind: KindCount, Room: 7, Drop: 3, Meaning: "Segments of the other end in it that gave no room.",
			Value: func(_ *env, e *episode, v *Value) { v.uint(uint64(e.Answers)) }},
		{Name: "window", Unit: "octets", Kind: KindCount, Room: 9, Drop: 4, Meaning: "The window that ended it; empty unless reopened.",
			Value: func(_ *env, e *episode, v *Value) {
				if e.End == analyze.EpisodeReopened {
					v.uint(uint64(e.Window))
				}
			}},
	},
}
