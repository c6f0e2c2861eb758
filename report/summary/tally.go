package summary

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/listener"
	"tcpwatch/analyze/state"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/notable"
	"tcpwatch/report/record"
)

// tally counts connections for the summary. Its size does not depend on their
// number, except for the lists whose bounds are named beside them.
type tally struct {
	connections uint64
	evicted     uint64
	guessed     uint64
	start, end  int64 // of the first and last segment

	opened [analyze.OpeningOneWay + 1]uint64
	closed [analyze.ClosingReset + 1]uint64
	// synAgain and synAckAgain count complete openings in which a SYN, or a
	// SYN-ACK, was sent more than once.
	synAgain, synAckAgain uint64

	// renumbered counts segments with the numbers of a second ISN.
	renumbered uint64
	crossed    uint64 // SYNs that a SYN-ACK repeats because both ends sent one
	oneWay     uint64 // connections of which one direction was captured
	missing    uint64 // connections with octets that were never captured
	acksLater  uint64 // connections whose handshake's ACK was not captured
	onceOnly   uint64 // connections in which nothing answered a SYN or SYN-ACK, nor was it sent again
	bareOpened uint64 // connections whose handshake a segment with neither payload nor a FIN completed
	badAcks    uint64
	ignored    uint64 // RSTs that changed nothing
	client     analyze.Direction
	server     analyze.Direction
	labels     [label.MaxLabels]uint64
	// maybeOffload counts the wrong checksums in connections with checksum offload.
	maybeOffload uint64
	clientIn     [state.Count]stateCount
	serverIn     [state.Count]stateCount
	holds        holds
	notable      notable.List
	verdicts     verdictCounts
	taps         tapPlaces
	listeners    listener.Table
	halves       halves
	twins        twins
	halfClose    uint64 // normal closes in which the other end went on sending
}

// stateCount counts ends in a state, proved and inferred.
type stateCount struct{ proved, inferred uint64 }

func (c *stateCount) add(s state.State) {
	if s.IsInferred() {
		c.inferred++
	} else {
		c.proved++
	}
}

// add counts one connection and keeps only text of it.
func (t *tally) add(c *analyze.Connection, verdicts []verdict.Verdict) {
	if t.connections == 0 || c.Start < t.start {
		t.start = c.Start
	}
	if t.connections == 0 || c.End > t.end {
		t.end = c.End
	}
	t.connections++
	count(&t.evicted, c.Evicted)
	count(&t.guessed, c.RolesGuessed)
	count(&t.oneWay, inOneDirection(c))
	t.renumbered += uint64(c.Opening.Renumbered)
	count(&t.missing, c.FromClient.MissingBytes+c.FromServer.MissingBytes > 0)
	count(&t.acksLater, c.Opening.AckLater)
	count(&t.onceOnly, c.Opening.Outcome == analyze.OpeningUnanswered && c.Opening.SynCount == 1 || c.Opening.Outcome == analyze.OpeningHalfOpen && c.Opening.SynAckCount == 1)
	count(&t.bareOpened, c.Opening.Outcome == analyze.OpeningComplete && c.Opening.AckData == 0 && !record.OpenedByFIN(c))
	count(&t.halfClose, c.Closing.Outcome == analyze.ClosingNormal && c.Closing.HalfClosedOctets > 0)
	t.opened[min(int(c.Opening.Outcome), len(t.opened)-1)]++
	t.closed[min(int(c.Closing.Outcome), len(t.closed)-1)]++
	if c.Opening.Outcome == analyze.OpeningComplete {
		count(&t.synAgain, record.SynResent(c))
		count(&t.synAckAgain, record.SynAckResent(c))
	}
	if unclear := c.FromClient.Causes[label.CauseUnknown] + c.FromServer.Causes[label.CauseUnknown]; unclear > 0 {
		t.crossed += min(record.Crossed(c), uint64(unclear))
	}
	t.badAcks += uint64(c.Opening.BadAcks)
	t.ignored += uint64(c.Closing.RstIgnored)
	addDirection(&t.client, &c.FromClient)
	addDirection(&t.server, &c.FromServer)
	if c.Labels[label.ChecksumOffload] > 0 {
		t.maybeOffload += uint64(c.Labels[label.BadChecksum])
	}
	for i, n := range c.Labels[:label.Count] {
		t.labels[i] += uint64(n)
	}
	t.clientIn[min(c.ClientState.Base(), state.Count-1)].add(c.ClientState)
	if !c.Self() { // else it is the same socket
		t.serverIn[min(c.ServerState.Base(), state.Count-1)].add(c.ServerState)
	}
	t.holds.add(c)
	t.notable.Add(c, verdicts)
	t.verdicts.add(verdicts)
	if !record.CapturedTwice(&c.FromClient, &c.FromServer) && !record.OpenedByFIN(c) {
		t.taps.add(c)
	}
	t.listeners.Add(c, verdicts)
	t.halves.add(c)
	t.twins.add(c)
}

// inOneDirection reports whether only one direction of a connection was captured; a
// single segment from the middle, captured once or more often, does not show that.
func inOneDirection(c *analyze.Connection) bool {
	client, server := c.FromClient.Packets, c.FromServer.Packets
	return c.Opening.Outcome == analyze.OpeningOneWay ||
		c.Opening.Outcome == analyze.OpeningMidstream && !c.Self() && client+server-c.FromClient.DuplicatePackets-c.FromServer.DuplicatePackets > 1 && (client == 0 || server == 0)
}

func count(n *uint64, yes bool) {
	if yes {
		*n++
	}
}

// addDirection adds counts; round trips are left out.
func addDirection(sum, d *analyze.Direction) {
	sum.Packets += d.Packets
	sum.PayloadOctets += d.PayloadOctets
	sum.UniqueOctets += d.UniqueOctets
	sum.Retransmissions += d.Retransmissions
	sum.RetransmittedBytes += d.RetransmittedBytes
	sum.OutOfOrder += d.OutOfOrder
	sum.DuplicatePackets += d.DuplicatePackets
	sum.DuplicateAcks += d.DuplicateAcks
	sum.ZeroWindows += d.ZeroWindows
	sum.KeepAlives += d.KeepAlives
	sum.MissingBytes += d.MissingBytes
	sum.UnseenBytes += d.UnseenBytes
	sum.MostInFlight = max(sum.MostInFlight, d.MostInFlight)
	sum.Spurious += d.Spurious
	sum.LostBetween += d.LostBetween
	sum.Inferred += d.Inferred
	sum.WindowEpisodes += d.WindowEpisodes
	sum.ZeroWindowTime += d.ZeroWindowTime
	sum.WindowFullTime += d.WindowFullTime
	sum.ResendWait += d.ResendWait
	sum.AckWait.Times += d.AckWait.Times
	sum.AckWait.For += d.AckWait.For
	sum.Unacknowledged += d.Unacknowledged
	sum.Timeouts = max(sum.Timeouts, d.Timeouts)
	if sum.SlowestAnswer.Packet == 0 || d.SlowestAnswer.Wait > sum.SlowestAnswer.Wait {
		sum.SlowestAnswer = d.SlowestAnswer
	}
	for i, n := range d.Causes {
		sum.Causes[i] += n
	}
}

// floods returns the listeners under a SYN flood.
func (t *tally) floods() []*listener.Listener {
	var list []*listener.Listener
	for _, l := range t.listeners.List(t.end) {
		if l.Flood() {
			list = append(list, l)
		}
	}
	return list
}
