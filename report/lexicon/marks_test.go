package lexicon

import "testing"

// TestMarks: question marks are explained if any was shown, with what they mean after
// LISTEN, whoever saw them, and so is UNKNOWN.
func TestMarks(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{"ESTABLISHED", "–", ""}, ""},
		{[]string{"ESTABLISHED?"}, InferredNote},
		{[]string{"LISTEN?", "CLOSED"}, "LISTEN? = inferred: " + ListenNote},
		{[]string{"DATA RETRANSMISSION? FIN"}, InferredNote},
		{[]string{"LISTEN?", "CLOSED?"}, InferredNote + ". LISTEN?: " + ListenNote},
		{[]string{"SYN-SENT", "UNKNOWN"}, UnknownNote},
		{[]string{"UNKNOWN", "LISTEN?"}, "LISTEN? = inferred: " + ListenNote + ". " + UnknownNote},
	} {
		var d, sum Marks
		for _, w := range c.words {
			d.SeeAll(w)
		}
		sum.Add(d)
		if got := sum.Note(); got != c.want {
			t.Errorf("%q: %q, want %q", c.words, got, c.want)
		}
	}
}
