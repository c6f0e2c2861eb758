package explain

import (
	"bytes"
	"strings"
	"testing"

	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

func TestGoldenExplain(t *testing.T) {
	var out bytes.Buffer
	for _, name := range []string{"time_wait", "Listen"} {
		if err := Write(&out, name, prose.Style{Width: 80}); err != nil {
			t.Fatal(err)
		}
		out.WriteString("\n")
	}
	reporttest.Golden(t, "explain", out.String())
}

func TestExplainWidth(t *testing.T) {
	names := []string{"", "TIME-WAIT", "UNKNOWN", "ESTABLISHED?"}
	names = append(names, Names()...)
	for _, name := range names {
		var out bytes.Buffer
		if err := Write(&out, name, prose.Style{Width: 80, ASCII: true}); err != nil {
			t.Errorf("explain %s: %v", name, err)
		}
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			if len(line) > 80 || strings.HasSuffix(line, " ") || strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
				t.Errorf("explain %s: %q", name, line)
			}
		}
	}
	for name, want := range map[string]string{
		"TIMEWAIT": "did you mean TIME-WAIT", "time_wai": "did you mean TIME-WAIT", "retransmit": "did you mean RETRANSMISSION", "fim": "did you mean FIN", "fni": "did you mean FIN", "timeout": "retransmission timeout", "retransmission timeot": "did you mean retransmission timeout",
		"foo": "(tcpwatch explain lists them)", "x": "(tcpwatch explain lists them)", "f": "(tcpwatch explain lists them)",
	} {
		err := Write(&bytes.Buffer{}, name, prose.Style{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("explain %s: %v, want %s", name, err, want)
		}
	}
}
