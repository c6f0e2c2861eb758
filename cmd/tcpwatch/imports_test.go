package main

import (
	"go/build"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "tcpwatch"

// onlyIn says which packages may import a module of others.
var onlyIn = map[string][]string{
	"github.com/google/gopacket":          {"capture"},
	"github.com/google/gopacket/layers":   {},               // tests only: see TestProgramStartsWithoutTables
	"github.com/google/gopacket/pcap":     {"capture/live"}, // needs cgo: with the tag pcap alone
	"github.com/olekukonko/tablewriter":   {"report/prose", "report/grid"},
	"github.com/spf13/cobra":              {"cmd/tcpwatch"},
	"github.com/spf13/pflag":              {"cmd/tcpwatch"},
	"github.com/vbauerster/mpb":           {"cmd/tcpwatch"},
	"golang.org/x/term":                   {"cmd/tcpwatch"},
	"github.com/klauspost/compress":       {"capture", "capture/keep"},
	"github.com/mikelolasagasti/xz":       {"capture"},      // reads, with a bound on memory
	"github.com/ulikunitz/xz":             {"capture/keep"}, // writes
	"github.com/pierrec/lz4":              {"capture", "capture/keep"},
	"golang.org/x/net":                    {"capture/filter", "capture/live"},
	"golang.org/x/sys":                    {"lab", "lab/lesson", "lab/scenario", "capture/live", "capture/privilege"},
	"kernel.org/pub/linux/libs/security":  {"capture/privilege"},
	"github.com/rogpeppe/go-internal":     {},                    // tests only
	"github.com/google/go-cmp":            {"report/reporttest"}, // tests only
	"pgregory.net/rapid":                  {},                    // tests only
	"github.com/google/gopacket/afpacket": {},                    // needs cgo
}

// packages returns the folders of the module that hold Go files, with what
// their program and their test files import, for whichever system they are.
func packages(t *testing.T) map[string]*build.Package {
	t.Helper()
	root := filepath.Join("..", "..")
	found := map[string]*build.Package{}
	everywhere := build.Default
	everywhere.UseAllFiles = true
	err := filepath.WalkDir(root, func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); dir != root && (strings.HasPrefix(name, ".") || name == "testdata") {
			return filepath.SkipDir
		}
		p, err := everywhere.ImportDir(dir, 0)
		if _, none := err.(*build.NoGoError); none {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, dir)
		found[filepath.ToSlash(rel)] = p
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 10 {
		t.Fatalf("found only %d packages", len(found))
	}
	return found
}

// listed is a row of the list of packages in ARCHITECTURE.md.
type listed struct {
	place   int      // in the list
	imports []string // of this module, by the last word of their names
}

// packageList reads the list of packages.
func packageList(t *testing.T) map[string]listed {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\|.*\\| ([^|]+) \\|$")
	word := regexp.MustCompile("`([a-z]+)`")
	list := map[string]listed{}
	for i, m := range row.FindAllStringSubmatch(string(text), -1) {
		if _, twice := list[m[1]]; twice {
			t.Errorf("ARCHITECTURE.md lists %s twice", m[1])
		}
		l := listed{place: i}
		for _, w := range word.FindAllStringSubmatch(m[2], -1) {
			l.imports = append(l.imports, w[1])
		}
		list[m[1]] = l
	}
	return list
}

// TestImportsPointUp holds the packages to the list of them in ARCHITECTURE.md: it has
// all of them and no other, says of each what it imports, and stands in such an order
// that each imports only what is above it.
func TestImportsPointUp(t *testing.T) {
	list, found := packageList(t), packages(t)
	for dir := range list {
		if found[dir] == nil {
			t.Errorf("ARCHITECTURE.md lists %s, which is not there", dir)
		}
	}
	for dir, p := range found {
		l, known := list[dir]
		if !known {
			t.Errorf("package %s is not in the list of ARCHITECTURE.md", dir)
		}
		var own []string
		for _, imp := range p.Imports {
			if imp, ok := strings.CutPrefix(imp, module+"/"); ok {
				own = append(own, path.Base(imp))
				if list[imp].place >= l.place {
					t.Errorf("%s imports %s, which does not stand above it in ARCHITECTURE.md", dir, imp)
				}
			}
		}
		slices.Sort(own)
		slices.Sort(l.imports)
		if !slices.Equal(own, l.imports) {
			t.Errorf("%s imports %v, ARCHITECTURE.md says %v", dir, own, l.imports)
		}
		if slices.Contains(p.Imports, "C") {
			t.Errorf("%s uses cgo", dir)
		}
	}
}

// forTests are the packages that only tests import.
var forTests = []string{"analyze/rfc", "lab/labtest", "lab/scenario", "report/reporttest"}

// TestProgramsWithoutTests: no package of the program imports what only tests share, nor the
// package testing.
func TestProgramsWithoutTests(t *testing.T) {
	found := packages(t)
	for _, dir := range forTests {
		if found[dir] == nil {
			t.Errorf("%s is not there", dir)
		}
	}
	for dir, p := range found {
		if slices.Contains(forTests, dir) {
			continue
		}
		if strings.HasSuffix(dir, "test") {
			t.Errorf("%s has the name of a package for tests, and is not in their list", dir)
		}
		for _, imp := range p.Imports {
			if own, _ := strings.CutPrefix(imp, module+"/"); slices.Contains(forTests, own) || imp == "testing" || strings.HasPrefix(imp, "testing/") {
				t.Errorf("%s imports %s, which is for tests", dir, imp)
			}
		}
	}
}

func TestModulesStayInTheirPackage(t *testing.T) {
	for dir, p := range packages(t) {
		for _, imp := range p.Imports {
			if !strings.Contains(strings.Split(imp, "/")[0], ".") {
				continue // standard library, or this module
			}
			owners, known := owner(imp)
			if !known {
				t.Errorf("%s imports %s, which is not in the list of modules", dir, imp)
			} else if !slices.Contains(owners, dir) {
				t.Errorf("%s imports %s, which only %v may", dir, imp, owners)
			}
		}
		for _, imp := range slices.Concat(p.TestImports, p.XTestImports) {
			if strings.HasPrefix(imp, "github.com/google/gopacket") && dir != "capture" {
				t.Errorf("a test of %s imports %s, which only capture may", dir, imp)
			}
		}
	}
}

// TestProgramStartsWithoutTables: no package of the program brings gopacket's layers
// along, whose tables are made before main begins, and were half of the time until
// the first output (bench/profiles.md). gopacket/pcap does, where it is built with libpcap.
func TestProgramStartsWithoutTables(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "github.com/google/gopacket") {
		t.Fatalf("%d packages, without gopacket: is this the program?", len(deps))
	}
	if slices.Contains(deps, "github.com/google/gopacket/layers") {
		t.Error("the program imports github.com/google/gopacket/layers")
	}
}

// owner finds the longest entry of onlyIn that imp lies under.
func owner(imp string) ([]string, bool) {
	for p := imp; p != "."; p = path.Dir(p) {
		if owners, ok := onlyIn[p]; ok {
			return owners, true
		}
	}
	return nil, false
}

func TestNoCatchAllPackages(t *testing.T) {
	for dir := range packages(t) {
		switch path.Base(dir) {
		case "util", "utils", "common", "types", "helpers", "pkg", "misc":
			t.Errorf("package %s: the name says nothing", dir)
		}
	}
}
