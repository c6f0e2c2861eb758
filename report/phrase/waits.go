package phrase

import (
	"tcpwatch/analyze"
	"tcpwatch/report/prose"
)

// WaitLeast is the shortest wait that is mentioned, in nanoseconds. A heuristic: the
// common stacks wait 200 ms and more before a retransmission, and people hardly notice
// less than this.
const WaitLeast = int64(100e6)

// SlowAnswer says how slow the server's slowest answer was. Whether it was an answer is not
// known: the server may have had nothing to send until then.
func SlowAnswer(c *analyze.Connection) string {
	a := &c.FromServer.SlowestAnswer
	return "the server's next payload came up to " + prose.Duration(a.Wait) + " after the client's" + Packets([]uint64{a.Packet})
}

// AckWait says how long payload of an end, own, waited for acknowledgements of the other, peer.
func AckWait(w *analyze.AckWait, own, peer string) string {
	if w.Times == 1 {
		return own + "'s payload waited " + prose.Duration(w.For) + " for a delayed acknowledgement of " + peer
	}
	return own + "'s payload waited " + prose.Times(uint64(w.Times)) + ", " + prose.Duration(w.For) + " in all, for delayed acknowledgements of " + peer
}

// afterSilence says how long nothing had been captured when a RST came, if that was
// the longest silence: middleboxes remove idle connections this way.
func afterSilence(c *analyze.Connection) string {
	if s := &c.Silence; s.Packet != 0 && s.Packet == c.Closing.RstPacket && s.For >= WaitLeast {
		return " after " + prose.Duration(s.For) + " of silence"
	}
	return ""
}
