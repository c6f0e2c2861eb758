// Command bench measures tcpwatch beside the other programs that are installed.
//
//	go run ./bench                     every part, at full size: half an hour, 15 GB of disk
//	go run ./bench -scale 0.01         all of it a hundred times smaller
//	go run ./bench peers growth        two parts
//	go run ./bench -keep               keep the runs, and write what is shown of them
//	go run ./bench generate mix 680000 mix.pcap
//
// It generates captures (package traffic), lets every program read each once,
// wants them all to count what was generated, then lets them take turns and
// prints medians. With -keep the single runs go to bench/runs, and from these
// BENCHMARKS.md, its plots and the table in README.md are written again; a test
// holds them together.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"

	"tcpwatch/bench/traffic"
)

// part is something that is measured.
type part struct {
	name, about string
	run         func(*measurement) ([]run, error)
}

var parts = []part{
	{"peers", "the same captures, read by tcpwatch and by others", (*measurement).peers},
	{"growth", "time and memory as captures grow", (*measurement).growth},
	{"rows", "rows a second in views with a row for each connection or packet", (*measurement).rows},
	{"compressed", "compressed captures, beside the decompressor alone", (*measurement).compressed},
	{"many", "more connections than are remembered", (*measurement).many},
	{"start", "from the start to the first output", (*measurement).start},
	{"interrupt", "from an interrupt to the end", (*measurement).interrupt},
	{"profile", "where the time of mix and small goes", (*measurement).profile},
}

func main() {
	err := command(os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command(args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == "generate" {
		return generate(args[1:], out)
	}
	s := &measurement{out: out}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&s.tcpwatch, "tcpwatch", "", "measure this `program` (default: what is built from ./cmd/tcpwatch)")
	f.StringVar(&s.dir, "dir", "", "keep captures in this `folder` for another time (default: a temporary one)")
	f.Float64Var(&s.scale, "scale", 1, "size of the captures, as a `fraction` of the full size")
	f.IntVar(&s.rounds, "rounds", 5, "measure each program so many `times`; one that takes over 10 s of CPU is measured once")
	f.Uint64Var(&s.seed, "seed", 1, "seed of the captures")
	f.BoolVar(&s.keep, "keep", false, "keep the runs in bench/runs and write BENCHMARKS.md, plots and README.md from them")
	f.Usage = func() {
		fmt.Fprintf(f.Output(), "go run ./bench [flags] [PART...]\ngo run ./bench generate KIND PACKETS FILE\n\nParts (default all):\n")
		for _, p := range parts {
			fmt.Fprintf(f.Output(), "  %-11s %s\n", p.name, p.about)
		}
		fmt.Fprintf(f.Output(), "\nKinds of traffic:\n")
		for _, k := range append(traffic.Kinds(), traffic.Lossy(10), traffic.Live(1000)) {
			fmt.Fprintf(f.Output(), "  %-11s %s\n", k.Name, k.About)
		}
		fmt.Fprintf(f.Output(), "\nFlags:\n")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return err
	}
	if s.scale <= 0 || s.scale > 1 || s.rounds < 1 {
		return errors.New("-scale must be above 0 and up to 1, -rounds at least 1")
	}
	chosen, err := choose(f.Args())
	if err != nil {
		return err
	}
	return s.all(chosen)
}

func choose(names []string) ([]part, error) {
	if len(names) == 0 {
		return parts, nil
	}
	var chosen []part
	for _, name := range names {
		i := slices.IndexFunc(parts, func(p part) bool { return p.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no part %q", name)
		}
		chosen = append(chosen, parts[i])
	}
	return chosen, nil
}

// generate writes a capture: KIND PACKETS FILE [SEED]. - is standard output.
func generate(args []string, out io.Writer) error {
	if len(args) != 3 && len(args) != 4 {
		return errors.New("generate KIND PACKETS FILE [SEED]")
	}
	kind, err := traffic.ByName(args[0])
	if err != nil {
		return err
	}
	packets, err := strconv.Atoi(args[1])
	if err != nil || packets < 0 {
		return fmt.Errorf("%q is not a number of packets", args[1])
	}
	seed := uint64(1)
	if len(args) == 4 {
		if seed, err = strconv.ParseUint(args[3], 10, 64); err != nil {
			return fmt.Errorf("%q is not a seed", args[3])
		}
	}
	f := os.Stdout
	if args[2] == "-" {
		out = os.Stderr
	} else if f, err = os.Create(args[2]); err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	made, err := kind.Write(w, packets, seed)
	if err == nil {
		err = w.Flush()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d packets, %d connections\n", made.Packets, made.Connections)
	return nil
}

// all runs the parts in turn.
func (s *measurement) all(chosen []part) error {
	// Ctrl-C reaches the running program as well. This one then removes what it
	// made.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s.ctx = ctx
	end, err := s.begin()
	defer end()
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, strings.Join(s.about(), "\n"))
	for _, p := range chosen {
		fmt.Fprintf(s.out, "\n%s: %s\n", p.name, p.about)
		runs, err := p.run(s)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		s.print(runs)
		if s.keep && len(runs) > 0 {
			if err := keepRuns(p.name, s.about(), runs); err != nil {
				return err
			}
		}
	}
	if s.keep {
		s.wrong = append(s.wrong, writeDocuments())
	}
	return errors.Join(s.wrong...)
}
