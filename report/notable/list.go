package notable

import (
	"cmp"
	"slices"
	"strings"

	"tcpwatch/analyze"
	"tcpwatch/analyze/verdict"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// Limits for what is notable. They are heuristics: they decide what is shown
// first, never what it is called.
const (
	ResentShare   = 50             // one segment of so many sent again …
	ResentLeast   = 3              // … and at least so many
	HalfClosedFor = 10_000_000_000 // ns that one end waited for the other's FIN
	SlowAnswer    = 1_000_000_000  // ns that the server took to answer
	WaitShare     = 2              // one part in so many of the time passed before what was sent again
	MostEach      = 10             // connections kept for one reason
	MostShown     = 12             // rows in all
	MostFirst     = 3              // rows for one reason before the others have theirs
)

// List keeps, for each reason, the connections with the greatest weight. The zero value is
// ready for use. Connections that did
// not open, and those with a decisive verdict, are kept separately for each pair of hosts (alike).
type List struct {
	best  [Count][]Row
	count Counts
	alike map[alikeKey]*alike
}

// Row is a connection as the list shows it. It keeps nothing that was lent.
type Row struct {
	Number         uint64 // of the connection
	Client, Server string // addresses and ports
	Opened, Closed string // the outcomes
	OpenedTone     prose.Tone
	ClosedTone     prose.Tone
	Resent         uint64 // segments of both ends that were sent again
	Reason         Reason // the first that it has
	weight         uint64
	Why            string // all reasons, with packets and with prose.NBSP where no line must break
	Likewise       uint64 // further connections that the row stands for
}

// Add files a connection with the verdicts on it under its first reason; the text names all
// reasons. Nothing of either is kept.
func (n *List) Add(c *analyze.Connection, verdicts []verdict.Verdict) {
	why, weight, ok := firstReason(c)
	if decides(verdicts) && (!ok || why > whyVerdict) {
		why, weight, ok = whyVerdict, 1, true
	}
	if !ok {
		return
	}
	n.count[why]++
	list, most := &n.best[why], MostEach
	if a := n.alikeOf(why, c, verdicts); a != nil {
		list, most = &a.rows, MostFirst
	}
	if len(*list) == most && (*list)[most-1].weight >= weight {
		return // of equals the earlier one stays
	}
	*list = insertRow(*list, most, Row{Number: c.Number, Client: c.Client.String(), Server: c.Server.String(),
		Opened: c.Opening.Outcome.String(), OpenedTone: lexicon.OpeningTone(c.Opening.Outcome),
		Closed: c.Closing.Outcome.String(), ClosedTone: lexicon.ClosingTone(c.Closing.Outcome),
		Resent: record.Resent(c), Reason: why, weight: weight, Why: strings.Join(whyTexts(c, verdicts), "; ")})
}

// insertRow inserts a row by weight into a list of at most most rows.
func insertRow(list []Row, most int, row Row) []Row {
	at, _ := slices.BinarySearchFunc(list, row, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.Number, b.Number))
	})
	list = slices.Insert(list, at, row)
	return list[:min(len(list), most)]
}

// Shown returns the rows to list, and how many more there are by reason: a few
// for each reason, so that none hides the others, then more in their order.
func (n *List) Shown() (rows []Row, more Counts) {
	best := n.joined()
	var taken [Count]int
	for _, most := range []int{MostFirst, MostEach} {
		for why := range best {
			each := most
			if Reason(why).ordinary() {
				each = MostFirst
			}
			for taken[why] < min(each, len(best[why])) && len(rows) < MostShown {
				rows = append(rows, best[why][taken[why]])
				taken[why]++
			}
		}
	}
	more = n.count
	for i := range rows {
		more[rows[i].Reason] -= 1 + rows[i].Likewise
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Reason, b.Reason), cmp.Compare(b.weight, a.weight), cmp.Compare(a.Number, b.Number))
	})
	return rows, more
}
