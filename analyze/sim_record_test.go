package analyze_test

import (
	"fmt"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// TestSimRecords: when every segment was captured and delivered, the record
// tells the opening, the close, who closed first and who held TIME-WAIT as the
// ends had it.
func TestSimRecords(t *testing.T) {
	simRuns(t, simWhole, func(f *simFaults, n *simNet, told []simTold, records []*analyze.Connection) {
		if len(records) != 1 {
			f.add("records", n, told, fmt.Sprintf("%d records", len(records)))
			return
		}
		c := records[0]
		client := 0
		if c.Client.Port() != 40000 {
			client = 1
		}
		x, y := n.end[client], n.end[1-client]
		if got, want := c.TimeWait.Holders, simSides(x.timeWait, y.timeWait); got != want {
			f.add("holders", n, told, fmt.Sprintf("%v hold TIME-WAIT, in truth %v", got, want))
		}
		early := x.leftIn == state.SynReceived || y.leftIn == state.SynReceived ||
			n.plan.simultaneous && n.plan.jitter > 2*simDelay // its own SYN-ACK may pass after the ACK
		if got, want := c.Opening.Outcome, simOpening(x, y); got != want && !early {
			// An end that leaves in SYN-RECEIVED crosses what completes the handshake.
			f.add("opening", n, told, fmt.Sprintf("opening %v, in truth %v", got, want))
		}
		outcome, closer := simClosing(x, y)
		if c.Closing.Outcome != outcome || c.Closing.ActiveCloser != closer {
			f.add("closing", n, told, fmt.Sprintf("closing %v by %v, in truth %v by %v",
				c.Closing.Outcome, c.Closing.ActiveCloser, outcome, closer))
		}
		for i, d := range []analyze.Direction{c.FromClient, c.FromServer} {
			e := n.end[client^i]
			sent := uint64(0)
			if e.final().facts&didOpen != 0 {
				sent = uint64(e.nxt - e.iss - 1)
			}
			if e.finSent {
				sent--
			}
			if d.UniqueOctets != sent || d.MissingBytes != 0 {
				f.add("octets", n, told, fmt.Sprintf("%d unique, %d missing octets from %c, in truth %d sent",
					d.UniqueOctets, d.MissingBytes, 'A'+rune(e.side), sent))
			}
		}
	})
}

func simSides(client, server bool) analyze.Side {
	s := analyze.NoSide
	if client {
		s |= analyze.ClientSide
	}
	if server {
		s |= analyze.ServerSide
	}
	return s
}

// simOpening names the opening by what the ends went through.
func simOpening(client, server *simEnd) analyze.OpeningOutcome {
	both := client.final().facts & server.final().facts
	switch {
	case server.net.plan.simultaneous && !server.passive && server.final().facts&didOpen != 0 && both&synAcked != 0:
		return analyze.OpeningSimultaneous
	case both&synAcked != 0:
		return analyze.OpeningComplete
	case server.net.plan.refuse:
		return analyze.OpeningRefused
	case client.trouble || server.trouble:
		return analyze.OpeningReset
	case server.final().facts&didOpen != 0:
		return analyze.OpeningHalfOpen
	}
	return analyze.OpeningUnanswered
}

// simClosing names the close by what the ends went through.
func simClosing(client, server *simEnd) (analyze.ClosingOutcome, analyze.Side) {
	outcome, closer := analyze.ClosingOpen, analyze.NoSide
	switch {
	case client.finSent && server.finSent && client.finFirst && server.finFirst:
		outcome, closer = analyze.ClosingSimultaneous, analyze.BothSides
	case client.finSent && server.finSent:
		outcome, closer = analyze.ClosingNormal, simSides(client.finFirst, server.finFirst)
	case client.finSent || server.finSent:
		outcome, closer = analyze.ClosingHalfClosed, simSides(client.finSent, server.finSent)
	}
	// A RST after both FINs were acknowledged closes nothing any more.
	if (client.trouble || server.trouble) &&
		client.final().facts&server.final().facts&(didClose|gotFIN) != didClose|gotFIN {
		outcome = analyze.ClosingReset
	}
	return outcome, closer
}

// TestSimSequence holds the labels of the group sequence to what the sender
// did, on paths that lose but keep the order, where IP identifications tell
// transmissions apart: a copy, octets sent again (unless nothing of the first
// sending passed the tap, nor anything after it), or neither.
func TestSimSequence(t *testing.T) {
	for _, kind := range []simKind{simWhole, simLossy} {
		simRuns(t, kind, func(f *simFaults, n *simNet, told []simTold, _ []*analyze.Connection) {
			if !n.plan.ids || n.plan.jitter > 0 {
				return
			}
			guesses := 0
			defer func() { // hidden retransmissions are inferred, from loss before the tap
				if guesses > 2 || guesses > 0 && n.plan.lossBefore == 0 {
					f.add("guesses", n, told, fmt.Sprintf("%d wrong guesses", guesses))
				}
			}()
			for k, c := range n.tapped {
				if c.seg.SeqLen() == 0 || c.seg.Flags.Has(wire.RST) {
					continue
				}
				got := simSequenceLabel(told[k].labels)
				want, sure := n.sequence(c)
				if want == label.MissingSegment && told[k].guessed {
					guesses++
					continue
				}
				if sure && got != want && got != label.KeepAlive {
					f.add(fmt.Sprintf("kind %d: %v, in truth %v", kind, got, want), n, told, fmt.Sprint("packet ", k+1))
					return
				}
			}
		})
	}
}

// simSequenceLabel returns the label that says what became of the octets, or
// MISSING-SEGMENT for none: sent for the first time.
func simSequenceLabel(ids []label.ID) label.ID {
	for _, id := range ids {
		switch id {
		case label.Retransmission, label.OutOfOrder, label.DuplicatePacket, label.KeepAlive:
			return id
		}
	}
	return label.MissingSegment
}

// sequence returns the label that c deserves, and whether the tap could tell.
func (n *simNet) sequence(c *simCopy) (want label.ID, sure bool) {
	again, seen, beyond := false, false, false
	for _, b := range n.copies {
		if b.from != c.from || b == c || b.seg.Flags.Has(wire.RST) {
			continue
		}
		before := b.captured >= 0 && b.captured < c.captured
		overlaps := b.seg.Seq.Before(c.seg.End()) && c.seg.Seq.Before(b.seg.End())
		switch {
		case b.sending == c.sending && before:
			return label.DuplicatePacket, true
		case b.sending < c.sending && overlaps:
			again = true
		}
		seen = seen || before && overlaps
		beyond = beyond || before && !b.seg.End().Before(c.seg.End())
	}
	if again {
		return label.Retransmission, seen || beyond && !c.seg.Flags.Has(wire.SYN)
	}
	return label.MissingSegment, true
}

// TestPassedThrough: where nothing is lost, copied or overtaken, every state
// given to an end is one that it passes through, in figure 13, too. What an end
// passes in one step (figure 5, note 2) counts.
func TestPassedThrough(t *testing.T) {
	simRuns(t, simWhole, func(f *simFaults, n *simNet, told []simTold, _ []*analyze.Connection) {
		if n.plan.jitter > 0 || n.plan.dup > 0 {
			return
		}
		for k := range told {
			for i, e := range n.end {
				s := told[k].st[i]
				if s.IsInferred() || e.leftIn == state.SynReceived || e.passed(s) {
					continue
				}
				f.add(fmt.Sprintf("%v on the way to %v", s, e.final().st), n, told, fmt.Sprintf("packet %d, end %c", k+1, 'A'+rune(i)))
				return
			}
		}
	})
}

func (e *simEnd) passed(s state.State) bool {
	before := state.Unknown
	for _, m := range e.moves {
		if m.st == s || s == state.SynReceived && before == state.SynSent && m.st == state.Established ||
			s == state.Closing && before == state.FinWait1 && m.st == state.TimeWait {
			return true
		}
		before = m.st
	}
	return false
}
