package lesson

import (
	"tcpwatch/analyze/verdict"
	"tcpwatch/lab"
)

// Options are what a caller may choose. The zero value is the default.
type Options struct {
	// Dir is where the captures and their truth are kept; "" keeps nothing.
	Dir string
	// Tell is called for every item of the story, in order of time. It must not
	// block: the world stands still meanwhile.
	Tell func(*Item)
	// Veth has the hosts use veth devices where they could use TUN devices.
	Veth bool
}

// Outcome is the result of a lesson.
type Outcome struct {
	Rows []*Row
	// Verdicts are what tcpwatch says of the connections at the client's tap and at
	// the server's, in order of the connections.
	Verdicts [2][]verdict.Verdict
	// Unexpected says where the story is not the expected one, which a busy
	// machine can cause; "" if it is.
	Unexpected string
	// Different are rows in which a state at the tap is not the kernel's.
	Different []*Row
	// Compared counts the states that were held against a kernel's, Equal those that
	// were the same; for NoSocket more the kernel had no socket to compare with.
	Compared, Equal, NoSocket int
	// Result is what the link and the kernels counted. Only the captures that are
	// kept have a Base.
	Result *lab.Result
}

// compare compares every state of every row with the kernel's.
func (out *Outcome) compare() {
	for _, r := range out.Rows {
		if r.Datagram != "" {
			continue
		}
		different := false
		for _, e := range r.Ends {
			switch e.Verdict() {
			case NoSocket:
				out.NoSocket++
				continue
			case Equal:
				out.Equal++
			case Different:
				different = true
			}
			out.Compared++
		}
		if different {
			out.Different = append(out.Different, r)
		}
	}
}
