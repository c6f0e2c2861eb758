package scenario

import (
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
)

var (
	noRACK   = map[string]string{"ipv4/tcp_recovery": "0"}
	noFRTO   = map[string]string{"ipv4/tcp_frto": "0"}
	noDSACK  = map[string]string{"ipv4/tcp_dsack": "0"}
	fastOpen = map[string]string{"ipv4/tcp_fastopen": "3"}
	thin     = map[string]string{"ipv4/tcp_thin_linear_timeouts": "1"}
	shrink   = map[string]string{"ipv4/tcp_shrink_window": "1"}
)

// stackScenarios are what stacks are set up to do, and what devices do for them.
func stackScenarios() []*lab.Scenario {
	d := 10 * ms
	return []*lab.Scenario{
		{Name: "cubic", About: "mixed, with CUBIC", Congestion: "cubic", Link: forward(mixed(d)), Program: Bulk(3e6)},
		{Name: "cubic-rate", About: "20 Mbit/s with a queue of 40 packets, with CUBIC", Congestion: "cubic", Link: forward(lab.Path{Delay: d, Rate: 20e6, Queue: 40}), Program: Bulk(6e6)},
		{Name: "cubic-bare", Belated: true, About: "mixed, with CUBIC and without SACK and timestamps: partial acknowledgements are answered at once", Congestion: "cubic", Settings: Settings(noSACK, noTimestamps), Link: forward(mixed(d)), Program: Bulk(2e6)},
		{Name: "norack", About: "mixed, with CUBIC and without RACK", Congestion: "cubic", Settings: noRACK, Link: forward(mixed(d)), Program: Bulk(2e6)},
		{Name: "nodsack", About: "overtaken and lost, with CUBIC and without D-SACK", Congestion: "cubic", Settings: noDSACK, Link: forward(lab.Path{Delay: 8 * ms, Loss: .004, Reorder: .03, HoldBack: 10 * ms}), Program: Bulk(2e6)},
		{Name: "timers", About: "4 % lost both ways, with timeouts alone: neither RACK, probes nor F-RTO", Congestion: "cubic", Settings: Settings(noRACK, noFRTO, noProbes), Link: symmetric(lab.Path{Delay: d, Loss: .04}), Program: echo(4e5), Slow: true},
		{Name: "reorder-heavy", About: "40 % held back", Congestion: "cubic", Link: forward(lab.Path{Delay: 8 * ms, Reorder: .4, HoldBack: 3 * ms}), Program: Bulk(2e6)},
		{Name: "reorder-acks", About: "20 % held back both ways", Congestion: "cubic", Link: symmetric(lab.Path{Delay: 8 * ms, Reorder: .2, HoldBack: 3 * ms, Loss: .004}), Program: Bulk(2e6)},
		{Name: "ackloss", About: "half of the acknowledgements lost", Congestion: "cubic", Link: [2]lab.Path{{Delay: d, Loss: .005}, {Delay: d, Loss: .5}}, Program: Bulk(2e6)},
		{Name: "outage", About: "80 segments in a row lost, so that timeouts back off", Congestion: "cubic", Link: forward(lab.Path{Delay: d, Rules: []lab.Rule{{What: lab.AnySegment, First: 150, Last: 230}}}), Program: Bulk(1e6), Slow: true},
		{Name: "held-up", About: "60 segments held back for longer than a timeout, twice", Belated: true, Congestion: "cubic", Link: forward(lab.Path{Delay: d, HoldBack: 600 * ms, Rules: []lab.Rule{{What: lab.DataSegment, First: 100, Last: 160, Do: lab.Hold}, {What: lab.DataSegment, First: 400, Last: 460, Do: lab.Hold}}}), Program: Bulk(1e6), Slow: true},
		{Name: "standstill", About: "the path stands still for half a second, three times: spurious timeouts", Congestion: "cubic", Link: forward(lab.Path{Delay: d, HoldBack: 500 * ms, Loss: .002, Rules: []lab.Rule{{What: lab.DataSegment, First: 100, Last: 100, Do: lab.Stop}, {What: lab.DataSegment, First: 400, Last: 400, Do: lab.Stop}, {What: lab.DataSegment, First: 700, Last: 700, Do: lab.Stop}}}), Program: Bulk(2e6), Slow: true},
		{Name: "tails", About: "bursts with pauses, 5 % lost both ways: lost tails", Congestion: "cubic", Link: symmetric(lab.Path{Delay: d, Loss: .05}), Program: pauses(12000, 40, 150*ms), Slow: true},
		{Name: "rounds", About: "requests and answers over eight connections, lost, overtaken and copied both ways", Link: symmetric(lab.Path{Delay: 5 * ms, Loss: .03, Reorder: .03, HoldBack: 3 * ms, Duplicate: .02, CopyDelay: 400 * time.Microsecond}), Program: rounds(8, 30, 120, 20000, 2*ms), Settle: 4 * time.Second},
		{Name: "thin", About: "small requests and answers, 8 % lost both ways, with linear timeouts", Congestion: "cubic", Settings: thin, Link: symmetric(lab.Path{Delay: 10 * ms, Loss: .08}), Program: rounds(6, 60, 60, 60, 20*ms), Settle: 4 * time.Second, Slow: true},
		{Name: "copies-all", About: "everything copied, 1 % lost both ways", Congestion: "cubic", Link: symmetric(lab.Path{Delay: 5 * ms, Duplicate: 1, CopyDelay: 10 * time.Microsecond, Loss: .01}), Program: Bulk(1e6)},
		{Name: "marks", About: "2 % marked CE, some lost and overtaken, with ECN", Settings: ecn, Link: symmetric(lab.Path{Delay: d, Mark: .02, Loss: .005, Reorder: .01, HoldBack: 5 * ms}), Program: Bulk(1e6)},
		{Name: "jumbo", About: "mixed both ways, an MTU of 9,000", MTU: 9000, Congestion: "cubic", Link: symmetric(mixed(d)), Program: echo(4e6)},
		{Name: "slow-reader", About: "a reader of small pieces with a small buffer, 2 % lost both ways", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .02}), Program: slowReader(1e5, 8192, 3000, 20*ms), Slow: true},
		{Name: "room-taken-back", About: "the same, where the kernel may take room back (tcp_shrink_window)", Congestion: "cubic", Settings: shrink, Link: symmetric(lab.Path{Delay: 5 * ms, Loss: .02}), Program: slowReader(4e5, 32768, 5000, 20*ms), Slow: true},
		{Name: "fast-open", About: "25 Fast Opens, lost and copied both ways", Settings: fastOpen, Link: symmetric(lab.Path{Delay: 3 * ms, Loss: .08, Duplicate: .03, CopyDelay: ms}), Program: fastOpens(25, 700), Settle: 6 * time.Second, Slow: true},
		{Name: "urgent", About: "urgent octets, 3 % lost both ways", Link: symmetric(lab.Path{Delay: 5 * ms, Loss: .03}), Program: urgent(100)},
		{Name: "user-timeout", About: "the path is cut, and the client gives up (TCP_USER_TIMEOUT)", Link: symmetric(lab.Path{Delay: 5 * ms}), Program: gone(tcpOption(unix.TCP_USER_TIMEOUT, 4000), 9*time.Second), Slow: true},
		{Name: "halfclose-long", About: "long answers after the client's FIN, mixed both ways", Congestion: "cubic", Link: symmetric(mixed(5 * ms)), Program: longAnswer(6, 2e5), Settle: 4 * time.Second},
		{Name: "reuse-nots", About: "one client port again and again without timestamps, 4 % lost both ways", Settings: noTimestamps, Link: symmetric(lab.Path{Delay: ms, Loss: .04}), Program: serverCloses(12, 1, 3000, 45678, 1200*ms), Settle: 4 * time.Second, Slow: true},
		{Name: "offload", About: "mixed, large segments that the device cuts", Offload: lab.Cut, Congestion: "cubic", Link: forward(mixed(d)), Program: Bulk(6e6)},
		{Name: "offload-both", About: "mixed both ways, large segments that the device cuts", Offload: lab.Cut, Congestion: "cubic", Link: symmetric(mixed(d)), Program: echo(2e6)},
		{Name: "offload-ipv6-nots", About: "mixed, large segments over IPv6 without timestamps", IPv6: true, Offload: lab.Cut, Congestion: "cubic", Settings: noTimestamps, Link: forward(mixed(d)), Program: Bulk(6e6)},
		{Name: "offload-burst", About: "bursts of 20 lost both ways, large segments that the device cuts", Offload: lab.Cut, Congestion: "cubic", Link: symmetric(lab.Path{Delay: 5 * ms, Burst: .002, BurstLength: 20}), Program: Bulk(6e6)},
		{Name: "offload-whole", About: "mixed, large segments that arrive as they are", KernelMiscounts: "it counts segments of the MTU", Offload: lab.Whole, Congestion: "cubic", Link: forward(mixed(d)), Program: Bulk(2e7)},
	}
}
