package report

import (
	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/state"
	"tcpwatch/capture/wire"
)

// schemaSummary names the shape of summaryObject.
const schemaSummary = "tcpwatch.summary/1"

// summaryObject appends the summary as one JSON object.
func summaryObject(b []byte, e *env, in *Input, t *tally) []byte {
	j := jsonText{append(b, '{')}
	j.word("schema", schemaSummary)
	j.inputs(in)
	j.quality(in, t)
	j.kept(in.Kept)
	j.open("connections", '{')
	j.uint("total", t.connections)
	j.uint("evicted", t.evicted)
	j.uint("roles_guessed", t.guessed)
	j.uint("one_way", t.oneWay)
	if t.connections > 0 {
		j.time("start", &e.clock, t.start)
		j.seconds("duration", t.end-t.start)
	} else {
		j.null("start")
		j.null("duration")
	}
	j.close('}')
	j.open("opened", '{')
	for o, n := range t.opened {
		j.uint(analyze.OpeningOutcome(o).String(), n)
	}
	j.uint("syn_resent", t.synAgain)
	j.uint("syn_ack_resent", t.synAckAgain)
	j.uint("crossed_syns", t.crossed)
	j.uint("bad_acks", t.badAcks)
	j.close('}')
	j.verdictObject(t)
	j.open("closed", '{')
	for o, n := range t.closed {
		j.uint(analyze.ClosingOutcome(o).String(), n)
	}
	j.uint("rst_ignored", t.ignored)
	j.close('}')
	j.totals("client_to_server", &t.client)
	j.totals("server_to_client", &t.server)
	j.open("labels", '{')
	for id, n := range t.labels {
		if n > 0 && id < len(label.All) {
			j.uint(label.All[id].Name, n)
		}
	}
	j.close('}')
	j.holds(&t.holds)
	j.states("client_states", &t.clientIn)
	j.states("server_states", &t.serverIn)
	j.notable(&t.notable)
	j.close('}')
	return j.plainObject
}

// inputs writes what is known of the packets and of the capture.
func (j *jsonText) inputs(in *Input) {
	j.files(in.Files)
	j.interfaces(in.Interfaces)
	j.open("packets", '{')
	j.uint("total", in.Packets)
	j.uint("bytes", in.Octets)
	j.uint("segments", in.Analysis.Segments)
	j.uint("filtered", in.Filtered)
	j.open("skipped", '{')
	for why := wire.Segmented + 1; why < wire.SkipCount; why++ {
		if in.Skipped[why] > 0 {
			j.uint(why.String(), in.Skipped[why])
		}
	}
	j.close('}')
	j.close('}')
	j.open("capture", '{')
	if in.Filter == "" {
		j.null("filter")
	} else {
		j.text("filter", in.Filter)
	}
	j.uint("cut_packets", in.CutPackets)
	j.uintOrNull("cut_at", uint64(max(0, in.CutAt)), in.CutPackets > 0)
	j.uint("backwards_steps", in.BackwardsSteps)
	j.uint("untimed_packets", in.UntimedPackets)
	j.open("damages", '[')
	for _, d := range in.Damages {
		j.comma()
		j.plainObject = appendJSONString(j.plainObject, d)
	}
	j.close(']')
	j.bool("interrupted", in.Interrupted)
	j.close('}')
}

func (j *jsonText) files(files []File) {
	j.open("files", '[')
	for i := range files {
		f := &files[i]
		j.comma()
		j.plainObject = append(j.plainObject, '{')
		j.text("name", f.Name)
		j.text("format", f.Format)
		j.uint("packets", f.Packets)
		j.uint("bytes", f.Octets)
		j.open("comments", '[')
		for _, c := range f.Comments {
			j.comma()
			j.plainObject = appendJSONString(j.plainObject, c)
		}
		j.close(']')
		j.close('}')
	}
	j.close(']')
}

func (j *jsonText) interfaces(interfaces []Interface) {
	j.open("interfaces", '[')
	for i := range interfaces {
		f := &interfaces[i]
		j.comma()
		j.plainObject = append(j.plainObject, '{')
		j.text("file", f.File)
		j.text("name", f.Name)
		j.text("link", f.Link)
		j.uintOrNull("snaplen", uint64(f.Snaplen), f.Snaplen != 0)
		j.uint("packets", f.Packets)
		j.uintOrNull("dropped", f.Dropped, f.DropsKnown)
		if f.RingFull > 0 {
			j.uint("ring_full", f.RingFull)
		}
		if f.Abandoned > 0 {
			j.uint("abandoned", f.Abandoned)
		}
		j.close('}')
	}
	j.close(']')
}

// totals writes the sums of one direction over all connections.
func (j *jsonText) totals(name string, d *analyze.Direction) {
	sum := *d
	sum.RTT = analyze.RTT{Min: -1, Avg: -1, Max: -1}
	sum.EchoRTT, sum.SmoothedRTT, sum.RTO = sum.RTT, -1, -1
	j.key(name)
	row := jsonRow{objectRow(j.plainObject)}
	row.direction("", &sum)
	j.plainObject = plainObject(row.objectRow)
}

func (j *jsonText) holds(h *holds) {
	j.open("time_wait", '{')
	j.uint("not_counted", h.dropped+h.strangers)
	j.open("hosts", '[')
	for i := range h.hosts {
		host := &h.hosts[i]
		j.comma()
		j.plainObject = append(j.plainObject, '{')
		j.word("host", host.addr.String())
		j.word("side", host.side.String())
		j.uint("held", host.total)
		j.uint("counted", host.kept) // of these, those that the two after it count
		j.uint("held_at_end", host.atEnd)
		j.uint("most_at_once", host.most)
		j.uint("restarts", host.restarts)
		j.uint("reused", host.reused)
		j.uint("cut", host.cut)
		j.close('}')
	}
	j.close(']')
	j.close('}')
}

func (j *jsonText) states(name string, counts *[state.Count]stateCount) {
	j.open(name, '{')
	for st := range counts {
		if n := counts[st].proved; n > 0 {
			j.uint(state.State(st).String(), n)
		}
		if n := counts[st].inferred; n > 0 {
			j.uint((state.State(st) | state.Inferred).String(), n)
		}
	}
	j.close('}')
}

func (j *jsonText) notable(n *notables) {
	rows, more := n.shown()
	j.open("notable", '[')
	for i := range rows {
		r := &rows[i]
		j.comma()
		j.plainObject = append(j.plainObject, '{')
		j.uint("connection", r.number)
		j.word("client", r.client)
		j.word("server", r.server)
		j.word("opening", r.opened)
		j.word("closing", r.closed)
		j.uint("retransmissions", r.resent)
		j.word("reason", reasonNames[r.reason])
		j.text("why", unglue(r.why))
		j.uint("likewise", r.likewise)
		j.close('}')
	}
	j.close(']')
	j.open("notable_more", '{')
	for why, k := range more {
		if k > 0 {
			j.uint(reasonNames[why], k)
		}
	}
	j.close('}')
}
