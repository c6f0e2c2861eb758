package lesson

import (
	"fmt"
	"slices"
	"strings"

	"tcpwatch/analyze/label"
	"tcpwatch/analyze/verdict"
)

// says are actions that must be told, in this order; between them there may be
// others.
var says = map[string][]string{
	"backlog-128":    {"accept queue 3 of at most 129, 3 in ESTABLISHED", "accept queue 0 of at most 129, 3 in ESTABLISHED"},
	"syn-flood":      {"connect() fails", "4 dropped in front of a listener"},
	"backlog-1":      {"accept queue 2 of at most 2, 2 in ESTABLISHED", "1 found the accept queue full", "accept queue 2 of at most 2, 3 in ESTABLISHED"},
	"fast-open":      {"read() has all 20 octets", "MSG_FASTOPEN", "accept() returns a connection, with no ACK yet", "read() has all 20 octets", "1 in SYN-RECEIVED"},
	"half-open":      {"its sockets are gone", "has sockets: none", "write()", "ECONNRESET"},
	"address-in-use": {"1 in TIME-WAIT", "EADDRINUSE", "SO_REUSEADDR", "success", "listen()", "accept()", "1 in ESTABLISHED, 1 in TIME-WAIT"},
	"tuple-reused":   {"1 in TIME-WAIT", "connect()", "1 in ESTABLISHED"},
	"mss":            {"TCP_MAXSEG 1024"},
	"timeout":        {"write() of 100"},
	"zero-window":    {"SO_RCVBUF 4096", "write() of 12,000"},
	"corrupted":      {"1 wrong checksums"},
	"chat":           {"TCP_QUICKACK 0", "at the same moment", "answers at once", "answers at once", "hears \"well. and you?\""},
}

// unsaid names the first of those that was not told.
func unsaid(l *Lesson, said []string) string {
	want := says[l.Name]
	for _, s := range said {
		if len(want) > 0 && strings.Contains(s, want[0]) {
			want = want[1:]
		}
	}
	if len(want) > 0 {
		return fmt.Sprintf("nobody said %q in %q", want[0], said)
	}
	return ""
}

// ungiven names a verdict that explains a lesson although neither tap gives it.
func ungiven(l *Lesson, given [2][]verdict.Verdict) string {
	for _, word := range l.Words {
		id, known := verdict.Find(word)
		here := func(v verdict.Verdict) bool { return v.ID == id }
		if known && !slices.ContainsFunc(given[0], here) && !slices.ContainsFunc(given[1], here) {
			return "explained by " + word + ", which neither tap says: " + names(given)
		}
	}
	return ""
}

// names lists verdicts, the client's tap first.
func names(given [2][]verdict.Verdict) string {
	var list [2][]string
	for i, vs := range given {
		for _, v := range vs {
			list[i] = append(list[i], v.ID.String()+"/"+v.Confidence.String())
		}
	}
	return fmt.Sprint(list)
}

// unseen names a word that has a note although nothing of it was seen.
func unseen(l *Lesson, rows []*Row) string {
	for word := range l.Notes {
		name, _, _ := strings.Cut(word, " (")
		id, known := label.Find(name)
		seen := func(r *Row) bool {
			if !known { // LISTEN?, which nobody does
				return r.Ends[0].Guessed() || r.Ends[1].Guessed()
			}
			return r.Labels.Has(id) || r.Landed.Has(id)
		}
		if !slices.ContainsFunc(rows, seen) {
			return "there is a note on " + word + ", which was not seen"
		}
	}
	return ""
}
