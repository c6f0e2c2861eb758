package analyze_test

import (
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// TestEnded: a connection counts as ended when it is over, not when it is handed
// over; an attempt that nobody answers when it is given up.
func TestEnded(t *testing.T) {
	const start = int64(1_700_000_000e9)
	a := analyze.New(analyze.Config{})
	n := uint64(0)
	send := func(client int, fromClient bool, at int64, flags wire.Flags, seq, ack uint32) {
		n++
		seg := wire.Segment{Tuple: simTuple(0), Packet: n, Time: start + at, Flags: flags, Seq: wire.Seq(seq), Ack: wire.Seq(ack), Window: 1000}
		seg.SrcPort += uint16(client)
		if !fromClient {
			seg.Tuple = seg.Tuple.Reverse()
		}
		a.Segment(&seg)
	}
	want := func(what string, ended uint64, live int) {
		t.Helper()
		if s := a.Stats(); s.Ended != ended || s.Live != live {
			t.Errorf("%s: %d ended, %d live; want %d, %d", what, s.Ended, s.Live, ended, live)
		}
	}
	send(1, true, 0, wire.SYN, 100, 0)
	send(1, false, 1, wire.SYN|wire.ACK, 500, 101)
	send(1, true, 2, wire.ACK, 101, 501)
	want("open", 0, 1)
	send(1, true, 3, wire.FIN|wire.ACK, 101, 501)
	send(1, false, 4, wire.FIN|wire.ACK, 501, 102)
	want("before the last ACK", 0, 1)
	send(1, true, 5, wire.ACK, 102, 502)
	want("closed", 1, 1)
	send(2, true, 6, wire.SYN, 100, 0)
	send(2, false, 7, wire.RST|wire.ACK, 0, 101)
	want("refused", 2, 2)
	send(3, true, 8, wire.SYN, 100, 0)
	want("unanswered", 2, 3)
	a.Advance(start + int64(5*time.Minute-time.Second))
	want("TIME-WAIT is over, not forgotten", 2, 2) // the refused one is forgotten
	a.Advance(start + int64(time.Hour))
	want("an hour later", 3, 0)
}
