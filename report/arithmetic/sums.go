package arithmetic

import (
	"fmt"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/capture/wire"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/prose"
	"tcpwatch/report/record"
)

// Sums checks acknowledgements against the segments before them, which it is told of in their order
// (Saw). The zero value is for a connection that is not over yet: what became of its RSTs is not known.
type Sums struct {
	// Relative makes numbers count from the bases of their ends.
	Relative bool
	// Over is set once a RST came that ended the connection.
	Over bool

	conn *analyze.Connection // whose record tells what became of RSTs; nil: it is not known yet
	self bool                // both ends are one
	ends [2]Numbers          // 0: client
}

// Numbers is what is known of one end's sequence space.
type Numbers struct {
	Base     analyze.Base // that relative numbers count from
	sent     uint64       // octets, those that were missed included
	far      bool         // more was sent than a difference of two numbers can count
	fin      wire.Seq
	finSeen  bool
	synAcked bool       // a SYN-ACK of this end was captured
	finAcked bool       // an acknowledgement of fin was captured
	syn      wire.Seq   // of the last SYN that was captured
	SynSeen  bool       // one was captured
	others   []wire.Seq // numbers of SYNs before it that had another one
	synLen   uint32
	synECN   bool // a SYN of this end asked for ECN
}

// Index is the index of an end in arrays of two.
func Index(fromClient bool) int {
	if fromClient {
		return 0
	}
	return 1
}

// End is what is known of an end.
func (a *Sums) End(fromClient bool) *Numbers { return &a.ends[Index(fromClient)] }

// Of returns the sums of a record, which must stay as it is while they are done. Relative numbers
// count from the bases that the view packets counts from. If one end sent too much for that, all
// numbers are those on the wire.
func Of(c *analyze.Connection, relative bool) *Sums {
	a := &Sums{conn: c, Relative: relative, self: c.Self()}
	a.ends[0].Base, a.ends[1].Base = c.ClientBase, c.ServerBase
	for i, d := range []*analyze.Direction{&c.FromClient, &c.FromServer} {
		e := &a.ends[i]
		most := uint64(1<<32 - 2)
		if !e.Base.ISN {
			most = 1<<31 - 2 // there are numbers before the first one captured
		}
		e.sent = d.UniqueOctets + d.MissingBytes
		e.far = e.sent >= most
		a.Relative = a.Relative && !e.far
	}
	a.Relative = a.Relative && (a.ends[0].Base.Known || a.ends[1].Base.Known)
	return a
}

// BaseText says where numbers count from if not from an ISN.
func (a *Sums) BaseText() string {
	if !a.Relative {
		return ""
	}
	c, s := &a.ends[0].Base, &a.ends[1].Base
	from := func(whose string) string {
		return "REL numbers of " + whose + " count from the first that was captured, not from the ISN"
	}
	switch {
	case c.Known && !c.ISN && s.Known && !s.ISN:
		return from("both ends")
	case c.Known && !c.ISN:
		return from("the client")
	case s.Known && !s.ISN:
		return from("the server")
	}
	return ""
}

// Saw remembers what later acknowledgements may answer.
func (a *Sums) Saw(st *analyze.Step) {
	e := a.End(st.FromClient)
	if st.Flags.Any(wire.SYN) {
		if !e.SynSeen || e.syn != st.Seq || st.Len > e.synLen {
			e.synLen = st.Len
		}
		if e.SynSeen && e.syn != st.Seq {
			e.others = append(e.others, e.syn)
		}
		e.syn, e.SynSeen = st.Seq, true
		e.synECN = e.synECN || st.Flags.Has(asksECN)
		e.synAcked = e.synAcked || st.Flags.Any(wire.ACK)
	}
	a.Over = a.Over || st.Flags.Any(wire.RST) && !a.ignored(st)
	if st.Flags.Any(wire.FIN) {
		e.fin, e.finSeen = st.Seq.Add(st.Len), true
	}
	if p := a.peer(st); p.finSeen && st.Flags.Any(wire.ACK) && st.Ack.After(p.fin) {
		p.finAcked = true
	}
}

// Number writes a sequence number of an end's space.
func (a *Sums) Number(of *Numbers, n wire.Seq) string {
	switch {
	case !a.Relative || !of.Base.Known:
		return fmt.Sprint(uint32(n))
	case uint64(uint32(n-of.Base.Number)) > of.sent+1<<31: // the short way from what was sent leads before the base
		return "-" + prose.Thousands(uint64(uint32(of.Base.Number-n)))
	}
	return prose.Thousands(uint64(uint32(n - of.Base.Number)))
}

// Count writes a number of octets in the style of the other numbers of the sum.
func (a *Sums) Count(n uint32) string {
	if a.Relative {
		return prose.Thousands(uint64(n))
	}
	return fmt.Sprint(n)
}

// Seq writes the sequence number of a segment.
func (a *Sums) Seq(st *analyze.Step) string {
	return a.Number(a.End(st.FromClient), st.Seq)
}

// Ack writes the number that a segment acknowledges.
func (a *Sums) Ack(st *analyze.Step) string {
	return a.Number(a.peer(st), st.Ack)
}

// peer is the end that a step was sent to.
func (a *Sums) peer(st *analyze.Step) *Numbers {
	return a.End(st.FromClient == a.self)
}

// ignored is the function of that name, as far as the outcome is known.
func (a *Sums) ignored(st *analyze.Step) bool {
	return !st.Acceptable || a.conn != nil && record.Ignored(a.conn, st)
}

// Name names the segment: "SYN again", "FIN, 500 B".
func (a *Sums) Name(st *analyze.Step) string {
	name := lexicon.Label(st.Phase)
	switch st.Phase {
	case label.HandshakeAck:
		name = "ACK"
	case label.AckOfFin:
		name = "ACK of FIN"
	}
	// The first SYN-ACK of a simultaneous open repeats the SYN, not a SYN-ACK.
	if st.Repeated && (st.Phase != label.SynAck || a.End(st.FromClient).synAcked) {
		name += " again"
		if st.Inferred {
			name += "?"
		}
	}
	if st.Len > 0 {
		name += ", " + prose.Octets(uint64(st.Len))
	}
	return name
}
