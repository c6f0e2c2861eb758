package analyze

import (
	"testing"

	"tcpwatch/analyze/flow"
)

// TestCluesOfSides: the clues of the client are those of its side, whichever that is.
func TestCluesOfSides(t *testing.T) {
	var n clueNote
	ttl := [2]uint8{60, 50}
	n.end(0).ttl(ttl[0])
	n.end(1).ttl(ttl[1])
	for _, client := range []flow.Side{0, 1} {
		var c Clues
		n.record(&c, client)
		if c.Client.TTLMin != ttl[client] || c.Server.TTLMin != ttl[client.Other()] {
			t.Errorf("client is side %d: %+v", client, c)
		}
	}
}
