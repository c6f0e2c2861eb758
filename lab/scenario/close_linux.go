package scenario

import (
	"time"

	"tcpwatch/lab"
)

func openCloseScenarios() []*lab.Scenario {
	calm := func(d time.Duration) [2]lab.Path { return symmetric(lab.Path{Delay: d}) }
	client := func(rules ...lab.Rule) [2]lab.Path {
		return forward(lab.Path{Delay: 2 * ms, HoldBack: 20 * ms, Rules: rules})
	}
	server := func(rules ...lab.Rule) [2]lab.Path {
		return backward(lab.Path{Delay: 2 * ms, HoldBack: 20 * ms, Rules: rules})
	}
	one := func(m lab.Match, do lab.Action) lab.Rule { return lab.Rule{What: m, First: 1, Last: 1, Do: do} }
	few := Requests(8, 8, 9000)
	return []*lab.Scenario{
		{Name: "synloss", About: "every first SYN lost", Link: client(one(lab.SYN, lab.Drop)), Program: few, Settle: 3 * time.Second, Slow: true},
		{Name: "synackloss", About: "every first SYN-ACK lost", Link: server(one(lab.SYNACK, lab.Drop)), Program: few, Settle: 3 * time.Second, Slow: true},
		{Name: "acklost", About: "the ACK of every handshake lost", Link: client(one(lab.HandshakeACK, lab.Drop)), Program: few, Settle: 2 * time.Second},
		{Name: "syncopied", Belated: true, About: "every SYN and SYN-ACK copied", Link: [2]lab.Path{{Delay: 2 * ms, CopyDelay: ms, Rules: []lab.Rule{one(lab.SYN, lab.Copy)}}, {Delay: 2 * ms, CopyDelay: ms, Rules: []lab.Rule{one(lab.SYNACK, lab.Copy)}}}, Program: few, Settle: 2 * time.Second},
		{Name: "synackheld", Belated: true, About: "the SYN-ACK arrives after a second SYN", Link: backward(lab.Path{Delay: 2 * ms, HoldBack: 1200 * ms, Rules: []lab.Rule{one(lab.SYNACK, lab.Hold)}}), Program: few, Settle: 3 * time.Second, Slow: true},
		{Name: "finlost", About: "the client's first FIN lost", Link: client(one(lab.FIN, lab.Drop)), Program: few, Settle: 3 * time.Second},
		{Name: "finlost-server", About: "the server's first FIN lost", Link: server(one(lab.FIN, lab.Drop)), Program: few, Settle: 3 * time.Second},
		{Name: "finheld", About: "the client's FIN overtaken", Link: client(one(lab.FIN, lab.Hold)), Program: few, Settle: 2 * time.Second},
		{Name: "lastacklost", About: "the last ACK lost twice", Link: client(lab.Rule{What: lab.ACKOfFIN, First: 1, Last: 2, Do: lab.Drop}), Program: few, Settle: 4 * time.Second, Slow: true},
		{Name: "fincopied", Belated: true, About: "every FIN copied", Link: [2]lab.Path{{Delay: 2 * ms, CopyDelay: 10 * ms, Rules: []lab.Rule{{What: lab.FIN, Do: lab.Copy}}}, {Delay: 2 * ms, CopyDelay: 10 * ms, Rules: []lab.Rule{{What: lab.FIN, Do: lab.Copy}}}}, Program: few, Settle: 2 * time.Second},
		{Name: "refused", About: "nobody listens", Link: calm(ms), Program: Refused(5)},
		{Name: "silent", About: "nothing answers", Link: client(lab.Rule{What: lab.AnySegment, Do: lab.Drop}), Program: unanswered(3, 8*time.Second), Slow: true},
		{Name: "overflow", About: "the accept queue is full, with SYN cookies", Link: calm(ms), Program: overflow(10, 2, 6*time.Second), KernelMiscounts: "a SYN cookie is sent anew for every SYN", Slow: true},
		{Name: "overflow-nocookies", About: "the accept queue is full, without SYN cookies", Settings: noCookies, Link: calm(ms), Program: overflow(10, 2, 6*time.Second), Slow: true},
		{Name: "halfclose", About: "the server goes on sending for two seconds", Link: calm(2 * ms), Program: halfClose(3, 2*time.Second)},
		{Name: "halfclose-loss", About: "half-closed, 5 % lost both ways", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .05}), Program: halfClose(20, time.Second), Settle: 6 * time.Second, Slow: true},
		{Name: "serverclose", About: "the server closes first", Link: calm(2 * ms), Program: serverCloses(20, 4, 3000, 0, 0)},
		{Name: "simclose", About: "both close at the same time", Link: calm(60 * ms), Program: simultaneousClose(4)},
		{Name: "simclose-loss", About: "both close at the same time, 10 % lost", Link: symmetric(lab.Path{Delay: 30 * ms, Loss: .1}), Program: simultaneousClose(6), Settle: 6 * time.Second, Slow: true},
		{Name: "simopen", About: "both SYNs cross", Link: calm(80 * ms), Program: simultaneousOpen(2)},
		{Name: "abort", About: "the client resets", Link: calm(2 * ms), Program: aborts(6, false)},
		{Name: "abort-server", About: "the server resets with data on the way, 2 % lost", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .02}), Program: aborts(20, true)},
		{Name: "unread", About: "the server closes with data unread", Link: calm(2 * ms), Program: unread(5)},
		{Name: "reuse", About: "one client port again and again", Link: calm(ms), Program: serverCloses(6, 1, 3000, 45678, 200*ms)},
		{Name: "reuse-loss", About: "one client port again and again, 4 % lost both ways", Link: symmetric(lab.Path{Delay: ms, Loss: .04}), Program: serverCloses(12, 1, 3000, 45678, 1200*ms), Settle: 4 * time.Second, Slow: true},
		{Name: "zerowindow", About: "a reader that sleeps", Link: calm(2 * ms), Program: zeroWindow(4e5, 2*time.Second)},
		{Name: "zerowindow-loss", About: "a reader that sleeps, 3 % lost both ways", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .03}), Program: zeroWindow(4e5, 2*time.Second), Slow: true},
		{Name: "keepalive", About: "idle but for keep-alives", Link: calm(2 * ms), Program: keepAlive(3500 * ms), Slow: true},
		{Name: "keepalive-loss", About: "keep-alives, 20 % lost both ways", Link: symmetric(lab.Path{Delay: 2 * ms, Loss: .2}), Program: keepAlive(5500 * ms), Settle: 3 * time.Second, Slow: true},
	}
}
