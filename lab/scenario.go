package lab

import "time"

// Scenario is one experiment: a link, two hosts' settings and what programs on
// them do.
type Scenario struct {
	Name, About string
	// Link is the two directions: from the client (host 0), from the server.
	Link [2]Path
	// Settings are sysctls of both hosts, below /proc/sys/net with slashes.
	Settings map[string]string
	MTU      int // 0 for 1500
	// Congestion is the congestion control of every socket (TCP_CONGESTION); "" for
	// the kernel's default. As a setting a namespace takes only those that the
	// machine allows everybody.
	Congestion string
	IPv6       bool
	// Snap is how many octets of each packet the captures keep; 0 for all.
	Snap int
	// Carry has the link carry UDP and ICMP too. Captures hold TCP only.
	Carry bool
	// Veth has the hosts use veth devices although TUN devices could be made.
	Veth bool
	// Settle is how long the lab goes on after the programs ended, so that
	// closes can be repeated; 0 for a second.
	Settle time.Duration
	// Offload has the hosts hand over segments of up to 64 KiB with checksums that are
	// left to the device, as captures of a host's own interface show them.
	Offload Offload
	// Limit is the longest time that the programs may take; 0 for 40
	// seconds. TIME-WAIT lasts 60 seconds on Linux: after that its sockets
	// are gone.
	Limit time.Duration
	// Slow marks scenarios of more than about three seconds.
	Slow bool
	// Belated marks scenarios whose link delivers packets later than their sender
	// could have reacted, or whose sender repairs sooner than it could have known of a
	// loss: only an IP ID or a timestamp tells such packets from retransmissions.
	Belated bool
	// KernelMiscounts says why TcpRetransSegs and the truth may differ; empty
	// where they must agree.
	KernelMiscounts string

	Program Program
}

// Program is what runs on both hosts. Its error fails the run.
type Program func(*Session) error

// ServerPort is where the server of a scenario listens.
const ServerPort = 7788

// Result is the outcome of a run.
type Result struct {
	Scenario string
	Seed     uint64
	Base     string // the files are Base + ".snd.pcap" …
	Took     time.Duration
	// Said are the errors of the programs: refused, timed out.
	Said []string
	// Retransmitted is by the truth, Counted by the kernel (TcpRetransSegs), for
	// client and server. Crossed are SYNs of a simultaneous opening that the
	// SYN-ACK sent again, which no kernel counts.
	Retransmitted, Counted, Crossed [2]uint64
	// Kernel has what grew of the counters of client and server, by the names
	// that nstat gives them.
	Kernel [2]map[string]int64
	// Sent, Lost, Held, Copied and Corrupted count packets by sender.
	Sent, Lost, Held, Copied, Corrupted [2]uint64
	// Packets counts what the taps at the client and at the server recorded.
	Packets [2]uint64
	// Widest is the longest packet that a host sent, octets.
	Widest int
	// LatestDelivery is the most that the link delivered late. Stall is the
	// longest time that the machine kept the link from running: the taps' times
	// are wrong by as much.
	LatestDelivery, Stall time.Duration
	// TapMissed counts packets that a host lost before its tap.
	TapMissed [2]int64
}

// Offload is what becomes of the large segments of a host.
type Offload uint8

// The ways.
const (
	NoOffload Offload = iota
	Whole             // they arrive as they are, as between containers
	Cut               // the device cuts them: the link carries whole packets of the MTU
)
