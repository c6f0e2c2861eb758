package explain

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"tcpwatch/analyze/rfc"
	"tcpwatch/report"
)

// TestDocumentsCite: every section that a line of a generated document cites is one of the
// RFC that the line names.
func TestDocumentsCite(t *testing.T) {
	for name, write := range map[string]func(io.Writer) error{"LABELS.md": WriteLabels, "COLUMNS.md": report.WriteColumns} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			for _, wrong := range rfc.Wrong(line) {
				if _, section, found := strings.Cut(wrong, " §"); found && !strings.HasPrefix(section, ",") {
					t.Errorf("%s cites %s: %s", name, wrong, line)
				}
			}
		}
	}
}
