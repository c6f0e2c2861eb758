package main

import (
	"go/build"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "tcpwatch"

// mayImport says which packages of this module each package may import. It is
// the list of ARCHITECTURE.md; a package that is not in it fails the test.
var mayImport = map[string][]string{
	"cmd/tcpwatch":      {"capture", "capture/filter", "capture/keep", "capture/live", "capture/privilege", "capture/wire", "analyze", "analyze/label", "analyze/state", "analyze/event", "analyze/stream", "analyze/verdict", "analyze/wireshark", "lab", "lab/lesson", "report"},
	"report":            {"analyze", "analyze/label", "analyze/listener", "analyze/event", "analyze/state", "analyze/stream", "analyze/flow", "analyze/verdict", "analyze/wireshark", "capture/wire"},
	"analyze":           {"analyze/label", "analyze/flow", "analyze/journal", "analyze/rest", "analyze/state", "analyze/zeek", "analyze/wireshark", "capture/wire"},
	"analyze/verdict":   {"analyze", "analyze/label", "capture/wire"},
	"analyze/event":     {"analyze", "analyze/flow", "analyze/label", "analyze/verdict"},
	"analyze/listener":  {"analyze", "analyze/label", "analyze/verdict"},
	"analyze/stream":    {"analyze", "analyze/label", "capture/wire"},
	"analyze/script":    {"capture/wire"},
	"analyze/label":     {"analyze/flow", "capture/wire"},
	"analyze/flow":      {"analyze/journal", "analyze/rest", "analyze/state", "capture/wire"},
	"analyze/journal":   {"capture/wire"},
	"analyze/rest":      nil,
	"analyze/zeek":      {"capture/wire"},
	"analyze/wireshark": {"capture/wire"},
	"analyze/state":     nil,
	"analyze/rfc":       nil, // for tests
	"lab":               {"capture", "capture/keep", "capture/wire"},
	"lab/lesson":        {"lab", "analyze", "analyze/label", "analyze/script", "analyze/state", "analyze/verdict", "capture/wire"},
	"lab/labtest":       nil, // for tests
	"bench":             {"bench/traffic"},
	"bench/traffic":     {"capture", "capture/keep", "capture/wire"},
	"capture/keep":      {"capture", "capture/wire"},
	"capture/live":      {"capture", "capture/wire"},
	"capture/privilege": nil,
	"capture":           {"capture/wire"},
	"capture/filter":    {"capture/wire"},
	"capture/wire":      nil,
}

// onlyIn says which packages may import a module of others.
var onlyIn = map[string][]string{
	"github.com/google/gopacket":          {"capture"},
	"github.com/olekukonko/tablewriter":   {"report"},
	"github.com/spf13/cobra":              {"cmd/tcpwatch"},
	"github.com/spf13/pflag":              {"cmd/tcpwatch"},
	"github.com/vbauerster/mpb":           {"cmd/tcpwatch"},
	"golang.org/x/term":                   {"cmd/tcpwatch"},
	"github.com/klauspost/compress":       {"capture", "capture/keep"},
	"github.com/ulikunitz/xz":             {"capture", "capture/keep"},
	"github.com/pierrec/lz4":              {"capture", "capture/keep"},
	"golang.org/x/net":                    {"capture/filter", "capture/live"},
	"golang.org/x/sys":                    {"lab", "lab/lesson", "capture/live", "capture/privilege"},
	"kernel.org/pub/linux/libs/security":  {"capture/privilege"},
	"github.com/mattn/go-runewidth":       {"report"},
	"github.com/clipperhouse":             {"report"},
	"github.com/rogpeppe/go-internal":     {}, // tests only
	"github.com/google/go-cmp":            {}, // tests only
	"pgregory.net/rapid":                  {}, // tests only
	"github.com/google/gopacket/pcap":     {}, // needs cgo
	"github.com/google/gopacket/afpacket": {}, // needs cgo
}

// packages returns the folders of the module that hold Go files, with what
// their program and their test files import.
func packages(t *testing.T) map[string]*build.Package {
	t.Helper()
	root := filepath.Join("..", "..")
	found := map[string]*build.Package{}
	err := filepath.WalkDir(root, func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); dir != root && (strings.HasPrefix(name, ".") || name == "testdata") {
			return filepath.SkipDir
		}
		p, err := build.ImportDir(dir, 0)
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

func TestImportsPointDown(t *testing.T) {
	for dir, p := range packages(t) {
		allowed, known := mayImport[dir]
		if !known {
			t.Errorf("package %s is not in the list of what may import what", dir)
		}
		for _, imp := range p.Imports {
			if own, ok := strings.CutPrefix(imp, module+"/"); ok && !slices.Contains(allowed, own) {
				t.Errorf("%s imports %s: it may import %v", dir, own, allowed)
			}
		}
		if slices.Contains(p.Imports, "C") {
			t.Errorf("%s uses cgo", dir)
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
