package lesson

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture"
	"tcpwatch/capture/wire"
	"tcpwatch/lab"
	"tcpwatch/lab/labtest"
)

var (
	times = flag.Int("lesson.times", 1, "how often each lesson is run")
	only  = flag.String("lesson.only", "*", "only the lessons that match this pattern")
	width = flag.Int("lesson.width", 4, "how many run at the same time")
	tell  = flag.Bool("lesson.tell", false, "print the rows of every lesson")
	six   = flag.Bool("lesson.ipv6", false, "run the lessons over IPv6")
)

func needLab(t *testing.T) { t.Helper(); labtest.Need(t, lab.Available()) }

// playLesson runs a lesson until the machine lets it, and checks everything.
func playLesson(t *testing.T, l *Lesson, veth bool) *Outcome {
	name := fmt.Sprintf("%s (veth %v)", l.Name, veth)
	for try := 1; ; try++ {
		stop := labtest.Lag()
		var said []string
		out, err := Run(context.Background(), l, Options{Veth: veth, Tell: func(i *Item) { said = append(said, i.Say) }})
		stall := stop()
		var wrong []string
		odd := ""
		if err != nil {
			odd = err.Error()
		} else {
			stall = max(stall, out.Result.Stall)
			odd = out.Unexpected
			if odd == "" {
				odd = unsaid(l, said)
			}
			if odd == "" {
				odd = unseen(l, out.Rows)
			}
			if odd == "" {
				odd = ungiven(l, out.Verdicts)
			}
			if odd == "" {
				odd = mislabelled(out)
			}
			if *tell {
				t.Logf("%s: verdicts %s", name, names(out.Verdicts))
			}
			wrong = append(wrongStates(l, out), wrongCounts(l, out)...)
		}
		again := odd != "" && stall > labtest.MaxStall && try < labtest.Attempts
		for _, w := range wrong {
			t.Errorf("%s: %s", name, w)
		}
		if again {
			t.Logf("%s: played again, the machine stalled for %v: %s", name, stall, odd)
		} else if odd != "" {
			t.Errorf("%s: %s (stalled for %v, attempt %d)", name, odd, stall, try)
		}
		if *tell || len(wrong) > 0 || odd != "" {
			for _, r := range out.Rows {
				t.Logf("%s: %3d %9v %v [%v %v]", name, r.Number, r.At.Round(100*time.Microsecond), r, r.Ends[0].Kernel, r.Ends[1].Kernel)
			}
		}
		if !again {
			return out
		}
	}
}

// unsure are lessons in which an end is taken to have a connection that its
// kernel knows nothing of, with the reason.
var unsure = map[string]string{
	"syn-cookies": "with a SYN cookie the server remembers nothing",
}

// wrongStates holds every state against the kernel's.
func wrongStates(l *Lesson, out *Outcome) (wrong []string) {
	if l.Differs == "" {
		for _, r := range out.Different {
			wrong = append(wrong, fmt.Sprintf("packet %d: %v, but the kernels say %v and %v", r.Number, r, r.Ends[0].Kernel, r.Ends[1].Kernel))
		}
	} else if len(out.Different) == 0 && out.Unexpected == "" {
		wrong = append(wrong, "nothing differs, although the lesson says so")
	}
	for _, r := range out.Rows {
		for h, e := range r.Ends {
			if r.Datagram == "" && e.Verdict() == NoSocket && !e.Inferred.IsInferred() && unsure[l.Name] == "" {
				wrong = append(wrong, fmt.Sprintf("packet %d: the %s is in %v, and its kernel has no socket", r.Number, sideNames[h], e.Inferred))
			}
		}
	}
	return wrong
}

// wrongCounts holds what the link saw sent again against the kernels' counts. An end that
// remembers nothing does not know that it sends something again.
func wrongCounts(l *Lesson, out *Outcome) (wrong []string) {
	r := out.Result
	for i, name := range sideNames {
		if truth := r.Retransmitted[i] - r.Crossed[i]; truth != r.Counted[i] && !(truth > r.Counted[i] && unsure[l.Name] != "") {
			wrong = append(wrong, fmt.Sprintf("the %s sent %d segments again by the truth, %d by TcpRetransSegs", name, truth, r.Counted[i]))
		}
		if r.TapMissed[i] != 0 {
			wrong = append(wrong, fmt.Sprintf("the %s lost %d packets before its tap", name, r.TapMissed[i]))
		}
	}
	return wrong
}

// mislabelled holds the labels against what the link saw sent again, and returns what differs. A link
// that stalls gives a segment and its probe, neither with an IPv4 ID, the times of two copies.
func mislabelled(out *Outcome) string {
	var again [2]uint64
	for _, row := range out.Rows {
		if row.Datagram == "" && !row.Landing && !row.Copy && row.Labels.Has(label.Retransmission) {
			again[row.From]++
		}
	}
	for i, truth := range out.Result.Retransmitted {
		if again[i] != truth {
			return fmt.Sprintf("the %s sent %d segments again, %d are labelled so", sideNames[i], truth, again[i])
		}
	}
	return ""
}

// playAll runs lessons, some at the same time, and returns what each gave.
func playAll(t *testing.T, lessons []*Lesson, veth bool) []*Outcome {
	needLab(t)
	outcomes := make([]*Outcome, len(lessons))
	var all sync.WaitGroup
	slots := make(chan struct{}, *width)
	for i, l := range lessons {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			outcomes[i] = playLesson(t, l, veth)
		})
	}
	all.Wait()
	return outcomes
}

// few returns lessons by name, only the first where the test is to be short.
func few(names ...string) (list []*Lesson) {
	for _, name := range names {
		if len(list) == 0 || !testing.Short() {
			list = append(list, Find(name))
		}
	}
	return list
}

// Every lesson shows what it promises, over TUN and over veth devices, and
// leaves nothing after.
func TestLessons(t *testing.T) {
	if testing.Short() {
		t.Skip("makes connections for half a minute")
	}
	needLab(t)
	if _, err := Run(context.Background(), Find("refused"), Options{}); err != nil { // opens what the runtime keeps
		t.Fatal(err)
	}
	before := labtest.Count(t)
	var lessons []*Lesson
	for _, l := range All() {
		if ok, err := filepath.Match(*only, l.Name); err != nil {
			t.Fatal(err)
		} else if !ok {
			continue
		}
		if *six {
			l = l.OverIPv6()
		}
		if l != nil {
			lessons = append(lessons, l)
		}
	}
	for n := range *times {
		playAll(t, lessons, n%2 == 1)
	}
	before.Unchanged(t)
}

// Over veth devices, which is what a user without root gets where /dev/net/tun is
// closed, it is the same.
func TestVeth(t *testing.T) {
	playAll(t, few("three-way", "last-ack-lost", "simultaneous-close", "udp-broadcast", "corrupted"), true)
}

// Over IPv6 too, as far as there is something to be seen.
func TestIPv6(t *testing.T) {
	if Find("udp-echo").OverIPv6() != nil {
		t.Error("there is no UDP over IPv6")
	}
	labtest.NeedIPv6(t)
	lessons := few("mss", "syn-cookies", "simultaneous-open", "tuple-reused", "download")
	for i, l := range lessons {
		lessons[i] = l.OverIPv6()
	}
	playAll(t, lessons, false)
}

// The eleven states are reached by name, and the kernel says the same.
func TestStates(t *testing.T) {
	for s := state.Closed; s < state.Count; s++ {
		if Find(ForState[s.String()]) == nil {
			t.Fatalf("no lesson shows %s", s)
		}
	}
	if testing.Short() {
		return
	}
	names := slices.Compact(slices.Sorted(maps.Values(ForState)))
	for i, out := range playAll(t, few(names...), false) {
		for name, lesson := range ForState {
			if lesson == names[i] && !slices.ContainsFunc(out.Rows, func(r *Row) bool { return r.shows(name) }) {
				t.Errorf("%s is not reached by %s", name, lesson)
			}
		}
	}
}

// shows reports whether an end is in a state and its kernel says so, too.
func (r *Row) shows(name string) bool {
	return slices.ContainsFunc(r.Ends[:], func(e End) bool { return e.Inferred.Base().String() == name && e.Verdict() == Equal })
}

// What is kept are both captures with their truth, and the packets are whole, so
// that damage on the way can be seen.
func TestKeep(t *testing.T) {
	needLab(t)
	dir := t.TempDir()
	l := Find("corrupted")
	if _, err := Run(context.Background(), l, Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	for _, side := range []string{"snd", "rcv"} {
		base := filepath.Join(dir, l.Name+"."+side)
		var got label.Set
		data, damaged := 0, 0
		a := analyze.New(analyze.Config{Packet: func(x *analyze.Observation) { got |= x.Labels }})
		src, err := capture.Open([]string{base + ".pcap"}, capture.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := wire.Walker{Verify: true}
		for p, seg := (capture.Packet{}), (wire.Segment{}); ; {
			if err := src.Next(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if w.IP(p.Data, p.Length, &seg) == wire.Segmented {
				a.Segment(&seg)
				data++
			}
		}
		src.Close()
		for _, kind := range []string{".truth.tsv", ".link.tsv"} {
			b, err := os.ReadFile(base + kind)
			if err != nil || strings.Count(string(b), "\n") != data {
				t.Errorf("%s: %d packets, %v in\n%s", base+kind, data, err, b)
			}
			damaged += strings.Count(string(b), "damaged")
		}
		if damaged != 1 || got.Has(label.BadChecksum) != (side == "rcv") {
			t.Errorf("%s: %d damaged, bad checksum %v", base, damaged, got.Has(label.BadChecksum))
		}
	}
	if info, err := os.Stat(filepath.Join(dir, l.Name+".json")); err != nil || info.Size() == 0 {
		t.Errorf("%v", err)
	}
}

// While a segment is looked at the world stands still: a program that writes and
// closes without a pause is seen to do one after the other.
func TestStandsStill(t *testing.T) {
	needLab(t)
	hasty := &Lesson{Name: "hasty", Link: calm(10 * ms), Expect: "...", play: func(p *Stage) {
		for range 10 {
			l, err := p.Listen(8)
			must(err)
			k, err := p.Dial(0)
			must(err)
			s, err := l.Accept()
			must(err)
			p.quiet(settle)
			for range 5 {
				_, err = k.Write(letters(10))
				must(err)
			}
			must(k.Close())
			p.state(1, state.CloseWait)
			must(errors.Join(s.Drain(), s.Close(), l.Close()))
		}
	}}
	var out *Outcome
	for try := 1; ; try++ {
		stop := labtest.Lag()
		var err error
		if out, err = Run(context.Background(), hasty, Options{}); err != nil {
			t.Fatal(err)
		}
		stall := max(stop(), out.Result.Stall)
		if len(wrongStates(hasty, out)) == 0 || stall <= labtest.MaxStall || try == labtest.Attempts {
			break
		}
		t.Logf("played again, the machine stalled for %v", stall)
	}
	if len(out.Rows) < 80 {
		t.Errorf("%d rows", len(out.Rows))
	}
	for _, w := range wrongStates(hasty, out) {
		t.Error(w)
	}
}
