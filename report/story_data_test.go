package report

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
)

// TestAckedUnseenTold: a story does not say that nothing is missing where octets were acknowledged
// that were never captured, even if they make no gap between others.
func TestAckedUnseenTold(t *testing.T) {
	for _, test := range []struct {
		acks    uint32
		missing uint64
		want    string
	}{
		{0, 0, "; nothing missing\n"},
		{1, 0, "; 1 segment acknowledges octets that were never captured\n"},
		{3, 0, "; 3 segments acknowledge octets that were never captured\n"},
		{3, 7, "; 7 B of the server were never captured\n"},
	} {
		c := halfClose(t)
		c.Labels[label.AckUnseen], c.FromServer.MissingBytes = test.acks, test.missing
		out := unglue(render(t, Options{Format: FormatTable, Views: []View{ViewStory}, Width: 200}, nil, []*analyze.Connection{c}, Input{}))
		if !strings.Contains(out, test.want) || strings.Contains(out, "nothing missing") != (test.acks == 0) {
			t.Errorf("%q is not in\n%s", test.want, out)
		}
	}
}
