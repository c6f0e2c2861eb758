package scenario

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
)

var (
	noScaling = map[string]string{"ipv4/tcp_window_scaling": "0"}
	probing   = map[string]string{"ipv4/tcp_mtu_probing": "1"}
	quickRTO  = map[string]string{"ipv4/tcp_rto_min_us": "20000"}
	wide      = map[string]string{"ipv4/tcp_rmem": "4096 4000000 16000000", "ipv4/tcp_wmem": "4096 4000000 16000000"}
)

// edgeScenarios are paths that change, and stacks and programs at the edge of what they
// are made for.
func edgeScenarios() []*lab.Scenario {
	d := 10 * ms
	us := time.Microsecond
	dirty := lab.Path{Delay: d, Loss: .02, Reorder: .03, HoldBack: 4 * ms, Duplicate: .05, CopyDelay: 200 * us}
	turn := func(at int) lab.Rule { return lab.Rule{What: lab.DataSegment, First: at, Last: at, Do: lab.Turn} }
	flip := forward(lab.Path{Delay: d, HoldBack: 280 * ms, Loss: .001, Rules: []lab.Rule{turn(300), turn(700), turn(1100)}})
	return []*lab.Scenario{
		{Name: "bbr", About: "mixed both ways, with BBR", Congestion: "bbr", Link: symmetric(mixed(d)), Program: Bulk(3e6)},
		{Name: "bbr-rate", About: "20 Mbit/s with a queue of 30 packets and 1 % lost, with BBR", Congestion: "bbr", Link: forward(lab.Path{Delay: d, Rate: 20e6, Queue: 30, Loss: .01}), Program: Bulk(5e6)},
		{Name: "bbr-bare", Belated: true, About: "mixed, with BBR and without SACK and timestamps", Congestion: "bbr", Settings: Settings(noSACK, noTimestamps), Link: forward(mixed(d)), Program: Bulk(1e6)},
		{Name: "opposed", About: "both ends send at length, lost, overtaken and copied both ways", Congestion: "cubic", Link: symmetric(dirty), Program: opposed(1e6)},
		{Name: "opposed-bare", Belated: true, About: "the same without SACK and timestamps", Congestion: "cubic", Settings: Settings(noSACK, noTimestamps), Link: symmetric(dirty), Program: opposed(4e5)},
		{Name: "opposed-ipv6-nots", About: "both ends send at length over IPv6 without timestamps, lost and overtaken", Congestion: "cubic", IPv6: true, Settings: noTimestamps, Link: symmetric(lab.Path{Delay: d, Loss: .02, Reorder: .03, HoldBack: 4 * ms}), Program: opposed(1e6)},
		{Name: "noscale", About: "mixed, windows not scaled", Congestion: "cubic", Settings: noScaling, Link: symmetric(mixed(d)), Program: echo(1e6)},
		{Name: "noscale-bare", Belated: true, About: "mixed, without window scaling, SACK and timestamps", Congestion: "cubic", Settings: Settings(noScaling, noSACK, noTimestamps), Link: symmetric(mixed(d)), Program: echo(5e5)},
		{Name: "nosack-nofrto", About: "4 % lost both ways, without SACK, RACK, F-RTO and probes", Congestion: "cubic", Settings: Settings(noSACK, noFRTO, noProbes, noRACK), Link: symmetric(lab.Path{Delay: d, Loss: .04}), Program: echo(3e5), Slow: true},
		{Name: "reorder-wide", About: "1 % held back after 300 segments", Congestion: "cubic", Settings: wide, Link: forward(lab.Path{Delay: 100 * ms, Rate: 90e6, Queue: 4000, Loss: .002, Reorder: .01, HoldBack: 40 * ms}), Program: Bulk(12e6)},
		{Name: "reorder-wide-nots", About: "the same without timestamps", Congestion: "cubic", Settings: Settings(wide, noTimestamps), Link: forward(lab.Path{Delay: 100 * ms, Rate: 90e6, Queue: 4000, Loss: .002, Reorder: .01, HoldBack: 40 * ms}), Program: Bulk(12e6)},
		{Name: "copies-many", About: "5 % copied and 2 % lost both ways", Congestion: "cubic", Link: symmetric(lab.Path{Delay: d, Loss: .02, Duplicate: .05, CopyDelay: 300 * us}), Program: echo(1e6)},
		{Name: "ackbursts", About: "bursts of 15 acknowledgements lost, 0.5 % of the data", Congestion: "cubic", Link: [2]lab.Path{{Delay: d, Loss: .005}, {Delay: d, Burst: .01, BurstLength: 15}}, Program: Bulk(1e6), Slow: true},
		{Name: "flip", Belated: true, About: "the way there becomes 280 ms longer, shorter and longer", Congestion: "cubic", Link: flip, Program: Bulk(3e6)},
		{Name: "flip-nots", Belated: true, About: "the same without timestamps", Congestion: "cubic", Settings: noTimestamps, Link: flip, Program: Bulk(3e6)},
		{Name: "flip-nofrto", Belated: true, About: "the same without F-RTO", Congestion: "cubic", Settings: noFRTO, Link: flip, Program: Bulk(3e6)},
		{Name: "flip-bare", Belated: true, About: "the same without SACK and timestamps", Congestion: "cubic", Settings: Settings(noSACK, noTimestamps), Link: flip, Program: Bulk(3e6)},
		{Name: "pmtu", Belated: true, About: "from the 200th segment on the path takes 1,300 octets, as ICMP says", Congestion: "cubic", Link: forward(lab.Path{Delay: d, Loss: .005, Rules: []lab.Rule{{What: lab.LongSegment, First: 200, Do: lab.TooBig}}}), Program: Bulk(2e6)},
		{Name: "pmtu-ipv6-nots", Belated: true, About: "the same over IPv6 without timestamps", Congestion: "cubic", IPv6: true, Settings: noTimestamps, Link: forward(lab.Path{Delay: d, Loss: .005, Rules: []lab.Rule{{What: lab.LongSegment, First: 200, Do: lab.TooBig}}}), Program: Bulk(2e6)},
		{Name: "pmtu-offload", Belated: true, About: "the same with large segments that the device cuts", Congestion: "cubic", Offload: lab.Cut, Link: forward(lab.Path{Delay: d, Loss: .005, Rules: []lab.Rule{{What: lab.LongSegment, First: 200, Do: lab.TooBig}}}), Program: Bulk(2e6)},
		{Name: "blackhole", About: "from the 200th segment on the path loses what is longer than 1,300 octets, with probing", Congestion: "cubic", Settings: probing, Link: forward(lab.Path{Delay: d, Rules: []lab.Rule{{What: lab.LongSegment, First: 200}}}), Program: Bulk(5e5), Slow: true},
		{Name: "mss-least", About: "mixed, segments of 88 octets", Congestion: "cubic", Link: forward(mixed(d)), Program: Bulk(1e5, tcpOption(unix.TCP_MAXSEG, 88))},
		{Name: "tiny-buffer", About: "a buffer of 2,304 octets and a slow reader, 8 % lost both ways", Congestion: "cubic", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .08}), Program: slowReader(6e4, 1024, 700, 15*ms), Slow: true},
		{Name: "tiny-buffer-nots", About: "the same without timestamps", Congestion: "cubic", Settings: noTimestamps, Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .08}), Program: slowReader(6e4, 1024, 700, 15*ms), Slow: true},
		{Name: "zerowindow-worse", About: "a reader that sleeps, 25 % lost, 5 % copied both ways: window probes under loss", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .25, Duplicate: .05, CopyDelay: 300 * us}), Program: zeroWindow(1.5e5, 6*time.Second), Slow: true},
		{Name: "deferred", About: "accepted when data comes, which comes late, 5 % lost both ways", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .05}), Program: deferred(30, 1500*ms), Settle: 5 * time.Second, Slow: true},
		{Name: "quick-timeouts", Belated: true, About: "mixed with jitter and timeouts of 20 ms", Congestion: "cubic", Settings: quickRTO, Link: symmetric(lab.Path{Delay: 5 * ms, Jitter: 15 * ms, Loss: .02}), Program: rounds(4, 40, 3000, 9000, 30*ms)},
		{Name: "fast-open-worse", About: "12 Fast Opens, 20 % lost both ways", Settings: fastOpen, Link: symmetric(lab.Path{Delay: 3 * ms, Loss: .2}), Program: fastOpens(12, 1000), Settle: 8 * time.Second, Slow: true},
		{Name: "close-worse", About: "60 short requests, 15 % lost both ways", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .15}), Program: Requests(60, 30, 2000), Settle: 15 * time.Second, Slow: true},
		{Name: "serverclose-worse", About: "60 connections that the server closes, 15 % lost both ways", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .15}), Program: serverCloses(60, 30, 2000, 0, 0), Settle: 15 * time.Second, Slow: true},
		{Name: "serverclose-worse-nots", About: "the same without timestamps", Settings: noTimestamps, Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .15}), Program: serverCloses(60, 30, 2000, 0, 0), Settle: 15 * time.Second, Slow: true},
		{Name: "simclose-worse", About: "both close at the same time, 20 % lost", Link: symmetric(lab.Path{Delay: 30 * ms, Loss: .2}), Program: simultaneousClose(7), Settle: 10 * time.Second, Slow: true},
		{Name: "simopen-worse", About: "both SYNs cross, 15 % lost, 10 % copied", Link: symmetric(lab.Path{Delay: 60 * ms, Loss: .15, Duplicate: .1, CopyDelay: ms}), Program: simultaneousOpen(6), Settle: 8 * time.Second, Slow: true},
		{Name: "abort-worse", About: "the server resets with data on the way, 15 % lost", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .15}), Program: aborts(30, true), Settle: 6 * time.Second, Slow: true},
		{Name: "halfclose-worse", About: "half-closed, 15 % lost both ways", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .15}), Program: halfClose(20, 500*ms), Settle: 12 * time.Second, Slow: true},
		{Name: "unread-loss", About: "the server closes with data unread, 10 % lost both ways", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .1}), Program: unread(20), Settle: 5 * time.Second, Slow: true},
		{Name: "offload-opposed", About: "both ends send at length, 2 % lost, overtaken and copied both ways, large segments that the device cuts", Offload: lab.Cut, Congestion: "cubic", Link: symmetric(dirty), Program: opposed(2e6)},
		{Name: "offload-bare", Belated: true, About: "lost and overtaken, large segments without SACK and timestamps", Offload: lab.Cut, Congestion: "cubic", Settings: Settings(noSACK, noTimestamps), Link: forward(mixed(d)), Program: Bulk(2e6)},
		{Name: "offload-bbr", About: "mixed both ways, large segments, with BBR", Offload: lab.Cut, Congestion: "bbr", Link: symmetric(mixed(d)), Program: Bulk(6e6)},
		{Name: "offload-flip", Belated: true, About: "the way becomes longer and shorter, large segments", Offload: lab.Cut, Congestion: "cubic", Link: flip, Program: Bulk(4e6)},
		{Name: "offload-whole-loss", About: "2 % lost, 3 % held back, large segments that arrive as they are", KernelMiscounts: "it counts segments of the MTU", Offload: lab.Whole, Congestion: "cubic", Link: symmetric(lab.Path{Delay: d, Loss: .02, Reorder: .03, HoldBack: 5 * ms}), Program: opposed(1e7)},
		{Name: "offload-tails", About: "bursts with pauses, 3 % lost both ways, large segments: lost tails", Offload: lab.Cut, Congestion: "cubic", Link: symmetric(lab.Path{Delay: d, Loss: .03}), Program: pauses(40000, 40, 60*ms)},
		{Name: "paced", About: "paced at 1 MB/s, lost, overtaken and copied", Congestion: "cubic", Link: symmetric(dirty), Program: Bulk(2e6, func(k *lab.Socket) error { return k.Set(unix.SOL_SOCKET, unix.SO_MAX_PACING_RATE, 1e6) })},
		{Name: "tw-reuse", About: "few ports used again early, 3 % lost both ways", Settings: map[string]string{"ipv4/tcp_tw_reuse": "1", "ipv4/ip_local_port_range": "45000 45011"}, Link: symmetric(lab.Path{Delay: ms, Loss: .03}), Program: Requests(60, 4, 1500), Settle: 6 * time.Second, Slow: true},
	}
}

// opposed has both ends send octets at the same time.
func opposed(octets int) lab.Program {
	end := func(k *lab.Socket) error {
		err := Both(func() error { return errors.Join(k.Send(octets, 1<<15), k.Shut()) }, k.Drain)
		return errors.Join(err, k.Close())
	}
	return listening(1, func(_ *lab.Session, k *lab.Socket) error { return end(k) }, func(s *lab.Session) error {
		k, err := s.Dial(0)
		if err != nil {
			return err
		}
		return end(k)
	})
}

// deferred makes n connections whose listener waits for data (TCP_DEFER_ACCEPT), which
// the clients send after a pause.
func deferred(n int, pause time.Duration) lab.Program {
	return func(s *lab.Session) error {
		l, err := s.Listen(64, tcpOption(unix.TCP_DEFER_ACCEPT, 5))
		if err != nil {
			return err
		}
		return Both(func() error {
			err := many(s, n, n, func(int) error {
				k, err := s.Dial(0)
				if err != nil {
					return err
				}
				if err := s.Sleep(pause); err != nil {
					return err
				}
				return errors.Join(k.Send(500, 500), k.Shut(), k.Drain(), k.Close())
			})
			l.Patience(3 * time.Second)
			return err
		}, func() error {
			s.Say(serve(s, l, n, func(k *lab.Socket) error { return errors.Join(k.Drain(), k.Send(2000, 2000), k.Close()) }))
			return nil
		})
	}
}
