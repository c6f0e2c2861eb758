package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"tcpwatch/report"
)

// damageRecord holds, for the captures that are damaged, what tcpwatch, tcpdump
// and capinfos say. It is rewritten by
//
//	go test ./cmd/tcpwatch -run TestDamage -update
const damageRecord = "damage.tsv"

// TestEveryView reads every capture in every view and format: it must end, with
// status 0, or 1 where the file is damaged (TestDamage says which those are), and no
// line of a table may be wider than the terminal.
func TestEveryView(t *testing.T) {
	root := sharedCaptures(t)
	t.Setenv("COLUMNS", "80")
	_, damaged := readRecord(t, damageRecord)
	for _, name := range captureFiles(t, root) {
		path := filepath.Join(root, filepath.FromSlash(name))
		want := 0
		if _, ok := damaged[name]; ok {
			want = 1
		}
		for _, format := range report.Formats {
			for _, view := range report.Views {
				if report.Check([]report.View{view}, format) != nil {
					continue
				}
				r := read(t, path, "-q", "--view", string(view), "--format", string(format), "--limit", "200")
				if r.status != want {
					t.Errorf("%s: %s as %s: exit status %d, expected %d: %s", name, view, format, r.status, want, r.errors)
				}
				if format == report.FormatTable {
					checkWidth(t, name, view, r.out)
				}
			}
		}
	}
}

func checkWidth(t *testing.T, name string, view report.View, out string) {
	t.Helper()
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		// A single word, such as a long name of a file, cannot be broken.
		if n := utf8.RuneCountInString(line); n > 80 && len(strings.Fields(line)) > 1 {
			t.Errorf("%s: %s: %d columns: %s", name, view, n, line)
			return
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%s: %s: control character in %q", name, view, line)
			return
		}
	}
}

// TestDamage compares which captures are read only in part, and where they are
// said to be damaged, with the record of what other programs say of them.
func TestDamage(t *testing.T) {
	root := sharedCaptures(t)
	found := map[string]string{}
	for _, name := range captureFiles(t, root) {
		path := filepath.Join(root, filepath.FromSlash(name))
		r := read(t, path, "-q", "--view", "connections", "--format", "ndjson")
		switch r.status {
		case 0:
		case 1:
			found[name] = complaint(r.errors, path)
		default:
			t.Errorf("%s: exit status %d: %s", name, r.status, r.errors)
		}
	}
	if *update {
		writeDamage(t, root, found)
	}
	_, rows := readRecord(t, damageRecord)
	for name, said := range found {
		if row, ok := rows[name]; !ok {
			t.Errorf("%s: new damage: %s", name, said)
		} else if row[0] != said {
			t.Errorf("%s: said %q, recorded %q", name, said, row[0])
		}
	}
	for name := range rows {
		if _, ok := found[name]; !ok {
			if _, err := os.Stat(filepath.Join(root, name)); err == nil {
				t.Errorf("%s: read without complaint, recorded as damaged", name)
			}
		}
	}
}

func writeDamage(t *testing.T, root string, found map[string]string) {
	t.Helper()
	var lines []string
	for _, name := range captureFiles(t, root) {
		said, ok := found[name]
		if !ok {
			continue
		}
		path := filepath.Join(root, filepath.FromSlash(name))
		_, dump := command(t, "tcpdump", "-n", "-r", path, "-w", os.DevNull)
		infos, more := command(t, "capinfos", "-c", path)
		lines = append(lines, fmt.Sprintf("%s\t%s\t%s\t%s", name, said, complaint(dump, path), complaint(infos+more, path)))
	}
	writeRecord(t, damageRecord, "what is wrong with the damaged captures; go test ./cmd/tcpwatch -run TestDamage -update",
		[]string{"tcpwatch", "tcpdump", "capinfos"}, lines)
}

// spoken are the lines of a program's messages that say nothing about damage.
var spoken = regexp.MustCompile(`(?m)^(reading from file|dropped privs|File name:|Running as user|Packet size limit).*\n?`)

// complaint shortens messages to one line without the file's name.
func complaint(text, path string) string {
	text = spoken.ReplaceAllString(text, "")
	text = strings.ReplaceAll(text, path, "FILE")
	text = strings.ReplaceAll(text, "\t", " ")
	return strings.Join(strings.Fields(text), " ")
}
