package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tcpwatch/bench/traffic"
)

const benchmarksHead = `# Benchmarks

Measured, checked and written by one command, in the root of the repository:

    go run ./bench -keep

It generates captures from a seed, builds tcpwatch, and runs it and each other program that is installed. Each reads a capture once, to bring the file into
the page cache; what it counts must be what was generated. Then all take turns. Figures are medians of the runs, and the single runs are in ` + "`bench/runs`" + `.
Time is wall clock and the CPU of all threads; memory is the largest resident set, which cannot be told below that of *true*. What takes more than
ten seconds of CPU is run once. ` + "`go run ./bench -help`" + ` names the parts, and ` + "`-scale 0.01`" + ` does it all a hundred times smaller.
`

const unfair = `
## What is unfair

To tcpwatch:

* capinfos and tcpdump read, and cat does not even do that: they follow no connection. They are here as the least that reading can cost.
* tcptrace prints one line for a connection, and follows neither states nor labels. argus keeps flows, not TCP states, and writes them to /dev/null.

To the others:

* tshark decodes every protocol; its table conv,tcp is a small part of what it computes.
* argus ends with a pause of a second. Its CPU time is what counts, not its wall clock.
* tcpwatch may use as many cores as there are, the others use one. The row of one shard and the column CPU say what that is worth.
* tcpwatch was made with these captures at hand.

To nobody in particular: one machine, generated captures, files in the page cache. A disk moves all figures towards each other. Payload is random, so
compressed files of *small*, which is nearly all headers, are what is compared.
`

const remembered = "One that is over is remembered for five minutes of capture time, " +
	"TIME-WAIT and the 2MSL after it, so that late segments find it: memory rises until the capture lasts as long, with 160,000 connections, and is flat from there."

// benchmarks is BENCHMARKS.md.
func (k kept) benchmarks() string {
	var b strings.Builder
	b.WriteString(benchmarksHead)
	for _, section := range []struct {
		part, title string
		write       func(*strings.Builder, keptPart)
	}{
		{"peers", "Beside other programs", writePeers},
		{"growth", "How it grows", writeGrowth},
		{"rows", "A row for each connection or packet", writeRows},
		{"compressed", "Compressed captures", writeCompressed},
		{"many", "More connections than are remembered", writeMany},
		{"start", "Start", writeStart},
		{"interrupt", "Interrupt", writeInterrupt},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n", section.title)
		p, ok := k[section.part]
		if !ok {
			b.WriteString("Not measured yet.\n")
			continue
		}
		fmt.Fprintf(&b, "%s.\n\n", p.where())
		section.write(&b, p)
	}
	b.WriteString("\n## Where the time goes\n\nProfiles of both captures, by function: [mix](bench/runs/profile-mix.txt), [small](bench/runs/profile-small.txt). What was changed, what it\nbrought, and what was taken out again: [profiles.md](bench/profiles.md).\n")
	b.WriteString(unfair)
	k.writeAims(&b)
	return b.String()
}

// table writes rows of Markdown; all columns but the first `left` are numbers.
func table(b *strings.Builder, left int, rows ...[]string) {
	for i, row := range rows {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		if i == 0 {
			b.WriteString("|" + strings.Repeat("---|", left) + strings.Repeat("---:|", len(row)-left) + "\n")
		}
	}
}

func about(kind string) string {
	k, err := traffic.ByName(kind)
	if err != nil {
		return ""
	}
	return k.About
}

func sec(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
func mb(octets int64) string     { return fmt.Sprintf("%.0f", float64(octets)/1e6) }

// times says how many times b a is.
func times[T ~int64](a, b T) string { return fmt.Sprintf("%.2f", float64(a)/float64(max(b, 1))) }

// thousands groups digits.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func writePeers(b *strings.Builder, p keptPart) {
	for _, capture := range []string{"mix", "small"} {
		own := p.find(capture, "tcpwatch")
		if own == nil {
			continue
		}
		fmt.Fprintf(b, "**%s**: %s packets, %s connections, %s MB: %s.\n\n", capture, thousands(own.packets), thousands(own.connections), mb(own.octets), about(capture))
		rows := [][]string{{"program", "runs", "wall s", "CPU s", "peak MB", "wall of tcpwatch's", "CPU", "peak"}}
		for _, g := range p.groups {
			if g.capture == capture {
				rows = append(rows, []string{g.program, fmt.Sprint(g.round), sec(g.wall), sec(g.cpu), mb(g.peak), times(g.wall, own.wall), times(g.cpu, own.cpu), times(g.peak, own.peak)})
			}
		}
		table(b, 1, rows...)
		b.WriteString("\n")
	}
	for _, g := range p.groups {
		if g.note != "" {
			fmt.Fprintf(b, "%s on %s %s.\n\n", g.program, g.capture, g.note)
		}
	}
	b.WriteString("The command lines:\n\n")
	for _, line := range p.said("command") {
		b.WriteString("    " + line + "\n")
	}
	for _, name := range p.said("not installed") {
		b.WriteString("    " + name + " was not installed\n")
	}
}

func writeGrowth(b *strings.Builder, p keptPart) {
	for _, plot := range plots {
		fmt.Fprintf(b, "![%s](%s/%s)\n\n", plot.title, plotFolder, plot.file())
	}
	for _, s := range []struct{ series, says string }{
		{"packets", "**Packets.** *long*: " + about("long") + "."},
		{"connections", "**Connections**, one after another, 530 a second of capture time. *small*: " + about("small") + ". " + remembered},
		{"live", "**Connections at one time.** All are open from the start to the end and take turns, so that no packet finds its connection in a cache: what that costs is the rise of the time for a packet from a thousand to a million connections. The last column is the memory above that of the fewest, for each connection more."},
		{"lossy", "**Loss.** Transfers of 50 to 150 segments; of so many in a hundred connections every fifth ten segments lose one."},
		{"shards", "**Shards.**"},
	} {
		var rows [][]string
		first := map[string]group{}
		for _, g := range p.groups {
			if g.series != s.series {
				continue
			}
			row := []string{g.capture, g.program, thousands(g.packets), thousands(g.connections), sec(g.wall), sec(g.cpu), mb(g.peak), fmt.Sprintf("%.0f", g.cpu.Seconds()/float64(g.packets)*1e9)}
			if s.series == "live" {
				if _, ok := first[g.program]; !ok {
					first[g.program] = g
				}
				each := "–"
				if f := first[g.program]; g.connections > 10*f.connections {
					each = thousands(int(g.peak-f.peak) / (g.connections - f.connections))
				}
				row = append(row, each)
			}
			rows = append(rows, row)
		}
		if len(rows) == 0 {
			continue
		}
		head := []string{"capture", "program", "packets", "connections", "wall s", "CPU s", "peak MB", "CPU ns a packet"}
		if s.series == "live" {
			head = append(head, "octets a connection")
		}
		fmt.Fprintf(b, "%s\n\n", s.says)
		table(b, 2, slices.Concat([][]string{head}, rows)...)
		b.WriteString("\n")
	}
}

func writeRows(b *strings.Builder, p keptPart) {
	rows := [][]string{{"capture", "view and format", "rows", "wall s", "CPU s", "peak MB", "rows a second", "rows a second of CPU"}}
	for _, g := range p.groups {
		n := g.rows()
		rows = append(rows, []string{g.capture, g.program, thousands(n), sec(g.wall), sec(g.cpu), mb(g.peak),
			thousands(int(float64(n) / g.wall.Seconds())), thousands(int(float64(n) / g.cpu.Seconds()))})
	}
	b.WriteString("Written to /dev/null, analysis and all.\n\n")
	table(b, 2, rows...)
}

// rows is how many rows a view has.
func (g *group) rows() int {
	if strings.HasPrefix(g.program, "packets") {
		return g.packets
	}
	return g.connections
}

func writeCompressed(b *strings.Builder, p keptPart) {
	rows := [][]string{{"capture", "program", "MB", "wall s", "CPU s", "peak MB"}}
	for _, g := range p.groups {
		rows = append(rows, []string{g.capture, "`" + strings.ReplaceAll(g.program, "|", "\\|") + "`", mb(g.octets), sec(g.wall), sec(g.cpu), mb(g.peak)})
	}
	b.WriteString("tcpwatch reads the file itself, or what a decompressor pipes into it.\n\n")
	table(b, 2, rows...)
}

func writeMany(b *strings.Builder, p keptPart) {
	for _, g := range p.groups {
		fmt.Fprintf(b, "* %s: %s packets, %s connections that stay open, %s MB: %s s, peak %s MB. %s.\n", g.program,
			thousands(g.packets), thousands(g.connections), mb(g.octets), sec(g.wall), mb(g.peak), g.note)
	}
	b.WriteString("\nMore than `--max-connections` (1,048,576) are not remembered at one time: one that is over leaves for a new one, else one that was quiet for long, as a record that says `evicted`.\n")
}

func writeStart(b *strings.Builder, p keptPart) {
	rows := [][]string{{"program", "runs", "ms to the first octet", "CPU ms"}}
	for _, g := range p.groups {
		rows = append(rows, []string{"`" + g.program + "`", fmt.Sprint(g.round), fmt.Sprintf("%.1f", g.wall.Seconds()*1e3), fmt.Sprintf("%.1f", g.cpu.Seconds()*1e3)})
	}
	b.WriteString("FILE has three packets. `GODEBUG=inittrace=1` shows where a start without work goes; [profiles.md](bench/profiles.md) has what was taken out of it.\n\n")
	table(b, 1, rows...)
}

func writeInterrupt(b *strings.Builder, p keptPart) {
	rows := [][]string{{"input, moment of SIGINT", "what was known", "ms to the end"}}
	for _, g := range p.groups {
		if !strings.HasPrefix(g.note, "was done") {
			rows = append(rows, []string{g.program, g.note, fmt.Sprintf("%.0f", g.wall.Seconds()*1e3)})
		}
	}
	b.WriteString("From SIGINT to the end of the process, with the results of what was read until then written. Runs that were done before are left out.\n\n")
	table(b, 2, rows...)
}
