package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// outlay is the cost of one run.
type outlay struct {
	wall, cpu time.Duration
	peak      int64 // octets
}

// run is one run of one program over one capture.
type run struct {
	series, capture      string
	packets, connections int
	octets               int64
	program              string
	round                int
	outlay
	note string // what was found besides; no tabs
}

const runColumns = "series\tcapture\tpackets\tconnections\tbytes\tprogram\tround\twall_s\tcpu_s\tpeak_bytes\tnote"

func runsPath(part string) string { return filepath.Join("bench", "runs", part+".tsv") }

// keepRuns writes the runs of a part, and what they were measured on.
func keepRuns(part string, about []string, runs []run) error {
	var b strings.Builder
	for _, line := range about {
		b.WriteString("# " + line + "\n")
	}
	b.WriteString(runColumns + "\n")
	for _, r := range runs {
		fmt.Fprintf(&b, "%s\t%s\t%d\t%d\t%d\t%s\t%d\t%.4f\t%.4f\t%d\t%s\n",
			r.series, r.capture, r.packets, r.connections, r.octets, r.program, r.round, r.wall.Seconds(), r.cpu.Seconds(), r.peak, r.note)
	}
	if err := os.MkdirAll(filepath.Dir(runsPath(part)), 0o777); err != nil {
		return err
	}
	return os.WriteFile(runsPath(part), []byte(b.String()), 0o666)
}

// keptRuns reads what keepRuns wrote.
func keptRuns(part string) (about []string, runs []run, err error) {
	text, err := os.ReadFile(runsPath(part))
	if err != nil {
		return nil, nil, err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if said, ok := strings.CutPrefix(line, "# "); ok {
			about = append(about, said)
			continue
		}
		if line == runColumns {
			continue
		}
		r, err := parseRun(strings.Split(line, "\t"))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %q: %w", runsPath(part), line, err)
		}
		runs = append(runs, r)
	}
	return about, runs, nil
}

func parseRun(f []string) (r run, err error) {
	if len(f) != strings.Count(runColumns, "\t")+1 {
		return r, fmt.Errorf("%d columns", len(f))
	}
	whole := func(s string) int64 {
		n, e := strconv.ParseInt(s, 10, 64)
		err = cmp.Or(err, e)
		return n
	}
	seconds := func(s string) time.Duration {
		n, e := strconv.ParseFloat(s, 64)
		err = cmp.Or(err, e)
		return time.Duration(n * float64(time.Second))
	}
	r = run{
		series: f[0], capture: f[1], packets: int(whole(f[2])), connections: int(whole(f[3])), octets: whole(f[4]), program: f[5],
		round: int(whole(f[6])), outlay: outlay{seconds(f[7]), seconds(f[8]), whole(f[9])}, note: f[10],
	}
	return r, err
}

// group is the runs of one program over one capture, and their median.
type group struct {
	run // of the first; its outlay is the median, its round the number of runs
}

// groups groups runs, in the order in which they first come.
func groups(runs []run) (list []group) {
	type key struct {
		series, capture, program string
		packets                  int
	}
	at := map[key][]run{}
	var order []key
	for _, r := range runs {
		k := key{r.series, r.capture, r.program, r.packets}
		if at[k] == nil {
			order = append(order, k)
		}
		at[k] = append(at[k], r)
	}
	for _, k := range order {
		g := group{at[k][0]}
		g.round = len(at[k])
		g.outlay = median(at[k])
		list = append(list, g)
	}
	return list
}

// median takes the median of each figure separately.
func median(runs []run) outlay {
	middle := func(of func(run) int64) int64 {
		v := make([]int64, len(runs))
		for i, r := range runs {
			v[i] = of(r)
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	return outlay{
		wall: time.Duration(middle(func(r run) int64 { return int64(r.wall) })),
		cpu:  time.Duration(middle(func(r run) int64 { return int64(r.cpu) })),
		peak: middle(func(r run) int64 { return r.peak }),
	}
}

// print shows medians.
func (s *measurement) print(runs []run) {
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "series\tcapture\tpackets\tconnections\tprogram\truns\twall s\tCPU s\tpeak MB\tnote")
	for _, g := range groups(runs) {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%d\t%.4f\t%.4f\t%.1f\t%s\n",
			g.series, g.capture, g.packets, g.connections, g.program, g.round, g.wall.Seconds(), g.cpu.Seconds(), float64(g.peak)/1e6, g.note)
	}
	w.Flush()
}
