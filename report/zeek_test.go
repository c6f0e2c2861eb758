package report

import (
	"testing"

	"tcpwatch/report/reporttest"
)

// TestWantsZeek: what a view shows depends on the fields of Zeek only where the Reporter
// says that it wants them.
func TestWantsZeek(t *testing.T) {
	shown := 0
	for _, v := range Views {
		for _, f := range Formats {
			o := Options{Views: []View{v}, Format: f, EncapName: reporttest.EncapName}
			if Check(o.Views, f) != nil {
				continue
			}
			var texts [2]string
			for i, word := range []string{"one", "two"} {
				list := fullConnections(t)
				for _, c := range list {
					c.ZeekState, c.ZeekHistory = word, word
				}
				texts[i] = render(t, o, fullPackets(t), list, fullInput())
			}
			r, err := New(nil, o)
			if err != nil {
				t.Fatal(err)
			}
			if texts[0] != texts[1] {
				if shown++; !r.WantsZeek() {
					t.Errorf("%s as %s shows what it does not want", v, f)
				}
			}
		}
	}
	if shown == 0 {
		t.Error("no view shows the fields of Zeek")
	}
	// Where no view is named, programs get one that does.
	if r, err := New(nil, Options{Format: FormatNDJSON}); err != nil || !r.WantsZeek() {
		t.Errorf("ndjson by itself does not want them: %v", err)
	}
}
