package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"tcpwatch/analyze"
	"tcpwatch/report/escape"
	"tcpwatch/report/prose"
	"tcpwatch/report/reporttest"
)

func TestHostileText(t *testing.T) {
	for _, bad := range reporttest.Hostile {
		in := sampleInput()
		in.Files[0].Name, in.Files[0].Format, in.Files[0].Comments = bad, bad, []string{bad}
		in.Interfaces[0].Name, in.Interfaces[0].File, in.Interfaces[0].Link = bad, bad, bad
		in.Damages = []string{bad}
		for _, f := range Formats {
			for _, v := range Views {
				if Check([]View{v}, f) != nil {
					continue
				}
				o := Options{Views: []View{v}, Format: f, Style: prose.Style{Width: 80}, EncapName: func(uint32) string { return bad }, Files: []string{bad}}
				out := render(t, o, []*analyze.Observation{resentPacket(t)}, []*analyze.Connection{reporttest.Refused6(t), reporttest.Midstream(t)}, in)
				checkHarmless(t, fmt.Sprintf("%s as %s with %q", v, f, bad), f, out)
			}
		}
	}
}

// checkHarmless looks at the octets that reach a terminal or a program.
func checkHarmless(t *testing.T, what string, f Format, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("%s: not UTF-8", what)
	}
	for _, r := range out {
		if r != '\n' && (r != '\r' || f != FormatCSV) && escape.Hidden(r) {
			t.Errorf("%s: %U reaches the output", what, r)
			break
		}
	}
	switch f {
	case FormatCSV:
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll() // every row has as many fields as the header
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		for _, r := range rows {
			for _, field := range r {
				if field != "" && strings.ContainsRune("=+@\t\r", rune(field[0])) || strings.HasPrefix(field, "-") && strings.Trim(field, "-0123456789.") != "" {
					t.Errorf("%s: the field %q begins a formula", what, field)
				}
			}
		}
		if strings.Contains(strings.ReplaceAll(out, "\r\n", ""), "\r") {
			t.Errorf("%s: a stray carriage return", what)
		}
	case FormatJSON:
		if !json.Valid([]byte(out)) {
			t.Errorf("%s: not JSON", what)
		}
	case FormatNDJSON:
		for line := range strings.Lines(out) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%s: not JSON: %s", what, line)
			}
		}
	case FormatMarkdown:
		checkMarkdown(t, what, out)
	}
}

// checkMarkdown counts the cells of every table row, and looks for markup that
// came from outside.
func checkMarkdown(t *testing.T, what, out string) {
	t.Helper()
	cells, fence := 0, false
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "```") {
			fence = !fence
		}
		if fence {
			continue
		}
		if !strings.HasPrefix(line, "|") {
			cells = 0
		} else {
			n := 0
			for i := range len(line) {
				if line[i] == '|' && (i == 0 || line[i-1] != '\\') {
					n++
				}
			}
			if cells == 0 {
				cells = n
			}
			if n != cells {
				t.Errorf("%s: %d cell borders, want %d: %s", what, n, cells, line)
			}
		}
		for _, markup := range []string{"<script", "](", "**b", "_e"} {
			if i := strings.Index(line, markup); i == 0 || i > 0 && line[i-1] != '\\' {
				t.Errorf("%s: markup %q in %s", what, markup, line)
			}
		}
	}
	if fence {
		t.Errorf("%s: a fence is left open", what)
	}
}
