package explain

import (
	"bytes"
	"strings"
	"testing"

	"tcpwatch/report"
	"tcpwatch/report/prose"
)

// TestMembersExplained: every member of an object is explained by its path, as COLUMNS.md and csv
// write it, and by its name.
func TestMembersExplained(t *testing.T) {
	for _, o := range report.DescribedObjects() {
		for _, m := range o.Members {
			parent, last := m.Path[:strings.LastIndexByte(m.Path, '.')+1], m.Path[strings.LastIndexByte(m.Path, '.')+1:]
			lasts := []string{last}
			if m.Words != nil {
				lasts = []string{m.Words[0], m.Words[len(m.Words)-1]}
			}
			for _, last := range lasts {
				for _, name := range []string{last, parent + last, strings.ReplaceAll(parent, "[]", ".12") + last} {
					var b bytes.Buffer
					err := Write(&b, name, prose.Style{Width: 5000})
					told := m.Words != nil && name == last || !strings.Contains(name, ".") && isColumn(&o, m.Path) // in words of their own
					if err != nil || !told && !strings.Contains(b.String(), "\n  "+plainCode(m.Meaning)+"\n") {
						t.Errorf("%s, member %s of %s: %v\n%s", name, m.Path, o.Of, err, &b)
					}
				}
			}
		}
	}
}
