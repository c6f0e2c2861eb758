package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The documents that are written from the kept runs. The working folder is the
// root of the repository.
const (
	benchmarksPath = "BENCHMARKS.md"
	readmePath     = "README.md"
	plotFolder     = "bench/plots"
)

// What stands around the table in README.md.
const (
	tableBegin = "<!-- written by go run ./bench -keep -->\n"
	tableEnd   = "<!-- until here -->\n"
)

// kept holds the medians of all parts that were measured.
type kept map[string]keptPart

type keptPart struct {
	about  []string
	groups []group
}

// load reads the kept runs of every part that was measured.
func load() (kept, error) {
	k := kept{}
	for _, p := range parts {
		about, runs, err := keptRuns(p.name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		k[p.name] = keptPart{about, groups(runs)}
	}
	return k, nil
}

// find returns what a program needed for a capture; nil where it was not measured.
func (p keptPart) find(capture, program string) *group {
	for i := range p.groups {
		if g := &p.groups[i]; g.capture == capture && g.program == program {
			return g
		}
	}
	return nil
}

// said returns the values of a word in the header of the runs.
func (p keptPart) said(word string) (list []string) {
	for _, line := range p.about {
		if s, ok := strings.CutPrefix(line, word+": "); ok {
			list = append(list, s)
		}
	}
	return list
}

// where says in one line when and on what machine a part was measured.
func (p keptPart) where() string {
	s := strings.Join(slices.Concat(p.said("date"), p.said("machine")), "; ")
	if load := strings.Join(p.said("load"), ""); load != "" {
		s += "; " + load
	}
	if scale := strings.Join(p.said("scale"), ""); !strings.HasPrefix(scale, "1,") {
		s += "; at a scale of " + scale
	}
	return s
}

// documents returns the texts of all documents by their paths.
func documents() (map[string]string, error) {
	k, err := load()
	if err != nil {
		return nil, err
	}
	readme, err := os.ReadFile(readmePath)
	if err != nil {
		return nil, err
	}
	before, rest, ok1 := strings.Cut(string(readme), tableBegin)
	_, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("%s has no place for the table: %s", readmePath, tableBegin)
	}
	texts := map[string]string{
		benchmarksPath: k.benchmarks(),
		readmePath:     before + tableBegin + k.readmeTable() + tableEnd + after,
	}
	for _, p := range plots {
		if text := k.plot(p); text != "" {
			texts[filepath.Join(plotFolder, p.file())] = text
		}
	}
	return texts, nil
}

func writeDocuments() error {
	texts, err := documents()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(plotFolder, 0o777); err != nil {
		return err
	}
	for path, text := range texts {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// growthPlot is one of the plots over a series of the part growth.
type growthPlot struct {
	series, title, x string
	size             func(*group) int
}

func (p growthPlot) file() string { return "growth-" + p.series + ".svg" }

var plots = []growthPlot{
	{"packets", "More packets: long", "packets", func(g *group) int { return g.packets }},
	{"connections", "More connections, one after another: small", "connections", func(g *group) int { return g.connections }},
	{"live", "More connections at one time: 7 million packets, live", "connections open at one time", func(g *group) int { return g.connections }},
}

func (k kept) plot(p growthPlot) string {
	var lines []line
	for _, g := range k["growth"].groups {
		if g.series != p.series {
			continue
		}
		i := slices.IndexFunc(lines, func(l line) bool { return l.name == g.program })
		if i < 0 {
			i = len(lines)
			lines = append(lines, line{name: g.program})
		}
		lines[i].points = append(lines[i].points, point{float64(p.size(&g)), g.cpu.Seconds(), float64(g.peak)})
	}
	if len(lines) == 0 {
		return ""
	}
	return plot(p.title, p.x, lines)
}
