package lesson

import (
	"fmt"
	"strings"

	"tcpwatch/lab"
)

// counterWords describe the kernels' counters, by the names of nstat(8).
var counterWords = map[string]string{
	"TcpExtListenOverflows": "found the accept queue full",
	"TcpExtListenDrops":     "dropped before a listener",
	"TcpExtSyncookiesSent":  "cookies sent",
	"TcpExtSyncookiesRecv":  "cookies that came back",
	"TcpExtTCPLossProbes":   "tail loss probes",
	"TcpInCsumErrors":       "wrong checksums",
}

// counted tells what the kernels' counters of that name say, of all that was sent.
func (p *Stage) counted(host int, names ...string) {
	p.landed()
	grown, err := p.Grown(host)
	must(err)
	var parts []string
	for _, n := range names {
		parts = append(parts, fmt.Sprintf("%d %s (%s)", grown[n], counterWords[n], n))
	}
	p.says("kernel of the %s counts: %s", sideNames[host], strings.Join(parts, ", "))
}

// sockets tells how many sockets a kernel has in which state, when all that was
// sent has arrived.
func (p *Stage) sockets(host int) {
	p.landed()
	p.socketsNow(host)
}

// socketsNow is sockets while segments may be on their way.
func (p *Stage) socketsNow(host int) {
	list, err := p.Sockets(host)
	must(err)
	count := map[lab.KernelState]int{}
	var parts []string
	for _, k := range list {
		count[k.State]++
		if k.State == lab.KernelListen {
			parts = append(parts, fmt.Sprintf("accept queue %d of at most %d", k.RecvQ, k.SendQ+1))
		}
	}
	for s := lab.KernelEstablished; s <= lab.KernelClosing; s++ {
		if count[s] > 0 && s != lab.KernelListen {
			parts = append(parts, fmt.Sprintf("%d in %v", count[s], s))
		}
	}
	if len(parts) == 0 {
		parts = []string{"none"}
	}
	p.says("kernel of the %s has sockets: %s", sideNames[host], strings.Join(parts, ", "))
}
