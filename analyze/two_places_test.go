package analyze_test

import (
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/script"
)

// TestTwoPlaces: a SYN-ACK without an identification that was captured at both ends
// of a long way is no more sent again than the SYN is; by what tells.
func TestTwoPlaces(t *testing.T) {
	const (
		stamps = "<mss 1460,TS val 100 ecr 0>"
		answer = "<mss 1460,TS val 7 ecr 100>"
		later  = "<mss 1460,TS val 307 ecr 100>"
		copied = label.DuplicatePacket
		again  = label.Retransmission
	)
	// The SYN at the client and at the server, its answer at the server and at the client.
	way := func(syn, synAgain, answer, answerAgain string) string {
		return "0 A>B S 0 " + syn + "\n+.3 A>B S 0 " + synAgain + "\n+.001 B>A S. 0 ack 1 " + answer + "\n+.3 B>A S. 0 ack 1 " + answerAgain + "\n"
	}
	for _, c := range []struct {
		name, script string
		faces        [4]int32
		want         [4]label.ID // of the second and the fourth
		inferred     bool        // the fourth
	}{
		{"timestamp, one interface", way("id 5 "+stamps, "id 5 "+stamps, answer, answer), [4]int32{}, [4]label.ID{1: copied, 3: copied}, false},
		{"timestamp, two interfaces, no identification", way(stamps, stamps, answer, answer), [4]int32{0, 1, 1, 0}, [4]label.ID{1: copied, 3: copied}, false},
		{"timestamp, and a SYN that came once", "0 A>B S 0 " + stamps + "\n+.001 B>A S. 0 ack 1 " + answer + "\n+.4 B>A S. 0 ack 1 " + answer + "\n+.001 A>B . 1 ack 1 <TS val 500 ecr 7>\n", [4]int32{}, [4]label.ID{2: again}, false},
		{"another timestamp", way("id 5 "+stamps, "id 5 "+stamps, answer, later), [4]int32{0, 1, 1, 0}, [4]label.ID{1: copied, 3: again}, false},
		{"the SYN sent again with its timestamp", way(stamps, stamps, answer, later), [4]int32{}, [4]label.ID{1: again, 3: again}, false},
		{"two interfaces", way("id 5", "id 5", "", ""), [4]int32{0, 1, 1, 0}, [4]label.ID{1: copied, 3: copied}, false},
		{"another TTL", way("id 5", "id 5 ttl 60", "", "ttl 60"), [4]int32{}, [4]label.ID{1: copied, 3: copied}, false},
		{"nothing", way("id 5", "id 5", "", ""), [4]int32{}, [4]label.ID{1: copied, 3: again}, false},
		{"sent again at the same interface", way("id 5", "id 5", "", ""), [4]int32{0, 1, 1, 1}, [4]label.ID{1: copied, 3: again}, false},
		{"two interfaces, and a SYN that was sent once", way("id 5", "id 6", "", ""), [4]int32{0, 0, 0, 1}, [4]label.ID{1: again, 3: again}, true},
		{"two interfaces, and another identification", way("id 5", "id 5", "id 7", "id 8"), [4]int32{0, 1, 1, 0}, [4]label.ID{1: copied, 3: again}, false},
		{"two interfaces, and nothing that tells of the SYN", way("", "", "", ""), [4]int32{0, 1, 1, 0}, [4]label.ID{1: again, 3: again}, true},
		{"a second later", "0 A>B S 0 " + stamps + "\n+.001 A>B S 0 " + stamps + "\n+.001 B>A S. 0 ack 1 " + answer + "\n+1 B>A S. 0 ack 1 " + answer + "\n",
			[4]int32{}, [4]label.ID{1: copied, 3: again}, false},
		{"at once, in answer to a SYN", "0 A>B S 0 id 5 " + stamps + "\n+1 B>A S. 0 ack 1 " + answer + "\n+.0001 A>B S 0 id 6 <mss 1460,TS val 1100 ecr 0>\n+.0002 B>A S. 0 ack 1 " + answer + "\n",
			[4]int32{}, [4]label.ID{2: again, 3: again}, false},
	} {
		s, err := script.Parse(c.script)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		a := analyze.New(analyze.Config{Packet: func(o *analyze.Observation) {
			if got := o.Labels & label.Set(0).With(copied).With(again); got != 0 != (c.want[i] != 0) || got != 0 && !got.Has(c.want[i]) {
				t.Errorf("%s: packet %d has %b, want %v", c.name, i+1, got, c.want[i])
			}
			if i == 3 && o.Evidence.Inferred(again) != c.inferred {
				t.Errorf("%s: inferred %t", c.name, !c.inferred)
			}
			i++
		}})
		for k := range s.Events {
			seg := s.Events[k].Segment
			seg.Interface = c.faces[k]
			a.Segment(&seg)
		}
	}
}
