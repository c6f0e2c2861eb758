package explain

import (
	"strings"
	"testing"
)

// TestMeaningsStandAlone: a column is explained by itself, so that its meaning does not refer to
// the one before it.
func TestMeaningsStandAlone(t *testing.T) {
	for _, c := range columnTexts() {
		for _, refers := range []string{"these times", "Those of them", "the same way", "time meanwhile", "likewise", " in them.", "of it had"} {
			if strings.Contains(c.Meaning, refers) {
				t.Errorf("%s%s: %q in %q", c.Heading, c.Name, refers, c.Meaning)
			}
		}
	}
}
