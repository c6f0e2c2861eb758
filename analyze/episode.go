package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
)

// EpisodeKind says what held a sender back.
type EpisodeKind uint8

// The kinds of episode.
const (
	EpisodeNone EpisodeKind = iota
	EpisodeZero             // a window of 0 (RFC 9293 §3.8.6.1)
	EpisodeFull             // a window that it had used up
)

var episodeNames = [...]string{"", "zero window", "window full"}

func (k EpisodeKind) String() string { return episodeNames[k] }

// EpisodeEnd says how an episode ended.
type EpisodeEnd uint8

// How episodes end.
const (
	EpisodeUnfinished EpisodeEnd = iota // not while captured
	EpisodeReopened                     // the receiver gave room
	EpisodeClosed                       //  the receiver closed its window completely
	EpisodeReset                        // a RST
)

var episodeEndNames = [...]string{"not seen", "reopened", "closed", "reset"}

func (e EpisodeEnd) String() string { return episodeEndNames[e] }

// Episode is a time in which the window of the receiver held a sender back: the
// sender may have had nothing to send. It is lent for the duration of the call
// that hands it over.
type Episode struct {
	Connection uint64
	// FromClient is set when the client was the sender held back.
	FromClient  bool
	Kind        EpisodeKind
	End         EpisodeEnd
	First, Last uint64 // the packet that began it, and the one that ended it; Last 0: none
	Start, Stop int64  // nanoseconds since 1970; Stop is that of the connection's last packet where Last is 0
	Probes      uint32 // ZERO-WINDOW-PROBEs of the sender
	Answers     uint32 // segments of the receiver in it that gave no room
	// Window is the room in octets that ended it; 0 unless reopened.
	Window uint32
}

// windowNote is the current episode of a side, as the sender, and the sums of
// its past ones. Times in nanoseconds.
type windowNote struct {
	kind            EpisodeKind
	probes, answers uint32
	packet          uint64
	since           int64
	ack             wire.Seq // of the receiver, when the episode began
	window          uint32
	zero, full      int64
	count           uint32
}

// probed reports whether the sender has asked for room in an episode in which the window was shut, and has not reopened.
func (w *windowNote) probed() bool { return w.kind == EpisodeZero && w.probes > 0 }

// windowLabels are the labels of segments that an episode begins with or counts.
var windowLabels = label.Set(0).With(label.ZeroWindow).With(label.ZeroWindowProbe).With(label.WindowFull)

// episodes follows how each end's window holds the other end back. It runs
// after update, so that the halves have the segment's window.
func (a *Analyzer) episodes(f *flow.Flow, n *note, seg *wire.Segment) {
	fx := &a.facts
	if a.foreign || a.stray || a.lab.Set.Has(label.DuplicatePacket) {
		return
	}
	if n.windows[0].kind == EpisodeNone && n.windows[1].kind == EpisodeNone && a.lab.Set&windowLabels == 0 {
		return // as for most segments: no window holds a sender back
	}
	s := fx.From
	if seg.Flags.Has(wire.RST) {
		if fx.Acceptable {
			for side := range n.windows {
				a.endEpisode(f, n, flow.Side(side), seg, EpisodeReset, 0)
			}
		}
		return
	}
	mine := &n.windows[s]
	switch {
	case a.lab.Set.Has(label.ZeroWindowProbe):
		mine.probes++
	case a.lab.Set.Has(label.WindowFull) && mine.kind == EpisodeNone:
		*mine = windowNote{kind: EpisodeFull, packet: seg.Packet, since: seg.Time, ack: fx.Receiver.Ack,
			window: fx.Receiver.LastWindow(), zero: mine.zero, full: mine.full, count: mine.count + 1}
	}
	if !seg.Flags.Has(wire.ACK) || seg.Flags.Has(wire.SYN) || a.tellsOldWindow(seg) {
		return // an overtaken segment has an old window
	}
	a.windowTold(f, n, seg)
}

// windowTold notes the window of a segment for the end that it was sent to.
func (a *Analyzer) windowTold(f *flow.Flow, n *note, seg *wire.Segment) {
	held := a.facts.To
	w := &n.windows[held]
	room := a.facts.Sender.LastWindow()
	switch {
	case a.lab.Set.Has(label.ZeroWindow):
		if w.kind == EpisodeZero {
			w.answers++
			return
		}
		a.endEpisode(f, n, held, seg, EpisodeClosed, 0)
		*w = windowNote{kind: EpisodeZero, packet: seg.Packet, since: seg.Time, ack: seg.Ack,
			zero: w.zero, full: w.full, count: w.count + 1}
		if a.cfg.Moment != nil {
			m := a.momentOf(MomentZeroWindow, f, seg.Packet, seg.Time)
			m.By = sideOf(f, a.facts.From)
			a.tell(m)
		}
	case w.kind == EpisodeNone || room == 0:
	case w.kind == EpisodeZero, seg.Ack.Add(room).After(w.ack.Add(w.window)):
		a.endEpisode(f, n, held, seg, EpisodeReopened, room)
	default:
		w.answers++
	}
}

// endEpisode ends the episode of a side, if any. seg is the segment that ends
// it; nil: the capture ended or the connection was given up.
func (a *Analyzer) endEpisode(f *flow.Flow, n *note, s flow.Side, seg *wire.Segment, end EpisodeEnd, room uint32) {
	w := &n.windows[s]
	if w.kind == EpisodeNone {
		return
	}
	e := &a.episode
	*e = Episode{
		Connection: f.Number, FromClient: s == f.Client, Kind: w.kind, End: end, First: w.packet, Start: w.since,
		Stop: f.Last, Probes: w.probes, Answers: w.answers, Window: room,
	}
	if seg != nil {
		e.Last, e.Stop = seg.Packet, seg.Time
	}
	took := max(0, e.Stop-e.Start)
	if w.kind == EpisodeZero {
		w.zero += took
	} else {
		w.full += took
	}
	if a.cfg.Moment != nil && e.Kind == EpisodeZero && e.End == EpisodeReopened {
		m := a.momentOf(MomentWindowReopened, f, e.Last, e.Stop)
		m.By, m.First, m.Since, m.Count, m.Window = sideOf(f, f.Peer(s)), e.First, e.Start, uint64(e.Probes), room
		a.tell(m)
	}
	if end != EpisodeUnfinished { // else the record asks for it
		w.kind, w.probes, w.answers = EpisodeNone, 0, 0
	}
	if a.cfg.Episode != nil {
		a.cfg.Episode(e)
	}
}

// endEpisodes ends the episodes that still last when a connection is handed
// over.
func (a *Analyzer) endEpisodes(f *flow.Flow, n *note) {
	for s := range n.windows {
		a.endEpisode(f, n, flow.Side(s), nil, EpisodeUnfinished, 0)
	}
}
