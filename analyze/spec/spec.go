// Package spec has what the definitions of labels, verdicts and events are made of.
// Each of the three declares a Spec of its own: what one is matched by, and what else
// is said of it, differs. Name, Definition and Example stay fields of these, since a
// literal of Go cannot name the fields of a struct embedded in it.
package spec

// Clause cites a section of an RFC.
type Clause struct {
	RFC     int
	Section string // "3.5", without the sign
}

// Condition is one of the things that must all hold. Miss is a script in which this
// one alone fails, so that what is defined does not come from it: the label from its
// last segment, the verdict on its last connection, the event from any of it. It is
// "" where what fails is that an event was told before: that is tested by counting.
type Condition struct {
	Text string // one of a list after "all of these hold": no sentence, no full stop
	Miss string
}
