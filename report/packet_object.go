package report

import (
	"math/bits"

	"tcpwatch/analyze"
	"tcpwatch/analyze/label"
	"tcpwatch/analyze/wireshark"
	"tcpwatch/capture/wire"
	"tcpwatch/report/lexicon"
	"tcpwatch/report/number"
	"tcpwatch/report/object"
	"tcpwatch/report/prose"
)

// schemaPacket names the shape of packetObject.
const schemaPacket = "tcpwatch.packet/1"

// packetObject appends the JSON object of one segment.
func packetObject(b []byte, e *env, o *analyze.Observation) []byte {
	s := o.Segment
	b = number.AppendUint(append(b, `{"schema":"`+schemaPacket+`","packet":`...), s.Packet)
	b = e.clock.AppendTime(append(b, `,"time":"`...), s.Time)
	b = number.AppendUint(append(b, `","connection":`...), o.Connection)
	b = append(append(b, `,"from":"`...), prose.Side(o.FromClient)...)
	b = appendEnds(append(b, `","source":"`...), &s.Tuple, `","destination":"`)
	b = append(append(b, `","flags":"`...), lexicon.Flags(s.Flags)...)
	b = number.AppendInt(append(b, `","seq":`...), o.Seq)
	if b = append(b, `,"ack":`...); o.AckValid {
		b = number.AppendInt(b, o.Ack)
	} else {
		b = append(b, "null"...)
	}
	b = number.AppendUint(append(b, `,"seq_raw":`...), uint64(s.Seq))
	b = number.AppendUint(append(b, `,"ack_raw":`...), uint64(s.Ack))
	b = number.AppendUint(append(b, `,"len":`...), uint64(s.Len))
	b = number.AppendUint(append(b, `,"window":`...), uint64(o.Window))
	b = number.AppendUint(append(b, `,"window_raw":`...), uint64(s.Window))
	b = object.AppendBool(append(b, `,"window_scaled":`...), o.WindowScaled)
	b = number.AppendInt(append(b, `,"seq_delta":`...), o.SeqDelta)
	b = object.AppendBool(append(b, `,"seen_before":`...), o.SeenBefore)
	if b = append(b, `,"in_flight":`...); o.InFlight >= 0 {
		b = number.AppendUint(b, uint64(o.InFlight))
	} else {
		b = append(b, "null"...)
	}
	b = number.AppendSeconds(append(b, `,"time_delta":`...), o.TimeDelta)
	b = appendLabels(append(b, `,"labels":[`...), o.Labels)
	if o.Cause == label.NoCause && o.Evidence.Len == 0 && !e.Wireshark {
		b = append(b, `],"evidence":{}`...) // as most
	} else {
		b = appendReasoned(append(b, ']'), e, o)
	}
	b = append(append(b, `,"client_state":"`...), o.ClientState.String()...)
	b = append(append(b, `","server_state":"`...), o.ServerState.String()...)
	return append(b, `"}`...)
}

// appendReasoned appends the members of a segment that say why.
func appendReasoned(b []byte, e *env, o *analyze.Observation) []byte {
	j := jsonRow{b}
	if o.Cause != label.NoCause {
		j.Word(`,"cause":`, o.Cause.String())
	}
	j.inferred(&o.Evidence)
	j.evidence(&o.Evidence)
	if e.Wireshark {
		j.Add(`,"wireshark":[`)
		for _, name := range wireshark.Names(o.Wireshark) {
			j.Item(name)
		}
		j.Add("]")
	}
	return j.Row
}

// labelItems are the names of labels as they follow others in a list.
var labelItems = func() (t [64]string) {
	for id := range t {
		t[id] = `,"` + lexicon.Label(label.ID(id)) + `"`
	}
	return t
}()

// appendLabels appends the labels of a set as a list, without its brackets.
func appendLabels(b []byte, set label.Set) []byte {
	comma := 1 // is left out once
	for ; set != 0; set &= set - 1 {
		b = append(b, labelItems[bits.TrailingZeros64(uint64(set))&63][comma:]...)
		comma = 0
	}
	return b
}

// inferred lists the labels that are inferred, if any.
func (j *jsonRow) inferred(ev *label.Evidence) {
	open := false
	for i := range ev.Items[:min(int(ev.Len), len(ev.Items))] {
		id := ev.Items[i].Label
		if again(ev, i) || !ev.Inferred(id) {
			continue
		}
		if !open {
			j.Add(`,"inferred":[`)
			open = true
		}
		j.Item(lexicon.Label(id))
	}
	if open {
		j.Add("]")
	}
}

// evidence writes the reasons for each label. Two reasons for a label are
// joined in one string, since a member may occur only once.
func (j *jsonRow) evidence(ev *label.Evidence) {
	j.Add(`,"evidence":{`)
	n := min(int(ev.Len), len(ev.Items))
	for i := 0; i < n; i++ {
		if again(ev, i) {
			continue
		}
		j.Item(lexicon.Label(ev.Items[i].Label))
		j.Add(`:"`)
		j.Row = appendReasons(j.Row, ev, ev.Items[i].Label)
		j.Add(`"`)
	}
	j.Add("}")
}

// again reports whether the label of item i has an earlier item.
func again(ev *label.Evidence, i int) bool {
	for k := 0; k < i; k++ {
		if ev.Items[k].Label == ev.Items[i].Label {
			return true
		}
	}
	return false
}

// appendReasons appends every reason for one label: "bytes seen in packet 12;
// gap in front".
func appendReasons(b []byte, ev *label.Evidence, id label.ID) []byte {
	first := true
	for i := 0; i < min(int(ev.Len), len(ev.Items)); i++ {
		it := &ev.Items[i]
		if it.Label != id {
			continue
		}
		if !first {
			b = append(b, "; "...)
		}
		first = false
		b = it.Append(b)
	}
	return b
}

// appendEnds appends the ends of a segment, with a text between them.
func appendEnds(b []byte, t *wire.Tuple, between string) []byte {
	if t.IPv6 {
		return number.AppendEndpoint(append(number.AppendEndpoint(b, t.Source()), between...), t.Destination())
	}
	b = append(number.AppendIPv4(b, [4]byte(t.Src[12:]), t.SrcPort), between...)
	return number.AppendIPv4(b, [4]byte(t.Dst[12:]), t.DstPort)
}
