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
	"backlog-128":       {"accept queue 3 of at most 129, 3 in ESTABLISHED", "accept queue 0 of at most 129, 3 in ESTABLISHED"},
	"syn-flood":         {"connect() fails", "4 dropped before a listener"},
	"backlog-1":         {"accept queue 2 of at most 2, 2 in ESTABLISHED", "1 found the accept queue full", "accept queue 2 of at most 2, 3 in ESTABLISHED"},
	"fast-open":         {"read() has all 20 octets", "MSG_FASTOPEN", "accept() returns a connection, with no ACK yet", "read() has all 20 octets", "1 in SYN-RECEIVED"},
	"half-open":         {"its sockets are gone", "has sockets: none", "write()", "ECONNRESET"},
	"address-in-use":    {"1 in TIME-WAIT", "EADDRINUSE", "SO_REUSEADDR", "success", "listen()", "accept()", "1 in ESTABLISHED, 1 in TIME-WAIT"},
	"tuple-reused":      {"1 in TIME-WAIT", "connect()", "1 in ESTABLISHED"},
	"mss":               {"TCP_MAXSEG 1024"},
	"timeout":           {"write() of 100"},
	"zero-window":       {"SO_RCVBUF 4096", "reads nothing", "write() of 12,000", "in a buffer of 8,192, twice the SO_RCVBUF", "server: read() begins", "read() has all 12,000"},
	"corrupted":         {"1 wrong checksums"},
	"chat":              {"TCP_QUICKACK 0", "at the same moment", "server: hears \"good morning", "server: answers at once", "client: hears \"who is there?", "client: answers at once", "hears \"your client"},
	"echo":              {"client 1: write() of \"hello\\n\"", "client 1: the answer is \"HELLO\\n\"", "accept queue 1 of at most 6", "client 1: the answer is \"GOODBYE\\n\"", "client 2: the answer is \"ARE YOU THERE?\\n\""},
	"echo-vanishes":     {"client 1: ends without reading", "server: read() fails: ECONNRESET", "client 2: the answer is \"STILL THERE?\\n\""},
	"download":          {"write() of \"notes.txt\\n\"", "write() of \"4000\\n\"", "write() of the 4,000 octets", "server: close()", "client: has all 4,000 octets", "client: close()"},
	"download-missing":  {"there is no file \"missing.txt\"", "server: close()", "told that there is none", "client: close()"},
	"download-vanishes": {"write() of the 256,000 octets", "read() has 1,007 octets of more", "client: ends without reading", "server: write() fails"},
	"long-or-short":     {"one connection: 1", "1 in TIME-WAIT", "four connections: 4", "5 in TIME-WAIT"},
	"ports-run-out":     {"4 in TIME-WAIT", "connect() fails: EADDRNOTAVAIL"},
	"tail-loss-probe":   {"500 octets, 3 times", "counts: 1 tail loss probes"},
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

// unseen names a word that has a note although nothing of it was seen, and several connections of
// which there were not.
func unseen(l *Lesson, rows []*Row) string {
	if l.Several() != slices.ContainsFunc(rows, func(r *Row) bool { return r.Connection > 1 }) {
		return fmt.Sprintf("the story is of several connections: %v, which was not seen", l.Several())
	}
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
