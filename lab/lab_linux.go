package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Session is one run.
type Session struct {
	scenario *Scenario
	hosts    [2]*host
	deadline time.Time
	ctx      context.Context
	link     *forwarder

	mu     sync.Mutex
	open   map[*Socket]bool
	said   []string
	over   bool // no socket may wait any longer
	asking sync.Mutex
}

// Say notes an error that belongs to the experiment.
func (s *Session) Say(err error) {
	if err != nil {
		s.mu.Lock()
		s.said = append(s.said, err.Error())
		s.mu.Unlock()
	}
}

// report is NAME.json.
type report struct {
	Scenario map[string]any      `json:"scenario"`
	Said     string              `json:"client_said"`
	Kernel   map[string]counters `json:"kernel"`
	TimeWait map[string][]string `json:"time_wait"`
}

func (r *report) write(path string) error {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o666)
}

var sides = [2]string{"client", "server"}

// Run makes the connections of a scenario and writes NAME.snd.pcap,
// NAME.rcv.pcap, a NAME.*.truth.tsv and a NAME.*.link.tsv beside each, and
// NAME.json into dir. It fails where the machine does not allow it (see
// Available), where a file cannot be written, and where the programs did not get
// through. Nothing of it remains but the files.
func Run(sc *Scenario, dir string, seed uint64) (*Result, error) {
	return Play(context.Background(), sc, dir, seed, nil)
}

// Play is Run before a witness, who may be nil. Without a dir nothing is
// written. When ctx is done the programs' sockets wait no longer, and Play
// returns the context's error.
func Play(ctx context.Context, sc *Scenario, dir string, seed uint64, w Witness) (*Result, error) {
	return perform(ctx, sc, dir, seed, w, nil)
}

// RunBeside is Run with something beside it, such as another program that looks
// at the hosts' interfaces (Device). begin may be nil.
func RunBeside(sc *Scenario, dir string, seed uint64, begin Beside) (*Result, error) {
	return perform(context.Background(), sc, dir, seed, nil, begin)
}

// Beside begins something in the client's and the server's namespace before the
// scenario is played; what it returns is called when both hosts have settled, or
// the scenario has failed. Their errors fail the run.
type Beside func(hosts [2]*Net) (end func() error, err error)

// perform plays a scenario before a witness and with something beside it, either
// of which may be nil.
func perform(ctx context.Context, sc *Scenario, dir string, seed uint64, w Witness, begin Beside) (res *Result, err error) {
	mtu := sc.MTU
	if mtu == 0 {
		mtu = 1500
	}
	s := &Session{scenario: sc, ctx: ctx, open: map[*Socket]bool{}}
	for i := range s.hosts {
		h, err := newHost(i, mtu, sc.Settings, sc.Veth, sc.Offload != NoOffload)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", sc.Name, sides[i], err)
		}
		defer h.close()
		s.hosts[i] = h
	}
	start := time.Now()
	var taps [2]*tap
	for i, side := range [2]string{"snd", "rcv"} {
		t, failed := newTap(dir, sc.Name, side, start.UnixNano(), sc.Snap)
		if failed != nil {
			return nil, failed
		}
		defer func() { err = errors.Join(err, t.close()) }() // of what perform returns
		taps[i] = t
	}
	f, err := newForwarder(s.hosts, sc, taps, start, seed, w)
	if err != nil {
		return nil, err
	}
	s.link = f
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { s.Interrupt(); close(stopped) })
	rep, took, err := s.play(begin)
	if !stop() {
		<-stopped
		err = ctx.Err()
	}
	err = errors.Join(err, f.end())
	s.closeAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", sc.Name, err)
	}
	res = f.result()
	res.Scenario, res.Seed, res.Took, res.Said = sc.Name, seed, took, s.said
	if dir != "" {
		res.Base = filepath.Join(dir, sc.Name)
	}
	for i, side := range sides {
		res.Kernel[i] = rep.Kernel[side]
		res.Counted[i] = uint64(rep.Kernel[side]["TcpRetransSegs"])
		res.TapMissed[i] = rep.Kernel[side][deviceDropped] + s.hosts[i].device.missed()
	}
	rep.Scenario["seed"] = seed
	if dir == "" {
		return res, nil
	}
	return res, rep.write(res.Base + ".json")
}

// play runs the program, with something beside it that may be nil, and asks both
// kernels.
func (s *Session) play(begin Beside) (rep *report, took time.Duration, err error) {
	end := func() error { return nil }
	if begin != nil {
		if end, err = begin([2]*Net{s.hosts[0].Net, s.hosts[1].Net}); err != nil {
			return nil, 0, err
		}
	}
	began := time.Now()
	err = s.runProgram(began)
	took = time.Since(began)
	if err = errors.Join(err, end()); err != nil {
		return nil, 0, err
	}
	rep = &report{
		Scenario: map[string]any{
			"about": s.scenario.About, "from_client": s.scenario.Link[0].String(), "from_server": s.scenario.Link[1].String(),
			"settings": s.scenario.Settings, "ipv6": s.scenario.IPv6, "mtu": s.scenario.MTU,
		},
		Kernel: map[string]counters{}, TimeWait: map[string][]string{},
	}
	for i, said := range s.said {
		if i > 0 {
			rep.Said += "\n"
		}
		rep.Said += said
	}
	s.link.conclude(func() { err = s.ask(rep) })
	return rep, took, err
}

// runProgram runs the program and waits until both hosts have settled.
func (s *Session) runProgram(began time.Time) error {
	limit, settle := s.scenario.Limit, s.scenario.Settle
	if limit == 0 {
		limit = 40 * time.Second
	}
	if settle == 0 {
		settle = time.Second
	}
	s.deadline = began.Add(limit)
	if err := s.scenario.Program(s); err != nil {
		return err
	}
	if err := s.Sleep(settle); err != nil && s.ctx.Err() != nil {
		return err
	}
	return nil
}

// ask enters what both kernels say.
func (s *Session) ask(rep *report) (failed error) {
	for i, side := range sides {
		h := s.hosts[i]
		h.Do(func() {
			c, err := readCounters()
			failed = errors.Join(failed, err)
			rep.Kernel[side] = c.since(h.before)
			rep.TimeWait[side], err = timeWaits()
			failed = errors.Join(failed, err)
		})
	}
	return failed
}

// Interrupt has no socket wait any longer, and none that is made from now on.
func (s *Session) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	for k := range s.open {
		k.f.SetDeadline(time.Unix(1, 0))
	}
}

func (s *Session) closeAll() {
	s.mu.Lock()
	left := make([]*Socket, 0, len(s.open))
	for k := range s.open {
		left = append(left, k)
	}
	s.mu.Unlock()
	for _, k := range left {
		k.Abort()
	}
}

// result is what the link knows, after its end.
func (f *forwarder) result() *Result {
	r := &Result{Retransmitted: f.book.rexmits, Crossed: f.book.crossed, Widest: f.widest,
		LatestDelivery: time.Duration(f.latest), Stall: time.Duration(f.stall)}
	for i, d := range f.dir {
		r.Sent[i], r.Lost[i], r.Held[i], r.Copied[i], r.Corrupted[i] = d.packets, d.lost, d.held, d.copied, d.corrupted
		r.Packets[i] = f.taps[i].n
	}
	return r
}

// Since returns the lab's time: how long the link has been there.
func (s *Session) Since() time.Duration { return time.Since(s.link.start) }

// Context is done when the session is to end early.
func (s *Session) Context() context.Context { return s.ctx }

// Deadline is when the sockets give up.
func (s *Session) Deadline() time.Time { return s.deadline }

// Grown returns what has grown of host h's counters since the start, by the
// names that nstat gives them.
func (s *Session) Grown(h int) (map[string]int64, error) {
	var c counters
	var err error
	s.hosts[h].Do(func() { c, err = readCounters() })
	if err != nil {
		return nil, err
	}
	return c.since(s.hosts[h].before), nil
}

// SettingBefore returns the value that one of the scenario's Settings had in the
// hosts' new namespaces, which is the kernel's default; "" for any other name.
func (s *Session) SettingBefore(name string) string { return s.hosts[0].settings[name] }

// Cut has the link lose everything from now on, in both directions.
func (s *Session) Cut() {
	s.link.act(func() { s.link.dir[0].cut, s.link.dir[1].cut = true, true })
}
