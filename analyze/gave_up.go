package analyze

import (
	"tcpwatch/analyze/flow"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
)

// An end that awaits an acknowledgement sends again what it awaits it for, after twice the time each
// time (RFC 9293 §3.8.1, RFC 6298 §5.5), until one comes or it gives up: it then closes the connection
// (RFC 9293 §3.8.3, §3.10.8, user timeout), and need not say so. Likewise with probes that nothing
// answers (§3.8.4, §3.8.6.1). When it gives up is for programs to say (§3.8.3, R2), which may also
// close it at once (§3.10.4, SYN-SENT); so its state is in doubt as soon as it has been silent for
// longer than it would be if it were alive. No segment shows that, so it is told of the connection's end alone.

const (
	// firstTimer is the longest, in nanoseconds, that an end waits before it sends something again for
	// the first time, where no round trip is longer (RFC 1122 §4.2.3.1, RFC 6298 §5.7; 1 s by §2.1).
	firstTimer = int64(3e9)
	// slowTimer is the longest, in nanoseconds, that a timer runs for what was sent for the first time: RFC 6298
	// §2.5 lets a host bound it at 60 s or more, and Linux has 120 s. However long the connection was silent before
	// that, its timers were not as long. A heuristic.
	slowTimer = int64(120e9)
	// overdue is by how much a pause is longer than the one before it where none was due so late: twice
	// as long by backing off, and half as long again by timers that run late and delays on the way (a heuristic).
	overdue = 3
	// longestTimer is the longest, in nanoseconds, that an end waits before it tries again, however often it has
	// (RFC 1122 §4.2.3.1: 2MSL).
	longestTimer = int64(240e9)
)

// mayHaveGivenUp reports whether end h of f, which waits for the other end o, has been silent until
// a time for so long that it hardly waits any more. The last pause between two of its tries was none
// longer than all that passed since it last sent something new, and, unless o sent something in between, than the
// longest in the connection; if that is the last that it sent, its timer is no longer than slowTimer. How far apart
// probes are is for programs to say.
func mayHaveGivenUp(f *flow.Flow, n *note, h, o *flow.Half, until int64) bool {
	least := firstTimer
	switch b := h.State.Base(); {
	case b == state.SynSent, awaitsACK(b):
	case b == state.Established, b == state.CloseWait:
		switch {
		case h.InFlight(o, h.Nxt) > 0, h.Probed.Unanswered():
		case h.Probed.ZeroWindow(), n.windows[f.SideOf(h)].probed():
			// An end keeps asking as long as the window is shut, whether or not its probes are answered (RFC 9293
			// §3.8.6.1). One probe alone does not show how long it waits for the next: it looks like a keep-alive, whose
			// pauses do not grow from the first. Nor do several that are answered: what else was sent in between hides
			// how far apart they were. So it is overdue once the longest timer and half of it have passed.
			least = longestTimer * 3 / 2 / overdue
		default:
			return false
		}
	default:
		return false
	}
	pause := n.waits.silence
	switch again := h.LastTime - h.FreshTime; {
	case again > 0 && h.Is(flow.TriesCut):
		pause = min(longestTimer, again) // what o sent cut its silence short, not its timer
	case again > 0:
		pause = min(pause, again)
	case h.Probed == flow.NotProbed:
		pause = min(pause, slowTimer)
	}
	return elapsed(until, h.LastTime)/overdue > max(least, pause)
}

// mayHaveGotFIN reports whether a FIN of the other end o has reached end h of f for all that is known: until a
// time no answer has come, which is due within label.MostDelay. The FIN may be lost behind the tap, or the answer before
// it. What h sends later than that, and does not acknowledge the FIN, shows that it has not come so far.
func (a *Analyzer) mayHaveGotFIN(f *flow.Flow, n *note, h, o *flow.Half, until int64) bool {
	if o.Has&(flow.SentFIN|flow.FINProved) != flow.SentFIN || !h.State.Synchronized() {
		return false
	}
	due, sent := wayBack(f, n, h)+label.MostDelay, n.finAt[f.SideOf(o)]
	if elapsed(h.LastTime, sent) > due {
		if n.fins[f.SideOf(o)] < 2 {
			return false // not since then
		}
		if sent = a.table.LastWith(o, o.FinEnd-1); sent == 0 {
			sent = o.LastTime // no later, if it is no longer remembered
		}
		if elapsed(h.LastTime, sent) > due {
			return false
		}
	}
	return elapsed(until, sent) > due
}

// mayHaveGotSYN reports whether a SYN of the other end o, or a SYN-ACK for the SYN of h, has reached end h of f, in SYN-SENT, for all
// that is known: until a time no answer has come, which is due at once (RFC 9293 §3.10.7.3, fourth), and within label.MostDelay where
// it is delayed like other acknowledgements. What h sends later than that, as its SYN again, shows that it has not come so far.
func mayHaveGotSYN(f *flow.Flow, n *note, h, o *flow.Half, until int64) bool {
	answers := o.Is(flow.SentBareSYN) || n.synAnswered[f.SideOf(h)]
	if h == o || h.State.Base() != state.SynSent || h.HasOldSYN || o.Has&(flow.SentSYN|flow.SYNProved) != flow.SentSYN || !answers {
		return false
	}
	due := wayBack(f, n, h) + label.MostDelay
	return elapsed(h.LastTime, o.SYNAt) <= due && elapsed(until, o.SYNAt) > due
}

// finWaits is how long, in nanoseconds, an end waits in FIN-WAIT-2 for a FIN whose program has no use for the connection any
// more: 60 s in Linux (tcp_fin_timeout) and FreeBSD (finwait2_timeout). The RFC lets it wait for ever, and one that only
// half-closed does (RFC 9293 §3.6); which of both it is no segment shows. A heuristic.
const finWaits = int64(60e9)

// mayHaveForgotten reports whether end h, which waits for nothing but a FIN, has been silent until a time for so long that it may
// have forgotten the connection, of which it need not tell.
func mayHaveForgotten(h *flow.Half, until int64) bool {
	return h.State.Base() == state.FinWait2 && elapsed(until, h.LastTime) > finWaits
}

// StateDoubt is why the record marks a state that the last segment left unmarked (COLUMNS.md:
// client_state_doubt).
type StateDoubt uint8

// The doubts.
const (
	NoStateDoubt    StateDoubt = iota
	NextTryOverdue             // the end should have sent something again, unless it gave up
	FINUnanswered              // the end has not answered a FIN, which it may have got
	FINOverdue                 // the end, in FIN-WAIT-2, has been silent for longer than many wait for a FIN
	SYNUnanswered              // the end, in SYN-SENT, has not answered a SYN or SYN-ACK, which it may have got
	StateDoubtCount            // how many there are; not a doubt
)

var stateDoubtNames = [StateDoubtCount]string{"", "next try overdue", "FIN unanswered", "FIN overdue", "SYN unanswered"}

func (d StateDoubt) String() string { return stateDoubtNames[d] }

// doubtsSilent marks, in the record of f, the states of ends that may have given up, or got a FIN or SYN.
func (a *Analyzer) doubtsSilent(f *flow.Flow, n *note, end Ending) {
	x, y := &f.Half[f.Client], &f.Half[f.Peer(f.Client)]
	if x.Has&y.Has&flow.FINProved != 0 && ended(x) && ended(y) || over(x) && over(y) {
		return // as most: what is closed, or in TIME-WAIT with both FINs proved, waits for nothing
	}
	c, until := &a.conn, a.silentUntil(f, n, end)
	c.ClientState, c.ClientDoubt = a.doubtSilent(f, n, x, y, c.ClientState, until)
	c.ServerState, c.ServerDoubt = a.doubtSilent(f, n, y, x, c.ServerState, until)
}

// doubtSilent returns the state s of end h, marked if silence until a time makes it doubtful, and why.
func (a *Analyzer) doubtSilent(f *flow.Flow, n *note, h, o *flow.Half, s state.State, until int64) (state.State, StateDoubt) {
	switch {
	case s.IsInferred():
	case mayHaveGivenUp(f, n, h, o, until):
		return s.Infer(), NextTryOverdue
	case a.mayHaveGotFIN(f, n, h, o, until):
		return s.Infer(), FINUnanswered
	case mayHaveForgotten(h, until):
		return s.Infer(), FINOverdue
	case mayHaveGotSYN(f, n, h, o, until):
		return s.Infer(), SYNUnanswered
	}
	return s, NoStateDoubt
}

// silentUntil returns until when at least nothing was captured of f, whose record is handed over, in the time
// of its own packets, which the clock was ahead of if it had gone back. After a timer that ran out, no longer than
// until then: how much later the clock is depends on how shards work apart.
func (a *Analyzer) silentUntil(f *flow.Flow, n *note, end Ending) int64 {
	class, until := a.table.Class(f.Ref), a.clock
	since, _ := a.table.Touched(f.Ref)
	if end == EndQuiet {
		for _, t := range a.timers() {
			if t.class == class {
				until = min(until, since+t.timeout)
			}
		}
	}
	if finished(class) {
		since = f.Last + n.tw.ahead // since is of TIME-WAIT, or of a later use of the tuple
	}
	return f.Last + elapsed(until, max(since, f.Last))
}
