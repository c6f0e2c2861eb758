package lab_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
)

// why is what had a kernel send a segment again.
type why string

// What there is. The kernel repairs by one function after a timeout and without one:
// which it is, the state of its congestion control says.
const (
	whyTimer  why = "timer"  // its timer ran out (tcp_retransmit_timer, reqsk_timer_handler)
	whyAfter  why = "after"  // it repairs what was in flight at a timeout (TCP_CA_Loss)
	whyFast   why = "fast"   // it repairs what was reported lost (TCP_CA_Recovery)
	whyProbe  why = "probe"  // a tail loss probe (tcp_send_loss_probe)
	whyPath   why = "path"   // the path takes smaller packets only (tcp_simple_retransmit)
	whyAnswer why = "answer" // a SYN-ACK in answer to a SYN (tcp_check_req)
	whyRest   why = "rest"   // octets of a SYN that were not taken (tcp_rcv_fastopen_synack)
	whyNone   why = ""       // unknown: the kernel did not say
)

// route is source and destination of a segment.
type route [2]netip.AddrPort

// resending is one call by which a kernel sent something again. What it hands to a
// device that cuts nothing may be several packets.
type resending struct {
	at      int64 // wall clock, nanoseconds
	route   route
	why     why
	callers []string // what called what, innermost first
	first   bool     // of a loss that congestion control has just taken note of (TCP_CA_Loss)
	unsent  bool     // no device took it
}

// tracer has the kernel write down what it sends again and why, by its own trace
// points. It is an instance of its own, below a mount that nobody else sees.
type tracer struct {
	mount int
	dir   string
}

// The trace points: each with the state of congestion control or the callers.
var tracePoints = [...]struct{ name, trigger string }{
	{"tcp_cong_state_set", ""}, {"tcp_retransmit_skb", "stacktrace"}, {"tcp_retransmit_synack", "stacktrace"},
}

// newTracer begins a trace, and skips the test where the kernel allows none.
func newTracer(t *testing.T) *tracer {
	t.Helper()
	x, err := openTracer()
	if err != nil {
		t.Skipf("the kernel's trace points cannot be read: %v", err)
	}
	t.Cleanup(func() {
		if err := errors.Join(os.Remove(x.dir), unix.Close(x.mount)); err != nil {
			t.Error(err)
		}
	})
	if err := x.begin(); err != nil {
		t.Skipf("the kernel's trace points cannot be used: %v", err)
	}
	return x
}

func openTracer() (*tracer, error) {
	context, err := unix.Fsopen("tracefs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return nil, err
	}
	defer unix.Close(context)
	if err := unix.FsconfigCreate(context); err != nil {
		return nil, err
	}
	mount, err := unix.Fsmount(context, unix.FSMOUNT_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	x := &tracer{mount: mount, dir: fmt.Sprintf("/proc/self/fd/%d/instances/tcpwatch-%d-%d", mount, os.Getpid(), time.Now().UnixNano())}
	if err := os.Mkdir(x.dir, 0o700); err != nil {
		unix.Close(mount)
		return nil, err
	}
	return x, nil
}

func (x *tracer) begin() error {
	var failed error
	set := func(name, value string) {
		failed = errors.Join(failed, os.WriteFile(filepath.Join(x.dir, name), []byte(value), 0))
	}
	set("trace_clock", "mono")
	set("buffer_size_kb", "16384")
	for _, p := range tracePoints {
		folder := "events/tcp/" + p.name
		if _, err := os.Stat(filepath.Join(x.dir, folder)); errors.Is(err, fs.ErrNotExist) && p.name == "tcp_retransmit_synack" {
			return err
		}
		set(folder+"/filter", fmt.Sprintf("sport == %d || dport == %d", lab.ServerPort, lab.ServerPort))
		if p.trigger != "" {
			set(folder+"/trigger", p.trigger)
		}
		set(folder+"/enable", "1")
	}
	return failed
}

// take returns what was sent again since the last call, in order of time.
func (x *tracer) take() ([]resending, error) {
	if err := x.overrun(); err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(x.dir, "trace"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var mono unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &mono); err != nil {
		return nil, err
	}
	all, err := parseTrace(bufio.NewScanner(f), time.Now().UnixNano()-mono.Nano())
	if err != nil {
		return nil, err
	}
	return all, os.Truncate(filepath.Join(x.dir, "trace"), 0)
}

// overrun reports whether the trace had no room.
func (x *tracer) overrun() error {
	files, err := filepath.Glob(filepath.Join(x.dir, "per_cpu/*/stats"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no statistics of the trace, %w", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(b)) {
			if what, n, _ := strings.Cut(strings.TrimSpace(line), ": "); (what == "overrun" || what == "dropped events") && n != "0" {
				return fmt.Errorf("%s: %s events of the trace", what, n)
			}
		}
	}
	return nil
}

// traced is a line of a trace: an event or the head of its stack.
type traced struct {
	cpu, event string
	at         int64
	fields     map[string]string
}

// parseTrace reads a trace whose clock is behind the wall clock by offset.
func parseTrace(s *bufio.Scanner, offset int64) (all []resending, err error) {
	congestion, entered := map[route]string{}, map[route]bool{}
	open := map[string][]int{} // the resendings of each CPU whose stacks follow, which may be nested
	stack := -1
	for s.Scan() {
		if caller, ok := strings.CutPrefix(s.Text(), " => "); ok {
			if stack >= 0 {
				all[stack].callers = append(all[stack].callers, strings.TrimSpace(caller))
			}
			continue
		}
		stack = -1
		e, ok := parseTraced(s.Text())
		switch {
		case !ok:
		case e.event == "<stack trace>":
			if n := len(open[e.cpu]); n > 0 && e.at+offset-all[open[e.cpu][n-1]].at < int64(time.Millisecond) {
				stack, open[e.cpu] = open[e.cpu][n-1], open[e.cpu][:n-1]
			}
		case e.event == "tcp_cong_state_set":
			congestion[e.route()] = e.fields["cong_state"]
			entered[e.route()] = e.fields["cong_state"] == "4"
		default:
			unsent := e.fields["err"] != "" && e.fields["err"] != "0" // its stack follows all the same
			all = append(all, resending{at: e.at + offset, route: e.route(), why: why(congestion[e.route()]), first: entered[e.route()], unsent: unsent})
			entered[e.route()] = false
			open[e.cpu] = append(open[e.cpu], len(all)-1)
		}
	}
	all = slices.DeleteFunc(all, func(r resending) bool { return r.unsent })
	path := map[route]bool{} // its losses are those of a path that takes smaller packets only
	for i := range all {
		r := &all[i]
		r.decide()
		if r.first && r.why == whyAfter && len(r.callers) > 0 {
			r.why = whyPath // no timer began it: its octets are no longer than what the path takes
		}
		path[r.route] = r.why == whyPath || path[r.route] && r.why == whyAfter
		if path[r.route] {
			r.why = whyPath
		}
	}
	slices.SortStableFunc(all, func(a, b resending) int { return int(a.at - b.at) })
	return all, s.Err()
}

// parseTraced reads "task-1 [001] b..1. 877.247709: event: name=value …".
func parseTraced(line string) (e traced, ok bool) {
	_, rest, ok := strings.Cut(line, " [")
	f := strings.Fields(rest)
	if !ok || strings.HasPrefix(line, "#") || len(f) < 4 {
		return e, false
	}
	sec, micro, _ := strings.Cut(strings.TrimSuffix(f[2], ":"), ".")
	a, err := strconv.ParseInt(sec, 10, 64)
	b, err2 := strconv.ParseInt(micro, 10, 64)
	if err != nil || err2 != nil {
		return e, false
	}
	e = traced{cpu: f[0], at: a*1e9 + b*1e3, event: strings.TrimSuffix(f[3], ":"), fields: map[string]string{}}
	if e.event == "<stack" {
		e.event = "<stack trace>"
		return e, true
	}
	for _, field := range f[4:] {
		name, value, _ := strings.Cut(field, "=")
		e.fields[name] = value
	}
	return e, true
}

func (e *traced) route() route {
	end := func(address, port string) netip.AddrPort {
		a, _ := netip.ParseAddr(e.fields[address])
		n, _ := strconv.ParseUint(e.fields[port], 10, 16)
		return netip.AddrPortFrom(a.Unmap(), uint16(n))
	}
	return route{end("saddrv6", "sport"), end("daddrv6", "dport")}
}

// decide finds the cause by what called, and by the state of congestion control, which
// stands in its place. Under load the kernel may leave out who called.
func (r *resending) decide() {
	state := r.why
	r.why = map[why]why{"3": whyFast, "4": whyAfter}[state]
	for _, c := range r.callers {
		c, _, _ = strings.Cut(c, ".")
		switch c {
		case "tcp_send_loss_probe":
			r.why = whyProbe
		case "tcp_simple_retransmit", "tcp_v4_mtu_reduced", "tcp_v6_mtu_reduced":
			r.why = whyPath
		case "tcp_rcv_fastopen_synack":
			r.why = whyRest
		case "tcp_check_req", "tcp_v4_conn_request", "tcp_conn_request":
			r.why = whyAnswer
		case "tcp_retransmit_timer", "reqsk_timer_handler", "tcp_fastopen_synack_timer":
			r.why = whyTimer
		default:
			continue
		}
		return
	}
}
