package report

import (
	"io"

	"tcpwatch/analyze/listener"
	"tcpwatch/report/prose"
)

const schemaListener = "tcpwatch.listener/1"

// listening is a row of the view listeners.
type listening struct {
	*listener.Listener
	// left is how many listeners the table gave up.
	left uint64
}

// listenerWriter sums up connections and makes a row for each listener when all
// are known.
type listenerWriter struct {
	w     io.Writer
	env   *env
	rows  rowWriter[listening]
	table listener.Table
	end   int64
}

func newListenerWriter(w io.Writer, e *env) *listenerWriter {
	return &listenerWriter{w: w, env: e, rows: newRowWriter(listenerView, w, e)}
}

func (l *listenerWriter) row(c *connection) error {
	l.table.Add(c, l.env.verdicts)
	l.end = max(l.end, c.End)
	return nil
}

func (l *listenerWriter) finish() error {
	for _, one := range l.table.List(l.end) {
		if err := l.rows.row(&listening{one, l.table.Dropped}); err != nil {
			return err
		}
	}
	if err := l.rows.finish(); err != nil {
		return err
	}
	if l.table.Dropped == 0 || !l.env.Format.people() {
		return nil
	}
	return l.env.Style.WriteWrapped(l.w, prose.Doubt, "", prose.Plural(l.table.Dropped, "listener")+" with the fewest attempts not shown ("+
		prose.Plural(l.table.DroppedAttempts, "attempt")+"): at most "+prose.Thousands(listener.MaxListeners)+" are remembered")
}

// finding names what is remarkable about a listener; "" for nothing.
func (l *listening) finding() string {
	switch {
	case l.Flood():
		return "SYN flood"
	case l.NotAccepted > 0:
		return "accept queue full?"
	}
	return ""
}

func listenerCount(name, header, meaning string, drop uint8, tone prose.Tone, n func(*listening) uint64) Column[listening] {
	return Column[listening]{Name: name, Header: header, Kind: KindCount, Drop: drop, Meaning: meaning, HideEmpty: drop > 0,
		Value: func(e *env, l *listening, v *Value) {
			if n(l) > 0 || drop == 0 || !e.Format.people() { // most are 0 in most captures: people need no columns of them
				v.uint(n(l))
			}
		},
		Tone: func(l *listening) prose.Tone {
			if n(l) > 0 {
				return tone
			}
			return prose.Plain
		}}
}

func listenerTime(name, header, meaning string, drop uint8, q float64) Column[listening] {
	return Column[listening]{Name: name, Header: header, Unit: "s", Kind: KindDuration, Drop: drop, Meaning: meaning,
		Value: func(_ *env, l *listening, v *Value) { v.measured(l.Handshakes.Quantile(q)) }}
}

var listenerView = &rowView[listening]{
	name:   ViewListeners,
	schema: schemaListener,
	about: "One row for each address and port that connections were opened to, those with the most attempts first. Connections seen from the middle, " +
		"or in one direction only, are not attempts.",
	empty: "nothing was seen to be opened",
	columns: []Column[listening]{
		{Name: "listener", Kind: KindWord, Meaning: "Address and port.",
			Value: func(_ *env, l *listening, v *Value) { v.endpoint(l.Address) }},
		{Name: "encapsulation", Header: "INSIDE", Kind: KindText, Drop: 2, HideEmpty: true, Meaning: "VLANs and tunnels around its connections.",
			Value: func(e *env, l *listening, v *Value) { v.string(e.encap(l.EncapID)) }},
		listenerCount("attempts", "", "Connections that were tried.", 0, prose.Plain, func(l *listening) uint64 { return l.Attempts }),
		listenerCount("completed", "", "Attempts whose handshake became complete.", 0, prose.Plain, func(l *listening) uint64 { return l.Completed }),
		listenerCount("refused", "", "Attempts answered by a RST.", 1, prose.Bad, func(l *listening) uint64 { return l.Refused }),
		listenerCount("reset", "", "Attempts reset before they were complete.", 3, prose.Bad, func(l *listening) uint64 { return l.Reset }),
		listenerCount("half_open", "HALF-OPEN", "Attempts of which no acknowledgement of the SYN-ACK was captured.", 3, prose.Doubt, func(l *listening) uint64 { return l.HalfOpen }),
		listenerCount("unanswered", "", "Attempts that nothing answered.", 1, prose.Bad, func(l *listening) uint64 { return l.Unanswered }),
		listenerTime("handshake_p50", "TOOK P50", "Half of the handshakes took no longer, from the first SYN to the segment that completed them; at most 1.6 % too long.", 4, 0.50),
		listenerTime("handshake_p90", "P90", "Nine in ten handshakes took no longer.", 6, 0.90),
		listenerTime("handshake_p99", "P99", "99 in 100 handshakes took no longer.", 5, 0.99),
		listenerCount("most_syn_received", "MOST SYN-RCVD", "The most connections that were in SYN-RECEIVED at one time.", 4, prose.Plain,
			func(l *listening) uint64 { return l.MostSynReceived }),
		listenerCount("syn_received", "AT END", "Connections in SYN-RECEIVED at the end; one counts for 64 s after its last SYN-ACK (a heuristic).", 7, prose.Doubt,
			func(l *listening) uint64 { return l.SynReceived }),
		listenerCount("not_accepted", "NOT ACCEPTED", "Connections that look as if the accept queue was full (ACCEPT-QUEUE-FULL), those that were accepted late included.", 2, prose.Bad,
			func(l *listening) uint64 { return l.NotAccepted }),
		listenerCount("ignored_segments", "IGNORED", "Segments of the clients that the server left unanswered in connections that look as if the accept queue was full (ACCEPT-QUEUE-FULL).", 8, prose.Plain,
			func(l *listening) uint64 { return l.IgnoredSegments }),
		{Name: "finding", Kind: KindWord, HideEmpty: true, Tone: func(*listening) prose.Tone { return prose.Bad },
			Meaning: "SYN flood: at least 100 in SYN-RECEIVED at one time, or 1,000 attempts and half of all unanswered, fewer than one attempt in ten completed, the others from 16 addresses or more (a heuristic); " +
				"accept queue full?: not_accepted is above 0.",
			Value: func(_ *env, l *listening, v *Value) { v.string(l.finding()) }},
		{Name: "sources", Kind: KindCount, For: Programs, Meaning: "About how many addresses the attempts that were not completed came from; too low where it is above 200.",
			Value: func(_ *env, l *listening, v *Value) { v.uint(uint64(l.Sources())) }},
		{Name: "at_least", Kind: KindBool, For: Programs, Meaning: "True when there were too many to count all that were in SYN-RECEIVED.",
			Value: func(_ *env, l *listening, v *Value) { v.bool(l.AtLeast) }},
		{Name: "first", Unit: "s", Kind: KindTime, For: Programs, Meaning: "When the first attempt began.",
			Value: func(_ *env, l *listening, v *Value) { v.int(l.First) }},
		{Name: "last", Unit: "s", Kind: KindTime, For: Programs, Meaning: "When the last attempt began.",
			Value: func(_ *env, l *listening, v *Value) { v.int(l.Last) }},
		{Name: "left_out", Kind: KindCount, For: Programs, Meaning: "Listeners with the fewest attempts that this view left out: it remembers 1,024.",
			Value: func(_ *env, l *listening, v *Value) { v.uint(l.left) }},
	},
}
