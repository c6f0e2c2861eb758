package wireshark_test

import (
	"testing"
	"time"

	"tcpwatch/analyze/script"
	"tcpwatch/analyze/wireshark"
)

// TestValues pins what goes with the names; tshark said the same of this script.
func TestValues(t *testing.T) {
	const text = `
0      A>B S  0
+.010  B>A S. 0         ack 1
+.010  A>B .  1         ack 1
+.010  A>B .  1:101(100) ack 1
+.010  A>B .  101:102(1) ack 1
+.010  B>A .  1         ack 51
+.001  B>A .  1         ack 51 <sack 61:66 71:73 75:76 80:90>
+.010  A>B .  102:103(1) ack 1
+.010  B>A .  1         ack 51 <sack 61:500>
+.010  A>B .  103:104(1) ack 1
+.010  A>B .  105:106(1) ack 1
+.010  B>A .  1         ack 51
+1     A>B .  51:61(10) ack 1
`
	s, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	const irtt = 20 * time.Millisecond
	want := []wireshark.Values{
		{}, {}, {InitialRTT: irtt},
		{InitialRTT: irtt, BytesInFlight: 100},
		{InitialRTT: irtt, BytesInFlight: 101},
		{InitialRTT: irtt},
		{InitialRTT: irtt, DuplicateAckNumber: 1, DuplicateAckPacket: 6},
		{InitialRTT: irtt, BytesInFlight: 52 - 8}, // three blocks of the four
		{InitialRTT: irtt, DuplicateAckNumber: 2, DuplicateAckPacket: 6},
		{InitialRTT: irtt}, // more in SACK blocks than was sent
		{InitialRTT: irtt}, // after a gap
		{InitialRTT: irtt, DuplicateAckNumber: 3, DuplicateAckPacket: 6},
		{InitialRTT: irtt, BytesInFlight: 55, RTO: 1_071 * time.Millisecond, RTOPacket: 4},
	}
	f := wireshark.New(1)
	for i := range s.Events {
		f.Segment(&s.Events[i].Segment)
		if got := f.Values(); got != want[i] {
			t.Errorf("line %d:\ngot  %+v\nwant %+v", s.Events[i].Line, got, want[i])
		}
	}
}
