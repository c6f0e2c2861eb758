package lesson

import (
	"fmt"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/script"
)

// figure is the lesson of the same name, drawn.
const figure = `
isn A 1000
isn B 8000
0      A>B S  0
+.020  B>A S. 0 ack 1
+.020  A>B .  1 ack 1
+.001  A>B P. 1:21(20) ack 1
+.020  B>A .  1 ack 21
+.001  B>A P. 1:11(10) ack 21
+.020  A>B .  21 ack 11
`

// Recite analyses a lesson's Script and calls tell for each of its segments. Its
// ends are A, the client, and B. It needs no lab.
func Recite(l *Lesson, tell func(*Row)) error {
	s, err := script.Parse(l.Script)
	if err != nil {
		return fmt.Errorf("%s: %w", l.Name, err)
	}
	o := newObserver(func(*Item) {})
	var row *Row
	start := int64(0)
	o.taps[0] = analyze.New(analyze.Config{Packet: func(x *analyze.Observation) {
		o.seen = *x
		row.Ends[0].Inferred, row.Ends[1].Inferred = x.ClientState, x.ServerState
	}})
	for i := range s.Events {
		seg := s.Events[i].Segment
		if i == 0 {
			start = seg.Time
		}
		from := 0
		if seg.Source() != s.Events[0].Segment.Source() {
			from = 1
		}
		row = &Row{Number: uint64(i + 1), At: time.Duration(seg.Time - start), From: from, Arrived: true}
		t := o.talk(from, &seg)
		o.taps[0].Segment(&seg)
		o.describe(row, t, &seg)
		row.Labels = o.seen.Labels
		tell(row)
	}
	return nil
}
