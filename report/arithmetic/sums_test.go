package arithmetic

import (
	"strings"
	"testing"

	"tcpwatch/analyze"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

// TestBases wants the numbers of a close to count from the bases of the record.
func TestBases(t *testing.T) {
	c := reporttest.Closed(t, analyze.ClosingNormal, analyze.ClientSide, analyze.ServerSide)
	c.Steps[0].Seq, c.Steps[0].Ack = 5004, 7000
	c.Steps[1].Seq, c.Steps[1].Ack = 6990, 5005
	for _, x := range []struct {
		client, server analyze.Base
		octets         uint64
		want           string
	}{
		{analyze.Base{Number: 5000, Known: true, ISN: true}, analyze.Base{Number: 7000, Known: true}, 0,
			"4/0 ends the client's 3 B, -10/5 ack = 4 + 1 ✓. REL numbers of the server count from the first that was captured, not from the ISN"},
		{analyze.Base{Number: 5000, Known: true}, analyze.Base{Number: 6989, Known: true, ISN: true}, 0,
			"4/11 , 1/5 the server sent no data; ack = 4 + 1 ✓. REL numbers of the client count from the first that was captured, not from the ISN"},
		{analyze.Base{Number: 5000, Known: true}, analyze.Base{Number: 6989, Known: true}, 0,
			"4/11 , 1/5 ack = 4 + 1 ✓. REL numbers of both ends count from the first that was captured, not from the ISN"},
		{analyze.Base{Number: 5000, Known: true, ISN: true}, analyze.Base{Number: 6989, Known: true, ISN: true}, 1 << 32,
			"5004/7000 , 6990/5005 the server sent no data; ack = 5004 + 1 ✓. "},
		{analyze.Base{}, analyze.Base{}, 0, "5004/7000 , 6990/5005 ack = 5004 + 1 ✓. "},
	} {
		c.ClientBase, c.ServerBase, c.FromClient.UniqueOctets = x.client, x.server, x.octets
		sums := Of(c, true)
		var rows []string
		for i := range c.Steps {
			st := &c.Steps[i]
			check, _ := sums.Check(st)
			rows = append(rows, sums.Seq(st)+"/"+sums.Ack(st)+" "+prose.Unglue(check))
			sums.Saw(st)
		}
		if got := strings.Join(rows, ", ") + ". " + sums.BaseText(); got != x.want {
			t.Errorf("%+v %+v:\n got %s\nwant %s", x.client, x.server, got, x.want)
		}
	}
}

// TestBaseText: the numbers of which ends count from the first that was captured. Of an end
// of which there is none nothing is said.
func TestBaseText(t *testing.T) {
	isn, first := analyze.Base{Known: true, ISN: true}, analyze.Base{Known: true}
	for _, c := range []struct {
		client, server analyze.Base
		want           string
	}{
		{isn, isn, ""}, {first, isn, "REL numbers of the client count from"}, {isn, first, "REL numbers of the server count from"},
		{first, first, "REL numbers of both ends count from"}, {analyze.Base{}, first, "REL numbers of the server count from"},
		{first, analyze.Base{}, "REL numbers of the client count from"}, {analyze.Base{}, isn, ""}, {isn, analyze.Base{}, ""},
	} {
		a := Sums{Relative: true}
		a.ends[0].Base, a.ends[1].Base = c.client, c.server
		if got := a.BaseText(); !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%+v, %+v: %q", c.client, c.server, got)
		}
		if a.Relative = false; a.BaseText() != "" {
			t.Errorf("numbers on the wire: %q", a.BaseText())
		}
	}
}
