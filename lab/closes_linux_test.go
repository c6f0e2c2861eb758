package lab_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
	"tcpwatch/lab/scenario"
)

var (
	closesRuns  = flag.Int("closes.runs", 12, "how many random closes are made and compared with the kernels' states")
	closesSeed  = flag.Uint64("closes.seed", 1, "the seed of the first one")
	closesKeep  = flag.String("closes.keep", "", "directory for the captures and the kernels' states")
	closesAgain = flag.String("closes.again", "", "compare what is in this directory instead of making it")
	closesWidth = flag.Int("closes.width", 6, "how many run at the same time")
)

// standing is what both kernels say between two events.
type standing struct {
	at     time.Duration
	seen   [2]uint64 // packets at each tap so far
	kernel [2]lab.KernelState
	timer  [2]uint8
}

func (s *standing) same(o *standing) bool { return s.seen == o.seen && s.kernel == o.kernel }

// standings is the witness that asks both kernels after everything that happens.
type standings struct {
	session *lab.Session
	client  uint16 // the client's port; 0: no SYN yet
	now     standing
	list    []standing
	last    time.Duration // of a packet
	settled bool          // in the end
	err     error
}

func (w *standings) Acting()               {}
func (w *standings) Acted()                { w.ask() }
func (w *standings) Arriving(*lab.Passage) {}

func (w *standings) Departed(p *lab.Passage) {
	if p.Segment == nil {
		return
	}
	if w.client == 0 && p.From == 0 {
		w.client = p.Segment.SrcPort
	}
	w.now.seen[p.From], w.last = p.Tap, p.At
	w.ask()
}

func (w *standings) Arrived(p *lab.Passage, _ bool) {
	if p.Tap == 0 {
		return
	}
	w.now.seen[1-p.From] = max(w.now.seen[1-p.From], p.Tap)
	w.last = max(w.last, p.At)
	w.ask()
}

// ask notes what both kernels say. Two standings that are the same in all but time become
// three at most, so that the last two show what lasted.
func (w *standings) ask() {
	if w.session == nil || w.client == 0 {
		return
	}
	s := w.session
	ends := [2][2]uint16{{w.client, lab.ServerPort}, {lab.ServerPort, w.client}}
	for h, port := range ends {
		list, err := s.Sockets(h)
		if err != nil {
			w.err = errors.Join(w.err, err)
			return
		}
		w.now.kernel[h], w.now.timer[h] = lab.KernelNone, 0
		if k, _ := lab.FindSocket(list, s.At(h, port[0]), s.At(1-h, port[1])); k != nil && k.State != lab.KernelClosed {
			w.now.kernel[h], w.now.timer[h] = k.State, k.Timer
		}
	}
	w.now.at = s.Since()
	if n := len(w.list); n >= 2 && w.list[n-1].same(&w.now) && w.list[n-2].same(&w.now) {
		w.list[n-1] = w.now
		return
	}
	w.list = append(w.list, w.now)
}

// quiet reports whether nothing has passed for so long, and no timer will make anything pass.
func (w *standings) quiet(long time.Duration) bool {
	for _, t := range w.now.timer {
		if t == 1 || t == 4 {
			return false
		}
	}
	return w.session.Since()-w.last > long
}

// write keeps the standings: time, packets at both taps, states; and whether all had settled.
func (w *standings) write(path string) error {
	var b strings.Builder
	for _, s := range w.list {
		fmt.Fprintf(&b, "%d\t%d\t%d\t%d\t%d\n", s.at, s.seen[0], s.seen[1], s.kernel[0], s.kernel[1])
	}
	fmt.Fprintf(&b, "settled\t%v\n", w.settled)
	return os.WriteFile(path, []byte(b.String()), 0o666)
}

// act is one thing that a program does with its socket.
type act struct {
	name string
	do   func(*lab.Session, *lab.Socket) error
}

// drawAct draws one that does not close.
func drawAct(rng *rand.Rand) act {
	sizes := [...]int{1, 10, 100, 1000, 1448, 3000, 8000, 20000, 60000}
	n := sizes[rng.IntN(len(sizes))]
	switch k := rng.IntN(10); {
	case k < 4:
		return act{fmt.Sprintf("write %d", n), func(_ *lab.Session, k *lab.Socket) error { return k.Send(n, 1<<16) }}
	case k < 7:
		d := time.Duration(rng.IntN(60)) * time.Millisecond
		if rng.IntN(4) == 0 {
			d *= 5
		}
		return act{fmt.Sprintf("sleep %v", d), func(s *lab.Session, _ *lab.Socket) error { return s.Sleep(d) }}
	case k < 9:
		return act{fmt.Sprintf("read %d", n), func(_ *lab.Session, k *lab.Socket) error { return k.Receive(n) }}
	}
	return act{"read all", func(_ *lab.Session, k *lab.Socket) error { return k.Drain() }}
}

// drawProgram draws what one end does. Some leave their socket open.
func drawProgram(rng *rand.Rand) (acts []act) {
	shut := act{"shutdown", func(_ *lab.Session, k *lab.Socket) error { return k.Shut() }}
	for range rng.IntN(6) {
		acts = append(acts, drawAct(rng))
	}
	if rng.IntN(2) == 0 {
		acts = append(acts, shut)
		for range rng.IntN(4) {
			acts = append(acts, drawAct(rng))
		}
	}
	switch k := rng.IntN(10); {
	case k < 6:
		acts = append(acts, act{"close", func(_ *lab.Session, k *lab.Socket) error { return k.Close() }})
	case k < 7:
		acts = append(acts, act{"abort", func(_ *lab.Session, k *lab.Socket) error { return k.Abort() }})
	case k < 8:
		acts = append(acts, shut)
	case k < 9:
		acts = append(acts, act{"read all", func(_ *lab.Session, k *lab.Socket) error { return k.Drain() }},
			act{"close", func(_ *lab.Session, k *lab.Socket) error { return k.Close() }})
	}
	return acts
}

func told(acts []act) string {
	var names []string
	for _, a := range acts {
		names = append(names, a.name)
	}
	return strings.Join(names, ", ")
}

// drawPath draws one direction of a link: half of them lose nothing by chance.
func drawPath(rng *rand.Rand) lab.Path {
	p := lab.Path{Delay: time.Duration(1+rng.IntN(25)) * time.Millisecond, HoldBack: time.Duration(3+rng.IntN(30)) * time.Millisecond, CopyDelay: time.Duration(rng.IntN(40)) * time.Millisecond}
	some := func(of int, f *float64, most float64) {
		if rng.IntN(of) == 0 {
			*f = rng.Float64() * most
		}
	}
	some(2, &p.Loss, 0.15)
	some(3, &p.Reorder, 0.3)
	some(3, &p.Duplicate, 0.3)
	some(6, &p.Mark, 0.5)
	if rng.IntN(3) == 0 {
		p.Jitter = time.Duration(rng.IntN(8)) * time.Millisecond
	}
	if rng.IntN(5) == 0 {
		p.Rate, p.Queue = int64(200+rng.IntN(5000))*1000, 5+rng.IntN(50)
	}
	for range rng.IntN(3) {
		what := [...]lab.Match{lab.FIN, lab.ACKOfFIN, lab.DataSegment, lab.AnySegment, lab.Retransmitted, lab.Reset}[rng.IntN(6)]
		do := [...]lab.Action{lab.Drop, lab.Drop, lab.Hold, lab.Copy, lab.Corrupt}[rng.IntN(5)]
		first := 1 + rng.IntN(3)
		if what == lab.AnySegment {
			first += 2
		}
		p.Rules = append(p.Rules, lab.Rule{What: what, First: first, Last: first + rng.IntN(2), Do: do})
	}
	return p
}

// drawOptions draws options of a socket.
func drawOptions(rng *rand.Rand) (options []func(*lab.Socket) error, names string) {
	add := func(of int, name string, level, option, value int) {
		if rng.IntN(of) == 0 {
			names += fmt.Sprintf(" %s=%d", name, value)
			options = append(options, func(k *lab.Socket) error { return k.Set(level, option, value) })
		}
	}
	add(4, "SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, 2048<<rng.IntN(4))
	add(4, "SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, 4096<<rng.IntN(3))
	add(2, "TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	add(3, "TCP_QUICKACK", unix.IPPROTO_TCP, unix.TCP_QUICKACK, rng.IntN(2))
	add(12, "TCP_CORK", unix.IPPROTO_TCP, unix.TCP_CORK, 1)
	add(8, "SO_MAX_PACING_RATE", unix.SOL_SOCKET, unix.SO_MAX_PACING_RATE, 20000<<rng.IntN(5))
	return options, names
}

// does has an end do what it is to do. Errors are what happens to programs: one whose connection
// is reset closes its socket.
func does(s *lab.Session, k *lab.Socket, acts []act) {
	for _, a := range acts {
		k.Patience(400 * time.Millisecond)
		if err := a.do(s, k); errors.Is(err, unix.ECONNRESET) || errors.Is(err, os.ErrClosed) {
			k.Close()
			return
		}
	}
}

// drawClose draws a scenario: a link, two programs, settings.
func drawClose(seed uint64) (*lab.Scenario, *standings) {
	rng := rand.New(rand.NewPCG(seed, 77))
	w := &standings{}
	acts := [2][]act{drawProgram(rng), drawProgram(rng)}
	options, names := [2][]func(*lab.Socket) error{}, [2]string{}
	for h := range options {
		options[h], names[h] = drawOptions(rng)
	}
	sc := &lab.Scenario{
		Name: fmt.Sprintf("close%d", seed), Link: [2]lab.Path{drawPath(rng), drawPath(rng)}, IPv6: rng.IntN(3) == 0, Settle: time.Millisecond,
		Settings: map[string]string{"ipv4/tcp_timestamps": fmt.Sprint(rng.IntN(4) % 2), "ipv4/tcp_sack": fmt.Sprint(min(1, rng.IntN(3))),
			"ipv4/tcp_ecn": fmt.Sprint(rng.IntN(2)), "ipv4/tcp_early_retrans": [...]string{"0", "3"}[rng.IntN(2)]},
	}
	if rng.IntN(4) == 0 {
		sc.Congestion = "reno"
	}
	sc.About = fmt.Sprintf("client%s: %s; server%s: %s", names[0], told(acts[0]), names[1], told(acts[1]))
	sc.Program = func(s *lab.Session) error {
		w.session = s
		l, err := s.Listen(4, options[1]...)
		if err != nil {
			return err
		}
		var ends [2]*lab.Socket
		err = scenario.Both(func() (err error) { ends[0], err = s.Dial(0, options[0]...); return err },
			func() (err error) { ends[1], err = l.Accept(); return err })
		if err != nil {
			return err
		}
		return w.watch(ends, acts)
	}
	return sc, w
}

// watch has both ends act, and asks their kernels until all has settled, or for 9 s.
func (w *standings) watch(ends [2]*lab.Socket, acts [2][]act) error {
	var all sync.WaitGroup
	for h, k := range ends {
		all.Go(func() { does(w.session, k, acts[h]) })
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	over := false
	for began := time.Now(); !over || !w.settled && time.Since(began) < 9*time.Second; {
		select {
		case <-done:
			over = true
		case <-time.After(3 * time.Millisecond):
		}
		w.session.Together(func() {}) // has both kernels asked
		w.session.Together(func() { w.settled = over && w.quiet(450*time.Millisecond) })
	}
	return w.err
}

// TestCloses compares the states that are told of random closes with those of both kernels.
func TestCloses(t *testing.T) {
	if *closesAgain != "" {
		compareCloses(t, *closesAgain)
		return
	}
	if testing.Short() {
		t.Skip("makes connections for some seconds")
	}
	needLab(t)
	dir := *closesKeep
	if dir == "" {
		dir = t.TempDir()
	} else if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	slots := make(chan struct{}, *closesWidth)
	var all sync.WaitGroup
	for i := range *closesRuns {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			seed := *closesSeed + uint64(i)
			sc, w := drawClose(seed)
			_, err := lab.Play(context.Background(), sc, dir, seed, w)
			if err == nil {
				err = w.write(filepath.Join(dir, sc.Name+".standings.tsv"))
			}
			if err != nil {
				t.Logf("%s: not made: %v", sc.Name, err) // the opening may be what is lost
			}
		})
	}
	all.Wait()
	if made := compareCloses(t, dir); made < (*closesRuns+1)/2 {
		t.Errorf("only %d closes of %d were made", made, *closesRuns)
	}
}

var _ lab.Witness = (*standings)(nil)
