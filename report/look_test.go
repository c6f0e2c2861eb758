package report

import (
	"fmt"
	"tcpwatch/analyze"
	"testing"
)

func TestLook(t *testing.T) {
	for _, w := range []int{80, 200} {
		for _, v := range []View{ViewStory} {
			var cs []*analyze.Connection
			var ps []*analyze.Observation
			cs = append(cs, halfClose(t), refused6(t), huge())
			ps = append(ps, resentPacket(t), synPacket(t))
			fmt.Printf("== %s %d\n%s", v, w, render(t, Options{Views: []View{v}, Format: FormatTable, Width: w, EncapName: encapName}, ps, cs, Input{}))
		}
	}
}
