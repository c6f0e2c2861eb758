package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// TestBases wants the bases of a record to be what the relative numbers of the
// last numbers of each end were counted from, its own or those that the other
// end acknowledged, in every script.
func TestBases(t *testing.T) {
	type key struct {
		connection uint64
		fromClient bool
	}
	checked := 0
	for _, name := range scripts(t) {
		s := readScript(t, name)
		last := map[key]wire.Seq{} // the base that the end's last segment tells
		a := analyze.New(analyze.Config{
			Packet: func(o *analyze.Observation) {
				if o.Renumbered {
					return // counts from another ISN
				}
				last[key{o.Connection, o.FromClient}] = o.Segment.Seq - wire.Seq(uint32(o.Seq))
				if o.AckValid {
					last[key{o.Connection, !o.FromClient}] = o.Segment.Ack - wire.Seq(uint32(o.Ack))
				}
			},
			Connection: func(c *analyze.Connection) {
				for _, end := range []struct {
					base *analyze.Base
					key  key
				}{{&c.ClientBase, key{c.Number, true}}, {&c.ServerBase, key{c.Number, false}}} {
					want, sent := last[end.key]
					if sent && (!end.base.Known || end.base.Number != want) {
						t.Errorf("%s: connection %d, from client %t: base %+v, the last number was counted from %d",
							name, c.Number, end.key.fromClient, *end.base, want)
					}
					checked++
				}
			},
		})
		s.Feed(a)
		a.Flush()
	}
	if checked == 0 {
		t.Error("no end was looked at")
	}
}
