package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// Silence is the longest time in which nothing of a connection was captured.
type Silence struct {
	For int64 // nanoseconds; 0 where no two packets are apart
	// Packet ended the silence; the client or the server sent it, with these
	// labels. 0 if For is 0.
	Packet     uint64
	FromClient bool
	Labels     label.Set
}

// Answer is the longest time that one end let the other wait for payload: from the last
// payload of the other end, also where that was sent again, to its own next new payload,
// Packet, as seen at this tap. It includes the round trip from the tap to the end, the
// time of its application, and a loss of the answer before the tap. There is none if
// octets in between were not captured, or the other end closed its window.
type Answer struct {
	Wait   int64 // nanoseconds; 0 where Packet is 0
	Packet uint64
}

// waitNote collects the waiting times of a connection.
type waitNote struct {
	silence int64 // nanoseconds
	ended   uint64
	labels  label.Set
	talkAt  int64 // time of the talker's last payload
	// answers is the slowest answer of each side; resends is how long nothing was
	// captured before the retransmissions of each side.
	answers   [2]Answer
	resends   [2]int64
	endedBy   flow.Side
	talker    flow.Side // who sent that payload
	hasTalked bool
	_         uint32 // whole words, as in watched
}

// segment takes the time since the segment before one, and that one's labels.
func (w *waitNote) segment(from flow.Side, seg *wire.Segment, delta int64, labels label.Set) {
	if delta <= 0 {
		return
	}
	if delta > w.silence {
		w.silence, w.ended, w.endedBy, w.labels = delta, seg.Packet, from, labels
	}
	if labels.Has(label.Retransmission) {
		w.resends[from] += delta
	}
}

// talk tells the waits of payload, and of what leaves open what it answers.
func (a *Analyzer) talk(n *note, seg *wire.Segment) {
	fx, w := &a.facts, &n.waits
	if fx.AcksUnseen || fx.Cover.Gap > 0 {
		w.forget()
	}
	switch {
	case seg.Len == 0, a.lab.Set.Has(label.ZeroWindowProbe):
	case fx.SeqDelta >= 0: // after all that was captured, so that it is new
		w.talks(fx.From, seg)
	case a.cause != label.NoCause && a.cause != label.CauseSpurious:
		w.talksAgain(fx.From, seg)
	}
	if a.lab.Set.Has(label.ZeroWindow) && fx.From == w.talker {
		w.forget()
	}
}

// talks takes new payload.
func (w *waitNote) talks(from flow.Side, seg *wire.Segment) {
	if a, wait := &w.answers[from], seg.Time-w.talkAt; w.hasTalked && from != w.talker && (wait > a.Wait || wait == 0 && a.Packet == 0) {
		*a = Answer{wait, seg.Packet}
	}
	w.talker, w.talkAt, w.hasTalked = from, seg.Time, true
}

// talksAgain takes payload that had to be sent again: what was lost could not be answered.
func (w *waitNote) talksAgain(from flow.Side, seg *wire.Segment) {
	if w.hasTalked && from == w.talker {
		w.talkAt = seg.Time
	}
}

// forget leaves what the next payload answers open.
func (w *waitNote) forget() { w.hasTalked = false }

// limit removes what is longer than the connection lasted: a clock that was set forward
// and back makes such.
func (w *waitNote) limit(lasted int64) {
	if w.silence > lasted {
		w.silence, w.ended, w.endedBy, w.labels = 0, 0, 0, 0
	}
	for s := range w.answers {
		if w.answers[s].Wait > lasted {
			w.answers[s] = Answer{}
		}
	}
	if w.resends[1] > lasted-w.resends[0] { // their sum may not fit
		w.resends = [2]int64{}
	}
}

// record returns the longest silence.
func (w *waitNote) record(client flow.Side) Silence {
	return Silence{For: w.silence, Packet: w.ended, FromClient: w.ended != 0 && w.endedBy == client, Labels: w.labels}
}
