package lab_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tcpwatch/lab"
	"tcpwatch/lab/labtest"
	"tcpwatch/lab/scenario"
)

var (
	draws     = flag.Int("lab.draws", 0, "run every scenario this many times, with fresh seeds")
	only      = flag.String("lab.only", "*", "with -lab.draws: only the scenarios that match this pattern")
	keepFiles = flag.String("lab.keep", "", "with -lab.draws: leave the captures of draws with errors in this folder")
	all       = flag.Bool("lab.all", false, "with -lab.keep: leave all draws there")
	again     = flag.String("lab.again", "", "score the draws in this folder again, without a lab")
	first     = flag.Uint64("lab.seed", 0, "with -lab.draws: the first seed; 0 takes one from the clock")
	remake    = flag.String("lab.remake", "", "make the captures of testdata/pcaps/kernel again, into this folder")
	unseen    = flag.Bool("lab.unseen", false, "list the retransmissions that leave no gap and were not found, and those whose cause was left open")
	setting   = flag.String("lab.with", "", "with TestCauseDraws: settings of both hosts, NAME=VALUE with commas between them, below /proc/sys/net with slashes")
	control   = flag.String("lab.control", "", "with TestCauseDraws: the congestion control of every socket")
	width     = flag.Int("lab.width", 6, "with -lab.draws: how many run at the same time")
)

// sides are the hosts, by their numbers.
var sides = [2]string{"client", "server"}

func needLab(t *testing.T) { t.Helper(); labtest.Need(t, lab.Available()) }

// quick are the scenarios of the normal test.
var quick = []string{
	"loss", "loss-both", "reorder", "reorder-near", "mixed", "mixed-nots", "mixed-nosack", "burst", "rate-reorder", "corrupt", "requests", "acklost",
	"finlost-server", "finheld", "serverclose", "simclose", "simopen", "abort", "abort-server", "unread", "reuse", "refused", "halfclose", "zerowindow",
}

// maxChanged is how many retransmissions, in a thousand, may come or go when a
// tap records every packet twice.
const maxChanged = 2

// maxStall is how long the machine may keep the link from running. Beyond it
// the times at the taps are no longer those of the packets.
const maxStall = 3 * time.Millisecond

// outcome is the scores of one or many draws.
type outcome struct {
	plain    tally
	degraded [3]tally
	doubled  []string // what was wrong with every packet doubled
	changed  int      // retransmissions more or fewer with every packet doubled
	belated  bool     // nothing is promised of the degraded variants
}

func (o *outcome) add(p *outcome) {
	o.plain.add(&p.plain)
	o.changed += p.changed
	if p.belated {
		return
	}
	for i := range o.degraded {
		o.degraded[i].add(&p.degraded[i])
	}
}

// runOne draws a scenario, checks the truth against the kernel and scores; there
// is no outcome where the machine is too busy.
func runOne(t *testing.T, sc *lab.Scenario, dir string, seed uint64) (*lab.Result, *outcome, error) {
	res, err := runQuietly(t, sc, dir, seed)
	// Losses may come so thick that backoff outlasts the time a draw has. That
	// is the luck of the seed, unless the next ones have it too.
	for try := uint64(1); late(err) && try < 3; try++ {
		t.Logf("%s seed %d: %v; drawn again with another seed", sc.Name, seed, err)
		res, err = lab.Run(sc, dir, seed+1000*try)
	}
	if err != nil {
		return nil, nil, err
	}
	if res.Stall > maxStall {
		t.Logf("%s seed %d: not scored: the machine stalled for %v", sc.Name, seed, res.Stall)
		return res, nil, nil
	}
	if res.Took > 15*time.Second {
		t.Logf("%s seed %d: took %v", sc.Name, seed, res.Took)
	}
	checkTruth(t, sc, res)
	return res, scoreDraw(t, res.Base), nil
}

// runQuietly draws a scenario, up to four times, until the machine does not stall.
func runQuietly(t *testing.T, sc *lab.Scenario, dir string, seed uint64) (*lab.Result, error) {
	res, err := lab.Run(sc, dir, seed)
	for try := 1; err == nil && res.Stall > maxStall && try < 4; try++ {
		t.Logf("%s seed %d: the machine stalled for %v; drawn again", sc.Name, seed, res.Stall)
		res, err = lab.Run(sc, dir, seed)
	}
	return res, err
}

// late reports whether a draw ran out of time.
func late(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || err != nil && strings.Contains(err.Error(), "i/o timeout")
}

// scoreDraw scores what Run left at base: plain, degraded and doubled.
func scoreDraw(t *testing.T, base string) *outcome {
	o := &outcome{}
	if sc := scenario.Find(filepath.Base(base)); sc != nil {
		o.belated = sc.Belated
	}
	wrong, _ := tapsAgree(t, base)
	for _, w := range wrong {
		t.Error(w)
	}
	for _, side := range []string{"snd", "rcv"} {
		d := load(t, base, side)
		plain := d.score(t, d.packets, true)
		o.plain.add(plain)
		for i, g := range degradations {
			worse := d.score(t, degraded(d.packets, g.change), false)
			o.degraded[i].add(worse)
		}
		both := d.doubled()
		twice := both.score(t, both.packets, true)
		o.doubled = append(o.doubled, twice.wrong...)
		if twice.retransmissions != plain.retransmissions {
			o.plain.wrong = append(o.plain.wrong, fmt.Sprintf("%s: %d retransmissions, %d with every packet doubled", d.name, plain.retransmissions, twice.retransmissions))
			o.changed += max(twice.retransmissions-plain.retransmissions, plain.retransmissions-twice.retransmissions)
		}
	}
	return o
}

// checkTruth holds the truth against the kernels' own counters.
func checkTruth(t *testing.T, sc *lab.Scenario, r *lab.Result) {
	t.Helper()
	for i, side := range sides {
		if r.TapMissed[i] != 0 {
			t.Errorf("%s seed %d: %s lost %d packets before its tap", sc.Name, r.Seed, side, r.TapMissed[i])
		}
		if truth := r.Retransmitted[i] - r.Crossed[i]; truth != r.Counted[i] && sc.KernelMiscounts == "" {
			t.Errorf("%s seed %d: %s sent %d segments again by the truth, %d by TcpRetransSegs", sc.Name, r.Seed, side, truth, r.Counted[i])
		}
	}
	for i := range sides {
		if bad := r.Kernel[1-i]["TcpInCsumErrors"]; bad != int64(r.Corrupted[i]) {
			t.Errorf("%s seed %d: %d segments damaged, the %s counted %d", sc.Name, r.Seed, r.Corrupted[i], sides[1-i], bad)
		}
	}
	mtu := sc.MTU
	if mtu == 0 {
		mtu = 1500
	}
	if r.Widest > mtu && sc.Offload == lab.NoOffload {
		t.Errorf("%s: a packet of %d octets with an MTU of %d", sc.Name, r.Widest, mtu)
	}
}

// each runs jobs, some at a time.
func each[T any](jobs []T, atOnce int, f func(T)) {
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for _, j := range jobs {
		slots <- struct{}{}
		all.Go(func() {
			f(j)
			<-slots
		})
	}
	all.Wait()
}

// TestQuick draws the quick scenarios with fresh seeds and allows one error in 2,000
// segments over all of them. What is promised with packets doubled, and without IP IDs or
// timestamps, are shares: where one draw misses one of them, two more count as well, since
// one capture may have all the errors of hundreds.
func TestQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("makes connections for half a minute")
	}
	needLab(t)
	seed := uint64(time.Now().UnixNano())
	total := drawAll(t, quick, 1, seed)
	if len(broken(total)) > 0 {
		t.Logf("drawn again, twice: %q", broken(total))
		total.add(drawAll(t, quick, 2, seed+uint64(len(quick))))
	}
	keeps(t, total)
	if e, n := total.plain.errors(), total.plain.occupying; e*2000 > n {
		t.Errorf("%d errors in %d segments: more than one in 2,000", e, n)
	}
	if total.plain.timeWaits != total.plain.timeWaitsRight {
		t.Errorf("TIME-WAIT differs in %d of %d captures", total.plain.timeWaits-total.plain.timeWaitsRight, total.plain.timeWaits)
	}
}

// TestDraws runs every scenario as often as -lab.draws says.
func TestDraws(t *testing.T) {
	if *draws == 0 {
		t.Skip("-lab.draws is not set")
	}
	needLab(t)
	var names []string
	for _, sc := range scenario.All() {
		if ok, err := filepath.Match(*only, sc.Name); err != nil {
			t.Fatal(err)
		} else if ok {
			names = append(names, sc.Name)
		}
	}
	if len(names) == 0 {
		t.Fatalf("no scenario matches %q", *only)
	}
	seed := *first
	if seed == 0 {
		seed = uint64(time.Now().Unix())
	}
	keeps(t, drawAll(t, names, *draws, seed))
}

// drawAll runs scenarios with seeds from seed on and prints the scores.
func drawAll(t *testing.T, names []string, times int, seed uint64) *outcome {
	type job struct {
		sc   *lab.Scenario
		seed uint64
	}
	var jobs []job
	for n := range times {
		for i, name := range names {
			sc := scenario.Find(name)
			if sc == nil {
				t.Fatalf("no scenario %q", name)
			}
			if sc.IPv6 && !labtest.HasIPv6() {
				continue // which this kernel has not
			}
			// Each a seed of its own: an unlucky one does not count for all.
			jobs = append(jobs, job{sc, seed + uint64(n*len(names)+i)})
		}
	}
	var mu sync.Mutex
	by := map[string]*outcome{}
	total := &outcome{}
	root := t.TempDir()
	each(jobs, *width, func(j job) {
		dir := filepath.Join(root, fmt.Sprintf("%s-%d", j.sc.Name, j.seed))
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Error(err)
			return
		}
		defer os.RemoveAll(dir)
		_, o, err := runOne(t, j.sc, dir, j.seed)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			t.Errorf("seed %d: %v", j.seed, err)
			return
		}
		if o == nil {
			return
		}
		keepErrors(t, o, dir)
		if by[j.sc.Name] == nil {
			by[j.sc.Name] = &outcome{}
		}
		by[j.sc.Name].add(o)
		total.add(o)
	})
	printScores(t, by, total)
	return total
}

// keeps fails for each promise that was missed.
func keeps(t *testing.T, total *outcome) {
	t.Helper()
	for _, m := range broken(total) {
		t.Error(m)
	}
}

// broken lists what is promised with every packet doubled, and without IP IDs or
// timestamps, and does not hold.
func broken(total *outcome) []string {
	var m []string
	if total.changed*1000 > max(total.plain.retransmissions, 100)*maxChanged {
		m = append(m, fmt.Sprintf("%d of %d retransmissions come or go with every packet doubled", total.changed, total.plain.retransmissions))
	}
	for i, g := range degradations {
		d := &total.degraded[i]
		if p, r := d.precision(), d.recall(); short(g.precision, d.fp, d.tp+d.hiddenFound) || short(g.recall, d.fn, d.tp) {
			m = append(m, fmt.Sprintf("%s: precision %.4f, recall %.4f; at least %.3f and %.3f are promised", g.name, p, r, g.precision, g.recall))
		}
	}
	return m
}

// printScores prints the table and what was wrong.
func printScores(t *testing.T, by map[string]*outcome, total *outcome) {
	for _, name := range slices.Sorted(maps.Keys(by)) {
		t.Logf("%-18s %v", name, &by[name].plain)
	}
	for _, w := range total.plain.wrong {
		t.Logf("wrong: %s", w)
	}
	if *unseen {
		for _, w := range total.plain.notFound {
			t.Logf("unseen: %s", w)
		}
	}
	t.Logf("%-18s %v", "all", &total.plain)
	t.Logf("%d retransmissions come or go with every packet doubled", total.changed)
	for i, g := range degradations {
		d := &total.degraded[i]
		t.Logf("%-18s %v", g.name, d)
		for _, w := range d.wrong[:min(40, len(d.wrong))] {
			t.Logf("%s: wrong: %s", g.name, w)
		}
	}
}

// short reports whether a promised share was missed. One error more is allowed: a
// few hundred retransmissions cannot show one in a thousand.
func short(promised float64, bad, good int) bool {
	return float64(bad) > 1+(1-promised)*float64(bad+good)
}

// TestAgain scores draws that were kept.
func TestAgain(t *testing.T) {
	if *again == "" {
		t.Skip("-lab.again is not set")
	}
	found, err := filepath.Glob(filepath.Join(*again, "*", "*.json"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no draws in %s, %v", *again, err)
	}
	by, total := map[string]*outcome{}, &outcome{}
	for _, path := range found {
		base := strings.TrimSuffix(path, ".json")
		name := filepath.Base(base)
		if ok, _ := filepath.Match(*only, name); !ok {
			continue
		}
		if by[name] == nil {
			by[name] = &outcome{}
		}
		o := scoreDraw(t, base)
		keepErrors(t, o, filepath.Dir(path))
		by[name].add(o)
		total.add(o)
	}
	printScores(t, by, total)
	keeps(t, total)
}

// keepErrors copies a draw with errors to the folder of -lab.keep, with the
// errors of each degradation beside it.
func keepErrors(t *testing.T, o *outcome, dir string) {
	if *keepFiles == "" {
		return
	}
	lists := map[string][]string{"plain": o.plain.wrong, "doubled": o.doubled}
	any := len(o.plain.wrong)
	for i, g := range degradations {
		lists[g.name] = o.degraded[i].wrong
		any += len(o.degraded[i].wrong)
	}
	if any == 0 && !*all {
		return
	}
	to := filepath.Join(*keepFiles, filepath.Base(dir))
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Error(err)
		return
	}
	for name, list := range lists {
		f, err := os.Create(filepath.Join(to, name+".wrong"))
		if err != nil {
			t.Error(err)
			return
		}
		for _, w := range list {
			fmt.Fprintln(f, w)
		}
		f.Close()
	}
}
