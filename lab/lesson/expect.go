package lesson

import (
	"fmt"
	"strings"

	"tcpwatch/analyze/label"
)

// is reports whether a word of an expectation holds for the row: a label, "not"
// before one as "!", what the link did, or DATAGRAM.
func (r *Row) is(word string) bool {
	if rest, ok := strings.CutPrefix(word, "!"); ok {
		return !r.is(rest)
	}
	if rest, ok := strings.CutPrefix(word, "@"); ok { // at the receiver's tap
		id, known := label.Find(rest)
		return known && r.Landed.Has(id)
	}
	switch word {
	case "lost":
		return r.Lost
	case "held":
		return r.Held
	case "damaged":
		return r.Corrupt
	case "copy":
		return r.Copy
	case "landed":
		return r.Landing
	case "above": // the ISN of a SYN that uses a tuple again
		return r.Before != nil && r.Step.Seq.After(r.Before.Next)
	case "DATAGRAM":
		return r.Datagram != ""
	}
	if n, ok := strings.CutPrefix(word, "#"); ok {
		return fmt.Sprint(r.Connection) == n
	}
	if n, ok := strings.CutPrefix(word, "acks="); ok {
		return fmt.Sprint(r.Acked) == n
	}
	if n, ok := strings.CutPrefix(word, "len="); ok {
		return fmt.Sprint(r.Step.Len) == n
	}
	if cause, ok := strings.CutPrefix(word, "cause="); ok {
		return r.Cause.String() == cause
	}
	id, known := label.Find(word)
	return known && r.Labels.Has(id)
}

// matches says where the rows of a run are not what the lesson expects; "" where
// they are. An expectation has a line for each row in the order of sending:
//
//	client SYN lost | SYN-SENT LISTEN
//
// who sent it, words that hold (see Row.is), and after the bar the states of
// client and server, "*" for any. A line "..." stands for any number of rows,
// also none. A state may be one that the segment led to when it arrived, and a
// Landing may be left out. Marks of inference do not count.
func matches(expect string, rows []*Row) string {
	var lines []string
	for l := range strings.Lines(expect) {
		l, _, _ = strings.Cut(l, " //")
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return "nothing is expected"
	}
	// best is the furthest line that was reached, for the message.
	best, at := 0, 0
	failed := map[[2]int]bool{}
	var try func(l, r int) bool
	try = func(l, r int) bool {
		if l > best || l == best && r > at {
			best, at = l, r
		}
		switch {
		case l == len(lines):
			return r == len(rows) || rows[r].Landing && try(l, r+1)
		case failed[[2]int{l, r}]:
			return false
		case lines[l] == "...":
			if try(l+1, r) || r < len(rows) && try(l, r+1) {
				return true
			}
		case r < len(rows) && (rows[r].fits(lines[l]) && try(l+1, r+1) || rows[r].Landing && try(l, r+1)):
			return true
		}
		failed[[2]int{l, r}] = true
		return false
	}
	if try(0, 0) {
		return ""
	}
	want, got := "nothing more", "nothing more"
	if best < len(lines) {
		want = lines[best]
	}
	if at < len(rows) {
		got = rows[at].String()
	}
	return fmt.Sprintf("at row %d: expected %q, got %q", at+1, want, got)
}

func (r *Row) fits(line string) bool {
	left, right, _ := strings.Cut(line, "|")
	for i, word := range strings.Fields(left) {
		if i == 0 && word != sideNames[r.From] || i > 0 && !r.is(word) {
			return false
		}
	}
	for i, word := range strings.Fields(right) {
		in := func(r *Row) bool { return r != nil && r.Ends[i].Inferred.Base().String() == word }
		if word != "*" && i < 2 && !in(r) && !in(r.landing) {
			return false
		}
	}
	return r.Landing == strings.Contains(left, " landed")
}

var sideNames = [2]string{"client", "server"}

// String is the row in the notation of expectations, all labels named.
func (r *Row) String() string {
	if r.Datagram != "" {
		s := sideNames[r.From] + " DATAGRAM"
		if r.Lost {
			s += " lost"
		}
		return s
	}
	words := []string{sideNames[r.From]}
	r.Labels.Each(func(id label.ID) { words = append(words, label.All[id].Name) })
	r.Landed.Each(func(id label.ID) {
		if !r.Labels.Has(id) {
			words = append(words, "@"+label.All[id].Name)
		}
	})
	for _, w := range []string{"lost", "held", "damaged", "copy", "landed"} {
		if r.is(w) {
			words = append(words, w)
		}
	}
	if c := r.Cause.String(); c != "" {
		words = append(words, "cause="+c)
	}
	if r.Step.Len > 0 {
		words = append(words, fmt.Sprintf("len=%d", r.Step.Len))
	}
	if r.Acked > 0 {
		words = append(words, fmt.Sprintf("acks=%d", r.Acked))
	}
	return fmt.Sprintf("%s | %s %s", strings.Join(words, " "), r.Ends[0].Inferred.Base(), r.Ends[1].Inferred.Base())
}
