package arithmetic

import (
	"fmt"
	"slices"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// asksECN are the flags of a SYN that requests ECN (RFC 3168 §6.1.1).
const asksECN = wire.ECE | wire.CWR

// lessThan says what a repeated SYN leaves out: hosts do so because something on the way
// may drop SYNs with it (RFC 3168 §6.1.1.1, RFC 7413 §4.2.2).
func lessThan(e *Numbers, st *analyze.Step) string {
	switch {
	case e.synECN && !st.Flags.Any(asksECN):
		return ", without ECN"
	case e.synLen > 0 && st.Len == 0:
		return ", without payload"
	}
	return ""
}

// Check says how the segment's numbers fit those before it.
func (a *Sums) Check(st *analyze.Step) (string, prose.Tone) {
	own, peer := a.End(st.FromClient), a.peer(st)
	acks := st.Flags.Any(wire.ACK)
	switch {
	case st.Flags.Any(wire.RST):
		return a.checkRST(st, own, peer)
	case st.Flags.Any(wire.SYN) && !acks:
		if own.SynSeen && own.syn != st.Seq {
			return "another ISN of the " + prose.Side(st.FromClient), prose.Doubt
		}
		if own.SynSeen {
			return "the same ISN" + lessThan(own, st), prose.Plain
		}
		return "ISN of the " + prose.Side(st.FromClient), prose.Plain
	case st.Flags.Any(wire.SYN) && !peer.SynSeen:
		return "answers a SYN that was not captured", prose.Doubt
	case st.Flags.Any(wire.FIN):
		return a.checkFIN(st, own, peer)
	case st.Flags.Any(wire.SYN), st.Phase == label.HandshakeAck:
		if !peer.SynSeen {
			return "", prose.Plain
		}
		if slices.Contains(peer.others, st.Ack-1) { // several machines may have answered
			return a.sum(st.Ack, peer, st.Ack-1, 0)
		}
		if d := st.Ack.Diff(peer.syn); !st.Flags.Any(wire.SYN) && d > 1 {
			return fmt.Sprintf("ack = %s + 1 + %s ✓ (and what followed)", a.Number(peer, peer.syn), a.Count(uint32(d-1))), prose.Good
		}
		return a.sum(st.Ack, peer, peer.syn, peer.synLen)
	case st.Phase == label.AckOfFin && peer.finSeen:
		return a.sum(st.Ack, peer, peer.fin, 0)
	}
	return "", prose.Plain
}

// sum compares an acknowledgement with the number it should answer, plus one
// for the SYN or FIN, plus the payload of the SYN if it covers that.
func (a *Sums) sum(ack wire.Seq, peer *Numbers, answered wire.Seq, data uint32) (string, prose.Tone) {
	base := a.Number(peer, answered)
	switch d := ack.Diff(answered); {
	case d == 1 && data > 0:
		return "ack = " + base + " + 1 ✓ (not the data)", prose.Good
	case d == 1:
		return "ack = " + base + " + 1 ✓", prose.Good
	case data > 0 && d == int32(data)+1:
		return fmt.Sprintf("ack = %s + 1 + %s ✓ (covers the data)", base, a.Count(data)), prose.Good
	default:
		return fmt.Sprintf("ack ≠ %s + 1 ✗ (off by %d)", base, d-1), prose.Bad
	}
}

func (a *Sums) checkFIN(st *analyze.Step, own, peer *Numbers) (string, prose.Tone) {
	var parts []string
	tone := prose.Plain
	if own.Base.ISN && !own.far {
		n := uint32(st.Seq.Add(st.Len)-own.Base.Number) - 1
		switch {
		case n == 0 || n == 1<<32-1:
			parts = append(parts, "the "+prose.Side(st.FromClient)+" sent no data")
		case uint64(n) > own.sent+1<<31: // as a forged one may; its receiver drops it (RFC 9293 §3.10.7.4)
			return "before the ISN of the " + prose.Side(st.FromClient) + ": changes nothing", prose.Doubt
		default:
			parts = append(parts, "ends the "+prose.Side(st.FromClient)+"'s "+prose.Octets(uint64(n)))
		}
	}
	if peer.finSeen && !peer.finAcked && st.Flags.Any(wire.ACK) && st.Ack.After(peer.fin) {
		text, good := a.sum(st.Ack, peer, peer.fin, 0)
		parts, tone = append(parts, text), good
	}
	return strings.Join(parts, "; "), tone
}

// checkRST says what the RST did. The step says what its number allows, the record
// whether the connection went on nevertheless.
func (a *Sums) checkRST(st *analyze.Step, own, peer *Numbers) (string, prose.Tone) {
	sender, receiver := st.ServerState, st.ClientState
	if st.FromClient {
		sender, receiver = receiver, sender
	}
	switch {
	case a.conn != nil && record.OwnRST(a.conn) == st.Packet:
		return "gives up what nothing answers", prose.Doubt
	case !st.Acceptable:
		return "not acceptable (RFC 5961 §3.2) or damaged: changes nothing", prose.Doubt
	case a.ignored(st) && sender.Base() == state.SynSent: // whoever resets what it opened leaves SYN-SENT
		return "refuses an ack that is not for its SYN (RFC 9293 §3.10.7.3)", prose.Doubt
	case a.ignored(st):
		return "acceptable by its number, but the connection went on", prose.Doubt
	case st.Flags.Any(wire.ACK) && peer.SynSeen && !own.SynSeen && !a.Relative && st.Ack.Diff(peer.syn) == 1:
		return "ack = " + a.Number(peer, peer.syn) + " + 1 ✓: answers the SYN", prose.Bad
	case a.Over:
		return "the connection had ended already", prose.Plain
	case a.conn != nil && a.conn.Closing.RstAfter == analyze.RstTimeWait:
		if a.conn.TimeWait.Holders == a.conn.Closing.RstBy {
			return "its sender has left TIME-WAIT", prose.Bad
		}
		return "ends TIME-WAIT, where it is taken there (RFC 1337)", prose.Bad
	case receiver == state.Closed|state.Inferred:
		return "acceptable: ends the connection if it is taken", prose.Bad
	}
	return "acceptable: ends the connection", prose.Bad
}
