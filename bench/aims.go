package main

import (
	"fmt"
	"slices"
	"strings"
)

// aim is a promised figure, and whether it was reached.
type aim struct {
	what, measured string
	met            bool
}

// aims compares the measurements with the promises. What was not measured is
// left out.
func (k kept) aims() []aim {
	return slices.Concat(k.peerAims(), k.memoryAims(), k.rowAims(), k.compressedAims(), k.momentAims())
}

func (k kept) peerAims() (list []aim) {
	p := k["peers"]
	for _, a := range []struct {
		capture, program, other string
		// of is the figure that is compared; most is the largest allowed
		// multiple of the other one.
		of   string
		most float64
	}{
		{"mix", "tcpwatch", "capinfos", "wall", 1},
		{"small", "tcpwatch", "capinfos", "wall", 1},
		{"mix", "tcpwatch, 1 shard", "capinfos", "CPU", 2},
		{"small", "tcpwatch, 1 shard", "capinfos", "CPU", 2},
		{"mix", "tcpwatch", "tcptrace", "wall", 1. / 5},
		{"small", "tcpwatch", "tcptrace", "wall", 1. / 25},
		{"mix", "tcpwatch", "tshark", "wall", 1. / 30},
		{"small", "tcpwatch", "tshark", "wall", 1. / 30},
	} {
		own, other := p.find(a.capture, a.program), p.find(a.capture, a.other)
		if own == nil && strings.HasSuffix(a.program, "1 shard") {
			own = p.find(a.capture, "tcpwatch") // there is only one
		}
		if own == nil || other == nil {
			continue
		}
		ratio := float64(own.wall) / float64(other.wall)
		if a.of == "CPU" {
			ratio = float64(own.cpu) / float64(other.cpu)
		}
		what := fmt.Sprintf("%s: %s at most %g × that of %s", a.capture, a.of, a.most, a.other)
		measured := fmt.Sprintf("%.2f ×", ratio)
		if a.most < 1 {
			what = fmt.Sprintf("%s: at least %.0f × as fast as %s", a.capture, 1/a.most, a.other)
			measured = fmt.Sprintf("%.1f ×", 1/ratio)
		} else if a.of == "CPU" {
			what += ", one shard"
		}
		list = append(list, aim{what, measured, ratio <= a.most})
	}
	return list
}

// memoryAims: 64 MB and 400 octets for each live connection.
func (k kept) memoryAims() (list []aim) {
	for _, g := range k["growth"].groups {
		if g.program != "tcpwatch" || g.series != "live" && (g.series != "packets" || g.packets < 10_000_000) {
			continue
		}
		what, live := fmt.Sprintf("%s packets of %s: at most 64 MB", thousands(g.packets), g.capture), 0
		if g.series == "live" {
			live = g.connections
			what = fmt.Sprintf("%s live connections: at most 64 MB and 400 octets each", thousands(live))
		}
		list = append(list, aim{what, mb(g.peak) + " MB", g.peak <= 64e6+400*int64(live)})
	}
	return list
}

func (k kept) rowAims() (list []aim) {
	for _, g := range k["rows"].groups {
		switch {
		case g.program == "connections ndjson" && g.capture == "small":
			rate := float64(g.rows()) / g.wall.Seconds()
			list = append(list, aim{"connections as ndjson, " + g.capture + ": at least 1 million a second", thousands(int(rate)), rate >= 1e6})
		case g.program == "packets ndjson":
			rate := float64(g.rows()) / g.cpu.Seconds()
			list = append(list, aim{"packets as ndjson, " + g.capture + ": at least 1 million a second of CPU", thousands(int(rate)), rate >= 1e6})
		}
	}
	return list
}

// compressedAims: no more than the slower of the decompressor and the analysis,
// and a tenth.
func (k kept) compressedAims() (list []aim) {
	p := k["compressed"]
	plain := p.find("small", "tcpwatch")
	for _, z := range compressors {
		own, alone := p.find("small."+z.ending, "tcpwatch"), p.find("small."+z.ending, z.decompress)
		if plain == nil || own == nil || alone == nil {
			continue
		}
		slower := max(plain.wall, alone.wall)
		list = append(list, aim{
			fmt.Sprintf("%s: what the slower of %s and the analysis takes, and a tenth", z.ending, z.decompress),
			fmt.Sprintf("%.2f ×", float64(own.wall)/float64(slower)), float64(own.wall) <= 1.1*float64(slower),
		})
	}
	return list
}

// momentAims: start and interrupt.
func (k kept) momentAims() (list []aim) {
	slowest := func(part, prefix string) (worst *group) {
		for i := range k[part].groups {
			g := &k[part].groups[i]
			if strings.HasPrefix(g.program, prefix) && !strings.HasPrefix(g.note, "was done") && (worst == nil || g.wall > worst.wall) {
				worst = g
			}
		}
		return worst
	}
	if g := slowest("start", "tcpwatch"); g != nil {
		list = append(list, aim{"start to the first output: under 10 ms", fmt.Sprintf("%.1f ms", g.wall.Seconds()*1e3), g.wall.Seconds() < 0.010})
	}
	if g := slowest("interrupt", ""); g != nil {
		list = append(list, aim{"interrupt to the end, what is known written: at most 0.1 s", fmt.Sprintf("%.0f ms (%s)", g.wall.Seconds()*1e3, g.program), g.wall.Seconds() <= 0.1})
	}
	return list
}

func (k kept) writeAims(b *strings.Builder) {
	rows := [][]string{{"aim", "measured", "met"}}
	for _, a := range k.aims() {
		met := "**no**"
		if a.met {
			met = "yes"
		}
		rows = append(rows, []string{a.what, a.measured, met})
	}
	b.WriteString("\n## What is aimed at\n\n")
	table(b, 3, rows...)
}

// readmeTable is the table in README.md.
func (k kept) readmeTable() string {
	p, ok := k["peers"]
	if !ok {
		return "Not measured yet.\n"
	}
	rows := [][]string{{"program", "*mix*: wall s", "CPU s", "peak MB", "*small*: wall s", "CPU s", "peak MB"}}
	var sizes []string
	for _, g := range p.groups {
		if g.program == "tcpwatch" {
			sizes = append(sizes, fmt.Sprintf("*%s* (%s packets, %s connections, %s MB)", g.capture, thousands(g.packets), thousands(g.connections), mb(g.octets)))
		}
		if g.capture != "mix" || g.program == "true" {
			continue
		}
		row := []string{g.program, sec(g.wall), sec(g.cpu), mb(g.peak), "–", "–", "–"}
		if other := p.find("small", g.program); other != nil {
			row[4], row[5], row[6] = sec(other.wall), sec(other.cpu), mb(other.peak)
		}
		rows = append(rows, row)
	}
	var b strings.Builder
	table(&b, 1, rows...)
	fmt.Fprintf(&b, "\n%s, generated; %s.\n", strings.Join(sizes, " and "), p.where())
	less, pause := "tcptrace tells less", ""
	if p.find("mix", "argus") != nil {
		less, pause = "tcptrace and argus tell less", "; argus pauses for a second at its end"
	}
	fmt.Fprintf(&b, "capinfos and tcpdump only read, %s, tshark much more%s.\n", less, pause)
	return b.String()
}
