package summary

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
	"tcpwatch/report/counts"
	"tcpwatch/report/notable"
	"tcpwatch/report/object"
	"tcpwatch/report/prose"
)

// Schema names the shape of what AppendObject writes.
const Schema = "tcpwatch.summary/1"

// members is the summary for programs, with the members that have parts.
type members struct{ object.Plain }

// AppendObject appends the summary as one JSON object.
func (s *Summary) AppendObject(b []byte, in *Input) []byte {
	t := s.measured()
	j := members{append(b, '{')}
	j.Word("schema", Schema)
	j.inputs(in)
	j.quality(in, t)
	j.kept(in.Kept)
	j.Open("connections", '{')
	j.Uint("total", t.connections)
	j.Uint("evicted", t.evicted)
	j.Uint("roles_guessed", t.guessed)
	j.Uint("one_way", t.oneWay)
	if t.connections > 0 {
		j.Time("start", &s.clock, t.start)
		j.Seconds("duration", t.end-t.start)
	} else {
		j.Null("start")
		j.Null("duration")
	}
	j.Close('}')
	j.Open("opened", '{')
	for o, n := range t.opened {
		j.Uint(analyze.OpeningOutcome(o).String(), n)
	}
	j.Uint("syn_resent", t.synAgain)
	j.Uint("syn_ack_resent", t.synAckAgain)
	j.Uint("crossed_syns", t.crossed)
	j.Uint("bad_acks", t.badAcks)
	j.Close('}')
	j.verdicts(t)
	j.Open("closed", '{')
	for o, n := range t.closed {
		j.Uint(analyze.ClosingOutcome(o).String(), n)
	}
	j.Uint("rst_ignored", t.ignored)
	j.Close('}')
	j.totals("client_to_server", &t.client)
	j.totals("server_to_client", &t.server)
	j.Open("labels", '{')
	for id, n := range t.labels {
		if n > 0 && id < len(label.All) {
			j.Uint(label.All[id].Name, n)
		}
	}
	j.Close('}')
	j.holds(&t.holds)
	j.states("client_states", &t.clientIn)
	j.states("server_states", &t.serverIn)
	j.notable(&t.notable)
	j.Close('}')
	return j.Plain
}

// inputs writes what is known of the packets and of the capture.
func (j *members) inputs(in *Input) {
	j.files(in.Files)
	j.interfaces(in)
	j.Open("packets", '{')
	j.Uint("total", in.Packets)
	j.Uint("bytes", in.Octets)
	j.Uint("segments", in.Analysis.Segments)
	j.Uint("filtered", in.Filtered)
	j.Open("skipped", '{')
	for why := wire.Segmented + 1; why < wire.SkipCount; why++ {
		if in.Skipped[why] > 0 {
			j.Uint(why.String(), in.Skipped[why])
		}
	}
	j.Close('}')
	j.Close('}')
	j.Open("capture", '{')
	if in.Filter == "" {
		j.Null("filter")
	} else {
		j.Text("filter", in.Filter)
	}
	j.Uint("cut_packets", in.CutPackets)
	j.UintOrNull("cut_at", uint64(max(0, in.CutAt)), in.CutPackets > 0)
	j.Uint("backwards_steps", in.BackwardsSteps)
	j.Uint("untimed_packets", in.UntimedPackets)
	j.Open("damages", '[')
	for _, d := range in.Damages {
		j.Comma()
		j.Plain = object.AppendString(j.Plain, d)
	}
	j.Close(']')
	j.Bool("interrupted", in.Interrupted)
	j.Close('}')
}

func (j *members) files(files []File) {
	j.Open("files", '[')
	for i := range files {
		f := &files[i]
		j.Comma()
		j.Plain = append(j.Plain, '{')
		j.Text("name", f.Name)
		j.Text("format", f.Format)
		j.Uint("packets", f.Packets)
		j.Uint("bytes", f.Octets)
		j.Open("comments", '[')
		for _, c := range f.Comments {
			j.Comma()
			j.Plain = object.AppendString(j.Plain, c)
		}
		j.Close(']')
		j.Close('}')
	}
	j.Close(']')
}

func (j *members) interfaces(in *Input) {
	j.Open("interfaces", '[')
	for i := range in.Interfaces {
		f := &in.Interfaces[i]
		j.Comma()
		j.Plain = append(j.Plain, '{')
		j.Text("file", f.File)
		j.Text("name", f.Name)
		j.Text("link", f.Link)
		j.UintOrNull("snaplen", uint64(f.Snaplen), f.Snaplen != 0)
		j.Uint("packets", f.Packets)
		j.UintOrNull("dropped", f.Dropped, f.DropsKnown)
		if own := in.ownFilter(f); own != "" {
			j.Text("filter", own)
		}
		if f.RingFull > 0 {
			j.Uint("ring_full", f.RingFull)
		}
		if f.Abandoned > 0 {
			j.Uint("abandoned", f.Abandoned)
		}
		j.Close('}')
	}
	j.Close(']')
}

// totals writes the sums of one direction over all connections.
func (j *members) totals(name string, d *analyze.Direction) {
	sum := *d
	sum.RTT = analyze.RTT{Min: -1, Avg: -1, Max: -1}
	sum.EchoRTT, sum.SmoothedRTT, sum.RTO = sum.RTT, -1, -1
	j.Key(name)
	row := object.Row(j.Plain)
	counts.Append(&row, "", &sum)
	j.Plain = object.Plain(row)
}

func (j *members) holds(h *holds) {
	j.Open("time_wait", '{')
	j.Uint("not_counted", h.dropped+h.strangers)
	j.Open("hosts", '[')
	for i := range h.hosts {
		host := &h.hosts[i]
		j.Comma()
		j.Plain = append(j.Plain, '{')
		j.Word("host", host.addr.String())
		j.Word("side", host.side.String())
		j.Uint("held", host.total)
		j.Uint("counted", host.kept) // of these, those that the two after it count
		j.Uint("held_at_end", host.atEnd)
		j.Uint("most_at_once", host.most)
		j.Uint("restarts", host.restarts)
		j.Uint("reused", host.reused)
		j.Uint("cut", host.cut)
		j.Close('}')
	}
	j.Close(']')
	j.Close('}')
}

func (j *members) states(name string, counts *[state.Count]stateCount) {
	j.Open(name, '{')
	for st := range counts {
		if n := counts[st].proved; n > 0 {
			j.Uint(state.State(st).String(), n)
		}
		if n := counts[st].inferred; n > 0 {
			j.Uint((state.State(st) | state.Inferred).String(), n)
		}
	}
	j.Close('}')
}

func (j *members) notable(n *notable.List) {
	rows, more := n.Shown()
	j.Open("notable", '[')
	for i := range rows {
		r := &rows[i]
		j.Comma()
		j.Plain = append(j.Plain, '{')
		j.Uint("connection", r.Number)
		j.Word("client", r.Client)
		j.Word("server", r.Server)
		j.Word("opening", r.Opened)
		j.Word("closing", r.Closed)
		j.Uint("retransmissions", r.Resent)
		j.Word("reason", r.Reason.String())
		j.Text("why", prose.Unglue(r.Why))
		j.Uint("likewise", r.Likewise)
		j.Close('}')
	}
	j.Close(']')
	j.Open("notable_more", '{')
	for why, k := range more {
		if k > 0 {
			j.Uint(notable.Reason(why).String(), k)
		}
	}
	j.Close('}')
}
