package lesson

import (
	"maps"
	"slices"
	"strings"

	"tcpwatch/lab"
)

// Group is a chapter of the list of lessons.
type Group string

// The groups, in the order of Groups.
const (
	Open     Group = "open"
	Work     Group = "work"
	Close    Group = "close"
	Trouble  Group = "trouble"
	Programs Group = "programs"
)

// Groups are all groups in the order in which they are listed.
var Groups = []Group{Open, Work, Close, Trouble, Programs}

// Lesson is one scenario.
type Lesson struct {
	Name  string
	Group Group
	About string // one line
	// Why says in a sentence or two what is to be learned, with its clause.
	Why string
	// Words are labels, verdicts and states that explain the rest.
	Words []string
	// Notes explain why another word occurs here.
	Notes map[string]string
	// Shortened says which waits are shorter here than anywhere else; empty if none.
	Shortened string

	Link     [2]lab.Path // from the client, from the server
	Settings []Setting
	IPv6     bool // see OverIPv6
	Carry    bool // UDP and ICMP over IPv4, too

	// Script is in the notation of the tests (package script), for what no real
	// socket can be made to do. It is told before the rest.
	Script string
	// Expect is the expected story; see matches.
	Expect string
	// Differs says where the states at a tap cannot be those of the kernels;
	// empty where they must be equal.
	Differs string

	play func(*Stage)
}

// Setting is a sysctl of both hosts that differs from the default.
type Setting struct {
	Name  string // below /proc/sys/net, with slashes
	Value string
	Why   string // what the lesson needs it for
	// Since is the first kernel that has it, where older ones behave like the
	// Value without it; empty if all have it.
	Since string
}

// Set is a Setting as it was made.
type Set struct {
	Setting
	// Default is the value that the hosts had before. Absent tells that the kernel
	// is older than Since.
	Default string
	Absent  bool
}

// Sysctl is the setting's name as sysctl(8) spells it.
func (s *Setting) Sysctl() string { return "net." + strings.ReplaceAll(s.Name, "/", ".") }

// Several reports whether the story is of more than one connection.
func (l *Lesson) Several() bool { return strings.Contains(l.Expect, "#") }

// OverIPv6 returns the lesson for two hosts that speak IPv6, nil where there is
// none: of UDP the link carries what comes over IPv4 only.
func (l *Lesson) OverIPv6() *Lesson {
	if l.Carry {
		return nil
	}
	six := *l
	six.IPv6 = true
	// The header is 20 octets longer (RFC 8200 §3).
	six.About = strings.ReplaceAll(l.About, mssIPv4, mssIPv6)
	return &six
}

// What fits into a segment where the MTU is 1500 (RFC 9293 §3.7.1).
const (
	mssIPv4 = "1460"
	mssIPv6 = "1440"
)

// All returns every lesson in the order of the list.
func All() []*Lesson { return all() }

// Find returns the lesson of that name, nil if there is none.
func Find(name string) *Lesson {
	for _, l := range All() {
		if l.Name == name {
			return l
		}
	}
	return nil
}

// Names returns the names of all lessons in the order of the list.
func Names() (names []string) {
	for _, l := range All() {
		names = append(names, l.Name)
	}
	return names
}

// States returns the eleven states in alphabetical order.
func States() []string { return slices.Sorted(maps.Keys(ForState)) }

// ForState names the lesson that shows a state, for each of the eleven of RFC
// 9293 §3.3.2.
var ForState = map[string]string{
	"CLOSED":       "abort",
	"LISTEN":       "three-way",
	"SYN-SENT":     "syn-lost",
	"SYN-RECEIVED": "synack-lost",
	"ESTABLISHED":  "three-way",
	"FIN-WAIT-1":   "fin-lost",
	"FIN-WAIT-2":   "half-close",
	"CLOSE-WAIT":   "half-close",
	"CLOSING":      "simultaneous-close",
	"LAST-ACK":     "last-ack-lost",
	"TIME-WAIT":    "last-ack-lost",
}
