package lesson

import (
	"maps"
	"slices"

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

// Lesson is one thing to be seen.
type Lesson struct {
	Name  string
	Group Group
	About string // one line
	// Why says in a sentence or two what is to be learned, with its clause.
	Why string
	// Words are labels, verdicts and states that explain the rest.
	Words []string
	// Shortened says which waits are shorter here than anywhere else; empty if none.
	Shortened string

	Link     [2]lab.Path // from the client, from the server
	Settings map[string]string
	IPv6     bool
	Carry    bool // UDP and ICMP, too

	// Script is in the notation of the tests (package script), for what no real
	// socket can be made to do. It is told in front of the rest.
	Script string
	// Expect is what is to be seen; see matches.
	Expect string
	// Differs says where the states at a tap cannot be those of the kernels;
	// empty where they must be equal.
	Differs string

	play func(*Stage)
}

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
