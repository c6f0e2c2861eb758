package lesson

import (
	"context"
	"testing"
)

func TestShow(t *testing.T) {
	for _, l := range All() {
		t.Run(l.Name, func(t *testing.T) {
			out, err := Run(context.Background(), l, Options{Tell: func(i *Item) {
				if i.Row == nil {
					t.Logf("%v  · %s", i.At, i.Say)
					return
				}
				t.Logf("%v  %v   [%v %v]", i.At, i.Row, i.Row.Ends[0].Kernel, i.Row.Ends[1].Kernel)
			}})
			if err != nil {
				t.Fatal(err)
			}
			if out.Unexpected != "" {
				t.Error(out.Unexpected)
			}
			for _, r := range out.Different {
				t.Errorf("differs: %v [%v %v]", r, r.Ends[0].Kernel, r.Ends[1].Kernel)
			}
			res := out.Result
			for i := range 2 {
				if res.Retransmitted[i]-res.Crossed[i] != res.Counted[i] {
					t.Errorf("retrans %d %d %d", i, res.Retransmitted[i], res.Counted[i])
				}
			}
			t.Log("stall", res.Stall, "took", res.Took)
		})
	}
}
