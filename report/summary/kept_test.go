package summary

import (
	"strings"
	"testing"

	"tcpwatch/report/prose"
)

func TestKept(t *testing.T) {
	tests := []struct {
		kept       Kept
		text, loss string
	}{
		{Kept{Name: "a\x1b.pcapng", Files: 1, Packets: 7}, `packets written to a\x1b.pcapng`, ""},
		{Kept{Name: "a", Files: 3, Packets: 7, RemovedFiles: 1, RemovedPackets: 2},
			"packets written to a and 2 files more; the oldest 1 file with 2 packets removed again", ""},
		{Kept{Name: "a", Files: 1, LostPackets: 2000, LostOctets: 3000, LostSince: 1e18, Why: "disk\afull"},
			`packets written to a; 2,000 packets (3,000 B) from 2001-09-09T01:46:40.000000000Z on could not be written: disk\x07full`,
			"2,000 packets (3,000 B) from 2001-09-09T01:46:40.000000000Z on could not be written: disk\afull"},
		{Kept{Name: "a", Files: 2, Packets: 7, LostPackets: 1, LostOctets: 60, Why: "EIO"},
			"packets written to a and 1 file more; 1 packet (60 B) from 1970-01-01T00:00:00.000000000Z on could not be written: EIO",
			"1 packet (60 B) from 1970-01-01T00:00:00.000000000Z on could not be written: EIO"},
		{Kept{Name: "a", Files: 1, Packets: 1, Why: "closing: EIO"},
			"packet written to a; not all that was written is sure to be kept: closing: EIO", "not all that was written is sure to be kept: closing: EIO"},
	}
	for _, test := range tests {
		var s section
		keptItems(&s, &test.kept)
		if got := prose.Unglue(s.items[0].text); len(s.items) != 1 || got != test.text || s.items[0].n != test.kept.Packets {
			t.Errorf("%q, want %q", got, test.text)
		}
		if got := test.kept.Loss(); got != test.loss {
			t.Errorf("%q, want %q", got, test.loss)
		}
		if bad := s.items[0].tone == prose.Bad; bad != (test.loss != "") {
			t.Errorf("%+v: tone", test.kept)
		}
	}
	var s section
	if keptItems(&s, nil); len(s.items) > 0 {
		t.Error(s)
	}
	one := members{[]byte("{")}
	one.kept(&Kept{LostPackets: 1})
	if got := string(one.Plain); !strings.Contains(got, `"lost_since":"1970-01-01T00:00:00.000000000Z"`) {
		t.Error(got)
	}
	j := members{[]byte("{")}
	j.kept(&tests[2].kept)
	if got := string(j.Plain); !strings.Contains(got, `"lost_packets":2000,"lost_bytes":3000,"lost_since":"2001-09-09T01:46:40.000000000Z","error":"disk\u0007full"`) {
		t.Error(got)
	}
}
