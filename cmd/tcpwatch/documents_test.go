package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tcpwatch/report"
	"tcpwatch/report/explain"
)

var rewrite = flag.Bool("documents", false, "rewrite the generated documents and the output that documents show")

// documents are the files that people read. The tests run in the folder they
// lie in, so that paths in them are what a reader would type.
var documents = []string{
	"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LABELS.md", "COLUMNS.md", "DIFFERENCES.md", "BENCHMARKS.md", "testdata/pcaps/README.md",
}

// atRoot goes to the root of the repository, as a reader has it: with UTF-8 and
// without a terminal.
func atRoot(t *testing.T) {
	t.Helper()
	t.Chdir("../..")
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "COLUMNS"} {
		t.Setenv(name, "")
	}
	t.Setenv("LANG", "C.UTF-8")
}

func readText(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// compare wants the file to hold text, or writes it there with -documents.
func compare(t *testing.T, path, text string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if readText(t, path) != text {
		t.Errorf("%s is not up to date: go test ./cmd/tcpwatch -documents", path)
	}
}

func TestGeneratedDocuments(t *testing.T) {
	atRoot(t)
	for path, write := range map[string]func(io.Writer) error{"LABELS.md": explain.WriteLabels, "COLUMNS.md": report.WriteColumns} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		compare(t, path, b.String())
	}
}

// TestSchemasAnnounced wants every schema that COLUMNS.md describes in CHANGELOG.md.
func TestSchemasAnnounced(t *testing.T) {
	atRoot(t)
	changes := readText(t, "CHANGELOG.md")
	names := regexp.MustCompile("`tcpwatch\\.[a-z-]+/[0-9]+`").FindAllString(readText(t, "COLUMNS.md"), -1)
	if len(names) < 13 {
		t.Errorf("only %d schemas found: is the pattern right?", len(names))
	}
	for _, name := range names {
		if !strings.Contains(changes, name) {
			t.Errorf("CHANGELOG.md does not name %s", name)
		}
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)\s]*)?\)`)
	mention = regexp.MustCompile("`((?:analyze|bench|capture|cmd|lab|report|testdata|\\.ci)/[A-Za-z0-9_./-]+)`")
)

// TestLinks wants every file that a document links to or names to exist.
func TestLinks(t *testing.T) {
	atRoot(t)
	found := 0
	for _, doc := range documents {
		text := readText(t, doc)
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			found++
			if _, err := os.Stat(filepath.Join(filepath.Dir(doc), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", doc, m[1], err)
			}
		}
		for _, m := range mention.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "NAME") {
				continue
			}
			found++
			if _, err := os.Stat(m[1]); err != nil {
				t.Errorf("%s names %s: %v", doc, m[1], err)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d links and names found: is the pattern right?", found)
	}
}

const goRun = "go run ./cmd/tcpwatch "

// TestCommandsRun runs what the documents tell the reader to run. What goes to /tmp there
// goes to a folder of the test.
func TestCommandsRun(t *testing.T) {
	atRoot(t)
	temporary := t.TempDir()
	ran := 0
	for _, doc := range documents {
		for _, block := range blocks(readText(t, doc), "sh") {
			for line := range strings.Lines(block) {
				line = strings.TrimSpace(line)
				args, ours := strings.CutPrefix(line, goRun)
				if !ours {
					knownCommand(t, doc, line)
					continue
				}
				ran++
				list := words(args)
				for i, w := range list {
					if name, ok := strings.CutPrefix(w, "/tmp/"); ok {
						list[i] = filepath.Join(temporary, name)
					}
				}
				var out, errs bytes.Buffer
				if code := run(list, nil, &out, &errs); code != exitOK || out.Len() == 0 || errs.Len() > 0 {
					t.Errorf("%s: %s: exit status %d, %d octets, %s", doc, line, code, out.Len(), &errs)
				}
			}
		}
	}
	if ran < 5 {
		t.Errorf("only %d commands found", ran)
	}
}

// words splits a command line at blanks that are not inside '...'.
func words(line string) (list []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			list = append(list, part)
		} else {
			list = append(list, strings.Fields(part)...)
		}
	}
	return list
}

// knownCommand wants a command that this test cannot run to be run by .ci/run,
// or to name a test that exists.
func knownCommand(t *testing.T, doc, line string) {
	t.Helper()
	if line == ".ci/run" || strings.Contains(readText(t, ".ci/run"), line+"\n") {
		return
	}
	if name, ok := strings.CutPrefix(line, "go test ./cmd/tcpwatch -run "); ok {
		files, _ := filepath.Glob("cmd/tcpwatch/*_test.go")
		for _, f := range files {
			if strings.Contains(readText(t, f), "func "+strings.Fields(name)[0]) {
				return
			}
		}
	}
	t.Errorf("%s tells to run %q, which nothing tests", doc, line)
}

// TestShownOutput wants the output that documents show to be what the program
// prints.
func TestShownOutput(t *testing.T) {
	atRoot(t)
	shown := 0
	for _, doc := range []string{"README.md"} {
		text := readText(t, doc)
		for _, block := range blocks(text, "console") {
			first, _, _ := strings.Cut(block, "\n")
			args, ok := strings.CutPrefix(first, "$ "+goRun)
			if !ok {
				t.Fatalf("%s shows the output of %q, which this test cannot run", doc, first)
			}
			shown++
			var out, errs bytes.Buffer
			if code := run(words(args), nil, &out, &errs); code != exitOK || errs.Len() > 0 {
				t.Errorf("%s: %s: exit status %d, %s", doc, first, code, &errs)
			}
			text = strings.Replace(text, block, first+"\n"+out.String(), 1)
		}
		compare(t, doc, text)
	}
	if shown == 0 {
		t.Error("no output is shown")
	}
}

// blocks returns the contents of the fenced blocks of one language.
func blocks(text, language string) []string {
	var out []string
	for {
		_, rest, ok := strings.Cut(text, "```"+language+"\n")
		if !ok {
			return out
		}
		block, after, ok := strings.Cut(rest, "```")
		if !ok {
			return out
		}
		out, text = append(out, block), after
	}
}
