package flow

import (
	"testing"

	"tcpwatch/capture/wire"
)

// sighting is a segment of 50 octets, captured at an interface.
func sighting(face int32, seq wire.Seq) *wire.Segment {
	return &wire.Segment{Interface: face, Seq: seq, Len: 50, Flags: wire.ACK, TTL: 64}
}

// copiedTwice is an end whose segments are captured at interface 0, and copies of two of
// them at interface 1.
func copiedTwice() *Half {
	h := &Half{Has: Sent, Nxt: 1100}
	h.Passes(sighting(0, 1100))
	h.Nxt = 1150
	h.CopiedAt(sighting(1, 1050), &Mark{Packet: 1}, true)
	h.CopiedAt(sighting(1, 1100), &Mark{Packet: 2}, true)
	return h
}

// TestThirdPlace: a copy that was captured at neither of the two places says nothing of them.
func TestThirdPlace(t *testing.T) {
	h := copiedTwice()
	if !h.Places() {
		t.Fatal("no places")
	}
	was := h.places
	h.CopiedAt(sighting(2, 1100), &Mark{Packet: 2}, true)
	if h.places != was {
		t.Errorf("%+v, was %+v", h.places, was)
	}
}

// TestOlderCopy: a copy that was overtaken does not make new at its place what was
// captured there before.
func TestOlderCopy(t *testing.T) {
	h := copiedTwice()
	h.CopiedAt(sighting(1, 1050), &Mark{Packet: 1}, true)
	if h.newAt(sighting(1, 1100)) {
		t.Error("what was captured there before is new there")
	}
	if !h.newAt(sighting(1, 1150)) {
		t.Error("what comes next there is not new there")
	}
}
