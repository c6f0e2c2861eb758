package lab_test

import (
	"bufio"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/lab"
	"tcpwatch/lab/labtest"
	"tcpwatch/lab/scenario"
)

// answers are the causes that are right where the kernel had a cause of its own. CauseUnknown
// is never wrong, and CauseSpurious is about what had passed the tap, not about what its sender
// did. After ICMP has said that the path takes smaller packets only, a loss is repaired at
// once, which SACK may have reported as well: behind the place where the larger ones were lost
// nothing tells both from each other. CauseTLP is also right of a timeout where the sender does not probe.
var answers = map[why]label.Cause{
	whyTimer: label.CauseRTO,
	whyAfter: label.CauseRTO,
	whyFast:  label.CauseFast,
	whyProbe: label.CauseTLP,
	whyPath:  label.CauseFast,
}

// causeTable counts what was said of what kernels sent again.
type causeTable struct {
	said           map[why]map[label.Cause]int
	wrong, unknown []string
}

// sure counts what a cause was named for, and what the kernel said.
func (a *causeTable) sure() (n int) {
	for w, row := range a.said {
		for c, k := range row {
			if w != whyNone && c != label.CauseUnknown && c != label.CauseSpurious {
				n += k
			}
		}
	}
	return n
}

func (a *causeTable) count(w why, c label.Cause) {
	if a.said == nil {
		a.said = map[why]map[label.Cause]int{}
	}
	if a.said[w] == nil {
		a.said[w] = map[label.Cause]int{}
	}
	a.said[w][c]++
}

func (a *causeTable) add(b *causeTable) {
	for w, row := range b.said {
		for c, n := range row {
			a.count(w, c)
			a.said[w][c] += n - 1
		}
	}
	a.wrong, a.unknown = append(a.wrong, b.wrong...), append(a.unknown, b.unknown...)
}

func (a *causeTable) String() string {
	var b strings.Builder
	for _, w := range slices.Sorted(maps.Keys(a.said)) {
		fmt.Fprintf(&b, " %s:", w)
		for c := label.CauseUnknown; c < label.CauseCount; c++ {
			if n := a.said[w][c]; n > 0 {
				fmt.Fprintf(&b, " %d %v", n, c)
			}
		}
		b.WriteByte(';')
	}
	return b.String()
}

// routeOf is the tuple of a segment as a trace has it.
func routeOf(t wire.Tuple) route {
	r := route{t.Source(), t.Destination()}
	for i, a := range r {
		r[i] = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	}
	return r
}

// packetAt is a packet that was sent again.
type packetAt struct {
	number uint64
	at     int64
}

// sentAgain lists what a side sent again, by route, from its own tap.
func sentAgain(t *testing.T, d *draw, link []linkRow) map[route][]packetAt {
	all := map[route][]packetAt{}
	observe(t, d.packets, func(*wire.Segment) bool { return true }, func(o *analyze.Observation) {
		if n := o.Segment.Packet; d.truth[n].class == lab.Rexmit.String() && link[n].came == 0 {
			all[routeOf(o.Segment.Tuple)] = append(all[routeOf(o.Segment.Tuple)], packetAt{n, o.Segment.Time})
		}
	})
	return all
}

// joinKernel finds for each packet that a side sent again why its kernel did. Packets and
// calls of a route correspond one by one, or where a call made several packets by time.
func joinKernel(sent map[route][]packetAt, trace map[route][]resending) map[uint64]why {
	const slack = int64(300 * time.Microsecond) // a call is noted after it was made
	all := map[uint64]why{}
	for r, packets := range sent {
		calls := trace[r]
		for i := range packets {
			p := packets[i]
			if len(calls) == len(packets) {
				if d := p.at - calls[i].at; d > -int64(time.Second/10) && d < int64(time.Second/10) {
					all[p.number] = calls[i].why
				}
				continue
			}
			k := slices.IndexFunc(calls, func(c resending) bool { return c.at > p.at+slack })
			if k < 0 {
				k = len(calls)
			}
			if k > 0 && p.at-calls[k-1].at < int64(20*time.Millisecond) {
				all[p.number] = calls[k-1].why
			}
		}
	}
	return all
}

// writeWhys writes which packet of a side was sent again for which reason.
func writeWhys(t *testing.T, base string, trace map[route][]resending) {
	for _, side := range []string{"snd", "rcv"} {
		d, link := load(t, base, side), readLink(t, base+"."+side+".link.tsv")
		whys := joinKernel(sentAgain(t, d, link), trace)
		var b strings.Builder
		for _, n := range slices.Sorted(maps.Keys(whys)) {
			if whys[n] != whyNone {
				fmt.Fprintf(&b, "%d\t%s\n", n, whys[n])
			}
		}
		if err := os.WriteFile(base+"."+side+".why.tsv", []byte(b.String()), 0o666); err != nil {
			t.Error(err)
		}
	}
}

func readWhys(t *testing.T, path string) map[uint64]why {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[uint64]why{}
	for s := bufio.NewScanner(f); s.Scan(); {
		var n uint64
		var w why
		if _, err := fmt.Sscan(s.Text(), &n, &w); err != nil {
			t.Fatal(err)
		}
		all[n] = w
	}
	return all
}

// compareCauses holds the causes said of a draw against its kernels': at the tap of the
// sender, and at that of the receiver.
func compareCauses(t *testing.T, base string) (near, far *causeTable) {
	t.Helper()
	sides := [2]string{"snd", "rcv"}
	var whys [2]map[uint64]why
	var probers [2]bool
	for i, side := range sides {
		whys[i] = readWhys(t, base+"."+side+".why.tsv")
		for _, w := range whys[i] {
			probers[i] = probers[i] || w == whyProbe
		}
	}
	near, far = &causeTable{}, &causeTable{}
	for i, side := range sides {
		d, link := load(t, base, side), readLink(t, base+"."+side+".link.tsv")
		observe(t, d.packets, func(*wire.Segment) bool { return true }, func(o *analyze.Observation) {
			n := o.Segment.Packet
			if d.truth[n].class != lab.Rexmit.String() || o.Cause == label.NoCause {
				return
			}
			table, w, prober := near, whys[i][n], probers[i]
			if c := link[n].came; c > 0 {
				table, w, prober = far, whys[1-i][c], probers[1-i]
			}
			table.count(w, o.Cause)
			line := fmt.Sprintf("%s packet %d %v:%d seq %d+%d: %s, said to be %v", d.name, n, o.Segment.Tuple.Source(), o.Segment.DstPort, o.Seq, o.Segment.Len, w, o.Cause)
			switch {
			case o.Cause == label.CauseUnknown:
				table.unknown = append(table.unknown, line)
			case (w == whyTimer || w == whyAfter) && o.Cause == label.CauseTLP && !prober:
			case w == whyPath && table == near && o.Cause == label.CauseFast:
				table.wrong = append(table.wrong, line)
			case o.Cause != label.CauseSpurious && w != whyNone && answers[w] != o.Cause:
				table.wrong = append(table.wrong, line)
			}
		})
	}
	return near, far
}

// drawCauses draws scenarios, some at a time, each with a seed of its own, and writes beside
// each what its kernels said. It returns where they are.
func drawCauses(t *testing.T, trace *tracer, all []*lab.Scenario, dir string, seed uint64) (bases []string) {
	t.Helper()
	type span struct {
		base     string
		from, to int64
	}
	var mu sync.Mutex
	var done []span
	each(all, *width, func(sc *lab.Scenario) {
		into := filepath.Join(dir, fmt.Sprintf("%s-%d", sc.Name, seed))
		if err := os.MkdirAll(into, 0o777); err != nil {
			t.Error(err)
			return
		}
		from := time.Now().UnixNano()
		res, err := lab.Run(sc, into, seed)
		if err != nil {
			t.Logf("%s seed %d: %v", sc.Name, seed, err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		t.Logf("%s seed %d: the machine stalled for %v", sc.Name, seed, res.Stall)
		done = append(done, span{res.Base, from, time.Now().UnixNano()})
	})
	calls, err := trace.take()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range done {
		writeWhys(t, s.base, byRoute(calls, s.from, s.to))
		bases = append(bases, s.base)
	}
	return bases
}

// TestCauseDraws draws every scenario as often as -lab.draws says, for TestCauseAgain.
func TestCauseDraws(t *testing.T) {
	if *draws == 0 || *keepFiles == "" {
		t.Skip("-lab.draws and -lab.keep are not set")
	}
	needLab(t)
	trace := newTracer(t)
	for n := range *draws {
		var all []*lab.Scenario
		for _, sc := range scenario.All() {
			if !matchesAny(*only, sc.Name) || sc.IPv6 && !labtest.HasIPv6() {
				continue
			}
			sc.Settings = scenario.Settings(sc.Settings, parseSettings(*setting))
			if *control != "" {
				sc.Congestion = *control
			}
			all = append(all, sc)
		}
		drawCauses(t, trace, all, *keepFiles, *first+uint64(n))
	}
}

// matchesAny reports whether one of some patterns, with commas between them, matches.
func matchesAny(patterns, name string) bool {
	return slices.ContainsFunc(strings.Split(patterns, ","), func(p string) bool {
		ok, _ := filepath.Match(p, name)
		return ok
	})
}

// parseSettings reads NAME=VALUE with commas between them.
func parseSettings(s string) map[string]string {
	all := map[string]string{}
	for part := range strings.SplitSeq(s, ",") {
		if name, value, ok := strings.Cut(part, "="); ok {
			all[name] = value
		}
	}
	return all
}

// byRoute sorts what was sent again within a time by route.
func byRoute(calls []resending, from, to int64) map[route][]resending {
	all := map[route][]resending{}
	for _, c := range calls {
		if c.at >= from && c.at <= to {
			all[c.route] = append(all[c.route], c)
		}
	}
	return all
}

// causeRuns are the draws of the normal test: what is lost in the middle and at the end of
// flights, and in openings and closes; and the same where the kernel has no probes.
func causeRuns() (all []*lab.Scenario) {
	for _, name := range []string{"loss-both", "burst", "finlost", "rounds", "synloss", "offload-tails"} {
		all = append(all, scenario.Find(name))
	}
	for _, name := range []string{"rounds", "finlost-server", "offload-tails"} {
		sc := scenario.Find(name)
		sc.Settings = scenario.Settings(sc.Settings, map[string]string{"ipv4/tcp_early_retrans": "0"})
		all = append(all, sc)
	}
	return all
}

// TestCausesOfKernel: what had a segment sent again is what the sending kernel says, or
// left open. One in a hundred may be wrong, and at least a half must be named.
func TestCausesOfKernel(t *testing.T) {
	if testing.Short() {
		t.Skip("makes connections for some seconds")
	}
	needLab(t)
	trace, near, far := newTracer(t), &causeTable{}, &causeTable{}
	runs := causeRuns()
	for i, some := range [][]*lab.Scenario{runs[:6], runs[6:]} {
		for _, base := range drawCauses(t, trace, some, t.TempDir(), uint64(time.Now().UnixNano())+uint64(i)) {
			n, f := compareCauses(t, base)
			near.add(n)
			far.add(f)
		}
	}
	for name, a := range map[string]*causeTable{"sender": near, "receiver": far} {
		t.Logf("at the tap of the %s:%v", name, a)
		sure := a.sure()
		if sure == 0 {
			t.Errorf("at the tap of the %s no cause is named", name)
		}
		if len(a.wrong)*100 > sure+100 {
			t.Errorf("at the tap of the %s %d of %d causes are wrong:\n%s", name, len(a.wrong), sure, strings.Join(a.wrong, "\n"))
		}
		if sure == 0 {
			t.Errorf("at the tap of the %s no cause was compared", name) // nothing was made, or the trace did not fit
		}
		if name == "sender" && sure < len(a.unknown) {
			t.Errorf("at the tap of the %s %d causes are named, %d not", name, sure, len(a.unknown))
		}
	}
}

// TestCauseAgain compares draws that TestCauseDraws kept.
func TestCauseAgain(t *testing.T) {
	if *again == "" {
		t.Skip("-lab.again is not set")
	}
	found, err := filepath.Glob(filepath.Join(*again, "*", "*.rcv.why.tsv"))
	if err != nil || len(found) == 0 {
		t.Skipf("no draws of TestCauseDraws in %s, %v", *again, err)
	}
	tables := [2]map[string]*causeTable{{"all": {}}, {"all": {}}}
	for _, path := range found {
		base := strings.TrimSuffix(path, ".rcv.why.tsv")
		name := filepath.Base(base)
		if !matchesAny(*only, name) {
			continue
		}
		near, far := compareCauses(t, base)
		for i, one := range []*causeTable{near, far} {
			if tables[i][name] == nil {
				tables[i][name] = &causeTable{}
			}
			tables[i][name].add(one)
			tables[i]["all"].add(one)
		}
	}
	for i, place := range []string{"near", "far"} {
		for _, name := range slices.Sorted(maps.Keys(tables[i])) {
			t.Logf("%s %-18s%v | %d wrong", place, name, tables[i][name], len(tables[i][name].wrong))
		}
		for _, w := range tables[i]["all"].wrong {
			t.Logf("%s wrong: %s", place, w)
		}
		if *unseen {
			for _, w := range tables[i]["all"].unknown {
				t.Logf("%s unknown: %s", place, w)
			}
		}
	}
}
