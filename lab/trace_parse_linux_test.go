package lab_test

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Lines of a trace, as the kernel writes them.
const (
	traceRoute  = "family=AF_INET sport=%d dport=7788 saddr=10.77.0.1 daddr=10.77.0.2 saddrv6=::ffff:10.77.0.1 daddrv6=::ffff:10.77.0.2"
	traceSent   = "     lab-12 [%03d] ..s2. 100.%06d: tcp_retransmit_skb: skbaddr=00000000c0ffee00 " + traceRoute + " state=TCP_ESTABLISHED%s\n"
	traceState  = "     lab-12 [%03d] ..s2. 100.%06d: tcp_cong_state_set: " + traceRoute + " cong_state=%s\n"
	traceSynAck = "     lab-12 [%03d] ..s2. 100.%06d: tcp_retransmit_synack: " + traceRoute + "%s\n"
	traceStack  = "     lab-12 [%03d] ..s2. 100.%06d: <stack trace>\n"
	traceTimer  = " => trace_event_raw_event_tcp_event_sk_skb\n => __tcp_retransmit_skb\n => tcp_retransmit_timer.part.0\n => tcp_write_timer\n"
	traceAcked  = " => __tcp_retransmit_skb\n => tcp_xmit_retransmit_queue\n => tcp_ack\n"
	traceProbe  = " => tcp_send_loss_probe\n => tcp_write_timer_handler\n"
)

// trace writes lines of a trace: a resending, the state of congestion control, a stack.
type trace struct{ strings.Builder }

func (b *trace) sent(cpu, at, port int, rest string) *trace {
	fmt.Fprintf(b, traceSent, cpu, at, port, rest)
	return b
}

func (b *trace) state(cpu, at, port int, state string) *trace {
	fmt.Fprintf(b, traceState, cpu, at, port, state)
	return b
}

func (b *trace) stack(cpu, at int, callers string) *trace {
	fmt.Fprintf(b, traceStack, cpu, at)
	b.WriteString(callers)
	return b
}

// TestParseTrace: what a kernel says of what it sends again, without a kernel that says it.
func TestParseTrace(t *testing.T) {
	head := func() *trace {
		b := &trace{}
		b.WriteString("# tracer: nop\n#\n#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n")
		return b
	}
	for _, c := range []struct {
		name string
		text fmt.Stringer
		want []why
	}{
		{"nothing", head(), nil},
		{"a timeout, and what is repaired after it", head().state(0, 1, 1, "4").sent(0, 2, 1, "").stack(0, 3, traceTimer).sent(0, 9000, 1, "").stack(0, 9001, traceAcked),
			[]why{whyTimer, whyAfter}},
		{"reported losses", head().state(0, 1, 1, "3").sent(0, 2, 1, "").stack(0, 3, traceAcked), []why{whyFast}},
		{"a probe, in any state", head().state(0, 1, 1, "3").sent(0, 2, 1, "").stack(0, 3, traceProbe), []why{whyProbe}},
		{"a loss that no timer began is one of the path, and so is what follows", head().state(0, 1, 1, "4").sent(0, 2, 1, "").stack(0, 3, traceAcked).
			sent(0, 9000, 1, "").stack(0, 9001, traceAcked), []why{whyPath, whyPath}},
		{"another connection in the same state is not", head().state(0, 1, 1, "4").state(0, 1, 2, "4").sent(0, 2, 1, "").stack(0, 3, traceAcked).
			sent(0, 9000, 2, "").stack(0, 9001, traceTimer), []why{whyPath, whyTimer}},
		{"no stack: the state alone", head().state(0, 1, 1, "4").sent(0, 2, 1, "").sent(0, 9000, 1, ""), []why{whyAfter, whyAfter}},
		{"neither stack nor state", head().sent(0, 2, 1, ""), []why{whyNone}},
		{"what no device took is not sent", head().state(0, 1, 1, "3").sent(0, 2, 1, " err=-105").stack(0, 3, traceAcked), nil},
		{"what is sent without an error", head().state(0, 1, 1, "3").sent(0, 2, 1, " err=0").stack(0, 3, traceAcked), []why{whyFast}},
		{"after a timeout whose segment no device took, what is sent is not the first", head().state(0, 1, 1, "4").sent(0, 2, 1, " err=-105").stack(0, 3, traceTimer).
			sent(0, 9000, 1, " err=0").stack(0, 9001, traceAcked), []why{whyAfter}},
		{"the stack of what was not sent is not that of the one before", head().state(0, 1, 1, "3").sent(0, 2, 1, "").sent(0, 3, 1, " err=-105").stack(0, 4, traceTimer).
			stack(0, 5, traceAcked), []why{whyFast}},
		{"stacks of two processors between each other", head().sent(0, 2, 1, "").sent(1, 3, 2, "").stack(0, 4, traceTimer).stack(1, 5, traceProbe), []why{whyTimer, whyProbe}},
		{"a stack that comes too late belongs to something else", head().state(0, 1, 1, "3").sent(0, 2, 1, "").stack(0, 1002, traceTimer), []why{whyFast}},
		{"lines in another order than their times", head().sent(1, 9, 1, "").stack(1, 9, traceTimer).sent(0, 2, 2, "").stack(0, 3, traceProbe), []why{whyProbe, whyTimer}},
		{"callers without a stack", func() *trace { b := head(); b.WriteString(traceTimer); return b.sent(0, 2, 1, "") }(), []why{whyNone}},
	} {
		all, err := parseTrace(bufio.NewScanner(strings.NewReader(c.text.String())), 1000)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		var got []why
		for _, r := range all {
			got = append(got, r.why)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestParseTraced: one line, and lines that are none.
func TestParseTraced(t *testing.T) {
	b := &trace{}
	fmt.Fprintf(b, traceSynAck, 3, 247709, 40000, "")
	e, ok := parseTraced(strings.TrimSuffix(b.String(), "\n"))
	if r := fmt.Sprint(e.route()); !ok || e.cpu != "003]" || e.event != "tcp_retransmit_synack" || e.at != 100_247_709_000 || r != "[10.77.0.1:40000 10.77.0.2:7788]" {
		t.Errorf("%+v %v %s", e, ok, r)
	}
	for _, line := range []string{"", "# [001]", "#  lab-12 [001] ..s2. 100.000001: tcp_retransmit_skb: sport=1", "lab-12 [001] ..s2. 100.000001:",
		"lab-12 [001] ..s2. x.000001: tcp_retransmit_skb: sport=1", "lab-12 [001] ..s2. 100.x: tcp_retransmit_skb: sport=1", "CPU:1 [LOST 5 EVENTS]"} {
		if e, ok := parseTraced(line); ok {
			t.Errorf("%q is read as %+v", line, e)
		}
	}
}
