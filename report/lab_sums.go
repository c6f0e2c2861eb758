package report

import (
	"fmt"

	"tcpwatch/analyze"
	"tcpwatch/capture/wire"
)

// labSums is the arithmetic of one connection.
type labSums struct {
	arithmetic
	// data has the beginning of the payload of each end that ends at a number.
	data [2]map[wire.Seq]wire.Seq
}

// base takes an ISN where one is told. A SYN with another one begins anew.
func (a *labSums) base(st *analyze.Step) {
	e := &a.ends[end(st.FromClient)]
	if st.Flags.Any(wire.SYN) && (!e.base.Known || e.base.Number != st.Seq) {
		*e = endNumbers{base: analyze.Base{Number: st.Seq, Known: true, ISN: true}}
	}
}

// check adds to the arithmetic of opening and close that of data. The numbers of
// a handshake are those on the wire, those behind it count from the ISNs.
func (a *labSums) check(st *analyze.Step) (string, Tone) {
	own, peer := &a.ends[end(st.FromClient)], &a.ends[end(!st.FromClient)]
	opens := st.Flags.Any(wire.SYN) || labelName(st.Phase) == "HANDSHAKE-ACK" || st.Flags.Any(wire.RST) && !own.synSeen
	if relative := a.relative; opens {
		a.relative = false
		defer func() { a.relative = relative }()
	}
	text, tone := a.arithmetic.check(st)
	switch {
	case st.Flags&(wire.SYN|wire.ACK) == wire.SYN:
		return fmt.Sprintf("%s: %d", text, uint32(st.Seq)), tone
	case st.Flags.Any(wire.SYN):
		return fmt.Sprintf("%s; ISN of the %s: %d", text, fromText(st.FromClient), uint32(st.Seq)), tone
	case text != "" || !st.Flags.Any(wire.ACK):
		return text, tone
	}
	if first, ok := a.data[end(!st.FromClient)][st.Ack]; ok {
		return fmt.Sprintf("ack = %s + %d ✓", a.number(peer, first), uint32(st.Ack-first)), Good
	}
	return "", Plain
}

// saw remembers what later acknowledgements may answer.
func (a *labSums) saw(st *analyze.Step) {
	a.arithmetic.saw(st)
	if st.Len > 0 && !st.Flags.Any(wire.SYN) {
		a.data[end(st.FromClient)][st.Seq.Add(st.Len)] = st.Seq
	}
}
