package streams

import (
	"testing"

	"tcpwatch/analyze/stream"
)

// TestGapTexts: each reason for a gap has its words, and no packet is named where none is
// known.
func TestGapTexts(t *testing.T) {
	for _, c := range []struct {
		p    stream.Piece
		want string
	}{
		{stream.Piece{Reason: stream.NotCaptured, AckPacket: 7, FromClient: true}, "gap: 1,448 B of the client from 2,000 on never captured; the server acknowledged them (packet 7)"},
		{stream.Piece{Reason: stream.NotCaptured}, "gap: 1,448 B of the server from 2,000 on never captured; the client acknowledged them"},
		{stream.Piece{Reason: stream.Cut, Packet: 5}, "gap: 1,448 B of the server from 2,000 on cut off by the capture (packet 5)"},
		{stream.Piece{Reason: stream.Unknown}, "gap: 1,448 B of the server from 2,000 on neither captured nor acknowledged"},
		{stream.Piece{Reason: stream.BufferFull}, "gap: 1,448 B of the server from 2,000 on let go: the buffer was full before they came (--max-buffer)"},
		{stream.Piece{Reason: stream.TooManyGaps}, "gap: 1,448 B of the server from 2,000 on let go: too many gaps were open"},
		{stream.Piece{Reason: stream.ClosedEarly}, "gap: 1,448 B of the server from 2,000 on let go: the connection was given up to make room (--max-connections)"},
		{stream.Piece{Reason: stream.BadChecksum}, "gap: 1,448 B of the server from 2,000 on: all that was captured of them is in doubt: their checksum is wrong"},
	} {
		c.p.Kind, c.p.Offset, c.p.Len = stream.Gap, 2000, 1448
		if got := PieceText(&c.p); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestCounted(t *testing.T) {
	for n, want := range map[int64]string{0: "0 gaps", 1: "1 gap", 2000: "2,000 gaps"} {
		if got := counted(n, "gap"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
