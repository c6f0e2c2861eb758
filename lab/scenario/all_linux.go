package scenario

import (
	"maps"
	"time"

	"golang.org/x/sys/unix"

	"tcpwatch/lab"
)

const ms = time.Millisecond

// symmetric is a link that does the same in both directions.
func symmetric(p lab.Path) [2]lab.Path { return [2]lab.Path{p, p} }

// forward is a link that does more than delay only to what the client sends.
func forward(p lab.Path) [2]lab.Path { return [2]lab.Path{p, {Delay: p.Delay}} }

// backward does it only to what the server sends.
func backward(p lab.Path) [2]lab.Path { return [2]lab.Path{{Delay: p.Delay}, p} }

// Settings puts settings together; of two values of one the later counts.
func Settings(settings ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, m := range settings {
		maps.Copy(all, m)
	}
	return all
}

var (
	noTimestamps = map[string]string{"ipv4/tcp_timestamps": "0"}
	noSACK       = map[string]string{"ipv4/tcp_sack": "0"}
	noProbes     = map[string]string{"ipv4/tcp_early_retrans": "0"}
	noCookies    = map[string]string{"ipv4/tcp_syncookies": "0"}
	reno         = map[string]string{"ipv4/tcp_congestion_control": "reno"}
	ecn          = map[string]string{"ipv4/tcp_ecn": "1"}
)

// All returns the table, in an order that goes from plain to mixed.
func All() []*lab.Scenario {
	var all []*lab.Scenario
	all = append(all, bulkScenarios()...)
	all = append(all, variedScenarios()...)
	all = append(all, shortScenarios()...)
	all = append(all, openCloseScenarios()...)
	all = append(all, stackScenarios()...)
	all = append(all, edgeScenarios()...)
	for _, s := range all {
		s.Snap = 120 // every header: their captures are many and long
	}
	return all
}

// Find returns the scenario of that name, nil if there is none.
func Find(name string) *lab.Scenario {
	for _, s := range All() {
		if s.Name == name {
			return s
		}
	}
	return nil
}

func mixed(delay time.Duration) lab.Path {
	return lab.Path{Delay: delay, Loss: .008, Reorder: .01, HoldBack: 5 * ms, Duplicate: .005, CopyDelay: 100 * time.Microsecond}
}

// mixedSYNTwice is mixed, with a copy of the SYN that is late enough to be answered on its own.
var mixedSYNTwice = func() lab.Path {
	p := mixed(10 * ms)
	p.CopyDelay, p.Rules = 700*time.Microsecond, []lab.Rule{{What: lab.SYN, First: 1, Last: 1, Do: lab.Copy}}
	return p
}()

func bulkScenarios() []*lab.Scenario {
	return []*lab.Scenario{
		{Name: "clean", About: "one transfer, nothing lost", Link: symmetric(lab.Path{Delay: 5 * ms}), Program: Bulk(2e6)},
		{Name: "loss", About: "1 % lost", Link: forward(lab.Path{Delay: 10 * ms, Loss: .01}), Program: Bulk(3e6)},
		{Name: "heavy-loss", About: "8 % lost", Link: forward(lab.Path{Delay: 5 * ms, Loss: .08}), Program: Bulk(3e5), Slow: true},
		{Name: "loss-both", About: "2 % lost both ways", Link: symmetric(lab.Path{Delay: 10 * ms, Loss: .02}), Program: Bulk(1e6)},
		{Name: "reorder", About: "3 % held back", Link: forward(lab.Path{Delay: 8 * ms, Reorder: .03, HoldBack: 4 * ms}), Program: Bulk(3e6)},
		{Name: "reorder-far", Belated: true, About: "1 % held back for longer than a round trip", Link: forward(lab.Path{Delay: 5 * ms, Reorder: .01, HoldBack: 25 * ms}), Program: Bulk(2e6)},
		{Name: "reorder-near", About: "5 % overtaken by the next few", Link: forward(lab.Path{Delay: 8 * ms, Reorder: .05, HoldBack: 200 * time.Microsecond}), Program: Bulk(3e6)},
		{Name: "mixed", About: "lost, overtaken and copied", Link: forward(mixed(10 * ms)), Program: Bulk(3e6)},
		{Name: "mixed-both", About: "lost, overtaken and copied both ways, data both ways", Link: symmetric(mixed(10 * ms)), Program: echo(1e6), Slow: true},
		{Name: "copies", About: "2 % copied 3 ms later", Link: symmetric(lab.Path{Delay: 8 * ms, Duplicate: .02, CopyDelay: 3 * ms}), Program: Bulk(3e6)},
		{Name: "copies-late", Belated: true, About: "2 % copied a round trip and a half later, 1 % lost", Link: symmetric(lab.Path{Delay: 8 * ms, Duplicate: .02, CopyDelay: 24 * ms, Loss: .01}), Program: Bulk(1e6)},
		{Name: "burst", About: "bursts of 30 lost", Link: forward(lab.Path{Delay: 15 * ms, Burst: .001, BurstLength: 30}), Program: Bulk(3e6)},
		{Name: "burst-both", About: "bursts of 8 lost both ways", Link: symmetric(lab.Path{Delay: 5 * ms, Burst: .004, BurstLength: 8}), Program: echo(1e6), Slow: true},
		{Name: "rate", About: "20 Mbit/s with a queue of 40 packets", Link: forward(lab.Path{Delay: 10 * ms, Rate: 20e6, Queue: 40}), Program: Bulk(4e6)},
		{Name: "rate-reorder", About: "20 Mbit/s, 2 % held back, jitter", Link: forward(lab.Path{Delay: 10 * ms, Rate: 20e6, Queue: 60, Reorder: .02, HoldBack: 6 * ms, Jitter: 2 * ms}), Program: Bulk(3e6)},
		{Name: "near", Belated: true, About: "round trip of 0.3 ms, lost, overtaken and copied", Link: symmetric(lab.Path{Delay: 150 * time.Microsecond, Loss: .005, Reorder: .01, HoldBack: time.Millisecond, Duplicate: .005}), Program: Bulk(4e6)},
		{Name: "near-loss", About: "round trip of 0.3 ms, 2 % lost both ways", Link: symmetric(lab.Path{Delay: 150 * time.Microsecond, Loss: .02}), Program: Bulk(2e6)},
		{Name: "far", About: "round trip of 150 ms, lost, overtaken and copied", Link: symmetric(mixed(75 * ms)), Program: Bulk(1e6), Slow: true},
		{Name: "corrupt", About: "every 20th segment damaged on the way", Link: forward(lab.Path{Delay: 8 * ms, Loss: .002, Rules: everyTwentieth(lab.Corrupt)}), Program: Bulk(1e6)},
	}
}

func everyTwentieth(do lab.Action) (r []lab.Rule) {
	for i := 20; i < 800; i += 20 {
		r = append(r, lab.Rule{What: lab.DataSegment, First: i, Last: i, Do: do})
	}
	return r
}

func variedScenarios() []*lab.Scenario {
	return []*lab.Scenario{
		{Name: "mixed-nots", About: "mixed, without timestamps", Settings: noTimestamps, Link: forward(mixed(10 * ms)), Program: Bulk(3e6)},
		{Name: "mixed-nosack", About: "mixed, without SACK", Settings: noSACK, Link: forward(mixed(10 * ms)), Program: Bulk(1e6)},
		{Name: "mixed-syn-twice", About: "mixed, without SACK, the SYN copied, so that which SYN-ACK is acknowledged is unknown", Settings: noSACK, Link: forward(mixedSYNTwice), Program: Bulk(1e6)},
		{Name: "mixed-bare", About: "mixed, without SACK and timestamps", Settings: Settings(noSACK, noTimestamps), Link: forward(mixed(10 * ms)), Program: Bulk(1e6)},
		{Name: "mixed-reno", About: "mixed, with Reno and without probes for lost tails", Settings: Settings(reno, noProbes), Link: forward(mixed(10 * ms)), Program: Bulk(1e6)},
		{Name: "mixed-ecn", About: "mixed, with ECN", Settings: ecn, Link: symmetric(mixed(5 * ms)), Program: Bulk(1e6)},
		{Name: "mixed-small", About: "mixed, an MTU of 600", MTU: 600, Link: forward(mixed(10 * ms)), Program: Bulk(1e6)},
		{Name: "mixed-ipv6", About: "mixed, over IPv6", IPv6: true, Link: forward(mixed(10 * ms)), Program: Bulk(3e6)},
		{Name: "mixed-ipv6-nots", About: "mixed, over IPv6 without timestamps: neither IP ID nor TSval", IPv6: true, Settings: noTimestamps, Link: forward(mixed(10 * ms)), Program: Bulk(2e6)},
		{Name: "loss-ipv6-nots", About: "1 % lost, over IPv6 without timestamps", IPv6: true, Settings: noTimestamps, Link: symmetric(lab.Path{Delay: 10 * ms, Loss: .01}), Program: Bulk(2e6)},
		{Name: "mss", About: "mixed, segments of 400 octets", Link: forward(mixed(10 * ms)), Program: Bulk(5e5, func(k *lab.Socket) error { return k.Set(unix.IPPROTO_TCP, unix.TCP_MAXSEG, 400) })},
		{Name: "trickle", About: "small pieces every 15 ms, 5 % lost both ways", Link: symmetric(lab.Path{Delay: 10 * ms, Loss: .05}), Program: trickle(150, 60, 15*ms), Slow: true},
		{Name: "trickle-reorder", About: "small pieces every 3 ms, 10 % held back 7 ms, 2 % lost", Link: symmetric(lab.Path{Delay: 10 * ms, Reorder: .1, HoldBack: 7 * ms, Loss: .02}), Program: trickle(400, 60, 3*ms), Slow: true},
		{Name: "trickle-joined", About: "pieces of 300 octets every 2 ms, 10 % lost both ways, so that retransmissions join several", Link: symmetric(lab.Path{Delay: 12 * ms, Loss: .1}), Program: trickle(200, 300, 2*ms), Slow: true},
		{Name: "twice-lost", About: "retransmissions lost too", Link: forward(lab.Path{Delay: 8 * ms, Loss: .01, Rules: []lab.Rule{{What: lab.Retransmitted, First: 2, Last: 4}, {What: lab.Retransmitted, First: 10, Last: 11}}}), Program: Bulk(1e6), Slow: true},
	}
}

func shortScenarios() []*lab.Scenario {
	lossy := symmetric(lab.Path{Delay: 2 * ms, Loss: .03})
	return []*lab.Scenario{
		{Name: "requests", About: "60 short requests, nothing lost", Link: symmetric(lab.Path{Delay: 2 * ms}), Program: Requests(60, 8, 9000)},
		{Name: "short", About: "150 short requests, 3 % lost both ways", Link: lossy, Program: Requests(150, 12, 9000), Settle: 8 * time.Second, Slow: true},
		{Name: "short-ipv6", About: "100 short requests over IPv6, 3 % lost both ways", IPv6: true, Link: lossy, Program: Requests(100, 12, 9000), Settle: 8 * time.Second, Slow: true},
		{Name: "short-nots", About: "100 short requests without timestamps, 3 % lost both ways", Settings: noTimestamps, Link: lossy, Program: Requests(100, 12, 9000), Settle: 8 * time.Second, Slow: true},
		{Name: "short-mixed", About: "100 short requests, lost, overtaken and copied both ways", Link: symmetric(lab.Path{Delay: 3 * ms, Loss: .02, Reorder: .05, HoldBack: 4 * ms, Duplicate: .02, CopyDelay: 500 * time.Microsecond}), Program: Requests(100, 12, 5000), Settle: 8 * time.Second, Slow: true},
		{Name: "short-near", About: "300 short requests on a round trip of 0.3 ms, 1 % lost both ways", Link: symmetric(lab.Path{Delay: 150 * time.Microsecond, Loss: .01}), Program: Requests(300, 16, 3000), Settle: 5 * time.Second, Slow: true},
		{Name: "short-far", About: "60 short requests on a round trip of 150 ms, 3 % lost both ways", Link: symmetric(lab.Path{Delay: 75 * ms, Loss: .03}), Program: Requests(60, 20, 5000), Settle: 8 * time.Second, Slow: true},
		{Name: "serverclose-loss", About: "80 connections that the server closes, 4 % lost both ways", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .04}), Program: serverCloses(80, 10, 4000, 0, 0), Settle: 8 * time.Second, Slow: true},
	}
}
